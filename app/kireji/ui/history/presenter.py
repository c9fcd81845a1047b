"""Between the list of conversations and the history: pages, changes, and what the person does with conversations."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine, Sequence

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QLineEdit

from kireji.core.errors import KirejiError
from kireji.core.history import ConversationSummary
from kireji.services.application import Services
from kireji.ui.aio import TaskScope
from kireji.ui.chat.header import MenuWanted
from kireji.ui.history.answers import Answers, AnswersNow
from kireji.ui.history.orders import OpenConversation, Orders
from kireji.ui.history.search import Search
from kireji.ui.history.title_popup import TitlePopup
from kireji.ui.main_window import MainWindow
from kireji.ui.pasting import Pasting
from kireji.ui.sidebar.commands import Command, ConversationMenu, Order
from kireji.ui.sidebar.list_model import title_of
from kireji.ui.sidebar.order import Shelf
from kireji.ui.translation import tr

log = logging.getLogger(__name__)

PAGE = 200
"""Conversations that are fetched at first; further down a quarter of what is known, so that it stays a few steps."""

_TOGETHER_SECONDS = 0.05
"""Changes within this time are looked up together: an answer that streams is written several times a second."""


class HistoryPresenter(QObject):
    """Keeps the list of one window true, and carries out what is asked for in it.

    Args:
        services: The use cases.
        window: Where it shows.
        chat: The conversation that is open.
        answers: Where answers are written.
    """

    def __init__(self, services: Services, window: MainWindow, chat: OpenConversation, answers: Answers) -> None:
        super().__init__(window)
        self._store = services.conversations
        self._window = window
        self._sidebar = window.sidebar
        self._rows = window.sidebar.list.rows
        self._chat = chat
        self._answers = answers
        self._scope = TaskScope("history", self._failed)
        self._pasting = Pasting(services.clipboard, self._scope, window.show_notice)
        self._closed = False
        self._shelf = Shelf.CURRENT
        self._search = Search(self._store, window.sidebar, self._begin)
        self.orders = Orders(services, window.sidebar, chat, self._begin, self._load)
        self._menu = ConversationMenu(self)
        self._opened: ConversationSummary | None = None
        self._changed: set[int] = set()
        self._unsubscribe = [
            self._store.changed.subscribe(self._note_change),
            services.chat.live.changed.subscribe(self._note_change),
            answers.changed.subscribe(self._show_answers),
        ]
        self._connect()

    def _connect(self) -> None:
        sidebar = self._sidebar
        self._rows.more_wanted.connect(self._fetch)
        sidebar.shelf_chosen.connect(self._show_shelf)
        sidebar.current_changed.connect(self._show_opened)
        sidebar.list.editing.connect(self._serve)
        self._window.activated.connect(self._activated)
        self._window.chat.header.menu_wanted.connect(self._fill_menu)
        self._menu.chosen.connect(self._ordered)
        self._pasting.serve(sidebar.search)

    def start(self) -> None:
        """Fill the list."""
        self._show_answers(self._answers.now)
        self._load()

    async def aclose(self) -> None:
        """Follow nothing any more."""
        self._closed = True
        for end in self._unsubscribe:
            end()
        await self._scope.aclose()

    def _begin(self, work: Coroutine[None, None, None], *, name: str) -> None:
        """Run a task in the place of the one of that name; the window may still say something while it is closed."""
        if self._closed:
            work.close()
        else:
            self._scope.restart(work, name=name)

    # Pages.

    async def _page(
        self, shelf: Shelf, limit: int = PAGE, after: ConversationSummary | None = None
    ) -> tuple[Sequence[ConversationSummary], bool]:
        """One page of a shelf, and whether others follow it."""
        if shelf is Shelf.REMOVED:
            found = await self._store.removed(limit, after=after)
        else:
            found = await self._store.recent(limit, archived=shelf is Shelf.ARCHIVED, after=after)
        return found, len(found) == limit

    def _load(self) -> None:
        self._begin(self._show_first(self._shelf), name="list")

    async def _show_first(self, shelf: Shelf) -> None:
        page, more = await self._page(shelf)
        if shelf is self._rows.shelf and self._rows.known:
            self._rows.merge(page, more=more)
        else:
            self._rows.reset(page, more=more, shelf=shelf)
            self._sidebar.list.mark(self._sidebar.current)
        await self._look_for_put_away()

    def _fetch(self) -> None:
        self._begin(self._show_more(), name="more")

    async def _show_more(self) -> None:
        limit = max(PAGE, self._rows.known // 4)
        try:
            page, more = await self._page(self._rows.shelf, limit, self._rows.last)
        except KirejiError:
            self._rows.extend((), more=True)  # asked again when the person scrolls on
            raise
        self._rows.extend(page, more=more)

    async def _look_for_put_away(self) -> None:
        """The way to the archive is shown once there is something in it."""
        exist = bool(await self._store.recent(1, archived=True)) or bool(await self._store.removed(1))
        self._sidebar.set_put_away(exist=exist)

    def _show_shelf(self, shelf: object) -> None:
        assert isinstance(shelf, Shelf)
        self._shelf = shelf
        self._scope.cancel("more")
        self._load()

    # Changes.

    def _note_change(self, conversation: int) -> None:
        self._changed.add(conversation)
        if not self._scope.running("changes"):
            self._begin(self._follow(), name="changes")

    async def _follow(self) -> None:
        while self._changed:
            await asyncio.sleep(_TOGETHER_SECONDS)
            changed, self._changed = self._changed, set()
            for conversation in changed:
                self._show(conversation, await self._store.summary(conversation))
        await self._look_for_put_away()

    def _show(self, conversation: int, summary: ConversationSummary | None) -> None:
        if summary is not None and shelf_of(summary) is self._rows.shelf:
            fresh = self._rows.summary(conversation) is None
            self._rows.place(summary)
            if fresh and conversation == self._sidebar.current:
                self._sidebar.list.mark(conversation)
        else:
            self._rows.remove(conversation)
        if summary is not None and conversation == self._chat.current:
            self._opened = summary
            self._window.chat.header.set_title(title_of(summary))

    def _show_answers(self, now: AnswersNow) -> None:
        self._rows.set_running(now.running)
        self._rows.set_unread(now.unread)
        self._rows.set_waiting(now.waiting)

    def _show_opened(self, conversation: object) -> None:
        self._scope.cancel("opened")
        self._opened = None
        if isinstance(conversation, int):
            if self._window.isActiveWindow():
                self._answers.seen(conversation)
            self._begin(self._look_at(conversation), name="opened")

    async def _look_at(self, conversation: int) -> None:
        """Know what the open conversation is called, also when its row was not fetched."""
        self._opened = await self._store.summary(conversation)

    # The menu at the conversation's title.

    def _fill_menu(self, wanted: object) -> None:
        assert isinstance(wanted, MenuWanted)
        summary = self._rows.summary(wanted.conversation) or self._opened
        if summary is not None and summary.id == wanted.conversation:
            if not wanted.menu.isEmpty():
                wanted.menu.addSeparator()
            self._menu.fill(wanted.menu, [summary])

    def _ordered(self, order: object) -> None:
        assert isinstance(order, Order)
        if order.command is not Command.RENAME:
            self.orders.do(order)
        elif self._opened is not None and self._opened.id in order.conversations:
            self._rename_at_title(self._opened)

    def _rename_at_title(self, summary: ConversationSummary) -> None:
        popup = TitlePopup(self._window.chat.header.title, summary.id, title_of(summary))
        popup.renamed.connect(self._renamed)
        self._pasting.serve(popup.field)
        popup.show()

    def _renamed(self, change: object) -> None:
        assert isinstance(change, tuple)
        self.orders.rename(*change)

    def _activated(self) -> None:
        if self._window.page() == "chat":
            self._answers.seen(self._chat.current)
        if self._rows.known:
            self._load()  # another program may have written

    def _serve(self, editor: object) -> None:
        assert isinstance(editor, QLineEdit)
        self._pasting.serve(editor)

    def _failed(self, error: BaseException) -> None:
        if isinstance(error, KirejiError):
            self._window.show_notice(error.sentence)
            return
        log.error("a task of the history failed", exc_info=error)
        self._window.show_notice(tr("Something in Kireji failed. The log has the details; please try again."))


def shelf_of(summary: ConversationSummary) -> Shelf:
    """Where a conversation is listed."""
    if summary.removed is not None:
        return Shelf.REMOVED
    return Shelf.ARCHIVED if summary.archived else Shelf.CURRENT
