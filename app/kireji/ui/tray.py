"""The tray icon and its menu."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QAction, QIcon
from PySide6.QtWidgets import QMenu, QSystemTrayIcon

from kireji.resources import resource

if TYPE_CHECKING:  # the tray shows before the core is loaded
    from collections.abc import Sequence

    from kireji.core.history import ConversationSummary

_WATCHER = "org.kde.StatusNotifierWatcher"
_RECENT_LENGTH = 40


class Tray(QObject):
    """Shows the program in the tray and says what was chosen there.

    Args:
        chord: The capture shortcut, shown beside its menu entry.
    """

    capture_chosen = Signal()
    open_chosen = Signal()
    settings_chosen = Signal()
    conversation_chosen = Signal(object)
    pause_toggled = Signal(bool)
    quit_chosen = Signal()

    def __init__(self, chord: str) -> None:
        super().__init__()
        self._menu = QMenu()
        self._icon: QSystemTrayIcon | None = None
        self._watcher: QObject | None = None
        self._show_icon()  # first: the menu, which takes longer, is filled before anybody can click
        self._capture = QAction("Capture and ask", self)
        self._recent = QMenu("Recent", self._menu)
        self._pause = QAction("Pause shortcuts", self, checkable=True)
        self._open = QAction("Open Kireji", self)
        self._settings = QAction("Settings", self)
        self._quit = QAction("Quit", self)
        self._build_menu()
        self.set_chord(chord)

    @property
    def available(self) -> bool:
        """Whether there is a tray at all; the icon itself says it is visible even without one."""
        return QSystemTrayIcon.isSystemTrayAvailable()

    def set_chord(self, chord: str) -> None:
        """Show another shortcut beside "Capture and ask"."""
        self._capture.setText(f"Capture and ask\t{chord}" if chord else "Capture and ask")

    def set_paused(self, paused: bool) -> None:
        """Show whether shortcuts are paused, without reporting it back."""
        blocked = self._pause.blockSignals(True)
        self._pause.setChecked(paused)
        self._pause.blockSignals(blocked)

    def set_recent(self, conversations: Sequence[ConversationSummary]) -> None:
        """List the newest conversations."""
        self._recent.clear()
        for summary in conversations:
            title = summary.title if len(summary.title) <= _RECENT_LENGTH else summary.title[:_RECENT_LENGTH] + "…"
            action = self._recent.addAction(title.replace("&", "&&"))
            action.setData(summary.id)
        self._recent.setEnabled(bool(conversations))

    def notify(self, title: str, sentence: str) -> None:
        """Say one sentence from the tray; only our own words, never a model's."""
        if self._icon is not None:
            self._icon.showMessage(title, sentence)

    def watch_for_host(self) -> None:
        """Show the icon again when a tray appears after the program.

        WORKAROUND QSystemTrayIcon (6.11, 6.12): an icon made before org.kde.StatusNotifierWatcher exists is never
        registered there; only a new object is.
        """
        from PySide6.QtDBus import QDBusConnection, QDBusServiceWatcher

        bus = QDBusConnection.sessionBus()
        if not bus.isConnected():
            return
        mode = QDBusServiceWatcher.WatchModeFlag.WatchForRegistration
        watcher = QDBusServiceWatcher(_WATCHER, bus, mode, self)
        watcher.serviceRegistered.connect(self._show_icon)
        self._watcher = watcher

    def close(self) -> None:
        """Take the icon away."""
        if self._icon is not None:
            self._icon.hide()
            self._icon.deleteLater()
            self._icon = None
        self._menu.close()

    def _build_menu(self) -> None:
        self._capture.triggered.connect(self.capture_chosen)
        self._open.triggered.connect(self.open_chosen)
        self._settings.triggered.connect(self.settings_chosen)
        self._pause.toggled.connect(self.pause_toggled)
        self._quit.triggered.connect(self.quit_chosen)
        self._recent.triggered.connect(self._recent_triggered)
        self._recent.setEnabled(False)
        self._menu.addAction(self._capture)
        self._menu.addMenu(self._recent)
        self._menu.addSeparator()
        self._menu.addAction(self._pause)
        self._menu.addSeparator()
        self._menu.addActions([self._open, self._settings, self._quit])

    def _show_icon(self) -> None:
        if self._icon is not None:
            self._icon.hide()
            self._icon.deleteLater()
        icon = QIcon()
        for size in (16, 22, 32, 48):
            icon.addFile(str(resource(f"icons/tray-{size}.png")))
        self._icon = QSystemTrayIcon(icon, self)
        self._icon.setContextMenu(self._menu)
        self._icon.show()
        self._icon.setToolTip("Kireji: capture and ask")
        self._icon.activated.connect(self._activated)

    def _activated(self, reason: QSystemTrayIcon.ActivationReason) -> None:
        if reason in (QSystemTrayIcon.ActivationReason.Trigger, QSystemTrayIcon.ActivationReason.DoubleClick):
            self.open_chosen.emit()

    def _recent_triggered(self, action: QAction) -> None:
        self.conversation_chosen.emit(action.data())
