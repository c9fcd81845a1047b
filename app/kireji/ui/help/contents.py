"""The list beside the page: all pages, or the places that a search has found."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QListWidget, QListWidgetItem, QVBoxLayout

from kireji.core.help_pages import Found, HelpPage
from kireji.ui.chat.words import apart
from kireji.ui.help.addresses import Target
from kireji.ui.parts import label, spread
from kireji.ui.sidebar.search_field import SearchField
from kireji.ui.theme import Theme
from kireji.ui.tokens import SPACE
from kireji.ui.translation import plural, tr

_CHOICE = Qt.ItemDataRole.UserRole


class Choice(NamedTuple):
    """What was chosen in the list.

    Args:
        target: Where it is.
        words: What was searched for; empty where nothing was.
    """

    target: Target
    words: str = ""


class Contents(QFrame):
    """Search field and list.

    Args:
        theme: Colours and text size.
        pages: All pages, in order.
    """

    chosen = Signal(object)
    """A `Choice`."""
    searched = Signal(object)
    """Words; empty when the search has ended."""
    left = Signal()
    """The keyboard shall go to the page."""
    closed = Signal()
    """Esc was pressed where nothing is searched for."""

    def __init__(self, theme: Theme, pages: Sequence[HelpPage]) -> None:
        super().__init__()
        self.setProperty("kind", "sidebar")
        self.setAccessibleName(tr("Contents"))
        self._pages = tuple(pages)
        self._words = ""
        self.search = SearchField(theme)
        self.search.setPlaceholderText(tr("Search the help…"))
        self.search.setAccessibleName(tr("Search the help"))
        self.list = _List()
        self.sentence = label("", "muted", wrap=True)
        layout = QVBoxLayout(self)
        spread(layout, SPACE[2], SPACE[1])
        layout.addWidget(self.search)
        layout.addWidget(self.sentence)
        layout.addWidget(self.list, 1)
        self.search.searched.connect(self.searched)
        self.search.left_below.connect(self.enter)
        self.search.confirmed.connect(self._confirmed)
        self.search.left.connect(self.closed)
        self.list.currentItemChanged.connect(self._current)
        self.list.itemClicked.connect(self._again)
        self.list.left_above.connect(self.search.setFocus)
        self.list.confirmed.connect(self.left)
        self.show_pages()

    def show_pages(self) -> None:
        """List all pages."""
        self._words = ""
        self.list.setAccessibleName(tr("Pages"))
        self._fill([(page.title, "", Target(page.name)) for page in self._pages])
        self.sentence.hide()

    def show_found(self, words: str, found: Sequence[Found]) -> None:
        """List what a search has found.

        Args:
            words: What was searched for.
            found: The best first.
        """
        self._words = words
        self.list.setAccessibleName(tr("Places found"))
        self._fill([(_title(each), each.excerpt, Target(each.page.name, each.section.anchor)) for each in found])
        self.sentence.setText(
            plural(len(found), "1 place found.", "{n} places found.")
            if found
            else tr("Nothing found for “{words}”. Try fewer or shorter words.", words=words)
        )
        self.sentence.show()

    def mark(self, page: str) -> None:
        """Show which page is open, where pages are listed."""
        if self._words:
            return
        for row in range(self.list.count()):
            item = self.list.item(row)
            if item.data(_CHOICE).target.page == page:
                self.list.blockSignals(True)
                self.list.setCurrentItem(item)
                self.list.blockSignals(False)

    def enter(self) -> None:
        """Put the keyboard into the list."""
        if self.list.count():
            self.list.setFocus(Qt.FocusReason.OtherFocusReason)  # makes the first entry current, without selecting it
            self.list.setCurrentRow(max(0, self.list.currentRow()))

    def _fill(self, entries: Sequence[tuple[str, str, Target]]) -> None:
        self.list.blockSignals(True)
        self.list.clear()
        for title, excerpt, target in entries:
            item = QListWidgetItem(f"{apart(title)}\n{apart(excerpt)}" if excerpt else title)
            item.setData(_CHOICE, Choice(target, self._words))
            item.setData(Qt.ItemDataRole.AccessibleTextRole, f"{title}. {excerpt}" if excerpt else title)
            self.list.addItem(item)
        self.list.setCurrentRow(-1)
        self.list.blockSignals(False)

    def _confirmed(self) -> None:
        if self._words and self.list.count():
            self.list.setCurrentRow(0)
            self.left.emit()

    def _current(self, item: object) -> None:
        if isinstance(item, QListWidgetItem):
            self.chosen.emit(item.data(_CHOICE))

    def _again(self, item: object) -> None:
        """A click on what is chosen already goes there again."""
        assert isinstance(item, QListWidgetItem)
        self.chosen.emit(item.data(_CHOICE))


class _List(QListWidget):
    left_above = Signal()
    """The keyboard went up from the first entry."""
    confirmed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("kind", "receipts")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Up and self.currentRow() <= 0:
            self.left_above.emit()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.confirmed.emit()
        else:
            super().keyPressEvent(event)


def _title(found: Found) -> str:
    if found.section.title == found.page.title:
        return found.page.title
    return tr("{section} · {page}", section=found.section.title, page=found.page.title)
