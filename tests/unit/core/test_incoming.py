"""An answer on its way to the person."""

from __future__ import annotations

import random
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from kireji.core.events import Applied, MessageBuilder, ModelEvent, PartDelta, PartFinished, PartStarted, TurnFinished
from kireji.core.filters import Rule
from kireji.core.incoming import Incoming
from kireji.core.messages import OpaquePart, StopReason, TextPart, ThinkingPart, ToolCallPart
from kireji.core.placeholders import Vault

VAULT = Vault({"[MAIL_1]": "a@example.org", "[KEY_1]": 'k"1'})
STOP = Rule("THE END", case=True, stops=True)


def passed(incoming: Incoming, *events: ModelEvent) -> list[ModelEvent]:
    result: list[ModelEvent] = []
    for event in events:
        result += incoming.feed(event)
        if incoming.stopped is not None:
            return result
    return [*result, *incoming.flush()]


def words(*pieces: str) -> list[ModelEvent]:
    deltas = [PartDelta(0, piece) for piece in pieces]
    return [PartStarted(0, TextPart("")), *deltas, PartFinished(0, TextPart("".join(pieces)))]


def shown(events: list[ModelEvent]) -> str:
    return "".join(event.text for event in events if isinstance(event, PartDelta))


def test_without_anything_to_do_events_pass_as_they_are() -> None:
    events = [*words("a [MAIL_1]"), TurnFinished(StopReason.END_TURN, b"[]")]
    assert passed(Incoming(Vault()), *events) == events


def test_values_come_back_in_words_and_thinking() -> None:
    events = passed(Incoming(VAULT), *words("to [MA", "IL_1]!"))
    assert (shown(events), events[-1]) == ("to a@example.org!", PartFinished(0, TextPart("to a@example.org!")))
    (finished,) = Incoming(VAULT).feed(PartFinished(0, ThinkingPart("[MAIL_1]?")))
    assert finished == PartFinished(0, ThinkingPart("a@example.org?"))


def test_values_come_back_in_words_that_are_json_without_breaking_it() -> None:
    events = passed(Incoming(VAULT, json=True), *words('{"key": "[KE', 'Y_1]"}'))
    assert events[-1] == PartFinished(0, TextPart('{"key": "k\\"1"}'))
    assert shown(events) == '{"key": "k\\"1"}'


def test_values_come_back_in_arguments_as_json() -> None:
    call = ToolCallPart("1", "send", '{"key": "[KEY_1]"}')
    events = passed(
        Incoming(VAULT),
        PartStarted(0, ToolCallPart("1", "send")),
        PartDelta(0, '{"key": "[KE'),
        PartDelta(0, 'Y_1]"}'),
        PartFinished(0, call),
    )
    assert shown(events) == '{"key": "k\\"1"}'
    assert events[-1] == PartFinished(0, ToolCallPart("1", "send", '{"key": "k\\"1"}'))


def test_the_blocks_of_the_service_keep_the_placeholders() -> None:
    raw = b'[{"text": "[MAIL_1]"}]'
    end = TurnFinished(StopReason.END_TURN, raw)
    assert Incoming(VAULT).feed(end) == (end,)


def test_what_was_waited_with_comes_when_an_answer_breaks_off() -> None:
    assert shown(passed(Incoming(VAULT), PartStarted(0, TextPart("")), PartDelta(0, "see [MAIL_"))) == "see [MAIL_"


def test_an_answer_ends_at_a_stop_text() -> None:
    incoming = Incoming(None, [STOP])
    events = passed(incoming, *words("one TH", "E END two"))
    assert incoming.stopped == STOP
    assert events[-2:] == [
        PartFinished(0, TextPart("one ")),
        TurnFinished(StopReason.STOP_SEQUENCE, None, "THE END", Applied(stopped=True)),
    ]


def test_a_stop_text_at_the_very_end_ends_it_too() -> None:
    incoming = Incoming(None, [Rule("x$", pattern=True, stops=True)])
    events = passed(incoming, *words("one x"))
    assert events[-2] == PartFinished(0, TextPart("one "))
    assert incoming.stopped is not None


def test_the_end_tells_what_rules_did() -> None:
    incoming = Incoming(None, [Rule("secret")])
    events = passed(incoming, *words("a secret"), TurnFinished(StopReason.END_TURN, b"[]"))
    assert events[-1] == TurnFinished(StopReason.END_TURN, b"[]", applied=Applied(masked=True))


def test_a_finished_part_that_says_something_else_than_its_pieces_counts() -> None:
    incoming = Incoming(None, [Rule("secret")])
    started, delta = PartStarted(0, TextPart("")), PartDelta(0, "a")
    events = passed(incoming, started, delta, PartFinished(0, TextPart("a secret")))
    assert events[-1] == PartFinished(0, TextPart("a ▇▇▇"))


def test_masks_hold_for_words_and_thinking_but_not_for_arguments() -> None:
    incoming = Incoming(None, [Rule("secret")])
    assert shown(passed(incoming, *words("a sec", "ret"))) == "a ▇▇▇"
    call = PartFinished(1, ToolCallPart("1", "t", '{"a": "secret"}'))
    assert incoming.feed(call) == [call]


def test_other_parts_pass() -> None:
    event = PartStarted(0, OpaquePart("x"))
    assert Incoming(VAULT).feed(event) == (event,)


@given(
    st.lists(st.sampled_from(["[MAIL_1]", "[KEY_1]", "[", "THE", " END", "secret", " ", "a"]), max_size=20),
    st.integers(),
)
def test_the_message_is_what_was_shown_however_it_was_cut(pieces: list[str], seed: int) -> None:
    text, rng = "".join(pieces), random.Random(seed)
    edges = sorted({0, len(text), *(rng.randint(0, len(text)) for _ in range(6))})
    incoming = Incoming(VAULT, [STOP, Rule("secret"), Rule("a@e")])
    builder = MessageBuilder("p")
    events = passed(incoming, *words(*(text[start:end] for start, end in pairwise(edges))))
    for event in events:
        builder.feed(event)
    whole = text.replace("[MAIL_1]", "a@example.org").replace("[KEY_1]", 'k"1')
    expected = whole.partition("THE END")[0].replace("secret", "▇▇▇").replace("a@e", "▇▇▇")
    assert shown(events) == expected
    assert builder.snapshot().text == (expected if expected.strip() else "")
