"""A field that shows exact text: it can be selected and scrolled, and not changed."""

from __future__ import annotations

import math
import re

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFontDatabase,
    QSyntaxHighlighter,
    QTextCharFormat,
    QTextDocument,
    QTextLayout,
    QTextOption,
)
from PySide6.QtWidgets import QFrame, QPlainTextEdit, QSizePolicy, QVBoxLayout

from kireji.ui.chat.permission.exact import Exact
from kireji.ui.chat.words import count
from kireji.ui.parts import button, frame, spread
from kireji.ui.theme import Theme
from kireji.ui.tokens import SPACE, TYPE_LABEL
from kireji.ui.translation import tr

_NUMBERED = re.compile(r"(?<!\\)(?:\\\\)*(\\u[0-9a-fA-F]{4})|(⟨[^⟩]*⟩)")
"""What stands for something that cannot be seen, or that is folded away."""
_MARGIN = 2


class ExactView(QPlainTextEdit):
    """The text itself.

    Args:
        theme: Colours and text size.
        name: For screen readers.
        lines: How many it shows before it scrolls.
    """

    def __init__(self, theme: Theme, name: str, lines: int) -> None:
        super().__init__()
        self._theme = theme
        self._lines = lines
        self.setReadOnly(True)
        self.setAccessibleName(name)
        self.setTabChangesFocus(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.setContextMenuPolicy(
            Qt.ContextMenuPolicy.NoContextMenu
        )  # Qt's own asks the clipboard, whose owner may hang
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self.setProperty("kind", "exact")
        font = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
        font.setPixelSize(theme.px(TYPE_LABEL))
        self.setFont(font)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.document().setDocumentMargin(_MARGIN)
        # Code begins at the left, whatever is in it and wherever the interface begins.
        self.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        option = self.document().defaultTextOption()
        option.setTextDirection(Qt.LayoutDirection.LeftToRight)
        self.document().setDefaultTextOption(option)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        _Marks(self.document(), theme)

    def show_text(self, text: str) -> None:
        """Show another text."""
        self.setPlainText(text)
        self.updateGeometry()

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        self.ensurePolished()
        return math.ceil(self._lines_in(width - 2 * _MARGIN)) + 2 * _MARGIN + 1

    def sizeHint(self) -> QSize:
        return QSize(80, self.heightForWidth(max(80, self.width())))

    def minimumSizeHint(self) -> QSize:
        return QSize(40, self.fontMetrics().lineSpacing() + 2 * _MARGIN)

    def _lines_in(self, width: int) -> float:
        """How high its lines are, as far as it may grow, in logical pixels."""
        found, height = 0, 0.0
        option = QTextOption()
        option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        block = self.document().begin()
        while block.isValid() and found < self._lines:
            layout = QTextLayout(block.text(), self.font())
            layout.setTextOption(option)
            layout.beginLayout()
            while found < self._lines:
                line = layout.createLine()
                if not line.isValid():
                    break
                line.setLineWidth(max(1, width))
                height += math.ceil(line.height() + line.leading())
                found += 1
            layout.endLayout()
            block = block.next()
        return max(height, float(self.fontMetrics().lineSpacing()))


class _Marks(QSyntaxHighlighter):
    """Sets apart what stands for something that cannot be seen."""

    def __init__(self, document: QTextDocument, theme: Theme) -> None:
        super().__init__(document)
        self._format = QTextCharFormat()
        self._format.setForeground(QColor(theme.colours.warn))

    def highlightBlock(self, text: str) -> None:
        for found in _NUMBERED.finditer(text):
            group = 1 if found.group(1) else 2
            self.setFormat(found.start(group), found.end(group) - found.start(group), self._format)


class ExactBox(QVBoxLayout):
    """The text on its ground, with a button that unfolds what was folded away.

    Args:
        theme: Colours and text size.
        name: For screen readers.
        lines: How many it shows before it scrolls.
    """

    unfolded = Signal()
    """All of it shall be shown."""

    def __init__(self, theme: Theme, name: str, lines: int) -> None:
        super().__init__()
        self.view = ExactView(theme, name, lines)
        self.more = button("", "quiet")
        self._ground = ground = frame("details")
        inside = QVBoxLayout(ground)
        spread(inside, (SPACE[1], SPACE[1] - 2, SPACE[1], SPACE[1] - 2))
        inside.addWidget(self.view)
        spread(self, 0, SPACE[0])
        self.addWidget(ground)
        self.addWidget(self.more, 0, Qt.AlignmentFlag.AlignLeading)
        self.more.clicked.connect(self.unfolded)

    def set_shown(self, shown: bool) -> None:
        """Whether there is anything to show."""
        self._ground.setVisible(shown)

    def show_exact(self, exact: Exact) -> None:
        """Show a text."""
        self.view.show_text(exact.text)
        self.more.setVisible(bool(exact.left_out))
        if exact.left_out:
            words = tr("Show all ({count} more characters)", count=count(exact.left_out))
            self.more.setText(words)
            self.more.setAccessibleName(words)
