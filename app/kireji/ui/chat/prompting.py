"""Quick prompts in the composer: what they need is asked for above the field, and they are asked from there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from PySide6.QtCore import QObject, Signal

from kireji.core.errors import KirejiError
from kireji.core.ports import EncodedPicture
from kireji.core.prompts import Prompt
from kireji.core.structured.forms import AnswerForm
from kireji.services.application import Services
from kireji.ui.aio import TaskScope
from kireji.ui.chat.composer import Composer
from kireji.ui.chat.draft import Attachment, Draft
from kireji.ui.chat.drafts import Drafts
from kireji.ui.quick_prompts import QuickPrompt, interface_language


class Prompting(QObject):
    """Fills prompts and has them asked.

    Args:
        services: Values and prompts.
        composer: Where they are chosen and asked.
        drafts: What goes along.
        say: Tells what is missing.
        failed: Told of faults of our own.
    """

    asked = Signal(object, object)
    """A prompt whose answer is words, filled in, and the `Draft` with all that is sent."""
    form_wanted = Signal(object, object)
    """A prompt whose answer is more than words, filled in, and the `Draft` with the pictures and what was typed."""

    def __init__(
        self,
        services: Services,
        composer: Composer,
        drafts: Drafts,
        say: Callable[[str], None],
        failed: Callable[[BaseException], None],
    ) -> None:
        super().__init__(composer)
        self._services = services
        self._composer = composer
        self._drafts = drafts
        self._say = say
        self._scope = TaskScope("prompting", failed)
        self._outside: Mapping[str, str] = {}
        composer.prompts.chosen_to_fill.connect(self._chosen)

    async def aclose(self) -> None:
        """End what runs."""
        await self._scope.aclose()

    @property
    def open(self) -> bool:
        """Whether a prompt waits above the field."""
        return self._composer.prompt_form.prompt is not None

    def take(self, prompt: Prompt, outside: Mapping[str, str], typed: str = "") -> None:
        """A prompt that was chosen elsewhere, perhaps about text that was copied or selected: asked at once where
        nothing is missing.

        Args:
            prompt: Which.
            outside: The text, by variable.
            typed: What the person has written besides.
        """
        self._outside = outside
        if prompt.asked:
            self._show(prompt)
        else:
            self._scope.restart(self._ask(prompt, {}, typed), name="ask")

    def take_picture(self, prompt: Prompt, picture: EncodedPicture, name: str) -> None:
        """A prompt that was chosen elsewhere for a picture: asked at once about that alone where nothing is missing,
        and else completed here, with the picture in the composer.

        Args:
            prompt: Which.
            picture: Encoded.
            name: What people call it.
        """
        self._outside = {}
        if prompt.asked or prompt.pictures > 1:
            self._drafts.add(picture, name)
            self._show(prompt)
        else:
            alone = Draft(attachments=(Attachment(0, name, picture),))
            self._scope.restart(self._ask(prompt, {}, "", alone), name="ask")

    def send(self, typed: str) -> None:
        """Ask the prompt above the field, with what stands in it."""
        form = self._composer.prompt_form
        if missing := form.missing():
            self._say(missing)
        elif form.prompt is not None:
            self._scope.restart(self._ask(form.prompt, form.values(), typed), name="ask")

    def _chosen(self, chosen: object) -> None:
        assert isinstance(chosen, QuickPrompt)
        assert chosen.prompt is not None
        self._outside = {}
        self._show(chosen.prompt)

    def _show(self, prompt: Prompt) -> None:
        self._composer.show_prompt(prompt, self._services.prompt_values.last(prompt))

    async def _ask(self, prompt: Prompt, given: Mapping[str, str], typed: str, alone: Draft | None = None) -> None:
        from kireji.services.prompt_running import lacking  # brings all services of such prompts along

        draft = alone or replace(self._drafts.draft, text=typed)
        pictures = sum(1 for each in draft.attachments if not each.off and not each.is_document)
        missing = lacking(prompt, pictures)
        try:
            if missing:
                raise KirejiError(missing)
            language = interface_language()
            values = await self._services.prompt_values.gather(prompt, {**self._outside, **given}, language)
            filled = prompt.with_values(values)
        except KirejiError as error:
            if alone is not None:
                self._drafts.restore(alone)
            self._say(error.sentence)
            return
        self._services.prompt_values.remember(prompt, given)
        self._outside = {}
        if alone is None:
            self._composer.show_prompt(None, {})
            self._composer.set_text("")
        if filled.form is AnswerForm.TEXT:
            words = "\n\n".join(filter(None, (filled.text, typed.strip())))
            self.asked.emit(filled, replace(draft, text=words))
        else:
            self.form_wanted.emit(filled, draft)
