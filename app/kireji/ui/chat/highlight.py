"""Colours for code, found little by little so that the window never waits for them."""

from __future__ import annotations

import bisect
import functools
import re
import threading
import time
from collections import OrderedDict
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from kireji.ui.chat.blocks import Run, Style

if TYPE_CHECKING:
    from pygments.lexer import Lexer

LONGEST = 50_000
"""Characters; longer code stays plain."""
_LONGEST_AT_ONCE = 10_000
"""The same for the few lexers that read everything before they say anything."""
_LONGEST_LINE = 2000
_TOO_SLOW = 0.05
"""Seconds for one token; code that makes a lexer so slow stays plain."""
_CHECKED_EVERY = 16
"""Tokens between two looks at the clock."""
_REMEMBERED = 64
_READ_AGAIN = 1000
"""Characters of growing code; reading them takes 2 ms."""
_PAUSE = re.compile(r"\n\n(?=\S)")
_lexers: dict[str, Lexer | None] = {}
_asked: set[str] = set()


def plain_code(code: str) -> tuple[Run, ...]:
    """Code without colours."""
    return (Run(code, _style("")),) if code else ()


def known(language: str) -> bool:
    """Whether it is known already if there is a lexer for a language, so that asking costs nothing."""
    name = language.lower()
    return name in _lexers or (_names.cache_info().currsize > 0 and name not in _names())


def load(language: str) -> None:
    """Find the lexer for a language; takes up to 50 ms, in any thread."""
    from pygments.lexers import get_lexer_by_name

    name = language.lower()
    lexer = None
    # For a name that it does not know Pygments would search all that is installed, and run what it finds there.
    if name in _names():
        lexer = get_lexer_by_name(name, stripnl=False, ensurenl=False)
        # Only its first use prepares a lexer's table of expressions.
        next(iter(lexer.get_tokens_unprocessed("\n")), None)
    _lexers[name] = lexer


@functools.cache
def _names() -> frozenset[str]:
    from pygments.lexers import get_all_lexers

    return frozenset(alias for _, aliases, _, _ in get_all_lexers(plugins=False) for alias in aliases)


def load_soon(language: str) -> None:
    """Find the lexer for a language in a thread."""
    name = language.lower()
    if name not in _lexers and name not in _asked:
        _asked.add(name)
        threading.Thread(target=load, args=(name,), name="lexer", daemon=True).start()


class CodeColours:
    """The colours of one piece of code.

    Args:
        code: The whole, as it is shown.
        language: The word behind its fence; `known` must be true for it.
    """

    def __init__(self, code: str, language: str) -> None:
        self._code = code
        self._runs: list[Run] = []
        self._starts: list[int] = []
        self._done = 0
        self._tokens: Iterator[tuple[int, Any, str]] | None = None
        lexer = _lexers.get(language.lower())
        if lexer is not None and len(code) <= _longest(lexer) and max(map(len, code.split("\n"))) <= _LONGEST_LINE:
            # Expressions for the last line may ask for a line feed.
            self._tokens = lexer.get_tokens_unprocessed(f"{code}\n")

    @property
    def plain(self) -> bool:
        """Whether this code has no colours."""
        return self._tokens is None

    def advance(self, until: int, deadline: float) -> bool:
        """Find colours up to a place.

        Args:
            until: In characters.
            deadline: On the monotonic clock, in seconds; finding stops soon after it.

        Returns:
            Whether that far is known.
        """
        if self._tokens is None or self._done >= until:
            return True
        before = time.monotonic()
        for number, (at, kind, text) in enumerate(self._tokens):
            if not self._take(at, kind, text):
                return True
            if self._done >= until:
                return True
            if number % _CHECKED_EVERY == _CHECKED_EVERY - 1:
                now = time.monotonic()
                if now - before > _TOO_SLOW * _CHECKED_EVERY:
                    self._give_up()
                    return True
                if now >= deadline:
                    return False
                before = now
        if self._done < len(self._code):
            self._give_up()
        return True

    def _take(self, at: int, kind: Any, text: str) -> bool:
        if at != self._done:
            # What is shown must be what was written.
            self._give_up()
            return False
        self._done += len(text)
        text = text[: len(self._code) - at]
        if text:
            style = _style(_role(kind))
            if self._runs and self._runs[-1].style is style:
                self._runs[-1] = Run(self._runs[-1].text + text, style)
            else:
                self._runs.append(Run(text, style))
                self._starts.append(at)
        return True

    def _give_up(self) -> None:
        self._tokens = None
        self._runs, self._starts = [], []

    def runs(self, start: int, end: int) -> tuple[Run, ...]:
        """The coloured runs of a part, which `advance` must have reached."""
        if self._tokens is None:
            return plain_code(self._code[start:end])
        found = []
        index = max(0, bisect.bisect_right(self._starts, start) - 1)
        while index < len(self._runs) and self._starts[index] < end:
            run, at = self._runs[index], self._starts[index]
            text = run.text[max(0, start - at) : end - at]
            if text:
                found.append(Run(text, run.style))
            index += 1
        return tuple(found)


class Highlighter:
    """Colours whole pieces of code; remembers the last ones."""

    def __init__(self) -> None:
        self._known: OrderedDict[tuple[str, str], CodeColours] = OrderedDict()

    def __call__(self, code: str, language: str) -> tuple[Run, ...]:
        """Code as coloured runs, found at once; plain when the language is unknown or the code is very long."""
        if not language or not code:
            return plain_code(code)
        if not known(language):
            load(language)
        runs = self.find(code, language, float("inf"))
        assert runs is not None
        return runs

    def find(self, code: str, language: str, deadline: float) -> tuple[Run, ...] | None:
        """Code as coloured runs; None if that is not known by a time on the monotonic clock."""
        key = (code, language)
        colours = self._known.get(key)
        if colours is None:
            # It is kept also while it is not complete, so that the next call goes on where this one ends.
            self._known[key] = colours = CodeColours(code, language)
            if len(self._known) > _REMEMBERED:
                self._known.popitem(last=False)
        else:
            self._known.move_to_end(key)
        return colours.runs(0, len(code)) if colours.advance(len(code), deadline) else None


@functools.cache
def shared() -> Highlighter:
    """The one that all answers share, so that what is remembered does not grow with their number."""
    return Highlighter()


class GrowingColours:
    """Colours for code that is still being written: only its last part is read again.

    They may be wrong where a comment or text of several lines is open; the whole code is read when it is there.
    """

    def __init__(self) -> None:
        self._before = ""
        self._language = ""
        self._runs: tuple[Run, ...] = ()
        """Of what stands before the last part."""

    def __call__(self, code: str, language: str) -> tuple[Run, ...]:
        """The code so far as coloured runs; `known` must be true for the language."""
        if language != self._language or not code.startswith(self._before):
            self._before, self._language, self._runs = "", language, ()
        part = code[len(self._before) :]
        colours = CodeColours(part, language)
        colours.advance(len(part), float("inf"))
        before, start = self._runs, 0
        if len(part) > _READ_AGAIN:
            start = _pause(part)
            before += colours.runs(0, start)
            self._before, self._runs = code[: len(self._before) + start], before
        return before + colours.runs(start, len(part))


def _pause(code: str) -> int:
    """Where a later part of code begins that probably stands alone: behind an empty line, or at least behind a line."""
    pauses = [match.end() for match in _PAUSE.finditer(code)]
    return pauses[-1] if pauses else code.rfind("\n", 0, len(code) - _READ_AGAIN // 4) + 1


def _longest(lexer: Lexer) -> int:
    from pygments.lexer import DelegatingLexer

    return _LONGEST_AT_ONCE if isinstance(lexer, DelegatingLexer) else LONGEST


@functools.cache
def _style(role: str) -> Style:
    return Style(code=True, role=role)


@functools.cache
def _role(kind: Any) -> str:
    name = str(kind)
    for prefix, role in (
        ("Token.Comment", "comment"),
        ("Token.Literal.String", "string"),
        ("Token.Literal.Number", "number"),
        ("Token.Keyword", "keyword"),
        ("Token.Operator.Word", "keyword"),
        ("Token.Name.Function", "name"),
        ("Token.Name.Class", "name"),
        ("Token.Name.Tag", "keyword"),
        ("Token.Name.Builtin", "name"),
        ("Token.Generic.Deleted", "deleted"),
        ("Token.Generic.Inserted", "string"),
        ("Token.Generic.Heading", "name"),
    ):
        if name.startswith(prefix):
            return role
    return ""
