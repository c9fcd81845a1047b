"""What is painted over before something leaves, as people see it and undo it."""
