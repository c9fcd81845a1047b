"""The history beside the open conversation: its list, its search, and where answers are being written."""
