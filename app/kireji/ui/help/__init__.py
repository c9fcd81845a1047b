"""The help: a window of its own with all pages, loaded when somebody opens it."""
