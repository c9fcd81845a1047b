"""200 generated receipts, tables and forms: taken out of their pictures, and each value held against what was drawn.

The pictures are drawn in the fonts of this machine, 11 to 24 pixels high, on light and dark ground, some with noise, in
English, German and Japanese. The test service gives over HTTP what a model would say: the values as they stand there,
and in two of five documents some that do not: another digit, digits swapped, one too many, another letter or name, a
row or a field too many, a value where nothing stands. A tenth is asked with a JSON schema of the person's. The words
and their places come from the real reader. Right is a box that shares at least half with what was drawn (IoU); what
was planted is right when it is marked.
"""

from __future__ import annotations

import asyncio
import io
import json
import random
import sys
import tempfile
from collections.abc import Iterator

import msgspec

from kireji.core.extraction.sheets import Extraction, Presence, Sheet
from kireji.core.ports import EncodedPicture
from kireji.core.word_boxes import overlap
from tests.benchmarks.table import Row
from tests.service.answers import Text
from tests.service.outside import ServiceThread
from tests.service.server import KEY
from tests.support.extraction.documents import Document, Made, any_document
from tests.support.extraction.own import own_form
from tests.support.extraction.planting import plant

_DOCUMENTS = 200
_PLANTED = 0.4
_OWN = 10
"""Every so many documents are asked with a schema of the person's."""
_LINKED = 0.95
_SHARED = 0.5


class _Count(msgspec.Struct):
    """What came of all documents."""

    documents: int = 0
    valid: int = 0
    values: int = 0
    found: int = 0
    linked: int = 0
    planted: int = 0
    marked: int = 0
    sums: int = 0
    alarms: int = 0


def measure() -> list[Row]:
    return asyncio.run(_measure())


async def _measure() -> list[Row]:
    from kireji.bootstrap.services import Overrides, open_services
    from kireji.core.structured.questions import Asker
    from kireji.desktop.keystore import SessionKeyStore
    from kireji.desktop.paths import Paths
    from kireji.services.extraction import Wanted

    count = _Count()
    with ServiceThread() as service, tempfile.TemporaryDirectory(prefix="kireji-extraction-") as home:
        environ = {"KIREJI_HOME": home, "ANTHROPIC_BASE_URL": service.base_url, "ANTHROPIC_API_KEY": KEY}
        async with open_services(
            Paths.find(environ), environ, overrides=Overrides(keychain=SessionKeyStore())
        ) as services:
            extraction = services.habits().extraction
            for number, made in enumerate(_documents()):
                document = made.document
                schema, said = b"", json.dumps(document.answer)
                if number % _OWN == _OWN - 1:
                    schema, said = own_form(document)
                data = _png(made)
                image = await services.capture.store(EncodedPicture(data, "image/png", *made.picture.size))
                service.enqueue(Text([said]))
                wanted = Wanted(document.fields, schema)
                outcome = await extraction.extract(wanted, Asker(hide=False), [image], {image.blob: data})
                count.documents += 1
                count.valid += outcome.answer.attempts == 1
                assert isinstance(outcome.result, Extraction)
                _hold(document, outcome.result.sheets, count)
    print(f"  {count}", file=sys.stderr)
    return _rows(count)


def _documents() -> Iterator[Made]:
    for number in range(_DOCUMENTS):
        rng = random.Random(f"extraction {number}")
        made = any_document(rng, number)
        if rng.random() < _PLANTED:
            plant(rng, made.document, rng.randint(1, 4))
        yield made


def _png(made: Made) -> bytes:
    out = io.BytesIO()
    made.picture.save(out, "PNG")
    return out.getvalue()


def _hold(document: Document, sheets: tuple[Sheet, ...], count: _Count) -> None:
    """What came out, against what was drawn."""
    for (sheet, row, column), box in document.boxes.items():
        cell = sheets[sheet].rows[row][column]
        shared = overlap(cell.box, box) if cell.box is not None else 0.0
        count.values += 1
        count.found += cell.presence is Presence.FOUND
        count.linked += shared >= _SHARED
        if shared < _SHARED:
            _tell(document, f"{cell.text!r} is {cell.presence.value} at {cell.box}, not at {box}: {shared:.2f}")
    for (sheet, row, column), why in document.planted.items():
        cell = sheets[sheet].rows[row][column]
        is_marked = cell.presence in (Presence.MISSING, Presence.DIFFERS)
        count.planted += 1
        count.marked += is_marked
        if not is_marked:
            _tell(document, f"not marked: {why} ({cell.presence.value} at {cell.box})")
    for check in (check for sheet in sheets for check in sheet.sums):
        count.sums += 1
        if not check.holds and not document.planted:
            count.alarms += 1
            _tell(document, f"a sum is doubted without reason: {check}")


def _tell(document: Document, what: str) -> None:
    print(f"  {document.name} ({document.country}): {what}", file=sys.stderr)


def _rows(count: _Count) -> list[Row]:
    linked = count.linked / count.values
    found = count.found / count.values
    return [
        Row(f"{count.documents} generated receipts, tables and forms: answers that are read at once", "all",
            f"documents: {count.documents}", f"{count.valid}", f"{count.valid / count.documents:.2f}",
            count.valid == count.documents),
        Row("Their values, linked to the right place (IoU 0.5 or better)", "≥ 95 %", f"values drawn: {count.values:,}",
            f"{linked:.2%} (found as written: {found:.2%})", f"{linked:.4f}", linked >= _LINKED),
        Row("Values in their answers that are not on the picture, marked", "all", f"planted: {count.planted}",
            f"{count.marked}", f"{count.marked / max(1, count.planted):.2f}", count.marked == count.planted),
        Row("Sums, products and totals in them that hold, but are doubted", "none", f"reckoned: {count.sums}",
            f"{count.alarms}", f"{count.alarms}", count.alarms == 0),
    ]  # fmt: skip
