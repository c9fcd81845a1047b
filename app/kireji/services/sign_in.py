"""Signing in to a service in the browser, instead of pasting a key (OAuth with PKCE, RFC 7636)."""

from __future__ import annotations

import asyncio
import base64
import hashlib
from collections.abc import Callable, Mapping

from kireji.core.errors import KirejiError
from kireji.core.provider_ports import Callback, CallbackListener, SignIn
from kireji.core.words import say
from kireji.services.credentials import Credentials
from kireji.services.outbox import Outbox

_VERIFIER_BYTES = 48
"""64 characters in base64url; RFC 7636 allows 43 to 128."""

_PATIENCE_SECONDS = 300.0
"""To read a page, to sign up, to find a second factor."""


class SignInService:
    """Gets a key through the browser and keeps it.

    Args:
        services: Those that hand out keys in this way, by provider.
        listener: Makes what opens the page of this computer to which the browser comes back.
        credentials: Keeps the key.
        outbox: Clears the exchange of the code.
        patience: Seconds that the person has.
    """

    def __init__(
        self,
        services: Mapping[str, SignIn],
        listener: Callable[[], CallbackListener],
        credentials: Credentials,
        outbox: Outbox,
        patience: float = _PATIENCE_SECONDS,
    ) -> None:
        self._services = services
        self._listener = listener
        self._credentials = credentials
        self._outbox = outbox
        self._patience = patience

    def offers(self, provider: str) -> bool:
        """Whether a provider can be signed in to."""
        return provider in self._services

    async def sign_in(self, provider: str, open_browser: Callable[[str], bool], *, session_only: bool = False) -> None:
        """Sign in; cancel the task to give up.

        The key is kept for the address in force alone: one that the environment names gets no other, and its keys go
        nowhere else.

        Args:
            provider: Whose.
            open_browser: Shows the address to the person, in a browser or as text; False when it could do neither.
            session_only: Whether the key is forgotten when the process ends.

        Raises:
            KirejiError: The person declined, let it expire, or no browser could be opened.
            ProviderError: The service refused the exchange or was not reached.
            KeyStoreError: The keychain would not take the key.
        """
        import secrets

        service = self._service(provider)
        base_url = self._credentials.address(provider)
        verifier = base64.urlsafe_b64encode(secrets.token_bytes(_VERIFIER_BYTES)).rstrip(b"=").decode()
        async with self._listener().listen() as callback:
            if not open_browser(service.authorisation_url(base_url, callback.url, challenge_of(verifier))):
                raise KirejiError(
                    say("No browser could be opened."), say("Paste a key in Settings, Keys & models, instead.")
                )
            code = _code(await self._visit(callback))
        secret = await service.exchange(self._outbox.gate, base_url, code, verifier)
        await self._credentials.save(provider, secret, session_only=session_only, address=base_url)

    def _service(self, provider: str) -> SignIn:
        if (service := self._services.get(provider)) is None:
            raise KirejiError(
                say("There is no signing in to {provider} in the browser.", provider=provider),
                say("Add a key in Settings, Keys & models, or with: kireji keys set {provider}", provider=provider),
            )
        return service

    async def _visit(self, callback: Callback) -> Mapping[str, str]:
        try:
            async with asyncio.timeout(self._patience):
                return await callback.visit()
        except TimeoutError as error:
            minutes = f"{self._patience / 60:g} minutes"
            raise KirejiError(
                say("Nobody came back from the browser within {minutes}.", minutes=minutes),
                say("Sign in again, or paste a key instead."),
            ) from error


def challenge_of(verifier: str) -> str:
    """The S256 challenge of a verifier (RFC 7636, section 4.2)."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def _code(fields: Mapping[str, str]) -> str:
    if "error" in fields:
        raise KirejiError(
            say("The sign-in was declined in the browser."), say("Sign in again, or paste a key instead.")
        )
    if not (code := fields.get("code", "")):
        raise KirejiError(say("The browser came back without a code."), say("Sign in again, or paste a key instead."))
    return code
