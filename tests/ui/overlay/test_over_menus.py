"""The frozen screen over menus of other programs, which no window manager stacks."""

from __future__ import annotations

import os

import pytest

from kireji.core.capturing import CaptureMode
from kireji.core.geometry import DesktopWindow, Rect
from tests.support.x11 import x_client
from tests.ui.overlay.support import until
from tests.ui.overlay.surface import Surface

pytestmark = pytest.mark.qt

MENU = DesktopWindow(Rect(420, 320, 100, 100), menu=True)


async def test_a_window_manager_that_notices_late_does_not_take_the_frozen_screen_away(surface: Surface) -> None:
    """To lie over the menu it is hidden and shown; openbox, when it is busy, unmaps it only after both."""
    await surface.show(CaptureMode.REGION, MENU)
    number = int(surface.window.winId())
    with x_client(os.environ["DISPLAY"]) as client:
        await until(lambda: client.is_shown(number), "the frozen screen over the menu")
        for _ in range(3):
            client.take_away(number)
            assert not client.is_shown(number)
            await until(lambda: client.is_shown(number), "the frozen screen comes back")
        surface.stage.hide()
        await until(lambda: not client.is_shown(number), "it goes when it is put away")
