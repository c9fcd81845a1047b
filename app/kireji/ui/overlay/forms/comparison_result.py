"""What has changed between two pictures, in the card and numbered on the frozen picture."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QGuiApplication, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QStyle, QStyleOption, QVBoxLayout, QWidget

from kireji.core.structured.comparison import Change, ChangeKind, Comparison, Difference
from kireji.ui.overlay.forms.result_view import Pointed
from kireji.ui.overlay.forms.scrolled import ScrolledResult
from kireji.ui.parts import label, restyle, spread
from kireji.ui.tokens import SPACE
from kireji.ui.translation import mark, plural, tr

_KINDS = {
    ChangeKind.ADDED: mark("Added"),
    ChangeKind.REMOVED: mark("Removed"),
    ChangeKind.CHANGED: mark("Changed"),
    ChangeKind.MOVED: mark("Moved"),
}
_MOST = 60
"""Changes that are shown."""
_LONGEST = 600
"""Characters of one of the model's texts."""


class ComparisonResult(ScrolledResult):
    """A summary, and one row for each change; a row that is chosen stands out on the picture.

    Args:
        margin: At both sides.
        numbered: Whether the regions lie on a picture that is seen.
    """

    def __init__(self, margin: int, *, numbered: bool = True) -> None:
        self._held = QWidget()
        super().__init__(self._held, margin)
        self._numbered = numbered
        self._words = ""
        self._difference: Difference | None = None
        self._summary = label(wrap=True)
        self._summary.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._rest = label(role="muted", wrap=True)
        self._rows: list[_ChangeRow] = []
        self._list = QVBoxLayout()
        spread(self._list, 0, SPACE[0])
        column = QVBoxLayout(self._held)
        spread(column, 0, SPACE[1])
        column.addWidget(self._summary)
        column.addLayout(self._list)
        column.addWidget(self._rest)
        for each in (self._summary, self._rest):
            each.hide()

    @property
    def rows(self) -> Sequence[QWidget]:
        """One for each change."""
        return tuple(self._rows)

    def show_difference(self, difference: Difference) -> None:
        """The pixels have told; nobody has said yet what it means."""
        self._difference = difference
        self._mark(())

    def show_result(self, comparison: Comparison, words: str) -> None:
        """All of it.

        Args:
            comparison: What.
            words: The same for people, as Markdown.
        """
        self._words, self._difference = words, comparison.difference
        self._summary.setText(comparison.summary[:_LONGEST])
        self._summary.setVisible(bool(comparison.summary))
        for row in self._rows:
            self._list.removeWidget(row)
            row.deleteLater()
        self._rows = []
        for change in comparison.changes[:_MOST]:
            row = _ChangeRow(change, numbered=self._numbered)
            row.clicked.connect(partial(self._choose, row, change))
            self._list.addWidget(row)
            row.show()
            self._rows.append(row)
        self._rest.setText(_rest_of(comparison))
        self._rest.setVisible(bool(self._rest.text()))
        self._mark(())
        self.resized.emit()

    def _choose(self, chosen: _ChangeRow, change: Change, _checked: bool = False) -> None:
        for row in self._rows:
            row.set_chosen(row is chosen)
        self._mark(change.regions)

    def _mark(self, strong: Sequence[int]) -> None:
        difference = self._difference
        if difference is None:
            return
        marks = []
        for number, box in enumerate(difference.boxes):
            for picture, where in ((0, box), (1, difference.on_second(box))):
                marks.append(Pointed(picture, where, number + 1, strong=number in strong))
        self.pointed.emit(tuple(sorted(marks, key=lambda each: each.strong)))

    def copy(self) -> bool:
        QGuiApplication.clipboard().setText(self._words)
        return bool(self._words)


class _ChangeRow(QAbstractButton):
    """One change: its regions' numbers, what happened, and the words before and after."""

    def __init__(self, change: Change, *, numbered: bool) -> None:
        super().__init__()
        self.setProperty("kind", "quoted")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName(change.words[:_LONGEST])
        numbers = tr(", ").join(str(number + 1) for number in change.regions) if numbered else ""
        kind = tr(_KINDS[change.kind])
        lines = [
            label(f"{numbers} · {kind}" if numbers else kind, "small"),
            label(change.words[:_LONGEST], wrap=True),
        ]
        both = f"{change.before[:_LONGEST]} → {change.after[:_LONGEST]}" if change.before and change.after else ""
        if values := both or (change.before or change.after)[:_LONGEST]:
            lines.append(label(values, "muted", wrap=True))
        column = QVBoxLayout(self)
        spread(column, (SPACE[2], SPACE[1] - 2, SPACE[2], SPACE[1] - 2), 0)
        for line in lines:
            line.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
            column.addWidget(line)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def set_chosen(self, on: bool) -> None:
        """Whether its regions stand out."""
        restyle(self, state="on" if on else "")

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

    def paintEvent(self, _event: QPaintEvent) -> None:
        option = QStyleOption()
        option.initFrom(self)
        painter = QPainter(self)
        self.style().drawPrimitive(QStyle.PrimitiveElement.PE_Widget, option, painter, self)
        painter.end()


def _rest_of(comparison: Comparison) -> str:
    """What the changes do not say."""
    difference, parts = comparison.difference, []
    if difference.identical:
        return tr("Not one pixel is different.")
    if comparison.unexplained:
        numbers = tr(", ").join(str(number + 1) for number in comparison.unexplained)
        parts.append(tr("Of these regions nothing was said: {numbers}.", numbers=numbers))
    if difference.more:
        parts.append(plural(difference.more, "1 more region differs.", "{n} more regions differ."))
    if len(comparison.changes) > _MOST:
        more = len(comparison.changes) - _MOST
        parts.append(plural(more, "1 more change is not shown here.", "{n} more changes are not shown here."))
    return " ".join(parts)
