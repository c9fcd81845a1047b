"""Another program that a file can be dragged out of: a small window; pressing and moving begins the drag.

python -m tests.support.drag_window X Y WIDTH HEIGHT FILE
"""

from __future__ import annotations

import sys

from PySide6.QtCore import QMimeData, Qt, QUrl
from PySide6.QtGui import QColor, QDrag, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QApplication, QWidget

TITLE = "Something to drag"
COLOUR = 0x66AA44


class DragWindow(QWidget):
    """Gives away one file.

    Args:
        file: Its path.
    """

    def __init__(self, file: str) -> None:
        super().__init__(None, Qt.WindowType.FramelessWindowHint | Qt.WindowType.WindowStaysOnTopHint)
        self._file = file
        self.setWindowTitle(TITLE)

    def paintEvent(self, _event: QPaintEvent) -> None:
        QPainter(self).fillRect(self.rect(), QColor(COLOUR))

    def mouseMoveEvent(self, _event: QMouseEvent) -> None:
        mime = QMimeData()
        mime.setUrls([QUrl.fromLocalFile(self._file)])
        drag = QDrag(self)
        drag.setMimeData(mime)
        drag.exec(Qt.DropAction.CopyAction)


def main() -> None:
    app = QApplication(sys.argv[:1])
    window = DragWindow(sys.argv[5])
    window.setGeometry(*map(int, sys.argv[1:5]))
    window.show()
    sys.exit(app.exec())


if __name__ == "__main__":
    main()
