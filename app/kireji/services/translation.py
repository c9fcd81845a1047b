"""Translates the words of a picture where they stand."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from kireji.core.messages import ImagePart, Sha256
from kireji.core.ports import CaptureStore, Reader
from kireji.core.structured.questions import Asker
from kireji.core.structured.translation import Translation
from kireji.services.structured.turn import Outcome, StructuredTurns


class TranslationService:
    """Reads the words on this computer, has them translated block by block, and puts them back into their places.

    Args:
        turns: Asks and keeps.
        reader: Where the words stand.
        captures: The bytes of pictures.
    """

    def __init__(self, turns: StructuredTurns, reader: Reader, captures: CaptureStore) -> None:
        self._turns = turns
        self._reader = reader
        self._captures = captures

    async def translate(
        self,
        image: ImagePart,
        language: str,
        asker: Asker,
        pictures: Mapping[Sha256, bytes] | None = None,
        *,
        observe: Callable[[Translation], None] = lambda _: None,
        began: Callable[[int], None] = lambda _: None,
    ) -> Outcome:
        """Translate a picture; `Outcome.result` is a `Translation`.

        Args:
            image: A stored picture.
            language: Into which, as people name it.
            asker: On whose behalf.
            pictures: Its bytes, where they are at hand.
            observe: Told the blocks that are translated so far; the first call has all of them untranslated.
            began: Told the conversation, once the question stands in it.

        Raises:
            KirejiError: No words were found in the picture, or as of `StructuredTurns.run`.
            ReaderError: It could not be read.
        """
        raise NotImplementedError

    async def translate_text(
        self,
        text: str,
        language: str,
        asker: Asker,
        *,
        observe: Callable[[Translation], None] = lambda _: None,
        began: Callable[[int], None] = lambda _: None,
    ) -> Outcome:
        """Translate words, paragraph by paragraph; the blocks of the `Translation` have no places.

        Args:
            text: What.
            language: Into which, as people name it.
            asker: On whose behalf.
            observe: As in `translate`.
            began: The same.

        Raises:
            KirejiError: There are no words in it, or as of `StructuredTurns.run`.
        """
        raise NotImplementedError
