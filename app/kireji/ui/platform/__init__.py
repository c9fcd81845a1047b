"""What only the window toolkit can do on some systems."""
