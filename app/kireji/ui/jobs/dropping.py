"""Files and folders that are let fall upon the page of jobs."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QEvent, QMimeData, QObject, Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QWidget

from kireji.ui.chat.drop_hint import DropHint
from kireji.ui.theme import Theme
from kireji.ui.translation import tr


def paths_in(data: QMimeData) -> tuple[Path, ...]:
    """Files and folders of this computer in what is dragged."""
    return tuple(Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile())


class Dropping(QObject):
    """Watches a page; says over it what becomes of what is dragged there.

    Args:
        theme: Colours and text size.
        page: Where things can be dropped; owns this.
    """

    dropped = Signal(object)
    """A tuple of `Path`."""

    def __init__(self, theme: Theme, page: QWidget) -> None:
        super().__init__(page)
        self.hint = DropHint(theme, page, tr("Drop to make a job of it"))
        page.setAcceptDrops(True)
        page.installEventFilter(self)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QDragEnterEvent) and event.type() == QEvent.Type.DragEnter:
            if event.source() is not None or not paths_in(event.mimeData()):
                return False
            self._accept(event)
            self.hint.cover(True)
            return True
        if event.type() == QEvent.Type.DragLeave:
            self.hint.cover(False)
        elif isinstance(event, QDropEvent) and event.type() == QEvent.Type.Drop:
            self.hint.cover(False)
            self._accept(event)
            self.dropped.emit(paths_in(event.mimeData()))
            return True
        return False

    @staticmethod
    def _accept(event: QDropEvent) -> None:
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()
