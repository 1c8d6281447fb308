"""Small parts that several panels are made of, and how they look."""
