"""The fold of events into a message."""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from kireji.core.events import (
    MessageBuilder,
    ModelEvent,
    PartDelta,
    PartFinished,
    PartStarted,
    TurnFinished,
    UsageReported,
)
from kireji.core.messages import (
    Citation,
    Message,
    OpaquePart,
    Part,
    Role,
    StopReason,
    TextPart,
    ThinkingPart,
    ToolCallPart,
    Usage,
)


def built(*events: ModelEvent) -> MessageBuilder:
    builder = MessageBuilder("anthropic")
    for event in events:
        builder.feed(event)
    return builder


def test_deltas_show_before_the_part_is_finished() -> None:
    message = built(PartStarted(0, TextPart("It ")), PartDelta(0, "is"), PartDelta(0, " so")).snapshot()
    assert message == Message(Role.ASSISTANT, (TextPart("It is so"),))


def test_the_finished_part_replaces_its_deltas() -> None:
    message = built(PartStarted(0, TextPart("")), PartDelta(0, "a"), PartFinished(0, TextPart("b"))).snapshot()
    assert message.text == "b"


def test_parts_stand_in_the_order_of_their_index() -> None:
    message = built(
        PartFinished(2, TextPart("c")), PartStarted(1, TextPart("b")), PartFinished(0, TextPart("a"))
    ).snapshot()
    assert message.text == "a\n\nb\n\nc"


def test_blank_parts_are_left_out() -> None:
    message = built(PartFinished(0, TextPart(" \n")), PartFinished(1, ThinkingPart("")), PartStarted(2, OpaquePart("")))
    assert message.snapshot().parts == ()


def test_thinking_gathers_its_own_deltas() -> None:
    message = built(PartStarted(0, ThinkingPart("")), PartDelta(0, "hm")).snapshot()
    assert message.parts == (ThinkingPart("hm"),)
    assert message.text == ""


def test_a_block_without_text_takes_no_deltas() -> None:
    message = built(PartStarted(0, OpaquePart("search")), PartDelta(0, "{}")).snapshot()
    assert message.parts == (OpaquePart("search"),)


def test_raw_blocks_are_there_only_when_the_answer_is_whole() -> None:
    builder = built(PartFinished(0, TextPart("a")))
    assert (builder.snapshot().raw, builder.snapshot().raw_from) == (None, "")
    builder.feed(TurnFinished(StopReason.END_TURN, b"[]"))
    assert (builder.snapshot().raw, builder.snapshot().raw_from) == (b"[]", "anthropic")


def test_an_answer_that_must_not_be_replayed_has_no_raw_blocks() -> None:
    assert built(PartFinished(0, TextPart("a")), TurnFinished(StopReason.REFUSAL)).snapshot().raw_from == ""


def test_the_last_report_of_usage_counts() -> None:
    assert built(UsageReported(Usage(1, 1)), UsageReported(Usage(1, 9))).usage == Usage(1, 9)


@given(st.lists(st.text(), max_size=8), st.integers(0, 8))
def test_a_snapshot_at_any_moment_holds_what_had_arrived(deltas: list[str], cut: int) -> None:
    builder = built(PartStarted(0, TextPart("")), *(PartDelta(0, delta) for delta in deltas[:cut]))
    arrived = "".join(deltas[:cut])
    assert builder.snapshot().text == (arrived if arrived.strip() else "")
    assert builder.snapshot() == builder.snapshot()


def test_a_call_whose_arguments_have_not_all_arrived_is_shown_and_does_not_count() -> None:
    call = ToolCallPart("call_1", "look")
    builder = built(PartFinished(0, TextPart("Let me look.")), PartStarted(1, call), PartDelta(1, '{"at": "pa'))
    cut = ToolCallPart("call_1", "look", '{"at": "pa', cut=True)
    assert builder.snapshot().parts == (TextPart("Let me look."), cut)
    assert builder.snapshot().calls == ()


def test_a_finished_call_is_there_even_without_arguments() -> None:
    call = ToolCallPart("call_1", "look")
    assert built(PartStarted(0, call), PartFinished(0, call)).snapshot().calls == (call,)


def test_of_two_calls_at_once_the_finished_one_is_there() -> None:
    one, two = ToolCallPart("call_1", "look"), ToolCallPart("call_2", "look", "{}")
    builder = built(PartStarted(0, one), PartStarted(1, two), PartDelta(0, "{"), PartFinished(1, two))
    assert builder.snapshot().calls == (two,)


def test_citations_of_a_finished_part_are_kept() -> None:
    cited = TextPart("It grew.", (Citation("grew by 3 %", "Report"),))
    message = built(PartStarted(0, TextPart("")), PartDelta(0, "It grew."), PartFinished(0, cited)).snapshot()
    assert message.parts == (cited,)


def test_citations_that_came_first_stay_while_the_words_arrive() -> None:
    citation = Citation("grew by 3 %", "Report")
    message = built(PartStarted(0, TextPart("", (citation,))), PartDelta(0, "It gr")).snapshot()
    assert message.parts == (TextPart("It gr", (citation,)),)


class Block(NamedTuple):
    """A block as a service sends it.

    Args:
        empty: As it begins.
        text: What its deltas add up to.
        whole: As it ends; None while it has not.
    """

    empty: Part
    text: str
    whole: Part | None


def _finished(empty: Part, text: str) -> Part:
    if isinstance(empty, ToolCallPart):
        return msgspec.structs.replace(empty, arguments=text)
    if isinstance(empty, TextPart | ThinkingPart):
        return msgspec.structs.replace(empty, text=text)
    return empty


@st.composite
def blocks(draw: st.DrawFn) -> Block:
    empties: tuple[Part, ...] = (
        TextPart(""),
        ThinkingPart(""),
        ToolCallPart("call", "look"),
        OpaquePart("search"),
    )
    empty, text = draw(st.sampled_from(empties)), draw(st.text(max_size=12))
    return Block(empty, text, _finished(empty, text) if draw(st.booleans()) else None)


def _sent(index: int, block: Block, pieces: list[str]) -> list[ModelEvent]:
    deltas = [PartDelta(index, piece) for piece in pieces]
    end = [] if block.whole is None else [PartFinished(index, block.whole)]
    return [PartStarted(index, block.empty), *deltas, *end]


@st.composite
def streams(draw: st.DrawFn, answer: list[Block], reports: list[Usage]) -> list[ModelEvent]:
    """The events of one answer: text cut anywhere, blocks mixed in any way, each block's own events in order."""
    queues: list[list[ModelEvent]] = [[UsageReported(usage) for usage in reports]]
    for index, block in enumerate(answer):
        cuts = sorted(draw(st.lists(st.integers(0, len(block.text)), max_size=4)))
        pieces = [block.text[start:end] for start, end in pairwise([0, *cuts, len(block.text)])]
        queues.append(_sent(index, block, pieces))
    order = draw(st.permutations([number for number, queue in enumerate(queues) for _ in queue]))
    waiting = [iter(queue) for queue in queues]
    return [next(waiting[number]) for number in order]


@given(
    st.lists(blocks(), max_size=4),
    st.lists(st.builds(Usage, st.integers(0, 9), st.integers(0, 9)), max_size=3),
    st.none() | st.builds(TurnFinished, st.sampled_from(StopReason), st.none() | st.just(b"[]")),
    st.data(),
)
def test_however_the_text_is_cut_and_blocks_are_mixed_the_message_is_the_same(
    answer: list[Block], reports: list[Usage], end: TurnFinished | None, data: st.DataObject
) -> None:
    plain = [event for index, block in enumerate(answer) for event in _sent(index, block, [block.text])]
    ending = [] if end is None else [end]
    expected = built(*plain, *map(UsageReported, reports), *ending)
    found = built(*data.draw(streams(answer, reports)), *ending)
    assert found.snapshot() == expected.snapshot()
    assert (found.usage, found.finished) == (expected.usage, expected.finished)


@given(st.lists(blocks(), max_size=4))
def test_words_that_were_shown_never_go_away(answer: list[Block]) -> None:
    builder, shown = MessageBuilder("anthropic"), ""
    for event in (event for index, block in enumerate(answer) for event in _sent(index, block, list(block.text))):
        builder.feed(event)
        text = builder.snapshot().text
        assert text.startswith(shown)
        shown = text
