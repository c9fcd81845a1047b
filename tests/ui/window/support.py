"""A main window over fakes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtWidgets import QApplication

from kireji.core.shortcuts import Shortcut
from kireji.services.application import Services
from kireji.ui.chat.transcript.answers import AnswerItem
from kireji.ui.chat.transcript.around import Actions
from kireji.ui.chat.transcript.questions import QuestionItem
from kireji.ui.main_window import MainWindow
from kireji.ui.settings.places import Places
from kireji.ui.shortcut import GlobalShortcuts
from kireji.ui.theme import Theme
from kireji.ui.window_presenter import WindowPresenter
from tests.fakes.desktop import FakeHotkeys
from tests.fakes.services import FakeSurroundings
from tests.support.waiting import until_true

CHORD = "Ctrl+Shift+Space"


@dataclass
class Stand:
    """The window with everything below it."""

    below: FakeSurroundings
    services: Services
    hotkeys: FakeHotkeys
    shortcut: GlobalShortcuts
    window: MainWindow
    presenter: WindowPresenter
    theme: Theme

    def shown(self) -> list[str]:
        """The words of every message that is built, as they can be read."""
        return [words for item in self.window.chat.transcript.messages if (words := words_of(item))]

    def actions(self, item: AnswerItem) -> Actions | None:
        """What is offered below an answer, when anything is."""
        return next((row.widget for row in item.rows if isinstance(row.widget, Actions)), None)

    async def until(self, condition: Callable[[], object]) -> None:
        """Let the loop run until something holds; the test's own time limit ends a wait that never does."""
        await until_true(condition)


def words_of(item: QuestionItem | AnswerItem) -> str:
    """The words of a message that are built, as they can be read."""
    return "\n".join(row.piece.plain_text() for row in item.rows if row.piece is not None)


@asynccontextmanager
async def window_over(
    below: FakeSurroundings, *, welcomed: bool = True, taken: bool = False, size: tuple[int, int] = (1200, 800)
) -> AsyncIterator[Stand]:
    """Open a window, and close all of it."""
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    if welcomed:
        below.settings.tables.setdefault("general", {"welcomed": True})
    services = below.build()
    hotkeys = FakeHotkeys()
    chord = Shortcut.parse(CHORD)
    if taken and chord is not None:
        hotkeys.taken.add(chord)
    shortcut = GlobalShortcuts(hotkeys, CHORD)
    theme = Theme(app)
    window = MainWindow(theme)
    window.resize(*size)
    places = Places(Path("/data"), Path("/settings.toml"), Path("/logs"))
    presenter = WindowPresenter(services, window, theme, shortcut, places)
    window.show()
    try:
        async with services.queue:
            yield Stand(below, services, hotkeys, shortcut, window, presenter, theme)
    finally:
        await presenter.aclose()
        window.close()
        window.deleteLater()
        theme.deleteLater()
        await asyncio.sleep(0)
