"""Colours for code blocks."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from kireji.ui.chat.blocks import Run, Style
from kireji.ui.chat.markdown import plain_code

if TYPE_CHECKING:
    from pygments.lexer import Lexer

_LONGEST = 12_000
"""Characters; twice as much would hold up the window for a frame and more."""


class Highlighter:
    """Finds comments, keywords, strings, numbers and names; remembers the last blocks of one view."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], tuple[Run, ...]] = {}

    def __call__(self, code: str, language: str) -> tuple[Run, ...]:
        """Code as coloured runs; plain when the language is unknown or the code is very long."""
        if not language or not code or len(code) > _LONGEST:
            return plain_code(code, language)
        key = (code, language)
        if key not in self._known:
            self._known[key] = _highlighted(code, language)
        return self._known[key]


def _highlighted(code: str, language: str) -> tuple[Run, ...]:
    lexer = _lexer(language.lower())
    if lexer is None:
        return plain_code(code, language)
    runs: list[Run] = []
    for kind, text in lexer.get_tokens(code):
        style = Style(code=True, role=_role_name(str(kind)))
        if runs and runs[-1].style == style:
            runs[-1] = Run(runs[-1].text + text, style)
        elif text:
            runs.append(Run(text, style))
    # The lexers normalise line ends; what is shown must be what was written.
    return tuple(runs) if "".join(run.text for run in runs) == code else plain_code(code, language)


@functools.cache
def _lexer(language: str) -> Lexer | None:
    from pygments.lexers import get_lexer_by_name
    from pygments.util import ClassNotFound

    try:
        return get_lexer_by_name(language, stripnl=False, ensurenl=False)
    except ClassNotFound:
        return None


def _role_name(kind: str) -> str:
    for prefix, name in (
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
        if kind.startswith(prefix):
            return name
    return ""
