"""The main window: conversations, one reading column, details; settings and the first-start page in the same frame.

In a mirrored interface the conversations stand at the right and the details at the left.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QByteArray, QEvent, QObject, QRect, QSize, Qt, Signal
from PySide6.QtGui import (
    QCloseEvent,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QHideEvent,
    QKeySequence,
    QResizeEvent,
    QShortcut,
)
from PySide6.QtWidgets import QMainWindow, QStackedWidget, QStyle, QWidget

from kireji.ui.chat.drop_hint import DropHint
from kireji.ui.chat.pane import ChatPane
from kireji.ui.chat.sources import dropped, takes
from kireji.ui.icons import window_icon
from kireji.ui.inspector.pane import WIDTH as INSPECTOR_WIDTH
from kireji.ui.inspector.pane import Inspector
from kireji.ui.sidebar.pane import WIDTH as SIDEBAR_WIDTH
from kireji.ui.sidebar.pane import Sidebar
from kireji.ui.theme import Theme

HELP = "F1"

_NO_INSPECTOR_BELOW = 900
_NO_SIDEBAR_BELOW = 640
_SMALLEST = (480, 420)
_USUAL = QSize(1180, 780)
_DECORATION = QSize(16, 56)
"""Room for the frame that the window manager draws, whose size is known only later."""
_WIDEST_GROWTH = 1.3
"""How much the side panes may grow with the text."""


def usual_size(room: QSize) -> QSize:
    """How large the window is at first.

    Args:
        room: What the screen has without panels, in logical pixels.
    """
    return _USUAL.boundedTo(room - _DECORATION).expandedTo(QSize(*_SMALLEST))


class MainWindow(QMainWindow):
    """Arranges the panes; holds no state of the program.

    Args:
        theme: Colours and text size.
    """

    capture_clicked = Signal()
    new_clicked = Signal()
    settings_clicked = Signal()
    jobs_clicked = Signal()
    help_clicked = Signal()
    """The help about what is shown is wanted."""
    left_page = Signal()
    """Esc was pressed on a page that is not a conversation."""
    tool_settings_clicked = Signal()
    model_clicked = Signal()
    reload_clicked = Signal()
    conversation_chosen = Signal(object)
    """The number of a conversation to show."""
    hit_chosen = Signal(object)
    """A `SearchHit` to show: its conversation, and in it the message with the words marked."""
    activated = Signal()
    """The person works in the window from now on."""
    inspector_toggled = Signal(object)
    """Whether the person wants the pane on the right."""
    dropped = Signal(object)
    """A `Given`: what was let fall upon the window while it showed a conversation."""
    closed = Signal()
    """The person closed the window; it is hidden."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._wants_inspector = True
        self._inspector_open = False
        self._sidebar_open = False
        self._save_geometry: Callable[[bytes], None] | None = None
        self.testing_shortcut = False
        """A page waits for the shortcut to be tried: a press shall then capture nothing."""
        self.sidebar = Sidebar(theme)
        self.chat = ChatPane(theme)
        self.inspector = Inspector(theme)
        self._frame = QWidget()
        self._content = QStackedWidget(self._frame)
        self._veil = _Veil(self._frame)
        self._pages: dict[str, QWidget] = {}
        self._hint = DropHint(theme, self._frame)
        self.setAcceptDrops(True)
        self._build()
        self._connect()

    def _build(self) -> None:
        self.setWindowTitle("Kireji")
        self.setWindowIcon(window_icon())
        self.setMinimumSize(*_SMALLEST)
        self.resize(usual_size(self.screen().availableSize()))
        # In the order in which Tab goes through them.
        self.sidebar.setParent(self._frame)
        self._content.addWidget(self.chat)
        self.inspector.setParent(self._frame)
        # Stacking order of the panes that may lie over the content.
        self._veil.hide()
        self._veil.raise_()
        self.sidebar.raise_()
        self.inspector.raise_()
        self.setCentralWidget(self._frame)
        self._frame.installEventFilter(self)

    def _connect(self) -> None:
        self.sidebar.capture_clicked.connect(self.capture_clicked)
        self.sidebar.new_clicked.connect(self._new)
        self.sidebar.settings_clicked.connect(self._settings)
        self.sidebar.jobs_clicked.connect(self._jobs)
        self.sidebar.conversation_chosen.connect(self._chosen)
        self.sidebar.hit_chosen.connect(self._hit)
        self.sidebar.left.connect(self._focus_chat)
        self.chat.capture_clicked.connect(self.capture_clicked)
        self.chat.settings_clicked.connect(self._settings)
        self.chat.notice.settings_clicked.connect(self._settings)
        self.chat.model_clicked.connect(self.model_clicked)
        self.chat.reload_clicked.connect(self.reload_clicked)
        self.chat.menu_clicked.connect(self.toggle_sidebar)
        self.chat.details_clicked.connect(self.toggle_inspector)
        self._veil.pressed.connect(self._close_overlays)
        self._theme.changed.connect(self._arrange)
        for keys, slot in (
            (QKeySequence.StandardKey.New, self._new),
            (QKeySequence.StandardKey.Close, self.close),
            (QKeySequence("Ctrl+,"), self._settings),
            (QKeySequence("Ctrl+J"), self._jobs),
            (QKeySequence(HELP), self.help_clicked),
            (QKeySequence("Ctrl+I"), self.toggle_inspector),
            (QKeySequence("Ctrl+L"), self._focus_list),
            (QKeySequence("Ctrl+K"), self._focus_search),
            (QKeySequence.StandardKey.Find, self._focus_search),
            (QKeySequence("Ctrl+PgDown"), self._next),
            (QKeySequence("Ctrl+Tab"), self._next),
            (QKeySequence("Ctrl+PgUp"), self._previous),
            (QKeySequence("Ctrl+Shift+Tab"), self._previous),
            (QKeySequence("Escape"), self._leave),
        ):
            QShortcut(QKeySequence(keys), self).activated.connect(slot)

    def open_conversation(self, conversation: int) -> None:
        """Show one conversation, live if an answer streams in it."""
        self._chosen(conversation)

    def show_chat(self) -> None:
        """Show the conversation that is open, without what may lie over it."""
        self.show_page("chat")
        self._close_overlays()

    def open_settings(self) -> None:
        """Show the settings."""
        self._settings()

    def show_notice(self, sentence: str) -> None:
        """Say one sentence above the composer."""
        self.chat.show_notice(sentence)

    def show_page(self, name: str, page: QWidget | None = None) -> None:
        """Show a page in place of the chat.

        Args:
            name: chat, settings, jobs, results, result or welcome.
            page: What to show under that name from now on; needed the first time, except for chat.
        """
        if page is not None and name not in self._pages:
            self._pages[name] = page
            self._content.addWidget(page)
        self._content.setCurrentWidget(self._pages.get(name, self.chat))
        self._arrange()

    def page(self) -> str:
        """Which page is shown."""
        current = self._content.currentWidget()
        return next((name for name, page in self._pages.items() if page is current), "chat")

    def set_inspector_wanted(self, wanted: bool) -> None:
        """Whether the pane on the right stands open where there is room."""
        self._wants_inspector = wanted
        self._arrange()

    def remember_geometry(self, stored: bytes, save: Callable[[bytes], None]) -> None:
        """Take up the place of last time, and say the new one whenever the window goes away.

        Args:
            stored: What `save` got; may be empty.
            save: Keeps it; called on the GUI's thread.
        """
        if stored:
            self.restoreGeometry(QByteArray(stored))
        self._save_geometry = save

    def toggle_sidebar(self) -> None:
        """Lay the conversations over the content, or take them away; only where they have no place of their own."""
        if self.width() < _NO_SIDEBAR_BELOW:
            self._sidebar_open = not self._sidebar_open
            self._inspector_open = False
            self._arrange()
            if self._sidebar_open:
                self.sidebar.focus_list()

    def toggle_inspector(self) -> None:
        """Show or hide the details."""
        if self.width() < _NO_INSPECTOR_BELOW:
            self._inspector_open = not self._inspector_open
            self._sidebar_open = False
            self._arrange()
            return
        self._wants_inspector = not self._wants_inspector
        self._arrange()
        self.inspector_toggled.emit(self._wants_inspector)

    def _chosen(self, conversation: object) -> None:
        self.show_chat()
        self.conversation_chosen.emit(conversation)

    def _hit(self, hit: object) -> None:
        self.show_chat()
        self.hit_chosen.emit(hit)

    def _new(self) -> None:
        self.show_chat()
        self.new_clicked.emit()

    def _next(self) -> None:
        self._step(1)

    def _previous(self) -> None:
        self._step(-1)

    def _step(self, direction: int) -> None:
        if self.page() == "welcome":
            return
        other = self.sidebar.list.next_to(self.sidebar.current, direction)
        if other is not None:
            self._chosen(other)

    def _settings(self) -> None:
        self._close_overlays()
        self.settings_clicked.emit()

    def _jobs(self) -> None:
        if self.page() != "welcome":
            self._close_overlays()
            self.jobs_clicked.emit()

    def _focus_list(self) -> None:
        if self._uncover_sidebar():
            self.sidebar.focus_list()

    def _focus_search(self) -> None:
        if self._uncover_sidebar():
            self.sidebar.focus_search()

    def _uncover_sidebar(self) -> bool:
        if self.sidebar.isHidden():
            self.toggle_sidebar()
        return not self.sidebar.isHidden()

    def _focus_chat(self) -> None:
        self._close_overlays()
        if self.page() == "chat":
            self.chat.composer.setFocus()

    def _leave(self) -> None:
        """Esc puts away what lies over the conversation, and where nothing does, it stops the answer."""
        if self._sidebar_open or self._inspector_open:
            self._close_overlays()
        elif self.page() == "chat":
            self.chat.composer.stop()
        else:
            self.left_page.emit()

    def _close_overlays(self) -> None:
        if self._sidebar_open or self._inspector_open:
            self._sidebar_open = self._inspector_open = False
            self._arrange()

    def _arrange(self) -> None:
        """Give every pane its place; a pane without room of its own lies over the content while it is open."""
        growth = min(max(self._theme.scale, 1.0), _WIDEST_GROWTH)
        side, details = round(SIDEBAR_WIDTH * growth), round(INSPECTOR_WIDTH * growth)
        width, height = self._frame.width(), self._frame.height()
        page = self.page()
        sidebar_fits = width >= _NO_SIDEBAR_BELOW * growth and page != "welcome"
        inspector_fits = width >= _NO_INSPECTOR_BELOW * growth
        docked_details = page == "chat" and inspector_fits and self._wants_inspector
        start = side if sidebar_fits else 0
        end = details if docked_details else 0
        self._place(self._content, QRect(start, 0, width - start - end, height))
        over = (self._sidebar_open and not sidebar_fits) or (self._inspector_open and not inspector_fits)
        self._veil.setGeometry(self._content.geometry())
        self._veil.setVisible(over and page != "welcome")
        self._place(self.sidebar, QRect(0, 0, min(side, width - 48), height))
        self.sidebar.setVisible(page != "welcome" and (sidebar_fits or self._sidebar_open))
        self._place(self.inspector, QRect(width - details, 0, details, height))
        self.inspector.setVisible(page == "chat" and (docked_details or (self._inspector_open and not inspector_fits)))
        for widget in (self.chat, *self._pages.values()):
            header = getattr(widget, "header", None)
            if header is not None:
                header.menu.setVisible(not sidebar_fits)

    def _place(self, pane: QWidget, rect: QRect) -> None:
        """Lay a pane where it stands when one reads from the left, or at the other side in a mirrored interface."""
        pane.setGeometry(QStyle.visualRect(self.layoutDirection(), self._frame.rect(), rect))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._frame and event.type() == QEvent.Type.Resize:
            self._arrange()
        return False

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        # What is dragged out of this very window is a selection on its way within a text, or back to where it was.
        if self.page() == "chat" and event.source() is None and takes(event.mimeData()):
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()
            self._hint.cover(True)

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()

    def dragLeaveEvent(self, _event: QDragLeaveEvent) -> None:
        self._hint.cover(False)

    def dropEvent(self, event: QDropEvent) -> None:
        self._hint.cover(False)
        given = dropped(event.mimeData())
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()
        self.chat.composer.setFocus()
        self.dropped.emit(given)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.ActivationChange and self.isActiveWindow():
            self.activated.emit()
        elif event.type() == QEvent.Type.LayoutDirectionChange and self.centralWidget() is not None:
            self._arrange()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        if self._save_geometry is not None and not event.spontaneous():
            self._save_geometry(bytes(self.saveGeometry().data()))

    def closeEvent(self, event: QCloseEvent) -> None:
        event.accept()
        self.closed.emit()


class _Veil(QWidget):
    """Catches the click beside a pane that lies over the content."""

    pressed = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_NoSystemBackground)

    def mousePressEvent(self, _event: object) -> None:
        self.pressed.emit()
