"""The rules for the messages of a chat completion."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import msgspec

from tests.service.openai_pictures import check_file, check_picture
from tests.service.refusal import invalid, only, text


@dataclass(frozen=True)
class Dialect:
    """What one kind of service takes in messages.

    Args:
        roles: Of messages.
        assistant: Fields of an assistant's message beside role, content and tool_calls.
        remote_pictures: Pictures by https address.
        tool_pictures: Pictures in the results of tools.
        files: PDF parts.
        cache_control: On parts.
    """

    roles: frozenset[str] = frozenset({"system", "user", "assistant", "tool"})
    assistant: frozenset[str] = frozenset({"name", "refusal"})
    remote_pictures: bool = True
    tool_pictures: bool = False
    files: bool = False
    cache_control: bool = False


class MessageCheck:
    """Walks through a conversation once and refuses the first fault.

    After it `pictures` and `files` say how many there were.
    """

    def __init__(self, dialect: Dialect) -> None:
        self._dialect = dialect
        self.pictures = 0
        self.files = 0
        self.breakpoints = 0
        self.calls: list[str] = []

    def messages(self, messages: Any) -> None:
        if not isinstance(messages, list) or not messages:
            raise invalid("messages", "expected a list with at least one message")
        for number, message in enumerate(messages):
            self._message(message, f"messages.{number}")
        _check_round_trips(messages)
        if messages[-1]["role"] not in ("user", "tool"):
            raise invalid("messages", "the last message must be the user's or the result of a tool")

    def cache_control(self, value: Any, at: str) -> None:
        value = only(value, at, {"ttl"}, {"type"})
        if value["type"] != "ephemeral" or value.get("ttl", "5m") not in ("5m", "1h"):
            raise invalid(at, "expected {'type': 'ephemeral'} with a ttl of '5m' or '1h'")
        self.breakpoints += 1
        if self.breakpoints > 4:
            raise invalid("", f"A maximum of 4 blocks with cache_control may be provided. Found {self.breakpoints}.")

    def _message(self, message: Any, at: str) -> None:
        role = message.get("role") if isinstance(message, dict) else None
        if role not in self._dialect.roles:
            raise invalid(f"{at}.role", f"expected one of {', '.join(sorted(self._dialect.roles))}")
        match role:
            case "assistant":
                self._assistant(message, at)
            case "tool":
                only(message, at, {"name"}, {"role", "content", "tool_call_id"})
                if not text(message["tool_call_id"], f"{at}.tool_call_id"):
                    raise invalid(f"{at}.tool_call_id", "must not be empty")
                kinds = {"text", "image_url"} if self._dialect.tool_pictures else {"text"}
                self._content(message["content"], f"{at}.content", kinds, blank=True)
            case "user":
                only(message, at, {"name"}, {"role", "content"})
                kinds = {"text", "image_url"} | ({"file"} if self._dialect.files else set())
                self._content(message["content"], f"{at}.content", kinds)
            case _:
                only(message, at, {"name"}, {"role", "content"})
                self._content(message["content"], f"{at}.content", {"text"})

    def _assistant(self, message: dict[str, Any], at: str) -> None:
        only(message, at, {"content", "tool_calls", *self._dialect.assistant}, {"role"})
        calls = message.get("tool_calls")
        if calls is not None:
            if not isinstance(calls, list) or not calls:
                raise invalid(f"{at}.tool_calls", "expected a list with at least one call")
            for place, call in enumerate(calls):
                self._call(call, f"{at}.tool_calls.{place}")
        content = message.get("content")
        if calls and content in (None, ""):
            return
        if content is None:
            raise invalid(f"{at}.content", "must not be null without tool_calls")
        self._content(content, f"{at}.content", {"text"})

    def _call(self, call: Any, at: str) -> None:
        only(call, at, set(), {"id", "type", "function"})
        if not text(call["id"], f"{at}.id"):
            raise invalid(f"{at}.id", "must not be empty")
        if call["type"] != "function":
            raise invalid(f"{at}.type", "expected 'function'")
        only(call["function"], f"{at}.function", set(), {"name", "arguments"})
        if not text(call["function"]["name"], f"{at}.function.name"):
            raise invalid(f"{at}.function.name", "must not be empty")
        written = text(call["function"]["arguments"], f"{at}.function.arguments")
        try:
            arguments = msgspec.json.decode(written)
        except msgspec.DecodeError as error:
            raise invalid(f"{at}.function.arguments", "expected JSON") from error
        if not isinstance(arguments, dict):
            raise invalid(f"{at}.function.arguments", "expected a JSON object")
        self.calls.append(call["id"])

    def _content(self, content: Any, at: str, kinds: set[str], *, blank: bool = False) -> None:
        if isinstance(content, str):
            if not blank and not content.strip():
                raise invalid(at, "text must contain more than white space")
            return
        if not isinstance(content, list):
            raise invalid(at, "expected a string or a list of parts")
        if not content:
            raise invalid(at, "expected at least one part")
        for place, part in enumerate(content):
            self._part(part, f"{at}.{place}", kinds)

    def _part(self, part: Any, at: str, kinds: set[str]) -> None:
        kind = part.get("type") if isinstance(part, dict) else None
        if kind not in kinds:
            raise invalid(f"{at}.type", f"'{kind}' is not one of {', '.join(sorted(kinds))}")
        cached = {"cache_control"} if self._dialect.cache_control else set()
        only(part, at, cached, {"type", kind})
        if "cache_control" in part:
            self.cache_control(part["cache_control"], f"{at}.cache_control")
        match kind:
            case "text":
                if not text(part["text"], f"{at}.text").strip():
                    raise invalid(f"{at}.text", "text must contain more than white space")
            case "image_url":
                image = only(part["image_url"], f"{at}.image_url", {"detail"}, {"url"})
                if image.get("detail", "auto") not in ("auto", "low", "high"):
                    raise invalid(f"{at}.image_url.detail", "expected 'auto', 'low' or 'high'")
                check_picture(image["url"], f"{at}.image_url.url", remote=self._dialect.remote_pictures)
                self.pictures += 1
            case "file":
                file = only(part["file"], f"{at}.file", set(), {"filename", "file_data"})
                if not text(file["filename"], f"{at}.file.filename"):
                    raise invalid(f"{at}.file.filename", "must not be empty")
                check_file(file["file_data"], f"{at}.file.file_data")
                self.files += 1


def _check_round_trips(messages: list[dict[str, Any]]) -> None:
    """Every call is answered once, directly after the message that made it, and nothing else is."""
    open_calls: list[str] = []
    for number, message in enumerate(messages):
        at = f"messages.{number}"
        if message["role"] == "tool":
            if message["tool_call_id"] not in open_calls:
                raise invalid(at, "messages with role 'tool' must answer a call of the preceding 'tool_calls'")
            open_calls.remove(message["tool_call_id"])
            continue
        if open_calls:
            names = ", ".join(open_calls)
            raise invalid(at, f"'tool_calls' must be followed by tool messages for each 'tool_call_id': {names}")
        open_calls = [call["id"] for call in message.get("tool_calls") or []]
        if len(set(open_calls)) != len(open_calls):
            raise invalid(f"{at}.tool_calls", "ids of calls must be unique")
    if open_calls:
        names = ", ".join(open_calls)
        raise invalid("messages", f"'tool_calls' must be followed by tool messages for each 'tool_call_id': {names}")


def last_words(messages: list[dict[str, Any]]) -> str:
    """The text of the last message; rules look for their words in it."""
    content = messages[-1]["content"]
    if isinstance(content, str):
        return content
    return "\n".join(part["text"] for part in content if part["type"] == "text")


def count_pictures(messages: list[dict[str, Any]]) -> int:
    """Pictures in the last message."""
    content = messages[-1]["content"]
    return 0 if isinstance(content, str) else sum(part["type"] == "image_url" for part in content)
