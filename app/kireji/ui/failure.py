"""A window for the case that nothing else can be shown."""

from __future__ import annotations

import asyncio

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox

from kireji.core.errors import KirejiError
from kireji.ui.translation import tr


async def show_failure(error: KirejiError, stop: asyncio.Event) -> None:
    """Say why the program cannot start, until the person closes it or the program is told to end."""
    box = QMessageBox(QMessageBox.Icon.Warning, tr("Kireji cannot start"), error.message)
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setInformativeText(error.hint)
    if error.detail:
        box.setDetailedText(error.detail)
    box.addButton(tr("Quit"), QMessageBox.ButtonRole.AcceptRole)
    box.finished.connect(stop.set)
    box.open()
    await stop.wait()
    box.close()
    box.deleteLater()
