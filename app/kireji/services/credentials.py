"""Which key goes to which address, and from where it comes."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext

import msgspec

from kireji.core.errors import AuthenticationFailed, KeyStoreError, KeyStoreLocked, KeyStoreUnavailable, KirejiError
from kireji.core.ports import Availability, Clock, KeyStore
from kireji.core.provider_ports import Provider
from kireji.core.publisher import Publisher
from kireji.core.secret import Secret, SecretName
from kireji.core.words import say

WEBHOOK = "webhook"
"""Under this name the secret of the person's own address stands in the keychain; it is nobody's key."""
_HOLD_SECONDS = 600.0
_PROMPT_SECONDS = 60.0
"""For the person to see the keychain's prompt and to type a password; a prompt that shows nowhere never ends."""

_OPTIONAL_SECONDS = 2.0


class ProviderAddress(msgspec.Struct, frozen=True):
    """Where a provider is reached.

    Args:
        default_url: The address without any setting.
        url_variable: The environment variable that replaces it.
        key_variable: The environment variable that holds a key. Without a default address that key goes to the one in
            `url_variable` alone.
    """

    default_url: str
    url_variable: str
    key_variable: str


ADDRESSES: Mapping[str, ProviderAddress] = {
    "anthropic": ProviderAddress("https://api.anthropic.com", "ANTHROPIC_BASE_URL", "ANTHROPIC_API_KEY"),
    "openrouter": ProviderAddress("https://openrouter.ai/api/v1", "OPENROUTER_BASE_URL", "OPENROUTER_API_KEY"),
    "local": ProviderAddress("", "OPENAI_BASE_URL", "OPENAI_API_KEY"),
}


class Credential(msgspec.Struct, frozen=True):
    """What a request to a provider needs.

    Args:
        base_url: The address.
        secret: The key, or None when there is none for this address.
        source: environment, keychain or session; empty without a key.
    """

    base_url: str
    secret: Secret | None
    source: str = ""


def without_password(address: str) -> str:
    """An address as it may be shown and kept: without the name and password that may stand in it."""
    scheme, separator, rest = address.rpartition("://")
    return scheme + separator + rest.rpartition("@")[2]  # the last @: a password may hold a slash, hosts hold no @


def without_keychain(provider: str) -> str:
    """Where a key can stand when there is no keychain."""
    known = ADDRESSES[provider]
    variables = (
        known.key_variable
        if known.default_url
        else say("{one} and {other}", one=known.url_variable, other=known.key_variable)
    )
    return say("Set {variables} in the environment instead.", variables=variables)


def require_key(secret: Secret) -> None:
    """Raise KirejiError when the text cannot be a key, before it is sent anywhere."""
    value = secret.reveal()
    if not value.isascii() or not value.isprintable() or " " in value or not 8 <= len(value) <= 1280:
        raise KirejiError(say("That is not a key."), say("Copy the whole key, without spaces, and paste it again."))


class Credentials:
    """Finds, keeps and removes keys.

    A key in the environment wins over the keychain and is never stored. A keychain key goes only to the address it was
    saved for; an address from the environment takes only a key from the environment, and a server that was found on
    this computer takes none but the one that was saved for it. A key that was read is held in
    memory for ten minutes, so that no question waits for the keychain; it is never written anywhere else.

    Args:
        keychain: The operating system's.
        session: Keys that end with this process.
        environ: The process's environment.
        clock: Ends the holding.
    """

    def __init__(self, keychain: KeyStore, session: KeyStore, environ: Mapping[str, str], clock: Clock) -> None:
        self._keychain = keychain
        self._session = session
        self._environ = environ
        self._clock = clock
        self._held: dict[SecretName, tuple[Secret, float]] = {}
        self.changed: Publisher[str] = Publisher()

    def address(self, provider: str) -> str:
        """The base URL in force; empty for a provider that has none."""
        known = ADDRESSES.get(provider)
        if known is None:
            return ""
        return (self._environ.get(known.url_variable, "").strip() or known.default_url).rstrip("/")

    def own_address(self, provider: str) -> str:
        """The provider's address without any setting; empty for one that has none."""
        known = ADDRESSES.get(provider)
        return known.default_url if known else ""

    def shown_address(self, provider: str, address: str = "") -> str:
        """The base URL in force, or the one given, as it may be shown: never with a password."""
        return without_password(address or self.address(provider))

    def in_environment(self, provider: str) -> bool:
        """Whether the environment holds a key that is used, without touching the keychain."""
        known = ADDRESSES.get(provider)
        if known is None or not self.address(provider):
            return False
        return bool(self._environ.get(known.key_variable, "").strip())

    async def find(self, provider: str, *, address: str = "", patience: float = _PROMPT_SECONDS) -> Credential:
        """The key and address for a request now.

        Args:
            provider: Whose.
            address: Where the request goes, for a provider with several addresses; empty takes the one in force.
            patience: Seconds that the keychain has to answer.

        Raises:
            KeyStoreError: The keychain is locked or missing or does not answer, and there is no other key.
        """
        known = ADDRESSES.get(provider)
        in_force = self.address(provider)
        url = address.rstrip("/") or in_force
        if known is None or not url:
            return Credential(url, None)
        if url == in_force:
            value = self._environ.get(known.key_variable, "").strip()
            if value:
                return Credential(url, Secret(value), "environment")
            if self._environ.get(known.url_variable):
                return Credential(url, None)
        return await self._kept(url, _name(provider, url), patience)

    async def find_if_any(self, provider: str, address: str, patience: float = _OPTIONAL_SECONDS) -> Credential:
        """The same for a server that usually wants no key: a keychain that fails is no reason not to ask it."""
        try:
            return await self.find(provider, address=address, patience=patience)
        except KeyStoreError:
            return Credential(address, None)

    async def used_by(self, provider: Provider, address: str) -> Credential:
        """What a question to a provider is asked with.

        Raises:
            AuthenticationFailed: It needs a key, and there is none.
            KeyStoreError: As in `find`.
        """
        if not provider.needs_key:
            return await self.find_if_any(provider.name, address)
        credential = await self.find(provider.name, address=address)
        if credential.secret is None:
            raise self.missing(provider.name)
        return credential

    async def _kept(self, url: str, name: SecretName, patience: float) -> Credential:
        if (secret := await self._session.get(name)) is not None:
            return Credential(url, secret, "session")
        if (secret := self._held_secret(name)) is None:
            secret = await self._ask_keychain(name, patience)
        if secret is None:
            return Credential(url, None)
        self._held[name] = (secret, self._clock.monotonic())
        return Credential(url, secret, "keychain")

    async def _ask_keychain(self, name: SecretName, patience: float) -> Secret | None:
        try:
            async with asyncio.timeout(patience):
                with _naming_the_variable(name.provider) if name.provider in ADDRESSES else nullcontext():
                    return await self._keychain.get(name)
        except TimeoutError as error:
            raise KeyStoreLocked(
                say("The keychain does not answer."),
                say("Unlock it in your desktop's password settings, then try again."),
            ) from error

    def missing(self, provider: str) -> AuthenticationFailed:
        """Why there is no key for the address in force, to be raised."""
        known = ADDRESSES[provider]
        if self._environ.get(known.url_variable):
            return AuthenticationFailed(
                say(
                    "{url_variable} is set, but {key_variable} is not.",
                    url_variable=known.url_variable,
                    key_variable=known.key_variable,
                ),
                say("Set both or neither: an address from the environment gets no stored key."),
                provider=provider,
            )
        return AuthenticationFailed(
            say("No key is stored."),
            say("Add one in Settings, Keys & models, or with: kireji keys set {provider}", provider=provider),
            provider=provider,
        )

    @contextmanager
    def in_use(self, provider: str, credential: Credential) -> Iterator[None]:
        """While inside, a refused key is told apart by where it comes from.

        One from the keychain is not held any longer, because it may have been replaced there meanwhile. One from the
        environment is said to be that one: a stored key would change nothing.

        Raises:
            AuthenticationFailed: Raised inside, with the hint that helps.
        """
        try:
            yield
        except AuthenticationFailed as error:
            if credential.source != "environment":
                self._held.pop(_name(provider, credential.base_url), None)
                raise
            variable = ADDRESSES[provider].key_variable
            raise AuthenticationFailed(
                error.message,
                say(
                    "It comes from {variable}: change it there. While that is set, no stored key is used.",
                    variable=variable,
                ),
                provider=provider,
                request_id=error.request_id,
                detail=error.detail,
                status=error.status,
                not_taken=error.not_taken,
            ) from error

    async def save(self, provider: str, secret: Secret, *, session_only: bool = False, address: str = "") -> None:
        """Keep a key for one address, in place of those that are kept already.

        Args:
            provider: Whose.
            secret: The key.
            session_only: Whether it is forgotten when the process ends.
            address: The only address it may go to; empty for the provider's own.

        Raises:
            KirejiError: The text cannot be a key, or there is no address it could go to.
            KeyStoreError: The keychain would not take it.
        """
        require_key(secret)
        name = self._name_for(provider, address)
        with _naming_the_variable(provider):
            await (self._session if session_only else self._keychain).set(name, secret)
        if not session_only:
            await self._session.delete(name)
        self._held.pop(name, None)
        self.changed.publish(provider)

    async def delete(self, provider: str, *, address: str = "") -> bool:
        """Remove the key for the provider's own address or the one given; False when there was none."""
        name = self._name_for(provider, address)
        removed = await self._session.delete(name)
        try:
            removed |= await self._keychain.delete(name)
        except KeyStoreUnavailable:
            if not removed:  # a key for this session is all there can be without a keychain
                raise
        finally:
            self._held.pop(name, None)  # only now: whoever was reading it meanwhile has put it here again
        self.changed.publish(provider)
        return removed

    async def webhook_secret(self, address: str) -> Secret | None:
        """What messages to the person's own address are signed with; None when there is none for this address.

        Raises:
            KeyStoreError: The keychain is locked or missing or does not answer.
        """
        return (await self._kept(address, _name(WEBHOOK, address), _PROMPT_SECONDS)).secret

    async def save_webhook_secret(self, address: str, secret: Secret) -> None:
        """Keep that secret for one address.

        Raises:
            KirejiError: The text cannot be a secret, or there is no address.
            KeyStoreError: The keychain would not take it.
        """
        if not address:
            raise KirejiError(
                say("A secret belongs to one address, and there is none."),
                say("Enter the address that is to be told as jobs.webhook in the settings first."),
            )
        from kireji.core.jobs.webhooks import signing_key

        if not signing_key(secret.reveal()):
            raise KirejiError(
                say("That is not a secret for webhooks: it begins with whsec_, and Base64 follows."),
                say("Make one with: kireji keys new webhook"),
            )
        await self._keychain.set(_name(WEBHOOK, address), secret)
        self._held.pop(_name(WEBHOOK, address), None)
        self.changed.publish(WEBHOOK)

    async def new_webhook_secret(self, address: str) -> str:
        """Make that secret anew and keep it; it is given back this once, because the receiver needs it, too.

        Raises:
            KirejiError: There is no address.
            KeyStoreError: The keychain would not take it.
        """
        from kireji.core.jobs.webhooks import secret_of

        text = secret_of(secrets.token_bytes(32))
        await self.save_webhook_secret(address, Secret(text))
        return text

    async def delete_webhook_secret(self, address: str) -> bool:
        """Remove that secret; False when there was none."""
        self._held.pop(_name(WEBHOOK, address), None)
        return await self._keychain.delete(_name(WEBHOOK, address))

    async def keychain(self) -> Availability:
        """Whether keys can be kept, and where."""
        try:
            return await self._keychain.availability()
        except KeyStoreError as error:
            return Availability(False, error.message, error.hint)

    def _name_for(self, provider: str, address: str) -> SecretName:
        if not (url := address or self.own_address(provider)):
            raise KirejiError(
                say("A key belongs to one address, and there is none."),
                say("Enter the server's address in Settings, Keys & models, first."),
            )
        return _name(provider, url)

    def _held_secret(self, name: SecretName) -> Secret | None:
        secret, since = self._held.pop(name, (None, 0.0))
        return secret if self._clock.monotonic() - since < _HOLD_SECONDS else None


@contextmanager
def _naming_the_variable(provider: str) -> Iterator[None]:
    """While inside, a keychain that is not there is told with what takes its place for this provider."""
    try:
        yield
    except KeyStoreUnavailable as error:
        raise KeyStoreUnavailable(error.message, without_keychain(provider), detail=error.detail) from error


def _name(provider: str, url: str) -> SecretName:
    return SecretName(provider, without_password(url.rstrip("/")))
