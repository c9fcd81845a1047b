"""Labelled sets run against the policy that is being written."""
