"""The timeline: which part of the video it spans, and its rows."""
