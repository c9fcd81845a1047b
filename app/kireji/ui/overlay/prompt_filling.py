"""Prompts that need a word of the person, or a text from elsewhere, before they are asked beside a selection."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import NamedTuple, Protocol, TypeAlias

from PySide6.QtCore import QObject, Qt, SignalInstance

from kireji.core.errors import KirejiError
from kireji.core.prompts import Prompt
from kireji.core.structured.forms import AnswerForm
from kireji.services.application import Services
from kireji.ui.aio import TaskScope
from kireji.ui.overlay.bar import ToolBar
from kireji.ui.overlay.field import QuestionField
from kireji.ui.overlay.forms.way import Way, of_prompt
from kireji.ui.prompt_form import PromptForm
from kireji.ui.quick_prompts import QuickPrompt, interface_language
from kireji.ui.theme import Theme


class FilledPrompt(NamedTuple):
    """A prompt that can be asked.

    Args:
        words: What is asked.
        shown: What of it is shown.
        typed: What the person has typed besides.
        prompt: With its places filled; says who answers.
        way: What is wanted where that is more than words.
    """

    words: str
    shown: str
    typed: str
    prompt: Prompt | None
    way: Way | None


Ready: TypeAlias = Callable[[FilledPrompt], None]


class Panel(Protocol):
    """Bar or card."""

    resized: SignalInstance
    """It needs more or less room."""

    field: QuestionField
    """Where the question is typed."""

    def set_prompt_form(self, form: PromptForm) -> None:
        """Put the form of a prompt among its parts."""


class PromptFilling(QObject):
    """Completes prompts, with a small form in the panel where they were chosen.

    Args:
        services: Values.
        scope: Owns the tasks.
        theme: Of the forms.
        say: Tells what is missing.
    """

    def __init__(self, services: Services, scope: TaskScope, theme: Theme, say: Callable[[str], None]) -> None:
        super().__init__()
        self._services = services
        self._scope = scope
        self._theme = theme
        self._say = say
        self._forms: dict[Panel, PromptForm] = {}
        self._ready: dict[PromptForm, tuple[QuickPrompt, Panel, Ready]] = {}

    def fill(self, prompt: QuickPrompt, panel: Panel, ready: Ready) -> None:
        """Complete a prompt; what is complete already goes on at once.

        Args:
            prompt: Which was chosen.
            panel: Where.
            ready: Gets the prompt with all its places filled.
        """
        self.leave()
        if prompt.plain or prompt.prompt is None:
            ready(_filled(prompt, panel))
        elif prompt.prompt.asked:
            form = self._form(panel)
            self._ready[form] = (prompt, panel, ready)
            form.open(prompt.prompt, self._services.prompt_values.last(prompt.prompt))
            form.take_keyboard()
        else:
            self._scope.restart(self._gather(prompt, prompt.prompt, {}, panel, ready), name="fill")

    def confirm(self) -> bool:
        """Ask the prompt that waits for its words; False when none does."""
        form = next((form for form in self._forms.values() if form.prompt is not None), None)
        if form is not None:
            self._confirmed(form)
        return form is not None

    def leave(self) -> None:
        """No prompt waits for its words any more."""
        self._scope.cancel("fill")
        self._ready.clear()
        for form in self._forms.values():
            if form.prompt is not None:
                form.open(None, {})

    def _form(self, panel: Panel) -> PromptForm:
        if panel not in self._forms:
            form = self._forms[panel] = PromptForm(self._theme, ask=not isinstance(panel, ToolBar))
            panel.set_prompt_form(form)
            form.confirmed.connect(partial(self._confirmed, form))
            form.left.connect(partial(self._left, panel))
            form.resized.connect(panel.resized)
        return self._forms[panel]

    def _left(self, panel: Panel) -> None:
        self.leave()
        panel.field.setFocus(Qt.FocusReason.OtherFocusReason)

    def _confirmed(self, form: PromptForm) -> None:
        waiting = self._ready.get(form)
        if missing := form.missing():
            self._say(missing)
        elif waiting is not None and form.prompt is not None:
            quick, panel, ready = waiting
            self._scope.restart(self._gather(quick, form.prompt, form.values(), panel, ready), name="fill")

    async def _gather(
        self, quick: QuickPrompt, prompt: Prompt, given: Mapping[str, str], panel: Panel, ready: Ready
    ) -> None:
        try:
            values = await self._services.prompt_values.gather(prompt, given, interface_language())
            filled = prompt.with_values(values)
        except KirejiError as error:
            self._say(error.sentence)
            return
        self._services.prompt_values.remember(prompt, given)
        self._ready.clear()
        for form in self._forms.values():
            form.open(None, {})
        ready(_filled(quick._replace(text=filled.text, ready=True, prompt=filled), panel))


def _filled(quick: QuickPrompt, panel: Panel) -> FilledPrompt:
    typed, prompt = panel.field.text().strip(), quick.prompt
    way = of_prompt(prompt, typed) if prompt is not None and prompt.form is not AnswerForm.TEXT else None
    return FilledPrompt(quick.with_words(typed), quick.shown(typed), typed, prompt, way)
