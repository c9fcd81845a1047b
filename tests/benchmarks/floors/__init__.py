"""Bare programs that do only what cannot be left out: what our numbers are measured against."""

MARK = 0xFF00FF
"""Painted in the last corner, so that another client can tell the copy from what it covers."""
