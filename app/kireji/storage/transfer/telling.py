"""What the readable exports say about a conversation beside its words."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from kireji.core.messages import Message, MessageState, Part, Role, ToolCallPart, ToolResultPart, Usage
from kireji.core.transfer import WholeConversation, WholeMessage

_STATES = {
    MessageState.STOPPED: "stopped",
    MessageState.INTERRUPTED: "interrupted",
    MessageState.STREAMING: "interrupted",
    MessageState.FAILED: "failed",
}
_PROVIDERS = {
    "anthropic": "Anthropic",
    "openrouter": "OpenRouter",
    "local": "Local model",
    "device": "This computer",
    "chatgpt": "ChatGPT",
    "claude": "Claude",
}


def when(time: datetime) -> str:
    """A time in the place where the export is made, with its distance from UTC."""
    local = time.astimezone()
    offset = f"{local:%z}"
    return f"{local:%Y-%m-%d %H:%M} {offset[:3]}:{offset[3:5]}"


def speaker(message: WholeMessage) -> str:
    """Who speaks."""
    if message.message.role is Role.USER:
        return "You"
    return " · ".join(filter(None, (_PROVIDERS.get(message.provider, message.provider), message.model))) or "Answer"


def remarks(message: WholeMessage) -> tuple[str, ...]:
    """How an answer ended and what it used, as far as there is something to say."""
    found = [_STATES[message.state]] if message.state in _STATES else []
    if message.error:
        found.append(message.error)
    if message.usage is not None:
        found.append(used(message.usage))
    return tuple(found)


def used(usage: Usage) -> str:
    """Tokens, and dollars when the price is known."""
    cost = "" if usage.cost is None else f", ${usage.cost:.4f}"
    return f"{usage.input_tokens:,} tokens read, {usage.output_tokens:,} written{cost}"


class Calls:
    """The calls of tools in a conversation, told so that each result can be read apart from its call.

    Args:
        conversation: Whose path is written.
    """

    def __init__(self, conversation: WholeConversation) -> None:
        messages = [one.message for one in conversation.path]
        self._names = {name: tool for message in messages for name, tool in _names(message).items()}
        self._answered = {
            part.call_id for message in messages for part in message.parts if isinstance(part, ToolResultPart)
        }

    def call(self, part: ToolCallPart) -> str:
        """What was asked for."""
        return f"Tool: {_line(part.name)}"

    def unanswered(self, part: ToolCallPart) -> str:
        """What is known of a call that has no result; empty when it has one."""
        if part.call_id in self._answered:
            return ""
        if part.cut:
            return "cut before all of it had arrived"
        return "started; whether it took effect is not known" if part.begun else "not run"

    def result(self, part: ToolResultPart, message: Message) -> str:
        """What became of a call of this message, or of one before it."""
        name = _line(_names(message).get(part.call_id) or self._names.get(part.call_id, ""))
        if part.refused:
            return f"Refused: {name}" if name else "Refused"
        word = "Error" if part.is_error else "Result"
        took = f" · {part.seconds:.1f} s" if part.seconds else ""
        return f"{word} of {name or 'the tool'}{took}"


def told(message: Message) -> Iterator[Part]:
    """What a message says, in the order in which it reads best: what a tool gave back stands below its call."""
    results = [part for part in message.parts if isinstance(part, ToolResultPart)]
    for part in message.parts:
        if not isinstance(part, ToolResultPart):
            yield part
        elif any(one is part for one in results):  # its call is elsewhere
            results = [one for one in results if one is not part]
            yield part
        if isinstance(part, ToolCallPart):
            own = next((one for one in results if one.call_id == part.call_id), None)
            if own is not None:
                results = [one for one in results if one is not own]
                yield own


def _names(message: Message) -> dict[str, str]:
    return {part.call_id: part.name for part in message.parts if isinstance(part, ToolCallPart)}


def _line(text: str) -> str:
    return " ".join(text.split())


def versions(conversation: WholeConversation) -> dict[str, tuple[int, int]]:
    """For each message of the path that has siblings: which of how many it is."""
    siblings: dict[str | None, list[str]] = {}
    for one in conversation.messages:
        siblings.setdefault(one.parent, []).append(one.key)
    found: dict[str, tuple[int, int]] = {}
    for one in conversation.path:
        among = siblings[one.parent]
        if len(among) > 1:
            found[one.key] = (among.index(one.key) + 1, len(among))
    return found
