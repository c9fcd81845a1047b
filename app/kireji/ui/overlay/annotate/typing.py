"""The field in which the words of a mark are typed, in place and as they will look."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QMargins, QObject, QPointF, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QApplication, QFrame, QPlainTextEdit, QWidget

from kireji.core.annotation import Ink, Point, Style, Text
from kireji.core.geometry import Rect
from kireji.ui.overlay.annotate.drawing import PLATE_ACROSS, PLATE_DOWN, PLATE_ROUND, colour, contrast, text_extent
from kireji.ui.overlay.keys import ENTER
from kireji.ui.parts import turn
from kireji.ui.translation import tr

_LONGEST = 2000
"""Characters of one mark; more than any screen shows."""


class Writing(QObject):
    """Opens the field on the window that shows the picture and says what was typed.

    Args:
        parent: As usual in Qt.
    """

    finished = Signal(object)
    """The `Text` that was typed, or None for nothing."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._window: QWidget | None = None
        self._to_window: Callable[[Point], QPointF] | None = None
        self._field: TextField | None = None

    def attach(self, window: QWidget, to_window: Callable[[Point], QPointF]) -> None:
        """Say where the picture is shown."""
        self._window, self._to_window = window, to_window

    @property
    def unit(self) -> float:
        """Pixels of the picture per logical pixel of the window; changes with the window's screen."""
        if self._to_window is None:
            return 1.0
        across = self._to_window((1000.0, 0.0)).x() - self._to_window((0.0, 0.0)).x()
        return 1000.0 / across if across > 0 else 1.0

    @property
    def field(self) -> TextField | None:
        """The field while it is open."""
        return self._field

    def focus_window(self) -> None:
        """The keys are for the picture."""
        if self._window is not None:
            self._window.setFocus()

    def begin(self, at: Point, style: Style, within: Rect, mark: Text | None) -> None:
        """Open the field.

        Args:
            at: The plate's left top corner, in pixels of the picture.
            style: Colour and size of a new mark.
            within: The plate stays inside, in pixels of the picture.
            mark: Whose words are changed; None begins a new one.
        """
        if self._window is None or self._to_window is None:
            return
        self._field = TextField(self._window, self._to_window, at, style, within, mark)
        self._field.finished.connect(self._finished)
        self._field.begin()

    def typed(self) -> Text | None:
        """What stands in the field now."""
        return self._field.mark() if self._field is not None else None

    def finish(self) -> None:
        """Take what was typed."""
        if self._field is not None:
            self._field.finish()

    def close(self) -> None:
        """Put the field away without saying what stands in it; the keys go back to the picture."""
        field, self._field = self._field, None
        if field is None:
            return
        had_focus = field.hasFocus()
        field.abandon()
        field.hide()
        field.deleteLater()
        if had_focus:
            self.focus_window()

    def _finished(self) -> None:
        typed = self.typed()
        self.close()
        self.finished.emit(typed)


class TextField(QPlainTextEdit):
    """A small field on a plate that grows with its words.

    Args:
        window: The overlay's window that it floats on.
        to_window: From pixels of the picture to the window's coordinates.
        at: The plate's left top corner, in pixels of the picture.
        style: Colour and size.
        within: The plate stays inside as far as it fits, in pixels of the picture.
        mark: Whose words are changed; None begins a new mark.
    """

    finished = Signal()
    """Enter, Esc, a press elsewhere, or the focus went."""
    changed = Signal()
    """Other words, another size."""

    def __init__(
        self,
        window: QWidget,
        to_window: Callable[[Point], QPointF],
        at: Point,
        style: Style,
        within: Rect,
        mark: Text | None = None,
    ) -> None:
        super().__init__(window)
        self._to_window = to_window
        self._within = within
        self._unit = style.unit
        self._done = False
        self._wanted = mark.at if mark is not None else at
        self._size = mark.size if mark is not None else style.text_size
        self._ink = mark.ink if mark is not None else style.ink
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName(tr("Words of the mark"))
        self.setAccessibleDescription(tr("Enter: done. Shift+Enter: new line."))
        self.setCursor(Qt.CursorShape.IBeamCursor)
        self.document().setDocumentMargin(0)
        across, down = round(PLATE_ACROSS * self.letters), round(PLATE_DOWN * self.letters)
        self.setViewportMargins(QMargins(across, down, 0, 0))
        self.set_ink(self._ink)
        if mark is not None:
            self.setPlainText(mark.text)
            self.selectAll()
        self.textChanged.connect(self._grow)
        self._grow()

    def begin(self) -> None:
        """Show it with the cursor in it."""
        self.show()
        self.raise_()
        self.setFocus(Qt.FocusReason.OtherFocusReason)
        application = QApplication.instance()
        assert application is not None
        application.installEventFilter(self)

    @property
    def letters(self) -> float:
        """Height of the font in logical pixels."""
        return self._size / self._unit

    @property
    def ink(self) -> Ink:
        """The plate's colour."""
        return self._ink

    def set_ink(self, ink: Ink) -> None:
        """Another colour."""
        self._ink = ink
        self.setStyleSheet(
            f"QPlainTextEdit {{ background: {colour(ink).name()}; color: {contrast(ink).name()};"
            f" border: none; border-radius: {round(PLATE_ROUND * self.letters)}px; padding: 0;"
            f" font-size: {round(self.letters)}px; font-weight: 600;"
            f" selection-background-color: {contrast(ink).name()}; selection-color: {colour(ink).name()}; }}"
        )

    def mark(self) -> Text | None:
        """What has been typed; None for nothing but space."""
        text = self.toPlainText().strip()[:_LONGEST]
        if not text:
            return None
        extent = self._extent(text)
        return Text(self._place(extent), text, extent, self._ink, self._size)

    def _extent(self, text: str) -> tuple[float, float]:
        return text_extent(text, self._size, float(self._within.width))

    def _place(self, extent: tuple[float, float]) -> Point:
        within = self._within
        x = max(float(within.x), min(self._wanted[0], within.right - extent[0]))
        y = max(float(within.y), min(self._wanted[1], within.bottom - extent[1]))
        return x, y

    def _grow(self) -> None:
        turn(self)
        extent = self._extent(self.toPlainText() + "\u2007")  # room for the next letter
        left_top = self._to_window(self._place(extent))
        width, height = extent[0] / self._unit, extent[1] / self._unit
        self.setGeometry(round(left_top.x()), round(left_top.y()), round(width) + 1, round(height) + 1)
        self.changed.emit()

    def finish(self) -> None:
        """Say that the words are done, once."""
        if not self._done:
            self.abandon()
            self.finished.emit()

    def abandon(self) -> None:
        """No longer listen; nothing is said."""
        self._done = True
        application = QApplication.instance()
        if application is not None:
            application.removeEventFilter(self)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        plain = not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if event.key() == Qt.Key.Key_Escape or (event.key() in ENTER and plain):
            self.finish()
            return
        super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if event.reason() is not Qt.FocusReason.PopupFocusReason:
            self.finish()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        # A button of the tool bar does not take the focus, but what it does must already see the words.
        if (
            event.type() is QEvent.Type.MouseButtonPress
            and isinstance(watched, QWidget)
            and watched.window() is self.window()
            and not (watched is self or self.isAncestorOf(watched))
        ):
            self.finish()
        return super().eventFilter(watched, event)
