"""The timeline: transport buttons, frame field, and rows over the video."""
