"""Takes tables and fields out of pictures."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import PurePath

import msgspec

from kireji.core.errors import KirejiError
from kireji.core.extraction.exports import SheetForm, csv, table_json, tsv
from kireji.core.extraction.markdown import markdown
from kireji.core.extraction.ports import SheetFiles, SpreadsheetWriter
from kireji.core.extraction.questions import ExtractionQuestion, extraction_question
from kireji.core.extraction.sheets import Extraction
from kireji.core.messages import ImagePart, Sha256
from kireji.core.ports import CaptureStore, Reader
from kireji.core.structured.asked import AskedForm
from kireji.core.structured.forms import AnswerForm
from kireji.core.structured.partial import line_of
from kireji.core.structured.questions import Asker, StructuredQuestion
from kireji.core.tool_ports import SchemaFlaw, SchemaValidator
from kireji.core.words import mark, say
from kireji.services.extraction_pictures import Parts, PictureExtraction
from kireji.services.structured.turn import Outcome, StructuredTurns

MOST_PICTURES = 100
"""At once; for more there are jobs."""
_LONGEST_NAME = 80
_TABLES = mark("Take the tables out of {count} pictures")
_FIELDS = mark("Take the fields out of {count} pictures")
_SCHEMA = mark("Take what a schema asks for out of {count} pictures")
_LONGEST_ANSWER = 32_768
"""Tokens: about 5,000 cells."""


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


class SchemaUnusable(KirejiError):
    """A schema that a person has written is none.

    Args:
        flaw: What is wrong.
        schema: All of it.
    """

    def __init__(self, flaw: SchemaFlaw, schema: bytes) -> None:
        place = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in flaw.place).lstrip(".")
        line = line_of(schema.decode("utf-8-sig", "replace"), flaw.place)
        super().__init__(
            say("The schema cannot be used: line {line}, {place}: {reason}.", line=line, place=place, reason=flaw.words)
            if place
            else say("The schema cannot be used: {reason}.", reason=flaw.words),
            say("Correct it and try again."),
        )


class ExtractionService:
    """Asks, types the cells, finds them on the picture, and checks sums.

    Args:
        turns: Asks and keeps.
        reader: Where the words stand.
        captures: The bytes of pictures.
        validator: Holds answers to the person's own schema.
        spreadsheets: Makes XLSX files.
        files: Writes what is saved.
    """

    def __init__(
        self,
        turns: StructuredTurns,
        reader: Reader,
        captures: CaptureStore,
        validator: SchemaValidator,
        spreadsheets: SpreadsheetWriter,
        files: SheetFiles,
    ) -> None:
        self._turns = turns
        self._parts = Parts(reader, captures, validator)
        self._spreadsheets = spreadsheets
        self._files = files

    async def extract(
        self,
        wanted: Wanted,
        asker: Asker,
        images: Sequence[ImagePart],
        pictures: Mapping[Sha256, bytes] | None = None,
        names: Sequence[str] = (),
        failed: Sequence[tuple[str, str]] = (),
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
            failed: Pictures that could not even be opened, with why: they stand in the result like others that failed.
            observe: Told what has come so far, rows that are whole, before anything is linked.
            began: Told the conversation, once the question stands in it.

        Raises:
            KirejiError: The schema cannot be used, or as of `StructuredTurns.run`; of several pictures only when all
                fail.
        """
        if not images:
            raise KirejiError(say("There is no picture to take anything out of."), say("Give one picture or several."))
        if len(images) > MOST_PICTURES:
            raise KirejiError(
                say(
                    "At most {most} pictures can be taken together; these are {count}.",
                    most=MOST_PICTURES,
                    count=len(images),
                ),
                say("Make a job of them: kireji batch add FOLDER --schema FILE"),
            )
        question = await asyncio.to_thread(self._question, wanted)
        whole = StructuredQuestion(
            question.form,
            _words(wanted, question.form, len(images), names),
            question.system,
            question.text,
            question.schema,
            tuple(images),
            dict(pictures or {}),
            _LONGEST_ANSWER,
            AskedForm(
                AnswerForm.FIELDS if wanted.fields else AnswerForm.TABLE,
                wanted.wish,
                wanted.schema.decode("utf-8", "replace"),
            ),
        )
        extraction = PictureExtraction(self._parts, question, whole, names, failed, observe)
        return await self._turns.run_with(whole, asker, extraction.run, began=began)

    def _question(self, wanted: Wanted) -> ExtractionQuestion:
        """What is asked.

        Raises:
            SchemaUnusable: The person's schema cannot be used.
        """
        if wanted.schema.strip():
            _check_json(wanted.schema)
            if (flaw := self._parts.validator.flaw(wanted.schema)) is not None:
                raise SchemaUnusable(flaw, wanted.schema)
        return extraction_question(fields=wanted.fields, schema=wanted.schema, wish=wanted.wish)

    async def check_schema(self, schema: bytes) -> None:
        """See that a schema can be used, before anything is paid for.

        Raises:
            KirejiError: It cannot; the words say where and why.
        """
        await asyncio.to_thread(self._question, Wanted(schema=schema))

    async def save(
        self, extraction: Extraction, path: str, form: SheetForm | None = None, *, overwrite: bool = False
    ) -> Sequence[str]:
        """Write tables into a file.

        Args:
            extraction: Which.
            path: Where to.
            form: As what; None goes by the path's ending.
            overwrite: Whether a file of that name may be replaced.

        Returns:
            What of them is not in it, or not as it was, in sentences.

        Raises:
            KirejiError: The ending says nothing, or it cannot be written there.
        """
        form = form or form_of(path)

        def write() -> Sequence[str]:
            data, told = self._written(extraction, form)
            self._files.write(path, data, overwrite=overwrite)
            return told

        return await asyncio.to_thread(write)

    async def check_place(self, path: str, form: SheetForm | None = None, *, overwrite: bool = False) -> None:
        """See that tables could be saved there, before anything is paid for.

        Args:
            path: Where to.
            form: As of `save`.
            overwrite: The same.

        Raises:
            KirejiError: They could not.
        """
        if form is None:
            form_of(path)
        await asyncio.to_thread(self._files.check, path, overwrite=overwrite)

    def _written(self, extraction: Extraction, form: SheetForm) -> tuple[bytes, Sequence[str]]:
        several = len(extraction.sheets) > 1
        match form:
            case SheetForm.XLSX:
                return self._spreadsheets.workbook(extraction)
            case SheetForm.JSON:
                return table_json(extraction) + b"\n", ()
            case SheetForm.MARKDOWN:
                return f"{markdown(extraction)}\n".encode("utf-8", "replace"), ()
            case SheetForm.TSV:
                data = tsv(extraction).encode("utf-8", "replace")
            case SheetForm.CSV:
                data = csv(extraction)
        told = say("There are several tables in the file, with an empty line between them; .xlsx keeps them apart.")
        return data, (told,) if several else ()


def _check_json(schema: bytes) -> None:
    """Raise KirejiError where a schema is no JSON, with the line."""
    try:
        json.loads(schema.decode())
    except json.JSONDecodeError as error:
        raise KirejiError(
            say("The schema is not valid JSON: line {line}: {reason}.", line=error.lineno, reason=error.msg),
            say("Correct it and try again."),
        ) from error
    except (UnicodeDecodeError, RecursionError) as error:
        raise KirejiError(
            say("The schema is not valid JSON: it is no UTF-8 text, or nested too deeply."),
            say("Correct it and try again."),
        ) from error


def _words(wanted: Wanted, form: AnswerForm, pictures: int, names: Sequence[str]) -> str:
    """The question as it stands in the history."""
    if wanted.schema.strip():
        one, several = say("Take what a schema asks for out of the picture"), _SCHEMA
    elif form is AnswerForm.FIELDS:
        one, several = say("Take the fields out of the picture"), _FIELDS
    else:
        one, several = say("Take the tables out of the picture"), _TABLES
    words = one if pictures == 1 else say(several, count=pictures)
    name = " ".join(names[0].split()) if pictures == 1 and names else ""
    line = f"{words}: {name[:_LONGEST_NAME]}" if name.isprintable() and name else f"{words}."
    return "\n\n".join(filter(None, (line, wanted.wish.strip())))


def form_of(path: str) -> SheetForm:
    """What a file is to be, by its ending.

    Raises:
        KirejiError: The ending says nothing.
    """
    ending = PurePath(path).suffix.lower().removeprefix(".")
    for form in SheetForm:
        if ending == form.value or (form is SheetForm.MARKDOWN and ending == "markdown"):
            return form
    endings = ", ".join(f".{form.value}" for form in SheetForm)
    raise KirejiError(
        say("{name} has no ending that says how tables are to be saved.", name=path),
        say("Give it one of these: {endings}.", endings=endings),
    )
