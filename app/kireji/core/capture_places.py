"""Where on the desktop pictures were cut out, so that the same place can be looked at again."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:  # whoever holds the shortcut at start-up must not load the whole core for it
    from kireji.core.geometry import Rect
    from kireji.core.messages import ImagePart, Sha256


class Placed(NamedTuple):
    """A stored picture and its place.

    Args:
        image: The picture; it may be smaller than its place, because large ones are shrunk.
        place: Where it was cut out, in the desktop's own pixels.
    """

    image: ImagePart
    place: Rect


class CapturePlaces(Protocol):
    """The places of stored pictures; a memory that may be lost, and that goes with the pictures."""

    def note(self, blob: Sha256, place: Rect) -> None:
        """Keep where a picture was cut out; nobody waits for it, and a failure costs only the memory of the place."""

    async def place_of(self, blob: Sha256) -> Rect | None:
        """Where it was cut out; None when nobody knows.

        Raises:
            StoreError: It could not be read.
        """

    async def last(self, place: Rect | None = None) -> Placed | None:
        """The last picture of a conversation that was cut out there, or nearly there; of any place when None.

        Raises:
            StoreError: It could not be read.
        """
