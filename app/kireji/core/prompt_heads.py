"""The head of a prompt's file: TOML, what is wrong with it, and on which line."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from kireji.core.toml_text import deep_key

_AT_LINE = re.compile(r" \(at (?:line (\d+), column \d+|end of document)\)$")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_CONTROL_OR_LINE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_SECTION = re.compile(r"\s*\[\s*([^\[\]#]+?)\s*\]\s*(?:#.*)?")
_KEY = re.compile(r"\s*([A-Za-z0-9_.\"'-]+)\s*=\s*(.*)")
_LONG_QUOTES = ('"""', "'''")


class PromptProblem(ValueError):
    """Why a file is no prompt.

    Args:
        reason: Half a sentence, without the file's name.
        line: Where in the file, counted from 1; 0 when it is not one line's fault.
        key: Of the head, with points between its parts, where it is that key's fault.
    """

    def __init__(self, reason: str, line: int = 0, key: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.line = line
        self.key = key


def table_of(head: str) -> Mapping[str, Any]:
    """A head's keys and values.

    Raises:
        PromptProblem: It is no TOML.
    """
    if not head.strip():
        return {}
    import tomllib

    if deep_key(head):
        raise PromptProblem("its head is nested too deeply")
    try:
        return tomllib.loads(head + "\n")
    except tomllib.TOMLDecodeError as error:
        words = str(error)
        found = _AT_LINE.search(words)
        within = int((found and found.group(1)) or head.count("\n") + 1)
        line = within + 1  # the head begins on the file's second line
        reason = words[: found.start()] if found else words
        raise PromptProblem(f"its head is not TOML ({reason[:1].lower()}{reason[1:]})", line) from error
    except RecursionError as error:
        raise PromptProblem("its head is nested too deeply") from error


def key_lines(head: str) -> Mapping[str, int]:
    """On which line of the file each key of a head stands, as far as that is plain to see.

    Args:
        head: TOML that can be read.
    """
    found: dict[str, int] = {}
    section, ends = "", ""
    for number, line in enumerate(head.split("\n"), start=2):
        if ends:  # within a text of several lines
            ends = "" if ends in line else ends
        elif match := _SECTION.fullmatch(line):
            section = _plain(match.group(1)) + "."
            found.setdefault(section[:-1], number)
            found.setdefault(section.partition(".")[0], number)
        elif match := _KEY.fullmatch(line):
            found.setdefault(section + _plain(match.group(1)), number)
            value = match.group(2)
            ends = next((quotes for quotes in _LONG_QUOTES if value.startswith(quotes) and quotes not in value[3:]), "")
    for path, number in tuple(found.items()):  # an inline table has no line for what is in it
        if "." in path:
            found.setdefault(path.rpartition(".")[0], number)
    return found


def _plain(path: str) -> str:
    return re.sub(r"[\"'\s]", "", path)


def known_only(table: object, known: Sequence[str], path: str = "") -> list[str]:
    """What is to be said of keys that mean nothing: half sentences, with what was probably meant."""
    import difflib

    found = []
    for key in table if isinstance(table, Mapping) else ():
        if key not in known:
            close = difflib.get_close_matches(key, known, n=1)
            found.append(f"{path}{key} means nothing there" + (f"; did you mean {close[0]}?" if close else ""))
    return found


def no_controls(text: str, what: str, key: str = "", *, lines: bool = True) -> None:
    """Refuse signs that nobody sees.

    Args:
        text: To look at.
        what: What to call it.
        key: Whose it is; empty for the whole file.
        lines: Whether it may have line breaks.

    Raises:
        PromptProblem: There is one.
    """
    if found := (_CONTROL if lines else _CONTROL_OR_LINE).search(text):
        raise PromptProblem(
            f"{what} holds control characters", 0 if key else text[: found.start()].count("\n") + 1, key
        )


def text_of(table: Mapping[str, Any], key: str, longest: int) -> str:
    """A text on one line; empty where there is none.

    Raises:
        PromptProblem: It is something else.
    """
    value = table.get(key, "")
    if not isinstance(value, str):
        raise PromptProblem(f"{key} must be a text in quotes", key=key)
    if len(value) > longest:
        raise PromptProblem(f"{key} is longer than {longest} letters", key=key)
    no_controls(value, key, key, lines=False)
    return value.strip()


def choice_of(value: object, known: Sequence[str], what: str, key: str = "") -> str:
    """One of several words.

    Raises:
        PromptProblem: It is none of them.
    """
    import difflib

    if isinstance(value, str) and value in known:
        return value
    close = difflib.get_close_matches(value, known, n=1) if isinstance(value, str) else ()
    hint = f"; did you mean {close[0]}?" if close else ""
    raise PromptProblem(f"{what} must be one of {', '.join(known)}{hint}", key=key or what)
