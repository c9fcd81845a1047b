"""Quick prompts as they are offered where a question is written: with their places filled in as far as can be."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtCore import QLocale

from kireji.core.errors import KirejiError
from kireji.core.prompts import Prompt
from kireji.core.structured.forms import AnswerForm

_LANGUAGE = "language"
"""The variable that is filled with the person's language."""

_PLACE = re.compile(r"\{\{\s*([a-z][a-z0-9_]*)\s*\}\}")


class QuickPrompt(NamedTuple):
    """A prompt that can be offered.

    Args:
        name: How the command line and the tray address it.
        title: What the button says.
        text: What is asked; where it is not ready, with the places that the person must fill in.
        ready: Whether it can be asked as it is.
        prompt: As it is kept; None for one that is not.
    """

    name: str
    title: str
    text: str
    ready: bool = True
    prompt: Prompt | None = None

    def with_words(self, typed: str) -> str:
        """What is asked when the person has typed something besides."""
        return f"{self.text}\n\n{typed}" if typed.strip() else self.text

    def shown(self, typed: str) -> str:
        """The same in short, for the head of the answer."""
        return f"{self.title}: {typed}" if typed.strip() else self.title


def offered(prompts: Sequence[Prompt], language: str, *, forms: bool = False) -> tuple[QuickPrompt, ...]:
    """What to offer, in menu order: those that can be asked at once before those that need a word of the person.

    Args:
        prompts: In menu order.
        language: Name of the person's language, for prompts that ask for one; empty leaves it to their default.
        forms: Whether those are among them whose answer is no words; only such that can be asked at once.
    """
    made = [_offered(prompt, language) for prompt in prompts if prompt.form is AnswerForm.TEXT or forms]
    made = [each for each in made if each.ready or each.prompt is None or each.prompt.form is AnswerForm.TEXT]
    return tuple(sorted(made, key=lambda prompt: not prompt.ready))


def _offered(prompt: Prompt, language: str) -> QuickPrompt:
    values = {_LANGUAGE: language} if language and _LANGUAGE in prompt.variables else {}
    try:
        return QuickPrompt(prompt.name, prompt.title, prompt.filled(values), prompt=prompt)
    except KirejiError:  # a variable without a default
        return QuickPrompt(prompt.name, prompt.title, prompt.text, ready=False, prompt=prompt)


def place_in(text: str) -> tuple[int, int] | None:
    """Where the first place to fill in begins and ends in a text; None when there is none."""
    found = _PLACE.search(text)
    return found.span() if found else None


def interface_language() -> str:
    """The English name of the language this person reads; empty when the system does not say."""
    language = QLocale().language()
    return "" if language is QLocale.Language.C else QLocale.languageToString(language)
