"""Views of the stage beside the single frame: grids of maps, and panes to compare."""
