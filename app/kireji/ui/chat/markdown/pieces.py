"""The pieces that a Markdown text is cut into, and what a piece must know of those before it."""

from __future__ import annotations

import enum
from dataclasses import dataclass

DEEPEST = 24
"""Quotes count one and list items two; what is deeper is words."""


@dataclass(frozen=True, slots=True)
class Limits:
    """When to cut, in characters unless said otherwise; each line counts some more, because short ones cost the most.

    Args:
        target: A piece of at least this size ends where the next top-level block begins.
        inner: The same for blocks inside lists and quotes.
        most: A block is cut inside when the piece has this size.
        line: Longer lines are divided.
        code_lines: Lines of code in one piece.
        rows: Rows of a table in one piece.
        cells: The same for a table's cells, where rows are wide.
    """

    target: int = 900
    inner: int = 1600
    most: int = 2600
    line: int = 2000
    code_lines: int = 80
    rows: int = 40
    cells: int = 320


class SegmentKind(enum.Enum):
    """What a segment begins with."""

    FLOW = "flow"
    CODE = "code"
    TABLE = "table"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class Container:
    """A quote or list item that is open.

    Args:
        mark: ">" or the item's marker without its number: "-", "+", "*", "." or ")".
        indent: Columns that belong to an item on each of its lines.
        number: Of an ordered list's item.
    """

    mark: str
    indent: int = 0
    number: int | None = None

    @property
    def path(self) -> str:
        """Its letter in a block's path."""
        return "q" if self.mark == ">" else "l"


@dataclass(frozen=True, slots=True)
class Fence:
    """A fence that is open.

    Args:
        mark: Of what it consists: backticks or tildes, at least so many must close it.
        indent: Columns before it, which its lines lose too.
        language: The first word behind it.
    """

    mark: str
    indent: int
    language: str


@dataclass(frozen=True, slots=True)
class Opening:
    """How a piece begins.

    Args:
        kind: What it begins with.
        joined: Whether it goes on with the fence, table, list, quote or paragraph of the piece before.
        midline: Whether it begins in the middle of a line.
        around: The quotes and list items that go on from the piece before.
        number: What the first item of an ordered list is, when that list goes on.
        in_list: Whether it begins with a further item of a list.
        fence: The fence that goes on; None for indented code.
        line: How many lines of the fence stand before.
        table: Head and delimiters of the table that goes on, two lines.
    """

    kind: SegmentKind = SegmentKind.FLOW
    joined: bool = False
    midline: bool = False
    around: tuple[Container, ...] = ()
    number: int | None = None
    in_list: bool = False
    fence: Fence | None = None
    line: int = 0
    table: str = ""

    @property
    def goes_on_with_list(self) -> bool:
        """Whether it begins inside a list that the piece before ends with."""
        return self.in_list or any(container.mark != ">" for container in self.around)


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of the text.

    Args:
        start: Where it begins, in characters.
        end: Where it ends.
        opening: How it begins.
    """

    start: int
    end: int
    opening: Opening

    @property
    def kind(self) -> SegmentKind:
        """What it begins with."""
        return self.opening.kind

    @property
    def joined(self) -> bool:
        """Whether it goes on with what the segment before ends with: no gap between them, and one ground."""
        return self.opening.joined
