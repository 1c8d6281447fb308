"""Memory, disk and devices: caches, spill files, atomic writes, data files beside the code."""
