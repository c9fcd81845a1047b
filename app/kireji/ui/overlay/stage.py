"""The windows of all screens as one surface, with the tool bar and the card on the screen of the selection."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QRect, Qt, QTimer, Signal
from PySide6.QtGui import QCursor, QGuiApplication, QImage, QScreen
from PySide6.QtWidgets import QWidget

from kireji.core.errors import CaptureError
from kireji.core.geometry import Rect, Region, ScreenImage
from kireji.ui.overlay.bar import ToolBar
from kireji.ui.overlay.frame import qrect
from kireji.ui.overlay.placement import place_bar, reserve_card, within
from kireji.ui.overlay.window import OverlayWindow
from kireji.ui.theme import Theme
from kireji.ui.tokens import SPACE

if TYPE_CHECKING:  # loaded after the first paint
    from kireji.ui.overlay.card import AnswerCard

_FOCUS_MILLISECONDS = 120
"""How long a window manager may take to hand the keyboard over before it is taken."""


class Stage(QObject):
    """Owns the kept windows and what floats on them.

    Args:
        theme: Look of bar and card.
    """

    painted = Signal()
    """The frozen screens are on the screen."""
    settled = Signal()
    """Something is selected; also after every change of it."""
    unsettled = Signal()
    """Nothing is selected, or it is just being changed."""
    confirmed = Signal()
    """Enter on the selection itself."""
    dismissed = Signal()
    """Esc."""
    command = Signal(object)
    """A key for the tool bar: "copy", "copy text" or "save"."""
    screens_changed = Signal()
    """A screen came, went or has another size while the stage is open."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._windows: dict[QScreen, OverlayWindow] = {}
        self._shown: list[OverlayWindow] = []
        self._home: OverlayWindow | None = None
        self._bar: ToolBar | None = None
        self._card: AnswerCard | None = None
        self._room: Rect | None = None
        self._waiting_for_paint: set[OverlayWindow] = set()
        self._focus = QTimer(self, singleShot=True, interval=_FOCUS_MILLISECONDS)
        self._focus.timeout.connect(self._insist_on_keys)
        application = QGuiApplication.instance()
        assert isinstance(application, QGuiApplication)
        application.screenAdded.connect(self._screen_added)
        application.screenRemoved.connect(self._screen_removed)

    # Windows.

    def warm(self) -> None:
        """Make the windows, hidden, so that the first capture does not have to."""
        for screen in QGuiApplication.screens():
            self._window_of(screen)

    def _window_of(self, screen: QScreen) -> OverlayWindow:
        if screen not in self._windows:
            window = OverlayWindow(screen, self._theme)
            window.changed.connect(self._changed)
            window.pressed.connect(self._make_home)
            window.entered.connect(self._entered)
            window.confirmed.connect(self._confirmed)
            window.dismissed.connect(self.dismissed)
            window.next_screen.connect(self._go_on)
            window.command.connect(self.command)
            window.painted.connect(self._window_painted)
            screen.geometryChanged.connect(self._geometry_changed)
            self._windows[screen] = window
        return self._windows[screen]

    def _screen_added(self, _screen: QScreen) -> None:
        if self.is_open:
            self.screens_changed.emit()

    def _screen_removed(self, screen: QScreen) -> None:
        was_open = self.is_open
        if (window := self._windows.pop(screen, None)) is not None:
            self._leave(window)
            window.close_frame()
            window.deleteLater()
            if window in self._shown:
                self._shown.remove(window)
        if was_open:
            self.screens_changed.emit()

    def _geometry_changed(self, _geometry: QRect) -> None:
        if self.is_open:
            self.screens_changed.emit()

    # Opening and closing.

    @property
    def is_open(self) -> bool:
        """Whether frozen screens are shown."""
        return bool(self._shown)

    def show(self, pictures: Sequence[ScreenImage]) -> None:
        """Show the frozen screens; the one under the pointer takes the keys.

        Raises:
            CaptureError: There is no screen to show them on.
        """
        if self._bar is not None:
            self._bar.reset()
        pairs = _matched(QGuiApplication.screens(), pictures)
        if not pairs:
            raise CaptureError("No screen is connected.", "Connect one and try again.")
        under_pointer = QGuiApplication.screenAt(QCursor.pos())
        active = next((screen for screen, _ in pairs if screen is under_pointer), pairs[0][0])
        self._shown = [self._window_of(screen) for screen, _ in pairs]
        self._waiting_for_paint = set(self._shown)
        self._home = self._window_of(active)
        # The active one last: the window that is shown last gets the keys under most window managers.
        for screen, picture in sorted(pairs, key=lambda pair: pair[0] is active):
            self._window_of(screen).open(picture, active=screen is active)
        self._focus.start()

    def bring_forward(self) -> None:
        """Come to the front with the keyboard."""
        for window in self._shown:
            window.raise_()
        if self._home is not None:
            self._home.take_keys()

    def hide(self) -> None:
        """Hide everything and let the pictures go."""
        self._focus.stop()
        for panel in (self._bar, self._card):
            if panel is not None:
                panel.hide()
        if self._card is not None:
            self._card.forget()
        for window in self._shown:
            if (handle := window.windowHandle()) is not None:
                handle.setKeyboardGrabEnabled(False)
            window.close_frame()
        self._shown, self._home, self._room = [], None, None

    def close(self) -> None:
        """Give the windows back; at the end of the program."""
        self.hide()
        for window in self._windows.values():
            self._leave(window)
            window.close()
            window.deleteLater()
        self._windows.clear()
        for panel in (self._bar, self._card):
            if panel is not None:
                panel.deleteLater()
        self._bar = self._card = None

    def _leave(self, window: OverlayWindow) -> None:
        """The panels outlive the window they are on."""
        for panel in (self._bar, self._card):
            if panel is not None and panel.parentWidget() is window:
                panel.hide()
                panel.setParent(None)
        if self._home is window:
            self._home = None

    def _window_painted(self, window: OverlayWindow) -> None:
        self._waiting_for_paint.discard(window)
        # After this painting has reached the screen.
        QTimer.singleShot(0, window, window.show_marks)
        if not self._waiting_for_paint:
            QTimer.singleShot(0, self, self._all_painted)

    def _all_painted(self) -> None:
        if self.is_open:
            self.painted.emit()

    def _insist_on_keys(self) -> None:
        """A window manager may refuse the focus to a window that no click opened; then the keyboard is grabbed."""
        if self._home is None or self._home.isActiveWindow():
            return
        self._home.take_keys()
        if (handle := self._home.windowHandle()) is not None:
            handle.setKeyboardGrabEnabled(True)

    # Panels.

    @property
    def bar(self) -> ToolBar:
        """The tool bar; made when it is needed first."""
        if self._bar is None:
            self._bar = ToolBar(self._theme, self._home)
            self._bar.hide()
            self._bar.resized.connect(self._place)
            _polish(self._bar)
        return self._bar

    @property
    def card(self) -> AnswerCard:
        """The card; made when it is needed first."""
        if self._card is None:
            from kireji.ui.overlay.card import AnswerCard

            self._card = AnswerCard(self._theme, self._home)
            self._card.hide()
            self._card.resized.connect(self._place)
            _polish(self._card)
        return self._card

    def show_card(self) -> None:
        """Show the card beside the selection, which stays as it is from now on."""
        window = self._home
        if window is None or self._card_is_shown:
            return
        window.lock(on=True)
        self.bar.set_asking(on=False)
        self.card.setParent(window)
        self._place_bar(window)
        self._room = self._reserved(window)
        self._place_card()
        self.card.show()
        self.card.field.setFocus(Qt.FocusReason.OtherFocusReason)
        self._cast_shadows()

    @property
    def _card_is_shown(self) -> bool:
        return self._card is not None and not self._card.isHidden()

    def _reserved(self, window: OverlayWindow) -> Rect:
        screen, area, gap = self._screen_of(window), window.area or Rect(0, 0, 1, 1), SPACE[3]
        bar = self.bar.geometry()
        avoid = (Rect(bar.x(), bar.y(), bar.width(), bar.height()),)
        return reserve_card(
            self.card.wanted_width(screen.width - 2 * gap),
            self.card.heights(screen.height - 2 * gap),
            area,
            screen,
            gap,
            avoid=avoid,
            rtl=_rtl(),
        )

    def _place(self) -> None:
        window = self._home
        if window is None:
            return
        if self._bar is not None and not self._bar.isHidden():
            self._place_bar(window)
        if self._card_is_shown:
            self._place_card()
        self._cast_shadows()

    def _place_bar(self, window: OverlayWindow) -> None:
        if (area := window.area) is not None:
            screen = self._screen_of(window)
            size = self.bar.wanted_size(screen.width - 2 * SPACE[2])
            self.bar.setGeometry(qrect(place_bar(size, area, screen, SPACE[2], rtl=_rtl())))

    def _place_card(self) -> None:
        """As high as its text within the reserved room, on the side of it that is near the selection."""
        window, room = self._home, self._room
        if window is None or room is None:
            return
        height = min(self.card.wanted_height(room.width), room.height)
        area = window.area
        above = area is not None and room.bottom <= area.y
        y = room.bottom - height if above else room.y
        self.card.setGeometry(qrect(within(Rect(room.x, y, room.width, height), room)))

    def _cast_shadows(self) -> None:
        if self._home is not None:
            shown = [panel for panel in (self._bar, self._card) if panel is not None and not panel.isHidden()]
            self._home.cast_shadows(tuple(panel.geometry() for panel in shown))

    @staticmethod
    def _screen_of(window: OverlayWindow) -> Rect:
        return Rect(0, 0, window.width(), window.height())

    # The selection.

    @property
    def region(self) -> Region | None:
        """What is selected; None when nothing is."""
        window = self._home
        if window is None or window.picture is None or window.selection.rect is None:
            return None
        return Region(window.picture, window.selection.rect)

    def cut(self) -> QImage | None:
        """A copy of what is selected, in full resolution."""
        window, region = self._home, self.region
        if window is None or window.frame is None or region is None:
            return None
        return window.frame.cut(region.rect)

    def _changed(self, window: OverlayWindow) -> None:
        self._make_home(window)
        if window.selection.settled:
            self._show_bar(window)
            self.settled.emit()
        else:
            self._hide_bar()
            self.unsettled.emit()

    def _show_bar(self, window: OverlayWindow) -> None:
        fresh = self.bar.isHidden()
        if self.bar.parentWidget() is not window:
            self.bar.setParent(window)
        self._place_bar(window)
        if fresh:
            self.bar.show()
            self.bar.raise_()
            self.bar.field.setFocus(Qt.FocusReason.OtherFocusReason)
        self._cast_shadows()

    def _hide_bar(self) -> None:
        if self._bar is not None and not self._bar.isHidden():
            self._bar.hide()
            if self._home is not None:
                self._home.setFocus(Qt.FocusReason.OtherFocusReason)
            self._cast_shadows()

    def _make_home(self, window: OverlayWindow) -> None:
        """The selection is on this screen from now on."""
        if window is self._home:
            return
        old, self._home = self._home, window
        if old is not None:
            old.clear()
            old.set_active(on=False)
            old.cast_shadows(())
        if self._bar is not None:
            self._bar.hide()
        window.set_active(on=True)
        window.take_keys()

    def _entered(self, window: OverlayWindow) -> None:
        if self._home is None or self._home.selection.rect is None:
            self._make_home(window)

    def _go_on(self, window: OverlayWindow) -> None:
        if len(self._shown) > 1:
            self._make_home(self._shown[(self._shown.index(window) + 1) % len(self._shown)])

    def _confirmed(self, _window: OverlayWindow) -> None:
        self.confirmed.emit()


def _polish(panel: QWidget) -> None:
    """Apply the stylesheet now rather than when the panel is first shown."""
    for widget in (panel, *panel.findChildren(QWidget)):
        widget.ensurePolished()


def _rtl() -> bool:
    return QGuiApplication.layoutDirection() == Qt.LayoutDirection.RightToLeft


def native_rect(screen: QScreen) -> Rect:
    """Where a screen lies in its own pixels: Qt scales its size but not its position (platform facts 2.3)."""
    geometry, ratio = screen.geometry(), screen.devicePixelRatio()
    return Rect(geometry.x(), geometry.y(), round(geometry.width() * ratio), round(geometry.height() * ratio))


def _matched(screens: Sequence[QScreen], pictures: Sequence[ScreenImage]) -> list[tuple[QScreen, ScreenImage]]:
    """Which picture belongs to which screen: the one that lies where the screen lies."""
    left = list(pictures)
    pairs = []
    for screen in screens:
        if not left:
            break
        place = native_rect(screen)
        best = max(left, key=lambda picture: _nearness(picture.native, place))
        left.remove(best)
        pairs.append((screen, best))
    return pairs


def _nearness(a: Rect, b: Rect) -> tuple[bool, int, int]:
    shared = a.intersection(b)
    return a == b, shared.width * shared.height, -abs(a.x - b.x) - abs(a.y - b.y)
