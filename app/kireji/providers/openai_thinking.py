"""Reasoning in the OpenAI shape: `<think>` tags inside the words, and OpenRouter's `reasoning_details`."""

from __future__ import annotations

import enum
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

_OPEN = "<think>"
_CLOSE = "</think>"
_GROWING: Mapping[str, str] = MappingProxyType(
    {"reasoning.text": "text", "reasoning.summary": "summary", "reasoning.encrypted": "data"}
)
_WORDS = ("text", "summary")


class Said(NamedTuple):
    """A piece of what was said.

    Args:
        thought: Whether it is reasoning.
        text: The words.
    """

    thought: bool
    text: str


class _Place(enum.Enum):
    BEFORE = "before the first word"
    THOUGHT = "in a thought"
    WORDS = "in the answer"


class ThinkTags:
    """Separates `<think>…</think>` from the answer, however the words are cut into pieces.

    Tags count only before the first word of the answer: later ones are words, as in an answer about such tags.
    """

    def __init__(self) -> None:
        self._place = _Place.BEFORE
        self._held = ""
        self._thought = False

    def feed(self, text: str) -> Iterator[Said]:
        """Take words in; what might be the beginning of a tag is held back."""
        self._held += text
        moved = True
        while moved and self._held:
            match self._place:
                case _Place.BEFORE:
                    moved = self._look_for_opening()
                case _Place.THOUGHT:
                    thought, moved = self._think()
                    yield from thought
                case _Place.WORDS:
                    yield from self.flush()

    def flush(self) -> Iterator[Said]:
        """What is held back, now that no more will come."""
        held, self._held = self._held, ""
        if self._thought and self._place is _Place.BEFORE:
            held = held.lstrip()
        if held:
            yield Said(self._place is _Place.THOUGHT, held)

    def _look_for_opening(self) -> bool:
        """Whether it is clear now where the words belong."""
        words = self._held.lstrip()
        if words.startswith(_OPEN):
            self._held = words[len(_OPEN) :]
            self._place = _Place.THOUGHT
        elif words and not _OPEN.startswith(words):
            self._place = _Place.WORDS
            self._held = words if self._thought else self._held
        return self._place is not _Place.BEFORE

    def _think(self) -> tuple[list[Said], bool]:
        """What of the thought can be said, and whether it is over."""
        thought, tag, rest = self._held.partition(_CLOSE)
        if tag:
            self._place = _Place.BEFORE
            self._thought = True
            self._held = rest
        else:
            kept = _beginning_of_tag(thought)
            self._held = thought[len(thought) - kept :]
            thought = thought[: len(thought) - kept]
        return ([Said(True, thought)] if thought else []), bool(tag)


def _beginning_of_tag(text: str) -> int:
    """How many characters at the end of `text` may begin a closing tag."""
    return next((size for size in range(len(_CLOSE) - 1, 0, -1) if text.endswith(_CLOSE[:size])), 0)


class ReasoningDetails:
    """`reasoning_details` put together from their pieces, so that they can be sent back as one answer has them."""

    def __init__(self) -> None:
        self.all: list[dict[str, Any]] = []

    def feed(self, details: list[Any]) -> str:
        """Take pieces in; returns the words among them."""
        shown: list[str] = []
        for detail in details:
            if not isinstance(detail, dict):
                continue
            self._merge(detail)
            shown += [detail[name] for name in _WORDS if isinstance(detail.get(name), str)]
        return "".join(shown)

    def _merge(self, detail: dict[str, Any]) -> None:
        known = next((item for item in reversed(self.all) if _same(item, detail)), None)
        growing = _GROWING.get(str(detail.get("type")), "")
        if known is None or not growing:
            self.all.append(dict(detail))
            return
        more = detail.get(growing)
        known |= {name: value for name, value in detail.items() if name != growing and value is not None}
        if isinstance(more, str):
            known[growing] = str(known.get(growing) or "") + more


def _same(known: dict[str, Any], detail: dict[str, Any]) -> bool:
    return known.get("type") == detail.get("type") and known.get("index") == detail.get("index")
