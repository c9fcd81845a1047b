"""Link definitions, which may stand behind the words that use them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

_LABEL = re.compile(r"\[((?:[^\[\]\\]|\\.){1,999})\]", re.DOTALL)


class _Fixed(dict[str, Any]):
    """Definitions that parsing a segment does not add to."""

    def __setitem__(self, label: str, definition: Any) -> None:
        """Definitions are added in the order of the text, not in the order in which segments are looked at."""


class Definitions:
    """Finds what paragraphs define, and who uses it."""

    def __init__(self) -> None:
        self.known: dict[str, Any] = _Fixed()
        """By label, as the parser wants them; it cannot change them."""
        self._users: dict[str, list[int]] = {}
        self._read = 0

    def add(self, paragraphs: str) -> list[str]:
        """Take what paragraphs define.

        Returns:
            Labels that were not defined before.
        """
        from kireji.ui.chat.markdown.parser import definitions

        if "]:" not in paragraphs:
            return []
        added = []
        for label, definition in definitions(paragraphs).items():
            if label not in self.known:
                dict.__setitem__(self.known, label, definition)
                added.append(label)
        return added

    def users(self, labels: Iterable[str], sources: Sequence[str]) -> set[int]:
        """Which segments may use some labels.

        Args:
            labels: As the parser writes them.
            sources: All segments; those that were there at the last call are not read again.
        """
        wanted = set(labels)
        if not wanted:
            return set()
        for index in range(self._read, len(sources)):
            if "[" in sources[index]:
                for match in _LABEL.finditer(sources[index]):
                    self._users.setdefault(normal(match[1]), []).append(index)
        self._read = len(sources)
        return {index for label in wanted for index in self._users.get(label, ())}


def normal(label: str) -> str:
    """A label without what does not count in comparing: case and the amount of space."""
    return " ".join(label.split()).lower().upper()
