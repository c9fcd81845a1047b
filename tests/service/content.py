"""The rules for `messages` and `system`."""

from __future__ import annotations

from typing import Any

from tests.service.models import Model
from tests.service.pictures import check_sizes, picture_size
from tests.service.refusal import invalid, only, text

_PREFILL = "This model does not support assistant message prefill. The conversation must end with a user message."
_SERVER_BLOCKS = {
    "server_tool_use",
    "web_search_tool_result",
    "web_fetch_tool_result",
    "code_execution_tool_result",
    "container_upload",
}


class ContentCheck:
    """Walks through a conversation once and refuses the first fault."""

    def __init__(self, model: Model) -> None:
        self._model = model
        self._sizes: list[tuple[str, tuple[int, int]]] = []
        self.breakpoints = 0

    def messages(self, messages: Any) -> None:
        if not isinstance(messages, list) or not messages:
            raise invalid("messages", "at least one message is required")
        for number, message in enumerate(messages):
            self._message(message, number, messages)
        if messages[-1]["role"] == "assistant":
            raise invalid("", _PREFILL)
        _check_tool_results(messages)
        check_sizes(self._sizes, self._model.images)

    def system(self, system: Any) -> None:
        if isinstance(system, str):
            return
        if not isinstance(system, list):
            raise invalid("system", "Input should be a valid string or list")
        for number, block in enumerate(system):
            self._text(block, f"system.{number}")

    def cache_control(self, value: Any, at: str) -> None:
        value = only(value, at, {"ttl"}, {"type"})
        if value["type"] != "ephemeral" or value.get("ttl", "5m") not in ("5m", "1h"):
            raise invalid(at, "Input should be {'type': 'ephemeral'} with a ttl of '5m' or '1h'")
        self.breakpoints += 1
        if self.breakpoints > 4:
            raise invalid("", f"A maximum of 4 blocks with cache_control may be provided. Found {self.breakpoints}.")

    def _message(self, message: Any, number: int, messages: list[Any]) -> None:
        at = f"messages.{number}"
        message = only(message, at, set(), {"role", "content"})
        role, content = message["role"], message["content"]
        if role not in ("user", "assistant", "system"):
            raise invalid(f"{at}.role", "Input should be 'user', 'assistant' or 'system'")
        if role == "system":
            self._check_placement(number, messages)
        if isinstance(content, str):
            if not content.strip():
                raise invalid(at, "text content blocks must contain non-whitespace text")
            return
        if not isinstance(content, list):
            raise invalid(f"{at}.content", "Input should be a valid string or list")
        if not content:
            raise invalid(at, "all messages must have non-empty content")
        for place, block in enumerate(content):
            self._block(block, f"{at}.content.{place}", role)

    def _check_placement(self, number: int, messages: list[Any]) -> None:
        if not self._model.system_turns:
            raise invalid(f"messages.{number}.role", "system messages are not supported by this model")
        follows = messages[number - 1].get("role") if number else None
        before = messages[number + 1].get("role") if number + 1 < len(messages) else "assistant"
        if follows != "user" or before != "assistant":
            raise invalid(f"messages.{number}", "a system message must directly follow a user message")

    def _block(self, block: Any, at: str, role: str) -> None:
        kind = block.get("type") if isinstance(block, dict) else None
        match kind:
            case "text":
                self._text(block, at, citations=role == "assistant")
            case "image" if role == "user":
                self._image(block, at)
            case "thinking" if role == "assistant":
                only(block, at, set(), {"type", "thinking", "signature"})
                text(block["thinking"], f"{at}.thinking")
                text(block["signature"], f"{at}.signature")
            case "redacted_thinking" if role == "assistant":
                only(block, at, set(), {"type", "data"})
            case "tool_use" if role == "assistant":
                only(block, at, {"caller", "toolset_name", "cache_control"}, {"type", "id", "name", "input"})
            case "tool_result" if role == "user":
                self._tool_result(block, at)
            case _ if role == "assistant" and isinstance(kind, str) and (kind in _SERVER_BLOCKS or "future" in kind):
                pass
            case _:
                raise invalid(at, f"Input tag '{kind}' found using 'type' does not match any of the expected tags")

    def _text(self, block: Any, at: str, *, citations: bool = False) -> None:
        block = only(block, at, {"cache_control", "citations"}, {"type", "text"})
        words = text(block["text"], f"{at}.text")
        if not words:
            raise invalid("messages", "text content blocks must be non-empty")
        if not words.strip():
            raise invalid("messages", "text content blocks must contain non-whitespace text")
        if block.get("citations") and not citations:
            raise invalid(f"{at}.citations", "citations are not permitted in user text")
        if block.get("cache_control") is not None:
            self.cache_control(block["cache_control"], f"{at}.cache_control")

    def _image(self, block: Any, at: str) -> None:
        only(block, at, {"cache_control", "transformations"}, {"type", "source"})
        self._sizes.append((at, picture_size(block["source"], f"{at}.source")))
        if block.get("cache_control") is not None:
            self.cache_control(block["cache_control"], f"{at}.cache_control")

    def _tool_result(self, block: Any, at: str) -> None:
        only(block, at, {"is_error", "content", "cache_control"}, {"type", "tool_use_id"})
        content = block.get("content", "")
        for place, inner in enumerate(content if isinstance(content, list) else []):
            self._block(inner, f"{at}.content.{place}", "user")


def _blocks(message: Any) -> list[dict[str, Any]]:
    content = message["content"]
    return content if isinstance(content, list) else []


def _check_tool_results(messages: list[Any]) -> None:
    """Every tool_use is answered at the beginning of the very next message, and nothing else is."""
    asked: list[str] = []
    for number, message in enumerate(messages):
        blocks = _blocks(message)
        results = [block["tool_use_id"] for block in blocks if block["type"] == "tool_result"]
        missing = [id for id in asked if id not in results]
        if missing:
            raise invalid(
                f"messages.{number - 1}",
                f"`tool_use` ids were found without `tool_result` blocks immediately after: {', '.join(missing)}",
            )
        for id in results:
            if id not in asked:
                raise invalid(f"messages.{number}", f"unexpected `tool_use_id` found in `tool_result` blocks: {id}")
        if any(block["type"] != "tool_result" for block in blocks[: len(results)]):
            raise invalid(f"messages.{number}", "`tool_result` blocks must come first")
        asked = [block["id"] for block in blocks if block["type"] == "tool_use"]
