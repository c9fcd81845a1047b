"""All keys of the main window, in a small window of their own."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QDialog, QFrame, QGridLayout, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from kireji.ui.chat import keys
from kireji.ui.main_window import HELP
from kireji.ui.parts import button, label, spread
from kireji.ui.receipts import keys as receipt_keys
from kireji.ui.theme import Theme
from kireji.ui.tokens import SPACE
from kireji.ui.translation import mark, tr

_SECTIONS = (
    (
        mark("Writing"),
        (
            (mark("Send; while an answer streams: queue"), "Return"),
            (mark("New line"), "Shift+Return"),
            (mark("Show what will be sent"), receipt_keys.AHEAD),
            (mark("Earlier questions, in an empty field"), "Up"),
            (mark("Quick prompts, in an empty field"), "/"),
            (mark("Stop the answer"), "Esc"),
        ),
    ),
    (
        mark("Answers and questions"),
        (
            (mark("Regenerate the last answer"), keys.REGENERATE),
            (mark("Regenerate it with another model"), keys.REGENERATE_WITH),
            (mark("Run the last prompt on many rows"), keys.RUN_ON),
            (mark("Edit the last question"), keys.EDIT),
            (mark("Branch before this one, at the last fork"), keys.EARLIER_BRANCH),
            (mark("Branch behind it"), keys.LATER_BRANCH),
            (mark("Copy the last answer"), keys.COPY),
            (mark("Quote what is selected"), keys.QUOTE),
        ),
    ),
    (
        mark("Conversations"),
        (
            (mark("New conversation"), "Ctrl+N"),
            (mark("Search everything"), "Ctrl+K"),
            (mark("To the list of conversations"), "Ctrl+L"),
            (mark("Next conversation in the list"), "Ctrl+PgDown"),
            (mark("Previous conversation in the list"), "Ctrl+PgUp"),
            (mark("Rename, in the list"), "F2"),
            (mark("Delete, in the list"), "Del"),
        ),
    ),
    (
        mark("Window"),
        (
            (mark("Details at the side"), "Ctrl+I"),
            (mark("What left this computer"), receipt_keys.RECEIPT),
            (mark("Jobs"), "Ctrl+J"),
            (mark("Settings"), "Ctrl+,"),
            (mark("Help"), HELP),
            (mark("This list"), keys.KEYBOARD),
            (mark("Close the window"), "Ctrl+W"),
        ),
    ),
)


class KeyboardDialog(QDialog):
    """Lists the keys by what they are for.

    Args:
        theme: Colours and text size.
        parent: Over which it stands.
    """

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(tr("Keyboard"))
        self._theme = theme
        body = QWidget()
        body.setProperty("kind", "page")
        grid = QGridLayout(body)
        spread(grid, SPACE[4], SPACE[1])
        grid.setHorizontalSpacing(SPACE[4])
        grid.setColumnStretch(0, 1)
        self._fill(grid)
        area = QScrollArea()
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setWidgetResizable(True)
        area.setWidget(body)
        area.setAccessibleName(tr("Keyboard"))
        close = button(tr("Close"), "primary")
        close.clicked.connect(self.accept)
        foot = QHBoxLayout()
        spread(foot, (SPACE[4], SPACE[2], SPACE[4], SPACE[3]))
        foot.addStretch(1)
        foot.addWidget(close)
        layout = QVBoxLayout(self)
        spread(layout)
        layout.addWidget(area, 1)
        layout.addLayout(foot)
        room = parent.screen().availableSize()
        self.resize(
            min(theme.px(460), room.width() - 40), min(body.sizeHint().height() + theme.px(60), room.height() - 80)
        )
        close.setFocus()

    def _fill(self, grid: QGridLayout) -> None:
        row = 0
        for title, entries in _SECTIONS:
            heading = label(tr(title), "section")
            heading.setContentsMargins(0, SPACE[2] if row else 0, 0, 0)
            grid.addWidget(heading, row, 0, 1, 2)
            row += 1
            for words, sequence in entries:
                grid.addWidget(label(tr(words), wrap=True), row, 0)
                shown = QKeySequence(sequence).toString(QKeySequence.SequenceFormat.NativeText)
                grid.addWidget(label(shown, "value"), row, 1, Qt.AlignmentFlag.AlignLeading)
                row += 1
