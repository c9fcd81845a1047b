"""The frozen picture of one screen in a window: what is selected, offered and said there, and how it is painted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QFocusEvent, QPainter, QPaintEvent, QRegion, QResizeEvent, QScreen
from PySide6.QtWidgets import QWidget

from kireji.core.geometry import Rect, ScreenImage
from kireji.ui.overlay.frame import Frame, rects_of
from kireji.ui.overlay.hints import hint, hint_box, paint_hint
from kireji.ui.overlay.marks import Marks, dimming
from kireji.ui.overlay.offer import Offer
from kireji.ui.overlay.picking import Spot
from kireji.ui.overlay.platforms import window_flags
from kireji.ui.overlay.screens import unit_of
from kireji.ui.overlay.selection import Mode, Point, Selection
from kireji.ui.overlay.sketching import Sketching
from kireji.ui.shadow import paint_shadow, shadow_region
from kireji.ui.theme import Theme
from kireji.ui.translation import tr

if TYPE_CHECKING:  # loaded when something is hidden
    from kireji.ui.covers.boxes import Boxes


class FrozenScreen(QWidget):
    """Shows what is selected on a frozen picture; `OverlayWindow` lets the person change it.

    Args:
        screen: Which one.
        theme: Size of text.
    """

    changed = Signal(object)
    """The selection was changed by the person; carries this window."""
    box_toggled = Signal(object)
    """`(picture, cover, hidden)`: the person has pressed a box over what is hidden."""
    boxes_left = Signal()
    """The keyboard goes from the boxes back to where it came from."""
    painted = Signal(object)
    """The picture is painted for the first time since it was opened; carries this window."""

    def __init__(self, screen: QScreen, theme: Theme) -> None:
        super().__init__(None, window_flags())
        self._screen = screen
        self._theme = theme
        self._frame: Frame | None = None
        self._selection = Selection(1, 1)
        self._unit = (1.0, 1.0)
        self._offer = Offer()
        self._kept: tuple[tuple[int, Rect], ...] = ()
        self._span = ""
        self._seen: Marks | None = None
        self._hint = ("", QRect())
        self._sentence = ""
        self._locked = False
        self._active = False
        self._unpainted = False
        self._lens = False
        self._held = False
        self._shadows: tuple[QRect, ...] = ()
        self.drawing = Sketching(self)
        self._boxes: Boxes | None = None
        for attribute in (Qt.WidgetAttribute.WA_OpaquePaintEvent, Qt.WidgetAttribute.WA_NoSystemBackground):
            self.setAttribute(attribute)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setCursor(Qt.CursorShape.CrossCursor)
        self.setWindowTitle(tr("Kireji: choose what to ask about"))
        self.setAccessibleName(tr("Frozen screen"))
        self.setAccessibleDescription(hint(self._selection, picking=False, windows=False))
        self.setGeometry(screen.geometry())
        self.winId()
        self.windowHandle().setScreen(screen)

    # What is hidden.

    @property
    def boxes(self) -> Boxes:
        """The boxes over what will be painted over; made when there are some first."""
        if self._boxes is None:
            from kireji.ui.covers.boxes import Boxes

            self._boxes = Boxes(self, self._theme, self._is_taken)
            self._boxes.toggled.connect(self.box_toggled)
            self._boxes.left.connect(self.boxes_left)
        return self._boxes

    @property
    def has_boxes(self) -> bool:
        """Whether there are some."""
        return self._boxes is not None and bool(self._boxes.boxes)

    def _is_taken(self, _place: QPoint) -> bool:
        """Whether a press at a place means something else than what is hidden there."""
        return self.drawing.tool is not None

    # What is selected.

    @property
    def selection(self) -> Selection:
        """The state of the selection."""
        return self._selection

    @property
    def picture(self) -> ScreenImage | None:
        """The frozen picture; None while closed."""
        return self._frame.screen if self._frame else None

    @property
    def frame(self) -> Frame | None:
        """The same, for reading pixels."""
        return self._frame

    @property
    def area(self) -> Rect | None:
        """What is selected, in this window's coordinates."""
        return self._marks().area

    def outer(self, rect: Rect) -> Rect:
        """A rectangle of the picture in this window's coordinates, rounded outwards."""
        return self._marks().outer(rect)

    @property
    def label_height(self) -> int:
        """How high the size label is, in this window's coordinates; 0 while nothing is selected."""
        return self._marks().size_label.height()

    @property
    def unit(self) -> float:
        """Logical pixels per pixel of the picture."""
        return self._unit[0]

    @property
    def units(self) -> tuple[float, float]:
        """The same across and down."""
        return self._unit

    @property
    def active(self) -> bool:
        """Hint and magnifier are shown here."""
        return self._active

    @property
    def locked(self) -> bool:
        """The selection stays as it is: its question is being answered."""
        return self._locked

    @property
    def held(self) -> bool:
        """The last change came from a key that is held down."""
        return self._held

    def lock(self, on: bool) -> None:
        """Keep the selection as it is while its question is being answered."""
        self._locked = on
        self.setCursor(Qt.CursorShape.ArrowCursor if on else Qt.CursorShape.CrossCursor)
        self._refresh()

    def set_active(self, on: bool) -> None:
        """Whether hint and magnifier are shown here."""
        self._active = on
        self._lens = self._lens and on
        self._refresh()

    def clear(self) -> None:
        """Select nothing."""
        self.take(self._selection.cleared(), tell=False)

    def set_span(self, text: str) -> None:
        """What the size label says when the selection goes on over other screens; empty for its own size."""
        self._span = text
        self._refresh()

    def set_kept(self, kept: tuple[tuple[int, Rect], ...]) -> None:
        """Regions of this picture that were put aside, with their numbers."""
        dirty = self._marks().kept_region()
        self._kept = kept
        self.update(dirty + self._marks().kept_region())

    def say(self, sentence: str) -> None:
        """A sentence in the hint's place, until the next change."""
        self._sentence = sentence
        self._show_hint()

    def cast_shadows(self, panels: tuple[QRect, ...]) -> None:
        """Which panels float here, so that their shadows are painted."""
        for panel in set(self._shadows) ^ set(panels):
            self.update(shadow_region(panel))
        self._shadows = panels

    def take(self, selection: Selection, *, tell: bool, held: bool = False) -> None:
        """Go over to a new state and repaint what that changes.

        Args:
            selection: The new state.
            tell: The person did it: `changed` is emitted.
            held: By a key that is held down.
        """
        if tell:
            self._sentence, self._held = "", held
        self._selection = selection
        if self._frame is None:
            return
        self._refresh()
        self.drawing.follow(selection)
        if tell:
            self.changed.emit(self)

    def _refresh(self) -> None:
        """Paint anew what lies otherwise than when it was painted last."""
        if self._frame is None:
            return
        marks = self._marks()
        self.update(marks.region() if self._seen is None else marks.changed_since(self._seen))
        self._seen = marks
        self._show_hint()

    def show_lens(self) -> None:
        """The pointer or the keys are here: the magnifier shows where."""
        self._lens = True

    def _marks(self) -> Marks:
        selection = self._selection
        picking = not self._locked and (selection.held or selection.keyed or not selection.settled)
        return Marks(
            selection,
            (max(1, self.width()), max(1, self.height())),
            self._unit,
            self._theme.scale,
            self.font(),
            lens=self._lens and picking and self._active and not self.offering,
            handles=selection.settled and not self._locked,
            rtl=self.layoutDirection() == Qt.LayoutDirection.RightToLeft,
            spot=self.offered,
            span=self._span,
            kept=self._kept,
        )

    # Windows that can be picked.

    @property
    def spots(self) -> tuple[Spot, ...]:
        """The windows of the picture, topmost first."""
        return self._offer.spots

    @property
    def offering(self) -> bool:
        """Whether windows are offered now."""
        selection = self._selection
        free = selection.rect is None and selection.mode in (Mode.IDLE, Mode.DRAGGING)
        return self._offer.on and free and bool(self._offer.spots)

    @property
    def offered(self) -> Spot | None:
        """The window that is lit now."""
        return self._offer.spot if self.offering and self._active else None

    def set_spots(self, spots: tuple[Spot, ...]) -> None:
        """The windows of the picture are known now."""
        self._change_offer(self._offer.of(spots, self._selection.cursor))

    def set_offer(self, on: bool) -> None:
        """Offer windows, or stop it."""
        self._change_offer(self._offer.switched(on, self._selection.cursor))

    def offer_at(self, point: Point) -> None:
        """The pointer moved."""
        if self._offer.on:
            self._change_offer(self._offer.at(point))

    def offer_next(self, step: int) -> None:
        """Tab and Shift+Tab."""
        self._change_offer(self._offer.next(step))

    def offer_towards(self, direction: tuple[int, int]) -> None:
        """The arrow keys."""
        self._change_offer(self._offer.towards(direction))

    def spot_under_pointer(self) -> Spot | None:
        """What a click would take."""
        return self._offer.at(self._selection.cursor).spot

    def _change_offer(self, offer: Offer) -> None:
        if offer != self._offer:
            self._offer = offer
            self._refresh()

    # Painting.

    def _show_hint(self) -> None:
        """Say what can be done now, once the picture is painted."""
        text = ""
        if self._active and not self._unpainted and not self._locked and self._frame is not None:
            text = self._sentence or hint(self._selection, picking=self.offering, windows=bool(self._offer.spots))
        if text == self._hint[0] and self._selection.mode is not Mode.MARKING:
            return
        size, avoid = (self.width(), self.height()), QRect()
        if self._selection.mode is Mode.MARKING:
            avoid = self._marks().region().boundingRect()
        box = hint_box(text, self.font(), self._theme.scale, size, avoid)
        if (text, box) != self._hint:
            self.update(self._hint[1].united(box) if self._hint[1].intersects(box) else QRegion(self._hint[1]) + box)
            self._hint = (text, box)

    def paintEvent(self, event: QPaintEvent) -> None:
        frame = self._frame
        if frame is None:
            return
        painter = QPainter(self)
        marks, region = self._marks(), event.region()
        self._paint_frame(painter, frame, region, marks.bright)
        if self._unpainted:
            # Labels and magnifier need fonts and shapes; they follow with the next painting.
            self._unpainted = False
            painter.end()
            self.painted.emit(self)
            return
        for panel in self._shadows:
            if region.intersects(shadow_region(panel)):
                paint_shadow(painter, panel)
        self.drawing.paint(painter, region)
        marks.paint(painter, frame, region)
        text, box = self._hint
        if text and region.intersects(box):
            paint_hint(painter, text, self.font(), self._theme.scale, box)
        painter.end()

    def _paint_frame(self, painter: QPainter, frame: Frame, region: QRegion, bright: Rect | None) -> None:
        """One pixel of the picture on one pixel of the screen, whatever the window's scale."""
        across, down = self._unit
        if (across, down) == (1.0, 1.0):
            frame.draw(painter, region, bright, dimming())
            return
        pixels = QRegion()
        for rect in rects_of(region):
            left, top = int(rect.left() / across), int(rect.top() / down)
            pixels += QRectF(
                left, top, (rect.right() + 1) / across - left, (rect.bottom() + 1) / down - top
            ).toAlignedRect()
        painter.save()
        painter.scale(across, down)
        frame.draw(painter, pixels, bright, dimming())
        painter.restore()

    def show_marks(self) -> None:
        """After the first painting: show hint and magnifier."""
        self._lens = self._active
        self._refresh()

    def _measure(self) -> None:
        if self._frame is not None:
            ratio, (width, height) = self.devicePixelRatioF(), self._frame.size
            self._unit = unit_of(self.width(), width, ratio), unit_of(self.height(), height, ratio)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._measure()
        self.update()

    def focusInEvent(self, _event: QFocusEvent) -> None:
        """Nothing looks different; QWidget would paint the whole screen again."""

    def focusOutEvent(self, _event: QFocusEvent) -> None:
        """The same."""
