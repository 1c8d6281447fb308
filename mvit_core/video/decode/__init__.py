"""Exact frames of videos, folders of pictures and animations."""
