"""Looks through words for what the person wants to keep."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import TYPE_CHECKING

from kireji.core.secrets.kinds import Found, Kind
from kireji.services.picture_covers import Sought
from kireji.services.picture_text import LABEL

if TYPE_CHECKING:
    from kireji.core.secrets.detection import Detection

_KEPT = 400
"""Texts that are remembered with what was found in them."""
_LONG = 20_000
"""Characters of a text that is looked through anew each time."""


class Finder:
    """Looks through words, and remembers short ones: a conversation is sent again with every question.

    May be used from several threads.

    Args:
        sought: What is looked for.
    """

    def __init__(self, sought: Sought) -> None:
        off, words = self.sought = sought
        self._detection = _detection([kind for kind in Kind if kind.value not in off], words)
        self._own = _detection([Kind.OWN], words) if words and Kind.OWN.value not in off else None
        self._known = functools.lru_cache(_KEPT)(self._look)
        self._known_own = functools.lru_cache(_KEPT)(self._look_for_own)

    @property
    def seeks_own(self) -> bool:
        """Whether the person has own words to hide."""
        return self._own is not None

    def find(self, text: str) -> Sequence[Found]:
        """What is in a text, which may have been read in a picture."""
        return self._known(text) if len(text) <= _LONG else self._look(text)

    def find_read(self, text: str) -> Sequence[Found]:
        """What is in words that were read in a picture."""
        return self._detection.find_read(text)

    def own(self, text: str) -> Sequence[Found]:
        """The person's own words alone."""
        return self._known_own(text) if len(text) <= _LONG else self._look_for_own(text)

    def _look(self, text: str) -> Sequence[Found]:
        return self.find_read(text) if text.startswith(LABEL) else self._detection.find(text)

    def _look_for_own(self, text: str) -> Sequence[Found]:
        return () if self._own is None else self._own.find(text)


def _detection(kinds: Sequence[Kind], words: Sequence[str]) -> Detection:
    # Loaded at the first use: its hundred patterns take longer than a window may take to open.
    from kireji.core.secrets.detection import Detection

    return Detection(kinds, words)
