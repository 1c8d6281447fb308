"""Has the workers make what the state asks for and the results lack; knows no widget."""
