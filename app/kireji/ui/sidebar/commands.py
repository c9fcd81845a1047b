"""What can be done with conversations from the list, by menu and by keys."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu

from kireji.core.history import ConversationSummary
from kireji.ui.translation import plural, tr


class Command(enum.Enum):
    """One thing that can be done."""

    RENAME = "rename"
    PIN = "pin"
    UNPIN = "unpin"
    ARCHIVE = "archive"
    UNARCHIVE = "unarchive"
    EXPORT = "export"
    REMOVE = "remove"
    RESTORE = "restore"


@dataclass(frozen=True, slots=True)
class Order:
    """What shall be done with which conversations."""

    command: Command
    conversations: tuple[int, ...]


class ConversationMenu(QObject):
    """Fills menus with what can be done with some conversations, and says what was chosen.

    Args:
        parent: As usual in Qt; the menus live no longer.
    """

    chosen = Signal(object)
    """An `Order`."""

    def fill(self, menu: QMenu, summaries: Sequence[ConversationSummary]) -> None:
        """Add the entries.

        Args:
            menu: Where to.
            summaries: What they are about.
        """
        ids = tuple(one.id for one in summaries)
        for command, words, keys in offered(summaries):
            if command in (Command.REMOVE, Command.RESTORE) and not menu.isEmpty():
                menu.addSeparator()
            action = menu.addAction(words)
            action.setData(Order(command, ids))
            if keys:
                # Shown only: the list itself handles the keys, while it has the keyboard.
                action.setShortcut(QKeySequence(keys))
                action.setShortcutVisibleInContextMenu(True)
        menu.triggered.connect(self._triggered)

    def _triggered(self, action: QAction) -> None:
        order = action.data()
        if isinstance(order, Order):
            self.chosen.emit(order)


def offered(summaries: Sequence[ConversationSummary]) -> list[tuple[Command, str, str]]:
    """The commands that fit, each with its words and its key."""
    count = len(summaries)
    if not count:
        return []
    if all(one.removed is not None for one in summaries):
        return [(Command.RESTORE, plural(count, "Restore", "Restore {n} conversations"), "")]
    found = []
    if count == 1:
        found.append((Command.RENAME, tr("Rename"), "F2"))
    if all(one.archived for one in summaries):
        found.append((Command.UNARCHIVE, plural(count, "Move out of the archive", "Move {n} out of the archive"), ""))
    else:
        if all(one.pinned for one in summaries):
            found.append((Command.UNPIN, plural(count, "Unpin", "Unpin {n} conversations"), ""))
        else:
            found.append((Command.PIN, plural(count, "Pin to the top", "Pin {n} to the top"), ""))
        found.append((Command.ARCHIVE, plural(count, "Archive", "Archive {n} conversations"), ""))
    found.append((Command.EXPORT, plural(count, "Export…", "Export {n} conversations…"), ""))
    found.append((Command.REMOVE, plural(count, "Delete", "Delete {n} conversations"), "Del"))
    return found
