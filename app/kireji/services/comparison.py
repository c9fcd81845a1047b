"""Says what is different between two pictures."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from kireji.core.messages import ImagePart, Sha256
from kireji.core.ports import CaptureStore, PictureComparer
from kireji.core.structured.comparison import Difference
from kireji.core.structured.questions import Asker
from kireji.services.structured.turn import Outcome, StructuredTurns


class ComparisonService:
    """Finds the regions that differ on this computer, and has a model say what they mean.

    Args:
        turns: Asks and keeps.
        comparer: Compares pixels.
        captures: The bytes of pictures.
    """

    def __init__(self, turns: StructuredTurns, comparer: PictureComparer, captures: CaptureStore) -> None:
        self._turns = turns
        self._comparer = comparer
        self._captures = captures

    async def difference(
        self, before: ImagePart, after: ImagePart, pictures: Mapping[Sha256, bytes] | None = None
    ) -> Difference:
        """What the pixels say; nothing leaves this computer.

        Raises:
            PictureError: One is damaged.
            StoreError: One could not be read.
        """
        raise NotImplementedError

    async def compare(
        self,
        before: ImagePart,
        after: ImagePart,
        asker: Asker,
        pictures: Mapping[Sha256, bytes] | None = None,
        *,
        seen: Callable[[Difference], None] = lambda _: None,
        began: Callable[[int], None] = lambda _: None,
    ) -> Outcome:
        """Compare two pictures; `Outcome.result` is a `Comparison`. Of identical ones nobody is asked.

        Args:
            before: A stored picture.
            after: Another.
            asker: On whose behalf.
            pictures: Bytes of those that are at hand.
            seen: Told what the pixels say, before anybody is asked.
            began: Told the conversation, once the question stands in it.

        Raises:
            KirejiError: As of `StructuredTurns.run`.
            PictureError: One is damaged.
        """
        raise NotImplementedError
