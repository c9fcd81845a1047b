"""Searches while the person types: an older search never shows after a newer one."""

from __future__ import annotations

from PySide6.QtCore import QObject

from kireji.core.history_ports import ConversationStore
from kireji.ui.history.orders import Begin
from kireji.ui.sidebar.pane import Sidebar

PAGE = 50
"""Hits that are fetched at a time."""


class Search(QObject):
    """Fills the sidebar's results.

    Args:
        store: The history.
        sidebar: Says what is searched for, and shows what was found.
        begin: Runs a task in the place of the one of that name.
    """

    def __init__(self, store: ConversationStore, sidebar: Sidebar, begin: Begin) -> None:
        super().__init__(sidebar)
        self._store = store
        self._sidebar = sidebar
        self._found = sidebar.results.found
        self._begin = begin
        self._words = ""
        sidebar.searched.connect(self._searched)
        self._found.more_wanted.connect(self._more)

    def _searched(self, words: object) -> None:
        self._words = str(words)
        self._begin(self._first(self._words), name="search")

    def _more(self) -> None:
        self._begin(self._next(self._words), name="search")

    async def _first(self, words: str) -> None:
        hits = await self._store.search(words, PAGE) if words else ()
        self._found.reset(hits, more=len(hits) >= PAGE)
        self._sidebar.show_found(words)

    async def _next(self, words: str) -> None:
        hits = await self._store.search(words, PAGE, before=self._found.oldest)
        self._found.extend(hits, more=len(hits) >= PAGE)
