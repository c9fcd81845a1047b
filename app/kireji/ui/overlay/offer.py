"""Which window of the frozen picture is offered: a value, no Qt."""

from __future__ import annotations

from dataclasses import dataclass, replace

from kireji.ui.overlay.picking import Spot, next_spot, spot_at, spot_towards
from kireji.ui.overlay.selection import Point


@dataclass(frozen=True, slots=True)
class Offer:
    """The windows of one screen and the one that Enter would take.

    Args:
        spots: Topmost first.
        current: Index of the one that is offered.
        on: Whether windows are offered at all; without it a click still takes one.
    """

    spots: tuple[Spot, ...] = ()
    current: int | None = None
    on: bool = False

    @property
    def spot(self) -> Spot | None:
        """What is offered."""
        return None if self.current is None else self.spots[self.current]

    def of(self, spots: tuple[Spot, ...], point: Point) -> Offer:
        """The windows are known; the one at `point` is offered."""
        return Offer(spots, spot_at(spots, point), self.on)

    def switched(self, on: bool, point: Point) -> Offer:
        """Begin or end to offer them."""
        return replace(self, on=on, current=spot_at(self.spots, point))

    def at(self, point: Point) -> Offer:
        """The pointer is there."""
        return replace(self, current=spot_at(self.spots, point))

    def next(self, step: int) -> Offer:
        """The one after or before, all around."""
        return replace(self, current=next_spot(self.spots, self.current, step))

    def towards(self, direction: tuple[int, int]) -> Offer:
        """The nearest one that way."""
        return replace(self, current=spot_towards(self.spots, self.current, direction))
