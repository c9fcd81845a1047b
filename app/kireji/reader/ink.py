"""Where letters begin and end in a line's pixels.

The recogniser tells about where the middle of each letter is; the pixels tell the rest: what differs from the ground
is ink, and between two letters there is a gap, or at least a place with little ink.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Pixels = NDArray[np.uint8]

_FAINTEST = 24
"""Levels by which ink differs from the ground at least."""
_SHARE = 0.3
"""Of the strongest ink: what is fainter is the soft edge of a letter or noise."""
_STRONGEST = 98
"""Percentile of the differences that is taken for the strongest ink."""
_RULE = 0.7
"""A row with more ink than this part of the width is a ruled line."""
_APART = 0.3
"""Of the height: beyond so wide a gap nothing belongs to the first letter, nor to the last."""
_LETTER = 0.45
"""Of the height: half of the widest letter that has gaps in it. What begins farther from its middle, behind a gap, is
something else, such as a box to tick."""
_PARTED = 3
"""Pixels of such a gap at least."""
_STRAY = 0.2
"""Of the height: what is lower and stands apart at the edge belongs to another line."""
_THIN, _OFF = 2, 3
"""Rows of a faint ruled line or of noise, and how far from the letters these stand; dots and accents stand nearer."""


class Ink(NamedTuple):
    """Where the ink of a line is, in pixels of its cut.

    Args:
        edges: For each character where it begins and ends; of a blank where its neighbours end and begin.
        top: Of all letters.
        bottom: The same, outside it.
    """

    edges: tuple[tuple[int, int], ...]
    top: int
    bottom: int


def ink(cut: Pixels, text: str, places: Sequence[float]) -> Ink | None:
    """Find the letters of a line; None where they cannot be told from the ground.

    Args:
        cut: The line's pixels, not turned.
        text: What was read.
        places: For each character its middle, between the left (0) and the right (1) end; blanks have that of the
            character before.
    """
    height, width = cut.shape[:2]
    if len(places) != len(text) or not text or height < 3 or width < 3:
        return None
    mask = _mask(cut)
    rows = mask.sum(axis=1)
    mask[rows > _RULE * width] = False
    band = _band([int(count) > 0 for count in mask.sum(axis=1)], height)
    if band is None:
        return None
    top, bottom = band
    columns = mask[top:bottom].sum(axis=0).tolist()
    seen = [at for at, sign in enumerate(text) if not sign.isspace()]
    middles = [min(width - 1, round(places[at] * width)) for at in seen]
    if not seen or not any(columns):
        return None
    gaps = [_gap(columns, one, other) for one, other in itertools.pairwise(middles)]
    apart = max(2, round(_APART * height))
    letter = round(_LETTER * height)
    first = middles[0] - _reach(columns[: middles[0] + 1][::-1], apart, letter)
    last = middles[-1] + _reach(columns[middles[-1] :], apart, letter)
    begins = [first, *(end for _, end in gaps)]
    ends = [*(begin for begin, _ in gaps), last + 1]
    return Ink(_with_blanks(text, seen, begins, ends), top, bottom)


def _mask(cut: Pixels) -> NDArray[np.bool_]:
    """Where there is ink."""
    values = cut[..., :3].astype(np.int16)
    ground = np.median(values[::2, ::2].reshape(-1, 3), axis=0).astype(np.int16)  # letters never fill half of it
    far = np.abs(values - ground).max(axis=2)
    return np.asarray(far > max(_FAINTEST, _SHARE * float(np.percentile(far, _STRONGEST))))


def _band(inked: list[bool], height: int) -> tuple[int, int] | None:
    """From the first to the last row with ink, without what hangs in from the lines above and below."""
    runs: list[list[int]] = []
    for y, has_ink in enumerate(inked):
        if not has_ink:
            continue
        if runs and runs[-1][1] == y:
            runs[-1][1] = y + 1
        else:
            runs.append([y, y + 1])
    stray = _STRAY * height
    if len(runs) > 1 and runs[0][0] == 0 and runs[0][1] <= stray:
        del runs[0]
    if len(runs) > 1 and runs[-1][1] == height and height - runs[-1][0] <= stray:
        del runs[-1]
    while len(runs) > 1 and _is_thin(runs[0]) and runs[1][0] - runs[0][1] >= _OFF:
        del runs[0]
    while len(runs) > 1 and _is_thin(runs[-1]) and runs[-1][0] - runs[-2][1] >= _OFF:
        del runs[-1]
    return (runs[0][0], runs[-1][1]) if runs else None


def _is_thin(run: Sequence[int]) -> bool:
    return run[1] - run[0] <= _THIN


def _reach(columns: list[int], apart: int, letter: int) -> int:
    """How far the ink goes on from the first of some columns, over gaps in a letter but not over wide ones."""
    reach = empty = 0
    for distance, count in enumerate(columns):
        if count and empty >= _PARTED and distance >= letter:
            break
        empty = 0 if count else empty + 1
        if empty > apart:
            break
        if count:
            reach = distance
    return reach


def _gap(columns: list[int], one: int, other: int) -> tuple[int, int]:
    """Where one letter ends and the next begins: the widest gap between their middles, else where there is least."""
    if other <= one:
        return one, one
    best, begin = (0, one), -1
    for x in range(one, other + 1):
        if columns[x]:
            begin = -1
            continue
        if begin < 0:
            begin = x
        if x + 1 - begin > best[0]:
            best = (x + 1 - begin, begin)
    if best[0]:
        return best[1], best[1] + best[0]
    middle = (one + other) / 2
    least = min(range(one, other + 1), key=lambda x: (columns[x], abs(x - middle)))
    return least, least


def _with_blanks(
    text: str, seen: Sequence[int], begins: Sequence[int], ends: Sequence[int]
) -> tuple[tuple[int, int], ...]:
    edges: list[tuple[int, int]] = [(begins[0], begins[0])] * len(text)
    for number, at in enumerate(seen):
        edges[at] = (begins[number], max(begins[number], ends[number]))
        following = seen[number + 1] if number + 1 < len(seen) else len(text)
        for blank in range(at + 1, following):
            after = begins[number + 1] if number + 1 < len(seen) else ends[number]
            edges[blank] = (ends[number], max(ends[number], after))
    return tuple(edges)
