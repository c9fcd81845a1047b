"""From an older file to this version's, and what stays when that fails."""

from __future__ import annotations

import asyncio
import os
import shutil
import sqlite3
import stat
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from kireji.core.history import ConversationSetup, Cut, QueuedQuestion, StoredDraft
from kireji.core.messages import (
    Citation,
    DocumentPart,
    ImagePart,
    LinkedImagePart,
    Message,
    MessageState,
    OpaquePart,
    Role,
    StopReason,
    TextPart,
    ThinkingPart,
    ToolCallPart,
    ToolResultPart,
    Usage,
)
from kireji.core.models import ModelInfo
from kireji.core.permissions import Grant, Pattern, Reason, Scope
from kireji.core.sources import Source, SourceKind
from kireji.core.token_corrections import UNCORRECTED
from kireji.core.tools import Hints, Outside, Place, PlaceKind, Tool
from kireji.storage.conversations import SqliteConversationStore
from kireji.storage.database import Database
from kireji.storage.drafts import SqliteDraftStore
from kireji.storage.ledger import SqliteLedger
from kireji.storage.migrations import STEPS, Step, statements
from kireji.storage.model_lists import SqliteModelListStore
from kireji.storage.permissions import SqlitePermissionStore
from kireji.storage.queue import SqliteQueueStore
from kireji.storage.spending import SqliteSpendingStore
from kireji.storage.token_corrections import SqliteCorrectionStore
from kireji.storage.tool_descriptions import SqliteDescriptionStore
from kireji.storage.tool_offers import SqliteOfferStore

PRINT = "ee" * 32
FORMATS = Path(__file__).parents[2] / "data" / "db"

NOTES = Step("notes", statements("CREATE TABLE notes (text TEXT)", "INSERT INTO notes SELECT title FROM conversations"))
TAGS = Step("tags", statements("CREATE TABLE tags (text TEXT)"))
BROKEN = Step(
    "broken", statements("CREATE TABLE half (text TEXT)", "DROP TABLE ledger", "INSERT INTO nowhere VALUES (1)")
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A history as format 1 left it."""
    return left_by(1, tmp_path / "kireji.db")


def left_by(number: int, path: Path) -> Path:
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript((FORMATS / f"version-{number}.sql").read_text("utf-8"))
        connection.execute("PRAGMA journal_mode = WAL")
    return path


async def upgrade(path: Path, *steps: Step) -> None:
    """Open it as a version does that knows format 1 and `steps` after it."""
    database = await Database.open(path, steps=(STEPS[0], *steps))
    await database.close()


def ask(path: Path, question: str) -> list[Any]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(question).fetchall()


def schema(path: Path) -> dict[str, str]:
    return {
        name: " ".join(sql.split()) for name, sql in ask(path, "SELECT name, sql FROM sqlite_master WHERE sql != ''")
    }


def copies(path: Path) -> list[str]:
    return sorted(file.name for file in path.parent.iterdir() if "before" in file.name)


@pytest.mark.parametrize("number", range(1, len(STEPS) + 1))
async def test_a_released_step_was_not_edited(tmp_path: Path, number: int) -> None:
    new = tmp_path / "new" / "kireji.db"
    database = await Database.open(new, steps=STEPS[:number])
    await database.close()
    released = left_by(number, tmp_path / "released.db")
    assert schema(new) == schema(released)
    assert ask(released, "SELECT number, name FROM schema_steps") == ask(new, "SELECT number, name FROM schema_steps")


async def test_a_history_of_format_1_is_read_as_it_was_written(path: Path) -> None:
    database = await Database.open(path)
    store = SqliteConversationStore(database, lambda _: False)
    listed = await store.recent()
    assert [(summary.id, summary.title) for summary in listed] == [(2, "Grüße"), (1, "What went wrong?")]
    first, second = await store.load(1), await store.load(2)
    assert first is not None
    assert second is not None
    question, reading = first.messages
    blob = "92b2fa58028958317e408bd84ecfa70f5ee35b121991dbc232c49d166353708b"
    assert question.message.parts == (ImagePart(blob, "image/png", 640, 480), TextPart("What went wrong?"))
    assert (reading.state, reading.provider, reading.message.text) == (MessageState.INTERRUPTED, "device", "ENOSPC")
    assert second.messages[1].error == "The service is overloaded."
    assert second.messages[1].message.parts == (OpaquePart("redacted_thinking"),)
    assert [row.digest for row in await SqliteLedger(database).recent()] == ["5e" * 32]
    await database.close()


async def test_an_answer_on_another_branch_of_format_1_is_whole(path: Path) -> None:
    database = await Database.open(path)
    await database.write(
        lambda connection: connection.execute("UPDATE conversations SET head = 2 WHERE id = 1").rowcount
    )
    loaded = await SqliteConversationStore(database, lambda _: False).load(1)
    await database.close()
    assert loaded is not None
    answer = loaded.messages[1]
    assert answer.message.parts == (ThinkingPart("Hm."), TextPart("The disk is full."))
    assert answer.message.raw == b'[{"type":"text","text":"The disk is full."}]'
    assert (answer.message.raw_from, answer.stop) == ("anthropic", StopReason.END_TURN)
    assert answer.usage == Usage(input_tokens=1200, output_tokens=6, cost=0.00123)


async def test_conversations_of_format_1_follow_the_settings(path: Path) -> None:
    database = await Database.open(path)
    loaded = await SqliteConversationStore(database, lambda _: False).load(1)
    assert await SqliteModelListStore(database).load("anthropic", "https://api.anthropic.com") is None
    await database.close()
    assert loaded is not None
    assert loaded.setup == ConversationSetup()


async def test_a_history_of_format_2_is_read_as_it_was_written(tmp_path: Path) -> None:
    database = await Database.open(left_by(2, tmp_path / "kireji.db"))
    store = SqliteConversationStore(database, lambda _: False)
    loaded = await store.load(3)
    kept = await SqliteModelListStore(database).load("local", "http://127.0.0.1:11434/v1")
    await database.close()
    assert loaded is not None
    assert loaded.setup == ConversationSetup("openrouter", "some/model", "high", "")
    question, call, result, answer = (stored.message for stored in loaded.messages)
    assert question.parts == (
        LinkedImagePart("https://example.com/a.png"),
        DocumentPart("d0" * 32, "application/pdf", "Report", cited=True),
        TextPart("What does it say?"),
    )
    assert call.parts == (ToolCallPart("call_1", "look", '{"at":"page 2"}'),)
    assert result.parts == (
        ToolResultPart("call_1", (TextPart("A table."), ImagePart("e1" * 32, "image/png", 64, 48)), is_error=True),
    )
    assert answer.parts == (TextPart("It grew.", (Citation("grew by 3 %", "Report", "https://example.com/"),)),)
    assert kept == (
        (ModelInfo("local", "qwen3", "Qwen 3", 32_768, sees_images=False, free=True, uses_tools=True),),
        datetime(2026, 11, 22, 12, 0, tzinfo=UTC),
    )


async def test_what_was_said_before_format_3_is_found(tmp_path: Path) -> None:
    database = await Database.open(left_by(2, tmp_path / "kireji.db"))
    store = SqliteConversationStore(database, lambda _: False)
    found = {
        words: [hit.message for hit in await store.search(words)] for words in ("gruße", "table", "enospc", "disk")
    }
    outline = await store.outline(3)
    await database.close()
    assert found == {"gruße": [None, 4], "table": [8], "enospc": [3], "disk": [2]}
    assert outline is not None
    assert [message.size for message in outline.messages] == [17, 0, 0, 8]


async def test_a_history_of_format_3_is_read_as_it_was_written(tmp_path: Path) -> None:
    database = await Database.open(left_by(3, tmp_path / "kireji.db"))
    store, drafts = SqliteConversationStore(database, lambda _: False), SqliteDraftStore(database)
    listed, archived = await store.recent(), await store.recent(archived=True)
    found = {words: [hit.message for hit in await store.search(words)] for words in ("空间 went", "窗口", "report")}
    draft, new = await drafts.load(1), await drafts.load(None)
    queued = await SqliteQueueStore(database).queued(1)
    await store.restore(4)
    restored = [hit.message for hit in await store.search("窗口")]
    taken = await store.suggest_title(1, "Another")
    await database.close()
    assert [(one.id, one.title, one.pinned) for one in listed] == [(1, "No space", True), (3, "A report", False)]
    assert [one.id for one in archived] == [2]
    assert found == {"空间 went": [1], "窗口": [], "report": [None, 6]}
    assert restored == [None, 10]
    assert not taken
    picture = ImagePart("92b2fa58028958317e408bd84ecfa70f5ee35b121991dbc232c49d166353708b", "image/png", 640, 480)
    notes = DocumentPart("d0" * 32, "text/plain", "notes.txt")
    assert draft == StoredDraft("And then", "a quote", (picture, notes), ("", "notes.txt"))
    assert new == StoredDraft("half a")
    assert queued == [QueuedQuestion(1, 1, Message(Role.USER, (picture, TextPart("And this?"))))]


async def test_drafts_of_format_7_have_their_sources_and_switches_and_those_before_it_none(tmp_path: Path) -> None:
    database = await Database.open(left_by(7, tmp_path / "kireji.db"))
    draft, earlier_one = [await SqliteDraftStore(database).load(number) for number in (None, 1)]
    await database.close()
    folder = Source(SourceKind.FOLDER, "/home/someone/kireji", "kireji", True, ("README.md",), ("docs/",), 20_000)
    page = Source(SourceKind.PAGE, "https://example.com/", "Example")
    assert draft == StoredDraft("half a", sources=(folder, page))
    assert (len(earlier_one.attachments), earlier_one.off) == (2, (1,))
    earlier = await Database.open(left_by(6, tmp_path / "earlier.db"))
    assert await SqliteDraftStore(earlier).load(None) == StoredDraft("half a")
    await earlier.close()


async def test_a_conversation_of_format_8_goes_along_from_where_it_was_cut(tmp_path: Path) -> None:
    database = await Database.open(left_by(8, tmp_path / "kireji.db"))
    loaded = await SqliteConversationStore(database, lambda _: False).load(3)
    await database.close()
    earlier = await Database.open(left_by(7, tmp_path / "earlier.db"))
    before = await SqliteConversationStore(earlier, lambda _: False).load(3)
    await earlier.close()
    assert loaded is not None
    assert before is not None
    assert [one.cut for one in loaded.messages] == [None, None, Cut(6, True, 7, 8192), None]
    assert [one.cut for one in before.messages] == [None] * 4


async def test_what_is_kept_free_for_a_batch_of_format_9_stays_so_and_before_it_there_is_none(tmp_path: Path) -> None:
    database = await Database.open(left_by(9, tmp_path / "kireji.db"))
    store = SqliteSpendingStore(database, lambda _: False)
    await store.close_lost()
    held = await store.held()
    await database.close()
    earlier = await Database.open(left_by(8, tmp_path / "earlier.db"))
    before = await SqliteSpendingStore(earlier, lambda _: False).held()
    await earlier.close()
    assert (held, before) == ({"k3x9w2m7p4qa": 0.5}, {})


async def test_a_source_of_a_kind_that_this_version_does_not_know_is_left_out(tmp_path: Path) -> None:
    path = left_by(7, tmp_path / "kireji.db")
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE drafts SET sources = replace(sources, '\"folder\"', '\"dream\"')")
    database = await Database.open(path)
    draft = await SqliteDraftStore(database).load(None)
    await database.close()
    assert [source.kind for source in draft.sources] == [SourceKind.PAGE]


async def test_conversations_of_format_3_have_no_tools_yet_and_no_one_is_allowed_anything(tmp_path: Path) -> None:
    database = await Database.open(left_by(3, tmp_path / "kireji.db"))
    loaded = await SqliteConversationStore(database, lambda _: False).load(3)
    permissions = SqlitePermissionStore(database)
    given = await permissions.grants(), await permissions.trusted(), await permissions.decisions()
    await database.close()
    assert loaded is not None
    assert loaded.setup == ConversationSetup("openrouter", "some/model", "high", "")
    call, result = loaded.messages[1].message.parts[0], loaded.messages[2].message.parts[0]
    assert isinstance(call, ToolCallPart)
    assert isinstance(result, ToolResultPart)
    assert (call.begun, result.seconds) == (False, 0.0)
    assert given == ([], {}, [])


async def test_a_history_of_format_4_is_read_as_it_was_written(tmp_path: Path) -> None:
    database = await Database.open(left_by(4, tmp_path / "kireji.db"))
    loaded = await SqliteConversationStore(database, lambda _: False).load(1)
    permissions = SqlitePermissionStore(database)
    grants, trusted, decisions = await permissions.grants(), await permissions.trusted(), await permissions.decisions()
    described = await SqliteDescriptionStore(database).described("plugin:eyes", PRINT)
    assert loaded is not None
    offered = await SqliteOfferStore(database).offer(loaded.setup.tools)
    await database.close()
    answer = loaded.messages[-1].message
    assert answer.raw == b'{"rounds":[[{"type":"tool_use","id":"toolu_1"}],null]}'
    assert answer.parts == (
        ThinkingPart("Hm.", 0.5),
        ToolCallPart("toolu_1", "eyes__look", '{"path": "/var/log"}', 0.2, begun=True),
        ToolCallPart("toolu_2", "eyes__look", '{"path": "/etc"}'),
        ToolResultPart("toolu_1", (TextPart("41 GB"),), seconds=1.25),
        ToolResultPart("toolu_2", (TextPart("The person said no."),), is_error=True, refused=True),
        TextPart("The logs fill it."),
    )
    given = datetime(2027, 1, 1, 12, 0, 1, tzinfo=UTC)
    assert [(one.id, one.allows, one.pattern, one.conversation) for one in grants] == [
        (3, False, Pattern(), None),
        (2, True, Pattern(folder="/var/log"), 1),
    ]
    assert grants[1] == Grant(2, "look", "plugin:eyes", PRINT, True, Pattern(folder="/var/log"), 1, None, given)
    assert grants[0].until == datetime(2028, 1, 1, 12, tzinfo=UTC)
    assert trusted == {"plugin:eyes": PRINT}
    assert [(one.call_id, one.reason, one.scope, one.outside) for one in decisions] == [
        ("toolu_1", Reason.OUTSIDE, Scope.FOLDER, (Outside.SCREEN,))
    ]
    schema = b'{"type":"object","properties":{"path":{"type":"string"}},"required":["path"]}'
    hints, places = Hints(read_only=True, open_world=False), (Place("path", PlaceKind.PATH),)
    look = Tool(
        "eyes__look", "look", "plugin:eyes", "Look", "Looks at a file.", schema, b'{"type":"object"}', hints, places
    )
    assert offered == described == (look,)


async def test_what_was_answered_before_there_were_budgets_counts_as_spent(tmp_path: Path) -> None:
    database = await Database.open(left_by(4, tmp_path / "kireji.db"))
    store = SqliteSpendingStore(database, lambda _: True)
    spent, [model] = await store.spent(), await store.by_model()
    await database.close()
    assert (spent.cost, spent.answers, spent.fresh_tokens, spent.output_tokens) == (0.00123, 1, 1200, 6)
    assert (model.provider, model.model) == ("anthropic", "claude-haiku-5-5")


async def test_a_file_of_format_5_keeps_what_was_spent_and_learned(tmp_path: Path) -> None:
    database = await Database.open(left_by(5, tmp_path / "kireji.db"))
    store = SqliteSpendingStore(database, lambda _: False)
    before, lost, after = await store.spent(), await store.close_lost(), await store.spent()
    learned = await SqliteCorrectionStore(database).load()
    await database.close()
    assert (before.cost, before.running, before.unpriced) == (0.00123, 0.0125, 1)
    assert (lost, after.running) == (1, 0.0)
    assert after.cost == pytest.approx(0.01373)
    assert learned == {"claude": UNCORRECTED}


async def test_a_new_file_records_its_steps_and_needs_no_copy(tmp_path: Path) -> None:
    path = tmp_path / "kireji.db"
    await upgrade(path, NOTES)
    assert ask(path, "SELECT number, name FROM schema_steps") == [(1, STEPS[0].name), (2, "notes")]
    assert ask(path, "PRAGMA user_version") == [(2,)]
    assert copies(path) == []


async def test_an_upgrade_applies_the_missing_steps_in_order(path: Path) -> None:
    await upgrade(path, NOTES, TAGS)
    assert ask(path, "SELECT text FROM notes ORDER BY text") == [("Grüße",), ("What went wrong?",)]
    assert ask(path, "SELECT number, name FROM schema_steps") == [(1, STEPS[0].name), (2, "notes"), (3, "tags")]
    assert ask(path, "PRAGMA user_version") == [(3,)]


async def test_a_copy_from_before_the_upgrade_stands_beside_the_file(path: Path) -> None:
    before = schema(path)
    await upgrade(path, NOTES, TAGS)
    assert copies(path) == ["kireji.db.before-2"]
    copy = path.with_name("kireji.db.before-2")
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600 or os.name != "posix"
    assert schema(copy) == before
    assert ask(copy, "PRAGMA user_version") == [(1,)]
    assert ask(copy, "PRAGMA integrity_check") == [("ok",)]


async def test_the_copy_holds_what_a_killed_program_had_not_merged_yet(path: Path) -> None:
    crashed = path.with_name("crashed")
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("INSERT INTO conversations (title, created, updated) VALUES ('late', 1, 1)")
        connection.commit()
        crashed.mkdir()
        for file in path.parent.glob("kireji.db*"):
            shutil.copy(file, crashed)
    await upgrade(crashed / "kireji.db", NOTES)
    copy = crashed / "kireji.db.before-2"
    assert ask(copy, "SELECT count(*) FROM conversations") == [(3,)]


async def test_the_copy_can_be_put_back(path: Path) -> None:
    await upgrade(path, NOTES)
    path.with_name("kireji.db.before-2").replace(path)
    database = await Database.open(path)
    assert len(await SqliteConversationStore(database, lambda _: True).recent()) == 2
    await database.close()


async def test_the_last_two_copies_are_kept(path: Path) -> None:
    path.with_name("kireji.db.before-notes.txt").write_text("not ours")
    steps: tuple[Step, ...] = ()
    for number in range(10):
        steps += (Step(f"more {number}", statements(f"CREATE TABLE more_{number} (text TEXT)")),)
        await upgrade(path, *steps)
    assert copies(path) == ["kireji.db.before-10", "kireji.db.before-11", "kireji.db.before-notes.txt"]


async def test_a_failing_step_is_rolled_back_wholly(path: Path) -> None:
    before, rows = schema(path), ask(path, "SELECT * FROM ledger")
    with pytest.raises(sqlite3.OperationalError, match="nowhere"):
        await upgrade(path, BROKEN)
    assert schema(path) == before
    assert ask(path, "SELECT * FROM ledger") == rows
    assert ask(path, "PRAGMA user_version") == [(1,)]
    assert ask(path, "SELECT number FROM schema_steps") == [(1,)]


async def test_the_steps_before_a_failing_one_stand_and_the_next_try_goes_on_from_there(path: Path) -> None:
    with pytest.raises(sqlite3.OperationalError, match="nowhere"):
        await upgrade(path, NOTES, BROKEN)
    assert ask(path, "PRAGMA user_version") == [(2,)]
    await upgrade(path, NOTES, TAGS)
    assert ask(path, "SELECT number, name FROM schema_steps") == [(1, STEPS[0].name), (2, "notes"), (3, "tags")]
    assert copies(path) == ["kireji.db.before-2", "kireji.db.before-3"]


async def test_two_that_upgrade_at_once_apply_each_step_once(path: Path) -> None:
    await asyncio.gather(upgrade(path, NOTES, TAGS), upgrade(path, NOTES, TAGS), upgrade(path, NOTES, TAGS))
    assert ask(path, "SELECT number FROM schema_steps") == [(1,), (2,), (3,)]
    assert len(ask(path, "SELECT * FROM notes")) == 2
    assert not list(path.parent.glob("*.part"))
