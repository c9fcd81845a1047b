"""The settings page about newer versions."""
