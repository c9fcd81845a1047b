"""Who answers instead, in an order that the person sets."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from kireji.ui.chat.words import provider_name
from kireji.ui.parts import ChoiceBox, button, frame, label, set_icon, spread
from kireji.ui.theme import Theme
from kireji.ui.tokens import SPACE
from kireji.ui.translation import mark, tr

PROVIDERS = ("anthropic", "openrouter", "local", "device")
_SOME = mark(
    "When the one that was asked cannot be reached or has no capacity, these are asked in this order; "
    "the answer says who gave it."
)
_NONE = mark("When the one that was asked cannot be reached, nobody else is asked; you are told why.")


class FallbackList(QWidget):
    """A short ordered list; Alt with the arrow keys moves the row that has the focus.

    Args:
        theme: Colours and text size.
    """

    changed = Signal(object)
    """The new order, a tuple of providers."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._order: tuple[str, ...] = ()
        self.setAccessibleName(tr("Who answers instead"))
        self.sentence = label("", "muted", wrap=True)
        self._rows: list[_Row] = []
        self._column = QVBoxLayout()
        spread(self._column, 0, SPACE[0])
        self.more = ChoiceBox()
        self.more.setAccessibleName(tr("Add who answers instead"))
        layout = QVBoxLayout(self)
        spread(layout, 0, SPACE[1])
        layout.addWidget(label(tr("When that does not work"), "strong"))
        layout.addWidget(self.sentence)
        layout.addLayout(self._column)
        layout.addWidget(self.more, 0, Qt.AlignmentFlag.AlignLeading)
        self.more.activated.connect(self._add)
        self.show_order(())

    def order(self) -> Sequence[str]:
        """As shown."""
        return self._order

    def row(self, provider: str) -> _Row:
        """The row of one of them."""
        return next(row for row in self._rows if row.provider == provider)

    def show_order(self, order: Sequence[str]) -> None:
        """What holds now."""
        if self._rows and tuple(order) == self._order:
            return
        self._order = tuple(dict.fromkeys(order))
        self.sentence.setText(tr(_SOME) if self._order else tr(_NONE))
        for old in self._rows:
            self._column.removeWidget(old)
            old.hide()
            old.deleteLater()
        last = len(self._order) - 1
        self._rows = [
            _Row(self._theme, provider, number, first=number == 0, last=number == last)
            for number, provider in enumerate(self._order)
        ]
        for row in self._rows:
            row.moved.connect(self._move)
            row.removed.connect(self._remove)
            self._column.addWidget(row)
            row.show()  # a layout shows it later, and until then it takes no focus
        rest = [provider for provider in PROVIDERS if provider not in self._order]
        self.more.clear()
        self.more.addItem(tr("Add…"), "")
        for provider in rest:
            self.more.addItem(provider_name(provider), provider)
        self.more.setVisible(bool(rest))

    def _move(self, provider: object, step: object) -> None:
        assert isinstance(provider, str)
        assert isinstance(step, int)
        order = list(self._order)
        place = order.index(provider)
        target = place + step
        if not 0 <= target < len(order):
            return
        order.insert(target, order.pop(place))
        self.show_order(order)
        self.row(provider).focus(step)
        self.changed.emit(self._order)

    def _remove(self, provider: object) -> None:
        self.show_order([one for one in self._order if one != provider])
        (self._rows[0].remove if self._rows else self.more).setFocus(Qt.FocusReason.OtherFocusReason)
        self.changed.emit(self._order)

    def _add(self, index: int) -> None:
        provider = str(self.more.itemData(index) or "")
        if provider:
            self.show_order([*self._order, provider])
            self.changed.emit(self._order)


class _Row(QWidget):
    moved = Signal(object, object)
    """The provider, and -1 or 1."""
    removed = Signal(object)

    def __init__(self, theme: Theme, provider: str, number: int, *, first: bool, last: bool) -> None:
        super().__init__()
        self._theme = theme
        self.provider = provider
        name = provider_name(provider)
        self.up = button("", "quiet", name=tr("{name}: ask earlier", name=name))
        self.down = button("", "quiet", name=tr("{name}: ask later", name=name))
        self.remove = button("", "quiet", name=tr("{name}: do not ask", name=name))
        self.up.setEnabled(not first)
        self.down.setEnabled(not last)
        surface = frame("editor")
        outer = QHBoxLayout(self)
        spread(outer)
        outer.addWidget(surface)
        layout = QHBoxLayout(surface)
        spread(layout, (SPACE[2], SPACE[0], SPACE[0], SPACE[0]), SPACE[0])
        layout.addWidget(label(f"{number + 1}", "muted"))
        layout.addWidget(label(name, "value"), 1)
        for each in (self.up, self.down, self.remove):
            layout.addWidget(each)
            each.installEventFilter(self)
        self.up.clicked.connect(self._up)
        self.down.clicked.connect(self._down)
        self.remove.clicked.connect(self._removed)
        theme.changed.connect(self._dress)
        self._dress()

    def focus(self, step: int) -> None:
        """Put the keyboard where it was before a move: on the arrow in that direction, else the other one."""
        first, second = (self.up, self.down) if step < 0 else (self.down, self.up)
        (first if first.isEnabled() else second).setFocus(Qt.FocusReason.OtherFocusReason)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        # The buttons themselves take arrow keys to go from one to the next, whatever is held with them.
        return event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent) and self._take(event)

    def _take(self, event: QKeyEvent) -> bool:
        step = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(event.key()))
        if step is not None and event.modifiers() & Qt.KeyboardModifier.AltModifier:
            self.moved.emit(self.provider, step)
        elif event.key() == Qt.Key.Key_Delete:
            self.removed.emit(self.provider)
        else:
            return False
        return True

    def _up(self) -> None:
        self.moved.emit(self.provider, -1)

    def _down(self) -> None:
        self.moved.emit(self.provider, 1)

    def _removed(self) -> None:
        self.removed.emit(self.provider)

    def _dress(self) -> None:
        marks = {self.up: "arrow-up", self.down: "arrow-down", self.remove: "x"}
        for each, name in marks.items():
            colour = self._theme.colours.muted if each.isEnabled() else self._theme.colours.line
            set_icon(each, self._theme, name, colour)
