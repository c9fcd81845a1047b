"""An answer as plain values between the Markdown parser and the text document."""

from __future__ import annotations

import enum
from dataclasses import dataclass


class Kind(enum.Enum):
    """What a block is."""

    PARAGRAPH = "paragraph"
    HEADING = "heading"
    CODE = "code"
    RULE = "rule"
    TABLE = "table"


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
    """

    bold: bool = False
    italic: bool = False
    struck: bool = False
    code: bool = False
    link: str = ""
    quiet: bool = False
    wide: bool = False
    role: str = ""


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
    """One paragraph, heading, code block, rule or table.

    Args:
        kind: Which.
        runs: Its words; code lines are separated by line feeds.
        level: Of a heading, 1 to 6.
        path: The lists ("l") and quotes ("q") around it, outermost first.
        marker: What stands before the first block of a list item: "*" or a number; empty for none.
        tight: Whether the list it belongs to is set without space between its items.
        language: The word behind the fence.
        rows: Of a table; the first is its head.
    """

    kind: Kind
    runs: tuple[Run, ...] = ()
    level: int = 0
    path: str = ""
    marker: str = ""
    tight: bool = False
    language: str = ""
    rows: tuple[tuple[Cell, ...], ...] = ()

    @property
    def text(self) -> str:
        """The words alone."""
        return "".join(run.text for run in self.runs)
