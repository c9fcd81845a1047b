"""How the parts of the card stand, and how it folds up to the buttons of its result."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLayout, QSizePolicy, QVBoxLayout, QWidget

from kireji.ui.flow import FlowLayout
from kireji.ui.parts import separator
from kireji.ui.tokens import SPACE


class CardLayout(QVBoxLayout):
    """Question and model above, the answer in the middle, a field and buttons below.

    Args:
        card: Whose layout it becomes.
        margin: Of the labels of the answer, so that their text lines up with the rest.
    """

    def __init__(self, card: QWidget, margin: int) -> None:
        super().__init__(card)
        self.setContentsMargins(0, 0, 0, 0)
        self.setSpacing(0)
        self._head, self._foot = QWidget(card), QWidget(card)
        self._header, self._footer = _of(self._head), _of(self._foot)
        self.body = QVBoxLayout()
        self.body.setContentsMargins(SPACE[3] - margin, SPACE[2], SPACE[3] - margin, SPACE[1])
        self.body.setSpacing(SPACE[1])
        self.addWidget(self._head)
        self.addLayout(self.body, 1)
        self.addWidget(self._foot)
        self._folded = False

    def fill(
        self,
        header: Sequence[QWidget],
        body: Sequence[tuple[QWidget, int]],
        field: QWidget,
        buttons: FlowLayout,
        beside: QWidget,
    ) -> None:
        """Put the parts in.

        Args:
            header: The first takes the room there is.
            body: One below the other, with how much of the room that is left each takes.
            field: Takes the room that the buttons leave.
            buttons: What stands beside it.
            beside: What holds these.
        """
        inner = QHBoxLayout()
        inner.setContentsMargins(SPACE[3], SPACE[2], SPACE[3], SPACE[2])
        inner.setSpacing(SPACE[2])
        for number, each in enumerate(header):
            if number:  # these stay where they are while the card grows, so that a press on one is never too late
                inner.addWidget(each, 0, Qt.AlignmentFlag.AlignTop)
            else:
                inner.addWidget(each, 1)
        self._header.addLayout(inner)
        self._header.addWidget(separator())
        for each, stretch in body:
            self.body.addWidget(each, stretch)
        below = QHBoxLayout()
        below.setContentsMargins(SPACE[2], SPACE[1], SPACE[2], SPACE[1])
        below.setSpacing(SPACE[1])
        below.addWidget(field, 1, Qt.AlignmentFlag.AlignVCenter)
        beside.setLayout(buttons)
        beside.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        below.addWidget(beside, 0, Qt.AlignmentFlag.AlignVCenter)
        self._footer.addWidget(separator())
        self._footer.addLayout(below)

    @property
    def folded(self) -> bool:
        """Whether only the answer's part is shown."""
        return self._folded

    def fold(self, *, on: bool) -> None:
        """Show only the answer's part, or all."""
        self._folded = on
        self._head.setVisible(not on)
        self._foot.setVisible(not on)

    @property
    def sides(self) -> int:
        """What the answer's part has at both sides, in logical pixels."""
        margins = self.body.contentsMargins()
        return margins.left() + margins.right()

    def height_around(self, width: int) -> int:
        """What everything but the answer itself takes at this width, in logical pixels."""
        self.activate()
        parts: tuple[QLayout, ...] = () if self._folded else (self._header, self._footer)
        margins = self.body.contentsMargins()
        return sum(part.totalHeightForWidth(width) for part in parts) + margins.top() + margins.bottom()


def _of(part: QWidget) -> QVBoxLayout:
    made = QVBoxLayout(part)
    made.setContentsMargins(0, 0, 0, 0)
    made.setSpacing(0)
    return made
