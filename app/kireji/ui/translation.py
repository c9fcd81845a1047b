"""The words of the interface in the person's language, through Qt's translation.

English stands in the source and is what shows where a translation is missing. Every text that a person reads passes one
of these functions, so that `packaging/translate` finds it: the first arguments are literals, values are named. Which
language that is, is decided once, before the first text is made (`ui.language`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from kireji.core.words import mark as mark

if TYPE_CHECKING:
    from PySide6.QtCore import QLocale

_CONTEXT = "Kireji"
_locale: QLocale | None = None


def tr(source: str, /, **values: object) -> str:
    """A text in the person's language.

    Args:
        source: English, as a literal, or a text of a table that `mark` has marked; `{name}` stands for a value.
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
    if n == 1 and text == many and _locale is None:
        text = one
    return text.format(**({"n": n} | values))


def locale() -> QLocale | None:
    """How dates and numbers are written; None for English, which the callers write by themselves."""
    return _locale


def set_locale(locale: QLocale | None) -> None:
    """Choose how dates and numbers are written; `ui.language` does, with the language."""
    global _locale
    _locale = locale
