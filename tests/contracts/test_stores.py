"""What every store promises, asked of the real ones and of the fakes."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from kireji.core.errors import SettingsError, StoreCorrupt
from kireji.core.history import ConversationSetup, Origin
from kireji.core.history_ports import ConversationStore
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
from kireji.core.models import Effort, Lifecycle, ModelInfo, Price
from kireji.core.ports import CaptureStore, EncodedDocument, EncodedPicture, Ledger, ModelListStore, SettingsStore
from kireji.core.requests import OutgoingRequest, Purpose
from kireji.storage.captures import FileCaptureStore
from kireji.storage.conversations import SqliteConversationStore
from kireji.storage.database import Database
from kireji.storage.ledger import SqliteLedger
from kireji.storage.model_lists import SqliteModelListStore
from kireji.storage.settings_file import TomlSettingsFile
from tests.fakes.stores import (
    MemoryCaptureStore,
    MemoryConversationStore,
    MemoryLedger,
    MemoryModelListStore,
    MemorySettings,
    Ticking,
)

HERE = Origin(4711, "since noon")
GONE = Origin(4712, "since noon")


@dataclass(frozen=True)
class Stores:
    conversations: ConversationStore
    ledger: Ledger
    captures: CaptureStore
    model_lists: ModelListStore
    settings: SettingsStore


@pytest.fixture(params=["real", "fake"])
async def stores(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Stores]:
    def alive(origin: Origin) -> bool:
        return origin == HERE

    async with AsyncExitStack() as stack:
        if request.param == "fake":
            yield Stores(
                MemoryConversationStore(alive),
                MemoryLedger(),
                MemoryCaptureStore(),
                MemoryModelListStore(),
                MemorySettings(),
            )
            return
        database = await Database.open(tmp_path / "kireji.db")
        stack.push_async_callback(database.close)
        yield Stores(
            SqliteConversationStore(database, alive, Ticking()),
            SqliteLedger(database, Ticking()),
            FileCaptureStore(tmp_path / "captures", database, Ticking()),
            SqliteModelListStore(database),
            TomlSettingsFile(tmp_path / "settings.toml"),
        )


def said(text: str, role: Role = Role.USER) -> Message:
    return Message(role, (TextPart(text),))


def answer(text: str) -> Message:
    return said(text, Role.ASSISTANT)


def outgoing(body: bytes = b"{}", model: str = "some-model") -> OutgoingRequest:
    return OutgoingRequest(
        "anthropic", "POST", "https://api.example:8443/v1/messages", {"x-header": "1"}, body, model, Purpose.ANSWER
    )


PICTURE = EncodedPicture(b"\x89PNG not really", "image/png", 3, 2)


class TestQuestionHistory:
    async def test_questions_come_newest_first_and_each_once(self, stores: Stores) -> None:
        first, asked = await stores.conversations.create("", said("why"))
        await stores.conversations.append(first.id, asked.id, answer("Because."))
        await stores.conversations.create("", said(" how "))
        await stores.conversations.create("", said("why"))
        assert await stores.conversations.questions() == ["why", "how"]

    async def test_questions_without_words_are_left_out(self, stores: Stores) -> None:
        await stores.conversations.create("", Message(Role.USER, (ImagePart("ab" * 32, "image/png", 3, 2),)))
        await stores.conversations.create("", said(" \n"))
        assert await stores.conversations.questions() == []

    async def test_no_more_questions_than_wanted_are_given(self, stores: Stores) -> None:
        for number in range(5):
            await stores.conversations.create("", said(f"question {number}"))
        assert await stores.conversations.questions(2) == ["question 4", "question 3"]


class TestConversations:
    async def test_a_new_conversation_holds_its_first_message(self, stores: Stores) -> None:
        summary, first = await stores.conversations.create("A title", said("hello"))
        loaded = await stores.conversations.load(summary.id)
        assert loaded is not None
        assert loaded.summary == summary
        assert loaded.messages == (first,)
        assert (first.parent, first.state, first.message) == (None, MessageState.COMPLETE, said("hello"))

    async def test_times_are_in_utc_and_exact(self, stores: Stores) -> None:
        summary, first = await stores.conversations.create("A title", said("hello"))
        loaded = await stores.conversations.load(summary.id)
        assert loaded is not None
        assert first.created == datetime(2026, 3, 1, 12, 0, 1, tzinfo=UTC)
        assert loaded.messages[0].created.tzinfo is UTC

    async def test_every_kind_of_part_comes_back_as_it_was(self, stores: Stores) -> None:
        parts = (
            TextPart("**text** \u2028 \U0001f600 \0", (Citation("words", "A page", "https://example.com/"),)),
            ImagePart("ab" * 32, "image/png", 3, 2),
            LinkedImagePart("https://example.com/a.png"),
            DocumentPart("cd" * 32, "application/pdf", "Report", cited=True),
            ToolCallPart("call_1", "look", '{"half": '),
            ToolResultPart("call_1", (TextPart("seen"), ImagePart("ef" * 32, "image/png", 3, 2)), is_error=True),
            ThinkingPart(""),
            OpaquePart("server_tool_use"),
        )
        message = Message(Role.ASSISTANT, parts, b'[{"type": "text"}]', "anthropic")
        summary, _ = await stores.conversations.create("", message)
        loaded = await stores.conversations.load(summary.id)
        assert loaded is not None
        assert loaded.messages[0].message == message

    async def test_an_appended_message_is_the_end_of_the_path(self, stores: Stores) -> None:
        summary, first = await stores.conversations.create("A title", said("question"))
        second = await stores.conversations.append(
            summary.id, first.id, answer("reply"), provider="anthropic", model="some-model"
        )
        loaded = await stores.conversations.load(summary.id)
        assert loaded is not None
        assert loaded.messages == (first, second)
        assert (second.provider, second.model, second.parent) == ("anthropic", "some-model", first.id)

    async def test_a_second_answer_to_the_same_question_begins_another_branch(self, stores: Stores) -> None:
        summary, first = await stores.conversations.create("A title", said("question"))
        await stores.conversations.append(summary.id, first.id, answer("one"))
        other = await stores.conversations.append(summary.id, first.id, answer("two"))
        loaded = await stores.conversations.load(summary.id)
        assert loaded is not None
        assert loaded.messages == (first, other)

    async def test_a_parent_from_another_conversation_is_refused(self, stores: Stores) -> None:
        one, _ = await stores.conversations.create("One", said("question"))
        _, foreign = await stores.conversations.create("Two", said("question"))
        with pytest.raises(LookupError):
            await stores.conversations.append(one.id, foreign.id, answer("reply"))
        loaded = await stores.conversations.load(one.id)
        assert loaded is not None
        assert len(loaded.messages) == 1

    async def test_an_unknown_conversation_takes_no_message(self, stores: Stores) -> None:
        with pytest.raises(LookupError):
            await stores.conversations.append(99, None, answer("reply"))

    async def test_a_streaming_message_without_its_process_is_refused(self, stores: Stores) -> None:
        summary, first = await stores.conversations.create("A title", said("question"))
        with pytest.raises(ValueError, match="origin"):
            await stores.conversations.append(summary.id, first.id, answer(""), MessageState.STREAMING)

    async def test_an_update_replaces_what_the_answer_holds(self, stores: Stores) -> None:
        summary, first = await stores.conversations.create("A title", said("question"))
        row = await stores.conversations.append(
            summary.id, first.id, Message(Role.ASSISTANT, ()), MessageState.STREAMING, origin=HERE
        )
        await stores.conversations.update(row.id, answer("par"), MessageState.STREAMING)
        whole = Message(Role.ASSISTANT, (TextPart("partly"),), b"[]", "anthropic")
        usage = Usage(input_tokens=5, output_tokens=7, cost=0.25)
        await stores.conversations.update(
            row.id, whole, MessageState.COMPLETE, usage=usage, stop=StopReason.MAX_TOKENS, error="It was cut."
        )
        loaded = await stores.conversations.load(summary.id)
        assert loaded is not None
        last = loaded.messages[-1]
        assert (last.id, last.message, last.state) == (row.id, whole, MessageState.COMPLETE)
        assert (last.usage, last.stop, last.error) == (usage, StopReason.MAX_TOKENS, "It was cut.")

    async def test_an_unknown_message_cannot_be_updated(self, stores: Stores) -> None:
        with pytest.raises(LookupError):
            await stores.conversations.update(99, answer("reply"), MessageState.COMPLETE)

    async def test_a_conversation_that_does_not_exist_is_none(self, stores: Stores) -> None:
        assert await stores.conversations.load(99) is None
        assert await stores.conversations.latest() is None

    async def test_conversations_are_listed_by_their_last_change(self, stores: Stores) -> None:
        one, first = await stores.conversations.create("One", said("question"))
        two, _ = await stores.conversations.create("Two", said("question"))
        three, _ = await stores.conversations.create("Three", said("question"))
        await stores.conversations.append(one.id, first.id, answer("reply"))
        listed = await stores.conversations.recent()
        assert [summary.id for summary in listed] == [one.id, three.id, two.id]
        assert [summary.id for summary in await stores.conversations.recent(2)] == [one.id, three.id]
        latest = await stores.conversations.latest()
        assert latest is not None
        assert latest.id == one.id

    async def test_an_answer_that_ends_brings_its_conversation_forward(self, stores: Stores) -> None:
        one, first = await stores.conversations.create("One", said("question"))
        row = await stores.conversations.append(one.id, first.id, answer(""), MessageState.STREAMING, origin=HERE)
        two, _ = await stores.conversations.create("Two", said("question"))
        await stores.conversations.update(row.id, answer("a"), MessageState.STREAMING)
        assert [summary.id for summary in await stores.conversations.recent()] == [two.id, one.id]
        await stores.conversations.update(row.id, answer("ab"), MessageState.COMPLETE)
        assert [summary.id for summary in await stores.conversations.recent()] == [one.id, two.id]

    @pytest.mark.parametrize(("origin", "state"), [(HERE, MessageState.STREAMING), (GONE, MessageState.INTERRUPTED)])
    async def test_a_streaming_message_of_a_process_that_is_gone_is_interrupted(
        self, stores: Stores, origin: Origin, state: MessageState
    ) -> None:
        summary, first = await stores.conversations.create("A title", said("question"))
        await stores.conversations.append(
            summary.id, first.id, answer("what arrived"), MessageState.STREAMING, origin=origin
        )
        loaded = await stores.conversations.load(summary.id)
        assert loaded is not None
        last = loaded.messages[-1]
        assert (last.message.text, last.state) == ("what arrived", state)
        assert bool(last.error) == (state is MessageState.INTERRUPTED)

    async def test_a_branch_may_begin_a_conversation_anew(self, stores: Stores) -> None:
        summary, _ = await stores.conversations.create("A title", said("question"))
        other = await stores.conversations.append(summary.id, None, said("edited question"))
        loaded = await stores.conversations.load(summary.id)
        assert loaded is not None
        assert loaded.messages == (other,)


SETUP = ConversationSetup("openrouter", "some/model", "high", "Be brief.")


class TestSetup:
    async def test_a_new_conversation_follows_the_settings(self, stores: Stores) -> None:
        summary, _ = await stores.conversations.create("A title", said("hello"))
        loaded = await stores.conversations.load(summary.id)
        assert loaded is not None
        assert loaded.setup == ConversationSetup()

    async def test_a_conversation_keeps_what_it_was_begun_with(self, stores: Stores) -> None:
        one, _ = await stores.conversations.create("One", said("hello"), SETUP)
        two, _ = await stores.conversations.create("Two", said("hello"))
        loaded, other = await stores.conversations.load(one.id), await stores.conversations.load(two.id)
        assert loaded is not None
        assert other is not None
        assert (loaded.setup, other.setup) == (SETUP, ConversationSetup())

    @pytest.mark.parametrize("system", [None, "", "Be brief."])
    async def test_no_instructions_are_told_from_those_of_the_settings(
        self, stores: Stores, system: str | None
    ) -> None:
        summary, _ = await stores.conversations.create("A title", said("hello"), SETUP)
        await stores.conversations.configure(summary.id, ConversationSetup(system=system))
        loaded = await stores.conversations.load(summary.id)
        assert loaded is not None
        assert loaded.setup == ConversationSetup(system=system)

    async def test_choosing_another_model_leaves_the_conversation_where_it_stands(self, stores: Stores) -> None:
        one, first = await stores.conversations.create("One", said("hello"))
        two, _ = await stores.conversations.create("Two", said("hello"), SETUP)
        await stores.conversations.configure(one.id, SETUP)
        assert [summary.id for summary in await stores.conversations.recent()] == [two.id, one.id]
        loaded = await stores.conversations.load(one.id)
        assert loaded is not None
        assert (loaded.summary, loaded.messages) == (one, (first,))

    async def test_an_unknown_conversation_cannot_be_configured(self, stores: Stores) -> None:
        with pytest.raises(LookupError):
            await stores.conversations.configure(99, SETUP)


NOON = datetime(2026, 11, 22, 12, 0, 0, 250_000, tzinfo=UTC)
MODEL = ModelInfo(
    "openrouter",
    "some/model",
    "Some model",
    200_000,
    64_000,
    efforts=(Effort.LOW, Effort.MAX),
    prices=(Price(1, 5, 1.25, 0.1), Price(2, 10, 2.5, 0.2, 200_000)),
    lifecycle=Lifecycle.DEPRECATED,
    ends="2027-01-31",
    replacement="other/model",
    uses_tools=True,
    thinking=("adaptive",),
)


class TestModelLists:
    async def test_without_a_list_there_is_none(self, stores: Stores) -> None:
        assert await stores.model_lists.load("openrouter", "https://openrouter.ai/api/v1") is None

    async def test_a_list_comes_back_with_its_time(self, stores: Stores) -> None:
        await stores.model_lists.save("openrouter", "https://a.example", [MODEL], NOON)
        assert await stores.model_lists.load("openrouter", "https://a.example") == ((MODEL,), NOON)

    async def test_the_newest_list_counts(self, stores: Stores) -> None:
        await stores.model_lists.save("openrouter", "https://a.example", [MODEL, MODEL], NOON)
        await stores.model_lists.save("openrouter", "https://a.example", [], NOON.replace(hour=13))
        assert await stores.model_lists.load("openrouter", "https://a.example") == ((), NOON.replace(hour=13))

    async def test_each_address_has_its_own(self, stores: Stores) -> None:
        await stores.model_lists.save("local", "http://127.0.0.1:11434/v1", [MODEL], NOON)
        assert await stores.model_lists.load("local", "http://127.0.0.1:8080/v1") is None
        assert await stores.model_lists.load("anthropic", "http://127.0.0.1:11434/v1") is None


class TestLedger:
    async def test_a_row_says_what_left_and_where_to(self, stores: Stores) -> None:
        number = await stores.ledger.record(outgoing(b"12345"), "d" * 64, 7)
        (row,) = await stores.ledger.recent()
        assert row.id == number
        assert (row.provider, row.host, row.model, row.purpose) == (
            "anthropic",
            "api.example:8443",
            "some-model",
            "answer",
        )
        assert (row.size, row.digest, row.conversation) == (5, "d" * 64, 7)
        assert row.time == datetime(2026, 3, 1, 12, 0, 1, tzinfo=UTC)

    async def test_rows_are_listed_newest_first(self, stores: Stores) -> None:
        numbers = [await stores.ledger.record(outgoing(), "d", conversation) for conversation in (1, 2, 1, None)]
        assert [row.id for row in await stores.ledger.recent()] == numbers[::-1]
        assert [row.id for row in await stores.ledger.recent(1)] == numbers[-1:]
        assert [row.id for row in await stores.ledger.recent(conversation=1)] == [numbers[2], numbers[0]]

    async def test_totals_count_requests_and_bytes(self, stores: Stores) -> None:
        assert await stores.ledger.totals() == await stores.ledger.totals(1)
        await stores.ledger.record(outgoing(b"123"), "d", 1)
        await stores.ledger.record(outgoing(b"4567"), "d", None)
        everything, one = await stores.ledger.totals(), await stores.ledger.totals(1)
        assert (everything.requests, everything.size, one.requests, one.size) == (2, 7, 1, 3)


class TestCaptures:
    async def test_a_picture_comes_back_as_it_was(self, stores: Stores) -> None:
        part = await stores.captures.put(PICTURE)
        assert part == ImagePart(hashlib.sha256(PICTURE.data).hexdigest(), "image/png", 3, 2)
        assert await stores.captures.get(part.blob) == PICTURE.data

    @pytest.mark.parametrize("media_type", ["image/png", "image/jpeg", "image/webp", "image/gif"])
    async def test_every_media_type_that_providers_accept_is_stored(self, stores: Stores, media_type: str) -> None:
        part = await stores.captures.put(EncodedPicture(b"bytes", media_type, 1, 1))
        assert await stores.captures.get(part.blob) == b"bytes"

    async def test_another_media_type_is_refused(self, stores: Stores) -> None:
        with pytest.raises(ValueError, match="text/html"):
            await stores.captures.put(EncodedPicture(b"bytes", "text/html", 1, 1))

    async def test_the_same_bytes_have_the_same_name(self, stores: Stores) -> None:
        assert await stores.captures.put(PICTURE) == await stores.captures.put(PICTURE)

    async def test_a_picture_that_is_taken_back_is_gone(self, stores: Stores) -> None:
        part = await stores.captures.put(PICTURE)
        await stores.captures.discard(part)
        with pytest.raises(StoreCorrupt):
            await stores.captures.get(part.blob)

    async def test_a_picture_that_somebody_else_put_too_stays(self, stores: Stores) -> None:
        part = await stores.captures.put(PICTURE)
        await stores.captures.put(PICTURE)
        await stores.captures.discard(part)
        assert await stores.captures.get(part.blob) == PICTURE.data

    @pytest.mark.parametrize("media_type", ["application/pdf", "text/plain"])
    async def test_a_document_comes_back_as_it_was(self, stores: Stores, media_type: str) -> None:
        part = await stores.captures.put_document(EncodedDocument(b"some words", media_type, "a b.txt"))
        assert part == DocumentPart(hashlib.sha256(b"some words").hexdigest(), media_type, "a b.txt")
        assert await stores.captures.get(part.blob) == b"some words"

    async def test_a_document_of_another_kind_is_refused(self, stores: Stores) -> None:
        with pytest.raises(ValueError, match="text/html"):
            await stores.captures.put_document(EncodedDocument(b"bytes", "text/html", "a"))

    async def test_a_document_that_is_taken_back_is_gone(self, stores: Stores) -> None:
        part = await stores.captures.put_document(EncodedDocument(b"words", "text/plain", "a"))
        await stores.captures.discard(part)
        with pytest.raises(StoreCorrupt):
            await stores.captures.get(part.blob)

    @pytest.mark.parametrize("blob", ["0" * 64, "", "../../etc/passwd", "A" * 64, "0" * 64 + "\n"])
    async def test_a_picture_that_is_not_there_is_reported(self, stores: Stores, blob: str) -> None:
        with pytest.raises(StoreCorrupt):
            await stores.captures.get(blob)


class TestSettings:
    def test_without_a_file_there_are_no_tables(self, stores: Stores) -> None:
        assert stores.settings.read() == {}

    @pytest.mark.parametrize("value", ["text", True, 3, 1.5, "", [], ["a", "b"]])
    def test_what_was_written_is_read(self, stores: Stores, value: object) -> None:
        stores.settings.write("models.other", 1)
        stores.settings.write("models.system", value)
        assert stores.settings.read()["models"] == {"other": 1, "system": value}

    def test_a_section_that_is_a_value_is_not_overwritten(self, stores: Stores, tmp_path: Path) -> None:
        if isinstance(stores.settings, MemorySettings):
            stores.settings.tables = {"models": 3}
        else:
            (tmp_path / "settings.toml").write_text("models = 3\n")
        with pytest.raises(SettingsError, match="models"):
            stores.settings.write("models.system", "text")
        assert stores.settings.read() == {"models": 3}
