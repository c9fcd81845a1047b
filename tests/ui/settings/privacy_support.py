"""The page "Privacy" over fakes, without a window around it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication

from kireji.services.preferences import Preferences
from kireji.ui.settings.privacy.page import PrivacyPage
from kireji.ui.settings.privacy.presenter import PrivacyPresenter
from kireji.ui.theme import Theme
from tests.fakes.services import FakeSurroundings


@dataclass
class Shown:
    """The page and what is behind it."""

    below: FakeSurroundings
    page: PrivacyPage
    presenter: PrivacyPresenter
    preferences: Preferences

    async def until(self, condition: Callable[[], object]) -> None:
        while not condition():  # noqa: ASYNC110 - what is waited for has no event of its own
            await asyncio.sleep(0)

    @property
    def written(self) -> dict[str, object]:
        """[privacy] as it stands in the file."""
        table = self.below.settings.tables.get("privacy", {})
        assert isinstance(table, dict)
        return table


@asynccontextmanager
async def page_over(below: FakeSurroundings) -> AsyncIterator[Shown]:
    """Show the page."""
    failures: list[BaseException] = []
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    services, theme = below.build(), Theme(app)
    page = PrivacyPage(theme)
    owner = QObject()
    presenter = PrivacyPresenter(page, services, failures.append, owner)
    end = services.preferences.changed.subscribe(lambda _: presenter.settings_changed())
    presenter.show()
    page.show()
    shown = Shown(below, page, presenter, services.preferences)
    await shown.until(page.kept.amount.text)
    try:
        yield shown
    finally:
        end()
        presenter.leave()
        await presenter.aclose()
        page.close()
        page.deleteLater()
        theme.deleteLater()
        await asyncio.sleep(0)
    assert failures == []


def surroundings(**privacy: object) -> FakeSurroundings:
    """With these values of [privacy] in the settings file."""
    below = FakeSurroundings()
    if privacy:
        below.settings.tables["privacy"] = privacy
    return below
