"""A verdict on the page, with the evidence on its pictures."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QVBoxLayout

from kireji.core.errors import KirejiError
from kireji.core.moderation.verdicts import Evidence, Verdict
from kireji.ui.parts import spread
from kireji.ui.results import verdict_words as words
from kireji.ui.results.box_marks import PlacedBox
from kireji.ui.results.content import Copy, ResultContent
from kireji.ui.results.kinds import ShownResult
from kireji.ui.results.page import ResultPage
from kireji.ui.results.verdict_view import VerdictView
from kireji.ui.results.words import verdict_text
from kireji.ui.theme import Theme
from kireji.ui.translation import tr

if TYPE_CHECKING:
    from kireji.core.moderation.policies import Policy
    from kireji.services.application import Services

_TONES = {"ok": "good", "warn": "doubt", "error": "trouble"}


class ShownVerdict(ShownResult):
    """A verdict and what it rests on.

    Args:
        page: Where.
        verdict: What is shown.
        theme: Colours and text size.
        services: For what the policy calls its categories.
        policy: By which it was made, where that is at hand.
    """

    def __init__(
        self, page: ResultPage, verdict: Verdict, theme: Theme, services: Services, policy: Policy | None = None
    ) -> None:
        self._content = VerdictContent(theme)
        super().__init__(page, self._content, scrolls=True)
        self._verdict = verdict
        self._services = services
        self._policy = policy
        self._content.show_verdict(verdict)

    async def prepare(self) -> None:
        if self._policy is not None:
            self._content.view.show_verdict(self._verdict, self._policy)
            return
        try:
            policy = await self._services.habits().moderation.policy(self._verdict.policy)
        except KirejiError:
            return  # it is not there any more: the verdict's own words stand
        self._content.view.show_verdict(self._verdict, policy)


class VerdictContent(ResultContent):
    """The verdict beside its pictures.

    Args:
        theme: Colours and text size.
    """

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.view = VerdictView(theme)
        self._verdict: Verdict | None = None
        layout = QVBoxLayout(self)
        spread(layout)
        layout.addWidget(self.view)
        self.view.evidence_chosen.connect(self._chosen)

    def show_verdict(self, verdict: Verdict) -> None:
        """Show one."""
        self._verdict = verdict
        self.view.show_verdict(verdict)

    def boxes(self, picture: int) -> Sequence[PlacedBox]:
        found: list[PlacedBox] = []
        for number, finding in enumerate(self._verdict.findings if self._verdict is not None else ()):
            tone = _TONES[words.TONES[finding.action]]
            for place, evidence in enumerate(finding.evidence):
                if evidence.picture == picture:
                    found += [
                        PlacedBox((number, place, part), box, tone, 0, evidence.quote[:300])
                        for part, box in enumerate(evidence.boxes)
                    ]
        return found

    def picture_of(self, key: Hashable) -> int:
        evidence = self._evidence(key)
        return max(0, evidence.picture) if evidence is not None else 0

    def choose(self, key: Hashable | None) -> None:
        if isinstance(key, tuple):
            self.view.blockSignals(True)
            self.view.choose(key[0], key[1])
            self.view.blockSignals(False)

    def copies(self) -> Sequence[Copy]:
        found = [Copy("text", tr("Copy the verdict"))]
        if self._verdict is not None and self._verdict.rewrite:
            found.append(Copy("rewrite", tr("Copy the suggested version")))
        return found

    def copied(self, form: str) -> str:
        verdict = self._verdict
        if verdict is None:
            return ""
        if form == "rewrite":
            return verdict.rewrite
        return verdict_text(verdict)

    def _evidence(self, key: Hashable) -> Evidence | None:
        if self._verdict is None or not isinstance(key, tuple):
            return None
        findings = self._verdict.findings
        found = findings[key[0]].evidence if key[0] < len(findings) else ()
        return found[key[1]] if key[1] < len(found) else None

    def _chosen(self, evidence: object) -> None:
        assert isinstance(evidence, Evidence)
        if self._verdict is None or not evidence.boxes:
            self.went.emit(None)
            return
        for number, finding in enumerate(self._verdict.findings):
            for place, each in enumerate(finding.evidence):
                if each is evidence:
                    self.went.emit((number, place, 0))
                    return
