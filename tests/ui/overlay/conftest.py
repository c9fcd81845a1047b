"""An overlay over fakes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio
from PySide6.QtGui import QCursor, QGuiApplication
from PySide6.QtWidgets import QApplication

from kireji.ui.theme import Theme
from tests.fakes.desktop import FakeCapture
from tests.ui.overlay.support import Overlay, noise, overlay
from tests.ui.overlay.surface import Surface
from tests.ui.overlay.world import OverlayWorld


@pytest_asyncio.fixture
async def theme() -> AsyncIterator[Theme]:
    """The look of bar and card."""
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    made = Theme(app)
    yield made
    made.deleteLater()


@pytest_asyncio.fixture
async def stand(theme: Theme, tmp_path: Path) -> AsyncIterator[Overlay]:
    """An overlay whose screen shows noise."""
    world = OverlayWorld()
    world.screen = FakeCapture(noise()[0])
    async with overlay(world, theme, tmp_path) as made:
        yield made


@pytest_asyncio.fixture
async def surface(theme: Theme) -> AsyncIterator[Surface]:
    """A stage alone, with the pointer out of the way."""
    QCursor.setPos(QGuiApplication.primaryScreen(), 5, 1000)
    made = Surface(theme)
    yield made
    made.stage.close()
    made.stage.deleteLater()
