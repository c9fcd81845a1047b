"""One row as a reviewer sees it: what was judged with the evidence marked, what the policy says, what was decided."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from kireji.core.moderation.policies import Category, Policy
from kireji.core.moderation.verdicts import Evidence, Verdict
from kireji.services.jobs.reviewing import ReviewDetail
from kireji.ui.chat.header import ElidedLabel
from kireji.ui.chat.words import apart, count
from kireji.ui.jobs.review import words
from kireji.ui.parts import button, frame, label, separator, set_icon, spread
from kireji.ui.results.box_marks import PlacedBox
from kireji.ui.results.stage import PictureStage
from kireji.ui.results.verdict_view import VerdictView
from kireji.ui.results.verdict_words import TONES, action_word
from kireji.ui.settings.cards import tell
from kireji.ui.theme import Theme
from kireji.ui.tokens import SPACE
from kireji.ui.translation import plural, tr

_BOX_TONES = {"ok": "good", "warn": "doubt", "error": "trouble"}
_STAGE = 260
"""Logical pixels that pictures have above the verdict, at the usual text size."""
_LONGEST = 20_000
"""Characters of what was judged that are shown where there is no verdict."""
_SELECTABLE = Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard


class ItemPage(QWidget):
    """Shows a `ReviewDetail`.

    Args:
        theme: Colours and text size.
    """

    closed = Signal()
    """The list shall be shown again, where it does not stand beside the row."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._verdict: Verdict | None = None
        self._images: Sequence[QImage] = ()
        self._picture = 0
        self.setAccessibleName(tr("Row under review"))
        self.back = button(tr("All rows"), "quiet", name=tr("Back to the list of rows"))
        self.title = ElidedLabel("strong")
        self.decided = frame("banner")
        self.decision = label("", wrap=True)
        self.sentence = label("", "error", wrap=True)
        self.stage = PictureStage(theme)
        self.view = VerdictView(theme)
        self.text = label("", wrap=True)
        self.category = _CategoryCard()
        self.area = QScrollArea()
        self._build()
        self.back.clicked.connect(self.closed)
        self.view.evidence_chosen.connect(self._evidence_chosen)
        self.stage.chosen.connect(self._box_chosen)
        self.stage.choice_made.connect(self._choose_picture)
        theme.changed.connect(self._dress)
        self._dress()

    def _build(self) -> None:
        self.text.setTextInteractionFlags(_SELECTABLE)
        self.decision.setTextInteractionFlags(_SELECTABLE)
        inside = QVBoxLayout(self.decided)
        spread(inside, (SPACE[3], SPACE[1], SPACE[3], SPACE[1]))
        inside.addWidget(self.decision)
        head = QHBoxLayout()
        spread(head, (SPACE[3], SPACE[1], SPACE[3], SPACE[1]), SPACE[1])
        head.addWidget(self.back)
        head.addWidget(self.title, 1000)
        head.addStretch(1)
        self._text_card = frame("card")
        card = QVBoxLayout(self._text_card)
        spread(card, SPACE[2])
        card.addWidget(self.text)
        page = QWidget()
        page.setProperty("kind", "page")
        column = QVBoxLayout(page)
        spread(column, (SPACE[3], SPACE[2], SPACE[3], SPACE[3]), SPACE[2])
        for part in (self.decided, self.sentence, self.stage, self._text_card, self.view, self.category):
            column.addWidget(part)
        column.addStretch(1)
        self.area.setWidgetResizable(True)
        self.area.setFrameShape(QFrame.Shape.NoFrame)
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.area.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.area.setAccessibleName(tr("Row under review"))
        self.area.setWidget(page)
        layout = QVBoxLayout(self)
        spread(layout)
        layout.addLayout(head)
        layout.addWidget(separator())
        layout.addWidget(self.area, 1)
        self.clear()

    def clear(self) -> None:
        """There is no row to show."""
        self.title.set_words("")
        for part in (self.decided, self.sentence, self.stage, self._text_card, self.view, self.category):
            part.hide()

    def show_detail(self, shown: ReviewDetail, policy: Policy | None) -> None:
        """Show a row from its beginning; its pictures come next.

        Args:
            shown: All of it.
            policy: By which it was judged.
        """
        item, detail = shown.item, shown.detail
        number = tr("Row {number}", number=count(item.number))
        name = apart(item.id or item.label)
        self.title.set_words(f"{number} · {name}" if item.id or item.label else number)
        self.show_decision(shown, policy)
        self._verdict = shown.verdict
        self.stage.hide()
        self._images = ()
        why = detail.answer.error or detail.answer.row.sentence or tr("There is no verdict.")
        tell(self.sentence, "" if shown.verdict is not None else why, "error")
        bare = shown.verdict is None or (not shown.verdict.text and bool(detail.prompt))
        self.text.setText(detail.prompt[:_LONGEST])
        self._text_card.setVisible(bare and bool(detail.prompt))
        self.view.setVisible(shown.verdict is not None)
        if shown.verdict is not None:
            self.view.show_verdict(shown.verdict, policy)
        category = policy.category(item.judged.category) if policy is not None and item.judged.category else None
        self.category.show_category(category)
        self.area.verticalScrollBar().setValue(0)

    def show_decision(self, shown: ReviewDetail, policy: Policy | None) -> None:
        """What was decided about it; nothing where nothing was."""
        review = shown.item.review
        self.decided.setVisible(review is not None)
        if review is not None:
            self.decision.setText(words.decision_in_full(review, policy))
            self.decided.setProperty("state", TONES[review.action])
            self.decided.style().unpolish(self.decided)
            self.decided.style().polish(self.decided)

    def show_pictures(self, images: Sequence[QImage], lost: int = 0) -> None:
        """Show the row's pictures, which take a moment to decode.

        Args:
            images: In order.
            lost: How many are no longer there.
        """
        self._images = tuple(images)
        missing = plural(lost, "A picture is no longer there.", "{n} pictures are no longer there.") if lost else ""
        self.stage.say(missing)
        self.stage.setVisible(bool(images) or bool(lost))
        choices = [(str(place), tr("Picture {number}", number=count(place + 1))) for place in range(len(images))]
        self.stage.show_choices(choices, "0")
        self._show_picture(0)

    def show_verdict(self, verdict: Verdict, policy: Policy | None) -> None:
        """The same verdict with places on the pictures, which take a moment to find."""
        self._verdict = verdict
        self.view.show_verdict(verdict, policy)
        self.stage.show_boxes(self._boxes(self._picture))

    def set_beside(self, beside: bool) -> None:
        """Whether the list stands beside it."""
        self.back.setVisible(not beside)

    def _show_picture(self, number: int) -> None:
        self._picture = number
        self.stage.show_pictures(self._images[number : number + 1])
        self.stage.show_boxes(self._boxes(number))

    def _choose_picture(self, choice: object) -> None:
        self._show_picture(int(str(choice)))

    def _boxes(self, picture: int) -> list[PlacedBox]:
        found: list[PlacedBox] = []
        for number, finding in enumerate(self._verdict.findings if self._verdict is not None else ()):
            tone = _BOX_TONES[TONES[finding.action]]
            for place, evidence in enumerate(finding.evidence):
                if evidence.picture == picture:
                    found += [
                        PlacedBox((number, place, part), box, tone, 0, evidence.quote[:300])
                        for part, box in enumerate(evidence.boxes)
                    ]
        return found

    def _evidence_chosen(self, evidence: object) -> None:
        if not isinstance(evidence, Evidence) or not evidence.boxes or self._verdict is None:
            self.stage.choose(None)
            return
        if evidence.picture != self._picture and 0 <= evidence.picture < len(self._images):
            self.stage.choices.press(str(evidence.picture))
        for number, finding in enumerate(self._verdict.findings):
            for place, each in enumerate(finding.evidence):
                if each is evidence:
                    self.stage.choose((number, place, 0))
                    return

    def _box_chosen(self, key: Hashable | None) -> None:
        if isinstance(key, tuple):
            self.view.blockSignals(True)
            self.view.choose(key[0], key[1])
            self.view.blockSignals(False)

    def _dress(self) -> None:
        self.stage.setFixedHeight(self._theme.px(_STAGE))
        mirrored = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        set_icon(self.back, self._theme, "chevron-right" if mirrored else "chevron-left", self._theme.colours.muted)


class _CategoryCard(QWidget):
    """What the policy says about the category at hand."""

    def __init__(self) -> None:
        super().__init__()
        self.heading = label(tr("What the policy says"), "section")
        self.title = label("", "strong", wrap=True)
        self.definition = label("", wrap=True)
        self.levels = label("", "muted", wrap=True)
        self.examples = label("", "muted", wrap=True)
        card = frame("card")
        inside = QVBoxLayout(card)
        spread(inside, SPACE[2], SPACE[1])
        for each in (self.title, self.definition, self.levels, self.examples):
            each.setTextInteractionFlags(_SELECTABLE)
            inside.addWidget(each)
        column = QVBoxLayout(self)
        spread(column, 0, SPACE[1])
        column.addWidget(self.heading)
        column.addWidget(card)

    def show_category(self, category: Category | None) -> None:
        """Show one; None shows nothing."""
        self.setVisible(category is not None)
        if category is None:
            return
        self.title.setText(category.title)
        self.definition.setText(" ".join(category.definition.split()))
        self.levels.setText(
            "\n".join(
                tr(
                    "{level} ({action}): {definition}",
                    level=level.name.replace("-", " "),
                    action=action_word(level.action),
                    definition=" ".join(level.definition.split()),
                )
                for level in category.levels
            )
        )
        no = [
            tr("Does not belong there: {example}", example=" ".join(each.split())) for each in category.counterexamples
        ]
        tell(self.examples, "\n".join(no[:5]), "muted")
