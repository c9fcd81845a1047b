"""The page About: what the program is and whose work is in it, and all that it keeps about the person."""
