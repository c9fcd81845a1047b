"""Tables and fields out of pictures: asked, linked, put together, kept and saved."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from typing import Any

import pytest

from kireji.core.errors import (
    AuthenticationFailed,
    KirejiError,
    ReaderError,
    RequestRejected,
)
from kireji.core.extraction.exports import SheetForm
from kireji.core.extraction.sheets import Extraction, Presence
from kireji.core.messages import ImagePart, MessageState, StopReason
from kireji.core.ports import EncodedPicture
from kireji.core.structured.questions import AnswerUnusable, Asker
from kireji.core.tool_ports import SchemaFlaw
from kireji.services.extraction import MOST_PICTURES, ExtractionService, Wanted
from kireji.services.structured.turn import Outcome
from tests.fakes.provider import FakeProvider, Hold, Step, answer
from tests.fakes.reader import FakeReader
from tests.fakes.world import World

COLUMN = {"type": "text", "unit": "", "choices": []}


def table(*rows: Sequence[str], names: Sequence[str] = ("Item", "Price"), title: str = "") -> str:
    columns = [COLUMN | {"name": name, "type": "currency" if name == "Price" else "text"} for name in names]
    return json.dumps({"tables": [{"title": title, "columns": columns, "rows": rows}]})


def fields(**values: str) -> str:
    return json.dumps({"title": "", "fields": [COLUMN | {"name": n, "value": v} for n, v in values.items()]})


TEA = table(("Tea", "3.50"), ("Cake", "4.20"))
SCHEMA = b'{"type": "object", "properties": {"shop": {"type": "string"}, "total": {"type": "number"}}}'
TABLES = Wanted()


class Scene:
    """A service and what its model answers."""

    def __init__(self, *turns: Sequence[Step], reader: FakeReader | None = None) -> None:
        self.world = World(remote=FakeProvider(*turns), reader=reader or FakeReader(("Tea 3.50", "Cake 4.20")))
        self.services = self.world.services()
        self.seen: list[Extraction] = []

    @property
    def service(self) -> ExtractionService:
        return self.services.habits().extraction

    async def images(self, count: int) -> list[ImagePart]:
        pictures = [EncodedPicture(b"\x89PNG %d" % n, "image/png", 90, 30) for n in range(count)]
        return [await self.services.capture.store(picture) for picture in pictures]

    async def extract(self, wanted: Wanted = TABLES, *names: str, count: int = 1, keep: bool = True) -> Outcome:
        images = await self.images(count)
        asker = Asker(keep=keep)
        return await self.service.extract(wanted, asker, images, names=names, observe=self.seen.append)


def rows(outcome: Outcome | Extraction, sheet: int = 0) -> list[list[str]]:
    extraction = outcome.result if isinstance(outcome, Outcome) else outcome
    assert isinstance(extraction, Extraction)
    return [[cell.text for cell in row] for row in extraction.sheets[sheet].rows]


def result(outcome: Outcome) -> Extraction:
    assert isinstance(outcome.result, Extraction)
    return outcome.result


# --- one picture ---------------------------------------------------------------------------------------------------


async def test_a_table_comes_with_its_cells_found_on_the_picture() -> None:
    outcome = await Scene(answer(TEA)).extract()
    assert rows(outcome) == [["Tea", "3.50"], ["Cake", "4.20"]]
    assert {cell.presence for row in result(outcome).sheets[0].rows for cell in row} == {Presence.FOUND}


async def test_a_value_that_is_not_on_the_picture_is_marked_and_told() -> None:
    outcome = await Scene(answer(table(("Tea", "3.50"), ("Champagne", "88.00")))).extract()
    assert result(outcome).sheets[0].rows[1][0].presence is Presence.MISSING
    assert "Item, row 2: Champagne – Not found on the picture." in outcome.words


async def test_question_and_answer_stand_in_the_history_and_the_values_beside_them() -> None:
    here = Scene(answer(TEA))
    outcome = await here.extract(Wanted(wish="only drinks"), "menu.png")
    assert outcome.conversation is not None
    assert outcome.message is not None
    found = await here.services.conversations.load(outcome.conversation)
    assert found is not None
    question, given = found.messages
    assert question.message.text == "Take the tables out of the picture: menu.png\n\nonly drinks"
    assert len(question.message.images) == 1
    assert "| Tea" in given.message.text
    assert await here.services.results().find(outcome.message) == outcome.result


async def test_fields_come_one_below_the_other() -> None:
    outcome = await Scene(answer(fields(Shop="Tea", Total="3.50"))).extract(Wanted(fields=True))
    assert result(outcome).fields
    assert [line.split("|")[1].strip() for line in outcome.words.splitlines()[:4]] == [
        "Field",
        "-----",
        "Shop",
        "Total",
    ]


async def test_a_picture_without_tables_says_so() -> None:
    outcome = await Scene(answer('{"tables": []}'), reader=FakeReader(())).extract()
    assert (result(outcome).sheets, outcome.words) == ((), "No table was found on the picture.")


async def test_a_refusal_is_a_sentence() -> None:
    outcome = await Scene(answer("", reason=StopReason.REFUSAL)).extract()
    assert outcome.answer.refusal == "The model declined to answer."
    assert result(outcome).failed == (("", "The model declined to answer."),)
    assert "The model declined to answer." in outcome.words


async def test_a_reader_that_fails_leaves_nobody_knowing() -> None:
    reader = FakeReader(error=ReaderError("The text reader stopped."))
    outcome = await Scene(answer(TEA), reader=reader).extract()
    assert {cell.presence for row in result(outcome).sheets[0].rows for cell in row} == {Presence.UNREAD}
    assert "could not be read on this computer" in outcome.answer.note


async def test_an_answer_that_breaks_the_schema_twice_fails_with_a_sentence_and_stays_in_the_history() -> None:
    here = Scene(answer("no table"), answer("still none"))
    with pytest.raises(AnswerUnusable, match="twice"):
        await here.extract()
    found = await here.services.conversations.load(1)
    assert found is not None
    assert (found.messages[-1].state, found.messages[-1].message.text) == (MessageState.FAILED, "still none")


async def test_a_row_with_too_few_cells_is_asked_for_again() -> None:
    here = Scene(answer(table(("Tea",))), answer(TEA))
    outcome = await here.extract()
    assert outcome.answer.attempts == 2
    assert "rows[0] has 1 cells" in here.world.remote.encoded[-1].messages[-1].text


async def test_of_an_answer_that_was_cut_the_rows_that_are_whole_are_kept_and_it_is_said() -> None:
    here = Scene(answer(TEA[: TEA.index('"4.20"')], reason=StopReason.MAX_TOKENS))
    outcome = await here.extract()
    assert rows(outcome) == [["Tea", "3.50"]]
    ((_, why),) = result(outcome).failed
    assert "cut before its end" in why
    assert outcome.answer.usage.input_tokens == 10


async def test_an_answer_that_was_cut_before_its_first_row_fails() -> None:
    with pytest.raises(AnswerUnusable, match="cut before its end"):
        await Scene(answer('{"tables": [{"title": "A', reason=StopReason.MAX_TOKENS)).extract()


async def test_a_table_of_500_columns_is_kept_whole_and_cut_only_in_the_history() -> None:
    names = [f"Column {number}" for number in range(500)]
    text = table(*[[f"{row} {number}" for number in range(500)] for row in range(20)], names=names)
    outcome = await Scene(answer(text), reader=FakeReader(())).extract()
    assert [len(row) for row in rows(outcome)] == [500] * 20
    assert len(outcome.words) < 40_000
    assert "of 20 rows, 30 of 500 columns." in outcome.words


async def test_more_columns_than_anybody_reads_are_asked_for_again() -> None:
    here = Scene(answer(table(names=[str(number) for number in range(1_001)])), answer(TEA))
    assert (await here.extract()).answer.attempts == 2


# --- the person's own schema ---------------------------------------------------------------------------------------


async def test_what_a_schema_asks_for_is_kept_as_the_person_gave_it() -> None:
    outcome = await Scene(answer('{"shop": "Tea", "total": 3.50}')).extract(Wanted(schema=SCHEMA))
    assert result(outcome).data == (b'{"shop":"Tea","total":3.5}',)
    assert rows(outcome) == [["Tea", "3.50"]]


async def test_an_answer_is_held_to_the_schema_that_was_given() -> None:
    here = Scene(answer('{"shop": "Tea", "total": 3}'), answer('{"shop": "Tea", "total": 4}'))
    here.world.validator = _FirstIsWrong()  # type: ignore[assignment]
    here.services = here.world.services()
    outcome = await here.extract(Wanted(schema=SCHEMA))
    assert result(outcome).data == (b'{"shop":"Tea","total":4}',)


class _FirstIsWrong:
    def __init__(self) -> None:
        self._seen = 0

    def flaw(self, schema: bytes) -> None:
        return None

    def fits(self, schema: bytes, arguments: object) -> bool:
        return False

    def problem(self, schema: bytes, arguments: object) -> str:
        self._seen += schema == SCHEMA
        return "total: 3 is too small." if self._seen == 1 and schema == SCHEMA else ""


@pytest.mark.parametrize(
    ("schema", "words"),
    [
        ('{\n"type": "object",\n}', "line 3: "),
        ("[1]", "not a JSON object"),
        ('{"type": "string"}', "must be that of an object"),
        ('{"type": "object", "properties": {}}', "names nothing|does not say"),
    ],
)
async def test_a_schema_that_cannot_be_used_is_told_before_anything_leaves(schema: str, words: str) -> None:
    here = Scene()
    with pytest.raises(KirejiError, match=words):
        await here.extract(Wanted(schema=schema.encode()))
    assert not here.world.remote.asked


async def test_a_flaw_in_a_schema_is_told_with_its_line() -> None:
    here = Scene()
    here.world.validator.schema_flaw = SchemaFlaw(("properties", "a", "type"), "'strin' is no type")  # type: ignore[attr-defined]
    schema = b'{\n"type": "object",\n"properties": {\n"a": {\n"type": "strin"}}}'
    with pytest.raises(KirejiError, match=r"line 5, properties\.a\.type: 'strin' is no type\."):
        await here.extract(Wanted(schema=schema))


# --- several pictures ----------------------------------------------------------------------------------------------


async def test_tables_of_the_same_kind_become_one_that_says_where_each_row_is_from() -> None:
    here = Scene(answer(table(("Tea", "3.50"))), answer(table(("Cake", "4.20"), names=("ITEM", "price:"))))
    outcome = await here.extract(Wanted(), "a.png", "b.png", count=2)
    (sheet,) = result(outcome).sheets
    assert sorted(zip(sheet.sources, rows(outcome), strict=True)) == [
        ("a.png", ["Tea", "3.50"]),
        ("b.png", ["Cake", "4.20"]),
    ]


async def test_several_pictures_are_one_question_in_the_history() -> None:
    here = Scene(*[answer(TEA)] * 3)
    outcome = await here.extract(count=3)
    assert len(await here.services.conversations.recent(10)) == 1
    assert outcome.conversation is not None
    found = await here.services.conversations.load(outcome.conversation)
    assert found is not None
    assert [len(each.message.images) for each in found.messages] == [3, 0]
    assert found.messages[0].message.text == "Take the tables out of 3 pictures."
    assert [len(request.messages[0].images) for request in here.world.remote.encoded] == [1, 1, 1]
    assert found.messages[-1].usage is not None
    assert found.messages[-1].usage.input_tokens == 30


async def test_a_picture_that_fails_is_told_and_the_others_come() -> None:
    here = Scene([RequestRejected("The picture is too large.")], answer(TEA), answer('{"tables": []}'))
    outcome = await here.extract(Wanted(), "a.png", "b.png", "c.png", count=3)
    assert len(rows(outcome)) == 2
    assert result(outcome).failed == (
        ("a.png", "The picture is too large."),
        ("c.png", "There is nothing on it that was asked for."),
    )


async def test_when_all_fail_the_first_reason_is_told() -> None:
    with pytest.raises(RequestRejected, match="too large"):
        await Scene(*[[RequestRejected("It is too large.")]] * 2).extract(count=2)


async def test_after_a_failure_that_holds_for_all_no_more_are_asked_about() -> None:
    here = Scene(answer(TEA), *[[AuthenticationFailed("The key is wrong.")]] * 9)
    outcome = await here.extract(count=9)
    assert len(rows(outcome)) == 2
    assert len(here.world.remote.asked) < 9
    assert result(outcome).failed[-1][1].startswith("It was not asked about: The key is wrong.")


async def test_what_had_come_when_it_was_stopped_is_kept() -> None:
    hold = Hold()
    here = Scene(answer(TEA), [hold, *answer(TEA)])
    task = asyncio.get_running_loop().create_task(here.extract(Wanted(), "a.png", "b.png", count=2))
    await hold.reached.wait()
    async with asyncio.timeout(10):
        while not here.seen:  # noqa: ASYNC110 - what is waited for has no event of its own
            await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    found = await here.services.conversations.load(1)
    assert found is not None
    kept = await here.services.results().find(found.messages[-1].id)
    assert isinstance(kept, Extraction)
    assert len(rows(kept)) == 2
    assert kept.failed == (("b.png", "It was stopped before."),)


async def test_fields_of_several_pictures_are_rows_of_one_sheet() -> None:
    here = Scene(answer(fields(Shop="A", Total="3")), answer(fields(total="4", Tip="1")))
    outcome = await here.extract(Wanted(fields=True), count=2)
    (sheet,) = result(outcome).sheets
    assert [column.name for column in sheet.columns] == ["Shop", "Total", "Tip"]
    assert sorted(rows(outcome)) == [["", "4", "1"], ["A", "3", ""]]


@pytest.mark.parametrize("count", [0, MOST_PICTURES + 1])
async def test_no_pictures_and_too_many_are_told(count: int) -> None:
    image = ImagePart("0" * 64, "image/png", 1, 1)
    with pytest.raises(KirejiError):
        await Scene().service.extract(Wanted(), Asker(), [image] * count)


# --- while it comes ------------------------------------------------------------------------------------------------


async def test_rows_are_seen_as_soon_as_they_are_whole() -> None:
    hold = Hold()
    begin = TEA.index('["Cake"') + len('["Cake"')
    events = answer(TEA[:begin], TEA[begin:])
    here = Scene([*events[:3], hold, *events[3:]])
    task = asyncio.get_running_loop().create_task(here.extract())
    await hold.reached.wait()
    async with asyncio.timeout(10):
        while not here.seen or not here.seen[-1].sheets:  # noqa: ASYNC110 - the same
            await asyncio.sleep(0)
    assert rows(here.seen[-1]) == [["Tea", "3.50"]]
    hold.release()
    await task


async def test_a_long_answer_is_shown_a_bounded_number_of_times() -> None:
    text = table(*[(f"Item {n}", "1.00") for n in range(2_000)])
    pieces = [text[at : at + 4] for at in range(0, len(text), 4)]
    here = Scene(answer(*pieces))
    outcome = await here.extract()
    assert len(rows(outcome)) == 2_000
    assert len(here.seen) < 400


# --- saving --------------------------------------------------------------------------------------------------------


async def test_the_ending_says_as_what_it_is_saved() -> None:
    here = Scene(answer(TEA))
    extraction = result(await here.extract())
    for form in SheetForm:
        assert await here.service.save(extraction, f"/out/table.{form.value}") == ()
    written = here.world.sheet_files.written
    assert written["/out/table.csv"].startswith(b"\xef\xbb\xbfItem,Price\r\nTea,3.5\r\n")
    assert written["/out/table.tsv"].startswith(b"Item\tPrice\nTea\t3.5\n")
    assert written["/out/table.md"].startswith(b"| Item")
    assert json.loads(written["/out/table.json"])["sheets"][0]["rows"][0][1]["value"] == 3.5
    assert written["/out/table.xlsx"].startswith(b"XLSX")


@pytest.mark.parametrize("path", ["/out/table", "/out/table.doc", "/out/.csv"])
async def test_an_ending_that_says_nothing_is_told(path: str) -> None:
    with pytest.raises(KirejiError, match="no ending"):
        await Scene().service.save(Extraction(()), path)


async def test_a_file_that_is_there_stays_unless_it_may_be_replaced() -> None:
    here = Scene()
    await here.service.save(Extraction(()), "/out/t.csv")
    with pytest.raises(KirejiError, match="exists already"):
        await here.service.check_place("/out/t.csv")
    with pytest.raises(KirejiError, match="exists already"):
        await here.service.save(Extraction(()), "/out/t.csv")
    await here.service.save(Extraction(()), "/out/t.csv", overwrite=True)


async def test_several_tables_in_one_file_are_told() -> None:
    here = Scene(answer(json.dumps({"tables": [*json.loads(TEA)["tables"], *json.loads(TEA)["tables"]]})))
    extraction: Any = result(await here.extract())
    (told,) = await here.service.save(extraction, "/out/t.csv")
    assert "several tables" in told
