"""A verdict in the card; what it rests on is marked on the frozen picture."""

from __future__ import annotations

from PySide6.QtGui import QGuiApplication

from kireji.core.moderation.policies import Policy
from kireji.core.moderation.verdicts import Evidence, Verdict
from kireji.ui.overlay.forms.result_view import Pointed
from kireji.ui.overlay.forms.scrolled import ScrolledResult
from kireji.ui.results.verdict_view import VerdictView
from kireji.ui.theme import Theme


class VerdictResult(ScrolledResult):
    """Shows a `Verdict`; a piece of evidence that is chosen stands out on the picture.

    Args:
        theme: Colours and text size.
        margin: At both sides.
    """

    def __init__(self, theme: Theme, margin: int) -> None:
        self.verdict_view = VerdictView(theme)
        super().__init__(self.verdict_view, margin)
        self._verdict: Verdict | None = None
        self._words = ""
        self.verdict_view.evidence_chosen.connect(self._choose)

    def show_result(self, verdict: Verdict, words: str, policy: Policy | None = None) -> None:
        """Show it, and mark all that it rests on.

        Args:
            verdict: What.
            words: The same for people, as Markdown.
            policy: By which; None where it is not there any more.
        """
        self._verdict, self._words = verdict, words
        self.verdict_view.show_verdict(verdict, policy)
        self._choose(None)
        self.resized.emit()

    def _choose(self, chosen: object) -> None:
        if self._verdict is None:
            return
        marks = [
            Pointed(evidence.picture, box, number, strong=evidence is chosen)
            for number, finding in enumerate(self._verdict.findings, 1)
            for evidence in finding.evidence
            for box in evidence.boxes
            if evidence.picture >= 0
        ]
        if len({mark.number for mark in marks}) < 2:
            marks = [mark._replace(number=0) for mark in marks]
        assert chosen is None or isinstance(chosen, Evidence)
        self.pointed.emit(tuple(sorted(marks, key=lambda mark: mark.strong)))

    def copy(self) -> bool:
        QGuiApplication.clipboard().setText(self._words)
        return True
