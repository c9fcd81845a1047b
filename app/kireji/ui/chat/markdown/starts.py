"""How the lines of Markdown begin: what opens a fence, a list item, a heading, a table or a formula."""

from __future__ import annotations

import re

FENCE = re.compile(r"(`{3,})([^`]*)$|(~{3,})(.*)$")
RULE = re.compile(r"(?:(?:\*[ ]*){3,}|(?:-[ ]*){3,}|(?:_[ ]*){3,})$")
ITEM = re.compile(r"([-+*]|(\d{1,9})[.)])(?:( +)|$)")
MARKERS = frozenset("-+*0123456789")
"""First characters of list items."""
HEADING = re.compile(r"#{1,6}(?:[ ]|$)")
UNDERLINE = re.compile(r"(?:=+|-+) *$")
DEFINITION = re.compile(
    r"\[(?! *\])(?:[^\[\]\\]|\\.)+\]: *(?:<[^<>\\]*>|(?!<)(?:[^\s()\\]|\([^\s()\\]*\))+)"
    r"(?: +(?:\"[^\"\\]*\"|'[^'\\]*'|\([^()\\]*\)))? *$"
)
"""A link definition that is whole; some rare ones are not recognised."""
_DELIMITERS = re.compile(r"(?:[|:]|-(?! ))[-:| ]+$")
_COLUMN = re.compile(r":?-+:?$")
_PIPE = re.compile(r"(?<!\\)\|")
_ENVIRONMENT = re.compile(r"\\begin\{((?:equation|align|alignat|gather|multline|eqnarray|flalign|split)\*?)\}")
LONGEST_FORMULA = 60
"""Lines; more are words."""
LARGEST_FORMULA = 2000
"""Characters of its later lines, without space."""
_BEHIND = " .,;"
"""What may stand behind a formula that has lines of its own."""

SPECIAL = frozenset("`~>*-_+#=$\\|:0123456789[")
"""First characters of lines that may be more than words; a table's head is found by its second line."""


def is_table(head: str, delimiters: str) -> bool:
    """Whether two lines, without the space around them, begin a table."""
    if "|" not in head or len(delimiters) < 2 or not _DELIMITERS.match(delimiters):
        return False
    columns = [column.strip() for column in delimiters.split("|")]
    inner = columns[1 if not columns[0] else 0 : -1 if not columns[-1] else None]
    if not inner or not all(_COLUMN.match(column) for column in inner):
        return False
    cells = _PIPE.split(head)
    count = len(cells) - (not cells[0]) - (len(cells) > 1 and not cells[-1])
    return count == len(inner)


def formula_end(text: str) -> str:
    """What ends the display formula that a line opens and does not end; empty if it opens none.

    Args:
        text: The line without the space before it.
    """
    if text.startswith("$$"):
        return "" if "$$" in text[2:] else "$$"
    if text.startswith("\\["):
        return "" if "\\]" in text[2:] else "\\]"
    if text.startswith("\\begin{") and (match := _ENVIRONMENT.match(text)):
        end = f"\\end{{{match[1]}}}"
        return "" if end in text else end
    return ""


def is_formula_line(text: str) -> bool:
    """Whether a line, without the space before it, is one whole display formula."""
    text = text.rstrip(_BEHIND)
    for begin, end in (("$$", "$$"), ("\\[", "\\]")):
        if text.startswith(begin):
            return len(text) > 4 and text.find(end, 2) == len(text) - 2
    match = _ENVIRONMENT.match(text) if text.startswith("\\begin{") else None
    return match is not None and text.find(f"\\end{{{match[1]}}}") == len(text) - len(match[1]) - 6


def ends_formula(text: str, end: str) -> bool | None:
    """Whether a line ends a formula; None if what ends it stands in the middle, so that it was none."""
    at = text.find(end)
    if at < 0:
        return False
    return True if not text[at + len(end) :].strip(_BEHIND) else None


def letters(text: str) -> int:
    """How many characters are no space."""
    return len(text) - text.count(" ") - text.count("\t")
