"""Transport and timeline: where we are, what the model saw, and going elsewhere."""
