"""Where words that were searched for stand in a message."""

from __future__ import annotations

from collections.abc import Sequence

from kireji.ui.chat.transcript.rows import Row


def place_of(rows: Sequence[Row], words: Sequence[str]) -> Row | None:
    """The first row in which one of the words stands, whether it is built or not."""
    wanted = [word.casefold() for word in words if word]
    for row in rows:
        source = row.source().casefold()
        if any(word in source for word in wanted):
            return row
    return None
