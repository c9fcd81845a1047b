"""Between the panel for signing in and the services."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QUrl, Signal
from PySide6.QtGui import QDesktopServices

from kireji.core.errors import KirejiError
from kireji.services.application import Services
from kireji.ui.aio import TaskScope
from kireji.ui.settings.key_check import KeyCheck
from kireji.ui.settings.sign_in_panel import SignInPanel


class SigningIn(QObject):
    """Signs in to one provider, in the browser.

    Args:
        provider: Whose.
        panel: Shows how far it is.
        services: The use cases.
        keys: Learns that the new key works.
        scope: Owns the task, under the name "sign in".
        parent: Owns this.
        open_address: Opens a web address in the browser; False when it could not.
    """

    done = Signal()
    """There is a key now."""

    def __init__(
        self,
        provider: str,
        panel: SignInPanel,
        services: Services,
        keys: KeyCheck,
        scope: TaskScope,
        parent: QObject,
        open_address: Callable[[str], bool] | None = None,
    ) -> None:
        super().__init__(parent)
        self._provider = provider
        self._panel = panel
        self._services = services
        self._keys = keys
        self._scope = scope
        self.open_address = open_address or _open
        panel.cancelled.connect(self.cancel)

    def begin(self) -> None:
        """Open the browser and wait; a second time begins anew."""
        self._panel.show_preparing()
        self._scope.restart(self._run(), name="sign in")

    def cancel(self) -> None:
        """Give up; harmless when nothing waits."""
        self._scope.cancel("sign in")
        self._panel.hide()

    async def _run(self) -> None:
        credentials = self._services.credentials
        keychain = await credentials.keychain()
        try:
            await self._services.sign_in.sign_in(self._provider, self._show, session_only=not keychain.ok)
        except KirejiError as error:
            self._panel.show_failure(error.sentence)
            return
        self._keys.accepted(self._provider)
        self._panel.hide()
        self.done.emit()

    def _show(self, address: str) -> bool:
        """Whatever the browser does, the person can copy the address: it has been shown in any case."""
        self._panel.show_waiting(address, opened=self.open_address(address))
        return True


def _open(address: str) -> bool:
    return QDesktopServices.openUrl(QUrl(address))
