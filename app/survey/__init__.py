"""What the model says over the whole clip: a value per window, and one prediction for all."""
