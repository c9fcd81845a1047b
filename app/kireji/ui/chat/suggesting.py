"""What can be asked without typing it, brought to the composer: quick prompts and earlier questions."""

from __future__ import annotations

import logging

from PySide6.QtCore import QObject

from kireji.core.errors import StoreError
from kireji.services.application import Services
from kireji.services.turns import GO_ON
from kireji.ui.aio import TaskScope
from kireji.ui.chat.composer import Composer
from kireji.ui.quick_prompts import interface_language, offered

log = logging.getLogger(__name__)


class Suggesting(QObject):
    """Reads them when they are wanted.

    Args:
        services: Prompts and history.
        composer: Where they are offered.
        scope: Owns the reading.
    """

    def __init__(self, services: Services, composer: Composer, scope: TaskScope) -> None:
        super().__init__(composer)
        self._services = services
        self._composer = composer
        self._scope = scope
        composer.prompts_wanted.connect(self._look_for_prompts)

    def start(self) -> None:
        """Find what was asked before."""
        self._scope.restart(self._recall(), name="recall")

    def note(self, question: str) -> None:
        """The person has just asked this; it can be recalled from now on."""
        recall = self._composer.field.recall
        recall.fill((question, *recall.earlier))

    def _look_for_prompts(self) -> None:
        self._scope.restart(self._offer(), name="prompts")

    async def _offer(self) -> None:
        self._composer.prompts.set_prompts(
            offered(await self._services.prompts.prompts(), interface_language(), forms=True)
        )

    async def _recall(self) -> None:
        try:
            asked = await self._services.conversations.questions()
        except StoreError as error:
            log.info("earlier questions cannot be recalled: %s", error)
            return
        recall = self._composer.field.recall
        recall.fill((*recall.earlier, *(text for text in asked if text != GO_ON)))
