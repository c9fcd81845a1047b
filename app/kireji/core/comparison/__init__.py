"""What a model says of the difference between two pictures."""
