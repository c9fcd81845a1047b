"""How much context goes along with questions."""

from __future__ import annotations

import msgspec


class ContextSettings(msgspec.Struct, frozen=True):
    """[context]

    Args:
        most_tokens: Of files, folders, pages and earlier conversations together, with one question.
    """

    most_tokens: int = 60_000
