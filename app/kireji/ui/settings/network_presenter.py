"""Between the page "Network" and the services."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable

from PySide6.QtCore import QObject

from kireji.core.errors import AuthenticationFailed, KirejiError, SettingsError
from kireji.core.settings import NetworkSettings
from kireji.services.application import Services
from kireji.services.credentials import without_password
from kireji.ui.aio import TaskScope
from kireji.ui.chat.words import provider_name
from kireji.ui.settings.key_check import KeyCheck, Outcome
from kireji.ui.settings.network_page import ADDRESS, NONE, SYSTEM, NetworkPage
from kireji.ui.translation import tr

_WITH_KEYS = ("anthropic", "openrouter")
_LOCAL = "local"
_BEGINS = b"-----BEGIN "
_LARGEST = 1 << 20
"""Bytes of a file of certificates that are looked at."""


class NetworkPresenter(QObject):
    """Fills the page with what is true, and carries changes out.

    Args:
        page: The page.
        services: The use cases.
        keys: Tests keys.
        failed: Told of every failure that has no place of its own.
        parent: Owns this.
    """

    def __init__(
        self,
        page: NetworkPage,
        services: Services,
        keys: KeyCheck,
        failed: Callable[[BaseException], None],
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._page = page
        self._services = services
        self._keys = keys
        self._scope = TaskScope("network", failed)
        self._shown: NetworkSettings | None = None
        page.proxy_chosen.connect(self._proxy_chosen)
        page.no_proxy.entered.connect(self._hosts_entered)
        page.file_chosen.connect(self._file_chosen)
        page.test.clicked.connect(self._test)

    def show(self) -> None:
        """The page opens: look at everything again."""
        self._shown = None
        self.settings_changed()

    def settings_changed(self) -> None:
        """Show what holds now; another setting's change leaves what is being typed alone."""
        network = self._services.preferences.settings.network
        if network == self._shown:
            return
        self._shown = network
        named = network.proxy not in (SYSTEM, NONE)
        self._page.show_settings(network, without_password(network.proxy) if named else "")
        self._scope.restart(self._look(network), name="look")

    async def aclose(self) -> None:
        """End what runs."""
        await self._scope.aclose()

    async def _look(self, network: NetworkSettings) -> None:
        problem = await asyncio.to_thread(self._services.proxy_problem)
        address = "" if problem else await asyncio.to_thread(self._services.proxy_in_force)
        self._page.show_in_force(problem or in_force(network.proxy, address), works=not problem)
        state = await asyncio.to_thread(file_state, network.ca_file) if network.ca_file else None
        if state is None:
            words = tr("The certificates of the system are trusted. Choose a file (PEM) for others beside them.")
            self._page.show_file("", words, "muted")
        else:
            self._page.show_file(network.ca_file, *state)

    def _proxy_chosen(self, value: object) -> None:
        text = str(value)
        if text == without_password(self._services.preferences.settings.network.proxy):
            return  # shown without its password, and not changed
        self._scope.restart(self._keep("network.proxy", text), name="proxy")

    def _hosts_entered(self, value: object) -> None:
        self._scope.restart(self._keep("network.no_proxy", str(value)), name="hosts")

    def _file_chosen(self, value: object) -> None:
        self._scope.restart(self._keep("network.ca_file", str(value)), name="file")

    async def _keep(self, option: str, value: str) -> None:
        try:
            await self._services.preferences.set(option, value)
        except SettingsError as error:
            if option != "network.proxy":
                raise
            self._page.proxy.set_value(ADDRESS)
            self._page.address.say(error.sentence.replace("network.proxy", tr("The proxy")))

    def _test(self) -> None:
        self._page.show_testing()
        self._scope.restart(self._run_test(), name="test")

    async def _run_test(self) -> None:
        provider = await self._provider()
        if not provider:
            sentence = tr(
                "There is no key and no server to test it with. Add one under Keys & models; nothing is sent before."
            )
            self._page.show_result(sentence, "warn")
            return
        if provider == _LOCAL:
            self._page.show_result(*await self._test_server())
            return
        result = await self._keys.test(provider)
        name = provider_name(provider)
        if result.outcome is Outcome.WORKS:
            self._page.show_result(tr("{name} was reached and accepts the key.", name=name), "ok")
        elif result.outcome is Outcome.REFUSED:
            self._page.show_result(
                f"{tr('{name} was reached, but does not take the key.', name=name)} {result.sentence}",
                "warn",
            )
        else:
            self._page.show_result(result.sentence, "error")

    async def _test_server(self) -> tuple[str, str]:
        """Ask the local server; the sentence and its role."""
        try:
            models = await self._services.catalog.models(_LOCAL, refresh=True)
        except AuthenticationFailed as error:
            return f"{tr('The local server was reached, but does not take the key.')} {error.sentence}", "warn"
        except KirejiError as error:
            return error.sentence, "error"
        found = self._services.local_servers.found
        if not models and not found and not self._services.local_servers.address:
            return tr("No model server answers on this computer. Start one, then test again."), "error"
        name = found[0].name if found else tr("The local server")
        return (
            (tr("{name} was reached.", name=name), "ok")
            if models
            else (tr("{name} was reached, but has no model yet.", name=name), "warn")
        )

    async def _provider(self) -> str:
        """Who is tested: the one who answers now, else the first with a key; empty for none."""
        try:
            choice = await self._services.catalog.choose(self._services.preferences.settings)
        except KirejiError:
            wanted = self._services.preferences.settings.models.provider
        else:
            wanted = choice.provider.name
        if wanted == _LOCAL:
            return wanted
        names = [name for name in _WITH_KEYS if name == wanted] + [name for name in _WITH_KEYS if name != wanted]
        for name in names:
            if (await self._keys.state(name)).source:
                return name
        return ""


def in_force(proxy: str, address: str) -> str:
    """The proxy that is used now, in a sentence.

    Args:
        proxy: The setting.
        address: Of the proxy that requests go through, without a password; empty for none.
    """
    if proxy == NONE:
        return tr("Every host is reached directly.")
    if proxy != SYSTEM:
        return tr("In force: {address}.", address=address)
    return (
        tr("In force: {address}, from the system.", address=address)
        if address
        else tr("In force: none; the system names no proxy.")
    )


def file_state(path: str) -> tuple[str, str]:
    """Whether a file of certificates can be used, with the role to say it in; may block."""
    place = os.path.expanduser(path)
    if not os.path.exists(place):
        return tr("This file is not there. Choose another one, or remove it here."), "error"
    if not os.path.isfile(place):
        return tr("This is no file. Choose the file with the certificates."), "error"
    if not os.access(place, os.R_OK):
        return tr("This file cannot be read. Change its permissions, or choose another one."), "error"
    with open(place, "rb") as file:
        if _BEGINS not in file.read(_LARGEST):
            return tr("There are no certificates (PEM) in this file. Choose another one, or remove it here."), "error"
    return tr("The file can be read. Its certificates are trusted beside the system's."), "ok"
