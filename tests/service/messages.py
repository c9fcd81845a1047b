"""The rules for `messages` and `system`: who speaks when, and what answers what."""

from __future__ import annotations

from typing import Any

from tests.service.blocks import BlockCheck
from tests.service.caching import blocks_in
from tests.service.memory import Memory
from tests.service.models import Model
from tests.service.refusal import invalid, only

MOST = 100_000
_PREFILL = "This model does not support assistant message prefill. The conversation must end with a user message."
_WITHOUT = "`tool_use` ids were found without `tool_result` blocks immediately after"


def check_messages(messages: Any, model: Model, blocks: BlockCheck, memory: Memory) -> None:
    """Refuse the first fault in a conversation."""
    if not isinstance(messages, list) or not messages:
        raise invalid("messages", "at least one message is required")
    if len(messages) > MOST:
        raise invalid("messages", f"List should have at most {MOST} items")
    for number, message in enumerate(messages):
        _check_message(message, f"messages.{number}", blocks)
    turns = _merged(messages)
    _check_system_turns(turns, model)
    _check_end(turns, model, memory)
    _check_tool_results(turns)
    blocks.finish()


def check_system(system: Any, blocks: BlockCheck) -> None:
    """Refuse wrong instructions."""
    if isinstance(system, str):
        return
    if not isinstance(system, list):
        raise invalid("system", "Input should be a valid string or list")
    for number, block in enumerate(system):
        if not isinstance(block, dict) or block.get("type") != "text":
            raise invalid(f"system.{number}.type", "Input should be 'text'")
        blocks.text(block, f"system.{number}")


def _check_message(message: Any, at: str, blocks: BlockCheck) -> None:
    message = only(message, at, set(), {"role", "content"})
    role, content = message["role"], message["content"]
    if role not in ("user", "assistant", "system"):
        raise invalid(f"{at}.role", "Input should be 'user', 'assistant' or 'system'")
    if isinstance(content, str):
        if not content.strip():
            raise invalid(at, "text content blocks must contain non-whitespace text")
        return
    if not isinstance(content, list):
        raise invalid(f"{at}.content", "Input should be a valid string or list")
    if not content:
        raise invalid(at, "all messages must have non-empty content")
    for place, block in enumerate(content):
        blocks.check(block, f"{at}.content.{place}", role)


class _Turn:
    """Messages of one role in a row, which count as one."""

    def __init__(self, number: int, role: str) -> None:
        self.number = number
        self.role = role
        self.blocks: list[dict[str, Any]] = []

    def of(self, kind: str) -> list[dict[str, Any]]:
        return [block for block in self.blocks if block["type"] == kind]

    def waiting(self) -> list[str]:
        """Calls to the service's own tools that have no result yet."""
        results = {block.get("tool_use_id") for block in self.blocks}
        return [block["id"] for block in self.of("server_tool_use") if block["id"] not in results]


def _merged(messages: list[Any]) -> list[_Turn]:
    turns: list[_Turn] = []
    for number, message in enumerate(messages):
        if not turns or turns[-1].role != message["role"]:
            turns.append(_Turn(number, message["role"]))
        turns[-1].blocks += blocks_in(message["content"])
    return turns


def _check_system_turns(turns: list[_Turn], model: Model) -> None:
    for place, turn in enumerate(turns):
        if turn.role != "system":
            continue
        if not model.system_turns:
            raise invalid(f"messages.{turn.number}.role", "system messages are not supported by this model")
        follows = turns[place - 1].role if place else None
        before = turns[place + 1].role if place + 1 < len(turns) else "assistant"
        if follows != "user" or before != "assistant":
            raise invalid(f"messages.{turn.number}", "a system message must directly follow a user message")


def _check_end(turns: list[_Turn], model: Model, memory: Memory) -> None:
    last = turns[-1]
    if last.role != "assistant" or last.waiting() or memory.paused(last.blocks):
        return
    if not model.prefill:
        raise invalid("", _PREFILL)
    if last.blocks[-1]["type"] == "text" and last.blocks[-1]["text"] != last.blocks[-1]["text"].rstrip():
        raise invalid("messages", "final assistant content cannot end with trailing whitespace")


def _check_tool_results(turns: list[_Turn]) -> None:
    """Every call is answered at the beginning of the very next turn, and nothing else is."""
    asked: dict[str, dict[str, Any]] = {}
    used: set[str] = set()
    waiting: list[str] = []
    for place, turn in enumerate(turns):
        _check_results(turn, asked, turns[place - 1].number)
        if waiting and asked and any(block["type"] != "tool_result" for block in turn.blocks):
            raise invalid(
                f"messages.{turn.number}", "a server tool is running: only `tool_result` blocks may stand here"
            )
        calls = turn.of("tool_use")
        ids = [block["id"] for block in calls]
        twice = [id for id in ids if id in used or ids.count(id) > 1]
        if twice:
            raise invalid(f"messages.{turn.number}", f"`tool_use` ids must be unique: {twice[0]}")
        used.update(ids)
        asked = {block["id"]: block for block in calls}
        waiting = turn.waiting()
    if asked and turns[-1].role == "assistant":
        raise invalid(f"messages.{turns[-1].number}", f"{_WITHOUT}: {', '.join(asked)}")


def _check_results(turn: _Turn, asked: dict[str, dict[str, Any]], before: int) -> None:
    results = turn.of("tool_result")
    ids = [block["tool_use_id"] for block in results]
    missing = [id for id in asked if id not in ids]
    if missing:
        raise invalid(f"messages.{before}", f"{_WITHOUT}: {', '.join(missing)}")
    for block in results:
        id = block["tool_use_id"]
        if id not in asked:
            raise invalid(f"messages.{turn.number}", f"unexpected `tool_use_id` found in `tool_result` blocks: {id}")
        if ids.count(id) > 1:
            raise invalid(f"messages.{turn.number}", f"each tool_use must have a single result: {id}")
        if block.get("toolset_name") != asked[id].get("toolset_name"):
            raise invalid(f"messages.{turn.number}", f"`toolset_name` must be that of the call: {id}")
    if any(block["type"] != "tool_result" for block in turn.blocks[: len(results)]):
        raise invalid(f"messages.{turn.number}", "`tool_result` blocks must come first")
