"""Generates the demo's scenes, trains its model and measures it; the window never imports this."""
