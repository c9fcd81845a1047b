"""Tools: which there are, who may use them, and the calls of one answer."""
