"""What the history promises beyond storing: walking, listing, removing, finding. Asked of the real one and the fake."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from kireji.core.history import Cut, Origin, Prefix, StoredDraft
from kireji.core.history_ports import ConversationStore, DraftStore
from kireji.core.messages import (
    DocumentPart,
    ImagePart,
    Message,
    MessageState,
    Role,
    TextPart,
    ThinkingPart,
    ToolCallPart,
    ToolResultPart,
    Usage,
)
from kireji.core.ports import CaptureStore, EncodedPicture
from kireji.core.sources import Source, SourceKind
from kireji.storage.captures import FileCaptureStore
from kireji.storage.conversations import SqliteConversationStore
from kireji.storage.database import Database
from kireji.storage.drafts import SqliteDraftStore
from tests.fakes.stores import MemoryCaptureStore, MemoryConversationStore, MemoryDraftStore, Ticking

HERE = Origin(4711, "since noon")
GONE = Origin(4712, "since noon")
LATER = datetime(2026, 4, 1, tzinfo=UTC)
PICTURE = EncodedPicture(b"\x89PNG not really", "image/png", 3, 2)


@dataclass(frozen=True)
class Stores:
    history: ConversationStore
    captures: CaptureStore
    drafts: DraftStore


@pytest.fixture(params=["real", "fake"])
async def stores(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Stores]:
    def alive(origin: Origin) -> bool:
        return origin == HERE

    async with AsyncExitStack() as stack:
        if request.param == "fake":
            yield Stores(MemoryConversationStore(alive), MemoryCaptureStore(), MemoryDraftStore())
            return
        database = await Database.open(tmp_path / "kireji.db")
        stack.push_async_callback(database.close)
        now = Ticking()
        captures = FileCaptureStore(tmp_path / "captures", database, now)
        history = SqliteConversationStore(database, alive, now, captures)
        yield Stores(history, captures, SqliteDraftStore(database, now))


@pytest.fixture
def history(stores: Stores) -> ConversationStore:
    return stores.history


def said(text: str, role: Role = Role.USER) -> Message:
    return Message(role, (TextPart(text),))


def answer(text: str) -> Message:
    return said(text, Role.ASSISTANT)


async def found(history: ConversationStore, words: str) -> list[int | None]:
    return [hit.message for hit in await history.search(words)]


class TestUsages:
    async def test_they_are_those_of_the_path(self, history: ConversationStore) -> None:
        summary, question = await history.create("", said("why"))
        for tokens in (1, 2):
            reply = await history.append(summary.id, question.id, answer("because"))
            await history.update(reply.id, answer("because"), MessageState.COMPLETE, usage=Usage(tokens))
        follow_up = await history.append(summary.id, reply.id, said("and"))
        await history.append(summary.id, follow_up.id, answer("nothing is known of this one"))
        assert list(await history.usages(summary.id)) == [Usage(2)]

    async def test_an_answer_can_be_written_with_what_it_has_used_so_far(self, history: ConversationStore) -> None:
        summary, question = await history.create("", said("why"))
        reply = await history.append(summary.id, question.id, answer("because"), usage=Usage(3))
        assert reply.usage == Usage(3)
        assert list(await history.usages(summary.id)) == [Usage(3)]
        [stored] = await history.messages(summary.id, [reply.id])
        assert (stored.message, stored.usage) == (answer("because"), Usage(3))

    async def test_a_conversation_that_is_not_there_has_none(self, history: ConversationStore) -> None:
        assert list(await history.usages(7)) == []


class TestOutline:
    async def test_the_outline_is_the_path_without_words(self, history: ConversationStore) -> None:
        summary, first = await history.create("A title", said("question"))
        second = await history.append(summary.id, first.id, answer("a longer reply"))
        outline = await history.outline(summary.id)
        assert outline is not None
        assert (outline.summary.id, outline.summary.title) == (summary.id, "A title")
        assert [(one.id, one.parent, one.role, one.size) for one in outline.messages] == [
            (first.id, None, Role.USER, 8),
            (second.id, first.id, Role.ASSISTANT, 14),
        ]

    async def test_the_outline_knows_the_alternatives_to_each_message(self, history: ConversationStore) -> None:
        summary, first = await history.create("A title", said("question"))
        one = await history.append(summary.id, first.id, answer("one"))
        two = await history.append(summary.id, first.id, answer("two"))
        edited = await history.append(summary.id, None, said("edited"))
        outline = await history.outline(summary.id)
        assert outline is not None
        assert [message.alternatives for message in outline.messages] == [(first.id, edited.id)]
        await history.select(summary.id, one.id)
        outline = await history.outline(summary.id)
        assert outline is not None
        assert [message.alternatives for message in outline.messages] == [(first.id, edited.id), (one.id, two.id)]

    async def test_sizes_follow_what_an_answer_holds(self, history: ConversationStore) -> None:
        summary, first = await history.create("A title", said("question"))
        row = await history.append(summary.id, first.id, answer(""), MessageState.STREAMING, origin=HERE)
        await history.update(row.id, answer("word"), MessageState.STREAMING)
        outline = await history.outline(summary.id)
        assert outline is not None
        assert (outline.messages[-1].size, outline.messages[-1].state) == (4, MessageState.STREAMING)

    async def test_an_answer_whose_process_is_gone_is_interrupted_in_the_outline(
        self, history: ConversationStore
    ) -> None:
        summary, first = await history.create("A title", said("question"))
        await history.append(summary.id, first.id, answer("cut"), MessageState.STREAMING, origin=GONE)
        outline = await history.outline(summary.id)
        assert outline is not None
        assert outline.messages[-1].state is MessageState.INTERRUPTED

    async def test_there_is_no_outline_of_what_does_not_exist(self, history: ConversationStore) -> None:
        assert await history.outline(99) is None


class TestMessages:
    async def test_messages_come_in_the_order_asked_for(self, history: ConversationStore) -> None:
        summary, first = await history.create("A title", said("question"))
        second = await history.append(summary.id, first.id, answer("reply"))
        assert list(await history.messages(summary.id, [second.id, first.id])) == [second, first]

    async def test_unknown_messages_and_those_of_others_are_left_out(self, history: ConversationStore) -> None:
        summary, first = await history.create("A title", said("question"))
        _, foreign = await history.create("Another", said("question"))
        assert list(await history.messages(summary.id, [99, foreign.id, first.id])) == [first]

    async def test_messages_of_another_branch_are_given_too(self, history: ConversationStore) -> None:
        summary, first = await history.create("A title", said("question"))
        one = await history.append(summary.id, first.id, answer("one"))
        await history.append(summary.id, first.id, answer("two"))
        assert list(await history.messages(summary.id, [one.id])) == [one]


class TestSelect:
    async def test_the_path_runs_through_the_chosen_message_to_the_newest_below_it(
        self, history: ConversationStore
    ) -> None:
        summary, first = await history.create("A title", said("question"))
        one = await history.append(summary.id, first.id, answer("one"))
        older = await history.append(summary.id, one.id, said("go on"))
        newer = await history.append(summary.id, one.id, said("go on, edited"))
        await history.append(summary.id, first.id, answer("two"))
        await history.select(summary.id, one.id)
        loaded = await history.load(summary.id)
        assert loaded is not None
        assert [message.id for message in loaded.messages] == [first.id, one.id, newer.id]
        await history.select(summary.id, older.id)
        loaded = await history.load(summary.id)
        assert loaded is not None
        assert [message.id for message in loaded.messages] == [first.id, one.id, older.id]

    async def test_a_message_of_another_conversation_cannot_be_chosen(self, history: ConversationStore) -> None:
        summary, _ = await history.create("A title", said("question"))
        _, foreign = await history.create("Another", said("question"))
        with pytest.raises(LookupError):
            await history.select(summary.id, foreign.id)

    async def test_walking_leaves_the_conversation_where_it_stands_in_the_list(
        self, history: ConversationStore
    ) -> None:
        one, first = await history.create("One", said("question"))
        two, _ = await history.create("Two", said("question"))
        await history.select(one.id, first.id)
        assert [each.id for each in await history.recent()] == [two.id, one.id]


class TestList:
    async def test_pinned_conversations_stand_first(self, history: ConversationStore) -> None:
        one, _ = await history.create("One", said("question"))
        two, _ = await history.create("Two", said("question"))
        await history.set_pinned(one.id, True)
        assert [(each.id, each.pinned) for each in await history.recent()] == [(one.id, True), (two.id, False)]
        await history.set_pinned(one.id, False)
        assert [each.id for each in await history.recent()] == [two.id, one.id]

    async def test_the_latest_is_the_newest_even_when_another_is_pinned(self, history: ConversationStore) -> None:
        one, _ = await history.create("One", said("question"))
        two, _ = await history.create("Two", said("question"))
        await history.set_pinned(one.id, True)
        latest = await history.latest()
        assert latest is not None
        assert latest.id == two.id

    async def test_archived_conversations_have_a_list_of_their_own(self, history: ConversationStore) -> None:
        one, _ = await history.create("One", said("question"))
        two, _ = await history.create("Two", said("question"))
        await history.set_archived(two.id, True)
        assert [each.id for each in await history.recent()] == [one.id]
        assert [(each.id, each.archived) for each in await history.recent(archived=True)] == [(two.id, True)]
        latest = await history.latest()
        assert latest is not None
        assert latest.id == one.id

    async def test_pages_of_the_list_follow_each_other(self, history: ConversationStore) -> None:
        made = [(await history.create(f"{number}", said("question")))[0].id for number in range(7)]
        for number in made[:3]:
            await history.set_pinned(number, True)
        whole = [each.id for each in await history.recent()]
        found, page = [], await history.recent(2)
        while page:
            found += [each.id for each in page]
            page = await history.recent(2, after=page[-1])
        assert found == whole

    async def test_an_entry_is_known_by_its_number(self, history: ConversationStore) -> None:
        one, _ = await history.create("One", said("question"))
        await history.rename(one.id, "Mine")
        entry = await history.summary(one.id)
        assert entry is not None
        assert entry.title == "Mine"
        assert await history.summary(99) is None

    async def test_a_conversation_can_be_renamed(self, history: ConversationStore) -> None:
        one, _ = await history.create("One", said("question"))
        await history.rename(one.id, "Mine")
        assert [each.title for each in await history.recent()] == ["Mine"]

    async def test_a_suggested_title_never_replaces_the_person_s_own(self, history: ConversationStore) -> None:
        one, _ = await history.create("One", said("question"))
        assert await history.suggest_title(one.id, "Better")
        await history.rename(one.id, "Mine")
        assert not await history.suggest_title(one.id, "Best")
        assert [each.title for each in await history.recent()] == ["Mine"]

    async def test_an_unknown_conversation_cannot_be_changed(self, history: ConversationStore) -> None:
        for call in (
            history.rename(99, "Mine"),
            history.suggest_title(99, "Mine"),
            history.set_pinned(99, True),
            history.set_archived(99, True),
            history.remove(99),
            history.restore(99),
        ):
            with pytest.raises(LookupError):
                await call


class TestRemoving:
    async def test_a_removed_conversation_is_in_no_list_and_not_found(self, history: ConversationStore) -> None:
        one, _ = await history.create("Crane", said("heron"))
        await history.remove(one.id)
        assert list(await history.recent()) == []
        assert await history.latest() is None
        assert await history.questions() == []
        assert await found(history, "heron") == []
        assert await found(history, "crane") == []

    async def test_what_was_removed_is_listed_the_last_one_first(self, history: ConversationStore) -> None:
        made = [(await history.create(f"{number}", said("question")))[0].id for number in range(3)]
        for number in (made[2], made[0], made[1]):
            await history.remove(number)
        first = await history.removed(2)
        rest = await history.removed(2, after=first[-1])
        assert [each.id for each in (*first, *rest)] == [made[1], made[0], made[2]]
        entry = await history.summary(made[0])
        assert entry is not None
        assert entry.removed is not None
        await history.restore(made[0])
        assert [each.id for each in await history.removed()] == [made[1], made[2]]

    async def test_it_can_be_taken_back(self, history: ConversationStore) -> None:
        one, first = await history.create("Crane", said("heron"))
        await history.remove(one.id)
        await history.restore(one.id)
        assert [each.id for each in await history.recent()] == [one.id]
        assert await found(history, "heron") == [first.id]

    async def test_an_answer_that_ends_in_a_removed_conversation_is_kept(self, history: ConversationStore) -> None:
        one, first = await history.create("Crane", said("heron"))
        row = await history.append(one.id, first.id, answer(""), MessageState.STREAMING, origin=HERE)
        await history.remove(one.id)
        await history.update(row.id, answer("stork"), MessageState.COMPLETE)
        await history.restore(one.id)
        assert await found(history, "stork") == [row.id]

    async def test_what_was_removed_before_a_time_can_be_deleted(self, history: ConversationStore) -> None:
        one, _ = await history.create("One", said("heron"))
        two, second = await history.create("Two", said("heron"))
        await history.remove(one.id)
        assert await history.purge(datetime(2026, 3, 1, tzinfo=UTC)) == 0
        assert await history.purge(LATER) == 1
        assert await history.load(one.id) is None
        with pytest.raises(LookupError):
            await history.restore(one.id)
        assert await found(history, "heron") == [second.id]
        assert [each.id for each in await history.recent()] == [two.id]


class TestSearch:
    async def test_a_word_is_found_in_questions_and_answers_newest_first(self, history: ConversationStore) -> None:
        summary, first = await history.create("Birds", said("What does a heron eat?"))
        second = await history.append(summary.id, first.id, answer("A **heron** eats fish."))
        hits = await history.search("heron")
        assert [(hit.message, hit.role, hit.conversation.id) for hit in hits] == [
            (second.id, Role.ASSISTANT, summary.id),
            (first.id, Role.USER, summary.id),
        ]
        assert hits[0].created == second.created

    async def test_the_snippet_shows_the_words_and_where_they_stand(self, history: ConversationStore) -> None:
        await history.create("Birds", said("What does\n  a heron eat?"))
        (hit,) = await history.search("heron EAT")
        assert hit.snippet == "What does a heron eat?"
        assert [hit.snippet[start:end] for start, end in hit.marks] == ["heron", "eat"]

    async def test_all_words_must_be_there(self, history: ConversationStore) -> None:
        _, one = await history.create("", said("heron and crane"))
        await history.create("", said("heron"))
        assert await found(history, "crane heron") == [one.id]

    async def test_the_last_word_may_be_a_beginning(self, history: ConversationStore) -> None:
        _, one = await history.create("", said("herons wade"))
        assert await found(history, "her") == [one.id]
        assert await found(history, "wade her") == [one.id]
        assert await found(history, "her wade") == []

    async def test_quoted_words_stand_side_by_side(self, history: ConversationStore) -> None:
        _, one = await history.create("", said("a grey heron"))
        await history.create("", said("a heron, grey"))
        assert await found(history, '"grey heron"') == [one.id]

    async def test_accents_and_capitals_do_not_matter(self, history: ConversationStore) -> None:
        _, one = await history.create("", said("Ein Café in ÅRHUS"))
        assert await found(history, "cafe århus") == [one.id]

    @pytest.mark.parametrize("words", ["窗口", "窗", "口", "打开窗口", "なぜ", "ビュー", "안녕", "안"])
    async def test_parts_of_chinese_japanese_and_korean_text_are_found(
        self, history: ConversationStore, words: str
    ) -> None:
        _, one = await history.create("", said("如何打开窗口? なぜビューが 안녕하세요"))
        await history.create("", said("什么"))
        assert await found(history, words) == [one.id]

    async def test_characters_of_a_run_must_stand_in_their_order(self, history: ConversationStore) -> None:
        await history.create("", said("口窗 窗 口"))
        assert await found(history, "窗口") == []

    async def test_latin_and_chinese_words_can_be_mixed(self, history: ConversationStore) -> None:
        _, one = await history.create("", said("用Qt打开窗口"))
        await history.create("", said("打开窗口"))
        assert await found(history, "qt窗口") == [one.id]
        assert await found(history, "窗口 Qt") == [one.id]

    @pytest.mark.parametrize(
        "words", ["", "   ", '"', "()", "AND", "NOT heron", "a* NEAR(b)", "words : x", "^", "-", "\0", "\ud800", "ａ"]
    )
    async def test_nothing_that_is_typed_is_an_error(self, history: ConversationStore, words: str) -> None:
        await history.create("", said("nothing of it"))
        assert await found(history, words) == []

    async def test_words_of_operators_are_words(self, history: ConversationStore) -> None:
        _, one = await history.create("", said("this OR that"))
        await history.create("", said("this"))
        assert await found(history, "this OR that") == [one.id]

    async def test_titles_are_found_first(self, history: ConversationStore) -> None:
        one, _ = await history.create("Grey heron", said("what"))
        _, second = await history.create("", said("heron"))
        hits = await history.search("heron")
        assert [(hit.message, hit.conversation.id) for hit in hits] == [(None, one.id), (second.id, one.id + 1)]
        assert (hits[0].role, hits[0].created, hits[0].marks) == (None, one.created, ((5, 10),))

    async def test_a_new_title_replaces_the_old_one(self, history: ConversationStore) -> None:
        one, _ = await history.create("Grey heron", said("what"))
        await history.rename(one.id, "Crane")
        assert await found(history, "heron") == []
        assert await found(history, "crane") == [None]

    async def test_pages_follow_each_other(self, history: ConversationStore) -> None:
        await history.create("heron", said("heron 0"))
        for number in range(1, 6):
            await history.create("", said(f"heron {number}"))
        first = await history.search("heron", 3)
        assert [hit.message for hit in first] == [None, 6, 5]
        second = await history.search("heron", 3, before=first[-1].message)
        assert [hit.message for hit in second] == [4, 3, 2]
        assert [hit.message for hit in await history.search("heron", 3, before=second[-1].message)] == [1]

    async def test_archived_conversations_are_found(self, history: ConversationStore) -> None:
        summary, first = await history.create("", said("heron"))
        await history.set_archived(summary.id, True)
        (hit,) = await history.search("heron")
        assert (hit.message, hit.conversation.archived) == (first.id, True)

    async def test_results_of_tools_and_titles_of_documents_are_found(self, history: ConversationStore) -> None:
        parts = (ToolResultPart("call", (TextPart("heron"),)), DocumentPart("d" * 64, "application/pdf", "Crane"))
        _, first = await history.create("", Message(Role.USER, parts))
        assert await found(history, "heron crane") == [first.id]

    async def test_reasoning_and_arguments_of_calls_are_not_found(self, history: ConversationStore) -> None:
        parts = (ThinkingPart("heron"), ToolCallPart("call", "look", '{"at": "heron"}'), TextPart("crane"))
        summary, first = await history.create("", said("what"))
        reply = await history.append(summary.id, first.id, Message(Role.ASSISTANT, parts))
        assert await found(history, "heron") == []
        assert await found(history, "crane") == [reply.id]

    async def test_an_answer_is_found_when_it_has_ended(self, history: ConversationStore) -> None:
        summary, first = await history.create("", said("what"))
        row = await history.append(summary.id, first.id, answer(""), MessageState.STREAMING, origin=HERE)
        await history.update(row.id, answer("her"), MessageState.STREAMING)
        await history.update(row.id, answer("heron"), MessageState.STOPPED)
        assert await found(history, "heron") == [row.id]
        await history.update(row.id, answer("crane"), MessageState.COMPLETE)
        assert await found(history, "heron") == []
        assert await found(history, "crane") == [row.id]

    async def test_an_answer_whose_process_is_gone_is_found_as_far_as_it_came(self, history: ConversationStore) -> None:
        summary, first = await history.create("", said("what"))
        row = await history.append(summary.id, first.id, answer("heron"), MessageState.STREAMING, origin=GONE)
        assert await found(history, "heron") == [row.id]
        loaded = await history.load(summary.id)
        assert loaded is not None
        assert (loaded.messages[-1].state, bool(loaded.messages[-1].error)) == (MessageState.INTERRUPTED, True)

    async def test_a_word_far_inside_a_long_message_is_found(self, history: ConversationStore) -> None:
        _, first = await history.create("", said("filler " * 100_000 + "heron " + "filler " * 50_000))
        (hit,) = await history.search("heron")
        assert hit.message == first.id
        assert [hit.snippet[start:end] for start, end in hit.marks] == ["heron"]


class TestPictures:
    async def test_a_message_is_found_by_what_was_read_in_its_picture(self, stores: Stores) -> None:
        picture = await stores.captures.put(PICTURE)
        _, first = await stores.history.create("", Message(Role.USER, (picture, TextPart("what is this"))))
        await stores.history.note_picture_text(picture.blob, "ENOSPC 没有空间")
        assert await found(stores.history, "enospc") == [first.id]
        (hit,) = await stores.history.search("this 空间")
        assert hit.message == first.id
        await stores.history.note_picture_text(picture.blob, "EACCES")
        assert await found(stores.history, "enospc") == []
        assert await found(stores.history, "eacces this") == [first.id]

    async def test_a_later_message_with_the_same_picture_is_found_too(self, stores: Stores) -> None:
        picture = await stores.captures.put(PICTURE)
        summary, first = await stores.history.create("", Message(Role.USER, (picture,)))
        await stores.history.note_picture_text(picture.blob, "heron")
        second = await stores.history.append(summary.id, first.id, Message(Role.USER, (picture,)))
        assert await found(stores.history, "heron") == [second.id, first.id]

    async def test_pictures_that_nobody_has_read_are_named_newest_first(self, stores: Stores) -> None:
        one = await stores.captures.put(PICTURE)
        two = await stores.captures.put(EncodedPicture(b"another", "image/png", 3, 2))
        await stores.history.create("", Message(Role.USER, (one,)))
        await stores.history.create("", Message(Role.USER, (two,)))
        assert list(await stores.history.pictures_without_text(5)) == [two.blob, one.blob]
        assert list(await stores.history.pictures_without_text(1)) == [two.blob]
        await stores.history.note_picture_text(two.blob, "")
        assert list(await stores.history.pictures_without_text(5)) == [one.blob]


class TestChanged:
    async def test_every_change_of_a_conversation_is_published(self, history: ConversationStore) -> None:
        told: list[int] = []
        history.changed.subscribe(told.append)
        one, first = await history.create("One", said("question"))
        second = await history.append(one.id, first.id, answer("reply"))
        await history.update(second.id, answer("another reply"), MessageState.COMPLETE)
        await history.select(one.id, second.id)
        await history.rename(one.id, "Mine")
        await history.set_pinned(one.id, True)
        await history.set_archived(one.id, True)
        await history.remove(one.id)
        await history.restore(one.id)
        assert told == [one.id] * 9

    async def test_what_streams_is_published_when_it_begins_and_when_it_ends(self, history: ConversationStore) -> None:
        one, first = await history.create("One", said("question"))
        told: list[int] = []
        history.changed.subscribe(told.append)
        row = await history.append(one.id, first.id, answer(""), MessageState.STREAMING, origin=HERE)
        await history.update(row.id, answer("a"), MessageState.STREAMING)
        await history.update(row.id, answer("ab"), MessageState.COMPLETE)
        assert told == [one.id] * 2

    async def test_a_title_that_was_not_taken_is_not_published(self, history: ConversationStore) -> None:
        one, _ = await history.create("One", said("question"))
        await history.rename(one.id, "Mine")
        told: list[int] = []
        history.changed.subscribe(told.append)
        await history.suggest_title(one.id, "Other")
        assert told == []


class TestDrafts:
    async def test_without_a_draft_there_is_an_empty_one(self, stores: Stores) -> None:
        assert await stores.drafts.load(None) == StoredDraft()
        assert await stores.drafts.load(7) == StoredDraft()

    async def test_each_conversation_has_its_own(self, stores: Stores) -> None:
        one, _ = await stores.history.create("One", said("question"))
        picture = ImagePart("ab" * 32, "image/png", 3, 2)
        document = DocumentPart("cd" * 32, "text/plain", "notes.txt")
        draft = StoredDraft("half a question", "a quote", (picture, document), ("", "notes.txt"), off=(1,))
        await stores.drafts.save(one.id, draft)
        await stores.drafts.save(None, StoredDraft("new"))
        assert await stores.drafts.load(one.id) == draft
        assert await stores.drafts.load(None) == StoredDraft("new")

    async def test_sources_are_kept_as_they_were_set(self, stores: Stores) -> None:
        folder = Source(SourceKind.FOLDER, "/home/a/\udcff", "b", pinned=True, pins=("c",), off=("d/",), most=9)
        draft = StoredDraft(sources=(folder, Source(SourceKind.CONVERSATION, "7", "Seven")))
        await stores.drafts.save(None, draft)
        assert await stores.drafts.load(None) == draft

    async def test_the_last_one_counts(self, stores: Stores) -> None:
        await stores.drafts.save(None, StoredDraft("one"))
        await stores.drafts.save(None, StoredDraft("two"))
        assert await stores.drafts.load(None) == StoredDraft("two")
        await stores.drafts.save(None, StoredDraft())
        assert await stores.drafts.load(None) == StoredDraft()


async def test_a_cut_is_read_with_its_message_in_the_conversation_and_in_its_outline(
    history: ConversationStore,
) -> None:
    summary, first = await history.create("t", said("a"))
    second = await history.append(summary.id, first.id, answer("b"))
    told: list[int] = []
    history.changed.subscribe(told.append)
    await history.cut(first.id, Cut(second.id, True, first.id, 8_000))
    await history.cut(first.id, Cut(second.id, False, first.id, 9_000))
    loaded, outline = await history.load(summary.id), await history.outline(summary.id)
    assert loaded is not None
    assert outline is not None
    cut = Cut(second.id, False, first.id, 9_000)
    assert [one.cut for one in loaded.messages] == [one.cut for one in outline.messages] == [cut, None]
    assert told == [summary.id, summary.id]


async def test_what_went_along_with_a_question_is_kept_beside_its_cut(history: ConversationStore) -> None:
    summary, first = await history.create("t", said("a"))
    await history.cut(first.id, Cut(first.id))
    await history.keep_prefix(first.id, Prefix("s", "t", "o", hidden=True))
    loaded = await history.load(summary.id)
    assert loaded is not None
    assert loaded.messages[0].cut == Cut(first.id)
    assert loaded.messages[0].prefix == Prefix("s", "t", "o", hidden=True)


async def test_how_a_message_that_is_gone_was_sent_cannot_be_kept(history: ConversationStore) -> None:
    with pytest.raises(LookupError):
        await history.cut(7, Cut(7))
    with pytest.raises(LookupError):
        await history.keep_prefix(7, Prefix())


async def test_what_is_purged_takes_its_cuts_along(history: ConversationStore) -> None:
    summary, first = await history.create("t", said("a"))
    await history.cut(first.id, Cut(first.id))
    await history.remove(summary.id)
    assert await history.purge(LATER) == 1
