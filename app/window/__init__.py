"""The window: docks, menus, dialogs, sessions, and the wiring to the controller."""
