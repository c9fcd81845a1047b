"""The notification about a newer version: once for each."""

from __future__ import annotations

from collections.abc import Callable

from kireji.core.desktop_ports import Notice
from kireji.core.updates import Release
from kireji.services.updates import Updates
from kireji.ui.job_notices import Tells
from kireji.ui.translation import tr


class UpdateNotices:
    """Tells of newer versions from when it is made until the program ends.

    Args:
        updates: Finds them.
        tell: Shows a notification.
        open_settings: Shows a page of the settings, with Wayland's activation token.
    """

    def __init__(self, updates: Updates, tell: Tells, open_settings: Callable[[str, str], None]) -> None:
        self._tell = tell
        self._open_settings = open_settings
        updates.found.subscribe(self._found)

    def _found(self, release: Release) -> None:
        title = tr("Kireji {version} is there", version=release.version)
        body = tr("A click shows what is new. Nothing is downloaded or installed by itself.")
        self._tell(Notice(title, body, key="update"), clicked=self._clicked)

    def _clicked(self, token: str) -> None:
        self._open_settings("updates", token)
