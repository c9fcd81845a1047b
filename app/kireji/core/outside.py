"""Whose words stand in a conversation beside the person's and the model's."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from kireji.core.messages import (
    DocumentPart,
    ImagePart,
    LinkedImagePart,
    Message,
    OpaquePart,
    Role,
    TextPart,
    ToolCallPart,
    ToolResultPart,
)
from kireji.core.rounds import stands_for_none
from kireji.core.tools import BUILT_IN, Outside, Tool

_OURS_ALONE = "redacted_thinking"
"""The one block without visible words that holds nothing but the model's own."""


def outside_words(messages: Iterable[Message], tools: Iterable[Tool] = ()) -> frozenset[Outside]:
    """Where the words of a conversation come from that may be somebody's instructions.

    Args:
        messages: Everything that is sent.
        tools: The tools whose results may stand in it. What built-in tools give is believed; results of others, and
            of tools that are not among these, count as words from anywhere. A refused call has brought nothing, nor has
            one that was broken off.
    """
    gives = {tool.name: tool.gives if tool.source == BUILT_IN else Outside.TOOL for tool in tools}
    found: set[Outside | None] = set()
    called: dict[str, str] = {}
    for message in messages:
        for part in message.parts:
            match part:
                case ToolCallPart(call_id, name):
                    called[call_id] = name
                case ToolResultPart(refused=False) if not stands_for_none(part):
                    found |= _given(part, gives, called)
                case TextPart(text) if message.role is Role.USER:
                    found |= {Outside.QUOTE} if _quotes(text) else set()
                case ToolResultPart():
                    pass
                case OpaquePart(kind) if kind != _OURS_ALONE:
                    found.add(Outside.TOOL)
                case _:
                    found.add(_shown(part))
    return frozenset(where for where in found if where is not None)


def _given(
    result: ToolResultPart, gives: Mapping[str, Outside | None], called: Mapping[str, str]
) -> set[Outside | None]:
    """What a result brings: what its tool always does, and what is in it."""
    return {gives.get(called.get(result.call_id, ""), Outside.TOOL), *(_shown(item) for item in result.content)}


def _shown(part: object) -> Outside | None:
    if isinstance(part, ImagePart):
        return Outside.SCREEN
    if isinstance(part, LinkedImagePart):
        return Outside.WEB
    return Outside.FILE if isinstance(part, DocumentPart) else None


def quoted(text: str) -> str:
    """Text from elsewhere as it stands in a question, marked line by line, so that it is known for what it is."""
    return "\n".join(f"> {line}" if line else ">" for line in text.strip("\n").splitlines())


def _quotes(text: str) -> bool:
    return any(line.lstrip().startswith(">") for line in text.splitlines())
