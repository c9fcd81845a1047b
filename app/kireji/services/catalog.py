"""Which models there are, and which one answers."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence

import msgspec

from kireji.core.errors import AuthenticationFailed, ConnectionFailed, KeyStoreError, KirejiError
from kireji.core.history import ConversationSetup
from kireji.core.models import Balance, ModelInfo
from kireji.core.ports import Clock, ModelListStore
from kireji.core.provider_ports import BalanceSource, Provider
from kireji.core.requests import Purpose
from kireji.core.secret import Secret
from kireji.core.settings import Settings
from kireji.core.words import say
from kireji.services.credentials import ADDRESSES, Credential, Credentials, without_password
from kireji.services.local_servers import LOCAL, LocalServers
from kireji.services.model_lists import ModelLists
from kireji.services.outbox import Outbox

DEVICE = "device"
OPENROUTER = "openrouter"
_FOLLOWS_SETTINGS = ConversationSetup()


class Choice(msgspec.Struct, frozen=True):
    """Who answers the next question.

    Args:
        provider: Whose.
        model: Which.
        reason: Why this one, when it is not what was asked for; empty otherwise.
        base_url: Where it is reached; empty when nothing leaves this computer's own programs.
        info: What is known about the model; None when it stands in no list.
    """

    provider: Provider
    model: str
    reason: str = ""
    base_url: str = ""
    info: ModelInfo | None = None


class ProviderModels(msgspec.Struct, frozen=True):
    """One provider in a list to choose from.

    Args:
        provider: Its name.
        ready: Whether it can answer now.
        problem: Why it cannot, or why its list may be out of date, in one sentence; empty otherwise.
        models: What it has, as far as known.
        default: The model that it answers with by itself when neither the person nor the settings name one.
    """

    provider: str
    ready: bool
    problem: str
    models: tuple[ModelInfo, ...]
    default: str


class Catalog:
    """The providers, their models, and the choice between them.

    Args:
        providers: In order of preference; the last needs nothing and always works. By name when they are to be
            loaded only when one is needed.
        credentials: Says which have a key.
        outbox: Clears the requests for lists.
        clock: Ends the lists' validity.
        patience: Seconds that the keychain has to answer where something else could answer the question.
        lists: Keeps lists between runs.
        local_servers: Finds the servers behind the provider "local".
        balances: Those that tell what is left on the account, by provider.

    Attributes:
        changed: Publishes the provider whose list of models is another than before.
    """

    def __init__(
        self,
        providers: Sequence[Provider] | Mapping[str, Provider],
        credentials: Credentials,
        outbox: Outbox,
        clock: Clock,
        patience: float = 5.0,
        *,
        lists: ModelListStore | None = None,
        local_servers: LocalServers | None = None,
        balances: Mapping[str, BalanceSource] | None = None,
    ) -> None:
        self._providers: Mapping[str, Provider] = (
            providers if isinstance(providers, Mapping) else {provider.name: provider for provider in providers}
        )
        self._credentials = credentials
        self._outbox = outbox
        self._patience = patience
        self._local_servers = local_servers
        self._balances = balances or {}
        self._lists = ModelLists(self._providers, credentials, lists, clock)
        self.changed = self._lists.changed
        if local_servers is not None:
            local_servers.changed.subscribe(lambda _found: self.changed.publish(LOCAL))

    @property
    def names(self) -> Sequence[str]:
        """Names of all providers, in order of preference."""
        return tuple(self._providers)

    def provider(self, name: str) -> Provider:
        """The provider of that name.

        Raises:
            KirejiError: There is none.
        """
        if (found := self._providers.get(name)) is None:
            names = ", ".join(self._providers)
            raise KirejiError(
                say("There is no provider {name}.", name=repr(name)), say("Use one of: {names}.", names=names)
            )
        return found

    def known(self, provider: str) -> tuple[ModelInfo, ...]:
        """The models of a provider as far as known now: its last list, else the built-in table."""
        self.provider(provider)
        if provider == LOCAL and self._local_servers is not None and not self._local_servers.distant:
            return tuple(model for server in self._local_servers.found for model in server.models)
        return self._lists.known(provider)

    def find(self, provider: str, model: str) -> ModelInfo | None:
        """What is known about a model now; the built-in table helps out where a list lacks it."""
        self.provider(provider)
        tables = (self.known(provider), self._lists.built_in(provider))
        return next((info for table in tables for info in table if info.id == model), None)

    async def choose(
        self,
        settings: Settings,
        provider: str = "",
        model: str = "",
        setup: ConversationSetup = _FOLLOWS_SETTINGS,
    ) -> Choice:
        """Who answers: what was asked for, else the conversation's, else the settings', else the first that can work.

        A model that was asked for without its provider goes to the one that has it: ids such as `author/model` to
        OpenRouter if there is a key, those of a local server to that server, all others to the provider in force.

        Args:
            settings: What holds now.
            provider: Asked for explicitly; its missing key is then an error when the request is made.
            model: Asked for explicitly.
            setup: What the conversation has been given.

        Raises:
            KirejiError: There is no such provider, or none can work.
            ConnectionFailed: A local server is to answer, and none does.
        """
        in_force = setup.provider or settings.models.provider
        if provider:
            own = setup.model if setup.provider == provider else ""
            return await self._of(settings, provider, model or own)
        wanted = model or setup.model
        if wanted and (model or not setup.provider) and (home := await self._home(in_force, wanted)):
            return await self._of(settings, home, wanted)
        if in_force:
            return await self._of(settings, in_force, wanted)
        return await self._first(settings, wanted)

    async def stand_in(self, settings: Settings, name: str, model: str) -> Choice | None:
        """A provider in the place of another, with its own form of the model; None when it cannot work now.

        Args:
            settings: What holds now.
            name: Who stands in.
            model: What the other was asked for.
        """
        try:
            provider = self.provider(name)
            if name in ADDRESSES and name != LOCAL:
                credential = await self._credentials.find(name, patience=self._patience)
                if credential.secret is None and provider.needs_key:
                    return None
            twin = provider.counterpart(model)
            return await self._of(settings, name, "" if twin == provider.default_model else twin)
        except KirejiError:
            return None

    async def models(self, provider: str, *, refresh: bool = False) -> tuple[ModelInfo, ...]:
        """The models of a provider: as last listed, else the built-in table; asked of the service with `refresh`.

        Local servers are looked at in any case, because that costs nothing and what they have changes.

        Raises:
            ProviderError: The service refused or was not reached, and `refresh` was asked for.
            KeyStoreError: The keychain did not give the key.
        """
        adapter = self.provider(provider)
        if provider == LOCAL and self._local_servers is not None:
            return await self._local_models(adapter, self._local_servers, refresh=refresh)
        await self._lists.load(provider)
        if not refresh or provider not in ADDRESSES:
            return self.known(provider)
        credential = await self._credentials.find(provider)
        if credential.secret is None and adapter.needs_key:
            return self.known(provider)
        return await self._fetch(adapter, credential)

    async def overview(self, *, refresh: bool = False) -> tuple[ProviderModels, ...]:
        """All providers with what they have, for a list to choose from.

        A list that is older than a day is asked for again where there is a key; a service that fails does not disturb
        the others, its sentence stands in `problem`.

        Args:
            refresh: Ask every service that can be asked, however new its list is.
        """
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(self._seen(name, refresh=refresh)) for name in self._providers]
        return tuple(task.result() for task in tasks)

    async def balance(self, provider: str) -> Balance | None:
        """What is left on the account; None where the service does not tell.

        Raises:
            ProviderError: There is no key, it was refused, or the service was not reached.
            KeyStoreError: The keychain did not give the key.
        """
        if (source := self._balances.get(provider)) is None:
            return None
        credential = await self._credentials.find(provider)
        if credential.secret is None:
            raise self._credentials.missing(provider)
        with self._credentials.in_use(provider, credential):
            return await source.balance(self._outbox.gate, credential.base_url, credential.secret)

    async def test_key(self, provider: str, secret: Secret | None = None, *, address: str = "") -> Sequence[ModelInfo]:
        """Ask the service for its models, which costs nothing and fails with a wrong key.

        Args:
            provider: Whose key.
            secret: A key that is not stored yet; None tests the one that would be used.
            address: Where to test it, for a provider with several addresses.

        Raises:
            ProviderError: The key was refused or the service was not reached.
            KeyStoreError: The keychain did not give the key.
        """
        adapter = self.provider(provider)
        if provider == LOCAL and not address and self._local_servers is not None:
            address = self._local_servers.address
        if secret is not None:  # it would be stored for the provider's own address, so it may go nowhere else
            kept = Credential(address or self._credentials.own_address(provider), secret)
            return await self._fetch(adapter, kept, Purpose.KEY_TEST)
        if not adapter.needs_key:
            return await self._fetch(adapter, await self._credentials.find_if_any(provider, address), Purpose.KEY_TEST)
        credential = await self._credentials.find(provider, address=address)
        if credential.secret is None:
            raise self._credentials.missing(provider)
        return await self._fetch(adapter, credential, Purpose.KEY_TEST)

    async def _of(self, settings: Settings, name: str, model: str) -> Choice:
        provider = self.provider(name)
        if name == LOCAL and self._local_servers is not None:
            return await self._of_local(settings, provider, self._local_servers, model)
        await self._lists.load(name)
        chosen = model or settings.models.model_of(name) or provider.default_model
        return Choice(provider, chosen, "", self._credentials.address(name), self.find(name, chosen))

    async def _of_local(self, settings: Settings, provider: Provider, servers: LocalServers, model: str) -> Choice:
        wanted = model or settings.models.local
        models = await self._local_models(provider, servers, refresh=False) if not (servers.distant and wanted) else ()
        found = next((info for info in models if info.id == wanted), None)
        if found is not None:
            return Choice(provider, wanted, "", servers.address or found.address, found)
        place = servers.address or (servers.found[0].base_url if servers.found else "")
        if place and (model or (wanted and not models)):
            return Choice(provider, wanted, "", place, self.find(LOCAL, wanted))
        if not models:
            raise _no_server(servers)
        best = _first_that_sees(models)
        others = best.name or best.id
        reason = say("{wanted} is not there any more; {model} answers.", wanted=wanted, model=others) if wanted else ""
        return Choice(provider, best.id, reason, servers.address or best.address or place, best)

    async def _first(self, settings: Settings, model: str) -> Choice:
        """The first provider that can work."""
        missing, locked = "", ""
        for name in self._providers:
            if name == LOCAL:
                if (local := await self.stand_in(settings, name, "")) is not None:
                    return msgspec.structs.replace(local, reason=local.reason or locked)
                continue
            if name not in ADDRESSES:
                own = self.provider(name)
                if not own.needs_key:
                    device = own.default_model
                    return Choice(own, device, locked or missing, info=self.find(name, device))
                continue
            if locked and not self._credentials.in_environment(name):
                continue  # a keychain that does not answer is waited for once
            try:
                credential = await self._credentials.find(name, patience=self._patience)
            except KeyStoreError as error:
                locked = locked or error.message
                continue
            if credential.secret is not None:
                foreign = model and name == OPENROUTER and "/" not in model
                return await self._of(settings, name, self.provider(name).counterpart(model) if foreign else model)
            missing = missing or self._credentials.missing(name).message
        raise KirejiError(say("No provider can work here."), say("Add a key in Settings, Keys & models."))

    async def _home(self, in_force: str, model: str) -> str:
        """The provider that alone has a model; empty when it may be left to the one in force."""
        usual = in_force or next(iter(self._providers))
        if usual == LOCAL or self.find(usual, model) is not None:
            return ""
        if "/" in model and usual != OPENROUTER and await self._has_key(OPENROUTER):
            return OPENROUTER
        if LOCAL not in self._providers or self._local_servers is None:
            return ""
        servers = await self._local_servers.find()
        return LOCAL if any(info.id == model for server in servers for info in server.models) else ""

    async def _has_key(self, name: str) -> bool:
        if name not in self._providers:
            return False
        try:
            return (await self._credentials.find(name, patience=self._patience)).secret is not None
        except KeyStoreError:
            return False

    async def _local_models(self, adapter: Provider, servers: LocalServers, *, refresh: bool) -> tuple[ModelInfo, ...]:
        if not (distant := servers.distant):
            found = await servers.find(0.0) if refresh else await servers.find()
            if found or not servers.address:
                return tuple(model for server in found for model in server.models)
            # The look is short and carries no key: the one server that was named may want one, or more time.
            credential = await self._credentials.find_if_any(LOCAL, servers.address)
            return await self._fetch(adapter, credential, Purpose.LOCAL_SERVER)
        if not refresh and self._lists.fresh(LOCAL):
            return self._lists.known(LOCAL)
        return await self._fetch(adapter, await self._credentials.find_if_any(LOCAL, distant))

    async def _seen(self, name: str, *, refresh: bool) -> ProviderModels:
        default = self.provider(name).default_model
        try:
            if name == LOCAL:
                models = await self.models(LOCAL, refresh=refresh)
                if not models and self._local_servers is not None:
                    raise _no_server(self._local_servers)
                default = _first_that_sees(models).id if models else default
                return ProviderModels(name, bool(models), "", models, default)
            if name in ADDRESSES:
                await self._lists.load(name)
                credential = await self._credentials.find(name, patience=self._patience)
                if credential.secret is None:
                    raise self._credentials.missing(name)
        except KirejiError as error:
            return ProviderModels(name, False, error.message, self.known(name), default)
        try:
            asked = name in ADDRESSES and (refresh or not self._lists.fresh(name))
            models = await self._fetch(self.provider(name), credential) if asked else self.known(name)
        except KirejiError as error:
            works = not isinstance(error, AuthenticationFailed)
            return ProviderModels(name, works, error.message, self.known(name), default)
        return ProviderModels(name, True, "", models, default)

    async def _fetch(
        self, adapter: Provider, credential: Credential, purpose: Purpose = Purpose.MODEL_LIST
    ) -> tuple[ModelInfo, ...]:
        with self._credentials.in_use(adapter.name, credential):
            found = await adapter.models(self._outbox.gate, credential.base_url, credential.secret, purpose)
        if tuple(found) == self._lists.built_in(adapter.name):  # a key can be tested without asking for the list
            return tuple(found)
        return await self._lists.keep(adapter.name, found)


def _first_that_sees(models: Sequence[ModelInfo]) -> ModelInfo:
    return next((model for model in models if model.sees_images), models[0])


def _no_server(servers: LocalServers) -> ConnectionFailed:
    if servers.found:
        return ConnectionFailed(
            say("{name} has no model.", name=servers.found[0].name),
            say("Add one there, then try again."),
            provider=LOCAL,
        )
    nobody = say("No model server answers on this computer.")
    if servers.address:
        nobody = say("No model server answers at {address}.", address=without_password(servers.address))
    return ConnectionFailed(
        nobody,
        say("Start Ollama, llama.cpp or LM Studio, or enter the server's address in Settings."),
        provider=LOCAL,
    )
