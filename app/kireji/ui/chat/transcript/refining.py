"""What comes to pieces after they are shown: colours of code, formulas, pictures of the store."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer

if TYPE_CHECKING:
    from kireji.ui.chat.transcript.body import Body

_MILLISECONDS = 15
_SECONDS = 0.002
"""For finding colours, at a time."""
_PATIENCE = 400
"""Attempts without any colour, while languages are loaded, before a text is left as it is."""


class Colouring(QObject):
    """Finds colours for code while nothing else is to be done.

    Args:
        parent: As usual in Qt.
    """

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._waiting: dict[Body, int] = {}
        self._timer = QTimer(self, singleShot=True, interval=_MILLISECONDS)
        self._timer.timeout.connect(self._find)

    def add(self, body: Body) -> None:
        """Look for the colours of its code."""
        self._waiting.setdefault(body, _PATIENCE)
        if not self._timer.isActive():
            self._timer.start()

    def _find(self) -> None:
        body, patience = next(iter(self._waiting.items()))
        del self._waiting[body]
        body.source.colour(_SECONDS)
        body.show_colours()
        if body.source.uncoloured and patience:
            self._waiting[body] = patience - 1
        if self._waiting:
            self._timer.start()
