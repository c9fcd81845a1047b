"""What an answer that streams has said to its end: sentences and blocks, for those who listen."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from kireji.ui.chat.blocks import Block, Kind
from kireji.ui.chat.transcript.body import Body
from kireji.ui.translation import plural

_END = re.compile(r"[.!?\u2026\u061f\u0964]['\"\u2019\u201d)\]]*(?=\s)|[\u3002\uff01\uff1f]|\n")


class Speech:
    """Follows the words of one body.

    Args:
        body: Markdown that grows.
        tell: Gets what is new, as plain text.
    """

    def __init__(self, body: Body, tell: Callable[[str], None]) -> None:
        self.body = body
        self._tell = tell
        self._segment = 0
        self._said = 0

    def go_on(self) -> None:
        """Tell what has been finished since the last time."""
        source = self.body.source
        while self._segment < len(source.segments):
            text = plain_text(source.blocks(self._segment))
            whole = self.body.settled(self._segment)
            end = len(text) if whole else _last_end(text)
            if end > self._said and (words := text[self._said : end].strip()):
                self._tell(words)
            self._said = max(self._said, end)
            if not whole:
                return
            self._segment, self._said = self._segment + 1, 0


def _last_end(text: str) -> int:
    end = 0
    for match in _END.finditer(text):
        end = match.end()
    return end


def plain_text(blocks: Sequence[Block]) -> str:
    """Blocks as they are said; of code only how long it is."""
    return "\n".join(_said(block) for block in blocks)


def _said(block: Block) -> str:
    if block.kind is Kind.CODE:
        return plural(block.text.count("\n") + 1, "1 line of code", "{n} lines of code")
    if block.kind is Kind.TABLE:
        return "\n".join(", ".join("".join(run.text for run in cell.runs) for cell in row) for row in block.rows)
    return block.text.replace("\u2028", " ")
