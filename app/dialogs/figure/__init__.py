"""The dialog of figures for papers."""
