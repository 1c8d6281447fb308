"""Data files of MViT Lens: icons, demo clips, class names. Read through mvit_core.system.assets."""
