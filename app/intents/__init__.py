"""Intents: methods for keys, clicks and menus that turn the present state into the next."""
