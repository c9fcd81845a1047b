"""Which rows stand in the reviewer's list: a hundred thousand numbers, made and compared away from the loop."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence

_PIECE = 2_000


class Listing:
    """Which rows are listed; made in a thread, because they may be a hundred thousand.

    Two arrays, which are made and thrown away faster than a dictionary of as many numbers.

    Args:
        numbers: In their order.
    """

    def __init__(self, numbers: Sequence[int] = ()) -> None:
        self.numbers = array("Q")
        self._behind = array("I")  # by number: its place, counted from 1
        self.extend(numbers)

    def extend(self, numbers: Sequence[int]) -> None:
        """Rows come behind the others; none of them is there yet."""
        highest = max(numbers, default=0)
        if (more := highest + 1 - len(self._behind)) > 0:
            self._behind.frombytes(bytes(more * self._behind.itemsize))
        behind, place = self._behind, len(self.numbers)
        for number in numbers:
            place += 1
            behind[number] = place
        self.numbers.extend(numbers)

    def place(self, number: int) -> int | None:
        """Where a row stands."""
        return self._behind[number] - 1 if number < len(self._behind) and self._behind[number] else None

    def without(self, numbers: Sequence[int]) -> Sequence[int]:
        """Those of some rows that are not among them."""
        return [number for number in numbers if self.place(number) is None]


def pieces(numbers: Sequence[int]) -> Iterator[Sequence[int]]:
    """Rows, as many at once as are put into a list without being noticed."""
    for begin in range(0, len(numbers), _PIECE):
        yield numbers[begin : begin + _PIECE]
