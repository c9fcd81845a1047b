"""What the readable exports say about a conversation beside its words."""

from __future__ import annotations

from datetime import datetime

from kireji.core.messages import MessageState, Role, Usage
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
