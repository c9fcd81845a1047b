"""Marks upon the picture before it is sent: tools, drawing, and burning them in."""
