"""Translates the words of a picture where they stand, and words without a picture."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from kireji.core.errors import KirejiError
from kireji.core.messages import ImagePart, Sha256
from kireji.core.ports import CaptureStore, Reader
from kireji.core.structured.asked import AskedForm
from kireji.core.structured.forms import AnswerForm
from kireji.core.structured.partial import UnfinishedJson
from kireji.core.structured.questions import Asker, StructuredAnswer, StructuredQuestion
from kireji.core.structured.translation import TextBlock, Translation
from kireji.core.translation import answers, languages, questions
from kireji.core.translation.blocks import blocks_of
from kireji.core.translation.words import markdown
from kireji.core.words import say
from kireji.services.structured.turn import Made, Outcome, StructuredTurns

MOST_TEXT = 60_000
"""Characters of a text that is translated at once: its translation must fit into one answer."""
_LONGEST_LANGUAGE = 80
_EMPTY_LINE = re.compile(r"\n[ \t]*(?:\n[ \t]*)+")


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
            language: Into which, as people name it, or its code.
            asker: On whose behalf.
            pictures: Its bytes, where they are at hand.
            observe: Told the blocks that are translated so far; the first call has all of them untranslated.
            began: Told the conversation, once the question stands in it.

        Raises:
            KirejiError: No words were found in the picture, or as of `StructuredTurns.run`.
            ReaderError: It could not be read.
        """
        wanted = _language(language)
        picture = (pictures or {}).get(image.blob) or await self._captures.get(image.blob)
        reading = await self._reader.read_all(picture)
        blocks = await asyncio.to_thread(blocks_of, reading)
        if not blocks:
            raise KirejiError(
                say("No words were found in the picture."), say("Choose a region with words that can be read.")
            )
        work = _Work(blocks, wanted, image.width, image.height)
        question = StructuredQuestion(
            AnswerForm.TRANSLATION,
            say("Translate this picture into {language}.", language=wanted),
            questions.SYSTEM,
            questions.question(work.asked, wanted, image.width, image.height),
            questions.SCHEMA,
            (image,),
            {image.blob: picture},
            questions.tokens(work.asked),
            AskedForm(AnswerForm.TRANSLATION, language=wanted),
        )
        return await self._run(work, question, asker, observe, began)

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
            language: Into which, as people name it, or its code.
            asker: On whose behalf.
            observe: As in `translate`.
            began: The same.

        Raises:
            KirejiError: There are no words in it, it is too long, or as of `StructuredTurns.run`.
        """
        wanted = _language(language)
        if len(text) > MOST_TEXT:
            raise KirejiError(
                say(
                    "The text has {count} characters; at most {most} can be translated at once.",
                    count=f"{len(text):,}",
                    most=f"{MOST_TEXT:,}",
                ),
                say("Translate it in parts."),
            )
        paragraphs = [part.strip("\n") for part in _EMPTY_LINE.split(text) if part.strip()]
        if not paragraphs:
            raise KirejiError(say("There is nothing to translate."), say("Give some words, or a picture."))
        work = _Work([TextBlock(part, (0, 0, 0, 0)) for part in paragraphs], wanted)
        question = StructuredQuestion(
            AnswerForm.TRANSLATION,
            f"{say('Translate this text into {language}:', language=wanted)}\n\n{text.strip()}",
            questions.SYSTEM_OF_TEXT,
            questions.question(work.asked, wanted),
            questions.SCHEMA,
            max_tokens=questions.tokens(work.asked),
            asked=AskedForm(AnswerForm.TRANSLATION, text, language=wanted),
        )
        return await self._run(work, question, asker, observe, began)

    async def _run(
        self,
        work: _Work,
        question: StructuredQuestion,
        asker: Asker,
        observe: Callable[[Translation], None],
        began: Callable[[int], None],
    ) -> Outcome:
        observe(work.so_far(None))

        async def make(answer: StructuredAnswer) -> Made:
            if answer.refusal:
                raise KirejiError(answer.refusal, say("Choose another model, or another picture."))
            return await asyncio.to_thread(work.made, answer.data)

        if not work.asked:
            return await self._turns.known(question, asker, work.made(None), began=began)
        progress = _Progress(work, observe)
        return await self._turns.run(
            question,
            asker,
            make,
            check=lambda data: answers.lacking(data, work.certain),
            observe=progress.see,
            began=began,
        )


class _Work:
    """One translation on its way.

    Args:
        blocks: All of them.
        language: Into which.
        width: Of the picture; 0 without one.
        height: The same.
    """

    def __init__(self, blocks: Sequence[TextBlock], language: str, width: int = 0, height: int = 0) -> None:
        self._blocks = blocks
        self._language = language
        self._size = (width, height)
        numbered = enumerate(blocks, 1)
        self.asked = tuple(
            (number, block) for number, block in numbered if block.unsure or not questions.stays(block.text)
        )
        self.numbers = frozenset(number for number, _ in self.asked)
        self.certain = frozenset(number for number, block in self.asked if not block.unsure) or self.numbers

    def so_far(self, data: Any) -> Translation:
        """What an unfinished answer says."""
        return self._translation(data, whole=False)

    def made(self, data: Any) -> Made:
        """What a whole answer says."""
        translation = self._translation(data, whole=True)
        return Made(markdown(translation), translation)

    def _translation(self, data: Any, *, whole: bool) -> Translation:
        found = answers.translations(data)
        blocks = answers.translated(self._blocks, self.numbers, found, whole=whole)
        return Translation(self._language, blocks, answers.source_language(data), *self._size)


class _Progress:
    """Tells of blocks as soon as their translations are whole.

    Args:
        work: What is translated.
        observe: Told.
    """

    def __init__(self, work: _Work, observe: Callable[[Translation], None]) -> None:
        self._work = work
        self._observe = observe
        self._begin()

    def _begin(self) -> None:
        self._json, self._seen, self._told = UnfinishedJson(), "", 0

    def see(self, text: str) -> None:
        """The answer so far; after one that did not fit it begins anew."""
        if not text.startswith(self._seen):
            self._begin()
        self._json.feed(text[len(self._seen) :])
        self._seen = text
        entries = self._json.value.get("blocks") if isinstance(self._json.value, dict) else None
        if not isinstance(entries, list) or not entries:
            return
        whole = len(entries) - self._json.is_open(entries[-1])
        if whole > self._told:
            self._told = whole
            self._observe(self._work.so_far(self._json.value))


def _language(named: str) -> str:
    language = languages.named(named)
    if not language or len(language) > _LONGEST_LANGUAGE or not any(map(str.isalpha, language)):
        raise KirejiError(say("No language was named."), say("Say into which, such as English or de."))
    return language
