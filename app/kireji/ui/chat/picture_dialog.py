"""A picture in full size."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPixmap,
    QResizeEvent,
    QShowEvent,
)
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from kireji.core.messages import Sha256
from kireji.services.redaction import Redaction
from kireji.ui.covers.boxes import Boxes, Placed
from kireji.ui.covers.words import hidden_sentence
from kireji.ui.flow import FlowLayout
from kireji.ui.parts import button, label, spread
from kireji.ui.theme import Theme
from kireji.ui.tokens import SPACE
from kireji.ui.translation import tr


class PictureDialog(QWidget):
    """One picture in a window of its own, as large as the screen allows.

    Args:
        theme: Colours.
        image: The whole picture.
        parent: Over which it opens.
    """

    sent_clicked = Signal()
    """What was sent of it shall be shown."""
    form_clicked = Signal(str)
    """Something shall be made of it: table, translation or now."""

    def __init__(self, theme: Theme, image: QImage, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Dialog)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(tr("Picture, {width} × {height} pixels", width=image.width(), height=image.height()))
        self._theme = theme
        self._image = image
        self._redaction: Redaction | None = None
        self._picture: Sha256 = ""
        self.boxes = Boxes(self, theme)
        self._foot = QWidget(self)
        self._foot.setAttribute(Qt.WidgetAttribute.WA_NoMousePropagation)
        self._said = label("", "muted", wrap=True)
        self._sent = button(tr("Show what was sent"))
        self._sent.hide()
        self.forms = QWidget()
        self._form_row = FlowLayout(SPACE[1], self.forms)
        self.forms.hide()
        row = QHBoxLayout()
        spread(row, 0, SPACE[2])
        row.addWidget(self._said, 1)
        row.addWidget(self._sent)
        column = QVBoxLayout(self._foot)
        spread(column, (SPACE[3], 0, SPACE[3], SPACE[2]), SPACE[1])
        column.addLayout(row)
        column.addWidget(self.forms)
        self._foot.hide()
        self._sent.clicked.connect(self._show_sent)
        self.boxes.toggled.connect(self._toggled)
        self.boxes.left.connect(self._take_keys)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        room = parent.screen().availableSize() * 0.85
        ratio = parent.devicePixelRatioF()
        size = QSize(round(image.width() / ratio), round(image.height() / ratio))
        if size.width() > room.width() or size.height() > room.height():
            size = size.scaled(room, Qt.AspectRatioMode.KeepAspectRatio)
        margins = 2 * SPACE[3]
        self.resize(max(240, size.width() + margins), max(160, size.height() + margins))

    def show_boxes(self, redaction: Redaction, picture: Sha256) -> None:
        """Show what will be painted over in it, and let the person undo it.

        Args:
            redaction: Knows what.
            picture: Its name.
        """
        self._redaction, self._picture = redaction, picture
        self.destroyed.connect(redaction.checked.subscribe(self._checked))
        self._place()
        self._open_foot(sent=False)

    def offer_sent(self) -> None:
        """What was sent of it can be shown: it was asked about."""
        self._said.setText(tr("This is the picture as it is kept here."))
        self._open_foot(sent=True)

    def offer_forms(self, *, again: bool) -> None:
        """Something can be made of it.

        Args:
            again: Whether it is known where it was captured, so that the same place can be looked at now.
        """
        offered = [("table", tr("As a table")), ("translation", tr("Translate in place"))]
        if again:
            offered.append(("now", tr("Compare with the screen now")))
        for form, words in offered:
            made = button(words)
            made.clicked.connect(partial(self._wanted, form))
            self._form_row.addWidget(made)
        self.forms.show()
        self._open_foot(sent=not self._sent.isHidden())

    def _wanted(self, form: str, _checked: bool = False) -> None:
        self.close()
        self.form_clicked.emit(form)

    @property
    def sentence(self) -> str:
        """The line below the picture."""
        return "" if self._foot.isHidden() else self._said.text()

    @property
    def sent_button(self) -> QWidget:
        """Shows what was sent."""
        return self._sent

    def _open_foot(self, *, sent: bool) -> None:
        taken = self._foot_height()
        self._sent.setVisible(sent)
        for each in (self._foot, self._said, self._sent):
            each.ensurePolished()
        self._foot.show()
        width = max(self.width(), self._theme.px(340))
        self.resize(width, self.height() - taken + self._foot_height(width))

    def _take_keys(self) -> None:
        """The keyboard goes from the boxes back to the window, which has no other place for it."""
        if (box := self.focusWidget()) is not None:
            box.clearFocus()
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    def _checked(self, picture: Sha256) -> None:
        if picture == self._picture:
            self._place()

    def _toggled(self, toggled: object) -> None:
        assert isinstance(toggled, tuple)
        picture, cover, hidden = toggled
        if self._redaction is not None:
            (self._redaction.hide if hidden else self._redaction.show)(picture, cover)

    def _place(self) -> None:
        """Put the boxes where they lie in the picture as it is shown."""
        self._foot.setGeometry(0, self.height() - self._foot_height(), self.width(), self._foot_height())
        if self._redaction is None:
            return
        target, placed = self.picture_rect(), []
        across, down = target.width() / max(1, self._image.width()), target.height() / max(1, self._image.height())
        found = self._redaction.boxes(self._picture)
        for cover, hidden in found or ():
            left, top = target.x() + int(cover.rect.x * across), target.y() + int(cover.rect.y * down)
            right = target.x() - int(-cover.rect.right * across // 1)
            bottom = target.y() - int(-cover.rect.bottom * down // 1)
            placed.append(Placed(self._picture, cover, hidden, QRect(left, top, right - left, bottom - top)))
        self.boxes.show(placed)
        number = sum(each.hidden for each in placed)
        if found is None:
            self._said.setText(tr("Looking through the picture…"))
        elif number:
            self._said.setText(tr("{sentence}. Click a box to send it.", sentence=hidden_sentence(number)))
        else:
            self._said.setText(tr("Nothing is hidden in it."))

    def _foot_height(self, width: int = 0) -> int:
        if self._foot.isHidden():
            return 0
        layout = self._foot.layout()
        assert layout is not None
        return max(self._foot.sizeHint().height(), layout.totalHeightForWidth(width or self.width()))

    def picture_rect(self) -> QRect:
        """Where the picture lies."""
        room = self.rect().adjusted(SPACE[3], SPACE[3], -SPACE[3], -SPACE[3] - self._foot_height())
        ratio = self.devicePixelRatioF()
        size = QSize(round(self._image.width() / ratio), round(self._image.height() / ratio))
        if size.width() > room.width() or size.height() > room.height():
            size = size.scaled(room.size(), Qt.AspectRatioMode.KeepAspectRatio)
        target = QRect(room)
        target.setSize(size)
        target.moveCenter(room.center())
        return target

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.setFocus(Qt.FocusReason.OtherFocusReason)  # else the first box would have the keyboard

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(self._theme.colours.raised))
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawPixmap(self.picture_rect(), QPixmap.fromImage(self._image))

    def mousePressEvent(self, _event: QMouseEvent) -> None:
        self.close()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_H and self.boxes.focus():
            return
        if event.key() in (Qt.Key.Key_Escape, Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.close()

    def _show_sent(self) -> None:
        self.close()
        self.sent_clicked.emit()
