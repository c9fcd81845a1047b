"""Bare programs that do only what cannot be left out: what our numbers are measured against."""
