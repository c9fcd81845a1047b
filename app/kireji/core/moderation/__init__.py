"""Policies, and verdicts that follow them."""
