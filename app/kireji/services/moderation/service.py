"""Judges text and pictures by a policy."""

from __future__ import annotations

import asyncio
import difflib
import logging
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from kireji.core.errors import KirejiError, ReaderError, StoreError
from kireji.core.messages import ImagePart, Sha256
from kireji.core.moderation import judging
from kireji.core.moderation.asking import has_words, question_of
from kireji.core.moderation.evidence import PictureWords
from kireji.core.moderation.policies import ParsedPolicy, Policy, PolicyProblem
from kireji.core.moderation.policy_file import parse
from kireji.core.moderation.ports import PolicyStore
from kireji.core.moderation.verdicts import Verdict
from kireji.core.moderation.words import words_of as verdict_words
from kireji.core.ports import CaptureStore, Reader
from kireji.core.structured.questions import Asker, StructuredAnswer
from kireji.core.word_boxes import words_of
from kireji.core.words import say
from kireji.services.structured.turn import Made, Outcome, StructuredTurns

log = logging.getLogger(__name__)


class Moderation:
    """Judges.

    Args:
        policies: Where policies are kept.
        turns: Asks and keeps.
        reader: Finds quoted words in pictures.
        captures: The bytes of pictures that are not at hand.
    """

    def __init__(self, policies: PolicyStore, turns: StructuredTurns, reader: Reader, captures: CaptureStore) -> None:
        self.store = policies
        self._turns = turns
        self._reader = reader
        self._captures = captures

    async def policies(self) -> Mapping[str, ParsedPolicy]:
        """All of them by name, the broken ones with what is wrong.

        Raises:
            StoreError: A folder of policies cannot be looked into.
        """
        return await self.store.policies()

    async def policy(self, name: str) -> Policy:
        """The policy of that name.

        Raises:
            KirejiError: There is none, or its file cannot be used; the sentence names line and reason.
            StoreError: A folder of policies cannot be looked into.
        """
        found = await self.policies()
        if name in found:
            return usable(name, found[name])
        close = difflib.get_close_matches(name[:100], found, n=1)
        if close:
            raise KirejiError(
                say("There is no policy {name}.", name=name[:100]), say("Did you mean {other}?", other=close[0])
            )
        raise KirejiError(
            say("There is no policy {name}.", name=name[:100]), say("List them with: kireji policies list")
        )

    async def parsed(self, name: str, data: bytes) -> ParsedPolicy:
        """What a file that is not kept here gives, as an editor wants to know while it is written; never raises."""
        return await asyncio.to_thread(parse, name, data, own=True)

    async def judge(
        self,
        policy: Policy,
        text: str,
        asker: Asker,
        images: Sequence[ImagePart] = (),
        pictures: Mapping[Sha256, bytes] | None = None,
        *,
        observe: Callable[[str], None] = lambda _: None,
        began: Callable[[int], None] = lambda _: None,
    ) -> Outcome:
        """Judge a text, pictures, or both; `Outcome.result` is a `Verdict`.

        A model that refuses gives a verdict, too. What is quoted is looked for in the text and, through the reader,
        in the pictures; without a reader, quotes of pictures stay without a place.

        Args:
            policy: By which.
            text: What is judged; may be empty when there is a picture.
            asker: On whose behalf.
            images: Stored pictures.
            pictures: Bytes of those that are at hand.
            observe: Told the raw answer so far.
            began: Told the conversation, once the question stands in it.

        Raises:
            KirejiError: There is nothing to judge, or as of `StructuredTurns.run`.
        """
        at_hand = pictures or {}
        question = await asyncio.to_thread(question_of, policy, text, tuple(images), at_hand)
        judged = text if has_words(text) else ""

        def check(data: Any) -> str:
            return judging.problem(policy, data, text=bool(judged), pictures=len(images))

        async def make(answer: StructuredAnswer) -> Made:
            result = await self._verdict(policy, answer, judged, images, at_hand)
            return Made(verdict_words(result, policy), result)

        return await self._turns.run(question, asker, make, check=check, observe=observe, began=began)

    async def _verdict(
        self,
        policy: Policy,
        answer: StructuredAnswer,
        text: str,
        images: Sequence[ImagePart],
        pictures: Mapping[Sha256, bytes],
    ) -> Verdict:
        if answer.refusal:
            return judging.refused(policy, answer.refusal, text)
        wanted = judging.quotes_pictures(answer.data)
        words = [await self._words(image, pictures) if wanted else None for image in images]
        return await asyncio.to_thread(judging.verdict, policy, answer.data, text, words)

    async def _words(self, image: ImagePart, pictures: Mapping[Sha256, bytes]) -> PictureWords | None:
        """The words of a picture; None where there is nobody to read them: a verdict without places is one, too."""
        try:
            data = pictures.get(image.blob) or await self._captures.get(image.blob)
            return PictureWords(words_of(await self._reader.read_all(data)))
        except (ReaderError, StoreError) as error:
            log.info("the words of a picture could not be read: %s", error.message)
            return None


def usable(name: str, parsed: ParsedPolicy) -> Policy:
    """The policy of a file.

    Raises:
        KirejiError: The file cannot be used; the sentence names the first line and reason.
    """
    if parsed.policy is not None:
        return parsed.policy
    problem = next((each for each in parsed.problems if each.fatal), PolicyProblem(say("Nobody knows why.")))
    where = say(" (line {line})", line=problem.line) if problem.line else ""
    more = sum(each.fatal for each in parsed.problems) - 1
    hint = say("Correct the file; kireji policies check {name} shows all that is wrong.", name=name) if more else ""
    raise KirejiError(
        say("The policy {name}{where} cannot be used: {reason}", name=name, where=where, reason=problem.reason),
        hint or say("Correct the file."),
    )
