"""Where the rows of a new job come from: a place to drop on, and what was chosen."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from kireji.core.jobs.values import JobSource, SourceHead, SourceKind
from kireji.ui.chat.header import ElidedLabel
from kireji.ui.jobs.dropping import paths_in
from kireji.ui.jobs.new_job_words import source_fact
from kireji.ui.parts import button, frame, label, restyle, spread
from kireji.ui.settings.cards import actions, tell
from kireji.ui.settings.fields import NumberRow
from kireji.ui.theme import Theme
from kireji.ui.tokens import SPACE
from kireji.ui.translation import tr

CAPTURES = 20
_MOST_CAPTURES = 1_000
_ICONS = {SourceKind.JSONL: "file-text", SourceKind.CSV: "hash", SourceKind.FOLDER: "folder",
          SourceKind.PICTURES: "image", SourceKind.PAIRS: "columns-2"}  # fmt: skip


class SourceCard(QWidget):
    """A place to drop on with buttons; once something is chosen, what it is.

    Args:
        theme: Colours and text size.
    """

    file_clicked = Signal()
    folder_clicked = Signal()
    captures_clicked = Signal()
    captures_entered = Signal(object)
    """How many of the last captures."""
    dropped = Signal(object)
    """Paths that were let fall upon it."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.file = button(tr("Choose a file…"))
        self.folder = button(tr("Choose a folder…"))
        self.captures = button(tr("The last captures"))
        self.change = button(tr("Change"))
        self.title = ElidedLabel("strong")
        self.fact = label("", "small", wrap=True)
        self._icon = QLabel()
        self.number = NumberRow(tr("How many of the last captures"), tr("captures"), 1, _MOST_CAPTURES)
        self.problem = label("", "error", wrap=True)
        self._empty = frame("target")
        self._chosen = frame("card")
        self._kind: SourceKind | None = None
        self.setAcceptDrops(True)
        self._build()
        self.file.clicked.connect(self.file_clicked)
        self.folder.clicked.connect(self.folder_clicked)
        self.captures.clicked.connect(self.captures_clicked)
        self.change.clicked.connect(self.clear)
        self.number.entered.connect(self.captures_entered)
        theme.changed.connect(self._dress)
        self.clear()

    def _build(self) -> None:
        inside = QVBoxLayout(self._empty)
        spread(inside, SPACE[3], SPACE[2])
        words = label(tr("Drop a file or a folder here: lines of JSON, a table, or pictures."), "muted", wrap=True)
        inside.addWidget(words)
        inside.addWidget(actions(self.file, self.folder, self.captures))
        row = QHBoxLayout()
        spread(row, 0, SPACE[2])
        names = QVBoxLayout()
        spread(names)
        names.addWidget(self.title)
        names.addWidget(self.fact)
        row.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(names, 1)
        row.addWidget(self.change, 0, Qt.AlignmentFlag.AlignTop)
        card = QVBoxLayout(self._chosen)
        spread(card, SPACE[2], SPACE[1])
        card.addLayout(row)
        card.addWidget(self.number)
        column = QVBoxLayout(self)
        spread(column, 0, SPACE[0])
        for each in (self._empty, self._chosen, self.problem):
            column.addWidget(each)

    def show_source(self, source: JobSource, head: SourceHead | None) -> None:
        """Say what was chosen.

        Args:
            source: What.
            head: What can be told of it at a glance; None while it is looked at.
        """
        had_focus = any(each.hasFocus() for each in (self.file, self.folder, self.captures))
        self._kind = source.kind
        self.title.set_words(source.label)
        self.fact.setText(source_fact(source, head))
        self.number.setVisible(source.most > 0)
        self.number.show_number(source.most or CAPTURES)
        self._chosen.show()
        self._empty.hide()
        self._dress()
        if had_focus:
            self.change.setFocus(Qt.FocusReason.OtherFocusReason)
        tell(self.problem, "", "error")

    def clear(self) -> None:
        """Nothing is chosen."""
        had_focus = self.change.hasFocus()
        self._kind = None
        self._empty.show()
        self._chosen.hide()
        if had_focus:
            self.file.setFocus(Qt.FocusReason.OtherFocusReason)
        tell(self.problem, "", "error")

    def say(self, sentence: str) -> None:
        """Why something cannot be the source."""
        tell(self.problem, sentence, "error")

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if paths_in(event.mimeData()):
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()
            restyle(self._empty, state="on")

    def dragLeaveEvent(self, _event: object) -> None:
        restyle(self._empty, state="off")

    def dropEvent(self, event: QDropEvent) -> None:
        restyle(self._empty, state="off")
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()
        self.dropped.emit(paths_in(event.mimeData()))

    def _dress(self) -> None:
        if self._kind is None:
            return
        from kireji.ui.icons import pixmap

        edge = self._theme.px(20)
        self._icon.setPixmap(pixmap(_ICONS[self._kind], self._theme.colours.muted, edge, self.devicePixelRatioF()))
