"""One page of the help in the reading column: each heading with what stands below it is an item of its own."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPoint, QTimer, QUrl, Signal
from PySide6.QtGui import QImage, QPalette
from PySide6.QtWidgets import QMenu

from kireji.core.help_pages import HelpPage, Section, unwrapped
from kireji.ui.chat.document import EDGE
from kireji.ui.chat.transcript.body import BodyItem
from kireji.ui.chat.transcript.margins import side_margin
from kireji.ui.chat.transcript.pointing import PointingColumn
from kireji.ui.help.addresses import OF_HELP, target_of
from kireji.ui.theme import Theme
from kireji.ui.tokens import MEASURE, SPACE


class HelpColumn(PointingColumn):
    """Shows one page.

    Args:
        theme: Colours and text size; changes are followed.
        picture: The picture of a page by the address that stands in it; an empty one where there is none.
    """

    page_wanted = Signal(object)
    """The `Target` of a link that was chosen."""

    def __init__(self, theme: Theme, picture: Callable[[str], QImage]) -> None:
        super().__init__(theme, QPalette.ColorRole.Window, (SPACE[4], SPACE[5]))
        self._picture = picture
        self._sections: list[tuple[Section, BodyItem]] = []
        self._late = QTimer(self, singleShot=True, interval=0)
        self._late.timeout.connect(self._show_pictures)
        self.pictures_wanted.connect(self._late.start)  # not at once: the row is just being measured

    def show_page(self, page: HelpPage) -> None:
        """Show a page from its beginning."""
        self.select_nothing()
        self.seek(())
        self._sections = [(section, self._item(section)) for section in page.sections]
        self.setAccessibleName(page.title)
        self.set_items([item for _, item in self._sections])
        for place, (_, item) in enumerate(self._sections):
            if place and item.body.rows:
                item.body.rows[0].gap = SPACE[4]
            self.put_rows(item, item.body.rows)
        self.go_to("")

    def _item(self, section: Section) -> BodyItem:
        item = BodyItem(self, self._theme, section.title, OF_HELP)
        item.body.finish(unwrapped(section.text))
        item.body.refresh()
        return item

    def go_to(self, anchor: str) -> bool:
        """Put a heading at the upper edge; the beginning where there is no such heading.

        Returns:
            Whether there is.
        """
        place = next((place for place, (each, _) in enumerate(self._sections) if each.anchor == anchor), None)
        self.take_place((place or 0, 0))
        return place is not None

    def place(self) -> tuple[int, int]:
        """Which section is at the upper edge, and how much of it is above."""
        row = self.row_at(self.top)
        if row is None:
            return 0, 0
        return row.item.index, self.top - self.top_of(row.item.rows[0])

    def take_place(self, place: tuple[int, int]) -> None:
        """Go where `place` was."""
        if not self._sections:
            return
        index, offset = place
        if index == 0 and offset <= 0:
            self.verticalScrollBar().setValue(0)
            self.scroll_to(self._sections[0][1], offset=-SPACE[4])
        else:
            self.scroll_to(self._sections[min(index, len(self._sections) - 1)][1], offset=offset)

    def words(self) -> str:
        """The words that are built."""
        rows = (row for _, item in self._sections for row in item.rows)
        return "\n".join(row.piece.plain_text() for row in rows if row.piece is not None)

    def open_link(self, url: object) -> None:
        """Go to a page of the help, or open a link of the web in the browser."""
        assert isinstance(url, QUrl)
        target = target_of(url.toString())
        if target is not None:
            self.page_wanted.emit(target)
        else:
            super().open_link(url)

    def fill_menu(self, menu: QMenu, point: QPoint) -> None:
        if self.bounds is None and target_of(self.link_at(point)) is not None:
            return  # the address of a page is nothing that anybody could use elsewhere
        super().fill_menu(menu, point)

    def column_left(self) -> int:
        # The same place whether the scroll bar takes room at the leading side or not.
        return self._side() - EDGE - self.viewport().x()

    def column_width(self) -> int:
        measure = min(round(MEASURE * max(1.0, self._theme.scale)), self.width() - 2 * self._side())
        return max(160, measure) + 2 * EDGE

    def _side(self) -> int:
        return side_margin(self.width(), self._theme.scale)

    def _show_pictures(self) -> None:
        for row in tuple(self._built):
            if (piece := row.piece) is not None:
                for address in piece.blobs():
                    piece.set_image(address, self._picture(address))
