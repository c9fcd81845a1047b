"""Between the page of the first start and the services."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from kireji.core.errors import KirejiError
from kireji.core.words import say
from kireji.services.application import Services
from kireji.ui.aio import TaskScope
from kireji.ui.chat.words import provider_name
from kireji.ui.models.words import Pick
from kireji.ui.settings.key_check import KeyCheck, KeyResult
from kireji.ui.settings.key_entry import KeyEntry, Place
from kireji.ui.settings.signing_in import SigningIn
from kireji.ui.shortcut import ShortcutState
from kireji.ui.theme import Theme
from kireji.ui.translation import tr
from kireji.ui.welcome import WelcomePage

_ANTHROPIC, _OPENROUTER, _LOCAL = "anthropic", "openrouter", "local"
_PREFIXES = (("sk-ant-", _ANTHROPIC), ("sk-or-", _OPENROUTER))


class WelcomePresenter(QObject):
    """Finds out who could answer, and keeps what the person chooses.

    Args:
        services: The use cases.
        theme: For the page.
        keys: Tests keys.
        failed: Told of every failure that has no place of its own.
        parent: Owns this.
    """

    done = Signal()
    """The person goes on."""

    def __init__(
        self,
        services: Services,
        theme: Theme,
        keys: KeyCheck,
        failed: Callable[[BaseException], None],
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._services = services
        self._keys = keys
        self.page = WelcomePage(theme)
        self._scope = TaskScope("welcome", failed)
        self._entry = KeyEntry(self.page.form, keys, services.clipboard, self._scope, _place, self)
        self.signing_in = SigningIn(_OPENROUTER, self.page.panel, services, keys, self._scope, self)
        self._entry.tried.connect(self._tried)
        self.signing_in.done.connect(self._signed_in)
        self.page.sign_in_clicked.connect(self.signing_in.begin)
        self.page.local_wanted.connect(self._local_wanted)
        self.page.painted.connect(self._painted)
        self.page.done.connect(self.done)

    def start(self, shortcut: ShortcutState) -> None:
        """The page comes onto the screen."""
        self.page.show_shortcut(shortcut)
        self.page.form.field.setFocus()
        self._scope.restart(self._fill(), name="fill")

    async def aclose(self) -> None:
        """End what runs."""
        self.page.painted.disconnect(self._painted)
        await self._scope.aclose()

    async def _fill(self) -> None:
        keychain = await self._services.credentials.keychain()
        self.page.show_keychain(ok=keychain.ok, reason=keychain.reason)
        for provider in (_ANTHROPIC, _OPENROUTER):
            state = await self._keys.state(provider)
            self.page.show_key_state(provider, state)
            if state.source or state.problem:
                return

    def _painted(self) -> None:
        self._scope.restart(self._look(), name="look")

    async def _look(self) -> None:
        """A server on this computer is offered when one answers; it is looked for once the page is seen."""
        found = await self._services.local_servers.find()
        for server in found:
            if server.models:
                best = next((model for model in server.models if model.sees_images), server.models[0])
                self.page.offer_local(server.name, Pick(_LOCAL, best.id), sees=best.sees_images)
                return

    def _tried(self, provider: object, result: object) -> None:
        assert isinstance(result, KeyResult)
        if result.kept:
            self.page.found(f"{provider_name(str(provider))}: {result.sentence}")

    def _signed_in(self) -> None:
        self.page.found(tr("You are signed in with OpenRouter."))

    def _local_wanted(self, pick: object) -> None:
        assert isinstance(pick, Pick)
        self._scope.restart(self._use_local(pick), name="local")

    async def _use_local(self, pick: Pick) -> None:
        await self._services.preferences.set("models.local", pick.model)
        await self._services.preferences.set("models.provider", _LOCAL)
        self.page.found(
            tr("{model} on this computer answers. A key can be added later, in the settings.", model=pick.model)
        )


def _place(text: str) -> Place:
    """Whose key it is, as its beginning says."""
    key = text.strip()
    for prefix, provider in _PREFIXES:
        if key.startswith(prefix):
            return Place(provider)
    raise KirejiError(
        say("That is neither an Anthropic key (sk-ant-…) nor an OpenRouter key (sk-or-…)."),
        say("Copy the whole key and paste it again."),
    )
