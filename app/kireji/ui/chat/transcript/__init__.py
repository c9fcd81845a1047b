"""The reading column of the main window."""
