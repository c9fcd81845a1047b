"""The boxes over the pictures that one widget shows, and what is said of the one that is pointed at."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from PySide6.QtCore import QObject, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from kireji.core.covering import Cover
from kireji.core.messages import Sha256
from kireji.ui.covers.box import HiddenBox
from kireji.ui.theme import Theme
from kireji.ui.tokens import DARK, SPACE, TYPE_SMALL

_PADDING = QSize(SPACE[1], 3)


class Placed(NamedTuple):
    """A box and where it lies.

    Args:
        picture: In which picture it is.
        cover: What is under it.
        hidden: Whether it is painted over.
        rect: In the coordinates of the widget that shows the picture.
    """

    picture: Sha256
    cover: Cover
    hidden: bool
    rect: QRect


class Boxes(QObject):
    """Owns the boxes on one widget; they lie below everything else that floats there.

    Args:
        host: What shows the pictures.
        theme: Size of text.
        passes: Whether a press at a place of the host belongs to the host.
    """

    toggled = Signal(object)
    """`(picture, cover, hidden)`: the person has pressed one."""
    left = Signal()
    """The keyboard goes back to where it came from."""

    def __init__(self, host: QWidget, theme: Theme, passes: Callable[[QPoint], bool] = lambda _place: False) -> None:
        super().__init__(host)
        self._host = host
        self._theme = theme
        self._passes = passes
        self._boxes: list[HiddenBox] = []
        self._caption = Caption(host, theme)

    @property
    def boxes(self) -> tuple[HiddenBox, ...]:
        """Those that are there, in reading order."""
        return tuple(self._boxes)

    @property
    def caption(self) -> Caption:
        """What is said of the one that is pointed at."""
        return self._caption

    def show(self, placed: Sequence[Placed], *, enabled: bool = True) -> None:
        """Show exactly these; those that are there already stay, and with them the keyboard.

        Args:
            placed: Boxes with their places.
            enabled: Whether a press still changes something.
        """
        known = {(box.picture, box.cover): box for box in self._boxes}
        self._boxes = []
        for each in sorted(placed, key=lambda one: (one.rect.y(), one.rect.x())):
            box = known.pop((each.picture, each.cover), None) or self._make(each)
            box.show_hidden(hidden=each.hidden)
            box.setEnabled(enabled)
            box.setGeometry(each.rect)
            box.show()
            self._boxes.append(box)
        for gone in known.values():
            if gone.hasFocus():
                self.left.emit()
            gone.hide()
            gone.deleteLater()
        self._point()

    def focus(self, step: int = 1) -> bool:
        """Put the keyboard on the next box, or on the first; False when there is none."""
        boxes = [box for box in self._boxes if box.isEnabled()]
        if not boxes:
            return False
        at = next((index for index, box in enumerate(boxes) if box.hasFocus()), -1 if step > 0 else 0)
        boxes[(at + step) % len(boxes)].setFocus(Qt.FocusReason.ShortcutFocusReason)
        return True

    def _make(self, placed: Placed) -> HiddenBox:
        box = HiddenBox(placed.picture, placed.cover, self._passes, self._host)
        box.clicked.connect(self._clicked)
        box.pointed.connect(self._point)
        box.stepped.connect(self._step)
        box.left.connect(self.left)
        box.lower()  # the tool bar, the card and the caption are above it
        return box

    def _clicked(self) -> None:
        box = self.sender()
        assert isinstance(box, HiddenBox)
        self.toggled.emit((box.picture, box.cover, box.hidden))

    def _step(self, step: object) -> None:
        assert isinstance(step, int)
        self.focus(step)

    def _point(self) -> None:
        said = [box for box in self._boxes if box.words]
        # The pointer is where the person looks; the keyboard may have stayed elsewhere.
        chosen = next((box for box in said if box.underMouse()), said[0] if said else None)
        self._caption.show_for(chosen)


class Caption(QWidget):
    """A few words above a box, or below it where there is no room.

    Args:
        host: Where they stay inside.
        theme: Size of text.
    """

    def __init__(self, host: QWidget, theme: Theme) -> None:
        super().__init__(host)
        self._theme = theme
        self._words = ""
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.hide()

    @property
    def words(self) -> str:
        """What it says; empty while it is hidden."""
        return "" if self.isHidden() else self._words

    def show_for(self, box: HiddenBox | None) -> None:
        """Say what a box is; None says nothing."""
        host = self.parentWidget()
        self._words = "" if box is None else box.words
        if box is None or host is None or not self._words:
            self.hide()
            return
        metrics = QFontMetrics(self._small())
        width = min(metrics.horizontalAdvance(self._words) + 2 * _PADDING.width() + 2, host.width())
        height = metrics.height() + 2 * _PADDING.height()
        area = box.geometry()
        left = area.x() if self.layoutDirection() == Qt.LayoutDirection.LeftToRight else area.right() + 1 - width
        top = area.y() - height - SPACE[0]
        if top < 0:
            top = area.bottom() + 1 + SPACE[0]
        self.setGeometry(min(max(0, left), host.width() - width), top, width, height)
        self.show()
        self.raise_()
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(DARK.surface))
        painter.drawRoundedRect(self.rect(), SPACE[0], SPACE[0])
        painter.setPen(QColor(DARK.ink))
        painter.setFont(self._small())
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self._words)

    def _small(self) -> QFont:
        font = QFont(self.font())
        font.setPixelSize(round(TYPE_SMALL * self._theme.scale))
        return font
