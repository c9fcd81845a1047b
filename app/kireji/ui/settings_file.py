"""The settings file, which others may change while the program runs: an editor, the command line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QFileSystemWatcher, QObject, QTimer

from kireji.services.preferences import Preferences
from kireji.ui.aio import TaskScope

_QUIET_MS = 150
"""An editor touches a file several times while it saves it."""


class SettingsFile(QObject):
    """Has the settings taken over when the file has changed. Nothing runs while it does not.

    Args:
        path: The file; it need not exist.
        preferences: The settings.
        failed: Told of every failure.
        parent: Owns this.
    """

    def __init__(
        self, path: Path, preferences: Preferences, failed: Callable[[BaseException], None], parent: QObject
    ) -> None:
        super().__init__(parent)
        self._path = path
        self._preferences = preferences
        self._scope = TaskScope("settings file", failed)
        self._watcher = QFileSystemWatcher(self)
        self._quiet = QTimer(self, interval=_QUIET_MS, singleShot=True)
        self._quiet.timeout.connect(self._look)
        self._watcher.fileChanged.connect(self._changed)
        self._watcher.directoryChanged.connect(self._changed)
        self._watch()

    async def aclose(self) -> None:
        """Look no more."""
        self._quiet.stop()
        self._watcher.removePaths([*self._watcher.files(), *self._watcher.directories()])
        await self._scope.aclose()

    def _watch(self) -> None:
        """Watch the file, and its folder: most programs put a new file in the place of the old one."""
        wanted = {path for path in (self._path.parent, self._path, self._path.resolve()) if path.exists()}
        missing = {str(path) for path in wanted} - {*self._watcher.files(), *self._watcher.directories()}
        if missing:
            self._watcher.addPaths(sorted(missing))

    def _changed(self, _path: str) -> None:
        self._quiet.start()

    def _look(self) -> None:
        self._watch()
        self._scope.restart(self._preferences.refresh(), name="refresh")
