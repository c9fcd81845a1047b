"""The cards of one kind of sources, kept while their sources are there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget

from kireji.core.tools import SourceStatus
from kireji.ui.parts import spread
from kireji.ui.settings.tools.source_card import SourceCard
from kireji.ui.theme import Theme
from kireji.ui.tokens import SPACE

_AT_ONCE = 8
"""Cards that are built before the page shows; the others follow while it can be used already."""
_STEP = 4


class SourceList(QWidget):
    """A card for each source.

    Args:
        theme: Colours and text size.
    """

    made = Signal(object)
    """A `SourceCard` that is new."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._cards: dict[str, SourceCard] = {}
        self._wanted: tuple[SourceStatus, ...] = ()
        self._column = QVBoxLayout(self)
        spread(self._column, 0, SPACE[2])
        self._later = QTimer(self, interval=0)
        self._later.timeout.connect(self._build_more)

    def ids(self) -> tuple[str, ...]:
        """Of all sources, in their order."""
        return tuple(status.id for status in self._wanted)

    def cards(self) -> Iterator[SourceCard]:
        """Those that are built."""
        return iter(self._cards.values())

    def card(self, source: str) -> SourceCard | None:
        """The card of one source, built now if it is not yet; None when there is no such source."""
        if source not in self._cards:
            for status in self._wanted:
                if status.id == source:
                    self._build(status).show()  # a layout shows it later, and until then it takes no focus
        return self._cards.get(source)

    def show_sources(self, sources: Sequence[SourceStatus]) -> None:
        """These there are now; the cards of those that stay are kept, with what is open in them."""
        self._wanted = tuple(sources)
        there = {status.id for status in sources}
        for source in [source for source in self._cards if source not in there]:
            card = self._cards.pop(source)
            focused = QApplication.focusWidget()
            if focused is not None and card.isAncestorOf(focused):
                self.focusPreviousChild()
            self._column.removeWidget(card)
            card.hide()
            card.deleteLater()
        for status in sources:
            if (known := self._cards.get(status.id)) is not None:
                known.show_status(status)
        self._build_some(_AT_ONCE - len(self._cards))
        self.setVisible(bool(sources))

    def _build_more(self) -> None:
        self._build_some(_STEP)

    def _build_some(self, number: int) -> None:
        missing = [status for status in self._wanted if status.id not in self._cards]
        for status in missing[: max(0, number)]:
            self._build(status)
        if len(missing) > max(0, number):
            self._later.start()
        else:
            self._later.stop()

    def _build(self, status: SourceStatus) -> SourceCard:
        card = SourceCard(self._theme, status)
        self._cards[status.id] = card
        before = self.ids()[: self.ids().index(status.id)]
        self._column.insertWidget(sum(source in self._cards for source in before), card)
        self.made.emit(card)
        return card
