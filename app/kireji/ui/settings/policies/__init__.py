"""The settings page "Policies"."""
