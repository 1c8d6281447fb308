"""Panels: they emit signals and have ``show_...`` methods; they know no other panel."""
