"""Worker threads, and the work that runs on them."""
