"""Which of several places is the one that a cell was taken from.

`1` may stand on a picture twenty times. Values that stand there once give the rows of a table their height and the
columns their place from the left; the others follow from these. Rows go down the picture and columns to the right, and
each place is taken once where that can be.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from statistics import median
from typing import NamedTuple

from kireji.core.extraction.picture_words import PictureWords, Span

Grid = Sequence[Sequence[Sequence[Span]]]
"""For each cell of each row all places where it may stand."""

_TELLING = 12
"""Places of a cell that still tells where its row is; one with more tells nothing."""
_TELLING_CELLS = 4
"""Cells of a row that are looked at to find it."""
_MOST_ROWS = 20_000
"""Rows of a table whose places are weighed; in larger ones each cell takes the first place that is free."""
_ENOUGH = 12
"""Rows that tell where the columns stand."""
_ASIDE = 3.0
"""Of a row's height: what stands farther from its column is not surely a cell's."""
_LOOKED_AT = 40
"""Places that are weighed for one cell, the nearest."""
_ROW_APART = 4.0
"""What it costs to stand a row away, where standing as far aside costs 1."""


class _Edge(NamedTuple):
    """How a column is aligned.

    Args:
        which: Left, middle or right edges.
        at: Where they stand.
    """

    which: int
    at: float


class Placing:
    """Gives the cells of a picture's sheets their places.

    Args:
        words: Of the picture.
    """

    def __init__(self, words: PictureWords) -> None:
        self._words = words
        self.taken: set[int] = set()
        """Words that are some cell's place."""
        self._ordered: dict[int, tuple[Sequence[Span], Sequence[tuple[float, Span]]]] = {}
        self._bands: dict[int, tuple[Sequence[Span], Mapping[int, Sequence[Span]]]] = {}

    def take(self, span: Span) -> None:
        """Mark words as some cell's place."""
        self.taken.update(range(*span))

    def is_taken(self, span: Span) -> bool:
        """Whether some cell has taken any of these words."""
        first, behind = span
        return first in self.taken if behind - first == 1 else any(index in self.taken for index in range(*span))

    def table(self, grid: Grid) -> Layout:
        """Place the cells of a table."""
        if len(grid) > _MOST_ROWS:
            return self._in_order(grid)
        layout = Layout(self._words, self._rows(grid), len(grid))
        layout.edges = self._edges(grid, layout)
        known = sorted(range(len(grid)), key=lambda row: row not in layout.bands)
        for row in known:  # rows whose place is known first: others may be none
            self._row(grid[row], layout, row)
        return layout

    def _row(self, cells: Sequence[Sequence[Span]], layout: Layout, row: int) -> None:
        """Give the cells of a row their places, what fits best first."""
        height, band = layout.height(row), layout.bands.get(row)
        same = Counter(map(id, filter(None, cells)))
        costs: list[tuple[float, int, Span]] = []
        for column, spans in enumerate(cells):
            if not spans:
                continue
            if same[id(spans)] == 1 and (sure := self._sure(spans, layout, band, column)) is not None:
                layout.chosen[row, column] = sure
                self.take(sure)
                continue
            costs += [(self._cost(span, layout, height, column), column, span) for span in self._near(spans, height)]
        costs.sort()
        for _, column, span in costs:
            if (row, column) not in layout.chosen and not self.is_taken(span):
                layout.chosen[row, column] = span
                self.take(span)
        for _, column, span in costs:  # what is left has nothing that is free
            layout.chosen.setdefault((row, column), span)

    def _sure(self, spans: Sequence[Span], layout: Layout, band: int | None, column: int) -> Span | None:
        """The only free place of a cell in its row and column, or the only one at all."""
        here = spans if len(spans) == 1 else self._by_band(spans).get(band, ()) if band is not None else ()
        if len(here) != 1 or self.is_taken(here[0]):
            return None
        if len(spans) > 1 and (aside := layout.along(here[0], column)) is not None and aside > _ASIDE:
            return None
        return here[0]

    def _by_band(self, spans: Sequence[Span]) -> Mapping[int, Sequence[Span]]:
        """Places by the rows they stand in."""
        known = self._bands.get(id(spans))
        if known is None:
            found: dict[int, list[Span]] = defaultdict(list)
            for span in spans:
                found[self._words.band(span)].append(span)
            known = self._bands[id(spans)] = (spans, found)  # the list is kept, so that its number is not given again
        return known[1]

    def _in_order(self, grid: Grid) -> Layout:
        layout = Layout(self._words, {}, len(grid))
        for row, cells in enumerate(grid):
            for column, spans in enumerate(cells):
                if spans:
                    best = next((span for span in spans[:_LOOKED_AT] if not self.is_taken(span)), spans[0])
                    layout.chosen[row, column] = best
                    self.take(best)
        return layout

    def _rows(self, grid: Grid) -> dict[int, int]:
        """For rows whose place is known the band they stand in: the heaviest choice in which both go down."""
        pairs: list[tuple[int, int, float]] = []
        for row, cells in enumerate(grid):
            weights: dict[int, float] = defaultdict(float)
            telling = sorted((spans for spans in cells if 0 < len(spans) <= _TELLING), key=len)[:_TELLING_CELLS]
            for spans in telling or sorted((spans for spans in cells if spans), key=len)[:1]:
                free = [span for span in spans[: _TELLING * 4] if span[0] not in self.taken]
                for band in {self._words.band(span) for span in free}:
                    weights[band] += 1 / len(free)
            pairs += [(row, band, weight) for band, weight in weights.items()]
        return _going_down(pairs, len(self._words.heights))

    def _edges(self, grid: Grid, layout: Layout) -> list[_Edge | None]:
        found: list[list[Span]] = [[] for _ in range(max(map(len, grid), default=0))]
        step = max(1, len(layout.bands) // _ENOUGH)
        for row in list(layout.bands)[::step]:
            height, band = layout.height(row) or 0.0, layout.bands[row]
            same = Counter(map(id, filter(None, grid[row])))
            for column, spans in enumerate(grid[row]):
                if not spans or same[id(spans)] > 1:
                    continue
                by_band = self._by_band(spans)
                near = [span for at in (band - 1, band, band + 1) for span in by_band.get(at, ())]
                here = [span for span in near if abs(self._middle(span) - height) < layout.pitch * 0.9]
                if len(here) == 1:
                    found[column].append(here[0])
        return [self._edge(spans) for spans in found]

    def _middle(self, span: Span) -> float:
        return self._words.middles[self._words.line_of[span[0]]]

    def _edge(self, spans: Sequence[Span]) -> _Edge | None:
        if not spans:
            return None
        best: tuple[float, _Edge] | None = None
        for which in (0, 2, 1):
            places = [_along(self._words, span, which) for span in spans]
            at = _middle_of(places)
            spread = _middle_of([abs(place - at) for place in places])
            if best is None or spread < best[0]:
                best = (spread, _Edge(which, at))
        return best[1] if best else None

    def _near(self, spans: Sequence[Span], height: float | None) -> Sequence[Span]:
        """The places nearest to a row."""
        if len(spans) <= _LOOKED_AT:
            return spans
        if height is None:
            free = [span for span in spans if not self.is_taken(span)]
            return (free or spans)[:_LOOKED_AT]
        ordered = self._down(spans)
        at = bisect_left(ordered, (height,))
        return [span for _, span in ordered[max(0, at - _LOOKED_AT // 2) : at + _LOOKED_AT // 2]]

    def _down(self, spans: Sequence[Span]) -> Sequence[tuple[float, Span]]:
        """Places from top to bottom."""
        known = self._ordered.get(id(spans))
        if known is None:
            ordered = sorted((self._middle(span), span) for span in spans)
            known = self._ordered[id(spans)] = (spans, ordered)  # kept, so that its number is not given again
        return known[1]

    def _cost(self, span: Span, layout: Layout, height: float | None, column: int) -> float:
        aside = layout.along(span, column)
        cost = 0.0 if aside is None else aside
        return cost if height is None else cost + abs(self._middle(span) - height) / layout.pitch * _ROW_APART

    def cost_of_lines(self, lines: Sequence[Span], height: float | None) -> tuple[bool, float]:
        """How well the lines of one value fit a row: they are free, and near."""
        middle = sum(map(self._middle, lines)) / len(lines)
        return any(map(self.is_taken, lines)), abs(middle - height) if height is not None else middle

    def fields(self, cells: Sequence[Sequence[Span]], labels: Sequence[Sequence[Span]]) -> dict[int, Span]:
        """Place fields: near their labels, and else in the order in which they stand.

        Args:
            cells: For each field all places where its value may stand.
            labels: For each field where its name stands.
        """
        costs: list[tuple[float, int, Span]] = []
        for field, spans in enumerate(cells):
            names = labels[field][:_LOOKED_AT]
            share = field / max(1, len(cells))
            for span in spans[:_LOOKED_AT]:
                near = min((self._apart(name, span) for name in names if not _overlaps(name, span)), default=None)
                along = abs(span[0] / max(1, len(self._words.tokens)) - share)
                costs.append((50 + along if near is None else near + along / 100, field, span))
        chosen: dict[int, Span] = {}
        for _, field, span in sorted(costs):
            if field not in chosen and not self.is_taken(span):
                chosen[field] = span
                self.take(span)
        for _, field, span in sorted(costs):  # what is left has nothing that is free
            chosen.setdefault(field, span)
        return chosen

    def _apart(self, name: Span, span: Span) -> float:
        """How far a value stands from a label, in line heights; beside it and below it are near."""
        label, value = self._words.box(name), self._words.box(span)
        height = max(1, label[3] - label[1], value[3] - value[1])
        down = (value[1] + value[3] - label[1] - label[3]) / 2 / height
        if abs(down) < 0.7:  # on one line: to its right (in some scripts to its left)
            gap = max(value[0] - label[2], label[0] - value[2]) / height
            return max(0.0, gap) * 0.2 + (2.0 if value[2] <= label[0] else 0.0)
        aside = max(0.0, value[0] - label[2], label[0] - value[2]) / height
        return (1 + abs(down) + aside) if down > 0 else (6 + abs(down) + aside)


class Layout:
    """Where the rows and columns of a table stand.

    Args:
        words: Of the picture.
        bands: For rows whose place is known in which band they stand.
        rows: How many there are.
    """

    def __init__(self, words: PictureWords, bands: dict[int, int], rows: int) -> None:
        self._words = words
        self.bands = bands
        self.edges: list[_Edge | None] = []
        self.chosen: dict[tuple[int, int], Span] = {}
        self._known = sorted(bands)
        self._heights = [words.heights[bands[row]] for row in self._known]
        steps = [
            (below - above) / (later - earlier)
            for above, below, earlier, later in zip(
                self._heights, self._heights[1:], self._known, self._known[1:], strict=False
            )
        ]
        boxes = [line.box[3] - line.box[1] for line in words.lines[:200]]
        self.pitch = max(1.0, median(steps) if steps else float(median(boxes) if boxes else 1))
        self._rows = rows

    def height(self, row: int) -> float | None:
        """Where the middle of a row stands, between its neighbours where it is not known; None where nothing is."""
        if not self._known:
            return None
        at = bisect_left(self._known, row)
        if at < len(self._known) and self._known[at] == row:
            return self._heights[at]
        if at == 0:
            return self._heights[0] - (self._known[0] - row) * self.pitch
        if at == len(self._known):
            return self._heights[-1] + (row - self._known[-1]) * self.pitch
        share = (row - self._known[at - 1]) / (self._known[at] - self._known[at - 1])
        return self._heights[at - 1] + share * (self._heights[at] - self._heights[at - 1])

    def along(self, span: Span, column: int) -> float | None:
        """How far from its column words stand, in rows' heights; None where it is not known where that is."""
        edge = self.edges[column] if column < len(self.edges) else None
        return None if edge is None else abs(_along(self._words, span, edge.which) - edge.at) / self.pitch


def _middle_of(values: Sequence[float]) -> float:
    return sorted(values)[len(values) // 2]


def _along(words: PictureWords, span: Span, which: int) -> float:
    box = words.box(span)
    return (box[0] + box[2]) / 2 if which == 1 else float(box[which])


def _overlaps(one: Span, other: Span) -> bool:
    return one[0] < other[1] and other[0] < one[1]


def _going_down(pairs: Sequence[tuple[int, int, float]], bands: int) -> dict[int, int]:
    """The heaviest choice of pairs in which rows and bands both only grow (a Fenwick tree of the best so far)."""
    tree: list[tuple[float, int]] = [(0.0, -1)] * (bands + 1)
    before: list[int] = []

    def best(band: int) -> tuple[float, int]:
        found = (0.0, -1)
        while band > 0:
            found = max(found, tree[band])
            band -= band & -band
        return found

    ordered = sorted(pairs, key=lambda pair: (pair[0], -pair[1]))
    top = (0.0, -1)
    for number, (_, band, weight) in enumerate(ordered):
        above, previous = best(band)
        before.append(previous)
        entry = (above + weight, number)
        top = max(top, entry)
        at = band + 1
        while at <= bands:
            tree[at] = max(tree[at], entry)
            at += at & -at
    chosen: dict[int, int] = {}
    number = top[1]
    while number >= 0:
        row, band, _ = ordered[number]
        chosen[row] = band
        number = before[number]
    return chosen
