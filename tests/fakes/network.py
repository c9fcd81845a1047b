"""What lies outside beside the model services: local servers, the browser that comes back, pictures on the web."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from kireji.core.errors import ConnectionFailed, KirejiError
from kireji.core.models import Balance, LocalServer, ModelInfo
from kireji.core.provider_ports import Callback, Gate
from kireji.core.requests import OutgoingRequest, Purpose
from kireji.core.secret import Secret

USUAL = "http://127.0.0.1:11434/v1"


def local_model(model: str, *, sees: bool = False, base_url: str = USUAL) -> ModelInfo:
    """A model of a local server."""
    return ModelInfo("local", model, model, sees_images=sees, free=True, address=base_url)


def ollama(*models: ModelInfo, base_url: str = USUAL) -> LocalServer:
    """A local server as it is found."""
    return LocalServer("Ollama", base_url, models)


class FakeFinder:
    """Finds the servers it was given, at the addresses that are looked at.

    Attributes:
        servers: Those that answer.
        looks: The addresses of every look.
        hold: When set, a look waits for it.
    """

    def __init__(self, *servers: LocalServer) -> None:
        self.servers = list(servers)
        self.looks: list[tuple[str, ...]] = []
        self.hold: asyncio.Event | None = None

    async def find(self, gate: Gate, base_urls: Sequence[str]) -> Sequence[LocalServer]:
        self.looks.append(tuple(base_urls))
        for url in base_urls:
            await gate(OutgoingRequest("local", "GET", f"{url}/models", {}, b"", "", Purpose.LOCAL_SERVER))
        if self.hold is not None:
            await self.hold.wait()
        return [server for server in self.servers if server.base_url in base_urls]


class FakeCallback:
    """A page that the browser comes back to as soon as `fields` is set."""

    url = "http://localhost:3000/back"

    def __init__(self) -> None:
        self.fields: Mapping[str, str] | None = None

    async def visit(self) -> Mapping[str, str]:
        if self.fields is None:
            await asyncio.Event().wait()
        assert self.fields is not None
        return self.fields


class FakeListener:
    """Opens that page.

    Attributes:
        callback: The page.
        open: Whether it is open now.
    """

    def __init__(self) -> None:
        self.callback = FakeCallback()
        self.open = False

    @asynccontextmanager
    async def listen(self) -> AsyncIterator[Callback]:
        self.open = True
        try:
            yield self.callback
        finally:
            self.open = False


class FakeSignIn:
    """A service that gives a key for the code "good"; it also knows what is left on the account.

    Attributes:
        key: What it gives.
        asked: Every challenge it was shown.
        exchanged: Every (code, verifier).
        left: What it says about the account; an error is raised.
    """

    name = "openrouter"

    def __init__(self) -> None:
        self.key = Secret("sk-or-v1-signed-in")
        self.asked: list[str] = []
        self.exchanged: list[tuple[str, str]] = []
        self.left: Balance | KirejiError = Balance("Test key", 1.0, 5.0, 4.0)

    def authorisation_url(self, base_url: str, callback: str, challenge: str) -> str:
        self.asked.append(challenge)
        return f"{base_url}/auth?callback_url={callback}&code_challenge={challenge}&code_challenge_method=S256"

    async def exchange(self, gate: Gate, base_url: str, code: str, verifier: str) -> Secret:
        await gate(OutgoingRequest(self.name, "POST", f"{base_url}/auth/keys", {}, b"{}", "", Purpose.SIGN_IN))
        self.exchanged.append((code, verifier))
        if code != "good":
            raise ConnectionFailed("The code was refused.", "Sign in again.", provider=self.name)
        return self.key

    async def balance(self, gate: Gate, base_url: str, secret: Secret) -> Balance:
        del secret
        await gate(OutgoingRequest(self.name, "GET", f"{base_url}/key", {}, b"", "", Purpose.BALANCE))
        if isinstance(self.left, KirejiError):
            raise self.left
        return self.left


@dataclass
class FakeSystemProxies:
    """What environment and system say about proxies."""

    proxies: Mapping[str, str] = field(default_factory=dict)
    problem: str = ""


class FakeWeb:
    """Pictures by address; an unknown address is not reached."""

    def __init__(self) -> None:
        self.pictures: dict[str, bytes] = {}

    async def fetch(self, gate: Gate, url: str) -> bytes:
        await gate(OutgoingRequest("web", "GET", url, {}, b"", "", Purpose.PICTURE))
        if url not in self.pictures:
            raise ConnectionFailed("The address cannot be reached.", "Check it.")
        return self.pictures[url]
