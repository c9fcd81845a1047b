"""Where somebody has been, to go back and forward."""

from __future__ import annotations

from typing import NamedTuple


class Stop(NamedTuple):
    """A page with the place in it.

    Args:
        page: Its name.
        place: As the column says it.
    """

    page: str
    place: tuple[int, int] = (0, 0)


class Trail:
    """The stops before and behind the one that is shown."""

    def __init__(self) -> None:
        self._before: list[Stop] = []
        self._behind: list[Stop] = []

    def leave(self, stop: Stop) -> None:
        """Somebody goes on from here by a way of their own."""
        self._before.append(stop)
        self._behind.clear()

    def back(self, here: Stop) -> Stop | None:
        """The stop before this one; None at the beginning."""
        return self._step(self._before, self._behind, here)

    def forward(self, here: Stop) -> Stop | None:
        """The stop that was gone back from; None where there is none."""
        return self._step(self._behind, self._before, here)

    @staticmethod
    def _step(source: list[Stop], other: list[Stop], here: Stop) -> Stop | None:
        if not source:
            return None
        other.append(here)
        return source.pop()

    @property
    def ways(self) -> tuple[bool, bool]:
        """Whether there is a way back, and one forward."""
        return bool(self._before), bool(self._behind)
