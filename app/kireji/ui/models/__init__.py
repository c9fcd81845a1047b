"""Choosing a model: one panel for the window, the overlay and the settings."""
