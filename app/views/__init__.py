"""Views of frames and maps: canvas, grids of maps, and panes to compare."""
