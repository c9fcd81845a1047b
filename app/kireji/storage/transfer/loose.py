"""Values out of JSON that may be anything: each accessor gives what was asked for or nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from kireji.core.messages import Part, ToolCallPart, ToolResultPart

_LATEST = 4_102_444_800
"""Seconds: the year 2100. Later times are milliseconds, or nonsense."""
_TITLE = 200
LOOKED_BACK = 200
"""Parts before a part among which its counterpart is looked for: one answer may have a hundred thousand."""


def text(value: Any) -> str:
    """The text, or an empty one."""
    return value if isinstance(value, str) else ""


def mapping(value: Any) -> Mapping[str, Any]:
    """The object, or an empty one."""
    return value if isinstance(value, dict) else {}


def items(value: Any) -> Sequence[Any]:
    """The list, or an empty one."""
    return value if isinstance(value, list) else ()


def moment(value: Any) -> datetime | None:
    """A time in seconds since 1970 or in ISO 8601; None for anything else."""
    if isinstance(value, bool):
        return None
    try:
        if isinstance(value, int | float):
            seconds = value / 1000 if value > _LATEST else value
            return datetime.fromtimestamp(seconds, UTC) if 0 < seconds < _LATEST else None
        if isinstance(value, str) and value:
            time = datetime.fromisoformat(value)
            time = time if time.tzinfo else time.replace(tzinfo=UTC)
            return time.astimezone(UTC) if 0 < time.timestamp() < _LATEST else None
    except (ValueError, OverflowError, OSError):
        pass
    return None


def title(given: Any, first_words: str) -> str:
    """A title of one line: the given one, else the beginning of the first question."""
    line = " ".join(text(given).split()) or " ".join(first_words[: 4 * _TITLE].split())[:60]
    return line[:_TITLE] or "Without a title"


def open_call(parts: Sequence[Part]) -> ToolCallPart | None:
    """The first of the latest calls that has no result yet."""
    near = parts[-LOOKED_BACK:]
    answered = {part.call_id for part in near if isinstance(part, ToolResultPart)}
    calls = (part for part in near if isinstance(part, ToolCallPart))
    return next((call for call in calls if call.call_id not in answered), None)


def fenced(code: str, language: str = "") -> str:
    """Code as Markdown, with a fence longer than any inside it."""
    longest = run = 0
    for letter in code:
        run = run + 1 if letter == "`" else 0
        longest = max(longest, run)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{language if language.isalnum() else ''}\n{code}\n{fence}"
