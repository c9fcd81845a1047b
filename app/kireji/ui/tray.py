"""The tray icon; what its menu holds is `tray_menu`'s matter and is loaded after the icon shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QMenu, QSystemTrayIcon

from kireji.resources import resource
from kireji.ui.translation import tr

if TYPE_CHECKING:
    from PySide6.QtDBus import QDBusServiceWatcher

    from kireji.ui.tray_menu import TrayMenu

_WATCHER = "org.kde.StatusNotifierWatcher"


class Tray(QObject):
    """Shows the program in the tray."""

    open_chosen = Signal()
    """The icon itself was clicked."""
    appeared = Signal()
    """A tray is there now that was not there before."""

    def __init__(self) -> None:
        super().__init__()
        self._menu = QMenu()
        self._contents: TrayMenu | None = None
        self._icon: QSystemTrayIcon | None = None
        self._watcher: QDBusServiceWatcher | None = None
        self._hosted = self._waiting = False
        self._show_icon()

    @property
    def available(self) -> bool:
        """Whether there is a tray at all; the icon itself says it is visible even without one."""
        return QSystemTrayIcon.isSystemTrayAvailable()

    @property
    def menu(self) -> TrayMenu:
        """What the menu holds; filled when this is first asked for, which must be before anybody can click."""
        if self._contents is None:
            from kireji.ui.tray_menu import TrayMenu

            self._contents = TrayMenu(self._menu)
        return self._contents

    def notify(self, title: str, sentence: str) -> None:
        """Say one sentence from the tray; only our own words, never a model's."""
        if self._icon is not None:
            self._icon.showMessage(title, sentence)

    def say_waiting(self, waiting: bool) -> None:
        """Whether the icon says that something waits for the person."""
        self._waiting = waiting
        if self._icon is not None:
            self._icon.setToolTip(self._tip())

    def _tip(self) -> str:
        return tr("Kireji waits for you") if self._waiting else tr("Kireji: capture and ask")

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
        watcher.serviceRegistered.connect(self._host_appeared)
        self._watcher = watcher
        if not self._hosted and self.available:
            self._host_appeared()  # it came between the icon and this

    def close(self) -> None:
        """Take the icon away."""
        if self._icon is not None:
            self._icon.hide()
            self._icon.deleteLater()
            self._icon = None
        self._menu.close()

    def _host_appeared(self, _service: str = "") -> None:
        # An icon that a watcher knew is registered again by Qt itself; one in a panel's own window says where it lies.
        known = self._hosted and self._icon is not None and self._icon.geometry().isEmpty()
        if not known:
            self._show_icon()
            self._hosted = True
        self.appeared.emit()

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
        self._icon.setToolTip(self._tip())
        self._icon.activated.connect(self._activated)

    def look_for_host(self) -> None:
        """Note whether a tray took the icon; costs a question to the bus, so not before the icon shows."""
        self._hosted = self.available

    def _activated(self, reason: QSystemTrayIcon.ActivationReason) -> None:
        if reason in (QSystemTrayIcon.ActivationReason.Trigger, QSystemTrayIcon.ActivationReason.DoubleClick):
            self.open_chosen.emit()
