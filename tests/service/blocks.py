"""The rules for the blocks that messages are made of."""

from __future__ import annotations

from typing import Any

from tests.service.caching import Breakpoints
from tests.service.documents import check_address, check_file, check_pdf, check_plain
from tests.service.memory import Memory
from tests.service.models import Model
from tests.service.pictures import check_sizes, check_transformations, picture_size
from tests.service.refusal import invalid, only, text
from tests.service.tools import NAME

_SERVER_RESULTS = {
    "web_search_tool_result",
    "web_fetch_tool_result",
    "code_execution_tool_result",
    "bash_code_execution_tool_result",
    "text_editor_code_execution_tool_result",
    "tool_search_tool_result",
}
_CITATIONS = {
    "char_location",
    "page_location",
    "content_block_location",
    "web_search_result_location",
    "search_result_location",
}
_IN_RESULTS = ("text", "image", "document", "search_result", "tool_reference")
_CACHE = "cache_control"


class BlockCheck:
    """Looks at every block of a request and refuses the first fault.

    Args:
        model: Who is asked.
        strict: Whether the rules of version 2026-10-21 hold.
        breakpoints: Where `cache_control` is counted.
        memory: What the service said before: that may come back as it was, whatever it is.
    """

    def __init__(self, model: Model, breakpoints: Breakpoints, memory: Memory, *, strict: bool) -> None:
        self._model = model
        self._breakpoints = breakpoints
        self._memory = memory
        self._strict = strict
        self._sizes: list[tuple[str, tuple[int, int]]] = []
        self._pages = 0
        self.cites = False

    def finish(self) -> None:
        """Check what holds for the whole request."""
        check_sizes(self._sizes, self._model.images)
        if self._pages > self._model.images:
            raise invalid("messages", f"A maximum of {self._model.images} PDF pages may be provided.")

    def check(self, block: Any, at: str, role: str) -> None:
        """A block in a message of `role`."""
        kind = block.get("type") if isinstance(block, dict) else None
        blank = kind == "text" and not str(block.get("text", "")).strip()
        if role == "assistant" and isinstance(kind, str) and not blank and self._memory.issued(block):
            self._breakpoints.note(block, at)
            return
        match role, kind:
            case _, "text":
                self.text(block, at, cited=role == "assistant")
            case "user", "image" | "document" | "search_result" | "tool_result":
                getattr(self, f"_{kind}")(block, at)
            case "assistant", "document" if not self._strict:
                self._document(block, at)
            case "assistant", "document":
                raise invalid(at, "`document` blocks are not permitted in assistant messages")
            case "assistant", "thinking":
                only(block, at, set(), {"type", "thinking", "signature"})
                text(block["thinking"], f"{at}.thinking")
                text(block["signature"], f"{at}.signature")
            case "assistant", "redacted_thinking":
                only(block, at, set(), {"type", "data"})
                text(block["data"], f"{at}.data")
            case "assistant", "tool_use" | "server_tool_use":
                self._call(block, at)
            case "assistant", _ if kind in _SERVER_RESULTS:
                only(block, at, {_CACHE, "caller"}, {"type", "tool_use_id", "content"})
                self._breakpoints.note(block, at)
            case _, "container_upload" if role != "system":
                only(block, at, {_CACHE}, {"type", "file_id"})
                self._breakpoints.note(block, at)
            case _:
                raise invalid(at, f"Input tag '{kind}' found using 'type' does not match any of the expected tags")

    def text(self, block: Any, at: str, *, cited: bool = False) -> None:
        """A text block; citations may stand in what the assistant said."""
        block = only(block, at, {_CACHE, "citations"}, {"type", "text"})
        words = text(block["text"], f"{at}.text")
        if not words:
            raise invalid("messages", "text content blocks must be non-empty")
        if not words.strip():
            raise invalid("messages", "text content blocks must contain non-whitespace text")
        citations = block.get("citations") or []
        if citations and not cited and self._strict:
            raise invalid(f"{at}.citations", "citations are not permitted in user text")
        for number, citation in enumerate(citations):
            if not isinstance(citation, dict) or citation.get("type") not in _CITATIONS:
                raise invalid(f"{at}.citations.{number}", "Input should be a known citation")
        self._breakpoints.note(block, at)

    def _image(self, block: Any, at: str) -> None:
        only(block, at, {_CACHE, "transformations"}, {"type", "source"})
        size = picture_size(block["source"], f"{at}.source")
        check_transformations(block, size, self._model, at)
        self._sizes.append((at, size))
        self._breakpoints.note(block, at)

    def _document(self, block: Any, at: str) -> None:
        only(block, at, {_CACHE, "title", "context", "citations"}, {"type", "source"})
        source, place = block["source"], f"{at}.source"
        kind = source.get("type") if isinstance(source, dict) else None
        match kind:
            case "base64":
                self._pages += check_pdf(source, place)
            case "text":
                check_plain(source, place)
            case "url":
                check_address(source, place)
            case "file":
                check_file(source, place)
            case "content":
                self._parts(only(source, place, set(), {"type", "content"})["content"], f"{place}.content")
            case _:
                raise invalid(place, f"Input tag '{kind}' found using 'type' does not match any of the expected tags")
        for name in ("title", "context"):
            if block.get(name) is not None and not text(block[name], f"{at}.{name}"):
                raise invalid(f"{at}.{name}", "String should have at least 1 character")
        self._cited(block, at)

    def _parts(self, content: Any, at: str) -> None:
        if isinstance(content, str):
            return
        if not isinstance(content, list) or not content:
            raise invalid(at, "Input should be a valid string or a non-empty list")
        for number, part in enumerate(content):
            if not isinstance(part, dict) or part.get("type") not in ("text", "image"):
                raise invalid(f"{at}.{number}", "Input should be a text or image block")
            self.check(part, f"{at}.{number}", "user")

    def _search_result(self, block: Any, at: str) -> None:
        only(block, at, {_CACHE, "citations"}, {"type", "source", "title", "content"})
        for name in ("source", "title"):
            text(block[name], f"{at}.{name}")
        if not isinstance(block["content"], list) or not block["content"]:
            raise invalid(f"{at}.content", "Input should be a non-empty list")
        for number, part in enumerate(block["content"]):
            self.text(part, f"{at}.content.{number}")
        self._cited(block, at)

    def _cited(self, block: dict[str, Any], at: str) -> None:
        wanted = only(block.get("citations") or {}, f"{at}.citations", {"enabled"}, set()).get("enabled", False)
        if not isinstance(wanted, bool):
            raise invalid(f"{at}.citations.enabled", "Input should be a valid boolean")
        self.cites |= wanted
        self._breakpoints.note(block, at)

    def _call(self, block: Any, at: str) -> None:
        only(block, at, {"caller", "toolset_name", _CACHE}, {"type", "id", "name", "input"})
        if not NAME.match(text(block["id"], f"{at}.id")):
            raise invalid(f"{at}.id", "String should match pattern '^[a-zA-Z0-9_-]+$'")
        if not NAME.match(text(block["name"], f"{at}.name")):
            raise invalid(f"{at}.name", "String should match pattern '^[a-zA-Z0-9_-]{1,64}$'")
        if not isinstance(block["input"], dict):
            raise invalid(f"{at}.input", "Input should be a valid dictionary")
        if not isinstance(block.get("caller") or {"type": ""}, dict):
            raise invalid(f"{at}.caller", "Input should be a valid dictionary")
        self._breakpoints.note(block, at)

    def _tool_result(self, block: Any, at: str) -> None:
        only(block, at, {"is_error", "content", "toolset_name", _CACHE}, {"type", "tool_use_id"})
        text(block["tool_use_id"], f"{at}.tool_use_id")
        if not isinstance(block.get("is_error", False), bool):
            raise invalid(f"{at}.is_error", "Input should be a valid boolean")
        content = block.get("content", "")
        if not isinstance(content, (str, list)):
            raise invalid(f"{at}.content", "Input should be a valid string or list")
        for place, inner in enumerate(content if isinstance(content, list) else []):
            kind = inner.get("type") if isinstance(inner, dict) else None
            if kind == "tool_reference":
                only(inner, f"{at}.content.{place}", {_CACHE}, {"type", "tool_name"})
            elif kind in _IN_RESULTS:
                self.check(inner, f"{at}.content.{place}", "user")
            else:
                raise invalid(
                    f"{at}.content.{place}",
                    f"Input tag '{kind}' found using 'type' does not match any of the expected tags",
                )
        self._breakpoints.note(block, at)
