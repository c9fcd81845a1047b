"""Context becomes documents of the question."""

from __future__ import annotations

import dataclasses
import hashlib
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kireji.core.context import ContextSettings
from kireji.core.errors import SourceError
from kireji.core.messages import MessageState, TextPart
from kireji.core.models import ModelInfo
from kireji.core.outside import outside_words
from kireji.core.sources import LeftOut, Packed, Source, SourceKind, Took, Why
from kireji.core.tools import Outside
from kireji.services.packing import Packing
from kireji.services.turns import Question, QuestionSaved, ReadingSources, SourcesPacked, TurnEvent
from tests.fakes.provider import FakeProvider, answer
from tests.fakes.sources import FakeSourceReader
from tests.fakes.stores import MemorySettings
from tests.fakes.world import World

REPOSITORY = Source(SourceKind.FOLDER, "/r", "r")
_LINES = st.text("abcd =[]{}\n", min_size=1, max_size=3_000)
_FILES = st.dictionaries(st.from_regex(r"\A[a-c]{1,2}/[a-c]\.py\Z"), _LINES, max_size=12)


def world_with(*files: tuple[str, str], place: str = "/r") -> World:
    return World(sources=FakeSourceReader({place: dict(files)}))


async def plan(world: World, *sources: Source, text: str = "", room: int = 60_000) -> Packed:
    return await world.services().packing.plan(sources, text, room)


def names(packed: Packed) -> list[str]:
    return [one.name for one in packed.took]


async def said(world: World, packed: Packed) -> list[str]:
    return [(await world.captures.get(document.blob)).decode() for document in packed.documents]


async def test_all_that_fits_goes_along_as_one_document_for_each_source() -> None:
    world = world_with(("a.py", "x = 1\n"), ("b.py", "y = 2\n"))
    world.sources.texts["/n.txt"] = {"n.txt": "Some notes."}
    notes = Source(SourceKind.FILE, "/n.txt", "n.txt")
    packed = await world.services().packing.pack([REPOSITORY, notes], "", 60_000)
    assert [document.title for document in packed.documents] == ["r · 2 of 2 files", "n.txt"]
    first, second = await said(world, packed)
    assert first.endswith("=====[ a.py ]=====\nx = 1\n\n=====[ b.py ]=====\ny = 2\n")
    assert "Some notes." in second
    assert packed.left_out == ()


async def test_what_is_switched_off_or_cannot_be_read_is_said_to_be_left_out() -> None:
    world = world_with(("a.py", "x"), ("docs/b.md", "y"), ("c.bin", "z"))
    world.sources.problems["c.bin"] = "This file holds no text that could be read."
    source = msgspec.structs.replace(REPOSITORY, off=("docs/",))
    packed = await plan(world, source)
    assert names(packed) == ["a.py"]
    assert [(one.name, one.why) for one in packed.left_out] == [("c.bin", Why.PROBLEM), ("docs/b.md", Why.OFF)]


async def test_a_file_that_vanishes_before_it_is_read_is_left_out() -> None:
    world = world_with(("a.py", "x"), ("b.py", "y"))
    services = world.services()
    _ = [listing async for listing in services.packing.listed(REPOSITORY)]
    del world.sources.texts["/r"]["b.py"]
    packed = await services.packing.plan([REPOSITORY], "", 60_000)
    assert (names(packed), [(one.name, one.why) for one in packed.left_out]) == (["a.py"], [("b.py", Why.PROBLEM)])


async def test_where_not_all_fits_the_question_decides() -> None:
    files = [(f"part{number}.py", f"def part{number}():\n    return {number}\n" * 40) for number in range(40)]
    world = world_with(*files, ("spending.py", "def spending():\n    return 0\n" * 40))
    packed = await plan(world, REPOSITORY, text="How is spending counted?", room=1_500)
    assert "spending.py" in names(packed)
    assert packed.tokens <= 1_500


async def test_the_beginnings_of_files_are_searched_for_the_questions_words() -> None:
    files = [(f"part{number}.py", f"value = {number}\n" * 120) for number in range(40)]
    world = world_with(*files, ("zz.py", "# keeps the harbour dry\n" + "value = 1\n" * 120))
    assert "zz.py" in names(await plan(world, REPOSITORY, text="the harbour", room=2_000))


async def test_without_a_question_the_newest_go_along() -> None:
    files = [(f"part{number}.py", f"value = {number}\n" * 120) for number in range(40)]
    world = world_with(*files)
    world.sources.changed = {
        name: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=number) for number, (name, _) in enumerate(files)
    }
    assert "part39.py" in names(await plan(world, REPOSITORY, room=2_000))


async def test_what_is_pinned_comes_first_whatever_it_is() -> None:
    files = [(f"part{number}.py", f"value = {number}\n" * 120) for number in range(40)]
    world = world_with(*files, ("zz.lock", "x = 1\n" * 150))
    source = msgspec.structs.replace(REPOSITORY, pins=("zz.lock",))
    assert "zz.lock" in names(await plan(world, source, text="part7", room=2_500))


async def test_a_file_that_is_too_long_goes_along_with_its_beginning_and_says_so() -> None:
    world = world_with(("log.txt", "".join(f"line {number} of the log\n" for number in range(5_000))))
    packed = await world.services().packing.pack([REPOSITORY], "", 1_000)
    assert [(one.name, one.whole) for one in packed.took] == [("log.txt", False)]
    (text,) = await said(world, packed)
    assert "line 0 of the log\n" in text
    assert text.endswith("of the log\n(Cut here: only the beginning of this text goes along.)\n")


async def test_a_source_takes_no_more_than_it_may() -> None:
    world = world_with(*((f"{number}.py", "value = 1\n" * 100) for number in range(30)))
    packed = await plan(world, msgspec.structs.replace(REPOSITORY, most=1_000))
    assert sum(one.tokens for one in packed.took) <= 1_000


async def test_where_there_is_no_room_nothing_goes_along_and_all_is_left_out() -> None:
    packed = await world_with(("a.py", "x")).services().packing.pack([REPOSITORY], "", 0)
    assert packed == Packed((), (), (LeftOut(REPOSITORY, "a.py", packed.left_out[0].tokens, Why.ROOM),), 0, 0)


@settings(max_examples=40, deadline=None)
@given(
    st.dictionaries(st.from_regex(r"\A[a-c]{1,2}/[a-c]\.py\Z"), _LINES, max_size=12), st.integers(0, 4_000), st.data()
)
async def test_whatever_the_files_say_the_room_holds_and_everything_is_accounted_for(
    files: dict[str, str], room: int, data: st.DataObject
) -> None:
    pins = tuple(data.draw(st.lists(st.sampled_from(sorted(files)), max_size=2))) if files else ()
    off = tuple(data.draw(st.lists(st.sampled_from(sorted(files)), max_size=2))) if files else ()
    source = msgspec.structs.replace(REPOSITORY, pins=pins, off=off)
    world = world_with(*files.items())
    packed = await world.services().packing.pack([source], "a b c", room)
    assert packed.tokens <= room
    assert sorted([*names(packed), *(one.name for one in packed.left_out)]) == sorted(files)
    assert not set(names(packed)) & set(off)
    again = await world_with(*files.items()).services().packing.pack([source], "a b c", room)
    assert [one.blob for one in again.documents] == [one.blob for one in packed.documents]


async def test_a_source_that_is_gone_is_a_failure_and_nothing_is_stored() -> None:
    world = World()
    seen: list[TurnEvent] = []
    with pytest.raises(SourceError, match="r is not there any more"):
        await world.services().chat.ask(Question("q", sources=(REPOSITORY,)), seen.append)
    assert (seen, world.remote.encoded) == ([ReadingSources()], [])
    assert await world.conversations.latest() is None


async def test_a_question_with_sources_is_stored_and_sent_with_documents() -> None:
    world = world_with(("a.py", "x = 1\n"))
    world.remote.enqueue(answer("a"))
    seen: list[TurnEvent] = []
    stored = await world.services().chat.ask(Question("what is x?", sources=(REPOSITORY,)), seen.append)
    assert stored.state is MessageState.COMPLETE
    reading, told, saved = seen[:3]
    assert isinstance(reading, ReadingSources)
    assert isinstance(told, SourcesPacked)
    assert told.packed.took == (Took(REPOSITORY, "a.py", told.packed.took[0].tokens),)
    assert isinstance(saved, QuestionSaved)
    document, words = world.remote.encoded[0].messages[0].parts
    assert (document, words) == (told.packed.documents[0], TextPart("what is x?"))
    assert b"=====[ a.py ]=====\nx = 1\n" in world.remote.encoded[0].blobs[told.packed.documents[0].blob]


async def test_a_question_that_is_asked_again_keeps_its_documents() -> None:
    world = world_with(("a.py", "x = 1\n"))
    world.remote.enqueue(answer("a"))
    world.remote.enqueue(answer("b"))
    services = world.services()
    first = await services.chat.ask(Question("q", sources=(REPOSITORY,)), lambda event: None)
    del world.sources.texts["/r"]
    await services.chat.ask(Question("", conversation=1, again=first.parent), lambda event: None)
    assert world.remote.encoded[1].messages == world.remote.encoded[0].messages


async def test_context_makes_a_turn_one_with_words_from_elsewhere() -> None:
    world = world_with(("a.py", "x = 1\n"))
    world.remote.enqueue(answer("a"))
    await world.services().chat.ask(Question("q", sources=(REPOSITORY,)), lambda event: None)
    assert outside_words(world.remote.encoded[0].messages) == frozenset({Outside.FILE})


async def test_what_would_be_asked_holds_the_context_and_stores_nothing() -> None:
    world = world_with(("a.py", "x = 1\n"))
    _, built = await world.services().chat.would_ask(Question("q", sources=(REPOSITORY,)))
    document = built.request.messages[0].documents[0]
    assert hashlib.sha256(built.request.blobs[document.blob]).hexdigest() == document.blob
    assert document.blob not in world.captures.pictures


async def _room(world: World, question: Question) -> int:
    return await world.services().packing.room(question)


async def test_the_room_is_what_the_settings_allow() -> None:
    assert await _room(World(), Question("q")) == ContextSettings().most_tokens


async def test_a_question_can_ask_for_another_room() -> None:
    assert await _room(World(), Question("q", room=90_000)) == 90_000


async def test_the_room_is_what_is_left_of_a_small_window() -> None:
    small = World(remote=FakeProvider(models=(ModelInfo("anthropic", "claude-fake-5-5", "Small", 32_000),)))
    empty, full = await _room(small, Question("q")), await _room(small, Question("word " * 10_000))
    assert 20_000 < empty < 32_000 - 8_192
    assert full < empty - 5_000


async def test_there_may_be_no_room_at_all() -> None:
    tiny = World(remote=FakeProvider(models=(ModelInfo("anthropic", "claude-fake-5-5", "Tiny", 2_000),)))
    assert await _room(tiny, Question("word " * 3_000)) == 0


async def test_a_listing_is_told_as_it_grows_in_the_models_own_tokens() -> None:
    world = world_with(*((f"{number}.py", "value = 1\n" * 100) for number in range(4)))
    packing: Packing = world.services().packing
    told = [listing async for listing in packing.listed(REPOSITORY, "claude-opus-5")]
    other = [listing async for listing in packing.listed(REPOSITORY, "gpt-6")]
    assert [(len(listing.entries), listing.complete) for listing in told] == [(2, False), (4, True)]
    assert told[-1].entries[0].tokens > other[-1].entries[0].tokens * 1.3


async def test_a_listing_is_remembered_for_a_while_but_not_its_switches() -> None:
    world = world_with(("a.py", "x"), ("b.py", "y"))
    services = world.services()
    await services.packing.plan([REPOSITORY], "", 1_000)
    world.sources.texts["/r"]["c.py"] = "z"
    packed = await services.packing.plan([msgspec.structs.replace(REPOSITORY, off=("a.py",))], "", 1_000)
    assert names(packed) == ["b.py"]
    world.clock.advance(60)
    assert names(await services.packing.plan([REPOSITORY], "", 1_000)) == ["a.py", "b.py", "c.py"]


async def test_the_same_source_twice_goes_along_once() -> None:
    packed = await plan(world_with(("a.py", "x")), REPOSITORY, REPOSITORY)
    assert names(packed) == ["a.py"]


async def test_a_question_that_is_looked_through_before_it_is_stored_is_packed_once() -> None:
    reads = []
    for shows in (False, True):
        world = world_with(("a.py", "x = 1\n"))
        world.redacts = True
        world.settings = MemorySettings({"privacy": {"openrouter": "ask"}})
        world.remote.enqueue(answer("a"))
        stored = await world.services().chat.ask(Question("q", sources=(REPOSITORY,)), lambda event: None, shows=shows)
        assert stored.error == ""
        reads.append(world.sources.reads)
    assert reads[0] == reads[1] != []


async def test_documents_of_a_question_that_could_not_be_stored_are_taken_back() -> None:
    world = world_with(("a.py", "x = 1\n"))
    question = dataclasses.replace(Question("q", sources=(REPOSITORY,)), edit=99, conversation=1)
    world.remote.enqueue(answer("a"))
    services = world.services()
    await services.chat.ask(Question("first"), lambda event: None)
    with pytest.raises(Exception, match="no longer in this conversation"):
        await services.chat.ask(question, lambda event: None)
    assert world.captures.pictures == {}


@pytest.mark.parametrize(
    ("texts", "room", "said"),
    [
        ({}, 60_000, "Nothing in r can go along."),
        ({"a.bin": "z"}, 60_000, "Nothing in r can go along."),
        ({"a.py": "x = 1"}, 1, "There is no room for r."),
    ],
)
async def test_a_question_is_not_asked_without_all_that_was_given_with_it(
    texts: dict[str, str], room: int, said: str
) -> None:
    world = World(sources=FakeSourceReader({"/r": texts}))
    world.sources.problems["a.bin"] = "This is an archive, which models cannot read."
    with pytest.raises(SourceError) as raised:
        await world.services().packing.packed(Question("q", sources=(REPOSITORY,), room=room))
    assert raised.value.message == said
    assert world.captures.pictures == {}


async def test_a_question_is_asked_without_what_the_person_has_switched_off() -> None:
    source = msgspec.structs.replace(REPOSITORY, off=("a.py",))
    question, _ = await world_with(("a.py", "x")).services().packing.packed(Question("q", sources=(source,)))
    assert question.documents == ()
