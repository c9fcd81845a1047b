"""What is kept of what was sent."""

from __future__ import annotations

import msgspec

MOST_DAYS = 3650


class PrivacySettings(msgspec.Struct, frozen=True):
    """[privacy]

    Args:
        keep_contents: Whether the exact bytes of every request are kept on this computer, besides their hash, so that
            a receipt can show them whatever becomes of the conversation. Keys are never part of them.
        keep_days: For how many days.
    """

    keep_contents: bool = False
    keep_days: int = 30
