"""One extraction: its pictures, asked about one by one."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import msgspec

from kireji.core.errors import (
    KirejiError,
    NotSent,
    PictureError,
    ProtocolViolation,
    ReaderError,
    RedactionFailed,
    RequestRejected,
)
from kireji.core.extraction.linking import linked
from kireji.core.extraction.markdown import nothing_on_it, words_of
from kireji.core.extraction.merging import Taken, merged
from kireji.core.extraction.questions import ExtractionQuestion
from kireji.core.extraction.reading import problem, sheets_of
from kireji.core.extraction.sheets import Extraction, Presence, Sheet
from kireji.core.extraction.sums import with_sums
from kireji.core.messages import ImagePart
from kireji.core.ports import CaptureStore, Reader
from kireji.core.reading import Reading
from kireji.core.structured.forms import AnswerForm
from kireji.core.structured.partial import UnfinishedJson
from kireji.core.structured.questions import AnswerUnusable, StructuredAnswer, StructuredQuestion
from kireji.core.tool_ports import SchemaValidator
from kireji.core.words import say
from kireji.services.growing_tables import GrowingTables
from kireji.services.structured.asking import summed
from kireji.services.structured.turn import Ask, Made, StoppedWith

_AT_ONCE = 4
"""Pictures that are asked about at the same time."""
_OF_ONE_PICTURE = (
    AnswerUnusable,
    RequestRejected,
    ProtocolViolation,
    PictureError,
    ReaderError,
    RedactionFailed,
)
"""Failures after which the other pictures are asked about all the same."""


class Parts(NamedTuple):
    """What pictures are taken apart with.

    Args:
        reader: Where the words stand.
        captures: The bytes of pictures.
        validator: Holds answers to the person's own schema.
    """

    reader: Reader
    captures: CaptureStore
    validator: SchemaValidator


class _Picture(NamedTuple):
    """What came of one picture.

    Args:
        answer: Of the model.
        sheets: Linked and reckoned.
        data: The answer as JSON text, where the person gave a schema.
        cut: What to say of an answer that was cut; empty of a whole one.
    """

    answer: StructuredAnswer
    sheets: tuple[Sheet, ...]
    data: bytes = b""
    cut: str = ""


class PictureExtraction:
    """Asks about pictures, and makes one result of what comes.

    Args:
        parts: What pictures are taken apart with.
        question: What is asked about each.
        whole: The same as a question of the history, with all pictures.
        names: What people call the pictures.
        unopened: Pictures that are none, with why.
        observe: Told what has come so far.
    """

    def __init__(
        self,
        parts: Parts,
        question: ExtractionQuestion,
        whole: StructuredQuestion,
        names: Sequence[str],
        unopened: Sequence[tuple[str, str]],
        observe: Callable[[Extraction], None],
    ) -> None:
        self._parts = parts
        self._question = question
        self._whole = whole
        self._names = names
        self._unopened = tuple(unopened)
        self._observe = observe
        self._several = len(whole.images) + len(unopened) > 1
        self._taken: dict[int, _Picture] = {}
        self._failed: dict[int, KirejiError] = {}
        self._over: KirejiError | None = None
        self._unread: set[int] = set()

    async def run(self, ask: Ask) -> tuple[StructuredAnswer, Made]:
        """All pictures.

        Raises:
            KirejiError: All have failed.
            StoppedWith: The person stopped it when some had come.
        """
        room = asyncio.Semaphore(_AT_ONCE)

        async def one(place: int, image: ImagePart) -> None:
            async with room:
                await self._one(ask, place, image)

        try:
            async with asyncio.TaskGroup() as group:
                for place, image in enumerate(self._whole.images):
                    group.create_task(one(place, image), name=f"extraction of picture {place + 1}")
        except asyncio.CancelledError as stopped:
            if not self._taken:
                raise
            raise StoppedWith(*self._stopped()) from stopped
        if not self._taken:
            raise self._failed[min(self._failed)]
        extraction = await asyncio.to_thread(self._extraction)
        words = await asyncio.to_thread(words_of, extraction)
        return self._answer(), Made(words, extraction)

    def _stopped(self) -> tuple[StructuredAnswer, Made]:
        """What had come when the person stopped it: it is paid for."""
        for place in range(len(self._whole.images)):
            if place not in self._taken:
                self._failed.setdefault(place, KirejiError(say("It was stopped before.")))
        extraction = self._extraction()
        return self._answer(), Made(words_of(extraction), extraction)

    async def _one(self, ask: Ask, place: int, image: ImagePart) -> None:
        """One picture; what fails is remembered."""
        if self._over is not None:
            self._failed[place] = KirejiError(say("It was not asked about: {reason}", reason=self._over.message))
            return
        try:
            self._taken[place] = await self._picture(ask, place, image)
        except KirejiError as error:
            self._failed[place] = error
            if isinstance(error, NotSent) or not isinstance(error, _OF_ONE_PICTURE):
                self._over = error
        if self._several:
            self._observe(await asyncio.to_thread(self._extraction))

    async def _picture(self, ask: Ask, place: int, image: ImagePart) -> _Picture:
        part = msgspec.structs.replace(self._whole, images=(image,))
        growing = GrowingTables(self._question.own, self._grown)
        async with asyncio.TaskGroup() as group:  # the picture is read while the model looks at it
            reading = group.create_task(self._read(place, image), name="reading")
            watching = group.create_task(growing.watch(), name="growing tables")
            failure: KirejiError | None = None
            try:
                answer = await ask(part, self._problem, growing.take)
            except AnswerUnusable as error:
                if error.cut is None:
                    failure = error
                else:
                    answer = error.cut
            except KirejiError as error:
                failure = error
            watching.cancel()
            if failure is not None or answer.refusal:
                reading.cancel()
        if failure is not None:
            raise failure
        if answer.refusal:
            return _Picture(answer, ())
        if answer.data is None:
            return await self._cut(answer, reading.result(), place)
        sheets = await asyncio.to_thread(self._sheets, answer.data, answer.text, reading.result(), place)
        own = self._question.own
        return _Picture(answer, sheets, b"" if own is None else msgspec.json.encode(own.answer(answer.data)))

    def _grown(self, sheets: Sequence[Sheet]) -> None:
        if not self._several:
            self._observe(Extraction(tuple(sheets), self._fields, sources=tuple(self._names)))

    async def _read(self, place: int, image: ImagePart) -> Reading | None:
        """The words of a picture; None where they cannot be read."""
        data = self._whole.pictures.get(image.blob)
        try:
            if data is None:
                data = await self._parts.captures.get(image.blob)
            return await self._parts.reader.read_all(data)
        except KirejiError:
            self._unread.add(place)
            return None

    async def _cut(self, answer: StructuredAnswer, reading: Reading | None, place: int) -> _Picture:
        """What is whole of an answer that was cut: it is paid for.

        Raises:
            AnswerUnusable: Nothing is.
        """

        def whole() -> tuple[Sheet, ...]:
            unfinished = UnfinishedJson()
            unfinished.feed(answer.text)
            with unfinished.settled() as data:
                return self._sheets(data, "", reading, place) if data else ()

        sheets = await asyncio.to_thread(whole)
        if not any(sheet.rows for sheet in sheets):
            raise AnswerUnusable(
                say("The answer was cut before its end, because it is longer than the model may write."),
                say("Choose a smaller region, or another model."),
                text=answer.text,
            )
        told = say(
            "The answer was cut before its end, because it is longer than the model may write: the last rows are "
            "missing. Choose a smaller region for them."
        )
        return _Picture(answer, sheets, cut=told)

    def _sheets(self, data: Any, text: str, reading: Reading | None, place: int) -> tuple[Sheet, ...]:
        sheets = sheets_of(data, own=self._question.own, text=text, picture=place)
        return tuple(with_sums(sheet) for sheet in linked(sheets, reading))

    def _problem(self, data: Any) -> str:
        """What is wrong with an answer beyond the schema it was asked with."""
        own = self._question.own
        found = "" if own is None else self._parts.validator.problem(own.given, own.answer(data))
        return found or problem(data, own)

    @property
    def _fields(self) -> bool:
        return self._question.form is AnswerForm.FIELDS

    def _extraction(self) -> Extraction:
        taken = {place: self._taken[place] for place in sorted(self._taken)}
        fields = self._fields
        given = [Taken(self._name(place), each.sheets) for place, each in taken.items()]
        sheets = merged(given, several=self._several, fields=fields)
        failed = {place: error.sentence for place, error in self._failed.items()}
        failed |= {place: each.answer.refusal for place, each in taken.items() if each.answer.refusal}
        failed |= {place: each.cut for place, each in taken.items() if each.cut}
        if self._several:
            failed |= {
                place: nothing_on_it() for place, each in taken.items() if not each.sheets and place not in failed
            }
        return Extraction(
            sheets,
            fields,
            tuple(each.data for each in taken.values() if each.data),
            tuple(map(self._name, range(len(self._whole.images)))),
            (*((self._name(place), failed[place]) for place in sorted(failed)), *self._unopened),
        )

    def _name(self, place: int) -> str:
        if place < len(self._names) and self._names[place]:
            return self._names[place]
        return say("Picture {number}", number=place + 1) if self._several else ""

    def _answer(self) -> StructuredAnswer:
        """Who answered, with all that was used."""
        answers = [self._taken[place].answer for place in sorted(self._taken)]
        notes = [*dict.fromkeys(answer.note for answer in answers), self._reader_told()]
        refused = all(answer.refusal for answer in answers)
        first = answers[0]
        return msgspec.structs.replace(
            first,
            refusal=first.refusal if refused else "",
            usage=summed([answer.usage for answer in answers]),
            attempts=sum(answer.attempts for answer in answers),
            note=" ".join(filter(None, notes)),
            seconds=max(answer.seconds for answer in answers),
        )

    def _reader_told(self) -> str:
        unread = [self._name(place) for place in sorted(self._unread) if place in self._taken]
        if not unread or not any(map(_says_something, self._taken.values())):
            return ""
        if not self._several:
            return say(
                "The text in the picture could not be read on this computer, so nobody knows whether the values stand "
                "there."
            )
        return say(
            "The text in these pictures could not be read on this computer, so nobody knows whether the values stand "
            "there: {names}.",
            names=", ".join(unread[:10]) + (" …" if len(unread) > 10 else ""),
        )


def _says_something(picture: _Picture) -> bool:
    return any(cell.presence is Presence.UNREAD for sheet in picture.sheets for row in sheet.rows for cell in row)
