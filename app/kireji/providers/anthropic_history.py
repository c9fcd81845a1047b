"""A conversation as Anthropic's API takes it, repaired on every send.

The service refuses a conversation for ever when one turn of it is wrong, so none of these rests on what was stored:
the person begins and ends; no text is blank; every call is answered in the very next turn, results first; results
without a call are left out, and so are calls of the service's own tools that it never came to run, because beside
those the person may not speak. A provider's own blocks are replayed byte for byte and only to itself; answers of others
are told again by their words and calls, without their reasoning. What was sent for earlier turns is sent again
unchanged, because the service binds its reasoning and its cache to that.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

import msgspec

from kireji.core.messages import (
    DocumentPart,
    ImagePart,
    LinkedImagePart,
    Message,
    Role,
    Sha256,
    TextPart,
    ToolCallPart,
    ToolResultPart,
)
from kireji.providers.anthropic_content import (
    Block,
    CacheControl,
    Document,
    Image,
    Text,
    ToolResult,
    ToolUse,
    Turn,
    document,
    not_run,
    picture,
    tool_result,
    words,
)

INVALID_JSON = "INVALID_JSON"
"""Under this name the service wants back what it passed on as arguments and is no JSON object."""

_LOOK_BACK = 18
"""Blocks between two breakpoints; the service looks back 20 for what it has kept."""
_MOST_BREAKPOINTS = 3
"""Of our own; the automatic one at the end is the fourth."""
_SERVER_CALLS = ("server_tool_use", "mcp_tool_use")
_REASONING = ("thinking", "redacted_thinking")
_NEITHER = re.compile(r"[^a-zA-Z0-9_-]")


class _Head(msgspec.Struct):
    """As much of a stored block as decides whether and how it may be sent."""

    type: str = ""
    text: object = None
    id: object = ""
    tool_use_id: object = ""


def conversation(
    messages: Sequence[Message], blobs: Mapping[Sha256, bytes], provider: str, *, cited: bool = True
) -> list[Turn]:
    """The turns to send; empty when there is nothing to ask.

    Args:
        messages: Oldest first.
        blobs: The bytes of all pictures and documents in them.
        provider: Whose own blocks may be replayed.
        cited: Whether documents may be cited in this request.
    """
    building = _Building(provider, blobs, cited)
    for number, message in enumerate(messages):
        if message.role is Role.USER:
            building.ask(message)
        else:
            building.answer(message, _answered_after(messages, number))
    return building.turns()


def breakpoints(turns: list[Turn]) -> None:
    """Mark where earlier requests ended, where the last one is more blocks away than the service looks back."""
    distance, marked = len(turns[-1].content), 0
    for turn in reversed(turns[:-1]):
        last, due = turn.content[-1], distance > _LOOK_BACK and marked < _MOST_BREAKPOINTS
        if due and turn.role == Role.USER.value and isinstance(last, Text | Image | Document | ToolResult):
            turn.content[-1] = msgspec.structs.replace(last, cache_control=CacheControl())
            distance, marked = 0, marked + 1
        distance += len(turn.content)


def _answered_after(messages: Sequence[Message], number: int) -> frozenset[str]:
    """The calls that are answered before the assistant speaks again."""
    answered: set[str] = set()
    for message in messages[number + 1 :]:
        if message.role is Role.ASSISTANT:
            break
        answered.update(part.call_id for part in message.parts if isinstance(part, ToolResultPart))
    return frozenset(answered)


class _Building:
    """The turns so far, and the person's turn that is being put together."""

    def __init__(self, provider: str, blobs: Mapping[Sha256, bytes], cited: bool) -> None:
        self._provider = provider
        self._blobs = blobs
        self._cited = cited
        self._turns: list[Turn] = []
        self._ids: set[str] = set()
        self._calls: dict[str, str] = {}  # those of the last answer: the id that was stored -> the one that is sent
        self._results: dict[str, ToolResult] = {}
        self._words: list[Block] = []
        self._pictures = 0
        self._paused = False

    def ask(self, message: Message) -> None:
        """Add what the person says; results go before all words of the turn."""
        for part in message.parts:
            if isinstance(part, ToolResultPart) and part.call_id in self._calls:
                id = self._calls[part.call_id]
                self._results.setdefault(id, tool_result(part, id, self._blobs))
        self._words += self._said(message)

    def answer(self, message: Message, answered: frozenset[str]) -> None:
        """Add what the assistant said."""
        replayed = self._replayed(message)
        ids = set(self._ids)
        blocks, calls = replayed if replayed is not None else _retold(message, answered, ids)
        if not blocks:
            return
        self._close()
        if not self._turns:  # the person speaks first
            return
        if self._turns[-1].role == Role.ASSISTANT.value:
            self._turns[-1].content += blocks
        else:
            self._turns.append(Turn(Role.ASSISTANT.value, blocks))
        self._calls = calls
        self._ids.update(calls.values())
        last = blocks[-1]
        self._paused = isinstance(last, msgspec.Raw) and _is_of_server_tool(_head(last).type)

    def turns(self) -> list[Turn]:
        """All of them, the last one the person's; or the assistant's, where the service itself paused it."""
        if self._words or self._results:
            self._close()
        ends_paused = bool(self._turns) and self._turns[-1].role == Role.ASSISTANT.value and self._paused
        while self._turns and self._turns[-1].role == Role.ASSISTANT.value and not ends_paused:
            self._turns.pop()  # the service refuses to continue its own words
        return self._turns

    def _close(self) -> None:
        """End the person's turn."""
        results = [self._results.get(id) or not_run(id) for id in self._calls.values()]
        content: list[Block] = [*results, *self._words]
        if self._words:
            content = self._spoken(content)
        if content:
            self._turns.append(Turn(Role.USER.value, content))
        self._calls, self._results, self._words = {}, {}, []

    def _spoken(self, content: list[Block]) -> list[Block]:
        """The person's turn, joined with the one before where nothing is left of the answer between them."""
        while self._turns and self._turns[-1].role == Role.ASSISTANT.value:
            if kept := _without_waiting(self._turns[-1].content):
                self._turns[-1].content = kept
                break
            self._turns.pop()
            content = self._turns.pop().content + content
        return content

    def _said(self, message: Message) -> Iterator[Block]:
        """Documents and pictures first, then words.

        Pictures are numbered through the conversation as soon as there is more than one; the numbers depend only on
        what was sent earlier, so that an old turn never changes.
        """
        pictures = [part for part in message.parts if isinstance(part, ImagePart | LinkedImagePart)]
        numbered = self._pictures > 0 or len(pictures) > 1
        for part in message.parts:
            if isinstance(part, DocumentPart):
                block = document(part, self._blobs, cited=self._cited)
                if block is not None:
                    yield block
            elif isinstance(part, ImagePart | LinkedImagePart):
                self._pictures += 1
                if numbered:
                    yield Text(f"Image {self._pictures}:")
                yield picture(part, self._blobs)
        for part in message.parts:
            if isinstance(part, TextPart) and part.text.strip():
                yield words(part.text)

    def _replayed(self, message: Message) -> tuple[list[Block], dict[str, str]] | None:
        """The provider's own blocks without the blank texts that it refuses; None when they cannot be sent."""
        if message.raw is None or message.raw_from != self._provider:
            return None
        try:
            blocks: Sequence[msgspec.Raw] = msgspec.json.decode(message.raw, type=list[msgspec.Raw])
            heads = [_head(block) for block in blocks]
        except (msgspec.MsgspecError, UnicodeError):
            return None
        ids = [str(head.id) for head in heads if head.type == "tool_use"]
        if "" in ids or len(set(ids)) < len(ids) or self._ids.intersection(ids) or not all(h.type for h in heads):
            return None
        kept: list[Block] = [block for block, head in zip(blocks, heads, strict=True) if _may_be_replayed(head)]
        return kept, {id: id for id in ids}


def _may_be_replayed(head: _Head) -> bool:
    if head.type == "text":
        return isinstance(head.text, str) and bool(head.text.strip())
    return head.type not in ("document", "image")  # refused in what the assistant says


def _is_of_server_tool(kind: str) -> bool:
    """Whether an answer that ends with such a block was paused: its tools run at the service, which then goes on."""
    return kind in _SERVER_CALLS or kind.endswith("_tool_result")


def _without_waiting(content: list[Block]) -> list[Block]:
    """An answer without calls of the service's own tools that have no result, and without reasoning at its end then."""
    heads = [_head(block) if isinstance(block, msgspec.Raw) else _Head() for block in content]
    done = {head.tool_use_id for head in heads}
    kept = [
        (block, head.type)
        for block, head in zip(content, heads, strict=True)
        if head.type not in _SERVER_CALLS or head.id in done
    ]
    if len(kept) == len(content):
        return content
    while kept and kept[-1][1] in _REASONING:
        kept.pop()
    return [block for block, _ in kept]


def _head(block: msgspec.Raw) -> _Head:
    return msgspec.json.decode(block, type=_Head)


def _retold(message: Message, answered: frozenset[str], ids: set[str]) -> tuple[list[Block], dict[str, str]]:
    """An answer by its words and calls alone; ids are made fit for this service and unique.

    Calls that were cut off, so that their arguments are none and nobody answered them, are left out.
    """
    blocks: list[Block] = []
    calls: dict[str, str] = {}
    for part in message.parts:
        if isinstance(part, TextPart) and part.text.strip():
            blocks.append(words(part.text))
        elif isinstance(part, ToolCallPart) and part.call_id not in calls:
            arguments = _arguments(part.arguments)
            if arguments is None and part.call_id not in answered:
                continue
            id = _unique(_NEITHER.sub("_", part.call_id)[:56] or "call", ids)
            ids.add(id)
            calls[part.call_id] = id
            name = _NEITHER.sub("_", part.name)[:64] or "tool"
            blocks.append(ToolUse(id, name, invalid_arguments(part.arguments) if arguments is None else arguments))
    return blocks, calls


def _unique(id: str, ids: set[str]) -> str:
    number, found = 1, id
    while found in ids:
        number += 1
        found = f"{id}_{number}"
    return found


def _arguments(text: str) -> msgspec.Raw | None:
    """A call's arguments as an object; None when they are none."""
    if not text.strip():
        return msgspec.Raw(b"{}")
    return msgspec.Raw(text.encode()) if is_json_object(text) else None


def is_json_object(text: str | bytes) -> bool:
    """Whether `text` is a whole JSON object."""
    try:
        msgspec.json.decode(text, type=dict[str, object])
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        return False
    return True


def invalid_arguments(text: str) -> msgspec.Raw:
    """Arguments that are no JSON object, in the small object that the service asks for in such a case."""
    return msgspec.Raw(msgspec.json.encode({INVALID_JSON: text.encode("utf-8", "replace").decode()}))
