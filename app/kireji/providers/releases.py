"""Lists of new versions: one GET without cookies, keys, or anything that tells one computer from another.

Every hop passes the gate and stands in the ledger. A redirect is followed only to https, and never from the internet
into the local network.
"""

from __future__ import annotations

import asyncio
from urllib.parse import urldefrag, urljoin

from kireji.core.errors import ConnectionFailed, ProtocolViolation, ProviderError, ProviderTimeout, RequestRejected
from kireji.core.places import host_of, is_near
from kireji.core.provider_ports import Gate
from kireji.core.requests import OutgoingRequest, Purpose
from kireji.core.updates import LARGEST, is_local, is_secure
from kireji.core.words import say
from kireji.providers.addresses import all_public, looked_up, target
from kireji.providers.http import X_API_KEY, Answered, HttpClient

PROVIDER = "updates"
_REDIRECTS = 3
_SECONDS = 20.0
_CONNECT = 8.0
_HEADERS = (
    ("user-agent", "kireji"),  # without a version: who is behind should not be known from it
    ("accept", "application/json, application/octet-stream;q=0.9, */*;q=0.1"),
    ("accept-encoding", "identity"),
    ("connection", "close"),
)


class ReleaseFetcher:
    """Satisfies `core.update_ports.ReleaseLists`.

    Args:
        http: Sends the requests.
        seconds: For all of it, redirects included.
    """

    def __init__(self, http: HttpClient, seconds: float = _SECONDS) -> None:
        self._http = http
        self._seconds = seconds

    async def fetch(self, gate: Gate, address: str) -> bytes:
        """As in ReleaseLists."""
        try:
            async with asyncio.timeout(self._seconds):
                return await self._follow(gate, urldefrag(address).url)
        except TimeoutError as error:
            message = say("The list of versions did not arrive within {seconds} seconds.", seconds=f"{self._seconds:g}")
            raise ProviderTimeout(message, say("Try again later."), provider=PROVIDER, retryable=True) from error

    async def _follow(self, gate: Gate, url: str) -> bytes:
        if not (is_secure(url) or is_local(url)):
            raise _refusal(say("The address of updates does not begin with https."))
        near = is_near(host_of(url))
        for _ in range(_REDIRECTS + 1):
            answer = await self._get(gate, url)
            if answer.status < 300:
                return answer.body
            if answer.status >= 400:
                message = say("{host} has no list of versions at this address.", host=host_of(url))
                raise _refusal(message, f"status {answer.status}")
            try:
                url = urldefrag(urljoin(url, answer.location)).url
            except ValueError:
                raise _refusal(say("The address of updates leads to what is no address.")) from None
            if not answer.location or not is_secure(url):
                raise _refusal(say("The address of updates leads on to one that is not https; it was not followed."))
            if not near:
                await _keep_outside(url)
        raise _refusal(say("The address of updates leads from one place to the next without end."))

    async def _get(self, gate: Gate, url: str) -> Answered:
        request = OutgoingRequest(
            PROVIDER, "GET", url, dict(_HEADERS), b"", "", Purpose.UPDATE, silence=self._seconds, connect=_CONNECT
        )
        cleared = await gate(request)
        try:
            return await self._http.fetch(cleared, None, X_API_KEY, accepts=(), largest=LARGEST, any_status=True)
        except ConnectionFailed as error:
            hint = say("Check the network, then try again.")
            raise type(error)(error.message, hint, provider=PROVIDER, retryable=True, detail=error.detail) from error
        except ProtocolViolation as error:
            raise _refusal(say("What lies at the address of updates is no list of versions."), error.detail) from error
        except ProviderError as error:
            raise _refusal(error.message, error.detail) from error


async def _keep_outside(url: str) -> None:
    """Raises RequestRejected: The address is one of the local network, and the one that led to it was not."""
    host, port, _ = target(url)
    if is_near(host_of(url)) or not all_public(await looked_up(host, port)):
        raise _refusal(say("The address of updates leads into the local network; it was not followed."))


def _refusal(message: str, detail: str = "") -> RequestRejected:
    return RequestRejected(message, say("Check the address of updates."), provider=PROVIDER, detail=detail)
