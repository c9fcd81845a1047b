"""Tools that come with the program, one module per subject; each is loaded when it is first called."""
