"""Between the page of shortcuts and whoever holds them."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject
from PySide6.QtGui import QGuiApplication

from kireji.core.capturing import Action, Target
from kireji.services.preferences import Preferences
from kireji.ui.aio import TaskScope
from kireji.ui.settings.shortcuts import ShortcutControl, ShortcutsPage
from kireji.ui.shortcut import ShortcutStatus


class ShortcutsPresenter(QObject):
    """Fills the page with what is true, and carries changes out.

    Args:
        page: The page.
        shortcuts: Holds the chords.
        preferences: Keep them.
        failed: Told of every failure that has no place of its own.
        parent: Owns this.
    """

    def __init__(
        self,
        page: ShortcutsPage,
        shortcuts: ShortcutControl,
        preferences: Preferences,
        failed: Callable[[BaseException], None],
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._page = page
        self._shortcuts = shortcuts
        self._preferences = preferences
        self._scope = TaskScope("shortcuts", failed)
        self._open = False
        self._unsubscribe = [
            shortcuts.changed.subscribe(self._changed),
            shortcuts.pressed.subscribe(page.press_arrived),
        ]
        page.change_wanted.connect(self._change)
        page.copy_wanted.connect(self._copy)
        page.ask_clicked.connect(self._ask_again)

    def show(self) -> None:
        """The settings come onto the screen."""
        self._open = True
        self._page.show_desktop(asks=self._shortcuts.asks_desktop)
        if not self._shortcuts.asks_desktop:
            self._shortcuts.ask_again()  # who had a chord may have given it back
        for action in Action:
            self._changed(action)

    def leave(self) -> None:
        """The settings go away."""
        self._open = False
        self._page.stop_testing()

    async def aclose(self) -> None:
        """End what runs."""
        for end in self._unsubscribe:
            end()
        await self._scope.aclose()

    def _changed(self, action: Target) -> None:
        if not self._open or not isinstance(action, Action):
            return
        state = self._shortcuts.state(action)
        taken = state.status in (ShortcutStatus.TAKEN, ShortcutStatus.REFUSED)
        self._page.show_state(action, state, self._shortcuts.free(state.chord) if taken else ())

    def _change(self, action: object, chord: object) -> None:
        assert isinstance(action, Action)
        problem = self._shortcuts.change(action, str(chord))
        if problem:
            self._page.rows[action].show_refusal(problem, self._shortcuts.free(str(chord)))
            return
        option = f"shortcuts.{action.value}"
        self._scope.restart(self._preferences.set(option, str(chord)), name=option)

    def _copy(self, command: object) -> None:
        QGuiApplication.clipboard().setText(str(command))

    def _ask_again(self) -> None:
        self._shortcuts.ask_again()
