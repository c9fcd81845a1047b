"""What can be asked without typing it: quick prompts and earlier questions."""

from __future__ import annotations

import logging

from kireji.core.errors import StoreError
from kireji.services.application import Services
from kireji.services.turns import GO_ON
from kireji.ui.overlay.bar import DEFAULT_QUESTION, ToolBar
from kireji.ui.overlay.card import AnswerCard
from kireji.ui.overlay.field import QuestionField
from kireji.ui.quick_prompts import QuickPrompt, interface_language, offered
from kireji.ui.translation import tr

log = logging.getLogger(__name__)


class Suggestions:
    """Brings them into bar and card.

    Args:
        services: The use cases.
        bar: Where the first question is typed.
        card: Where the next ones are.
    """

    def __init__(self, services: Services, bar: ToolBar, card: AnswerCard) -> None:
        self._services = services
        self._bar = bar
        self._card = card
        self._prompts: tuple[QuickPrompt, ...] = ()
        self._asked: list[str] = []
        self.loaded = False

    async def load(self) -> None:
        """Look at the files of prompts and at the history anew."""
        self._prompts = offered(await self._services.prompts.prompts(), interface_language(), forms=True)
        self.loaded = True
        self._bar.set_prompts(self._prompts)
        self._bar.language = self._services.preferences.settings.capture.translate_to
        self._card.set_prompts(self._prompts)
        try:
            asked = await self._services.conversations.questions()
        except StoreError as error:
            log.info("earlier questions cannot be recalled: %s", error)
            return
        not_typed = {tr(DEFAULT_QUESTION), GO_ON, *(prompt.text for prompt in self._prompts)}
        # What was asked a moment ago may not have been in the history yet.
        self._fill(*reversed(self._asked), *(text for text in asked if text not in not_typed))
        self._asked.clear()

    def find(self, name: str) -> QuickPrompt | None:
        """The prompt of that name; None when there is none."""
        return next((prompt for prompt in self._prompts if prompt.name == name), None)

    def take_command(self, field: QuestionField) -> QuickPrompt | None:
        """The prompt that a slash in a field names, in full or by its beginning, the first of several; None for none.

        Args:
            field: Keeps what is typed besides.
        """
        command, _, besides = field.text().strip().partition(" ")
        wanted = command[1:].casefold()
        if not command.startswith("/") or not wanted:
            return None
        found = [each for each in self._prompts if wanted in _names(each)]
        found = found or [each for each in self._prompts if any(name.startswith(wanted) for name in _names(each))]
        if not found:
            return None  # a path, such as /etc/hosts
        field.write(besides.strip())
        return found[0]

    def note(self, text: str) -> None:
        """The person has just asked this."""
        self._asked.append(text)
        self._fill(text, *self._bar.field.recall.earlier)

    def _fill(self, *questions: str) -> None:
        for field in (self._bar.field, self._card.field):
            field.recall.fill(questions)


def _names(prompt: QuickPrompt) -> tuple[str, str]:
    return prompt.name.casefold(), "-".join(prompt.title.casefold().split())
