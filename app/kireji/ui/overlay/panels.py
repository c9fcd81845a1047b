"""The tool bar and the card: made when they are needed, placed at the selection, moved between screens."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

from kireji.core.geometry import Rect
from kireji.ui.overlay.bar import ToolBar
from kireji.ui.overlay.frame import qrect
from kireji.ui.overlay.keys import KeysToField
from kireji.ui.overlay.placement import card_sizes, place_bar, place_card, reserve_card, within
from kireji.ui.theme import Theme
from kireji.ui.tokens import SPACE

if TYPE_CHECKING:  # the card is loaded after the first paint; the window is made by the stage
    from kireji.ui.overlay.card import AnswerCard
    from kireji.ui.overlay.window import OverlayWindow


class Panels(QObject):
    """Owns what floats on the frozen screens.

    Args:
        theme: Look of bar and card.
        parent: As usual in Qt.
    """

    def __init__(self, theme: Theme, parent: QObject) -> None:
        super().__init__(parent)
        self._theme = theme
        self._home: OverlayWindow | None = None
        self._bar: ToolBar | None = None
        self._card: AnswerCard | None = None
        self._room: Rect | None = None

    @property
    def bar(self) -> ToolBar:
        """The tool bar; made when it is needed first."""
        if self._bar is None:
            self._bar = ToolBar(self._theme, self._home)
            self._bar.hide()
            self._bar.reset()
            self._bar.resized.connect(self.place)
            _polish(self._bar)
        return self._bar

    @property
    def has_bar(self) -> bool:
        """Whether it was made."""
        return self._bar is not None

    @property
    def card(self) -> AnswerCard:
        """The card; made when it is needed first."""
        if self._card is None:
            from kireji.ui.overlay.card import AnswerCard

            self._card = AnswerCard(self._theme, self._home)
            self._card.hide()
            # A button that is pressed with the mouse leaves the keys with the field.
            self._card.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
            self._card.installEventFilter(KeysToField(self._card, self._card.field))
            self._card.resized.connect(self.place)
            _polish(self._card)
        return self._card

    @property
    def card_is_shown(self) -> bool:
        """Whether a question was asked here."""
        return self._card is not None and not self._card.isHidden()

    # Where they are.

    def reset(self) -> None:
        """Ready for a new capture."""
        if self._bar is not None:
            self._bar.reset()

    def move_to(self, window: OverlayWindow | None) -> None:
        """The selection is on this window from now on; the bar waits until it is shown there."""
        if self._home is not None and self._home is not window:
            self._home.cast_shadows(())
        self._home = window
        if self._bar is not None:
            self._bar.hide()

    def leave(self, window: OverlayWindow) -> None:
        """The panels outlive the window they are on."""
        for panel in (self._bar, self._card):
            if panel is not None and panel.parentWidget() is window:
                panel.hide()
                panel.setParent(None)
        if self._home is window:
            self._home = None

    def focus(self) -> None:
        """The keys go to the field that is shown, else to the frozen screen."""
        if self.card_is_shown:
            self.card.take_keys()
        elif self._bar is not None and not self._bar.isHidden():
            self._bar.field.setFocus(Qt.FocusReason.OtherFocusReason)
        elif self._home is not None:
            self._home.setFocus(Qt.FocusReason.OtherFocusReason)

    def hide(self) -> None:
        """Hide them; the answer that was shown is forgotten."""
        for panel in (self._bar, self._card):
            if panel is not None:
                panel.hide()
        if self._card is not None:
            self._card.forget()
        self._home = self._room = None

    def close(self) -> None:
        """At the end of the program."""
        for panel in (self._bar, self._card):
            if panel is not None:
                panel.deleteLater()
        self._bar = self._card = None

    # The bar.

    def show_bar(self, window: OverlayWindow) -> None:
        """Show the bar at the selection; the keys go to its field when it was hidden before."""
        fresh = self.bar.isHidden()
        if self.bar.parentWidget() is not window:
            self.bar.setParent(window)
        self._place_bar(window)
        if fresh:
            self.bar.show()
            self.bar.raise_()
            self.bar.field.setFocus(Qt.FocusReason.OtherFocusReason)
        self._cast_shadows()

    def hide_bar(self) -> None:
        """Nothing is selected, or it is just being changed."""
        if self._bar is not None and not self._bar.isHidden():
            self._bar.hide()
            if self._home is not None:
                self._home.setFocus(Qt.FocusReason.OtherFocusReason)
            self._cast_shadows()

    def _place_bar(self, window: OverlayWindow) -> None:
        if (area := window.area) is not None:
            screen = _screen_of(window)
            size = self.bar.wanted_size(screen.width - 2 * SPACE[2])
            place = place_bar(size, area, screen, SPACE[2], label=window.label_height, rtl=_rtl())
            self.bar.setGeometry(qrect(place))

    # The card.

    def show_card(self) -> None:
        """Show the card beside the selection, which stays as it is from now on."""
        window = self._home
        if window is None or self.card_is_shown:
            return
        window.lock(on=True)
        self.bar.set_asking(on=False)
        self.card.setParent(window)
        self._place_bar(window)
        self._room = self._reserved(window)
        self._place_card()
        self.card.show()
        self.card.take_keys()
        self._cast_shadows()

    def call_back(self) -> None:
        """The question was not asked after all: it stands in the bar as it was typed, and the selection can change."""
        window = self._home
        if window is None or not self.card_is_shown:
            return
        self.card.hide()
        self.card.forget()
        window.lock(on=False)
        self.bar.set_asking(on=True)
        self.show_bar(window)
        self.bar.field.setFocus(Qt.FocusReason.OtherFocusReason)

    def _reserved(self, window: OverlayWindow) -> Rect:
        screen, area, gap = _screen_of(window), window.area or Rect(0, 0, 1, 1), SPACE[3]
        return reserve_card(
            card_sizes(self._theme.scale, (screen.width - 2 * gap, screen.height - 2 * gap)),
            area,
            screen,
            gap,
            avoid=self._avoid,
            rtl=_rtl(),
        )

    def _place_card(self) -> None:
        """As high as its text within the reserved room, on the side of it that is near the selection."""
        window, room = self._home, self._room
        if window is None or room is None:
            return
        area = window.area
        if area is not None and (folded := self.card.fold_where(covers=not room.intersection(area).empty)):
            self._place_folded(window, area, folded)
            return
        height = min(self.card.wanted_height(room.width), room.height)
        above = area is not None and room.bottom <= area.y
        y = room.bottom - height if above else room.y
        self.card.setGeometry(qrect(within(Rect(room.x, y, room.width, height), room)))

    def _place_folded(self, window: OverlayWindow, area: Rect, width: int) -> None:
        """Where the few buttons cover least of what is read on the picture."""
        screen, gap = _screen_of(window), SPACE[2]
        width = min(width, screen.width - 2 * gap)
        size = (width, self.card.wanted_height(width))
        self.card.setGeometry(qrect(place_card(size, area, screen, gap, avoid=self._avoid, rtl=_rtl())))

    @property
    def _avoid(self) -> tuple[Rect, ...]:
        """The bar."""
        bar = self.bar.geometry()
        return (Rect(bar.x(), bar.y(), bar.width(), bar.height()),)

    def place(self) -> None:
        """Their contents, or the selection, have another size."""
        window = self._home
        if window is None:
            return
        if self._bar is not None and not self._bar.isHidden():
            self._place_bar(window)
        if self.card_is_shown:
            self._place_card()
        self._cast_shadows()

    def _cast_shadows(self) -> None:
        if self._home is not None:
            shown = [panel for panel in (self._bar, self._card) if panel is not None and not panel.isHidden()]
            self._home.cast_shadows(tuple(panel.geometry() for panel in shown))


def _polish(panel: QWidget) -> None:
    """Apply the stylesheet now rather than when the panel is first shown."""
    for widget in (panel, *panel.findChildren(QWidget)):
        widget.ensurePolished()


def _rtl() -> bool:
    return QGuiApplication.layoutDirection() == Qt.LayoutDirection.RightToLeft


def _screen_of(window: QWidget) -> Rect:
    return Rect(0, 0, window.width(), window.height())
