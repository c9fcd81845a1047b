"""Pictures by address: fetched from the web, never from a place the person did not name.

Every hop passes the gate and stands in the ledger. A public name that leads into the local network is refused, and so
is a redirect that does; whoever wants a picture of a machine nearby writes its address.
"""

from __future__ import annotations

import asyncio
from urllib.parse import urldefrag, urljoin, urlsplit

from kireji import __version__
from kireji.core.errors import ConnectionFailed, ProviderError, ProviderTimeout, RequestRejected
from kireji.core.places import is_near
from kireji.core.provider_ports import Gate
from kireji.core.requests import OutgoingRequest, Purpose
from kireji.core.words import mark, say
from kireji.providers.addresses import HasPassword, NoAddress, all_public, as_address, looked_up, target
from kireji.providers.http import X_API_KEY, Answered, HttpClient

PROVIDER = "web"
LARGEST = 30_000_000
"""Bytes."""
_REDIRECTS = 5
_SECONDS = 30.0
_BINARY = frozenset({"application/octet-stream", "binary/octet-stream"})
_HEADERS = (("user-agent", f"kireji/{__version__}"), ("accept", "image/*"), ("accept-encoding", "identity"))
_SAVE = mark("Check the address, or save the picture and drop the file here.")


class PictureFetcher:
    """Fetches pictures by address.

    Args:
        http: Sends the requests.
    """

    def __init__(self, http: HttpClient) -> None:
        self._http = http

    async def fetch(self, gate: Gate, url: str) -> bytes:
        """The bytes, unchecked.

        Args:
            gate: Records every hop.
            url: As the person wrote it, http or https.

        Raises:
            ConnectionFailed: It was not reached, or took longer than 30 seconds in all.
            RequestRejected: The address is none, leads away from the web, or what is there is too large or no picture.
        """
        try:
            async with asyncio.timeout(_SECONDS):
                return await self._follow(gate, urldefrag(url.strip()).url)
        except TimeoutError as error:
            message = say("The picture did not arrive within {seconds} seconds.", seconds=f"{_SECONDS:.0f}")
            raise ProviderTimeout(message, say(_SAVE), provider=PROVIDER, retryable=True) from error

    async def _follow(self, gate: Gate, url: str) -> bytes:
        await _check(url, named=True)
        for _ in range(_REDIRECTS + 1):
            answer = await self._get(gate, url)
            if answer.status < 300:
                return _picture(answer, url)
            if not answer.location:
                raise _refusal(say("There is no picture at this address."))
            url = urldefrag(urljoin(url, answer.location)).url
            await _check(url, named=False)
        raise _refusal(say("This address leads from one place to the next without end."))

    async def _get(self, gate: Gate, url: str) -> Answered:
        cleared = await gate(
            OutgoingRequest(PROVIDER, "GET", url, dict(_HEADERS), b"", "", Purpose.PICTURE, silence=_SECONDS)
        )
        try:
            return await self._http.fetch(cleared, None, X_API_KEY, accepts=(), largest=LARGEST)
        except ConnectionFailed as error:
            kind = type(error)
            hint = say("Check the address and the network.")
            raise kind(error.message, hint, provider=PROVIDER, retryable=True, detail=error.detail) from error
        except ProviderError as error:
            raise _refusal(
                say("There is no picture to be had from {host}.", host=_host(url)), error.detail or error.message
            ) from error


def _picture(answer: Answered, url: str) -> bytes:
    if not (answer.content_type.startswith("image/") or answer.content_type in _BINARY) or not answer.body:
        kind = answer.content_type[:80] or say("nothing that it names")
        raise _refusal(say("What {host} has at this address is no picture.", host=_host(url)), f"content type: {kind}")
    return answer.body


async def _check(url: str, *, named: bool) -> None:
    """Whether `url` may be asked; `named` says that the person wrote it.

    Raises:
        RequestRejected: It may not.
    """
    try:
        host, port, _ = target(url)
    except NoAddress:
        if named:
            raise _refusal(say("This is not an address of the web.")) from None
        raise _refusal(say("The address leads to what is not an address of the web.")) from None
    except HasPassword:
        raise _refusal(say("An address with a name or password in it is not fetched.")) from None
    if named and (as_address(host) is not None or is_near(host)):
        return
    if not all_public(await looked_up(host, port)):
        if named:
            raise _refusal(say("This name leads into the local network, to {host}.", host=host))
        raise _refusal(say("This address is redirected into the local network, to {host}.", host=host))


def _host(url: str) -> str:
    return urlsplit(url).netloc


def _refusal(message: str, detail: str = "") -> RequestRejected:
    return RequestRejected(message, say(_SAVE), provider=PROVIDER, detail=detail)
