"""The empty page: open something, or go on with what was open lately."""
