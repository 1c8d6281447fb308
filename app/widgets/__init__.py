"""Widgets that several panels share, theme and style sheet."""
