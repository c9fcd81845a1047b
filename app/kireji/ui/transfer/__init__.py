"""Exports, imports and backups as people see them."""
