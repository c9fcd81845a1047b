"""An answer as plain values between the Markdown parser and the text document."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kireji.core.messages import Sha256


class Kind(enum.Enum):
    """What a block is."""

    PARAGRAPH = "paragraph"
    HEADING = "heading"
    CODE = "code"
    RULE = "rule"
    TABLE = "table"
    FORMULA = "formula"


class Align(enum.Enum):
    """Where the words of a table's column stand."""

    START = "start"
    CENTRE = "centre"
    END = "end"


@dataclass(frozen=True, slots=True)
class Style:
    """How a run of text looks.

    Args:
        bold: Heavier.
        italic: Slanted.
        struck: Crossed out.
        code: In the monospaced font, on a ground of its own when inside a paragraph.
        link: The address it leads to; empty for none.
        quiet: In the muted colour.
        wide: A space beside code, which needs room for the code's ground.
        role: What the code highlighter found: comment, keyword, string, number, name; empty for plain.
        tex: The formula that the run is; its text is the source, shown until there is a picture, or if there is none.
        display: Whether the formula is set large, as on a line of its own.
        picture: Which picture of our own store the run is; its text is the description.
    """

    bold: bool = False
    italic: bool = False
    struck: bool = False
    code: bool = False
    link: str = ""
    quiet: bool = False
    wide: bool = False
    role: str = ""
    tex: str = ""
    display: bool = False
    picture: Sha256 = ""


@dataclass(frozen=True, slots=True)
class Run:
    """Text in one style; a line break inside a block is U+2028."""

    text: str
    style: Style = Style()


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a table."""

    runs: tuple[Run, ...]
    align: Align = Align.START


@dataclass(frozen=True, slots=True)
class Block:
    """One paragraph, heading, code block, rule, table or display formula.

    Args:
        kind: Which.
        runs: Its words; code lines are separated by line feeds.
        level: Of a heading, 1 to 6.
        path: The lists ("l") and quotes ("q") around it, outermost first.
        marker: What stands before the first block of a list item: "*" or a number; empty for none.
        tight: Whether it belongs to a list and is set close to the block behind it.
        language: The word behind the fence.
        rows: Of a table; the first is its head unless `headless`.
        task: For the first block of an item that is a task: whether it is done.
        rtl: Whether it reads from right to left: what its first letter outside code says.
        columns: How many letters wide a table's columns want to be; the same in all parts of a table.
        headless: Whether the table goes on from the segment before, whose first part has the head.
        joined: Whether it goes on with the code, table or paragraph that the segment before ends with.
        midline: Whether it goes on in the middle of a line.
        first_line: For code that goes on: how many of its lines stand before.
        open: Whether it is code whose fence is not closed, so that more may come.
    """

    kind: Kind
    runs: tuple[Run, ...] = ()
    level: int = 0
    path: str = ""
    marker: str = ""
    tight: bool = False
    language: str = ""
    rows: tuple[tuple[Cell, ...], ...] = ()
    task: bool | None = None
    rtl: bool = False
    columns: tuple[float, ...] = ()
    headless: bool = False
    joined: bool = False
    midline: bool = False
    first_line: int = 0
    open: bool = False

    @property
    def text(self) -> str:
        """The words alone."""
        return "".join(run.text for run in self.runs)
