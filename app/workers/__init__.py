"""Threads that do one thing at a time, and the work that they do."""
