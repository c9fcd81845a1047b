"""The windows of all screens as one surface, with the tool bar and the card on the screen of the selection."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, QTimer, Signal
from PySide6.QtGui import QCursor, QGuiApplication, QScreen

from kireji.core.capturing import CaptureMode
from kireji.core.errors import CaptureError
from kireji.core.geometry import DesktopWindow, Rect, Region, ScreenImage
from kireji.core.words import say
from kireji.ui.overlay.cutting import Cutting
from kireji.ui.overlay.openings import NO_WINDOWS, opening
from kireji.ui.overlay.picking import spots_on
from kireji.ui.overlay.screens import matched, native_rect
from kireji.ui.overlay.shot import Lost, Shot
from kireji.ui.overlay.steps import Steps
from kireji.ui.overlay.window import OverlayWindow
from kireji.ui.theme import Theme
from kireji.ui.translation import tr

if TYPE_CHECKING:  # loaded after the first paint
    from kireji.ui.overlay.bar import ToolBar
    from kireji.ui.overlay.card import AnswerCard
    from kireji.ui.overlay.help import KeysCard


class Stage(Cutting):
    """Owns the kept windows and what floats on them.

    Args:
        theme: Look of bar and card.
    """

    painted = Signal()
    """The frozen screens are on the screen."""
    dismissed = Signal()
    """Esc."""
    command = Signal(object)
    """A key for the tool bar: "copy", "copy text" or "save"."""
    screens_changed = Signal(object)
    """The screen of the selection went or has another size; carries what was on it, as a `Lost`."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self._theme = theme
        self._windows: dict[QScreen, OverlayWindow] = {}
        self._sizes: dict[QScreen, tuple[int, int]] = {}
        self._keys: KeysCard | None = None
        self._mode = CaptureMode.REGION
        self._sentence = ""
        self._waiting_for_paint: set[OverlayWindow] = set()
        application = QGuiApplication.instance()
        assert isinstance(application, QGuiApplication)
        application.screenRemoved.connect(self._screen_removed)

    # Windows.

    def warm(self) -> None:
        """Make the windows, hidden, so that the first capture does not have to."""
        for screen in QGuiApplication.screens():
            self._window_of(screen)

    def _window_of(self, screen: QScreen) -> OverlayWindow:
        if screen not in self._windows:
            window = self._windows[screen] = OverlayWindow(screen, self._theme)
            window.changed.connect(self._changed)
            window.pressed.connect(self._make_home)
            window.entered.connect(self._entered)
            window.confirmed.connect(self._confirmed)
            window.dismissed.connect(self._dismissed)
            window.next_screen.connect(self._go_on)
            window.command.connect(self.command)
            window.painted.connect(self._window_painted)
            window.undo_asked.connect(self.undo)
            window.redo_asked.connect(self.redo)
            window.help_asked.connect(self._toggle_keys)
            window.picking_asked.connect(self._pick_windows)
            window.box_toggled.connect(self.box_toggled)
            window.boxes_left.connect(self._panels.focus)
            window.drawing.edited.connect(self._edited)
            window.drawing.chosen.connect(self.tool_changed)
            screen.geometryChanged.connect(self._geometry_changed)
        return self._windows[screen]

    def _screen_removed(self, screen: QScreen) -> None:
        """Another screen than that of the selection goes quietly."""
        self._sizes.pop(screen, None)
        if (window := self._windows.pop(screen, None)) is None:
            return
        self._put_out(window)
        window.deleteLater()

    def _geometry_changed(self, _geometry: QRect) -> None:
        """Only a screen that has another size than its picture is lost; one that was moved is followed."""
        for screen, window in list(self._windows.items()):
            if window in self._shown and self._sizes.get(screen) not in (None, _pixels(screen)):
                self._put_out(window)
            elif window in self._shown and window.geometry() != screen.geometry():
                window.follow_screen()

    def _put_out(self, window: OverlayWindow) -> None:
        """A window cannot go on showing its picture."""
        if window not in self._shown:
            return
        lost = Lost(self.region, self.kept, self.native_rect) if window is self._home else None
        self._shown.remove(window)
        self._waiting_for_paint.discard(window)
        self._insistence.leave(window)
        self._panels.leave(window)
        self._drop_keys()
        window.close_frame()
        if lost is not None:
            self._home = None
            self.screens_changed.emit(lost)
        elif self.is_open and not self._waiting_for_paint:
            QTimer.singleShot(0, self, self._all_painted)

    # Opening and closing.

    @property
    def is_open(self) -> bool:
        """Whether frozen screens are shown."""
        return bool(self._shown)

    def show(
        self,
        pictures: Sequence[ScreenImage],
        mode: CaptureMode = CaptureMode.REGION,
        *,
        windows: Sequence[DesktopWindow] = (),
        last: Rect | None = None,
        carried: Sequence[Region] = (),
    ) -> None:
        """Show the frozen screens; the one under the pointer takes the keys.

        Args:
            pictures: Of all screens.
            mode: What is selected to begin with.
            windows: Those of other programs, topmost first; may follow with `set_windows`.
            last: The region of the capture before, in the desktop's own pixels, for `CaptureMode.LAST`.
            carried: Regions that an earlier capture put aside for the same question.

        Raises:
            CaptureError: There is no screen to show them on.
        """
        self._panels.reset()
        pairs = matched(QGuiApplication.screens(), pictures)
        if not pairs:
            raise CaptureError(say("No screen is connected."), say("Connect one and try again."))
        under_pointer = QGuiApplication.screenAt(QCursor.pos())
        pointer = next((index for index, (screen, _) in enumerate(pairs) if screen is under_pointer), 0)
        begin = opening(mode, [picture for _, picture in pairs], pointer, last)
        self._shown = [self._window_of(screen) for screen, _ in pairs]
        self._sizes = {screen: _pixels(screen) for screen, _ in pairs}
        self._waiting_for_paint = set(self._shown)
        self._home = self._shown[begin.home]
        self._panels.move_to(self._home)
        self._mode, self._sentence, self._steps = mode, begin.sentence, None
        self._shot = Shot(tuple(picture for _, picture in pairs), spanning=begin.spanning, carried=tuple(carried))
        offer = mode is CaptureMode.WINDOW
        # The active one last: the window that is shown last gets the keys under most window managers.
        for index in sorted(range(len(pairs)), key=lambda each: each == begin.home):
            window, selected = self._shown[index], begin.selected[index]
            window.open(pairs[index][1], active=index == begin.home, selected=selected, offer=offer)
        self._insistence.begin(self._shown, self._home)
        if windows:
            self.set_windows(windows)

    def set_windows(self, windows: Sequence[DesktopWindow]) -> None:
        """The windows of other programs, topmost first, which can be picked from now on."""
        if not self.is_open:
            return
        for window in self._shown:
            if window.picture is not None:
                window.set_spots(spots_on(window.picture, windows))
        if any(window.menu for window in windows):
            self._insistence.rise()
        if self._mode is CaptureMode.WINDOW and not windows:
            self._tell(tr(NO_WINDOWS))

    def bring_forward(self) -> None:
        """Come to the front with the keyboard."""
        for window in self._shown:
            window.raise_()
        if self._home is not None:
            self._home.take_keys()

    def hide(self) -> None:
        """Hide everything and let the pictures go."""
        self._insistence.end()
        self._panels.hide()
        self._drop_keys()
        for window in self._shown:
            window.close_frame()
        self._shown, self._home, self._steps, self._shot = [], None, None, Shot(())

    def close(self) -> None:
        """Give the windows back; at the end of the program."""
        self.hide()
        for window in self._windows.values():
            self._panels.leave(window)
            window.close()
            window.deleteLater()
        self._windows.clear()
        self._panels.close()

    def _window_painted(self, window: OverlayWindow) -> None:
        self._waiting_for_paint.discard(window)
        # After this painting has reached the screen.
        QTimer.singleShot(0, window, window.show_marks)
        if not self._waiting_for_paint:
            QTimer.singleShot(0, self, self._all_painted)

    def _all_painted(self) -> None:
        if not self.is_open or self._home is None or self._steps is not None:
            return
        self._steps = Steps(self._home)
        self._show_span()
        self.painted.emit()
        if self._sentence:
            self._tell(self._sentence)
        if (home := self._opened()) is not None:
            self._changed(home)

    def _opened(self) -> OverlayWindow | None:
        """The screen of the selection, when something is selected from the beginning."""
        return self._home if self._home is not None and self._home.selection.settled else None

    # Panels.

    @property
    def bar(self) -> ToolBar:
        """The tool bar; made when it is needed first."""
        return self._panels.bar

    @property
    def card(self) -> AnswerCard:
        """The card; made when it is needed first."""
        return self._panels.card

    @property
    def has_bar(self) -> bool:
        """Whether it was needed."""
        return self._panels.has_bar

    def show_card(self) -> None:
        """Show the card beside the selection, which stays as it is from now on."""
        if self._home is not None:
            self._home.drawing.put_away()
        self._panels.show_card()

    def call_back(self) -> None:
        """Put the card away, and let the question be asked otherwise."""
        self._panels.call_back()

    def _toggle_keys(self) -> None:
        if self._keys is not None:
            self._drop_keys()
        elif self._home is not None:
            from kireji.ui.overlay.help import KeysCard

            self._keys = KeysCard(self._home)
            self._keys.show_on(self._home)

    def _drop_keys(self) -> None:
        if self._keys is not None:
            self._keys.hide()
            self._keys.deleteLater()
            self._keys = None
            self._panels.focus()

    def _dismissed(self) -> None:
        if self._keys is not None:
            self._drop_keys()
        else:
            self.dismissed.emit()


def _pixels(screen: QScreen) -> tuple[int, int]:
    place = native_rect(screen)
    return place.width, place.height
