"""What the OpenAI-shaped services can be told to answer, beside what every service can."""

from __future__ import annotations

from typing import Any, Literal, TypeAlias, cast

import msgspec

from tests.service.answers import Answer, Blocks, Delivery, Reasoning, Redacted, Rule, Text, Words
from tests.service.answers import Call as ToolUse

Oddity: TypeAlias = Literal[
    "null_content",
    "null_delta",
    "no_delta",
    "no_choices",
    "empty_choices",
    "finish_with_content",
    "no_index",
    "whole_calls",
    "call_pieces",
    "debug",
    "think_tags",
    "reasoning_content",
    "no_details",
    "null_usage",
]


class Call(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A call of a tool.

    Args:
        name: The tool's.
        arguments: The pieces in which the JSON arrives; one string is one piece; an object is sent as an object,
            which some local servers do.
        id: As sent; None makes one up.
        no_id: Leave the id out.
    """

    name: str
    arguments: list[str] | str | dict[str, Any] = "{}"
    id: str | None = None
    no_id: bool = False

    def pieces(self) -> list[str | dict[str, Any]]:
        """The arguments, piece by piece."""
        return list(self.arguments) or [""] if isinstance(self.arguments, list) else [self.arguments]


class Fault(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An error inside an answer whose status was 200.

    Args:
        code: A number or a word, both occur.
        message: What it says.
        metadata: Such as error_type and provider_code.
        bare: Without `choices` beside it.
    """

    code: int | str = "server_error"
    message: str = "Scripted failure"
    metadata: dict[str, Any] | None = None
    bare: bool = False


class Completion(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="completion"):
    """An answer of a chat completion, streamed or whole.

    Args:
        deltas: The pieces in which the words arrive.
        reasoning: The pieces of the reasoning before them.
        encrypted: The reasoning also comes as an encrypted detail.
        calls: Calls of tools after the words; more than one are interleaved piece by piece.
        refusal: `message.refusal`.
        finish_reason: "auto" is `tool_calls` when there are calls and `stop` otherwise; None is never sent.
        native_finish_reason: The model's own word.
        usage: Overrides.
        model: The model that answered, when it is another than the first one asked.
        error: What ends the answer: after the deltas of a stream, instead of `choices` in a whole one.
        done: Whether `[DONE]` is sent.
        oddities: Shapes that occur in the wild: null_content, null_delta, no_delta, no_choices, empty_choices
            (chunks like that between the words), finish_with_content (the last words carry the finish_reason),
            no_index (of calls), whole_calls and call_pieces (against the service's own habit), debug (a chunk of
            OpenRouter's), think_tags, reasoning_content and no_details (how reasoning travels), null_usage.
        delivery: How it arrives.
    """

    deltas: list[str] = []
    reasoning: list[str] = []
    encrypted: bool = False
    calls: list[Call] = []
    refusal: str | None = None
    finish_reason: str | None = "auto"
    native_finish_reason: str | None = None
    usage: dict[str, Any] = {}
    model: str = ""
    error: Fault | None = None
    done: bool = True
    oddities: list[Oddity] = []
    delivery: Delivery = Delivery()

    @property
    def finish(self) -> str | None:
        """The finish_reason that is sent."""
        if self.finish_reason == "auto":
            return "tool_calls" if self.calls else "stop"
        return self.finish_reason


ChatAnswer: TypeAlias = Completion | Answer


class _ChatRule(msgspec.Struct, forbid_unknown_fields=True):
    answer: ChatAnswer
    contains: str = ""
    path: str = ""
    times: int | None = 1


def read_chat_script(data: bytes) -> list[Rule]:
    """The rules in a script file: a JSON list."""
    rules = msgspec.json.decode(data, type=list[_ChatRule])
    return [Rule(plain(rule.answer), rule.contains, rule.path, rule.times) for rule in rules]


def plain(answer: ChatAnswer) -> Answer:
    """The same answer, where the shared machinery is told of its own kinds only; it looks at `delivery` alone."""
    return cast(Answer, answer)


_FINISH = {
    "end_turn": "stop",
    "stop_sequence": "stop",
    "max_tokens": "length",
    "tool_use": "tool_calls",
    "refusal": "content_filter",
}


def completion_of(answer: Text | Blocks) -> Completion:
    """A shared answer in this shape, so that one script serves every service."""
    finish = _FINISH.get(answer.stop_reason or "", answer.stop_reason)
    if isinstance(answer, Text):
        reasoning = answer.thinking if isinstance(answer.thinking, list) else []
        return Completion(answer.deltas, reasoning, finish_reason=finish, delivery=answer.delivery)
    deltas: list[str] = []
    thoughts: list[str] = []
    calls: list[Call] = []
    encrypted = False
    for block in answer.blocks:
        match block:
            case Words():
                deltas += [piece for piece in block.pieces if isinstance(piece, str)]
            case Reasoning():
                thoughts += block.pieces
            case Redacted():
                encrypted = True
            case ToolUse():
                written = msgspec.json.encode(block.input).decode()
                pieces = [written[at : at + block.size] for at in range(0, len(written), block.size)]
                calls.append(Call(block.name, pieces if block.pieces is None else block.pieces, block.id or None))
            case _:
                raise TypeError(f"{type(block).__name__} cannot be said in a chat completion")
    return Completion(deltas, thoughts, encrypted, calls, finish_reason=finish or "auto", delivery=answer.delivery)
