"""What left this computer, request by request, or what would leave."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QImage, QKeyEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QButtonGroup,
    QDialog,
    QFrame,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from kireji.core.history import Sent
from kireji.ui.chat.picture_dialog import PictureDialog
from kireji.ui.parts import button, label, spread
from kireji.ui.receipts import words
from kireji.ui.receipts.page import ReceiptPage, Shown
from kireji.ui.settings.cards import actions, tell
from kireji.ui.theme import Theme
from kireji.ui.tokens import SPACE
from kireji.ui.translation import tr

_BESIDE_FROM = 620
"""Logical pixels from which the list stands beside the receipt, at the normal size of text."""
_LIST_WIDTH = 240
_ROW = Qt.ItemDataRole.UserRole


class ReceiptDialog(QDialog):
    """A list of requests beside the receipt of the one that is chosen; of what would leave, the receipt alone.

    Args:
        theme: Colours and text size.
        parent: Over which it opens.
        ahead: It shows what would leave.
    """

    chosen = Signal(object)
    """A `Sent` whose receipt shall be shown."""
    scope_chosen = Signal(bool)
    """Whether everything shall be listed rather than one conversation."""
    verify_clicked = Signal()
    copy_clicked = Signal()

    def __init__(self, theme: Theme, parent: QWidget, *, ahead: bool = False) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(tr("What will be sent") if ahead else tr("What left this computer"))
        self._theme = theme
        self._ahead = ahead
        self.list = QListWidget()
        self.list.setProperty("kind", "receipts")
        self.list.setAccessibleName(tr("Requests, newest first"))
        self.list.setFrameShape(QFrame.Shape.NoFrame)
        self.list.setWordWrap(False)
        self.list.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.page = ReceiptPage(theme)
        self.here = button(tr("This conversation"), "segment")
        self.everything = button(tr("Everything"), "segment")
        self.verify = button(tr("Verify"))
        self.verify.setToolTip(tr("Check that nothing in the ledger was changed, removed or added"))
        self.copy = button(tr("Copy the exact bytes"))
        self.close_button = button(tr("Close"))
        self.found = label("", "muted", wrap=True)
        self.found.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self._limits = label("", "small", wrap=True)
        self.mark = QLineEdit()
        self.mark.setReadOnly(True)
        self.mark.setAccessibleName(tr("Keep this line elsewhere"))
        self._build()
        self._connect()
        self.set_copyable(False)
        room = parent.screen().availableSize() * 0.85
        self.resize(min(theme.px(620 if ahead else 880), room.width()), min(theme.px(640), room.height()))

    def _build(self) -> None:
        scopes = QButtonGroup(self)
        for each in (self.here, self.everything):
            each.setCheckable(True)
            scopes.addButton(each)
        self.here.setChecked(True)
        self._side = QWidget()
        column = QVBoxLayout(self._side)
        spread(column, 0, SPACE[1])
        column.addWidget(actions(self.here, self.everything))
        column.addWidget(self.list, 1)
        self._side.setHidden(self._ahead)
        self._box = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        spread(self._box, 0, SPACE[2])
        self._box.addWidget(self._side)
        self._box.addWidget(self.page, 1)
        layout = QVBoxLayout(self)
        spread(layout, SPACE[3], SPACE[2])
        layout.addLayout(self._box, 1)
        below: tuple[QWidget, ...] = (self.found, self._limits, self.mark)
        for widget in below:
            layout.addWidget(widget)
            widget.hide()
        self.verify.setHidden(self._ahead)
        layout.addWidget(actions(self.verify, self.copy, self.close_button))
        self.setMinimumSize(320, 320)

    def _connect(self) -> None:
        self.list.currentItemChanged.connect(self._current)
        self.everything.toggled.connect(self.scope_chosen)
        self.verify.clicked.connect(self.verify_clicked)
        self.copy.clicked.connect(self.copy_clicked)
        self.close_button.clicked.connect(self.close)
        self.page.picture_chosen.connect(self._enlarge)

    def offer_conversation(self, there: bool) -> None:
        """Whether a conversation is open whose requests can be listed alone."""
        self.here.setEnabled(there)
        (self.here if there else self.everything).setChecked(True)

    def show_rows(self, rows: Sequence[Sent], question: int | None = None) -> None:
        """List requests; the one that was chosen stays so, else the newest is.

        Args:
            rows: Newest first.
            question: One of this question is chosen instead: its row in the history.
        """
        selected = self.list.selectedItems()
        before = selected[0].data(_ROW) if selected else None
        chosen = before.id if isinstance(before, Sent) else None
        self.list.blockSignals(True)
        self.list.clear()
        for sent in rows:
            item = QListWidgetItem(words.line(sent))
            item.setData(_ROW, sent)
            self.list.addItem(item)
        self.list.blockSignals(False)
        place = next((number for number, sent in enumerate(rows) if sent.id == chosen), 0)
        if question is not None:
            place = next((number for number, sent in enumerate(rows) if sent.facts.question == question), place)
        if rows:
            self.list.setCurrentRow(place)
        else:
            self.page.say(tr("Nothing has left this computer."))
            self.set_copyable(False)

    def show_receipt(self, shown: Shown) -> None:
        """Show a receipt."""
        self.page.show_receipt(shown)
        self.set_copyable(bool(shown.receipt.body) and (shown.receipt.exact or self._ahead))

    def set_copyable(self, copyable: bool) -> None:
        """Whether exact bytes are at hand."""
        self.copy.setEnabled(copyable)

    def show_result(self, sentences: Sequence[str], role: str, limits: Sequence[str] = (), mark: str = "") -> None:
        """What a check has found.

        Args:
            sentences: One a line.
            role: Of the stylesheet: ok, warn, error, muted.
            limits: What that cannot prove, one sentence a line.
            mark: What can be kept elsewhere for a later check.
        """
        tell(self.found, "\n".join(sentences), role)
        tell(self._limits, "\n".join(limits), "small")
        self.mark.setText(mark)
        self.mark.setCursorPosition(0)
        self.mark.setVisible(bool(mark))

    def tab_stops(self) -> tuple[QPushButton, ...]:
        """The buttons, in order."""
        return (self.here, self.everything, self.verify, self.copy, self.close_button)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        (self.page if self._ahead else self.list).setFocus()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        beside = event.size().width() >= _BESIDE_FROM * max(1.0, self._theme.scale)
        self._box.setDirection(QBoxLayout.Direction.LeftToRight if beside else QBoxLayout.Direction.TopToBottom)
        if beside:
            self._side.setFixedWidth(self._theme.px(_LIST_WIDTH))
            self._side.setMaximumHeight(16_777_215)
        else:
            self._side.setMinimumWidth(0)
            self._side.setMaximumWidth(16_777_215)
            self._side.setMaximumHeight(max(self._theme.px(110), event.size().height() // 4))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.close()
            return
        super().keyPressEvent(event)

    def _current(self, item: object) -> None:
        if isinstance(item, QListWidgetItem):
            self.chosen.emit(item.data(_ROW))

    def _enlarge(self, image: object) -> None:
        assert isinstance(image, QImage)
        PictureDialog(self._theme, image, self).show()
