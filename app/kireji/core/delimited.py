"""Lines of CSV and TSV in which no spreadsheet computes what somebody else has written."""

from __future__ import annotations

import re
from collections.abc import Iterable

BEGINNING_OF_TABLE = b"\xef\xbb\xbf"
"""The mark by which spreadsheets see that a table is UTF-8; without it they take it for the system's old encoding."""
CONTROL = {code: "\ufffd" for code in (*range(0x20), *range(0x7F, 0xA0)) if chr(code) not in "\t\r\n"}
"""Characters that nobody sees, and that end a text or order a terminal about."""

_FORMULA = (*"=+-@\t\r\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""What formulas begin with, also in the wide signs of Chinese and Japanese keyboards."""
_NUMBER = re.compile(r"[+-]?[0-9]+(?:[.,][0-9]+)*(?:[eE][+-]?[0-9]+)?%?")
_BREAKS = re.compile("[\t\r\n\v\f\x1c-\x1e\x85\u2028\u2029]")
_QUOTED = re.compile(r'[",\r\n]|^\s|\s$')


def safe(text: str) -> str:
    """A text that no spreadsheet computes, without control characters other than tabs and ends of lines.

    What would be a formula has an apostrophe before it: a formula can send what stands in a table away.
    """
    if not text.isprintable():
        text = text.translate(CONTROL)
    begun = text.lstrip(" \u00a0\u3000\ufeff")  # some spreadsheets take blanks off first
    if begun.startswith(_FORMULA) and _NUMBER.fullmatch(begun) is None:
        return f"'{text}"
    return text


def csv_line(cells: Iterable[str]) -> bytes:
    """A line of CSV (RFC 4180) with its end; the cells are `safe` already."""
    line = ",".join(_quoted(cell) for cell in cells)
    return ((line or '""') + "\r\n").encode("utf-8", "replace")  # an empty line is no row for those who read it


def tsv_line(cells: Iterable[str]) -> str:
    """A line for the clipboard with its end: what a spreadsheet takes for cells, made safe here.

    Tabs and ends of lines become blanks. Quotation marks are left alone, since not every program that takes such lines
    takes them off again: only a cell that begins with one is quoted, which all of them read as it was.
    """
    return "\t".join(_on_one_line(cell) for cell in cells) + "\n"


def _quoted(cell: str) -> str:
    return '"' + cell.replace('"', '""') + '"' if _QUOTED.search(cell) else cell


def _on_one_line(cell: str) -> str:
    text = safe(" ".join(cell.split()) if _BREAKS.search(cell) else cell)
    return '"' + text.replace('"', '""') + '"' if text.startswith('"') else text
