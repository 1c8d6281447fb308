"""Panels: signals out, ``show_...`` in. A panel knows no other panel and no controller."""
