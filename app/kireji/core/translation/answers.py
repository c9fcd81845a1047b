"""What a model gave as translations, put to the blocks they belong to."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from kireji.core.structured.translation import TextBlock, TranslatedBlock

_ENOUGH = 0.5
"""A smaller part of the blocks is no translation: it is asked for again."""
_LONGEST = 2_000
_TIMES = 8
"""So many times as long as the original may a translation be, and `_LONGEST` characters more."""


def translations(data: Any) -> Mapping[int, str]:
    """The translations by number, of a whole answer or of one that is still coming.

    Of a number that comes twice the first counts; what has not the form that was asked for is left out.
    """
    found: dict[int, str] = {}
    entries = data.get("blocks") if isinstance(data, dict) else None
    for entry in entries if isinstance(entries, list) else ():
        if isinstance(entry, dict) and isinstance(text := entry.get("text"), str):
            number = entry.get("id")
            if isinstance(number, int) and not isinstance(number, bool):
                found.setdefault(number, text)
    return found


def source_language(data: Any) -> str:
    """Which language the model took the words for; empty if it does not say."""
    named = data.get("source_language") if isinstance(data, dict) else None
    return " ".join(named.split())[:60] if isinstance(named, str) else ""


def lacking(data: Any, asked: Collection[int]) -> str:
    """What is wrong with an answer in which most blocks are missing, in a sentence for the model; else empty."""
    found = translations(data)
    missing = sorted(number for number in asked if not _clean(found.get(number, "")))
    if len(missing) <= len(asked) * (1 - _ENOUGH):
        return ""
    shown = ", ".join(map(str, missing[:50])) + (", ..." if len(missing) > 50 else "")
    return f"The blocks with these numbers are missing or empty: {shown}."


def translated(
    blocks: Sequence[TextBlock], asked: Collection[int], found: Mapping[int, str], *, whole: bool
) -> tuple[TranslatedBlock, ...]:
    """Every block with its translation. Where nothing could be read, and the model found nothing, there were no words.

    Args:
        blocks: All of them, numbered from 1.
        asked: The numbers of those that were asked about; the others stay as they are.
        found: Translations by number.
        whole: Nothing more will come: what is not there is missing.
    """
    result = []
    for number, block in enumerate(blocks, 1):
        if number not in asked:
            result.append(TranslatedBlock(block, block.text))
            continue
        text = _clean(found.get(number, ""), keep_lines=not block.lines)[: _LONGEST + _TIMES * len(block.text)]
        if text or not (whole and block.unsure):
            result.append(TranslatedBlock(block, text, missing=whole and not text))
    return tuple(result)


def _clean(text: str, *, keep_lines: bool = False) -> str:
    """Without line breaks, which belong to the place a text is set in, and without characters that cannot be seen."""
    lines = text.splitlines() if keep_lines else [" ".join(text.split())]
    kept = ("".join(letter for letter in line if letter.isprintable() or letter in "\t\u200c\u200d") for line in lines)
    return "\n".join(kept).strip()
