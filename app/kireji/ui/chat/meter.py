"""What the next question would send and cost, kept true while the person writes."""

from __future__ import annotations

import logging
from dataclasses import replace

from PySide6.QtCore import QObject, QTimer

from kireji.core.errors import KirejiError
from kireji.services.answer_window import gap_ahead
from kireji.services.application import Services
from kireji.services.cache_breaks import break_told
from kireji.services.counting import Estimate
from kireji.services.turns import Question
from kireji.ui.aio import TaskScope
from kireji.ui.chat.context.presenter import ContextPresenter
from kireji.ui.chat.conversation import OpenConversation
from kireji.ui.chat.drafts import Drafts
from kireji.ui.chat.preview import Preview
from kireji.ui.chat.setup import SetupPresenter
from kireji.ui.chat.words import count, dollars
from kireji.ui.main_window import MainWindow
from kireji.ui.translation import tr

log = logging.getLogger(__name__)

_FIRST_MILLISECONDS = 1000
"""After the start, which does not wait for numbers."""
_OTHER = "Other instructions, whatever they are."
_AFTER_MILLISECONDS = 250
"""Without another key: nobody reads a number that changes with every letter."""


class Meter(QObject):
    """Fills the inspector's meter and the composer's price.

    Args:
        services: What counts.
        window: Where it shows.
        conversation: Which one is open.
        drafts: What has been prepared.
        setup: Who answers.
        preview: The question as it would be asked.
        context: What its sources add to it.
    """

    def __init__(
        self,
        services: Services,
        window: MainWindow,
        conversation: OpenConversation,
        drafts: Drafts,
        setup: SetupPresenter,
        preview: Preview,
        context: ContextPresenter,
    ) -> None:
        super().__init__(window)
        self._services = services
        self._window = window
        self._conversation = conversation
        self._drafts = drafts
        self._preview = preview
        self._context = context
        self._scope = TaskScope("meter", self._failed)
        self._waits = True
        self._counted: tuple[Question, tuple[int, ...]] | None = None
        """What was counted exactly last, and the estimate of its context."""
        window.inspector.exact.clicked.connect(self._count)
        window.inspector.instructions.opened.connect(self._price_instructions)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._begin)
        composer = window.chat.composer
        self._signals = (composer.edited, composer.drafted, conversation.changed, setup.named, context.planned)
        for signal in self._signals:
            signal.connect(self.refresh)
        self._unsubscribe = [
            services.spending.changed.subscribe(self._spent),
            services.preferences.changed.subscribe(self._spent),
        ]
        self._show_month()

    async def aclose(self) -> None:
        """Show nothing more."""
        for end in self._unsubscribe:
            end()
        for signal in self._signals:
            signal.disconnect(self.refresh)
        self._timer.stop()
        await self._scope.aclose()

    def refresh(self) -> None:
        """Estimate again, when the person pauses."""
        self._timer.start(_FIRST_MILLISECONDS if self._waits else _AFTER_MILLISECONDS)

    def _begin(self) -> None:
        self._waits = False
        self._scope.restart(self._estimate(), name="estimate")

    async def _estimate(self) -> None:
        if self._conversation.opening:
            return  # it is told when it is open
        question, context = self._preview.question(), self._context.documents
        try:
            estimate = await self._services.counting.estimate(question, context)
        except KirejiError as error:
            log.info("nothing to estimate: %s", error)
            self._window.inspector.show_meter(None)
            self._show_price("", "")
            self._window.chat.show_ahead("")
            return
        self._window.inspector.show_meter(estimate.counted)
        self._window.inspector.offer_exact(offered=estimate.countable)
        if (question, context) != self._counted:
            self._window.inspector.show_exact("")
        said = question.text or question.images or question.documents or context
        self._show_price(*(_price(estimate) if said or question.conversation is not None else ("", "")))
        self._window.chat.show_ahead(_ahead(estimate))

    def _show_price(self, words: str, told: str) -> None:
        self._window.chat.composer.show_price(words, told)
        self._context.show_price(words)

    def _price_instructions(self) -> None:
        if self._conversation.number is not None:
            self._scope.restart(self._changed_instructions(), name="instructions")

    async def _changed_instructions(self) -> None:
        """Say what other instructions would cost now."""
        question = replace(self._preview.question(), system=_OTHER)
        try:
            estimate = await self._services.counting.estimate(question)
        except KirejiError as error:
            log.info("nothing to estimate: %s", error)
            return
        if estimate.broken is not None:
            self._window.inspector.instructions.show_price(break_told(estimate.broken))

    def _count(self) -> None:
        self._scope.restart(self._exact(), name="exact")

    async def _exact(self) -> None:
        """Have the service count what would be asked now."""
        inspector, draft = self._window.inspector, self._drafts.draft
        asked, context = self._preview.question(), self._context.documents
        question: Question | None = asked
        if draft.attachments or draft.sources:
            question = await self._drafts.question(asked, draft)  # with the bytes of all that goes along
        if question is None:
            return
        inspector.show_exact(tr("The service counts…"))
        try:
            if question.sources:
                question, _ = await self._services.packing.looked_at(question)
            estimate = await self._services.counting.exact(question)
        except KirejiError as error:
            inspector.show_exact(error.sentence)
            return
        self._counted = (asked, context)
        if estimate.exact is None:
            inspector.show_exact(estimate.note)
            return
        inspector.show_exact(
            tr("Counted by the service: {tokens}. Estimated: {estimate}.", tokens=count(estimate.exact),
               estimate=count(estimate.counted.tokens))
        )  # fmt: skip
        self.refresh()

    def _spent(self, _what: object) -> None:
        self._show_month()

    def _show_month(self) -> None:
        self._scope.restart(self._month(), name="month")

    async def _month(self) -> None:
        spent = await self._services.spending.this_month()
        self._window.inspector.show_month(spent.cost, self._services.preferences.settings.budget.month)

    def _failed(self, error: BaseException) -> None:
        if isinstance(error, KirejiError):
            log.warning("what the next question would send is not known: %s", error)
            return
        log.error("a task of the meter failed", exc_info=error)


def _ahead(estimate: Estimate) -> str:
    """What does not go along, and what a change costs; empty when there is nothing to tell."""
    gap = gap_ahead(estimate.left_out) if estimate.cuts else ""
    return " ".join(filter(None, (gap, break_told(estimate.broken) if estimate.broken is not None else "")))


def _price(estimate: Estimate) -> tuple[str, str]:
    """What the chip says, and what is told of it; nothing for what is free or has no known price."""
    if not estimate.cost:
        return "", ""
    told = [
        tr(
            "The next question has about {tokens} tokens; with an answer of {answer} it costs about {cost}.",
            tokens=count(estimate.tokens),
            answer=count(estimate.answer),
            cost=dollars(estimate.cost),
        )
    ]
    if estimate.cached:
        told.append(tr("{tokens} of them are probably still in the service's cache.", tokens=count(estimate.cached)))
    return tr("≈ {amount}", amount=dollars(estimate.cost)), " ".join(told)
