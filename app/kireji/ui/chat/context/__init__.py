"""What goes along with the next question as context: chosen, shown with its cost, switched."""
