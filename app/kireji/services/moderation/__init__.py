"""Judging by a policy, and checking policies against labelled sets."""
