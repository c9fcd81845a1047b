"""Sentences that a person may read, in the language the program speaks; English where nobody has set another.

What the core, the services and the adapters have to say (failures, reasons, titles of actions) is said through `say`,
so that `packaging/translate` finds it. Which language that is, is decided once, at the start, before anything is said.
"""

from __future__ import annotations

from collections.abc import Callable


def _as_it_is(source: str) -> str:
    return source


_translate: Callable[[str], str] = _as_it_is


def speak(translate: Callable[[str], str] | None) -> None:
    """Choose the language for everything that is said from now on.

    Args:
        translate: Gives the translation of an English text, or the text itself; may be called on any thread. None
            speaks English.
    """
    global _translate
    _translate = translate or _as_it_is


def say(source: str, /, **values: object) -> str:
    """A sentence in the person's language.

    Args:
        source: English, as a literal, or a text of a table that `mark` has marked; `{name}` stands for a value.
        values: What stands in the braces.
    """
    text = _translate(source)
    return text.format(**values) if values else text


def mark(source: str, /) -> str:
    """Mark a text in a table that is made before a language is chosen; `say` translates it where it is used."""
    return source
