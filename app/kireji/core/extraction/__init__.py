"""Tables and fields out of pictures."""
