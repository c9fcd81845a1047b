"""One piece of evidence as a button: what is quoted, and where it stands."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QStyle, QStyleOption, QVBoxLayout

from kireji.core.moderation.verdicts import Evidence
from kireji.ui.parts import label, restyle, spread
from kireji.ui.results import verdict_words as words
from kireji.ui.theme import Theme
from kireji.ui.tokens import SPACE
from kireji.ui.translation import tr

_LONGEST = 600
"""Characters of a quote that are shown."""


class EvidenceRow(QAbstractButton):
    """A quote on a ground of its own; pressing it shows where it stands.

    Args:
        theme: Colours and text size.
        evidence: What it shows.
        pictures: How many were judged; 0 where nobody knows.
    """

    def __init__(self, theme: Theme, evidence: Evidence, pictures: int = 0) -> None:
        super().__init__()
        self._theme = theme
        self.evidence = evidence
        self.setProperty("kind", "quoted")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        quote = evidence.quote if len(evidence.quote) <= _LONGEST else f"{evidence.quote[:_LONGEST]}…"
        said = quote if evidence.shown else tr("“{words}”", words=quote)
        place = words.evidence_place(evidence, pictures)
        self._quote = label(said, wrap=True)
        self._place = label(place, "trouble" if words.doubtful(evidence) else "small", wrap=True)
        for each in (self._quote, self._place):
            each.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        column = QVBoxLayout(self)
        spread(column, (SPACE[2], SPACE[1] - 2, SPACE[2], SPACE[1] - 2), 0)
        column.addWidget(self._quote)
        column.addWidget(self._place)
        self._place.setVisible(bool(place))
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.setAccessibleName(f"{said} ({place})" if place else said)
        self.setText("")
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def place_words(self) -> str:
        """Where it stands, as it is said."""
        return self._place.text()

    def set_chosen(self, chosen: bool) -> None:
        """Whether it is the one that is shown."""
        restyle(self, state="on" if chosen else "")

    def sizeHint(self) -> QSize:
        layout = self.layout()
        return layout.sizeHint() if layout is not None else super().sizeHint()

    def minimumSizeHint(self) -> QSize:
        layout = self.layout()
        return layout.minimumSize() if layout is not None else super().minimumSizeHint()

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        layout = self.layout()
        return layout.totalHeightForWidth(width) if layout is not None else -1

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.updateGeometry()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.isAutoRepeat():
            self.click()
            return
        super().keyPressEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        option = QStyleOption()
        option.initFrom(self)
        self.style().drawPrimitive(QStyle.PrimitiveElement.PE_Widget, option, QPainter(self), self)
