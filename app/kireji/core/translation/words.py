"""A translation as people read it: as text that keeps the picture's rows, and as Markdown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from kireji.core.structured.plain_words import paragraph
from kireji.core.structured.translation import TranslatedBlock, Translation
from kireji.core.words import say

_SAME_ROW = 0.5
"""Of the lower one: so much of their height two blocks share that stand beside each other."""
_APART = 0.8
"""Of a line's height: what lies between blocks with an empty line between them."""
_BETWEEN = "    "


def arranged(translation: Translation) -> str:
    """The translation as text, with what stands beside each other on one line; words without a place by paragraphs.

    What was not translated stands there as it was read.
    """
    if not any(each.block.lines for each in translation.blocks):
        return "\n\n".join(filter(None, map(_said, translation.blocks)))
    written: list[str] = []
    end: int | None = None
    for row in _rows(translation.blocks):
        top = min(each.block.box[1] for each in row)
        high = max(_letters(each) for each in row)
        if end is not None and top - end > _APART * high:
            written.append("")
        written.append(_BETWEEN.join(map(_said, row)))
        end = max(each.block.box[3] for each in row)
    return "\n".join(written)


def markdown(translation: Translation) -> str:
    """For the history: a paragraph for each row, and what was not translated."""
    rows = list(_rows(translation.blocks)) if any(each.block.lines for each in translation.blocks) else []
    if rows:
        parts = [" · ".join(paragraph(_said(each)) for each in row) for row in rows]
    else:
        parts = [_lines(_said(each)) for each in translation.blocks if _said(each)]
    missing = sum(each.missing for each in translation.blocks)
    if missing:
        parts.append(f"*{paragraph(say('Not translated: {count}.', count=missing))}*")
    return "\n\n".join(parts)


def _said(each: TranslatedBlock) -> str:
    return each.text or (each.block.text if each.missing else "")


def _lines(text: str) -> str:
    return "  \n".join(map(paragraph, text.splitlines()))


def _rows(blocks: Sequence[TranslatedBlock]) -> Iterator[Sequence[TranslatedBlock]]:
    """Blocks that follow each other beside each other; those without words are left out."""
    row: list[TranslatedBlock] = []
    for each in blocks:
        if not _said(each):
            continue
        if row and not all(_beside(other, each) for other in row):
            yield row
            row = []
        row.append(each)
    if row:
        yield row


def _beside(one: TranslatedBlock, other: TranslatedBlock) -> bool:
    (left, top, right, bottom), (begin, upper, end, lower) = one.block.box, other.block.box
    shared = min(bottom, lower) - max(top, upper)
    apart = begin >= right or end <= left
    return apart and shared >= _SAME_ROW * max(bottom - top, lower - upper)


def _letters(each: TranslatedBlock) -> int:
    heights = sorted(bottom - top for _, top, _, bottom in each.block.lines)
    return heights[len(heights) // 2] if heights else 0
