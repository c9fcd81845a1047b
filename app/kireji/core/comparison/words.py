"""A comparison as people read it."""

from __future__ import annotations

from collections.abc import Iterator

from kireji.core.structured.comparison import Change, ChangeKind, Comparison
from kireji.core.structured.plain_words import paragraph
from kireji.core.words import mark, say

KINDS = {
    ChangeKind.ADDED: mark("Added"),
    ChangeKind.REMOVED: mark("Removed"),
    ChangeKind.CHANGED: mark("Changed"),
    ChangeKind.MOVED: mark("Moved"),
}
"""What happened, in a word; `say` translates it."""


def markdown(comparison: Comparison) -> str:
    """For the history: the summary, and a list of the changes with the numbers of their regions."""
    parts = [paragraph(comparison.summary)] if comparison.summary else []
    if comparison.changes:
        parts.append("\n".join(f"- {_change(change)}" for change in comparison.changes))
    parts += [f"*{paragraph(note)}*" for note in notes(comparison)]
    return "\n\n".join(parts)


def text(comparison: Comparison) -> str:
    """The same for a terminal, without the notes."""
    lines = [comparison.summary] if comparison.summary else []
    for change in comparison.changes:
        lines.append(f"- {say(KINDS[change.kind])}: {change.words}{_regions(change)}")
        if change.before or change.after:
            lines.append(f"  {change.before or '–'} → {change.after or '–'}")
    return "\n".join(lines)


def notes(comparison: Comparison) -> Iterator[str]:
    """What else there is to know, in sentences."""
    difference = comparison.difference
    if difference.offset is not None:
        yield say(
            "The second picture shows a part of the first, or the same scrolled; only what both show was compared."
        )
    elif not difference.same_size:
        yield say("The pictures have different sizes; the second was compared at the size of the first.")
    if comparison.unexplained and comparison.changes:
        numbers = ", ".join(str(number + 1) for number in comparison.unexplained)
        yield say("Nothing was said about the regions {numbers}.", numbers=numbers)
    if difference.more:
        yield say("{count} more regions differ.", count=difference.more)


def _change(change: Change) -> str:
    words = f"**{say(KINDS[change.kind])}:** {paragraph(change.words)}"
    if change.before or change.after:
        words += f" ({_value(change.before)} → {_value(change.after)})"
    return words + _regions(change)


def _value(value: str) -> str:
    return f"“{paragraph(value)}”" if value else "–"


def _regions(change: Change) -> str:
    return f" [{', '.join(str(region + 1) for region in change.regions)}]" if change.regions else ""
