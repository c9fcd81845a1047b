"""The fold of events into a message."""

from __future__ import annotations

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
from kireji.core.messages import Message, OpaquePart, Role, StopReason, TextPart, ThinkingPart, Usage


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
