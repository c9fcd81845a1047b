"""Results of answers and what questions ask for go where their messages go."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from kireji.core.extraction.sheets import Extraction, Sheet
from kireji.core.messages import Message, MessageState, Role, TextPart
from kireji.core.structured.asked import AskedForm
from kireji.core.structured.comparison import Comparison, Difference
from kireji.core.structured.forms import AnswerForm
from kireji.core.transfer import Format, WholeConversation
from kireji.storage.results import SqliteResultStore
from tests.integration.transfer.conftest import Home
from tests.support.whole import said, talk

RESULT = Comparison("Nothing.", (), Difference(True, 0.5, ((1, 2, 3, 4),)))
ASKED = AskedForm(AnswerForm.TABLE, "only the drinks", '{"type": "array"}')


async def asked(home: Home) -> tuple[int, int]:
    """A question for more than words with its answer, and a second answer without; the rows of the first two."""
    store = SqliteResultStore(home.database)
    summary, question = await home.conversations.create("Bill", Message(Role.USER, (TextPart("As a table"),)))
    await store.keep_asked(question.id, ASKED)
    answer = await home.conversations.append(summary.id, question.id, Message(Role.ASSISTANT, (TextPart("One."),)))
    await store.keep(answer.id, RESULT)
    await home.conversations.append(summary.id, question.id, Message(Role.ASSISTANT, (TextPart("Two."),)))
    return question.id, answer.id


async def kept(home: Home) -> tuple[list[AskedForm], list[object]]:
    """What stands beside the messages of a history."""
    store = SqliteResultStore(home.database)
    every = range(1, 10)
    questions = [await store.asked(number) for number in every]
    results = [await store.find(number) for number in every]
    return [one for one in questions if one is not None], [one for one in results if one is not None]


@pytest.mark.parametrize("name", ["export.zip", "export", "export.json"])
async def test_an_export_brings_them_back_and_a_second_time_nothing(
    home: Home, other: Home, tmp_path: Path, name: str
) -> None:
    await asked(home)
    path = (await home.transfer.export(None, tmp_path / name, Format.JSON)).path
    await other.transfer.bring_in(path)
    assert await kept(other) == ([ASKED], [RESULT])
    assert await other.everything() == await home.everything()
    report = await other.transfer.bring_in(path)
    assert (report.present, report.messages) == (1, 0)
    assert await kept(other) == ([ASKED], [RESULT])


async def test_a_backup_brings_them_back_where_they_were_lost(home: Home, other: Home) -> None:
    await asked(home)
    backup = await home.backups.make()
    await other.backups.restore(backup.path)
    assert await kept(other) == ([ASKED], [RESULT])
    assert await other.everything() == await home.everything()


async def test_an_answer_that_was_cut_here_and_is_whole_there_gets_its_values_and_who_gave_it(other: Home) -> None:
    question = msgspec.structs.replace(said("q", None, "As a table"), asked=msgspec.to_builtins(ASKED))
    answer = said("a", "q", "One.", Role.ASSISTANT)
    cut = msgspec.structs.replace(answer, message=Message(Role.ASSISTANT, ()), state=MessageState.INTERRUPTED)
    await other.whole.merge(talk(question, cut))
    assert await kept(other) == ([ASKED], [])
    whole = msgspec.structs.replace(answer, result=msgspec.to_builtins(RESULT), provider="anthropic", model="m")
    await other.whole.merge(talk(question, whole))
    assert await kept(other) == ([ASKED], [RESULT])
    loaded = await other.conversations.load(1)
    assert loaded is not None
    last = loaded.messages[-1]
    assert (last.message.text, last.provider, last.model) == ("One.", "anthropic", "m")


def nested(depth: int) -> Any:
    value: Any = None
    for _ in range(depth):
        value = [value]
    return value


@pytest.mark.parametrize(
    "value",
    [
        7,
        "words",
        [],
        {},
        {"form": "no such form"},
        {"form": "text", "text": "no more than words"},
        {"form": "extraction", "sheets": nested(20)},
        {"form": "comparison", "summary": "\ud800", "text": "\ud800"},
        {"form": "translation", "language": 3, "blocks": 3},
    ],
)
async def test_what_is_no_result_is_left_out_and_the_words_stay(other: Home, tmp_path: Path, value: Any) -> None:
    path = tmp_path / "kireji.json"
    path.write_text(json.dumps(export(value)))
    report = await other.transfer.bring_in(path)
    assert (report.conversations, report.messages, report.problems) == (1, 2, ())
    assert await kept(other) == ([], [])
    loaded = await other.conversations.load(1)
    assert loaded is not None
    assert [one.message.text for one in loaded.messages] == ["As a table", "One."]


async def test_what_is_too_large_is_left_out(other: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kireji.storage.transfer.beside_messages.LARGEST", 200)
    large = Extraction((Sheet("x" * 400, (), ()),))
    answer = msgspec.structs.replace(said("a", "q", "One.", Role.ASSISTANT), result=msgspec.to_builtins(large))
    question = msgspec.structs.replace(said("q", None, "?"), asked={"form": "table", "text": "x" * 4_000_001})
    await other.whole.merge(talk(question, answer))
    assert await kept(other) == ([], [])


async def test_a_question_has_no_result_and_an_answer_asks_for_nothing(other: Home) -> None:
    question = msgspec.structs.replace(said("q", None, "?"), result=msgspec.to_builtins(RESULT))
    answer = msgspec.structs.replace(said("a", "q", "One.", Role.ASSISTANT), asked=msgspec.to_builtins(ASKED))
    await other.whole.merge(talk(question, answer))
    assert await kept(other) == ([], [])


async def test_purging_a_conversation_takes_them_along(home: Home) -> None:
    await asked(home)
    await home.conversations.remove(1)
    await home.conversations.purge(home.clock.now() + timedelta(days=100_000))
    for table in ("messages", "results", "asked_forms"):
        rows = await home.database.run(lambda connection, table=table: count(connection, table))  # type: ignore[misc] # bound now
        assert rows == 0


def count(connection: Any, table: str) -> int:
    return int(connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])


def export(value: Any) -> dict[str, Any]:
    """An export whose question and answer have something beside them that somebody has made up."""
    conversation: WholeConversation = talk(said("q", None, "As a table"), said("a", "q", "One.", Role.ASSISTANT))
    body = msgspec.to_builtins(conversation)
    body["messages"][0]["asked"] = value
    body["messages"][1]["result"] = value
    return {"format": "kireji-history", "version": 1, "conversations": [body]}
