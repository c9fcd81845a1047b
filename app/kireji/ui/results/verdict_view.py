"""A verdict: what shall be done, by which policy, and what it rests on."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from kireji.core.moderation.policies import Policy
from kireji.core.moderation.verdicts import Finding, Verdict
from kireji.ui.flow import FlowLayout
from kireji.ui.icons import pixmap
from kireji.ui.parts import LivePair, button, frame, label, restyle, spread
from kireji.ui.results import verdict_words as words
from kireji.ui.results.evidence_row import EvidenceRow
from kireji.ui.results.judged_text import JudgedText, Mark
from kireji.ui.settings.cards import Chip, tell
from kireji.ui.theme import Theme
from kireji.ui.tokens import SPACE
from kireji.ui.translation import plural, tr

_ICON = 20
_SELECTABLE = Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
_LONGEST = 2_000
"""Characters of one text of the model's that are shown."""
_MOST_FINDINGS, _MOST_EVIDENCE = 40, 8


class VerdictView(QWidget):
    """Shows a `Verdict`, as high as it needs to be: whoever shows it lets it scroll.

    Args:
        theme: Colours and text size.
    """

    evidence_chosen = Signal(object)
    """The `Evidence` that was chosen, by a click or the keyboard; None when none is any more."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._verdict: Verdict | None = None
        self.banner = frame("banner")
        self._icon = label()
        self.headline = label("", "title", wrap=True)
        self.meaning = label("", "muted", wrap=True)
        self.policy = label("", "small", wrap=True)
        self.reason = label("", wrap=True)
        self.findings = QWidget()
        self._finding_column = QVBoxLayout(self.findings)
        self._rows: dict[tuple[int, int], EvidenceRow] = {}
        self._text_title = label(tr("Judged text"), "section")
        self._text_card = frame("card")
        self.text = JudgedText(theme)
        self._rewrite_title = label(tr("Suggested version that complies"), "section")
        self._rewrite_card = frame("card")
        self.rewrite = label("", wrap=True)
        self.copy = button(tr("Copy"), name=tr("Copy the suggested version"))
        self._build()
        self.text.chosen.connect(self._choose)
        self.copy.clicked.connect(self._copy)
        theme.changed.connect(self._dress)

    def _build(self) -> None:
        for each in (self.reason, self.rewrite, self.headline, self.meaning):
            each.setTextInteractionFlags(_SELECTABLE)
        banner = QHBoxLayout(self.banner)
        spread(banner, (SPACE[3], SPACE[2], SPACE[3], SPACE[2]), SPACE[2])
        said = QVBoxLayout()
        spread(said, 0, SPACE[0])
        for line in (self.headline, self.meaning, self.policy):
            said.addWidget(line)
        banner.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        banner.addLayout(said, 1)
        spread(self._finding_column, 0, SPACE[2])
        text = QVBoxLayout(self._text_card)
        spread(text, SPACE[2])
        text.addWidget(self.text)
        rewrite = QVBoxLayout(self._rewrite_card)
        spread(rewrite, SPACE[2], SPACE[1])
        rewrite.addWidget(self.rewrite)
        rewrite.addWidget(self.copy, 0, Qt.AlignmentFlag.AlignLeft)
        column = QVBoxLayout(self)
        spread(column, 0, SPACE[2])
        for part in (
            self.banner, self.reason, self.findings, self._text_title, self._text_card,
            self._rewrite_title, self._rewrite_card,
        ):  # fmt: skip
            column.addWidget(part)
        column.addStretch(1)
        self.setAccessibleName(tr("Verdict"))

    def show_verdict(self, verdict: Verdict, policy: Policy | None = None) -> None:
        """Show one from its beginning.

        Args:
            verdict: What came of judging something.
            policy: By which it was judged, for what categories are called; None where it is not there any more.
        """
        self._verdict = verdict
        tone = words.TONES[verdict.action]
        restyle(self.banner, state=tone)
        restyle(self.headline, state=tone)
        self.headline.setText(words.headline(verdict))
        self.meaning.setText(words.meaning(verdict))
        self.policy.setText(words.policy_line(verdict, policy))
        tell(self.reason, verdict.reason[:_LONGEST], "")
        self._show_findings(verdict, policy)
        self._show_text(verdict)
        self.rewrite.setText(verdict.rewrite)
        for part in (self._rewrite_title, self._rewrite_card):
            part.setVisible(bool(verdict.rewrite))
        self._dress()

    def choose(self, finding: int, evidence: int) -> None:
        """Mark a piece of evidence, as if it had been clicked.

        Args:
            finding: Its number, from 0.
            evidence: Number of the evidence in it, from 0.
        """
        self._choose((finding, evidence))

    def evidence_rows(self) -> tuple[EvidenceRow, ...]:
        """What the findings rest on, from above to below."""
        return tuple(self._rows.values())

    def _show_findings(self, verdict: Verdict, policy: Policy | None) -> None:
        while (item := self._finding_column.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.hide()
                old.deleteLater()
        self._rows = {}
        for number, finding in enumerate(verdict.findings[:_MOST_FINDINGS]):
            card = self._card(number, finding, policy, verdict.pictures)
            self._finding_column.addWidget(card)
            card.show()
        if (more := len(verdict.findings) - _MOST_FINDINGS) > 0:
            rest = label(plural(more, "1 more finding is not shown.", "{n} more findings are not shown."), "muted")
            self._finding_column.addWidget(rest)
            rest.show()
        self.findings.setVisible(bool(verdict.findings))

    def _card(self, number: int, finding: Finding, policy: Policy | None, pictures: int) -> QFrame:
        card = frame("card")
        title = label(words.finding_title(finding, policy)[:_LONGEST], "strong", wrap=True)
        level = Chip()
        level.setText(words.level_word(finding))
        level.setToolTip(words.level_definition(finding, policy))
        action = Chip()
        action.setText(words.action_word(finding.action))
        restyle(action, state=words.TONES[finding.action])
        chips = QWidget()
        flow = FlowLayout(SPACE[1], chips)
        for each in (level, action):
            flow.addWidget(each)
        column = QVBoxLayout(card)
        spread(column, (SPACE[3] - 2, SPACE[2], SPACE[3] - 2, SPACE[2]), SPACE[1])
        column.addWidget(LivePair(title, chips))
        column.addWidget(label(tr("The model is {sure}.", sure=words.confidence(finding)), "small", wrap=True))
        if finding.reason:
            reason = label(finding.reason[:_LONGEST], wrap=True)
            reason.setTextInteractionFlags(_SELECTABLE)
            column.addWidget(reason)
        for place, evidence in enumerate(finding.evidence[:_MOST_EVIDENCE]):
            row = EvidenceRow(self._theme, evidence, pictures)
            row.clicked.connect(partial(self._choose, (number, place)))
            self._rows[number, place] = row
            column.addWidget(row)
        if not finding.evidence:
            column.addWidget(label(tr("The model quotes nothing for it."), "trouble", wrap=True))
        card.setAccessibleName(words.finding_title(finding, policy))
        return card

    def _show_text(self, verdict: Verdict) -> None:
        marks = [
            Mark(evidence.start, evidence.end, (number, place), words.TONES[finding.action])
            for number, finding in enumerate(verdict.findings[:_MOST_FINDINGS])
            for place, evidence in enumerate(finding.evidence[:_MOST_EVIDENCE])
            if evidence.start >= 0
        ]
        self.text.show_text(verdict.text, marks)
        for part in (self._text_title, self._text_card):
            part.setVisible(bool(verdict.text))

    def _choose(self, key: object, _checked: bool = False) -> None:
        assert isinstance(key, tuple)
        for place, row in self._rows.items():
            row.set_chosen(place == key)
        self.text.choose(key)
        if (chosen := self._rows.get(key)) is not None:
            self.evidence_chosen.emit(chosen.evidence)

    def _copy(self) -> None:
        if self._verdict is not None:
            QGuiApplication.clipboard().setText(self._verdict.rewrite)

    def _dress(self) -> None:
        if self._verdict is None:
            return
        colours = self._theme.colours
        tones = {"ok": colours.ok, "warn": colours.warn, "error": colours.error}
        colour = tones[words.TONES[self._verdict.action]]
        edge = self._theme.px(_ICON)
        self._icon.setPixmap(pixmap(words.ICONS[self._verdict.action], colour, edge, self.devicePixelRatioF()))
