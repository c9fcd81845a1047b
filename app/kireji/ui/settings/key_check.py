"""Tests a key against its service before it is kept; used by the settings and by the first-start page."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import timedelta

from kireji.core.errors import AuthenticationFailed, KeyStoreError, KeyStoreUnavailable, KirejiError
from kireji.core.secret import Secret
from kireji.services.application import Services
from kireji.services.credentials import ADDRESSES, require_key
from kireji.ui.chat.words import ago
from kireji.ui.translation import tr

_PATIENCE_SECONDS = 5.0
"""For the keychain, to say what state a key is in; a question waits longer."""


class Outcome(enum.Enum):
    """How a test came out."""

    WORKS = "works"
    REFUSED = "refused"
    UNREACHED = "not tested"
    NOT_KEPT = "not kept"


@dataclass(frozen=True, slots=True)
class KeyResult:
    """What became of a key.

    Args:
        outcome: In one word.
        sentence: For the person.
        kept: Whether the key is stored now.
    """

    outcome: Outcome
    sentence: str
    kept: bool = False


@dataclass(frozen=True, slots=True)
class KeyState:
    """What is known about a provider's key.

    Args:
        source: environment, keychain or session; empty without a key.
        words: For the chip.
        kind: ok, warn, error or idle.
        problem: Why the keychain could not be asked.
        address: Where the key goes, when it is not the provider's own address; without a password.
        variable: The environment variable that the key comes from; empty for other sources.
    """

    source: str
    words: str
    kind: str
    problem: str = ""
    address: str = ""
    variable: str = ""


class KeyCheck:
    """Remembers the last test of each provider's key while the program runs.

    Args:
        services: The use cases.
    """

    def __init__(self, services: Services) -> None:
        self._services = services
        self._tested: dict[str, tuple[Outcome, float]] = {}

    async def add(
        self,
        provider: str,
        text: str,
        *,
        keep_untested: bool = False,
        session_only: bool = False,
        address: str = "",
    ) -> KeyResult:
        """Test a key, and keep it when the service accepts it.

        Args:
            provider: Whose key.
            text: As pasted.
            keep_untested: The person wants it kept although the service could not be reached.
            session_only: Keep it only until the program ends.
            address: The only address it may go to; empty for the provider's own.
        """
        secret = Secret(text.strip())
        try:
            require_key(secret)
            outcome, sentence = Outcome.UNREACHED, ""
            if not keep_untested:
                outcome, sentence = await self._try(provider, secret, address)
                if outcome is not Outcome.WORKS:
                    return KeyResult(outcome, sentence)
            await self._services.credentials.save(provider, secret, session_only=session_only, address=address)
        except KeyStoreError as error:
            return KeyResult(Outcome.NOT_KEPT, error.sentence)
        except KirejiError as error:
            return KeyResult(Outcome.REFUSED, error.sentence)
        self._remember(provider, outcome)
        return KeyResult(outcome, _kept(outcome, session_only=session_only), kept=True)

    async def test(self, provider: str, *, address: str = "") -> KeyResult:
        """Test the key that would be used now."""
        outcome, sentence = await self._try(provider, None, address)
        self._remember(provider, outcome)
        return KeyResult(outcome, sentence or tr("The service accepts this key."))

    async def state(self, provider: str, *, address: str = "") -> KeyState:
        """What is known about the key that would be used now."""
        credentials = self._services.credentials
        own = credentials.own_address(provider)
        try:
            credential = await credentials.find(provider, address=address, patience=_PATIENCE_SECONDS)
        except KeyStoreUnavailable:
            return KeyState("", tr("no key"), "idle")
        except KeyStoreError as error:
            return KeyState("", tr("keychain not open"), "warn", error.sentence)
        elsewhere = credential.base_url != own and not address
        shown = credentials.shown_address(provider, credential.base_url) if elsewhere else ""
        if credential.secret is None:
            return KeyState("", tr("no key"), "idle", address=shown)
        words, kind = self._chip(provider, credential.source)
        variable = ADDRESSES[provider].key_variable if credential.source == "environment" else ""
        return KeyState(credential.source, words, kind, address=shown, variable=variable)

    def age(self, provider: str) -> float | None:
        """Seconds since the last test; None when there was none."""
        tested = self._tested.get(provider)
        return None if tested is None else self._services.clock.monotonic() - tested[1]

    def forget(self, provider: str) -> None:
        """The key is another one now, or gone."""
        self._tested.pop(provider, None)

    def accepted(self, provider: str) -> None:
        """The service has just handed this key out, which is as good as a test."""
        self._remember(provider, Outcome.WORKS)

    async def _try(self, provider: str, secret: Secret | None, address: str) -> tuple[Outcome, str]:
        try:
            await self._services.catalog.test_key(provider, secret, address=address)
        except AuthenticationFailed as error:
            return Outcome.REFUSED, error.sentence
        except KirejiError as error:
            return Outcome.UNREACHED, error.sentence
        return Outcome.WORKS, ""

    def _remember(self, provider: str, outcome: Outcome) -> None:
        self._tested[provider] = (outcome, self._services.clock.monotonic())

    def _chip(self, provider: str, source: str) -> tuple[str, str]:
        where = {"environment": tr("from the environment"), "session": tr("for this session")}.get(source, "")
        tested = self._tested.get(provider)
        if tested is None:
            return where or tr("stored, not tested yet"), "idle"
        when = ago(timedelta(seconds=self._services.clock.monotonic() - tested[1]))
        match tested[0]:
            case Outcome.WORKS:
                words, kind = (tr("works"), where, tr("tested {when}", when=when)), "ok"
            case Outcome.REFUSED:
                words, kind = (tr("refused"), where, tr("tested {when}", when=when)), "error"
            case _:
                words, kind = (tr("not reached"), where, tr("tried {when}", when=when)), "warn"
        return " · ".join(part for part in words if part), kind


def _kept(outcome: Outcome, *, session_only: bool) -> str:
    place = tr("It is kept until Kireji ends.") if session_only else tr("It is kept in your system keychain.")
    found = tr("The service accepts this key.") if outcome is Outcome.WORKS else tr("Not tested.")
    return f"{found} {place}"
