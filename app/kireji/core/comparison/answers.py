"""A model's changes, held to the regions that there are."""

from __future__ import annotations

from typing import Any

from kireji.core.structured.comparison import Change, ChangeKind, Comparison, Difference

_MOST_CHANGES = 200
_MOST_WORDS = 2_000
"""Characters."""


def comparison(data: Any, difference: Difference) -> Comparison:
    """What an answer that follows the schema says.

    Regions that are not there are dropped; a change without words says what it can.

    Args:
        data: The answer.
        difference: What the pixels say, whose regions it numbers from 1.
    """
    changes = tuple(
        change
        for entry in data["changes"][:_MOST_CHANGES]
        if (change := _change(entry, len(difference.boxes))).words or change.before or change.after
    )
    named = {region for change in changes for region in change.regions}
    unexplained = tuple(number for number in range(len(difference.boxes)) if number not in named)
    return Comparison(_line(data["summary"]), changes, difference, unexplained)


def _change(entry: dict[str, Any], count: int) -> Change:
    regions = sorted({number - 1 for number in entry["regions"] if 1 <= number <= count})
    before, after = _line(entry["before"]), _line(entry["after"])
    return Change(ChangeKind(entry["kind"]), _line(entry["words"]), before, after, tuple(regions))


def _line(text: str) -> str:
    line = " ".join(text.split())
    line = "".join(letter for letter in line if letter.isprintable() or letter in "\u200c\u200d")
    return line if len(line) <= _MOST_WORDS else f"{line[: _MOST_WORDS - 1]}…"
