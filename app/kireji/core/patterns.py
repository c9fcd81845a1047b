r"""Patterns of the person, compiled so that no text can make them slow and a stream can be searched with them.

The usual notation without what needs memory of the text: no back-references, nothing that looks ahead or back but the
edges ^ $ \b \B. A pattern becomes a short program whose steps are followed side by side (Thompson, Pike), which finds
what Python's `re` finds, in time in proportion to the text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import NamedTuple, TypeAlias

from kireji.core.words import say

LONGEST = 500
"""Characters of a pattern."""
MOST_STEPS = 600
"""Steps of its program; repetition with a count takes as many times the steps of what is repeated."""
_DEEPEST = 30


class PatternError(ValueError):
    """A pattern that is not taken; the message is for the person."""


Takes: TypeAlias = Callable[[str], bool]


class Take(NamedTuple):
    """Goes on with a character that fits."""

    fits: Takes


class Split(NamedTuple):
    """Goes on at two places, by offset; the first is preferred."""

    first: int
    second: int


class Edge(NamedTuple):
    """Goes on where the text has such an edge: ^ $ b B, M and E where lines have them too."""

    kind: str


class Hit(NamedTuple):
    """A whole match, of which rule."""

    rule: int


Step: TypeAlias = Take | Split | Edge | Hit


def literal(text: str, *, case: bool = False) -> tuple[Step, ...]:
    """The program that finds a text.

    Args:
        text: What is looked for.
        case: Whether capitals count.

    Raises:
        PatternError: It is empty or too long.
    """
    if not text or len(text) > LONGEST:
        raise PatternError(say("must have between 1 and {most} characters", most=LONGEST))
    return tuple(Take(_one(sign, case=case)) for sign in text)


def compiled(pattern: str, *, case: bool = False) -> tuple[Step, ...]:
    """The program of a pattern.

    Args:
        pattern: In the usual notation; may begin with (?i), (?s), (?m).
        case: Whether capitals count.

    Raises:
        PatternError: It is no pattern, asks for what is not offered, or would be too large.
    """
    if not pattern or len(pattern) > LONGEST:
        raise PatternError(say("must have between 1 and {most} characters", most=LONGEST))
    return tuple(_Parser(pattern, case=case).program())


def joined(programs: Sequence[Sequence[Step]]) -> tuple[Step, ...]:
    """One program that looks for all of these at once; the first wins where several begin at the same place."""
    steps: list[Step] = []
    for rule, program in enumerate(programs):
        body = [*program, Hit(rule)]
        if rule + 1 < len(programs):
            steps.append(Split(1, len(body) + 1))
        steps += body
    return tuple(steps)


def at_edge(kind: str, before: str | None, after: str | None) -> bool:
    """Whether there is an edge between two characters; None is the end of the text."""
    match kind:
        case "^":
            return before is None
        case "M":
            return before is None or before == "\n"
        case "$":
            return after is None
        case "E":
            return after is None or after == "\n"
    return (_is_word(before) != _is_word(after)) == (kind == "b")


def _is_word(sign: str | None) -> bool:
    return sign is not None and (sign.isalnum() or sign == "_")


def _one(sign: str, *, case: bool) -> Takes:
    return sign.__eq__ if case else _either(sign)


def _either(sign: str) -> Takes:
    forms = frozenset({sign, sign.lower(), sign.upper()})
    return lambda other: other in forms or other.lower() in forms


_CLASSES: dict[str, Takes] = {"d": str.isdecimal, "w": _is_word, "s": str.isspace}
_NAMED = {"n": "\n", "t": "\t", "r": "\r", "f": "\f", "v": "\v", "0": "\0", "a": "\a"}


class _Parser:
    """Reads a pattern from left to right and writes its program."""

    def __init__(self, pattern: str, *, case: bool) -> None:
        self._text, self._at, self._depth = pattern, 0, 0
        flags = re.match(r"\(\?([ims]+)\)", pattern)
        self._flags = flags[1] if flags else ""
        self._at = flags.end() if flags else 0
        self._case = case and "i" not in self._flags

    def program(self) -> list[Step]:
        steps = self._either()
        if self._at < len(self._text):
            raise PatternError(say("has a closing bracket without its opening one"))
        return steps

    def _peek(self, text: str) -> bool:
        return self._text.startswith(text, self._at)

    def _next(self) -> str:
        if self._at >= len(self._text):
            raise PatternError(say("ends in the middle of something"))
        self._at += 1
        return self._text[self._at - 1]

    def _either(self) -> list[Step]:
        branches = [self._row()]
        while self._peek("|"):
            self._at += 1
            branches.append(self._row())
        steps = branches.pop()
        while branches:
            branch = branches.pop()
            # The first branch ends with a jump over the rest: a split whose two ways are one.
            steps = [Split(1, len(branch) + 2), *branch, Split(len(steps) + 1, len(steps) + 1), *steps]
        return self._bounded(steps)

    def _row(self) -> list[Step]:
        steps: list[Step] = []
        while self._at < len(self._text) and self._text[self._at] not in "|)":
            steps += self._repeated(self._piece())
        return self._bounded(steps)

    def _piece(self) -> list[Step]:
        sign = self._next()
        match sign:
            case "(":
                return self._group()
            case "[":
                return [Take(self._class())]
            case ".":
                return [Take(_anything if "s" in self._flags else _not_line_end)]
            case "^" | "$":
                return [Edge({"^": "M", "$": "E"}[sign] if "m" in self._flags else sign)]
            case "\\":
                return [self._escape()]
            case "*" | "+" | "?":
                raise PatternError(say("repeats nothing with {sign}", sign=sign))
        return [Take(_one(sign, case=self._case))]

    def _group(self) -> list[Step]:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise PatternError(say("has brackets inside brackets too often"))
        if self._peek("?"):
            if not self._peek("?:"):
                raise PatternError(say("uses (?…), which is not offered here; only (?:…) is"))
            self._at += 2
        steps = self._either()
        if not self._peek(")"):
            raise PatternError(say("has an opening bracket without its closing one"))
        self._at += 1
        self._depth -= 1
        return steps

    def _escape(self) -> Step:
        sign = self._next()
        if sign in "bB":
            return Edge(sign)
        if sign in "AZ":
            return Edge("^" if sign == "A" else "$")
        return Take(self._escaped(sign))

    def _escaped(self, sign: str) -> Takes:
        if sign.lower() in _CLASSES:
            inner = _CLASSES[sign.lower()]
            return inner if sign.islower() else lambda other: not inner(other)
        return _one(self._plain(sign), case=self._case)

    def _plain(self, sign: str) -> str:
        """The character that an escape stands for."""
        if sign in _NAMED:
            return _NAMED[sign]
        if sign in "xu":
            digits = self._text[self._at : self._at + (2 if sign == "x" else 4)]
            if not re.fullmatch(r"[0-9a-fA-F]{2}|[0-9a-fA-F]{4}", digits):
                raise PatternError(say("ends in the middle of something"))
            self._at += len(digits)
            return chr(int(digits, 16))
        if sign.isalnum():
            raise PatternError(say("uses {sign}, which is not offered here", sign=f"\\{sign}"))
        return sign

    def _class(self) -> Takes:
        negated = self._peek("^")
        self._at += negated
        parts: list[Takes] = []
        first = True
        while first or not self._peek("]"):
            first = False
            parts.append(self._class_part())
        self._at += 1
        found = tuple(parts)
        return lambda sign: any(fits(sign) for fits in found) != negated

    def _class_part(self) -> Takes:
        sign = self._next()
        if sign == "\\":
            escape = self._next()
            if escape.lower() in _CLASSES:
                return self._escaped(escape)
            sign = "\b" if escape == "b" else self._plain(escape)
        if not self._peek("-") or self._text.startswith("-]", self._at):
            return _one(sign, case=self._case)
        self._at += 1
        last = self._next()
        if last == "\\":
            last = self._plain(self._next())
        if last < sign:
            raise PatternError(say("has a range that ends before it begins"))
        if self._case:
            return lambda other: sign <= other <= last
        return lambda other: any(sign <= form <= last for form in {other, other.lower(), other.upper()})

    def _repeated(self, steps: list[Step]) -> list[Step]:
        while (count := self._count()) is not None:
            least, most = count
            lazy = self._peek("?")
            self._at += lazy
            if self._peek("+"):
                raise PatternError(say("uses {sign}, which is not offered here", sign="++"))
            if all(isinstance(step, Edge) for step in steps):
                steps = steps if least else []  # an edge is there or it is not, however often it is asked for
            else:
                self._bounded([*steps] * min(max(least, most or 0, 1), MOST_STEPS))
                steps = self._bounded(_times(steps, least, most, lazy=lazy))
        return steps

    def _count(self) -> tuple[int, int | None] | None:
        if self._at >= len(self._text):
            return None
        sign = self._text[self._at]
        if sign in "*+?":
            self._at += 1
            return (int(sign == "+"), 1 if sign == "?" else None)
        braces = re.compile(r"\{(\d{1,4})(?:(,)(\d{1,4})?)?\}").match(self._text, self._at)
        if braces is None:
            return None
        self._at = braces.end()
        least = int(braces[1])
        most = int(braces[3]) if braces[3] else None if braces[2] else least
        if most is not None and most < least:
            raise PatternError(say("has a range that ends before it begins"))
        return least, most

    def _bounded(self, steps: list[Step]) -> list[Step]:
        if len(steps) > MOST_STEPS:
            raise PatternError(say("repeats too much; at most {most} characters can be counted", most=MOST_STEPS))
        return steps


def _times(steps: list[Step], least: int, most: int | None, *, lazy: bool) -> list[Step]:
    def split(into: int, past: int) -> Split:
        return Split(past, into) if lazy else Split(into, past)

    result = steps * least
    if most is None:
        size = len(steps)
        return [*result, split(1, size + 2), *steps, Split(-size - 1, -size - 1)]
    for left in range(most - least, 0, -1):
        result += [split(1, left * (len(steps) + 1)), *steps]
    return result


def _anything(_: str) -> bool:
    return True


def _not_line_end(sign: str) -> bool:
    return sign != "\n"
