"""What the texts of a column mean: numbers, dates, choices, each in one form."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property

import msgspec

from kireji.core.extraction.dates import DateOrder, date, date_order
from kireji.core.extraction.numerals import amount, decimal_sign, may_be_either, plain
from kireji.core.extraction.sheets import Cell, CellType, Column, Presence

_YES = (
    " yes y true on x 1 ja j wahr an oui vrai sí si verdadero vero sim verdadeiro はい 是 有 예 да نعم "
    "✓ ✔ ☑ ☒ ✅ ■ ● [x] (x) "
)
_NO = " no n false off 0 nein falsch aus non faux falso não nao nee いいえ 否 无 無 아니요 нет لا ✗ ✘ ☐ ❌ □ ○ [] () - "
"""Each between blanks."""
_LEAST_FOR_NEAR = 5
"""Characters of a choice of which one may be wrong."""


class Conventions:
    """How numbers and dates are written in a sheet, as far as its columns tell; found out when it is asked for.

    Args:
        columns: Of the sheet.
        rows: Their texts.
        sign: Before the places, where that is known.
    """

    def __init__(self, columns: Sequence[Column] = (), rows: Sequence[Sequence[str]] = (), sign: str = "") -> None:
        self._columns = columns
        self._rows = rows
        self._sign = sign

    @cached_property
    def sign(self) -> str:
        """Before the places; empty if unknown."""
        return self._sign or decimal_sign(self._texts(*_AMOUNTS))

    @cached_property
    def order(self) -> DateOrder | None:
        """Of dates in digits."""
        order = date_order(self._texts(CellType.DATE))
        if order is None and self.sign == "." and any("$" in text or "USD" in text for text in self._texts(*_AMOUNTS)):
            return DateOrder.MONTH
        return order

    def _texts(self, *kinds: CellType) -> Iterator[str]:
        places = [place for place, column in enumerate(self._columns) if column.type in kinds]
        return (row[place] for row in self._rows for place in places if row[place])


_AMOUNTS = (CellType.NUMBER, CellType.CURRENCY)
_UNKNOWN = Conventions()


def typed_column(column: Column, texts: Sequence[str], shared: Conventions = _UNKNOWN) -> list[Cell]:
    """The cells of a column.

    Args:
        column: What they are meant to be.
        texts: As the model wrote them.
        shared: Of the whole sheet, for what the column itself does not tell.
    """
    read = _reader(column, texts, shared)
    kind, unit = column.type, column.unit
    if kind is CellType.TEXT:
        return [Cell(text, kind, text, "", Presence.UNREAD) if text else _EMPTY for text in texts]
    cells = []
    for text in texts:
        if text:
            value, own = read(text)
            cells.append(Cell(text, kind, value, (own or unit) if kind in _AMOUNTS else "", Presence.UNREAD))
        else:
            cells.append(Cell("", kind, "", "", Presence.EMPTY))
    return cells


_EMPTY = Cell("", CellType.TEXT, "", "", Presence.EMPTY)


def with_common_unit(column: Column, cells: Iterable[Cell]) -> Column:
    """The column with the unit that all of its cells have."""
    units = {cell.unit for cell in cells if cell.text}
    return msgspec.structs.replace(column, unit=units.pop() if len(units) == 1 else "")


def _reader(column: Column, texts: Sequence[str], shared: Conventions) -> Callable[[str], tuple[str, str]]:
    match column.type:
        case CellType.NUMBER | CellType.CURRENCY:
            return _numbers(texts, shared)
        case CellType.DATE:
            order = date_order(texts) or shared.order
            return lambda text: (date(text, order), "")
        case CellType.ENUM:
            return lambda text: (chosen(text, column.choices), "")
        case CellType.BOOLEAN:
            return lambda text: (truth(text), "")
        case _:
            return lambda text: (text, "")


def _numbers(texts: Sequence[str], shared: Conventions) -> Callable[[str], tuple[str, str]]:
    known: list[str] = []

    def number(text: str) -> tuple[str, str]:
        if may_be_either(text) and not known:
            known.append(decimal_sign(texts) or shared.sign)
        found = amount(text, known[0] if known else "")
        return (found.value, found.unit) if found is not None else ("", "")

    return number


def truth(text: str) -> str:
    """`true` or `false`; empty when it is neither."""
    word = "".join(plain(text).casefold().split()).rstrip(".")
    return "true" if f" {word} " in _YES else "false" if f" {word} " in _NO else ""


def chosen(text: str, choices: Sequence[str]) -> str:
    """The choice that a text means, in the choice's own letters; without choices the text; empty for none."""
    if not choices or text in choices:
        return text
    wanted = _folded(text)
    same = [choice for choice in choices if _folded(choice) == wanted]
    if not same:
        same = [choice for choice in choices if len(choice) >= _LEAST_FOR_NEAR and _one_off(_folded(choice), wanted)]
    return same[0] if len(same) == 1 else ""


def _folded(text: str) -> str:
    return " ".join(plain(text).casefold().replace("-", " ").replace("_", " ").split())


def _one_off(one: str, other: str) -> bool:
    """Whether one letter was changed, left out, put in or swapped with its neighbour; digits never."""
    if any(sign.isdigit() for sign in one + other) or abs(len(one) - len(other)) > 1 or one == other:
        return one == other
    begin = 0
    while begin < min(len(one), len(other)) and one[begin] == other[begin]:
        begin += 1
    rest, others = one[begin:], other[begin:]
    if len(rest) == len(others):
        return rest[1:] == others[1:] or (rest[:2] == others[1::-1] and rest[2:] == others[2:])
    return rest[1:] == others if len(rest) > len(others) else rest == others[1:]
