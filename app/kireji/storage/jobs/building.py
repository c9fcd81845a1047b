"""From what a source holds to rows of the queue."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import msgspec

from kireji.core.jobs.fingerprints import Fingerprints
from kireji.core.jobs.forms import why_not_about
from kireji.core.jobs.line_words import too_deep
from kireji.core.jobs.lines import (
    Line,
    LineReader,
    LineRefused,
    only_on_the_web,
    own_id,
    too_large,
)
from kireji.core.jobs.links import why_not_fetched
from kireji.core.jobs.ports import BatchLimits
from kireji.core.jobs.requests import is_link
from kireji.core.jobs.values import JobPlan, LineKind, Mode
from kireji.core.messages import ImagePart
from kireji.core.structured.forms import AnswerForm
from kireji.core.words import say
from kireji.storage.jobs.loading import BadRow, NewRow
from kireji.storage.jobs.row_pictures import PictureRefused, RowPictures
from kireji.storage.rows import storable


class Piece(NamedTuple):
    """Some rows of a source.

    Args:
        rows: In order.
        done: Bytes, or pictures, that were read until now.
    """

    rows: list[NewRow | BadRow]
    done: int


Pieces = Iterator[Piece]


class RowBuilder:
    """Makes the rows of one job; counts them.

    Args:
        plan: What is to be done with every row; names provider and model.
        limits: Of the service's batches; None where rows go one by one.
        wins: Whether the plan's model holds for all lines, whatever they name.
        pictures: Reads what rows name.

    Attributes:
        largest: Bytes that one line may have.
    """

    def __init__(self, plan: JobPlan, limits: BatchLimits | None, wins: bool, pictures: RowPictures) -> None:
        self._plan = plan
        self._wins = wins
        self._pictures = pictures
        self._reader = LineReader(plan, limits)
        self._prints = Fingerprints(plan, plan.model)
        self._stored = limits is None or plan.mode is Mode.LIVE or limits.stored_pictures
        self._without_words = plan.prompt if plan.form is AnswerForm.TEXT else ""
        self._around = len(plan.system.encode()) + len(plan.schema)
        self._number = 0
        self._most_are_plain = True
        self.largest = max(1, self._reader.largest - self._around)

    def of_lines(self, number: int, lines: Sequence[bytes | None]) -> list[NewRow | BadRow]:
        """The rows of lines of JSONL; those without a letter are none.

        Args:
            number: Of the first.
            lines: None for one that is too large.
        """
        rows: list[NewRow | BadRow] = []
        plain, print_of = self._reader.plain, self._prints.of_prompt
        for at, whole in enumerate(lines, number):
            line = whole and whole.strip()
            if line and self._most_are_plain and (read := plain(line)) is not None:
                self._number += 1
                rows.append(NewRow(self._number, at, read.id, LineKind.PROMPT, line, print_of(read.prompt.encode())))
            elif line != b"":
                rows.append(self.of_line(at, line))
        return rows

    def of_line(self, number: int, line: bytes | None) -> NewRow | BadRow:
        """The row of a line of JSONL.

        Args:
            number: Of the line.
            line: Without blanks around it; None for one that is too large.
        """
        if line is None:
            return self.refused(number, too_large(self.largest))
        self._number += 1
        id = ""
        try:
            read = self._reader.read(line)
            id = read.id
            self._most_are_plain = read.kind is LineKind.PROMPT and not read.images
            if read.kind is not LineKind.PROMPT:
                self._check_model(read.model)
                mark = self._mark(read)
                return NewRow(self._number, number, read.id, read.kind, read.content, mark)
            words = read.prompt if read.prompt is not None else self._without_words
            if not read.images:
                mark = self._prints.of_prompt(words.encode())
                return NewRow(self._number, number, read.id, read.kind, read.content, mark)
            return self._with_pictures(
                number, read.id, read.content, words, read.images, "" if read.prompt else read.images[0], {}
            )
        except LineRefused as error:
            return BadRow(self._number, number, storable(error.sentence), id or error.id)
        except PictureRefused as error:
            return BadRow(self._number, number, storable(error.sentence), id)

    def of_prompt(
        self,
        number: int,
        prompt: str,
        images: Sequence[str] = (),
        *,
        id: str = "",
        label: str = "",
        columns: Mapping[str, str] | None = None,
    ) -> NewRow | BadRow:
        """The row of a prompt that was made.

        Args:
            number: Its line, or place.
            prompt: The words.
            images: Names of files, and addresses on the web.
            id: The person's own.
            label: What people see of it; empty takes the beginning of the prompt.
            columns: The cells it was made from.
        """
        self._number += 1
        own = ""
        try:
            own = own_id(id) if id else ""
            if (not prompt or prompt.isspace()) and (self._plan.form is AnswerForm.TEXT or not images):
                raise LineRefused(say("The prompt is empty."))
            if why := why_not_about(self._plan.form, prompt, len(images)):
                raise LineRefused(why)
            content: dict[str, object] = ({"prompt": prompt} if prompt else {}) | ({"image": images} if images else {})
            row = self._with_pictures(number, own, msgspec.json.encode(content), prompt, images, label, columns or {})
        except (LineRefused, PictureRefused) as error:
            return BadRow(self._number, number, storable(error.sentence), own)
        return row

    def refused(self, number: int, sentence: str) -> BadRow:
        """The row of what cannot be read at all.

        Args:
            number: Its line, or place.
            sentence: Why.
        """
        self._number += 1
        return BadRow(self._number, number, storable(sentence))

    def _with_pictures(
        self,
        number: int,
        id: str,
        content: bytes,
        prompt: str,
        images: Sequence[str],
        label: str,
        columns: Mapping[str, str],
    ) -> NewRow:
        stored: list[ImagePart] = []
        marks: list[str] = []
        size = len(content)
        for name in images:
            if is_link(name):
                if why := why_not_fetched(name, self._plan.provider):
                    raise LineRefused(why)
                marks.append(name)
                continue
            if not self._stored:
                raise LineRefused(only_on_the_web())
            picture = self._pictures.get(name)
            stored.append(picture)
            marks.append(picture.blob)
            size += self._pictures.size(picture) * 4 // 3 + 4
        if size > self.largest:
            raise LineRefused(too_large(self.largest))
        mark = self._prints.of_prompt(prompt.encode(), marks)
        return NewRow(self._number, number, id, LineKind.PROMPT, content, mark, tuple(stored), label, columns)

    def _mark(self, read: Line) -> bytes:
        try:
            return self._prints.of_body(read.kind, read.content)
        except ValueError as error:
            raise LineRefused(too_deep()) from error

    def _check_model(self, model: str) -> None:
        if model and model != self._plan.model and not self._wins:
            raise LineRefused(
                say(
                    "The line names the model {model}, the job asks {other}. Give the job a model, or split the file.",
                    model=model[:80],
                    other=self._plan.model,
                )
            )
