"""The text of a policy with the numbers of its lines, and a mark at those where something is wrong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QEvent, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QFontDatabase,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QTextBlock,
    QTextCharFormat,
    QTextCursor,
)
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPlainTextEdit, QSizePolicy, QTextEdit, QToolTip, QWidget

from kireji.core.moderation.policies import PolicyProblem
from kireji.ui.icons import pixmap
from kireji.ui.parts import begin_at_side, restyle, tip
from kireji.ui.settings.policies.toml_colours import TomlColours
from kireji.ui.theme import Theme
from kireji.ui.tokens import SPACE, TYPE_SMALL
from kireji.ui.translation import tr

_LINES = 22
_ICON = 12


class CodeField(QFrame):
    """Shows the text from the left, whatever the direction of the window: TOML is written so.

    Args:
        theme: Colours and text size.
    """

    changed = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setProperty("kind", "editor")
        self.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        self._theme = theme
        self._problems: dict[int, list[PolicyProblem]] = {}
        self.field = _Text(self)
        self.field.setAccessibleName(tr("Text of the policy"))
        self.gutter = _Gutter(theme, self.field)
        self._colours = TomlColours(theme, self.field.document())
        layout = QHBoxLayout(self)
        layout.setContentsMargins(1, 1, 1, 1)
        layout.setSpacing(0)
        layout.addWidget(self.gutter)
        layout.addWidget(self.field, 1)
        self._quiet = False
        self.field.textChanged.connect(self._changed)
        self.field.cursorPositionChanged.connect(self.gutter.update)
        theme.changed.connect(self._dress)

    def text(self) -> str:
        """What is written; its line ends are newlines."""
        return self.field.document().toRawText().replace("\u2029", "\n")

    def show_text(self, text: str) -> None:
        """Show this; what was written before cannot be brought back by undoing."""
        self._quiet = True
        self.field.setPlainText(text)
        self._quiet = False
        self.show_problems(())

    def put_text(self, text: str) -> None:
        """Change what is written as if by hand: undoing brings it back, and only what differs is touched."""
        before = self.text()
        if before == text:
            return
        begin = next((at for at, (a, b) in enumerate(zip(before, text, strict=False)) if a != b), None)
        begin = min(len(before), len(text)) if begin is None else begin
        after = 0
        most = min(len(before), len(text)) - begin
        while after < most and before[-1 - after] == text[-1 - after]:
            after += 1
        cursor = QTextCursor(self.field.document())
        cursor.setPosition(_units(before[:begin]))
        cursor.setPosition(_units(before[: len(before) - after]), QTextCursor.MoveMode.KeepAnchor)
        cursor.insertText(text[begin : len(text) - after])

    def show_problems(self, problems: Sequence[PolicyProblem]) -> None:
        """Mark the lines where something is wrong."""
        self._problems = {}
        for problem in problems:
            if problem.line:
                self._problems.setdefault(problem.line, []).append(problem)
        self.gutter.show_problems(self._problems)
        self._underline()

    def go_to(self, line: int) -> None:
        """Put the cursor into a line, counted from 1, with the keyboard."""
        block = self.field.document().findBlockByNumber(max(0, line - 1))
        cursor = QTextCursor(block if block.isValid() else self.field.document().lastBlock())
        indented = len(block.text()) - len(block.text().lstrip())
        cursor.movePosition(QTextCursor.MoveOperation.Right, QTextCursor.MoveMode.MoveAnchor, indented)
        self.field.setTextCursor(cursor)
        self.field.centerCursor()
        self.field.setFocus(Qt.FocusReason.OtherFocusReason)

    def line(self) -> int:
        """The line of the cursor, counted from 1."""
        return self.field.textCursor().blockNumber() + 1

    def _changed(self) -> None:
        if not self._quiet:
            self.changed.emit()

    def _underline(self) -> None:
        colours = self._theme.colours
        marked = []
        for line, problems in self._problems.items():
            block = self.field.document().findBlockByNumber(line - 1)
            if not block.isValid():
                continue
            colour = QColor(colours.error if any(each.fatal for each in problems) else colours.warn)
            form = QTextCharFormat()
            form.setUnderlineStyle(QTextCharFormat.UnderlineStyle.WaveUnderline)
            form.setUnderlineColor(colour)
            selection = QTextEdit.ExtraSelection()
            cursor = QTextCursor(block)
            cursor.movePosition(QTextCursor.MoveOperation.EndOfBlock, QTextCursor.MoveMode.KeepAnchor)
            selection.cursor, selection.format = cursor, form
            marked.append(selection)
        self.field.setExtraSelections(marked)

    def _dress(self) -> None:
        self._colours.dress()
        self._underline()


class _Text(QPlainTextEdit):
    def __init__(self, around: QWidget) -> None:
        super().__init__()
        self._around = around
        self.setProperty("kind", "exact")
        font = self.font()
        font.setFamilies(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont).families())
        self.setFont(font)
        self.setTabChangesFocus(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.document().setDocumentMargin(3)
        begin_at_side(self, Qt.LayoutDirection.LeftToRight)

    def sizeHint(self) -> QSize:
        return QSize(200, self.fontMetrics().lineSpacing() * _LINES + 8)

    def minimumSizeHint(self) -> QSize:
        return QSize(80, self.sizeHint().height())

    def blocks(self) -> list[tuple[QTextBlock, QRect]]:
        """The lines that are to be seen, and where they stand."""
        found = []
        block = self.firstVisibleBlock()
        while block.isValid():
            place = self.blockBoundingGeometry(block).translated(self.contentOffset())
            if place.top() > self.viewport().height():
                break
            if block.isVisible():
                found.append((block, place.toRect()))
            block = block.next()
        return found

    def keyPressEvent(self, event: QKeyEvent) -> None:
        enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if enter and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            event.ignore()  # the editor saves
            return
        super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        restyle(self._around, focused=True)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        restyle(self._around, focused=False)


class _Gutter(QWidget):
    """The numbers; a click goes to the line."""

    def __init__(self, theme: Theme, field: _Text) -> None:
        super().__init__()
        self._theme = theme
        self._field = field
        self._problems: Mapping[int, Sequence[PolicyProblem]] = {}
        field.blockCountChanged.connect(self._fit)
        field.updateRequest.connect(self._follow)
        theme.changed.connect(self._fit)
        self._fit()

    def show_problems(self, problems: Mapping[int, Sequence[PolicyProblem]]) -> None:
        """Mark these lines."""
        self._problems = problems
        self.update()

    def sizeHint(self) -> QSize:
        digits = max(2, len(str(self._field.blockCount())))
        numbers = self._metrics_width("9" * digits)
        return QSize(numbers + self._theme.px(_ICON) + SPACE[1] * 2, 40)

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent):
            problems = self._problems.get(self._line_at(event.pos()), ())
            QToolTip.showText(event.globalPos(), tip("\n".join(each.reason for each in problems)), self)
            return True
        return super().event(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if line := self._line_at(event.position().toPoint()):
            around = self._field.parentWidget()
            assert isinstance(around, CodeField)
            around.go_to(line)

    def paintEvent(self, event: QPaintEvent) -> None:
        colours = self._theme.colours
        painter = QPainter(self)
        painter.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        font = self._field.font()
        font.setPixelSize(self._theme.px(TYPE_SMALL))
        painter.setFont(font)
        current = self._field.textCursor().blockNumber()
        edge = self._theme.px(_ICON)
        for block, place in self._field.blocks():
            first = QRect(0, place.top(), self.width() - SPACE[0], self._field.fontMetrics().lineSpacing() + 1)
            if not first.intersects(event.rect()):
                continue
            number = block.blockNumber()
            painter.setPen(QColor(colours.ink if number == current else colours.muted))
            painter.drawText(first, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, str(number + 1))
            if problems := self._problems.get(number + 1):
                fatal = any(each.fatal for each in problems)
                mark = pixmap(
                    "x" if fatal else "circle-alert",
                    colours.error if fatal else colours.warn,
                    edge,
                    self.devicePixelRatioF(),
                )
                painter.drawPixmap(SPACE[0], first.center().y() - edge // 2, mark)

    def _line_at(self, point: QPoint) -> int:
        for block, place in self._field.blocks():
            if place.top() <= point.y() < place.bottom():
                return block.blockNumber() + 1
        return 0

    def _metrics_width(self, digits: str) -> int:
        return round(self._field.fontMetrics().horizontalAdvance(digits))

    def _fit(self) -> None:
        self.setFixedWidth(self.sizeHint().width())
        self.update()

    def _follow(self, _rect: QRect, _dy: int) -> None:
        self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.update()


def _units(text: str) -> int:
    """How long a text is as Qt counts."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
