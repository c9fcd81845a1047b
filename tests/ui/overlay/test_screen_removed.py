"""A screen that is unplugged while the mouse button is held on it."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QGuiApplication, QMouseEvent
from PySide6.QtWidgets import QApplication

from tests.ui.overlay.support import Overlay, until

pytestmark = pytest.mark.qt


async def test_the_overlay_closes_with_a_sentence_and_opens_again(stand: Overlay) -> None:
    await stand.capture()
    stand.drag((100, 100), (300, 200), release=False)
    window = stand.window
    assert window.selection.held
    application = QGuiApplication.instance()
    assert isinstance(application, QGuiApplication)
    application.screenRemoved.emit(window.screen())
    assert not stand.shown
    assert stand.errors == ["The screens have changed, so the capture was closed. Press the shortcut to start again."]
    here, none = QPointF(300, 200), Qt.MouseButton.NoButton
    late = QMouseEvent(
        QEvent.Type.MouseButtonRelease, here, here, Qt.MouseButton.LeftButton, none, Qt.KeyboardModifier.NoModifier
    )
    QApplication.sendEvent(window, late)  # the hand lets go afterwards
    await stand.capture()
    await until(lambda: stand.shown, "the overlay again")
    assert stand.window.selection.rect is None
