"""Checks the arithmetic that a table or a receipt states.

A check that holds is told wherever it was found. One that does not is told only where labels say what is reckoned:
figures that happen not to add up are no mistake. All is reckoned in decimals, to the places that are stated.
"""

from __future__ import annotations

import decimal
from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import chain
from typing import NamedTuple

import msgspec

from kireji.core.extraction.sheets import Cell, CellType, Sheet, SumCheck, SumKind
from kireji.core.extraction.sum_labels import Role, is_included, roles

_EXACT = decimal.Context(prec=400, traps=[])
_MOST_CHECKS = 2000
_MOST_PARTS = 20_000
"""Cells that all checks of a sheet name; sums of more are told without."""
_LEAST_PARTS = 2
_LEAST_UNLABELLED = 3
"""Cells above a row that is taken for their sum though nothing says so."""
_MOST_OF = 0.5
"""Of the rows for which a product must hold, or the columns mean something else."""
_AMOUNTS = (CellType.NUMBER, CellType.CURRENCY)


def with_sums(sheet: Sheet) -> Sheet:
    """The sheet with what was reckoned."""
    if not sheet.rows or not any(column.type in _AMOUNTS for column in sheet.columns):
        return sheet
    with decimal.localcontext(_EXACT):
        found = tuple(_bounded(chain(_Fields(sheet).checks(), _Table(sheet).checks())))
    return msgspec.structs.replace(sheet, sums=found) if found else sheet


def _bounded(checks: Iterator[SumCheck]) -> Iterator[SumCheck]:
    parts = 0
    for number, check in enumerate(checks):
        if number == _MOST_CHECKS:
            return
        parts += len(check.parts)
        yield check if parts <= _MOST_PARTS else msgspec.structs.replace(check, parts=())


def _value(cell: Cell) -> Decimal | None:
    if not cell.value or cell.type not in _AMOUNTS:
        return None
    return Decimal(cell.value)


def _places(value: Decimal) -> int:
    exponent = value.as_tuple().exponent
    return -exponent if isinstance(exponent, int) and exponent < 0 else 0


def _check(
    kind: SumKind,
    stated: Decimal,
    computed: Decimal,
    at: tuple[int, int],
    parts: Sequence[tuple[int, int]],
    words: str,
) -> SumCheck:
    places = max(_places(stated), _places(computed))
    return SumCheck(kind, f"{stated:.{places}f}", f"{computed:.{places}f}", at[0], at[1], tuple(parts), words)


class _Totals(NamedTuple):
    """What a row of totals may be the sum of.

    Args:
        computed: The sum.
        parts: Its cells.
    """

    computed: Decimal
    parts: tuple[tuple[int, int], ...]


class _Table:
    """A table's rows of totals, and its rows' products.

    Args:
        sheet: The table.
    """

    def __init__(self, sheet: Sheet) -> None:
        self._sheet = sheet
        self._heads = [roles(column.name) for column in sheet.columns]
        self._marks = [self._mark(row) for row in sheet.rows]

    def checks(self) -> Iterator[SumCheck]:
        """All that make sense."""
        yield from self._products()
        for column, head in enumerate(self._sheet.columns):
            if head.type in _AMOUNTS and not self._is_apart(column):
                yield from self._column(column)

    def _is_apart(self, column: int) -> bool:
        """Whether a column is of figures that nobody adds up: shares, prices of one, numbers of pages."""
        said = self._heads[column]
        return self._sheet.columns[column].unit in ("%", "‰") or bool(said & {Role.APART, Role.PRICE} - {Role.AMOUNT})

    def _mark(self, row: Sequence[Cell]) -> Role | None:
        """What a row is by its label: NET, TAX, TOTAL or OTHER; APART for averages; None for an ordinary one."""
        for cell in row:
            if not cell.text or (cell.type in _AMOUNTS and cell.value):
                continue
            said = roles(cell.text)
            if not said:
                return None
            for role in (Role.APART, Role.NET, Role.TAX, Role.TOTAL, Role.OTHER, Role.PAID, Role.CHANGE):
                if role in said and self._is_short(row):
                    return role
            return None
        return None

    def _is_short(self, row: Sequence[Cell]) -> bool:
        """Whether a row says little besides its label and amounts: an item may be called "Service", too."""
        words = sum(bool(cell.text) and cell.type not in _AMOUNTS for cell in row)
        kinds = sum(column.type not in _AMOUNTS for column in self._sheet.columns)
        return words == 1 or words * 2 <= kinds

    def _column(self, column: int) -> Iterator[SumCheck]:
        rows = self._sheet.rows
        all_, since = _Running(), _Running()
        stated = _Running()
        for row, cells in enumerate(rows):
            value, mark = _value(cells[column]), self._marks[row]
            at = (row, column)
            if mark in (Role.NET, Role.TOTAL):
                if value is not None:
                    choices = [running.total() for running in (since, all_, stated) if running.count >= _LEAST_PARTS]
                    yield from self._stated(value, at, choices, labelled=all_.whole)
                    stated.add(value, at)
                since = _Running()
            elif mark in (Role.TAX, Role.OTHER):
                stated.add(value, at)
                stated.whole = stated.whole and value is not None
            elif mark is None:
                last = row == len(rows) - 1
                if last and value is not None and all_.count >= _LEAST_UNLABELLED and not stated.count:
                    yield from self._stated(value, at, [all_.total()], labelled=False)
                for running in (all_, since):
                    running.add(value, at)
                    running.whole = running.whole and (value is not None or not cells[column].text)

    def _stated(
        self, value: Decimal, at: tuple[int, int], choices: Sequence[_Totals], *, labelled: bool
    ) -> Iterator[SumCheck]:
        """The check of a stated sum: that of its parts with which it holds, else of the likeliest."""
        words = self._sheet.columns[at[1]].name
        for choice in choices:
            if choice.computed == value and value:
                yield _check(SumKind.COLUMN, value, value, at, choice.parts, words)
                return
        if labelled and choices:
            yield _check(SumKind.COLUMN, value, choices[0].computed, at, choices[0].parts, words)

    def _products(self) -> Iterator[SumCheck]:
        found = [self._headed(role, excepted) for role, excepted in _FACTORS]
        if any(column is None for column in found) or len(set(found)) < 3:
            return
        quantity, price, amount = (column for column in found if column is not None)
        name = f"{self._sheet.columns[quantity].name} × {self._sheet.columns[price].name}"
        places = _most_places(self._sheet, amount)
        checks = []
        for row, cells in enumerate(self._sheet.rows):
            count, each, stated = (_value(cells[column]) for column in (quantity, price, amount))
            if count is None or each is None or stated is None or self._marks[row] is not None:
                continue
            computed = _product(count, each, stated, places)
            parts = ((row, quantity), (row, price))
            checks.append(_check(SumKind.ROW, stated, computed, (row, amount), parts, name))
        if sum(check.holds for check in checks) > _MOST_OF * len(checks) or len(checks) == 1:
            yield from checks

    def _headed(self, role: Role, excepted: frozenset[Role]) -> int | None:
        """The only column of amounts whose heading says so."""
        found = [
            at
            for at, said in enumerate(self._heads)
            if role in said and not said & excepted and self._sheet.columns[at].type in _AMOUNTS
        ]
        return found[0] if len(found) == 1 else None


_FACTORS = (
    (Role.QUANTITY, frozenset[Role]()),
    (Role.PRICE, frozenset[Role]()),
    (Role.AMOUNT, frozenset((Role.PRICE, Role.QUANTITY))),
)


class _Running:
    """A sum that grows from row to row."""

    def __init__(self) -> None:
        self._sum = Decimal(0)
        self._parts: list[tuple[int, int]] = []
        self.whole = True
        """Whether every cell was a number, or empty."""

    @property
    def count(self) -> int:
        """How many cells it is of."""
        return len(self._parts)

    def add(self, value: Decimal | None, at: tuple[int, int]) -> None:
        """One more cell."""
        if value is not None:
            self._sum += value
            self._parts.append(at)

    def total(self) -> _Totals:
        """What it comes to by now."""
        return _Totals(self._sum, tuple(self._parts) if len(self._parts) <= _MOST_PARTS else ())


def _most_places(sheet: Sheet, column: int) -> int:
    return max((_places(value) for row in sheet.rows if (value := _value(row[column])) is not None), default=0)


def _product(count: Decimal, each: Decimal, stated: Decimal, places: int) -> Decimal:
    """What a quantity costs, to the places of amounts; as stated where the price of one was rounded to give that."""
    exact = count * each
    unit = Decimal(1).scaleb(-places)
    rounded = exact.quantize(unit, rounding=decimal.ROUND_HALF_UP)
    if rounded == stated or exact.quantize(unit, rounding=decimal.ROUND_HALF_EVEN) == stated:
        return stated
    own = _places(each)
    if (
        own >= 2
        and count
        and (stated / count).quantize(Decimal(1).scaleb(-own), rounding=decimal.ROUND_HALF_UP) == each
    ):
        return stated
    return exact if _places(exact) <= places else rounded


class _Fields:
    """Net amount, taxes and total of a receipt or an invoice, or of each row of a table that has them as columns.

    Args:
        sheet: Its fields.
    """

    def __init__(self, sheet: Sheet) -> None:
        self._sheet = sheet
        said = [roles(column.name) for column in sheet.columns]
        self._columns = {role: [at for at, each in enumerate(said) if role in each] for role in Role}

    def checks(self) -> Iterator[SumCheck]:
        """All that make sense."""
        if not self._columns[Role.TOTAL]:
            return
        for row, cells in enumerate(self._sheet.rows):
            yield from self._total(row, cells)
            yield from self._change(row, cells)

    def _of(self, cells: Sequence[Cell], role: Role) -> list[tuple[int, Decimal]]:
        """Amounts of a kind with their columns; those in per cent are rates."""
        return [
            (column, value)
            for column in self._columns[role]
            if (cell := cells[column]).unit not in ("%", "‰") and (value := _value(cell)) is not None
        ]

    def _total(self, row: int, cells: Sequence[Cell]) -> Iterator[SumCheck]:
        nets, totals = self._of(cells, Role.NET), self._of(cells, Role.TOTAL)
        taxes, others = self._of(cells, Role.TAX), self._of(cells, Role.OTHER)
        if len(nets) != 1 or len(totals) != 1 or not taxes + others:
            return
        (net_at, net), (total_at, total) = nets[0], totals[0]
        if total == net:
            return  # what is called a subtotal holds the tax already
        for parts in _ways(taxes, others):
            computed = sum((value for _, value in parts), net)
            if computed == total:
                yield self._fields_check(row, total_at, total, total, [(net_at, net), *parts])
                return
        if not others and not any(is_included(self._sheet.columns[column].name) for column, _ in taxes):
            computed = sum((value for _, value in taxes), net)
            yield self._fields_check(row, total_at, total, computed, [(net_at, net), *taxes])

    def _change(self, row: int, cells: Sequence[Cell]) -> Iterator[SumCheck]:
        paid, change, totals = (self._of(cells, role) for role in (Role.PAID, Role.CHANGE, Role.TOTAL))
        if len(paid) == len(change) == len(totals) == 1:
            (paid_at, given), (change_at, back), (total_at, total) = paid[0], change[0], totals[0]
            names = [self._sheet.columns[column].name for column in (paid_at, total_at)]
            parts = ((row, paid_at), (row, total_at))
            yield _check(SumKind.FIELDS, abs(back), given - total, (row, change_at), parts, " − ".join(names))

    def _fields_check(
        self, row: int, at: int, stated: Decimal, computed: Decimal, parts: Sequence[tuple[int, Decimal]]
    ) -> SumCheck:
        words = " + ".join(self._sheet.columns[column].name for column, _ in parts)
        return _check(SumKind.FIELDS, stated, computed, (row, at), [(row, column) for column, _ in parts], words)


def _ways(
    taxes: Sequence[tuple[int, Decimal]], others: Sequence[tuple[int, Decimal]]
) -> Iterator[list[tuple[int, Decimal]]]:
    """Ways in which what stands between net and total may count; a discount may be written without its minus."""
    for kept in ([*taxes, *others], [*taxes], [*others]):
        if kept:
            yield kept
    if len(others) <= 6:
        for signs in range(1, 2 ** len(others)):
            turned = [(at, -value if signs >> bit & 1 else value) for bit, (at, value) in enumerate(others)]
            yield [*taxes, *turned]
