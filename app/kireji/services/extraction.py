"""Takes tables and fields out of pictures."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from pathlib import PurePath

import msgspec

from kireji.core.errors import KirejiError
from kireji.core.extraction.exports import SheetForm, csv, table_json, tsv
from kireji.core.extraction.markdown import markdown
from kireji.core.extraction.ports import SheetFiles, SpreadsheetWriter
from kireji.core.extraction.sheets import Extraction
from kireji.core.messages import ImagePart, Sha256
from kireji.core.ports import CaptureStore, Reader
from kireji.core.structured.questions import Asker
from kireji.core.words import say
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
        spreadsheets: Makes XLSX files.
        files: Writes what is saved.
    """

    def __init__(
        self,
        turns: StructuredTurns,
        reader: Reader,
        captures: CaptureStore,
        spreadsheets: SpreadsheetWriter,
        files: SheetFiles,
    ) -> None:
        self._turns = turns
        self._reader = reader
        self._captures = captures
        self._spreadsheets = spreadsheets
        self._files = files

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

    async def check_place(self, path: str, *, overwrite: bool = False) -> None:
        """See that tables could be saved there, before anything is paid for.

        Raises:
            KirejiError: They could not.
        """
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
