"""Between the page "Privacy" and the services."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

import msgspec
from PySide6.QtCore import QObject

from kireji.core.errors import KirejiError
from kireji.core.privacy import PrivacySettings
from kireji.core.secrets.kinds import Kind
from kireji.services import receipt_words
from kireji.services.application import Services
from kireji.ui.aio import TaskScope
from kireji.ui.settings.privacy import checking
from kireji.ui.settings.privacy.hiding import changed_kinds
from kireji.ui.settings.privacy.page import PrivacyPage
from kireji.ui.settings.privacy.text_list import TextList, Wrong
from kireji.ui.translation import plural, tr

_FINDINGS = 6
"""What is wrong with the ledger is told so often, then how much more there is."""


class PrivacyPresenter(QObject):
    """Fills the page with what is true while it is shown, and carries changes out.

    Args:
        page: The page.
        services: The use cases.
        failed: Told of every failure that has no place of its own.
        parent: Owns this.
    """

    def __init__(
        self, page: PrivacyPage, services: Services, failed: Callable[[BaseException], None], parent: QObject
    ) -> None:
        super().__init__(parent)
        self._page = page
        self._services = services
        self._scope = TaskScope("privacy page", failed)
        self._shown = self._closed = False
        self._connect()

    def _connect(self) -> None:
        hiding, words, answers, kept = self._page.hiding, self._page.words, self._page.answers, self._page.kept
        hiding.policy_chosen.connect(self._policy_chosen)
        hiding.kind_switched.connect(self._kind_switched)
        hiding.trial.changed.connect(self._try_hiding)
        words.enabled.switched.connect(self._words_switched)
        words.words.wanted.connect(self._words_wanted)
        answers.masks.wanted.connect(self._masks_wanted)
        answers.stops.wanted.connect(self._stops_wanted)
        answers.trial.changed.connect(self._try_rules)
        kept.contents.switched.connect(self._contents_switched)
        kept.days.entered.connect(self._days_entered)
        kept.delete_confirmed.connect(self._delete)
        kept.check.clicked.connect(self._check)

    def show(self) -> None:
        """The page comes onto the screen."""
        self._shown = True
        self.settings_changed()

    def leave(self) -> None:
        """It goes away, and what was tried is forgotten."""
        self._shown = False
        for name in ("try hiding", "try rules"):
            self._scope.cancel(name)
        self._page.hiding.trial.forget()
        self._page.answers.trial.forget()
        self._page.kept.show_result([], "muted")

    def settings_changed(self) -> None:
        """What holds now, if anybody sees it."""
        if not self._shown:
            return
        self._page.show_settings(self._privacy, self._wrong("masks"), self._wrong("stops"))
        self._scope.restart(self._measure(), name="measure")
        self._scope.restart(self._remark(), name="remark")
        self._try_hiding(self._page.hiding.trial.text())
        self._try_rules(self._page.answers.trial.text())

    async def aclose(self) -> None:
        """End what runs; a text that is being typed and was not confirmed is nobody's wish yet."""
        self.leave()
        self._closed = True
        await self._scope.aclose()

    @property
    def _privacy(self) -> PrivacySettings:
        return self._services.preferences.settings.privacy

    async def _measure(self) -> None:
        try:
            self._page.kept.show_amount(await self._services.receipts.kept())
        except KirejiError as error:
            self._page.kept.show_sentence(error.sentence, "error")

    async def _remark(self) -> None:
        privacy, answers = self._privacy, self._page.answers
        answers.masks.remark(await asyncio.to_thread(checking.remark_on, privacy.masks, stops=False))
        answers.stops.remark(await asyncio.to_thread(checking.remark_on, privacy.stops, stops=True))

    def _wrong(self, option: str) -> Wrong:
        """Rules of the file that cannot be used, with the reason."""
        return {
            rule: checking.problem_of_rule(rule, PrivacySettings())
            for rule in self._services.preferences.left(f"privacy.{option}")
        }

    def _policy_chosen(self, provider: object, policy: object) -> None:
        self._keep(str(provider), policy)

    def _kind_switched(self, kind: object, on: object) -> None:
        assert isinstance(kind, Kind)
        self._keep("off", changed_kinds(self._privacy.off, kind, on=bool(on)))

    def _words_switched(self, on: object) -> None:
        self._kind_switched(Kind.OWN, on)

    def _contents_switched(self, on: object) -> None:
        self._keep("keep_contents", on)

    def _days_entered(self, days: object) -> None:
        self._keep("keep_days", days)

    def _words_wanted(self, words: object, place: object) -> None:
        self._want(self._page.words.words, "words", words, place)

    def _masks_wanted(self, masks: object, place: object) -> None:
        self._want(self._page.answers.masks, "masks", masks, place)

    def _stops_wanted(self, stops: object, place: object) -> None:
        self._want(self._page.answers.stops, "stops", stops, place)

    def _want(self, shown: TextList, option: str, texts: object, place: object) -> None:
        assert isinstance(texts, tuple)
        assert isinstance(place, int)
        if self._closed:  # the fields tell when the keyboard leaves them, and so they do when the window goes
            return
        self._scope.restart(self._take(shown, option, texts, place), name=option)

    async def _take(self, shown: TextList, option: str, texts: Sequence[str], place: int) -> None:
        """Check what is new in a list, and keep the list when nothing is wrong with it."""
        name, preferences = f"privacy.{option}", self._services.preferences
        before = preferences.left(name)
        left = tuple(text for text in texts if text in before)
        good = tuple(text for text in texts if text not in before)
        if len(texts) >= len(getattr(self._privacy, option)) + len(before):  # otherwise one goes
            wanted = msgspec.structs.replace(self._privacy, **{option: good})
            written = texts[place]
            problem = (
                checking.problem_of_word(written)
                if option == "words"
                else await asyncio.to_thread(checking.problem_of_rule, written, wanted)
            )
            if problem:
                shown.refuse(place, problem)
                return
        shown.accept(place)
        await preferences.set(name, good, left)

    def _try_hiding(self, text: object) -> None:
        self._scope.restart(self._show_hidden(str(text)), name="try hiding")

    async def _show_hidden(self, text: str) -> None:
        self._page.hiding.trial.show_result(*await asyncio.to_thread(checking.hidden, text, self._privacy))

    def _try_rules(self, text: object) -> None:
        self._scope.restart(self._show_answered(str(text)), name="try rules")

    async def _show_answered(self, text: str) -> None:
        self._page.answers.trial.show_result(*await asyncio.to_thread(checking.answered, text, self._privacy.rules))

    def _delete(self) -> None:
        self._scope.restart(self._delete_contents(), name="measure")

    async def _delete_contents(self) -> None:
        try:
            await self._services.receipts.forget_contents()
        except KirejiError as error:
            self._page.kept.show_sentence(error.sentence, "error")
            return
        await self._measure()

    def _check(self) -> None:
        self._page.kept.show_result([tr("Checking…")], "muted")
        self._scope.restart(self._verify(), name="check")

    async def _verify(self) -> None:
        try:
            found = await self._services.receipts.verify()
        except KirejiError as error:
            self._page.kept.show_result([error.sentence], "error")
            return
        told = [receipt_words.finding(one) for one in found.findings[:_FINDINGS]]
        if (more := len(found.findings) - _FINDINGS) > 0:
            told.append(plural(more, "1 more place is wrong.", "{n} more places are wrong."))
        role = "error" if not found.intact else "ok" if found.witnessed else "warn"
        self._page.kept.show_result([receipt_words.outcome(found), *told], role)

    def _keep(self, option: str, value: object) -> None:
        option = f"privacy.{option}"
        if not self._closed:
            self._scope.restart(self._services.preferences.set(option, value), name=option)
