"""Reads TOML that others may have written, and says on which line it is none."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from kireji.core.words import say

_AT_LINE = re.compile(r" \(at (?:line (\d+), column \d+|end of document)\)$")
# Python's reader keeps every beginning of a dotted key: 50 KB of `a.a.a` take more memory than a computer has.
_DEEP_KEY = re.compile(
    r"(?:^|[\[{,])[ \t]*(?:(?:[A-Za-z0-9_-]+|\"[^\"\n]*\"|'[^'\n]*')[ \t]*\.[ \t]*){24}", re.MULTILINE
)


class TomlProblem(ValueError):
    """Why a text is no TOML.

    Args:
        reason: Half a sentence.
        line: Where, counted from 1.
    """

    def __init__(self, reason: str, line: int) -> None:
        super().__init__(reason)
        self.reason = reason
        self.line = line


def deep_key(text: str) -> int:
    """The line of a key with so many dots that reading it could take all memory; 0 when there is none."""
    found = _DEEP_KEY.search(text)
    return text.count("\n", 0, found.end()) + 1 if found else 0


def toml_table(text: str) -> Mapping[str, Any]:
    """What a text holds; its line ends are newlines.

    Raises:
        TomlProblem: It cannot be read.
    """
    import tomllib

    if line := deep_key(text):
        raise TomlProblem(say("it is nested too deeply"), line)
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        words = str(error)
        found = _AT_LINE.search(words)
        line = int(found.group(1)) if found and found.group(1) else text.rstrip().count("\n") + 1
        reason = words[: found.start()] if found else words
        raise TomlProblem(reason[:1].lower() + reason[1:], min(line, text.count("\n") + 1)) from error
    except RecursionError as error:
        raise TomlProblem(say("it is nested too deeply"), 1) from error
    except ValueError as error:  # a date that is none, or a number with more digits than Python reads
        raise TomlProblem(str(error).partition(":")[0].lower(), 1) from error
