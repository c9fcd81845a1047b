"""Receipts: what left this computer, and what would leave."""
