"""The keys that open receipts."""

from __future__ import annotations

RECEIPT = "Ctrl+Shift+I"
AHEAD = "Ctrl+Shift+S"
