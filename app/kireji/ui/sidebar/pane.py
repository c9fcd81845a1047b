"""The pane itself: capture, search, the conversations or what a search found, the ways to what was put away."""

from __future__ import annotations

from datetime import datetime

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QFrame, QVBoxLayout

from kireji.ui.parts import button, label, set_icon, spread
from kireji.ui.sidebar.capture_button import CaptureButton
from kireji.ui.sidebar.commands import Command, Order
from kireji.ui.sidebar.conversation_list import ConversationList
from kireji.ui.sidebar.jobs_entry import JobsEntry
from kireji.ui.sidebar.order import Shelf
from kireji.ui.sidebar.result_list import ResultList
from kireji.ui.sidebar.search_field import SearchField
from kireji.ui.sidebar.shelf_bar import ShelfBar
from kireji.ui.sidebar.undo_bar import UndoBar
from kireji.ui.theme import Theme
from kireji.ui.tokens import SPACE
from kireji.ui.translation import mark, plural, tr

WIDTH = 264
_MINUTE = 60_000
_EMPTY = {
    Shelf.CURRENT: mark("No conversations yet. What you ask appears here."),
    Shelf.ARCHIVED: mark("Nothing is archived."),
    Shelf.REMOVED: mark("Nothing was deleted in the last 30 days."),
}
_KEPT = mark("What was deleted is kept for 30 days.")


class Sidebar(QFrame):
    """Shows where one can go.

    Args:
        theme: Colours and text size.
    """

    capture_clicked = Signal()
    new_clicked = Signal()
    settings_clicked = Signal()
    jobs_clicked = Signal()
    conversation_chosen = Signal(object)
    """The number of a conversation."""
    hit_chosen = Signal(object)
    """A `SearchHit`."""
    searched = Signal(object)
    """The words to search for; empty ends the search."""
    shelf_chosen = Signal(object)
    """A `Shelf`: which conversations the list shall show."""
    left = Signal()
    """The keyboard shall go back to the conversation."""
    told = Signal(object)
    """A sentence for screen readers: what was done, what was found."""
    shown = Signal(bool)
    """Whether it is on the screen."""
    current_changed = Signal(object)
    """The number of the conversation that is open now, or None."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setProperty("kind", "sidebar")
        self.setAccessibleName(tr("Conversations"))
        self._theme = theme
        self._current: int | None = None
        self._searching = False
        self._capture = CaptureButton(theme)
        self.search = SearchField(theme)
        self._new = button(tr("New conversation"), "nav")
        self.shelf = ShelfBar(theme)
        self.list = ConversationList(theme)
        self.results = ResultList(theme)
        self._sentence = label("", "muted", wrap=True)
        self.restore = button(tr("Restore"))
        self.undo_bar = UndoBar()
        self.archived = button(tr("Archive"), "nav")
        self.jobs = JobsEntry(theme)
        self._settings = button(tr("Settings"), "nav")
        self._settings.setCheckable(True)
        self._minute = QTimer(self, interval=_MINUTE)
        self._build()
        self._connect()
        self._dress()
        self._show()

    def _build(self) -> None:
        layout = QVBoxLayout(self)
        spread(layout, SPACE[2], SPACE[1])
        for above in (self._capture, self.search, self._new, self.shelf):
            layout.addWidget(above)
        layout.addWidget(self.list, 1)
        layout.addWidget(self.results, 1)
        layout.addWidget(self._sentence)
        layout.addWidget(self.restore)
        layout.addStretch(0)
        for below in (self.undo_bar, self.archived, self.jobs, self._settings):
            layout.addWidget(below)
        self._sentence.setContentsMargins(SPACE[1], SPACE[1], SPACE[1], 0)
        self._sentence.setMinimumSize(QSize(0, 0))
        self.archived.hide()

    def _connect(self) -> None:
        self._capture.clicked.connect(self.capture_clicked)
        self._new.clicked.connect(self.new_clicked)
        self.jobs.button.clicked.connect(self._jobs_pressed)
        self._settings.clicked.connect(self._settings_pressed)
        self.archived.clicked.connect(self._archived_pressed)
        self.shelf.chosen.connect(self.shelf_chosen)
        self.list.chosen.connect(self.conversation_chosen)
        self.list.left_above.connect(self._to_search)
        self.list.selection_changed.connect(self._selection_changed)
        self.restore.clicked.connect(self._restore_pressed)
        self.list.rows.modelReset.connect(self._show)
        self.list.rows.rowsInserted.connect(self._show)
        self.list.rows.rowsRemoved.connect(self._show)
        self.results.chosen.connect(self.hit_chosen)
        self.results.left_above.connect(self._to_search)
        self.undo_bar.said.connect(self.told)
        self.search.searched.connect(self._searched)
        self.search.left_below.connect(self._below_search)
        self.search.confirmed.connect(self._confirmed)
        self.search.left.connect(self.left)
        self._minute.timeout.connect(self._tell_time)
        self._theme.changed.connect(self._dress)

    def _dress(self) -> None:
        colour = self._theme.colours.muted
        for widget, name in ((self._new, "plus"), (self.archived, "archive"), (self._settings, "settings")):
            set_icon(widget, self._theme, name, colour)

    def set_chord(self, chord: str) -> None:
        """Show the capture shortcut on its button."""
        self._capture.set_chord(chord)

    def set_current(self, conversation: int | None, *, settings: bool = False, jobs: bool = False) -> None:
        """Mark where the person is."""
        self._settings.setChecked(settings)
        self.jobs.button.setChecked(jobs)
        self._current = None if settings or jobs else conversation
        self.list.mark(self._current)
        self.current_changed.emit(self._current)

    @property
    def current(self) -> int | None:
        """The conversation that is marked as open."""
        return self._current

    def set_put_away(self, *, exist: bool) -> None:
        """Whether there are archived or deleted conversations, which the way to them is shown for."""
        self.archived.setVisible(exist and self.list.rows.shelf is Shelf.CURRENT)

    def show_found(self, words: str) -> None:
        """The first page of a search stands in the results.

        Args:
            words: What was searched for; empty when the search has ended.
        """
        nothing = bool(words) and not self.results.found.rowCount()
        if nothing:
            self._sentence.setText(tr("Nothing found for “{words}”. Try fewer or shorter words.", words=words))
        if words:
            self._sentence.setVisible(nothing)
            self.told.emit(self._sentence.text() if nothing else self._count_found())

    def _count_found(self) -> str:
        count = len(self.results.found.hits)
        if self.results.found.canFetchMore():
            return tr("More than {n} places found.", n=count)
        return plural(count, "1 place found.", "{n} places found.")

    def focus_list(self) -> None:
        """Put the keyboard into the list."""
        if self._searching:
            self.search.stop()
        self.list.setFocus()

    def focus_search(self) -> None:
        """Put the keyboard into the search."""
        self._to_search()
        self.search.selectAll()

    def end_search(self) -> None:
        """Show the conversations again."""
        self.search.stop()

    @property
    def searching(self) -> bool:
        """Whether results stand in the place of the conversations."""
        return self._searching

    def _jobs_pressed(self) -> None:
        self.jobs.button.setChecked(True)
        self.jobs_clicked.emit()

    def _settings_pressed(self) -> None:
        self._settings.setChecked(True)
        self.settings_clicked.emit()

    def _archived_pressed(self) -> None:
        self.shelf_chosen.emit(Shelf.ARCHIVED)
        self.list.setFocus(Qt.FocusReason.OtherFocusReason)

    def _restore_pressed(self) -> None:
        self.list.ordered.emit(Order(Command.RESTORE, tuple(one.id for one in self.list.selected())))

    def _selection_changed(self) -> None:
        count = len(self.list.selected())
        self.restore.setEnabled(count > 0)
        self.restore.setText(plural(max(count, 1), "Restore", "Restore {n} conversations"))

    def _to_search(self) -> None:
        self.search.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _searched(self, words: object) -> None:
        self._searching = bool(words)
        self._show()
        self.searched.emit(words)

    def _below_search(self) -> None:
        if self._searching:
            self.results.enter()
        else:
            self.list.setFocus(Qt.FocusReason.OtherFocusReason)

    def _confirmed(self) -> None:
        if self._searching:
            self.results.choose_first()

    def _show(self) -> None:
        """Lay out what belongs to the present state."""
        shelf = self.list.rows.shelf
        empty = not self.list.rows.known
        self._new.setVisible(not self._searching and shelf is Shelf.CURRENT)
        self.shelf.setVisible(not self._searching and shelf is not Shelf.CURRENT)
        self.shelf.show_shelf(shelf)
        self.list.setVisible(not self._searching and not empty)
        self.results.setVisible(self._searching)
        self.restore.setVisible(not self._searching and shelf is Shelf.REMOVED and not empty)
        self.restore.setEnabled(bool(self.list.selected()))
        if shelf is not Shelf.CURRENT:
            self.archived.hide()
        if not self._searching:
            self._sentence.setText(tr(_EMPTY[shelf]) if empty else tr(_KEPT))
            self._sentence.setVisible(empty or shelf is Shelf.REMOVED)
        else:
            self._sentence.hide()

    def _tell_time(self) -> None:
        self.list.rows.tell_time(datetime.now().astimezone())

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._tell_time()
        self._minute.start()
        self.shown.emit(True)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._minute.stop()
        self.shown.emit(False)
