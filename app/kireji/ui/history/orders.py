"""Carries out what is done with conversations, and takes it back."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from functools import partial
from typing import Protocol

import msgspec
from PySide6.QtCore import QObject, Signal

from kireji.core.errors import KirejiError
from kireji.core.history import ConversationSummary
from kireji.services.application import Services
from kireji.ui.sidebar.commands import Command, Order
from kireji.ui.sidebar.list_model import title_of
from kireji.ui.sidebar.pane import Sidebar
from kireji.ui.translation import plural, tr

_REMEMBERED = 100
"""Steps that can be taken back."""

_OPPOSITE = {
    Command.REMOVE: Command.RESTORE,
    Command.RESTORE: Command.REMOVE,
    Command.ARCHIVE: Command.UNARCHIVE,
    Command.UNARCHIVE: Command.ARCHIVE,
}


class Begin(Protocol):
    """Runs a task under a name, in the place of the one that runs under it."""

    def __call__(self, work: Coroutine[None, None, None], *, name: str) -> None: ...


class OpenConversation(Protocol):
    """What is to be known of the conversation that the window shows, and done to it."""

    @property
    def current(self) -> int | None:
        """The open conversation."""

    def begin(self) -> None:
        """Open a conversation that does not exist yet."""

    def open(self, conversation: int) -> None:
        """Show a conversation."""


@dataclass(frozen=True, slots=True)
class _Step:
    """Something that was done.

    Args:
        order: What.
        sentence: Says so.
        opened: The conversation among them that the window showed.
    """

    order: Order
    sentence: str
    opened: int | None = None


class Orders(QObject):
    """Renames, pins, archives, deletes; each step that takes a row away can be undone, the last one first.

    Args:
        services: The use cases.
        sidebar: Shows the rows, and says what was done.
        chat: The conversation that is open.
        begin: Runs a task in the place of the one of that name.
        again: Reads the list anew after something could not be done.
    """

    export_wanted = Signal(object)
    """Rows of conversations."""

    def __init__(
        self,
        services: Services,
        sidebar: Sidebar,
        chat: OpenConversation,
        begin: Begin,
        again: Callable[[], None],
    ) -> None:
        super().__init__(sidebar)
        self._services = services
        self._store = services.conversations
        self._sidebar = sidebar
        self._rows = sidebar.list.rows
        self._chat = chat
        self._begin = begin
        self._again = again
        self._done: list[_Step] = []
        self._turn = asyncio.Lock()
        self._count = 0
        sidebar.list.ordered.connect(self._ordered)
        sidebar.list.undo_wanted.connect(self.undo)
        sidebar.undo_bar.undo_clicked.connect(self.undo)
        self._rows.renamed.connect(self._renamed)

    def do(self, order: Order) -> None:
        """Carry an order out; the list shows it at once."""
        if order.command is Command.RENAME:
            self._sidebar.list.rename(order.conversations[0])
            return
        if order.command is Command.EXPORT:
            self.export_wanted.emit(order.conversations)
            return
        opened = self._chat.current if self._chat.current in order.conversations else None
        if order.command in _OPPOSITE:
            step = _Step(order, self._sentence(order), opened if order.command is Command.REMOVE else None)
            self._done = [*self._done[1 - _REMEMBERED :], step]
            self._sidebar.undo_bar.say(step.sentence)
        self._show(order)
        if order.command is Command.REMOVE:
            self._end_work(order.conversations)
            if opened is not None:
                keeps = self._sidebar.list.hasFocus()
                self._chat.begin()
                if keeps:  # whoever deletes in the list goes on there, or takes it back
                    self._sidebar.list.setFocus()
        self._start(partial(self._carry_out, order))

    def undo(self) -> None:
        """Take the last step back; the bar then offers the one before."""
        if not self._done:
            return
        step = self._done.pop()
        order = Order(_OPPOSITE[step.order.command], step.order.conversations)
        self._show(order)
        self._start(partial(self._carry_out, order, step.opened))
        self._sidebar.undo_bar.say(self._done[-1].sentence if self._done else "")

    def rename(self, conversation: int, title: str) -> None:
        """Give a conversation another title."""
        old = self._rows.summary(conversation)
        if old is not None:
            self._rows.place(msgspec.structs.replace(old, title=title))
        self._start(partial(self._rename, conversation, title))

    def _ordered(self, order: object) -> None:
        assert isinstance(order, Order)
        self.do(order)

    def _renamed(self, change: object) -> None:
        assert isinstance(change, tuple)
        self.rename(*change)

    def _show(self, order: Order) -> None:
        """Let the list look as it will once the history has changed."""
        for conversation in order.conversations:
            old = self._rows.summary(conversation)
            if old is None:
                continue
            if order.command in _OPPOSITE:
                self._rows.remove(conversation)
            else:
                self._rows.place(msgspec.structs.replace(old, pinned=order.command is Command.PIN))

    def _end_work(self, conversations: tuple[int, ...]) -> None:
        """What is deleted costs nothing more: its answer is stopped, what watches for it ends."""
        for conversation in conversations:
            if (turn := self._services.chat.live.find(conversation)) is not None:
                turn.control.stop()
        for watch in self._services.watches.running:
            if watch.conversation in conversations:
                self._services.watches.stop(watch)

    def _start(self, work: Callable[[], Coroutine[None, None, None]]) -> None:
        self._count += 1
        self._begin(self._in_turn(work), name=f"order-{self._count}")

    async def _in_turn(self, work: Callable[[], Coroutine[None, None, None]]) -> None:
        """One after the other, in the order in which they were asked for."""
        try:
            async with self._turn:
                await work()
        except KirejiError:
            self._again()
            raise
        except LookupError:
            self._again()  # another program has deleted it for good

    async def _carry_out(self, order: Order, opened: int | None = None) -> None:
        for conversation in order.conversations:
            await self._change(order.command, conversation)
        if opened is not None and self._chat.current is None:
            self._chat.open(opened)

    async def _change(self, command: Command, conversation: int) -> None:
        store = self._store
        match command:
            case Command.PIN | Command.UNPIN:
                await store.set_pinned(conversation, command is Command.PIN)
            case Command.ARCHIVE | Command.UNARCHIVE:
                await store.set_archived(conversation, command is Command.ARCHIVE)
            case Command.REMOVE:
                await store.remove(conversation)
            case Command.RESTORE:
                await store.restore(conversation)

    async def _rename(self, conversation: int, title: str) -> None:
        await self._store.rename(conversation, title)

    def _sentence(self, order: Order) -> str:
        known = [self._rows.summary(conversation) for conversation in order.conversations]
        if len(known) == 1 and known[0] is not None:
            return _about_one(order.command, known[0])
        return _about_several(order.command, len(known))


def _about_one(command: Command, summary: ConversationSummary) -> str:
    title = title_of(summary)
    match command:
        case Command.REMOVE:
            return tr("Deleted “{title}”", title=title)
        case Command.ARCHIVE:
            return tr("Archived “{title}”", title=title)
    return tr("“{title}” is back in the list", title=title)


def _about_several(command: Command, count: int) -> str:
    match command:
        case Command.REMOVE:
            return plural(count, "Deleted 1 conversation", "Deleted {n} conversations")
        case Command.ARCHIVE:
            return plural(count, "Archived 1 conversation", "Archived {n} conversations")
    return plural(count, "1 conversation is back in the list", "{n} conversations are back in the list")
