"""Says what is different between two pictures."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping

from kireji.core.comparison import answers, questions
from kireji.core.comparison.words import markdown
from kireji.core.errors import KirejiError
from kireji.core.messages import ImagePart, Sha256
from kireji.core.ports import CaptureStore, PictureComparer
from kireji.core.structured.asked import AskedForm
from kireji.core.structured.comparison import Comparison, Difference
from kireji.core.structured.forms import AnswerForm
from kireji.core.structured.questions import Asker, StructuredAnswer, StructuredQuestion
from kireji.core.words import say
from kireji.services.structured.turn import Made, Outcome, StructuredTurns


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

        Args:
            before: A stored picture.
            after: Another.
            pictures: Bytes of those that are at hand.

        Raises:
            PictureError: One is damaged.
            StoreError: One could not be read.
        """
        found = await self._bytes(before, after, pictures)
        return await asyncio.to_thread(self._comparer.difference, found[before.blob], found[after.blob])

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
        found = await self._bytes(before, after, pictures)
        difference = await self.difference(before, after, found)
        seen(difference)
        question = StructuredQuestion(
            AnswerForm.COMPARISON,
            say("What is different between these two pictures?"),
            questions.SYSTEM,
            questions.question(difference, say("Answer in English.")),
            questions.SCHEMA,
            (before, after),
            found,
            asked=AskedForm(AnswerForm.COMPARISON),
        )
        if difference.identical:
            nothing = Comparison(say("Nothing is different: both pictures show the same."), (), difference)
            return await self._turns.known(question, asker, Made(markdown(nothing), nothing), began=began)

        async def make(answer: StructuredAnswer) -> Made:
            if answer.refusal:
                raise KirejiError(answer.refusal, say("Choose another model; the regions are marked all the same."))
            result = answers.comparison(answer.data, difference)
            return Made(markdown(result), result)

        return await self._turns.run(question, asker, make, began=began)

    async def _bytes(
        self, before: ImagePart, after: ImagePart, pictures: Mapping[Sha256, bytes] | None
    ) -> Mapping[Sha256, bytes]:
        at_hand = pictures or {}
        blobs = dict.fromkeys((before.blob, after.blob))
        return {blob: at_hand.get(blob) or await self._captures.get(blob) for blob in blobs}
