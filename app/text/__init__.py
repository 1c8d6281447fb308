"""Numbers and sentences for people, the same on every panel."""
