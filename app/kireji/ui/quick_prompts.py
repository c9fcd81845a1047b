"""Quick prompts as they are offered where a question is written: with their places filled in as far as can be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from PySide6.QtCore import QLocale

from kireji.core.errors import KirejiError
from kireji.core.prompts import LANGUAGE, PLACE, Prompt
from kireji.core.structured.forms import AnswerForm
from kireji.services.turns import Question


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

    @property
    def plain(self) -> bool:
        """Whether its words alone are all of it, so that they can stand in a field like any others."""
        prompt = self.prompt
        if prompt is None:
            return True
        wishes = prompt.provider or prompt.model or prompt.tools is not None
        return prompt.form is AnswerForm.TEXT and set(prompt.variables) <= {LANGUAGE} and not wishes

    @property
    def asks(self) -> bool:
        """Whether the person must say something before it can be asked."""
        return self.prompt is not None and bool(self.prompt.asked)

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
        forms: Whether those are among them whose answer is no words.
    """
    made = [_offered(prompt, language) for prompt in prompts if prompt.form is AnswerForm.TEXT or forms]
    return tuple(sorted(made, key=lambda prompt: not prompt.ready))


def _offered(prompt: Prompt, language: str) -> QuickPrompt:
    values = {LANGUAGE: language} if language and LANGUAGE in prompt.variables else {}
    quick = QuickPrompt(prompt.name, prompt.title, prompt.text, not prompt.asked, prompt)
    try:
        return quick._replace(text=prompt.filled(values))
    except KirejiError:  # what is missing is asked for or looked up when it is chosen
        return quick


def wished(question: Question, prompt: Prompt | None) -> Question:
    """A question that is answered by whom a prompt names, and with its tools, where it names any."""
    if prompt is None:
        return question
    if prompt.provider or prompt.model:
        question = replace(question, provider=prompt.provider, model=prompt.model)
    return question if prompt.tools is None else replace(question, tools=prompt.tools)


def place_in(text: str) -> tuple[int, int] | None:
    """Where the first place to fill in begins and ends in a text; None when there is none."""
    found = PLACE.search(text)
    return found.span() if found else None


def interface_language() -> str:
    """The English name of the language this person reads; empty when the system does not say."""
    language = QLocale().language()
    return "" if language is QLocale.Language.C else QLocale.languageToString(language)
