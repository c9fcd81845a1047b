"""The pane at the start of the window: capture, search, the conversations, the settings."""
