"""Records attention while a model runs, and rebuilds maps from what was kept."""
