"""The welcome page, shown until a video is open."""
