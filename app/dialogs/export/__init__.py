"""The export dialog: choices, presets and a live preview."""
