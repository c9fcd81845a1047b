"""The frozen screen: cut out a region, ask, read."""
