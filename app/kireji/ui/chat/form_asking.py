"""Offers what can be made of attached pictures besides an answer in words, and asks for it."""

from __future__ import annotations

import logging
from functools import partial
from typing import TYPE_CHECKING

import msgspec
from PySide6.QtCore import QObject, QPoint, Qt
from PySide6.QtWidgets import QMenu

from kireji.core.errors import KirejiError
from kireji.core.messages import ImagePart
from kireji.core.prompts import Prompt
from kireji.core.structured.forms import AnswerForm
from kireji.services.application import Services
from kireji.ui.aio import TaskScope
from kireji.ui.chat.conversation import OpenConversation
from kireji.ui.chat.draft import Attachment, Draft
from kireji.ui.chat.drafts import Drafts
from kireji.ui.chat.pane import ChatPane
from kireji.ui.chat.prompting import Prompting
from kireji.ui.chat.setup import SetupPresenter
from kireji.ui.chat.turn import Turns
from kireji.ui.quick_prompts import interface_language
from kireji.ui.translation import tr

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from kireji.core.moderation.policies import Policy

log = logging.getLogger(__name__)


class FormAsking(QObject):
    """Takes what the menu or a slash chose, with the pictures and words that stand in the composer.

    Args:
        services: Prompts, policies and who answers.
        pane: Where it is offered.
        conversation: Which one is open.
        turns: Asks.
        drafts: What goes along.
        setup: Who answers in this conversation.
        prompting: Asks for what a prompt needs.
    """

    def __init__(
        self,
        services: Services,
        pane: ChatPane,
        conversation: OpenConversation,
        turns: Turns,
        drafts: Drafts,
        setup: SetupPresenter,
        prompting: Prompting,
    ) -> None:
        super().__init__(pane)
        self._services = services
        self._pane = pane
        self._conversation = conversation
        self._turns = turns
        self._drafts = drafts
        self._setup = setup
        self._prompting = prompting
        self._scope = TaskScope("forms", self._failed)
        self.menu: QMenu | None = None
        pane.composer.forms.clicked.connect(self._open)
        prompting.form_wanted.connect(self._wanted)
        conversation.form_wanted.connect(self._of_picture)

    async def aclose(self) -> None:
        """End what runs."""
        await self._scope.aclose()

    def ask(self, prompt: Prompt) -> None:
        """Ask a prompt about what stands in the composer; what it needs besides is asked for there."""
        self._prompting.take(prompt, {}, self._pane.composer.text())

    def _of_picture(self, part: object, form: str) -> None:
        """Something shall be made of a picture of the conversation."""
        assert isinstance(part, ImagePart)
        self._scope.restart(self._ask_of_picture(part, form), name="ask")

    async def _ask_of_picture(self, part: ImagePart, form: str) -> None:
        pictures: tuple[Attachment, ...] = (Attachment(0, tr("Picture"), part=part),)
        kind = AnswerForm.COMPARISON if form == "now" else AnswerForm(form)
        if form == "now":
            try:
                place = await self._services.capture.region_of(part.blob)
                if place is None:
                    return
                now = await self._services.capture.seen_at(place)
            except KirejiError as error:
                self._pane.show_notice(error.sentence)
                return
            pictures = (*pictures, Attachment(-1, tr("Screen"), picture=now))
        found = [each for each in await self._services.prompts.prompts() if each.form is kind and not each.asked]
        prompt = found[0] if found else Prompt(kind.value, "", "", form=kind)
        values = await self._services.prompt_values.gather(prompt, {}, interface_language())
        self._wanted(prompt.with_values(values), Draft(attachments=pictures))

    def _wanted(self, prompt: object, draft: object) -> None:
        """A prompt is complete."""
        from kireji.ui.chat.form_running import FormRun

        assert isinstance(prompt, Prompt)
        assert isinstance(draft, Draft)
        pictures = sum(not (each.off or each.is_document) for each in draft.attachments)
        judged = bool(pictures or draft.question.strip() or prompt.text.strip())
        if self._turns.running:
            self._refuse(tr("An answer is on its way. Ask this when it is there, or stop it."), draft)
        elif prompt.form is AnswerForm.VERDICT and not judged:
            self._refuse(tr("There is nothing to judge. Write or paste the text, or attach a picture."), draft)
        else:
            self._turns.ask(self._setup.question(self._conversation.number), draft, FormRun(prompt, {}))

    def _refuse(self, sentence: str, draft: Draft) -> None:
        """Say why not; what was written stands in the field again."""
        self._drafts.restore(draft)
        self._pane.show_notice(sentence)

    # The menu.

    def _open(self) -> None:
        self._scope.restart(self._offer(), name="offer")

    async def _offer(self) -> None:
        prompts = [each for each in await self._services.prompts.prompts() if each.form is not AnswerForm.TEXT]
        draft = self._drafts.draft
        pictures = sum(not (each.off or each.is_document) for each in draft.attachments)
        policies = await self._policies()
        self._show(prompts, pictures, policies)

    async def _policies(self) -> Sequence[Policy]:
        try:
            found: Mapping[str, object] = await self._services.habits().moderation.policies()
        except KirejiError as error:
            log.warning("policies cannot be offered: %s", error)
            return ()
        return [policy for each in found.values() if (policy := getattr(each, "policy", None)) is not None]

    def _show(self, prompts: Sequence[Prompt], pictures: int, policies: Sequence[Policy]) -> None:
        anchor = self._pane.composer.forms
        if self.menu is not None:
            self.menu.deleteLater()
        self.menu = menu = QMenu(anchor)
        menu.setToolTipsVisible(True)
        for prompt in prompts:
            if prompt.form is AnswerForm.VERDICT and not prompt.policy and policies:
                self._add_policies(menu, prompt, policies)
                continue
            action = menu.addAction(_named(prompt, pictures))
            action.setEnabled(pictures >= prompt.pictures)
            action.triggered.connect(partial(self._chosen, prompt))
        size = menu.sizeHint()
        rtl = anchor.layoutDirection() == Qt.LayoutDirection.RightToLeft
        menu.popup(anchor.mapToGlobal(QPoint(anchor.width() - size.width() if rtl else 0, -size.height())))
        if anchor.hasFocus():  # a click gives buttons none
            menu.setActiveAction(next((each for each in menu.actions() if each.isEnabled()), menu.actions()[0]))

    def _add_policies(self, menu: QMenu, prompt: Prompt, policies: Sequence[Policy]) -> None:
        inside = menu.addMenu(prompt.title.replace("&", "&&"))
        for policy in policies:
            action = inside.addAction(policy.title.replace("&", "&&"))
            action.setToolTip(policy.description[:300])
            action.triggered.connect(partial(self._chosen, msgspec.structs.replace(prompt, policy=policy.name)))

    def _chosen(self, prompt: Prompt, _checked: bool = False) -> None:
        self.ask(prompt)

    def _failed(self, error: BaseException) -> None:
        if isinstance(error, KirejiError):
            self._pane.show_notice(error.sentence)
            return
        log.error("asking for more than words failed", exc_info=error)
        self._pane.show_notice(tr("Something in Kireji failed. The log has the details; please try again."))


def _named(prompt: Prompt, pictures: int) -> str:
    """What stands in the menu: why it cannot be asked stands beside its name."""
    title = prompt.title.replace("&", "&&")
    if pictures >= prompt.pictures:
        return title
    if prompt.pictures == 1:
        return tr("{title} (needs a picture)", title=title)
    return tr("{title} (needs {count} pictures)", title=title, count=prompt.pictures)
