"""Generated receipts, tables and forms as the real reader has read them: each value in its place, all else marked."""

from __future__ import annotations

import pytest

from kireji.core.extraction.linking import linked
from kireji.core.extraction.reading import problem, sheets_of
from kireji.core.extraction.sheets import Presence, Sheet
from kireji.core.extraction.sums import with_sums
from kireji.core.word_boxes import overlap
from tests.support.extraction.recorded import Recorded, recorded

DOCUMENTS = recorded()


@pytest.fixture(params=DOCUMENTS, ids=lambda document: document.name)
def document(request: pytest.FixtureRequest) -> Recorded:
    found: Recorded = request.param
    return found


def sheets(document: Recorded) -> tuple[Sheet, ...]:
    return linked(sheets_of(document.answer), document.reading)


def test_there_are_documents_of_each_kind() -> None:
    assert {document.name.split()[0] for document in DOCUMENTS} == {"receipt", "table", "form"}
    assert sum(len(document.planted) for document in DOCUMENTS) >= 20


def test_nearly_every_value_is_linked_to_its_place(document: Recorded) -> None:
    found = sheets(document)
    boxes = [(found[sheet].rows[row][column].box, box) for (sheet, row, column), box in document.boxes]
    right = sum(one is not None and overlap(one, other) >= 0.5 for one, other in boxes)
    assert right >= 0.95 * len(boxes)


def test_what_is_not_on_the_picture_is_marked(document: Recorded) -> None:
    found = sheets(document)
    for (sheet, row, column), why in document.planted:
        assert found[sheet].rows[row][column].presence in (Presence.MISSING, Presence.DIFFERS), why


def test_answers_are_read_at_once_and_their_sums_reckoned(document: Recorded) -> None:
    assert problem(document.answer) == ""
    for sheet in map(with_sums, sheets(document)):
        assert all(sheet.rows[check.row][check.column].value for check in sheet.sums)
