"""Where rows lie when some are measured and others only estimated: sums of heights that change. No Qt."""

from __future__ import annotations

from collections.abc import Iterable, Iterator


class Heights:
    """A column of heights in whole pixels; every question costs the logarithm of its length.

    Args:
        heights: What it begins with.
    """

    def __init__(self, heights: Iterable[int] = ()) -> None:
        self._heights = list(heights)
        self._sums: list[int] = []
        self._build()

    def _build(self) -> None:
        """Make a Fenwick tree: entry i holds the sum of the last `i & -i` heights up to it, counted from 1."""
        sums = [0, *self._heights]
        size = len(sums)
        for at in range(1, size):
            above = at + (at & -at)
            if above < size:
                sums[above] += sums[at]
        self._sums = sums

    def __len__(self) -> int:
        return len(self._heights)

    def __getitem__(self, index: int) -> int:
        return self._heights[index]

    def __iter__(self) -> Iterator[int]:
        return iter(self._heights)

    @property
    def total(self) -> int:
        """All of them together."""
        return self.before(len(self._heights))

    def before(self, index: int) -> int:
        """Where row `index` begins: the sum of all heights before it."""
        total = 0
        while index > 0:
            total += self._sums[index]
            index &= index - 1
        return total

    def set(self, index: int, height: int) -> int:
        """Change one height.

        Returns:
            By how much it grew.
        """
        more = height - self._heights[index]
        if more:
            self._heights[index] = height
            at = index + 1
            while at < len(self._sums):
                self._sums[at] += more
                at += at & -at
        return more

    def append(self, height: int) -> None:
        """Add one at the end."""
        self._heights.append(height)
        at = len(self._heights)
        self._sums.append(height + self.before(at - 1) - self.before(at - (at & -at)))

    def replace(self, start: int, stop: int, heights: Iterable[int]) -> None:
        """Put other heights in the place of those from `start` to before `stop`; only at the end it is cheap."""
        if start == len(self._heights):
            for height in heights:
                self.append(height)
            return
        self._heights[start:stop] = heights
        self._build()

    def find(self, y: int) -> int:
        """The row that covers `y`: the last one that begins at or above it; 0 when there is none or `y` is negative.

        Args:
            y: Pixels from the beginning of the first.
        """
        at, left = 0, y
        step = 1 << len(self._heights).bit_length()
        while step := step >> 1:
            if at + step < len(self._sums) and self._sums[at + step] <= left:
                at += step
                left -= self._sums[at]
        return max(0, min(at, len(self._heights) - 1))
