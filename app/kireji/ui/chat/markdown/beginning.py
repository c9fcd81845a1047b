"""How a line begins: the quotes and list items that it opens."""

from __future__ import annotations

import re

from kireji.ui.chat.markdown.pieces import Container


class Beginning:
    """How a line begins: the containers that it opens, and what stands behind them.

    Args:
        line: The line.
        pos: Where the containers that go on end.
        text: What stands there without the space before it.
        indent: Columns of that space.
    """

    __slots__ = ("_line", "_pos", "containers", "empty", "indent", "sibling", "text")

    def __init__(self, line: str, pos: int, text: str, indent: int) -> None:
        self._line = line
        self._pos = pos
        self.text = text
        self.indent = indent
        self.containers: list[Container] = []
        self.sibling = False
        self.empty = False

    def quote(self) -> None:
        """Go behind the mark of a quote."""
        self.containers.append(Container(">"))
        self._pos += self.indent + 1
        if self._line.startswith(" ", self._pos):
            self._pos += 1
        self._go_on()

    def item(self, match: re.Match[str], ended: Container | None, *, empty: bool) -> None:
        """Go behind the marker of a list item."""
        mark = match[1][-1]
        number = int(match[2]) if match[2] else None
        if ended is not None and ended.mark == mark:
            self.sibling = True
            number = None if ended.number is None else ended.number + 1
        space = len(match[3] or "")
        width = len(match[1]) + (space if not empty and space <= 4 else 1)
        self.containers.append(Container(mark, self.indent + width, number))
        self._pos += self.indent + width
        self.empty = empty
        self._go_on()

    def _go_on(self) -> None:
        self.text = self._line[self._pos :].lstrip(" ")
        self.indent = max(0, len(self._line) - self._pos - len(self.text))
