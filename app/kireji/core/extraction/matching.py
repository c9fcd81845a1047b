"""Where on a picture what a cell says stands, wherever in the table the cell is."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from kireji.core.extraction.numerals import is_currency
from kireji.core.extraction.picture_words import PictureWords, Span
from kireji.core.extraction.sheets import Cell, CellType
from kireji.core.extraction.tokens import Token, letters_alone, tokens

_LONGEST = 2000
"""Characters of a cell that is looked for; nothing longer stands on one line."""
_LEAST_LETTERS = 3
"""Of a text in which letters that look alike may be one another."""
_LINES = 6
"""Over so many lines a value may be broken."""
_STEPS = 200_000
"""Places that are looked at for all values that may be broken."""
_STARTS = 100
"""Places where such a value may begin that are looked at."""
_LINE_STEP = 2.2
"""Of a line's height: so far below its next line stands."""
_ALIGNED = 1.2
"""Of a line's height: so far aside its lines begin or have their middles."""


class Matching:
    """Looks cells up.

    Args:
        words: Of the picture.
    """

    def __init__(self, words: PictureWords) -> None:
        self._words = words
        self._left = _STEPS
        self._known: dict[tuple[str, str, str, bool], list[Span]] = {}

    def places(self, cell: Cell) -> list[Span]:
        """Everywhere where what the cell says stands on one line."""
        asked = (cell.text, cell.value, cell.unit, cell.type is CellType.DATE)
        found = self._known.get(asked)
        if found is None:
            found = self._known[asked] = self._found(cell)
        return found

    def _found(self, cell: Cell) -> list[Span]:
        if len(cell.text) > _LONGEST:
            return []
        small = cell.text.lower()
        if cell.text.isascii() and small in self._words.by_text and not cell.value.startswith("-"):
            found = self._words.single(small)
            if cell.type in (CellType.NUMBER, CellType.CURRENCY):
                found = [span for span in found if self._words.has_sign(span, negative=False)]
            if found:
                return found
        key = list(tokens(cell.text))
        if not key:
            return []
        if cell.value and cell.type in (CellType.NUMBER, CellType.CURRENCY):
            return self._of_number(cell, key)
        if found := self._words.matches(key):
            return found
        if cell.value and cell.type is CellType.DATE:
            return self._of_date(cell.value)
        return self._alike(cell.text, key)

    def _of_number(self, cell: Cell, key: Sequence[Token]) -> list[Span]:
        digits = [token for token in key if token.number]
        negative = cell.value.startswith("-")
        found: list[Span] = []
        if len(digits) == 1:
            found = self._words.single(digits[0].text, any_sign=True)
        elif digits:
            for minus in (False, True):
                first = msgspec.structs.replace(digits[0], minus=minus)
                found = found + self._words.matches([first, *digits[1:]])
        right = [span for span in found if self._words.has_sign(span, negative)]
        if not right:
            found = self._words.numbers.get(cell.value.lstrip("-"), [])
            right = [span for span in found if self._words.has_sign(span, negative)]
        if cell.unit and cell.unit in cell.text:
            right = [span for span in right if self._has_unit(span, cell.unit)]
        return right

    def _has_unit(self, span: Span, unit: str) -> bool:
        """Whether a number is of this unit: it stands beside it, or nothing does and it stands elsewhere."""
        if not is_currency(unit) and self._words.is_followed(span, unit):
            return True
        said = [token.text for token in tokens(unit)] or [unit]
        beside = self._words.beside(span)
        if beside:
            return beside in (unit, unit[-1:], said[0]) or not (is_currency(unit) or unit in ("%", "‰"))
        return unit in self._words.symbols or unit[-1:] in self._words.symbols or said[0] in self._words.by_text

    def _of_date(self, value: str) -> list[Span]:
        day, _, time = value.partition("T")
        found = self._words.dates.get(day, [])
        if not time:
            return found
        hour, minutes = int(time[:2]), time[2:5]
        said = {time, time[:5], f"{hour}{minutes}", f"{hour % 12 or 12}{minutes}", f"{hour % 12 or 12:02d}{minutes}"}
        return [
            (first, index + 1)
            for first, behind in found
            for index in range(behind, min(behind + 3, len(self._words.tokens)))
            if self._words.tokens[index].text in said and self._words.line_of[index] == self._words.line_of[first]
        ]

    def _alike(self, text: str, key: Sequence[Token]) -> list[Span]:
        """Where it stands spaced otherwise; without digits also where letters stand that look like its letters."""
        if any(token.minus for token in key):
            return []
        run = "".join(token.text for token in key)
        if len(run) < _LEAST_LETTERS:
            return []
        if found := self._words.by_run.get(run):
            return found
        return [] if any(token.number for token in key) else self._words.by_letters.get(letters_alone(text), [])

    def broken(self, cell: Cell) -> list[list[Span]]:
        """Where a value stands that is broken over several lines, one below the other: its lines, each time."""
        key = list(tokens(cell.text)) if self._left > 0 and len(cell.text) <= _LONGEST else []
        if len(key) < 2:
            return []
        starts = self._words.by_text.get(key[0].text, ())[:_STARTS]
        self._left -= 1 + len(starts)
        return [found for first in starts if (found := self._from(first, key))]

    def _from(self, first: int, key: Sequence[Token]) -> list[Span]:
        words = self._words
        found: list[Span] = []
        at, start = 0, first
        while len(found) < _LINES:
            behind = start
            while at < len(key) and behind < len(words.tokens) and words.agrees(key[at : at + 1], behind):
                if behind > start and words.blanks(behind) > 1:
                    break
                at, behind = at + 1, behind + 1
            if behind == start or (behind < len(words.tokens) and words.blanks(behind) <= 1):
                return []  # something else goes on there
            found.append((start, behind))
            if at == len(key):
                return found if len(found) > 1 else []
            below = self._below(found, key[at])
            if below is None:
                return []
            start = below
        return []

    def _below(self, lines: Sequence[Span], token: Token) -> int | None:
        """Where the next line of a value begins."""
        words = self._words
        box = words.box(lines[-1])
        middle = words.middles[words.line_of[lines[-1][0]]]
        height = max(1, box[3] - box[1])
        places = words.by_text.get(token.text, ())
        self._left -= 1 + len(places)
        for index in places if self._left > 0 else ():
            step = words.middles[words.line_of[index]] - middle
            if not 0.4 * height < step <= _LINE_STEP * height * 1.5 or words.blanks(index) <= 1:
                continue
            other = words.box(words.pieces[words.piece_of[index]])
            aside = min(abs(other[0] - box[0]), abs(other[2] - box[2]), abs(other[0] + other[2] - box[0] - box[2]) / 2)
            if aside <= _ALIGNED * height:
                return index
        return None
