"""What authors of plugins import; nothing else of this package is meant for them."""
