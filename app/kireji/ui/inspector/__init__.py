"""The pane at the end of the window: numbers that matter, each always in the same place."""
