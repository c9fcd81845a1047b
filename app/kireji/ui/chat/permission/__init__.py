"""Asking the person whether a tool may do what a model wants of it."""
