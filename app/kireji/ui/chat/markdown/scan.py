"""Finds where a growing Markdown text can be cut: one pass over its lines that keeps only what is open.

The scanner knows just enough of the block structure of CommonMark (and of tables and formulas) to say where a piece may
begin that gives the same blocks when parsed apart. Long blocks are cut inside; their pieces carry what they continue.
"""

from __future__ import annotations

import copy
import enum
from dataclasses import replace

from kireji.ui.chat.markdown import starts
from kireji.ui.chat.markdown.beginning import Beginning
from kireji.ui.chat.markdown.pieces import DEEPEST, Container, Fence, Limits, Opening
from kireji.ui.chat.markdown.pieces import SegmentKind as SegmentKind

_LINE = 16
"""What a line counts in addition to its characters."""


class _Leaf(enum.Enum):
    NONE = 0
    PARAGRAPH = 1
    FENCE = 2
    INDENTED = 3
    TABLE = 4
    FORMULA = 5


_NONE, _PARAGRAPH, _FENCE = _Leaf.NONE, _Leaf.PARAGRAPH, _Leaf.FENCE
_INDENTED, _TABLE, _FORMULA = _Leaf.INDENTED, _Leaf.TABLE, _Leaf.FORMULA


class Scanner:
    """Reads lines in order and tells where pieces begin.

    Args:
        limits: When to cut.
    """

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.cuts: list[tuple[int, Opening]] = []
        """Where pieces begin, in the offsets given, since the caller last emptied it."""
        self.definitions: list[str] = []
        """Paragraphs that may define links, as Markdown, since the caller last emptied it."""
        self._begin = 0
        self._count = 0
        """Lines in this piece."""
        self._opening = Opening()
        self._leaf = _NONE
        self._stack: tuple[Container, ...] = ()
        self._empty_item = self._over = False
        self._fence: Fence | None = None
        self._lines = 0
        """Lines of code, rows or lines of a formula in this piece."""
        self._fence_line = 0
        self._table = ""
        self._rows = 0
        """Of the open table, how many one piece holds."""
        self._end = ""
        self._letters = 0
        """Of the open formula, without its first line."""
        self._head: str | None = None
        self._collected: list[str] | None = None
        self._underlined = False
        """Whether the open paragraph may still become a heading."""

    def copied(self) -> Scanner:
        """A scanner that goes on from here without touching this one."""
        twin = copy.copy(self)
        twin.cuts, twin.definitions = [], []
        if self._collected is not None:
            twin._collected = list(self._collected)
        return twin

    def shift(self, by: int) -> None:
        """Offsets given from now on are smaller."""
        self._begin -= by

    def finish(self) -> None:
        """Nothing more comes."""
        self._close_paragraph()

    def broken(self, part: str, at: int, *, first: bool) -> None:
        """A part of a line that is too long; its end is not the line's.

        Args:
            part: What it holds.
            at: Where.
            first: Whether it begins the line; other parts are words (or code) whatever they hold.
        """
        if first:
            self.line(part, at)
            if self._leaf is not _FENCE:
                self._close_paragraph()
                self._leaf = _PARAGRAPH
                self._underlined, self._head = False, None
        else:
            self._rest(at)

    def ended(self, at: int) -> None:
        """The last part of a line that was divided."""
        self._rest(at)

    def _rest(self, at: int) -> None:
        if self._leaf is _FENCE:
            self._cut(at, Opening(SegmentKind.CODE, fence=self._fence, line=max(0, self._fence_line - 1), midline=True))
        else:
            self._cut(at, Opening(SegmentKind.TEXT, midline=True))

    def line(self, line: str, at: int) -> None:
        """The next line.

        Args:
            line: Without what ends it.
            at: Where it begins.
        """
        if "\t" in line:
            line = line.expandtabs(4)
        self._count += 1
        stack = self._stack
        pos = depth = 0
        text = line.lstrip(" ")
        indent = len(line) - len(text)
        for container in stack:
            if container.mark == ">":
                if not text.startswith(">"):
                    break
                pos += indent + 1
                if line.startswith(" ", pos):
                    pos += 1
                text = line[pos:].lstrip(" ")
                indent = len(line) - pos - len(text)
            elif text:
                if indent < container.indent or (self._over and depth == len(stack) - 1):
                    break
                pos += container.indent
                indent -= container.indent
            depth += 1
        if not text:
            self._blank(depth, at)
        elif depth < len(stack) or not self._goes_on(text, indent, at):
            self._start(line, pos, text, indent, depth, at)

    def _blank(self, depth: int, at: int) -> None:
        if depth < len(self._stack):
            self._close_paragraph()
            self._stack = self._stack[:depth]
            self._leaf = _NONE
            self._empty_item = self._over = False
        elif self._leaf is _FENCE:
            self._code_line(at)
        elif self._leaf is not _INDENTED:
            self._close_paragraph()
            self._leaf = _NONE
        if at - self._begin >= 2 * self.limits.most:
            self._cut(at, Opening(joined=bool(self._stack)))
        self._over = self._empty_item

    def _goes_on(self, text: str, indent: int, at: int) -> bool:
        """Whether a line inside all open containers belongs to the open fence, table or formula."""
        leaf = self._leaf
        if leaf is _PARAGRAPH:
            if text[0] in starts.SPECIAL or self._collected is not None:
                return False
            self._paragraph_line(text, at)
            return True
        if leaf is _FENCE:
            assert self._fence is not None
            mark = self._fence.mark
            if text.startswith(mark) and indent < 4 and not text.lstrip(mark[0]).strip(" "):
                self._leaf, self._fence = _NONE, None
            else:
                self._code_line(at)
            return True
        if leaf is _INDENTED and indent >= 4:
            self._code_line(at)
            return True
        if leaf is _TABLE and indent < 4 and not self._interrupts(text):
            self._row(at)
            return True
        return leaf is _FORMULA and self._formula_line(text, indent, at)

    def _interrupts(self, text: str) -> bool:
        return text[0] in starts.SPECIAL and (
            text[0] == ">"
            or starts.ITEM.match(text) is not None
            or starts.FENCE.match(text) is not None
            or starts.HEADING.match(text) is not None
            or starts.RULE.match(text) is not None
            or starts.is_formula_line(text)
            or bool(starts.formula_end(text))
        )

    def _code_line(self, at: int) -> None:
        if self._lines >= self.limits.code_lines or at - self._begin >= self.limits.most:
            self._cut(at, Opening(SegmentKind.CODE, fence=self._fence, line=self._fence_line))
            self._lines = 0
        self._lines += 1
        self._fence_line += 1

    def _row(self, at: int) -> None:
        if self._lines >= self._rows or at - self._begin >= self.limits.most:
            self._cut(at, Opening(SegmentKind.TABLE, table=self._table, line=self._fence_line))
            self._lines = 0
        self._lines += 1
        self._fence_line += 1

    def _formula_line(self, text: str, indent: int, at: int) -> bool:
        if indent < 4 and starts.FENCE.match(text):
            self._leaf = _PARAGRAPH
            return False
        ends = starts.ends_formula(text, self._end)
        if ends:
            self._leaf = _NONE
            return True
        self._lines += 1
        self._letters += starts.letters(text)
        if ends is None or self._lines > starts.LONGEST_FORMULA or self._letters > starts.LARGEST_FORMULA:
            self._leaf = _PARAGRAPH
            self._underlined, self._head = False, None
            return False
        return True

    def _start(self, line: str, pos: int, text: str, indent: int, depth: int, at: int) -> None:
        """A line that goes on with no block inside, or not with all containers around it."""
        inside = depth == len(self._stack)
        words = self._leaf is _PARAGRAPH and not (inside and self._defines(text))
        if words and inside and indent < 4 and self._underlined and self._second_line(text):
            return
        begin = Beginning(line, pos, text, indent)
        level = sum(1 if container.mark == ">" else 2 for container in self._stack[:depth])
        self._open_containers(begin, level, None if inside else self._stack[depth], interrupts=words and inside)
        words = words and not begin.containers
        leaf, fence = self._leaf_of(begin, words=words)
        if leaf is _PARAGRAPH and words:
            self._paragraph_line(begin.text, at)
            return
        self._begin_block(at, depth, begin.sibling)
        self._stack = self._stack[:depth] + tuple(begin.containers)
        self._empty_item, self._over = begin.empty, False
        self._leaf, self._fence = leaf, fence
        self._lines = self._fence_line = 0
        if leaf is _PARAGRAPH:
            self._begin_paragraph(begin.text)
        elif leaf is _FORMULA:
            self._end = starts.formula_end(begin.text)
            self._letters = 0
        elif leaf is _INDENTED:
            self._lines = self._fence_line = 1

    def _open_containers(self, begin: Beginning, level: int, ended: Container | None, *, interrupts: bool) -> None:
        """Read the quotes and list items that a line opens.

        Args:
            begin: Stands behind what goes on; then behind what is opened.
            level: How deep that is.
            ended: The outermost container that does not go on; another item of its list goes on with the list.
            interrupts: Whether a paragraph would end here.
        """
        deepest = DEEPEST
        while begin.text and begin.indent < 4:
            first = begin.text[0]
            if first == ">" and level < deepest:
                begin.quote()
                level += 1
            elif first in starts.MARKERS and level + 1 < deepest and (match := starts.ITEM.match(begin.text)):
                empty = match.end() == len(begin.text)
                if starts.RULE.match(begin.text) or (interrupts and (empty or match[2] not in (None, "1"))):
                    return
                begin.item(match, ended, empty=empty)
                level += 2
            else:
                return
            ended, interrupts = None, False

    def _leaf_of(self, begin: Beginning, *, words: bool) -> tuple[_Leaf, Fence | None]:
        text = begin.text
        if not text:
            return _NONE, None
        if begin.indent >= 4:
            return (_PARAGRAPH if words else _INDENTED), None
        first = text[0]
        if first not in starts.SPECIAL:
            return _PARAGRAPH, None
        if first in "`~" and (match := starts.FENCE.match(text)):
            info = (match[2] or match[4] or "").split(maxsplit=1)
            return _FENCE, Fence(match[1] or match[3], begin.indent, info[0][:40] if info else "")
        if self._is_one_line(text, first):
            return _NONE, None
        if first in "$\\" and starts.formula_end(text):
            return _FORMULA, None
        return _PARAGRAPH, None

    def _is_one_line(self, text: str, first: str) -> bool:
        """Whether a line is a whole block: a rule, a heading or a formula."""
        if first in "*-_":
            return starts.RULE.match(text) is not None
        if first == "#":
            return starts.HEADING.match(text) is not None
        return first in "$\\" and starts.is_formula_line(text)

    def _second_line(self, text: str) -> bool:
        """Whether a line makes the lines before it the head of a table or a heading."""
        if text[0] not in "=-|:":
            return False
        text = text.rstrip(" ")
        if self._head is not None and starts.is_table(self._head, text):
            self._table = f"{self._head}\n{text}\n"
            self._collected = None
            self._rows = max(1, min(self.limits.rows, self.limits.cells // (text.count("|") + 1)))
            self._leaf, self._lines, self._fence_line = _TABLE, 0, 0
            return True
        if starts.UNDERLINE.match(text):
            self._close_paragraph()
            self._leaf = _NONE
            return True
        return False

    def _begin_block(self, at: int, depth: int, sibling: bool) -> None:
        self._close_paragraph()
        size = self._size(at)
        top = not depth and not sibling
        forced = self._opening.kind is not SegmentKind.FLOW or depth < len(self._opening.around)
        # The marker of an item without words stands with what follows.
        if at == self._begin or (self._empty_item and depth == len(self._stack)):
            return
        if forced or size >= (self.limits.target if top else self.limits.inner):
            number = None
            if sibling and (previous := self._stack[depth]).number is not None:
                number = previous.number + 1
            self._cut(at, Opening(joined=not top, number=number, in_list=sibling), depth)

    def _size(self, at: int) -> int:
        return at - self._begin + self._count * _LINE

    def _begin_paragraph(self, text: str) -> None:
        self._underlined = True
        self._head = text.rstrip(" ") if "|" in text else None
        self._collected = [text] if text[0] == "[" else None

    def _paragraph_line(self, text: str, at: int) -> None:
        """One more line of the open paragraph."""
        if self._size(at) >= self.limits.most:
            self._close_paragraph()
            self._cut(at, Opening(SegmentKind.TEXT))
            self._underlined, self._head = False, None
            return
        self._head = text.rstrip(" ") if self._underlined and "|" in text else None
        if self._collected is not None:
            self._collected.append(text)

    def _defines(self, text: str) -> bool:
        """Whether the open paragraph is a link definition that is whole before a line, so that it ends there."""
        return (
            self._collected is not None
            and text[0] not in "\"'("
            and starts.DEFINITION.match(" ".join(self._collected)) is not None
        )

    def _close_paragraph(self) -> None:
        if self._collected is not None:
            self.definitions.append("\n".join(self._collected))
            self._collected = None

    def _cut(self, at: int, opening: Opening, depth: int | None = None) -> None:
        around = self._stack if depth is None else self._stack[:depth]
        if opening.kind is not SegmentKind.FLOW:
            opening = replace(opening, joined=True)
        self._opening = replace(opening, around=around)
        self._begin = at
        self._count = 0
        self.cuts.append((at, self._opening))
