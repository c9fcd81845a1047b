"""Takes tables and fields out of pictures."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import msgspec

from kireji.core.extraction.sheets import Extraction
from kireji.core.messages import ImagePart, Sha256
from kireji.core.ports import CaptureStore, Reader
from kireji.core.structured.questions import Asker
from kireji.services.structured.turn import Outcome, StructuredTurns


class Wanted(msgspec.Struct, frozen=True):
    """What is to be taken out.

    Args:
        fields: Names with their values, not tables.
        schema: JSON schema of what is wanted, as the person gave it: an object for fields, an array of objects (or an
            object with one array) for a table. Empty has columns proposed from the picture.
        wish: What the person says besides, such as "only the line items"; may be empty.
    """

    fields: bool = False
    schema: bytes = b""
    wish: str = ""


class ExtractionService:
    """Asks, types the cells, finds them on the picture, and checks sums.

    Args:
        turns: Asks and keeps.
        reader: Where the words stand.
        captures: The bytes of pictures.
    """

    def __init__(self, turns: StructuredTurns, reader: Reader, captures: CaptureStore) -> None:
        self._turns = turns
        self._reader = reader
        self._captures = captures

    async def extract(
        self,
        wanted: Wanted,
        asker: Asker,
        images: Sequence[ImagePart],
        pictures: Mapping[Sha256, bytes] | None = None,
        names: Sequence[str] = (),
        *,
        observe: Callable[[Extraction], None] = lambda _: None,
        began: Callable[[int], None] = lambda _: None,
    ) -> Outcome:
        """Take a table or fields out of one picture or several; `Outcome.result` is an `Extraction`.

        Several pictures are asked about one by one; sheets with the same columns become one, with `Sheet.sources`.

        Args:
            wanted: What.
            asker: On whose behalf.
            images: Stored pictures.
            pictures: Bytes of those that are at hand.
            names: What people call them.
            observe: Told what has come so far, rows that are whole, before anything is linked.
            began: Told the conversation, once the question stands in it.

        Raises:
            KirejiError: The schema cannot be used, or as of `StructuredTurns.run`; of several pictures only when all
                fail.
        """
        raise NotImplementedError
