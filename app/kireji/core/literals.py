"""Where known texts stand in another, however many they are: a list of customers holds thousands of addresses."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

_FEW = 40
"""So many are looked for one by one, which is quicker."""
_BEGINNING = 4
_SHORT = 6
"""What is shorter counts only where it is no inside of a longer word: "2024" as a password, and 120245 items."""


class Literals:
    """Texts that are looked for.

    Args:
        texts: The first of them.
    """

    def __init__(self, texts: Iterable[str] = ()) -> None:
        self._texts: dict[str, None] = {}
        self._beginnings: dict[int, dict[str, dict[int, set[str]]]] = {}
        """By the length of their beginnings, by these, by their own length: a look takes the same time for any number
        of them."""
        for text in texts:
            self.add(text)

    def add(self, text: str) -> None:
        """Look for another one, too."""
        if text and text not in self._texts:
            self._texts[text] = None
            long = min(_BEGINNING, len(text))
            lengths = self._beginnings.setdefault(long, {}).setdefault(text[:long], {})
            lengths.setdefault(len(text), set()).add(text)

    def find(self, text: str) -> Iterator[tuple[int, str]]:
        """Where they stand and which, in no particular order; the places of one do not overlap."""
        found = self._one_by_one(text) if len(self._texts) <= _FEW else self._at_once(text)
        return ((at, known) for at, known in found if len(known) >= _SHORT or not _is_inside(text, at, len(known)))

    def any_in(self, text: str) -> bool:
        """Whether one of them stands in a text."""
        return next(self.find(text), None) is not None

    def _one_by_one(self, text: str) -> Iterator[tuple[int, str]]:
        for known in self._texts:
            at = text.find(known)
            while at >= 0:
                yield at, known
                at = text.find(known, at + len(known))

    def _at_once(self, text: str) -> Iterator[tuple[int, str]]:
        ends: dict[str, int] = {}
        for long, beginnings in self._beginnings.items():
            for at in range(len(text) - long + 1):
                if (lengths := beginnings.get(text[at : at + long])) is None:
                    continue
                for length, texts in lengths.items():
                    known = text[at : at + length]
                    if known in texts and ends.get(known, 0) <= at:
                        ends[known] = at + length
                        yield at, known


def _is_inside(text: str, at: int, length: int) -> bool:
    return text[max(0, at - 1) : at].isalnum() or text[at + length : at + length + 1].isalnum()
