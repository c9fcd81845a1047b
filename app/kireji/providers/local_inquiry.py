"""Asks a model server which models it has and what they can do, in whichever interface it has."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterable
from contextlib import suppress
from typing import Any, TypeVar

import msgspec

from kireji import __version__
from kireji.core.errors import ConnectionFailed, ProtocolViolation, ProviderError
from kireji.core.models import LocalServer, ModelInfo
from kireji.core.provider_ports import Gate
from kireji.core.requests import OutgoingRequest, Purpose
from kireji.core.secret import Secret
from kireji.core.words import say
from kireji.providers.failures import Answerer, error_from_event, parse_error
from kireji.providers.http import BEARER, HttpClient
from kireji.providers.local_models import (
    PROVIDER,
    Kind,
    Listing,
    Props,
    Shown,
    StudioListing,
    from_llama_cpp,
    from_lm_studio,
    from_ollama,
    plain_models,
)

T = TypeVar("T")

_AT_ONCE = 8
_MOST_MODELS = 200
"""Ollama is asked about each model; beyond this many they stay as the common list has them."""


class Inquiry:
    """One look at one server. What is known grows while it goes on, so that it can be cut short at any time.

    Args:
        http: Sends the requests.
        gate: Records each.
        base_url: With /v1.
        secret: Sent if given.
        purpose: Of asking for the list, for the ledger; what follows is a look, which is never tried again.
        seconds: Until each answer must have come.
    """

    def __init__(
        self, http: HttpClient, gate: Gate, base_url: str, secret: Secret | None, purpose: Purpose, seconds: float
    ) -> None:
        self._http = http
        self._gate = gate
        self._base = base_url
        self._secret = secret
        self._purpose = purpose
        self._seconds = seconds
        self._kind: Kind | None = None
        self._models: dict[str, ModelInfo] = {}

    @property
    def server(self) -> LocalServer | None:
        """What is known so far; None until the server has answered."""
        if self._kind is None:
            return None
        return LocalServer(self._kind.value, self._base, tuple(self._models.values()))

    async def run(self) -> LocalServer:
        """Ask everything.

        Raises:
            ProviderError: The server was not reached, or does not list models.
        """
        listing = await self._ask("GET", f"{self._base}/models", Listing, purpose=self._purpose)
        self._models = plain_models(listing.data or [], self._base)
        self._kind = listing.kind
        with suppress(ProviderError):  # its own interface is shut or another than we know; the common list stands
            await self._look_closer()
        return LocalServer(self._kind.value, self._base, tuple(self._models.values()))

    async def _look_closer(self) -> None:
        root = self._base.removesuffix("/v1")
        match self._kind:
            case Kind.LLAMA_CPP if len(self._models) == 1:
                props = await self._ask("GET", f"{root}/props", Props)
                self._models = {id: from_llama_cpp(base, props) for id, base in self._models.items()}
            case Kind.LM_STUDIO:
                studio = await self._ask("GET", f"{root}/api/v1/models", StudioListing)
                self._models = from_lm_studio(self._models, studio)
            case Kind.OLLAMA:
                await self._show_all(root)
            case Kind.OTHER:
                await self._ask("GET", f"{root}/api/tags", _Tags)
                self._kind = Kind.OLLAMA
                await self._show_all(root)

    async def _show_all(self, root: str) -> None:
        at_once = asyncio.Semaphore(_AT_ONCE)

        async def show(base: ModelInfo) -> None:
            async with at_once:
                try:
                    body = msgspec.json.encode({"model": base.id})
                    shown = await self._ask("POST", f"{root}/api/show", Shown, body)
                except ProviderError:  # about this one model nothing more is known
                    return
            known = from_ollama(base, shown)
            if known is None:
                del self._models[base.id]
            else:
                self._models[base.id] = known

        await all_of([show(base) for base in list(self._models.values())[:_MOST_MODELS]])

    async def _ask(
        self, method: str, url: str, shape: type[T], body: bytes = b"", purpose: Purpose = Purpose.LOCAL_SERVER
    ) -> T:
        headers = {"user-agent": f"kireji/{__version__}", "accept": "application/json"}
        if body:
            headers["content-type"] = "application/json"
        outgoing = OutgoingRequest(
            PROVIDER,
            method,
            url,
            headers,
            body,
            "",
            purpose,
            silence=self._seconds,
            connect=min(self._seconds, 5.0),
            total=self._seconds,
        )
        answered = await self._http.fetch(await self._gate(outgoing), self._secret, BEARER)
        try:
            return msgspec.json.decode(answered.body, type=shape)
        except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
            said = parse_error(answered.body)
            if said is not None:
                raise error_from_event(said, answered.request_id, Answerer(PROVIDER, outgoing.host)) from error
            raise ProtocolViolation(
                say("{host} does not list its models as a model server does.", host=outgoing.host),
                say("Check the address in Settings, Keys & models."),
                provider=PROVIDER,
                detail=str(error)[:300],
            ) from error


class _Tags(msgspec.Struct):
    """As much of Ollama's `GET /api/tags` as tells that it is Ollama."""

    models: list[msgspec.Raw] | None


async def all_of(work: Iterable[Coroutine[Any, Any, None]]) -> None:
    """Do all at once; the first failure ends all and is raised by itself."""
    try:
        async with asyncio.TaskGroup() as group:
            for one in work:
                group.create_task(one)
    except ExceptionGroup as failures:
        raise failures.exceptions[0] from failures


def no_server() -> ConnectionFailed:
    """The error when there is no address to ask."""
    return ConnectionFailed(
        say("No model server was found on this computer."),
        say("Start Ollama, LM Studio or llama.cpp, or name its address in Settings, Keys & models."),
        provider=PROVIDER,
    )
