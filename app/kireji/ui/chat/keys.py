"""The keys of the chat, and the list of all keys of the window."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal, SignalInstance
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QMenu

from kireji.ui.chat.header import MenuWanted
from kireji.ui.main_window import HELP, MainWindow
from kireji.ui.theme import Theme
from kireji.ui.translation import mark, tr

REGENERATE = "Ctrl+Shift+R"
REGENERATE_WITH = "Ctrl+Shift+M"
RUN_ON = "Ctrl+Shift+J"
EDIT = "Ctrl+Shift+E"
COPY = "Ctrl+Shift+C"
QUOTE = "Ctrl+Shift+B"
EARLIER_BRANCH = "Ctrl+Shift+PgUp"
LATER_BRANCH = "Ctrl+Shift+PgDown"
KEYBOARD = "Shift+F1"

_MENU = (
    (mark("Regenerate the last answer"), REGENERATE),
    (mark("Regenerate it with another model…"), REGENERATE_WITH),
    (mark("Run the last prompt on…"), RUN_ON),
    (mark("Edit the last question"), EDIT),
    (mark("Copy the last answer"), COPY),
    (mark("Keyboard"), KEYBOARD),
    (mark("Help"), HELP),
)


class ChatKeys(QObject):
    """Says which key of the chat was pressed, while the chat is shown; offers the same in the conversation's menu.

    Args:
        window: Whose keys they are.
        theme: For the list of all keys.
    """

    regenerate = Signal()
    regenerate_with = Signal()
    run_on = Signal()
    edit = Signal()
    copy = Signal()
    quote = Signal()
    earlier_branch = Signal()
    later_branch = Signal()

    def __init__(self, window: MainWindow, theme: Theme) -> None:
        super().__init__(window)
        self._window = window
        self._theme = theme
        self._signals: dict[str, SignalInstance] = {
            REGENERATE: self.regenerate,
            REGENERATE_WITH: self.regenerate_with,
            RUN_ON: self.run_on,
            EDIT: self.edit,
            COPY: self.copy,
            QUOTE: self.quote,
            EARLIER_BRANCH: self.earlier_branch,
            LATER_BRANCH: self.later_branch,
        }
        for keys in self._signals:
            shortcut = QShortcut(QKeySequence(keys), window)
            shortcut.setObjectName(keys)
            shortcut.activated.connect(self._pressed)
        QShortcut(QKeySequence(KEYBOARD), window).activated.connect(self.show_list)
        window.chat.header.menu_wanted.connect(self._fill)

    def show_list(self) -> None:
        """Show all keys of the window."""
        from kireji.ui.keyboard_dialog import KeyboardDialog

        KeyboardDialog(self._theme, self._window).show()

    def _pressed(self) -> None:
        if self._window.page() == "chat":
            self._signals[self.sender().objectName()].emit()

    def _fill(self, wanted: object) -> None:
        assert isinstance(wanted, MenuWanted)
        menu: QMenu = wanted.menu
        if not menu.isEmpty():
            menu.addSeparator()
        signals = {**self._signals, KEYBOARD: self.show_list, HELP: self._window.help_clicked}
        for words, keys in _MENU:
            action = menu.addAction(tr(words))
            action.setShortcut(QKeySequence(keys))
            action.setShortcutVisibleInContextMenu(True)
            action.triggered.connect(signals[keys])
