"""The window: its docks and menus, and what stands between panels and controller."""
