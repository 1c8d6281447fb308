"""Writes videos: encoders, GIF palettes, sound."""
