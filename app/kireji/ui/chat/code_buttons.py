"""A button on every code block of a finished answer that copies it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPoint, QRectF, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QPushButton, QWidget

from kireji.ui.parts import button
from kireji.ui.tokens import SPACE

_COPIED_MILLISECONDS = 1500


class CodeButton(QPushButton):
    """Copies one block of code; says so for a moment.

    Args:
        parent: The viewport it floats on.
    """

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._code = ""
        self._caption = ""
        template = button("", "code")
        self.setProperty("kind", "code")
        self.setFocusPolicy(template.focusPolicy())
        template.deleteLater()
        self._back = QTimer(self, singleShot=True, interval=_COPIED_MILLISECONDS)
        self._back.timeout.connect(self._show_caption)
        self.clicked.connect(self._copy)

    def set_code(self, code: str, language: str) -> None:
        """What it copies, and the word behind the fence."""
        self._code = code
        self._caption = f"{language} · Copy" if language else "Copy"
        self.setAccessibleName(f"Copy the {language} code" if language else "Copy the code")
        self._show_caption()

    def _show_caption(self) -> None:
        self._say(self._caption)

    def _say(self, text: str) -> None:
        right = self.geometry().right()
        self.setText(text.replace("&", "&&"))
        self.adjustSize()
        self.move(right - self.width() + 1, self.y())

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self._code)
        self._say("Copied")
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

    def place(self, grounds: Sequence[QRectF]) -> None:
        """Put every button into the corner of its block.

        Args:
            grounds: In the viewport's coordinates, in order.
        """
        for shown, ground in zip(self._buttons, grounds, strict=False):
            shown.adjustSize()
            corner = QPoint(int(ground.right()) - shown.width() - SPACE[0], int(ground.top()) + SPACE[0])
            shown.move(corner)
            shown.setVisible(shown.width() + 2 * SPACE[1] < ground.width())
