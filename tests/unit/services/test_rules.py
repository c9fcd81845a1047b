"""The person's own rules for answers: what is shown is what is stored, however the answer comes."""

from __future__ import annotations

import asyncio
import random
import re
from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kireji.core.events import PartDelta, PartFinished, PartStarted, TurnFinished
from kireji.core.history import StoredMessage
from kireji.core.messages import MessageState, Part, StopReason, TextPart, ThinkingPart, ToolCallPart
from kireji.core.tool_ports import CallContext
from kireji.core.tools import Arguments, Hints, ToolOutput
from kireji.services.turns import Question, TurnEvent
from tests.fakes.provider import USES_TOOLS, FakeProvider, Step, answer, calling
from tests.fakes.stores import MemorySettings
from tests.fakes.tools import FakeToolSource, FakeToolSources, make_tool, said
from tests.fakes.world import World

MASK = "▇▇▇"
CUT = "/HALT +NOW/"
HARD = ("/.{500}~/", "/.{500}#/")
"""Nobody can tell for five hundred characters whether they match."""
PURE = Hints(read_only=True, open_world=False, pure=True)


def ruled(provider: FakeProvider, *masks: str, stops: Sequence[str] = ()) -> World:
    """A program whose person has these rules."""
    rules = {"masks": list(masks), "stops": list(stops)}
    return World(remote=provider, settings=MemorySettings({"privacy": rules}), redacts=True)


async def asked(world: World, conversation: int | None = None) -> tuple[StoredMessage, list[TurnEvent]]:
    seen: list[TurnEvent] = []
    stored = await world.services().chat.ask(Question("Go", conversation=conversation), seen.append)
    return stored, seen


def shown(seen: Sequence[TurnEvent]) -> dict[int, str]:
    """What a window shows of each block while it streams."""
    blocks: dict[int, str] = {}
    for event in seen:
        match event:
            case PartStarted(index, TextPart(text) | ThinkingPart(text)):
                blocks[index] = text
            case PartDelta(index, text) if index in blocks:
                blocks[index] += text
    return blocks


def stream(part: Part, index: int, places: Sequence[int]) -> list[Step]:
    """A block that comes in pieces."""
    text = part.arguments if isinstance(part, ToolCallPart) else part.text if isinstance(part, TextPart) else ""
    text = part.text if isinstance(part, ThinkingPart) else text
    empty: Part = TextPart("") if isinstance(part, TextPart) else ThinkingPart("")
    begun = ToolCallPart(part.call_id, part.name) if isinstance(part, ToolCallPart) else empty
    edges = sorted({0, len(text), *(place % (len(text) + 1) for place in places)})
    deltas = [PartDelta(index, text[start:end]) for start, end in pairwise(edges)]
    return [PartStarted(index, begun), *deltas, PartFinished(index, part)]


def spoken(*parts: Part, places: Sequence[int] = ()) -> list[Step]:
    """An answer of several blocks."""
    steps = [step for index, part in enumerate(parts) for step in stream(part, index, places)]
    return [*steps, TurnFinished(StopReason.END_TURN, b'[{"type":"text"}]')]


async def test_what_a_mask_hides_is_neither_shown_nor_stored_not_even_in_the_blocks_of_the_service() -> None:
    world = ruled(FakeProvider(answer("a se", "cret b")), "secret")
    stored, seen = await asked(world)
    loaded = await world.conversations.load(1)
    assert loaded is not None
    assert loaded.messages[1].message == stored.message
    assert (stored.message.text, shown(seen), stored.message.raw) == (f"a {MASK} b", {0: f"a {MASK} b"}, None)


async def test_the_blocks_of_the_service_stay_where_a_mask_has_hidden_nothing() -> None:
    stored, _ = await asked(ruled(FakeProvider(answer("a b")), "secret"))
    assert stored.message.raw is not None


async def test_while_tools_run_the_blocks_go_back_and_are_forgotten_then() -> None:
    source = FakeToolSource(make_tool("look", "built-in", hints=PURE, gives=None), name="built-in")

    async def look(arguments: Arguments, context: CallContext) -> ToolOutput:
        return said("nothing")

    source.behaviours["look"] = look
    call = ToolCallPart("1", "look", "{}")
    turns = (calling(call, words="a secret"), calling(call, words="no"), answer("Done."))
    world = ruled(FakeProvider(*turns, models=(USES_TOOLS,)), "secret")
    world.tool_sources = FakeToolSources(source)
    stored, _ = await asked(world)
    sent = [message.raw for message in world.remote.encoded[2].messages if message.raw is not None]
    assert b"secret" in sent[0]
    assert stored.message.raw is not None
    assert b"secret" not in stored.message.raw
    assert b"Done." in stored.message.raw


async def test_the_next_question_goes_out_with_what_was_shown() -> None:
    world = ruled(FakeProvider(answer("a secret"), answer("b")), "secret")
    await asked(world)
    await asked(world, conversation=1)
    assert world.remote.encoded[1].messages[1].text == f"a {MASK}"


async def test_a_stop_rule_ends_the_answer_and_says_so() -> None:
    stored, seen = await asked(ruled(FakeProvider(answer("one HA", "LT  N", "OW two")), stops=[CUT]))
    assert (stored.message.text, stored.state, stored.stop) == (
        "one ",
        MessageState.COMPLETE,
        StopReason.STOP_SEQUENCE,
    )
    assert stored.error == "Your stop rule /HALT +NOW/ ended the answer here."
    assert shown(seen) == {0: "one "}


async def test_an_answer_that_begins_with_a_stop_is_complete_and_empty() -> None:
    stored, _ = await asked(ruled(FakeProvider(answer("halt now, please")), stops=[CUT]))
    assert (stored.message.text, stored.state) == ("", MessageState.COMPLETE)


async def test_nothing_more_is_read_after_a_stop() -> None:
    provider = FakeProvider([*answer("one HALT NOW")[:-3], PartDelta(0, "two"), *answer("x")[-3:]])
    stored, seen = await asked(ruled(provider, stops=[CUT]))
    assert stored.message.text == "one "
    assert PartDelta(0, "two") not in seen


async def test_reasoning_is_masked_and_ends_nothing() -> None:
    parts = (ThinkingPart("a secret, HALT NOW"), TextPart("Yes."))
    stored, seen = await asked(ruled(FakeProvider(spoken(*parts)), "secret", stops=[CUT]))
    assert shown(seen) == {0: f"a {MASK}, HALT NOW", 1: "Yes."}
    assert stored.stop is StopReason.END_TURN


async def test_what_waits_in_another_block_is_shown_when_an_answer_ends_at_a_stop() -> None:
    steps: list[Step] = [PartStarted(0, ThinkingPart("")), PartDelta(0, "so sec"), PartStarted(1, TextPart(""))]
    provider = FakeProvider([*steps, PartDelta(1, "Yes HALT NOW")])
    _, seen = await asked(ruled(provider, "secret", stops=[CUT]))
    assert shown(seen) == {0: "so sec", 1: "Yes "}


async def test_a_rule_does_not_reach_from_one_block_into_the_next() -> None:
    """Between two blocks stands a blank line: what a person sees there is no such text."""
    parts = (TextPart("a sec"), TextPart("ret HALT"), TextPart("NOW b"))
    stored, _ = await asked(ruled(FakeProvider(spoken(*parts)), "secret", stops=[CUT]))
    assert [part.text for part in stored.message.parts if isinstance(part, TextPart)] == ["a sec", "ret HALT", "NOW b"]


async def test_code_and_markdown_are_words_like_any_other() -> None:
    text = "```python\nkey = 'secret'\n```\n**sec**ret [secret](https://secret.example)"
    stored, _ = await asked(ruled(FakeProvider(answer(text)), "secret"))
    assert stored.message.text == text.replace("secret", MASK)


async def test_arguments_of_tools_are_not_masked() -> None:
    seen: list[Arguments] = []

    async def act(arguments: Arguments, context: CallContext) -> ToolOutput:
        seen.append(arguments)
        return said("done")

    source = FakeToolSource(make_tool("act", "built-in", hints=PURE, gives=None), name="built-in")
    source.behaviours["act"] = act
    call = ToolCallPart("1", "act", '{"text":"the secret"}')
    world = ruled(FakeProvider(calling(call), answer("Done."), models=(USES_TOOLS,)), "secret", '/"/', stops=["the"])
    world.tool_sources = FakeToolSources(source)
    await asked(world)
    assert seen == [{"text": "the secret"}]


@pytest.mark.parametrize("pattern", ["/(?s).*/", "/(?s)./", "/[^a]|a/"])
async def test_a_mask_that_matches_everything_leaves_nothing(pattern: str) -> None:
    stored, seen = await asked(ruled(FakeProvider(answer("some ", "words\n", "and more")), pattern))
    assert set("".join(shown(seen).values())) == {"▇"}
    assert set(stored.message.text) == {"▇"}


async def test_rules_that_need_too_much_work_hide_the_rest_and_say_so() -> None:
    stored, _ = await asked(ruled(FakeProvider(answer("x" * 1300, " the tail")), *HARD))
    assert "the tail" not in stored.message.text
    assert stored.message.text.endswith(MASK)
    assert stored.error.startswith("Your rules for answers need too much work")


async def test_a_stop_rule_that_needs_too_much_work_ends_the_answer_and_names_no_rule() -> None:
    stored, _ = await asked(ruled(FakeProvider(answer("x" * 1300, " the tail")), stops=HARD))
    assert "the tail" not in stored.message.text
    assert stored.error.startswith("Your rules for answers need too much work")


PIECES = st.sampled_from(["secret", "sec", "ret", "HALT", " ", "NOW", "a@b.example", "\n", "```", "x", '"', "HALT NOW"])
BLOCKS = st.lists(st.tuples(st.sampled_from(["words", "reasoning"]), st.lists(PIECES, max_size=8)), max_size=4)


def reference(parts: Sequence[TextPart | ThinkingPart]) -> dict[int, str]:
    """What is to be shown, worked out on the whole texts with Python's own patterns."""
    blocks: dict[int, str] = {}
    for index, part in enumerate(parts):
        cut = re.search("HALT +NOW", part.text, re.IGNORECASE) if isinstance(part, TextPart) else None
        text = part.text[: cut.start()] if cut else part.text
        blocks[index] = re.sub(r"secret|\w+@\w+\.\w+", MASK, text, flags=re.IGNORECASE)
        if cut:
            break
    return blocks


@given(BLOCKS, st.lists(st.integers(0, 60), max_size=10), st.randoms(use_true_random=False))
@settings(max_examples=80, deadline=None)
def test_what_is_shown_and_stored_is_the_same_however_the_answer_is_cut(
    blocks: list[tuple[str, list[str]]], places: list[int], rng: random.Random
) -> None:
    parts = [TextPart("".join(text)) if kind == "words" else ThinkingPart("".join(text)) for kind, text in blocks]
    expected = reference(parts)

    async def check() -> None:
        provider = FakeProvider(spoken(*parts, places=[*places, rng.randint(0, 60)]))
        stored, seen = await asked(ruled(provider, "secret", r"/\w+@\w+\.\w+/", stops=[CUT]))
        assert shown(seen) == expected
        kept = [part.text for part in stored.message.parts if isinstance(part, TextPart | ThinkingPart)]
        assert kept == [text for text in expected.values() if text.strip()]

    asyncio.run(check())
