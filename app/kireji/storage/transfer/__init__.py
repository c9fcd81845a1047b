"""Conversations out of the history and into it: one module for each form."""
