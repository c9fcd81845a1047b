"""The words of the interface in the person's language, through Qt's translation.

English stands in the source and is what shows where a translation is missing. Every text that a person reads passes one
of these functions, so that `packaging/translate` finds it: the first arguments are literals, values are named.
"""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

_CONTEXT = "Kireji"


def tr(source: str, /, **values: object) -> str:
    """A text in the person's language.

    Args:
        source: English, as a literal; `{name}` stands for a value.
        values: What stands in the braces.
    """
    text = QCoreApplication.translate(_CONTEXT, source)
    return text.format(**values) if values else text


def plural(n: int, one: str, many: str, /, **values: object) -> str:
    """A text about a number of things; languages with other plural forms get theirs.

    Args:
        n: How many.
        one: English for one thing, as a literal.
        many: English for all other numbers, as a literal with `{n}`; it is what translations are filed under.
        values: What else stands in braces; `n` may be given again, already formatted.
    """
    text = QCoreApplication.translate(_CONTEXT, many, None, n)
    if text == many and n == 1:
        text = one
    return text.format(**({"n": n} | values))


def mark(source: str, /) -> str:
    """Mark a text in a table that is made before a language is chosen; `tr` translates it where it is shown."""
    return source
