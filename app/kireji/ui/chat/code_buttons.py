"""A button on every code block of a finished answer that copies it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPoint, QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QPushButton, QWidget

from kireji.ui.tokens import SPACE
from kireji.ui.translation import tr

_COPIED_MILLISECONDS = 1500
_sizes: dict[tuple[object, ...], QSize] = {}


class CodeButton(QPushButton):
    """Copies one block of code; says so for a moment.

    Args:
        parent: The viewport it floats on.
    """

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._code = ""
        self._captions: tuple[str, ...] = ()
        self._caption = ""
        self._corner = QPoint()
        self.setProperty("kind", "code")
        self.setAutoDefault(False)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._back = QTimer(self, singleShot=True, interval=_COPIED_MILLISECONDS)
        self._back.timeout.connect(self._show_caption)
        self.clicked.connect(self._copy)

    def set_code(self, code: str, language: str) -> None:
        """What it copies, and the word behind the fence."""
        self._code = code
        copy = tr("Copy")
        self._captions = (f"{language} · {copy}", copy) if language else (copy,)
        self._caption = self._captions[0]
        name = tr("Copy the {language} code", language=language) if language else tr("Copy the code")
        self.setAccessibleName(name)

    def fit(self, ground: QRectF, ends: Sequence[float]) -> None:
        """Go where it covers no code: the upper corner, the lower one, the same with less to say; else hide.

        Args:
            ground: Of the block, in the document's coordinates.
            ends: Where the text of the first and of the last line ends.
        """
        for caption in self._captions:
            size = self._size_with(caption)
            left = int(ground.right()) - size.width() - SPACE[0]
            upper, lower = int(ground.top()) + SPACE[0], int(ground.bottom()) - size.height() - SPACE[0]
            for end, top in zip(ends, (upper, lower), strict=True):
                if max(end, ground.left()) + SPACE[0] <= left:
                    self._caption = caption
                    self._corner = QPoint(left + size.width(), top)
                    self._show_caption()
                    self.show()
                    return
        self.hide()

    def _size_with(self, caption: str) -> QSize:
        """How large it is with a caption; asked once, since the stylesheet takes its time to answer."""
        key = (caption, self.font().key(), self.devicePixelRatioF())
        known = _sizes.get(key)
        if known is None:
            self._say(caption)
            known = _sizes[key] = self.size()
        return known

    def follow(self, y: int) -> None:
        """Move with the text; `y` is where the document begins in the viewport."""
        self.move(self._corner.x() - self.width(), self._corner.y() + y)

    def _show_caption(self) -> None:
        self._say(self._caption)

    def _say(self, text: str) -> None:
        shown = text.replace("&", "&&")
        if shown == self.text():
            return
        right = self.x() + self.width()
        self.setText(shown)
        self.adjustSize()
        self.move(right - self.width(), self.y())

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self._code)
        self._say(tr("Copied"))
        self._back.start()


class CodeButtons:
    """Keeps the buttons of one view where its code blocks are.

    Args:
        viewport: Their parent.
    """

    def __init__(self, viewport: QWidget) -> None:
        self._viewport = viewport
        self._buttons: list[CodeButton] = []

    def show(self, blocks: Sequence[tuple[str, str]]) -> None:
        """Have one button for each block of code.

        Args:
            blocks: Code and language, in order.
        """
        while len(self._buttons) > len(blocks):
            self._buttons.pop().deleteLater()
        while len(self._buttons) < len(blocks):
            self._buttons.append(CodeButton(self._viewport))
        for shown, (code, language) in zip(self._buttons, blocks, strict=True):
            shown.set_code(code, language)

    def place(self, blocks: Sequence[tuple[QRectF, tuple[float, float]]]) -> None:
        """Put every button into a corner of its block.

        Args:
            blocks: For each its ground, and where the text of its first and of its last line ends; all in the
                document's coordinates.
        """
        for shown, (ground, ends) in zip(self._buttons, blocks, strict=False):
            shown.fit(ground, ends)

    def follow(self, y: int) -> None:
        """Move them with the text; `y` is where the document begins in the viewport."""
        for shown in self._buttons:
            shown.follow(y)
