"""Conversations of every shape, for transfers."""

from __future__ import annotations

import string
from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from kireji.core.history import ConversationSetup
from kireji.core.messages import (
    Citation,
    Message,
    MessageState,
    OpaquePart,
    Part,
    Role,
    StopReason,
    TextPart,
    ThinkingPart,
    ToolCallPart,
    ToolResultPart,
    Usage,
)
from kireji.core.transfer import WholeConversation, WholeMessage

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)

WORDS = st.text(st.characters(exclude_categories=("Cs",)), max_size=30)
NAMES = st.text(string.ascii_lowercase, min_size=1, max_size=6)
TIMES = st.integers(0, 10**12).map(lambda microseconds: NOON + timedelta(microseconds=microseconds))
SECONDS = st.sampled_from([0.0, 0.25, 61.5])
CITATIONS = st.builds(Citation, WORDS, WORDS, WORDS)
PARTS: st.SearchStrategy[Part] = st.one_of(
    st.builds(TextPart, WORDS, st.lists(CITATIONS, max_size=1).map(tuple)),
    st.builds(ThinkingPart, WORDS),
    st.builds(ToolCallPart, NAMES, NAMES, WORDS, SECONDS, st.booleans(), st.booleans()),
    st.builds(
        ToolResultPart,
        NAMES,
        st.lists(st.builds(TextPart, WORDS), max_size=2).map(tuple),
        st.booleans(),
        SECONDS,
        st.booleans(),
    ),
    st.builds(OpaquePart, NAMES),
)
USAGES = st.none() | st.builds(Usage, st.integers(0, 9), st.integers(0, 9), cost=st.none() | st.just(0.25))
ENDED = st.sampled_from([state for state in MessageState if state is not MessageState.STREAMING])


@st.composite
def conversations(draw: st.DrawFn, key: str = "elsewhere:1") -> WholeConversation:
    """Any tree of messages, with any of them as its head."""
    messages: list[WholeMessage] = []
    for number in range(draw(st.integers(1, 7))):
        parent = draw(st.sampled_from([None, *messages])) if messages else None
        raw = draw(st.none() | st.binary(max_size=10))
        message = Message(
            draw(st.sampled_from(Role)), tuple(draw(st.lists(PARTS, min_size=1, max_size=3))), raw, draw(NAMES)
        )
        messages.append(
            WholeMessage(
                f"m{number}",
                parent.key if parent else None,
                message,
                draw(TIMES),
                draw(ENDED),
                draw(NAMES),
                draw(WORDS),
                draw(USAGES),
                draw(st.none() | st.sampled_from(StopReason)),
                draw(WORDS),
            )
        )
    created, updated = draw(TIMES), draw(TIMES)
    return WholeConversation(
        key,
        draw(WORDS),
        created,
        updated,
        tuple(messages),
        draw(st.sampled_from(messages)).key,
        draw(st.builds(ConversationSetup, NAMES, NAMES, NAMES, st.none() | WORDS)),
        draw(st.booleans()),
        draw(st.booleans()),
        draw(st.booleans()),
    )


def said(
    key: str, parent: str | None, words: str, role: Role = Role.USER, state: MessageState = MessageState.COMPLETE
) -> WholeMessage:
    """A message of a few words."""
    return WholeMessage(key, parent, Message(role, (TextPart(words),)), NOON, state)


def talk(*messages: WholeMessage, key: str = "elsewhere:1", head: str | None = None) -> WholeConversation:
    """A conversation of these messages."""
    return WholeConversation(key, "A talk", NOON, NOON + timedelta(minutes=len(messages)), messages, head)
