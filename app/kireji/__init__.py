"""Kireji: cut out a piece of the screen, ask, and read the answer as it streams."""

__version__ = "0.1.0"
