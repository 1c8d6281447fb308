"""Decides what is missing for what the user asks, and has it made; knows no widget."""
