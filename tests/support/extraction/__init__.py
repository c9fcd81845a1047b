"""Generated receipts, tables and forms whose values and places are known."""
