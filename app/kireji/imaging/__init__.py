"""The one pipeline for every picture that enters: crop, scale, encode."""
