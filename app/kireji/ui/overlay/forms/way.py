"""Ways of being answered other than in words, as they are offered beside a selection."""

from __future__ import annotations

from typing import NamedTuple

from kireji.core.prompts import LANGUAGE, Prompt, Variable
from kireji.core.structured.forms import AnswerForm
from kireji.ui.translation import mark, tr

SHARING = "sharing"
"""The policy by which a capture is checked before it is shown to others."""


class Way(NamedTuple):
    """What is wanted of the pictures.

    Args:
        prompt: Says the form and what belongs to it.
        title: Stands in the head of the card.
        typed: What the person has typed besides.
    """

    prompt: Prompt
    title: str
    typed: str = ""

    @property
    def form(self) -> AnswerForm:
        """What the answer is."""
        return self.prompt.form


class Offered(NamedTuple):
    """An entry of the menu.

    Args:
        form: What the answer is.
        title: What the entry says; not translated.
    """

    form: AnswerForm
    title: str


MENU = (
    Offered(AnswerForm.TABLE, mark("As a table")),
    Offered(AnswerForm.FIELDS, mark("As fields")),
    Offered(AnswerForm.TRANSLATION, mark("Translate in place")),
    Offered(AnswerForm.VERDICT, mark("Check before sharing")),
    Offered(AnswerForm.COMPARISON, mark("Compare")),
)


def of_prompt(prompt: Prompt, typed: str) -> Way:
    """What a quick prompt wants that is not answered in words.

    Args:
        prompt: As it is kept.
        typed: What the person has typed besides.
    """
    return Way(prompt, f"{prompt.title}: {typed}" if typed else prompt.title, typed)


def of_menu(form: AnswerForm, typed: str) -> Way:
    """What an entry of the menu wants.

    Args:
        form: Of the entry.
        typed: What the person has typed besides.

    Raises:
        KeyError: There is no entry for this form.
    """
    title = tr({offered.form: offered.title for offered in MENU}[form])
    variables = {LANGUAGE: Variable()} if form is AnswerForm.TRANSLATION else {}
    policy = SHARING if form is AnswerForm.VERDICT else ""
    return of_prompt(Prompt(form.value, title, "", variables, form=form, policy=policy), typed)
