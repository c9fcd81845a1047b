"""The window of the help: the contents at the side, a page beside them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QImage, QKeySequence, QMouseEvent, QResizeEvent, QShortcut, QShowEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QMainWindow, QVBoxLayout, QWidget

from kireji.core.help_pages import FIRST, HelpPage, find_page, search
from kireji.ui.chat.header import HEADER, ElidedLabel
from kireji.ui.help.addresses import Target
from kireji.ui.help.column import HelpColumn
from kireji.ui.help.contents import Choice, Contents
from kireji.ui.help.trail import Stop, Trail
from kireji.ui.icons import window_icon
from kireji.ui.parts import button, set_icon, spread
from kireji.ui.theme import Theme
from kireji.ui.tokens import SPACE
from kireji.ui.translation import tr

_SIDE = 250
_BESIDE_FROM = 620
"""Logical pixels from which the contents stand beside the page, at the normal size of text."""
_WIDEST_GROWTH = 1.5
_SMALLEST = (360, 320)
_USUAL = (940, 720)


class HelpWindow(QMainWindow):
    """Shows the pages, goes back and forward, and searches.

    Args:
        theme: Colours and text size.
        pages: All of them, in order; at least one.
        picture: The picture of a page by the address that stands in it; an empty one where there is none.
    """

    def __init__(self, theme: Theme, pages: Sequence[HelpPage], picture: Callable[[str], QImage]) -> None:
        super().__init__()
        self._theme = theme
        self._pages = tuple(pages)
        self._page = find_page(self._pages, FIRST) or self._pages[0]
        self._trail = Trail()
        self._wants_contents = False
        self._seen = False
        self.back = button("", "quiet", name=tr("Back"))
        self.forward = button("", "quiet", name=tr("Forward"))
        self.menu = button("", "quiet", name=tr("Show the contents"))
        self._title = ElidedLabel("lead")
        self._header = QFrame()
        self._header.setProperty("kind", "header")
        self.contents = Contents(theme, self._pages)
        self.column = HelpColumn(theme, picture)
        self._body = QWidget()
        self._build()
        self._connect()
        self._dress()
        self._show(Stop(self._page.name))

    def _build(self) -> None:
        self.setWindowIcon(window_icon())
        self.setMinimumSize(*_SMALLEST)
        room = self.screen().availableSize() * 0.9
        self.resize(min(self._theme.px(_USUAL[0]), room.width()), min(self._theme.px(_USUAL[1]), room.height()))
        head = QHBoxLayout(self._header)
        spread(head, (SPACE[2], 0, SPACE[2], 1), SPACE[0])
        for each in (self.menu, self.back, self.forward):
            head.addWidget(each)
        head.addSpacing(SPACE[1])
        head.addWidget(self._title)
        head.addStretch(1)
        beside = QHBoxLayout(self._body)
        spread(beside)
        beside.addWidget(self.contents)
        beside.addWidget(self.column, 1)
        frame = QWidget()
        layout = QVBoxLayout(frame)
        spread(layout)
        layout.addWidget(self._header)
        layout.addWidget(self._body, 1)
        self.setCentralWidget(frame)

    def _connect(self) -> None:
        self.back.clicked.connect(self.go_back)
        self.forward.clicked.connect(self.go_forward)
        self.menu.clicked.connect(self._toggle_contents)
        self.contents.chosen.connect(self._chosen)
        self.contents.searched.connect(self._searched)
        self.contents.left.connect(self._to_page)
        self.contents.closed.connect(self.close)
        self.column.page_wanted.connect(self._follow)
        self._theme.changed.connect(self._dress)
        for keys, slot in (
            (QKeySequence(QKeySequence.StandardKey.Back), self.go_back),
            (QKeySequence(QKeySequence.StandardKey.Forward), self.go_forward),
            (QKeySequence(QKeySequence.StandardKey.Find), self._to_search),
            (QKeySequence("Ctrl+K"), self._to_search),
            (QKeySequence(QKeySequence.StandardKey.Close), self.close),
            (QKeySequence("Escape"), self.close),
        ):
            QShortcut(keys, self).activated.connect(slot)

    def open_topic(self, topic: str) -> None:
        """Show a page.

        Args:
            topic: Its name, with `#` and a heading behind it or not; an unknown page is the first one.
        """
        name, _, anchor = topic.partition("#")
        self.contents.search.stop()
        self._go(Target(name if find_page(self._pages, name) else FIRST, anchor))
        self._to_page()

    @property
    def page(self) -> HelpPage:
        """Which page is shown."""
        return self._page

    def go_back(self) -> None:
        """Show what was shown before."""
        if (stop := self._trail.back(self._here())) is not None:
            self._show(stop)

    def go_forward(self) -> None:
        """Show what was gone back from."""
        if (stop := self._trail.forward(self._here())) is not None:
            self._show(stop)

    def _here(self) -> Stop:
        return Stop(self._page.name, self.column.place())

    def _follow(self, target: object) -> None:
        assert isinstance(target, Target)
        self._go(target)

    def _go(self, target: Target, words: str = "") -> None:
        """Go on to a place; the way back leads to where one was."""
        here = self._here()
        page = find_page(self._pages, target.page) if target.page else self._page
        if page is None:
            return
        if self._seen and (page is not self._page or target.anchor):
            self._trail.leave(here)
        if page is not self._page:
            self._show_page(page)
        self.column.go_to(target.anchor)
        self.column.seek(words.split())
        self._show_ways()

    def _show(self, stop: Stop) -> None:
        page = find_page(self._pages, stop.page)
        assert page is not None
        self._show_page(page)
        self.column.take_place(stop.place)
        self._show_ways()

    def _show_page(self, page: HelpPage) -> None:
        self._page = page
        self.column.show_page(page)
        self._title.set_words(page.title)
        self.setWindowTitle(tr("{title} – Kireji help", title=page.title))
        self.contents.mark(page.name)

    def _show_ways(self) -> None:
        for each, there in zip((self.back, self.forward), self._trail.ways, strict=True):
            each.setEnabled(there)
        self._dress_ways()

    def _chosen(self, choice: object) -> None:
        assert isinstance(choice, Choice)
        self._go(choice.target, choice.words)
        if self._narrow and not self.contents.list.hasFocus():
            self._to_page()

    def _searched(self, words: object) -> None:
        words = str(words)
        if words:
            self.contents.show_found(words, search(self._pages, words))
        else:
            self.contents.show_pages()
            self.contents.mark(self._page.name)
            self.column.seek(())

    def _to_search(self) -> None:
        self._wants_contents = True
        self._arrange()
        self.contents.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.contents.search.selectAll()

    def _to_page(self) -> None:
        self._wants_contents = False
        self._arrange()
        self.column.setFocus(Qt.FocusReason.OtherFocusReason)

    def _toggle_contents(self) -> None:
        self._wants_contents = not self._wants_contents
        self._arrange()
        if self._wants_contents:
            self.contents.mark(self._page.name)
            self.contents.enter()

    @property
    def _narrow(self) -> bool:
        return self.width() < _BESIDE_FROM * max(1.0, self._theme.scale)

    def _arrange(self) -> None:
        """Contents beside the page; where there is no room, either of them."""
        narrow = self._narrow
        self.menu.setVisible(narrow)
        self.contents.setVisible(not narrow or self._wants_contents)
        self.column.setVisible(not narrow or not self._wants_contents)
        if narrow:
            self.contents.setMinimumWidth(0)
            self.contents.setMaximumWidth(16_777_215)
        else:
            self.contents.setFixedWidth(round(_SIDE * min(max(1.0, self._theme.scale), _WIDEST_GROWTH)))

    def _dress(self) -> None:
        self._header.setFixedHeight(max(HEADER, self._theme.px(HEADER - 16)))
        set_icon(self.menu, self._theme, "menu", self._theme.colours.muted)
        self._dress_ways()
        self._arrange()

    def _dress_ways(self) -> None:
        colours = self._theme.colours
        names = ("chevron-left", "chevron-right")
        if self.layoutDirection() is Qt.LayoutDirection.RightToLeft:
            names = names[::-1]
        for each, name in zip((self.back, self.forward), names, strict=True):
            set_icon(each, self._theme, name, colours.muted if each.isEnabled() else colours.line)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._seen = True  # what nobody has seen is nowhere to go back to

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.BackButton:
            self.go_back()
        elif event.button() is Qt.MouseButton.ForwardButton:
            self.go_forward()
        else:
            super().mousePressEvent(event)
