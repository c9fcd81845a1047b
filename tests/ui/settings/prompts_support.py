"""The page "Prompts" over fakes, without a window around it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication

from kireji.core.desktop_ports import HotkeyBackend
from kireji.services.application import Services
from kireji.ui.settings.prompts.page import PromptsPage
from kireji.ui.settings.prompts.presenter import PromptsPresenter
from kireji.ui.shortcut import GlobalShortcuts
from kireji.ui.theme import Theme
from tests.fakes.desktop import FakeHotkeys
from tests.fakes.prompts import MemoryPromptStore
from tests.fakes.world import World


@dataclass
class Shown:
    """The page and what is behind it."""

    world: World
    services: Services
    page: PromptsPage
    presenter: PromptsPresenter
    shortcuts: GlobalShortcuts
    theme: Theme
    failures: list[BaseException] = field(default_factory=list)

    @property
    def store(self) -> MemoryPromptStore:
        return self.world.prompts

    async def until(self, condition: Callable[[], object]) -> None:
        while not condition():  # noqa: ASYNC110 - what is waited for has no event of its own
            await asyncio.sleep(0)

    async def names(self) -> list[str]:
        return [row.prompt.name for row in self.page.library.rows]


@asynccontextmanager
async def page_over(world: World, hotkeys: HotkeyBackend | None = None) -> AsyncIterator[Shown]:
    """Show the page."""
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    services, theme = world.services(), Theme(app)
    shortcuts = GlobalShortcuts(hotkeys or FakeHotkeys(), "Ctrl+Shift+Space")
    page = PromptsPage(theme)
    owner = QObject()
    failures: list[BaseException] = []
    presenter = PromptsPresenter(page, services, shortcuts, theme, Path("/nowhere"), failures.append, owner)
    presenter.show()
    page.resize(600, 900)
    page.show()
    shown = Shown(world, services, page, presenter, shortcuts, theme, failures)
    await shown.until(lambda: page.library.rows)
    try:
        yield shown
    finally:
        presenter.leave()
        await presenter.aclose()
        shortcuts.release()
        page.close()
        page.deleteLater()
        theme.deleteLater()
        await asyncio.sleep(0)
    assert failures == []
