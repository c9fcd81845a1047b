"""Pages for tools: one GET without cookies or keys, to the host that was allowed and to no other.

Every hop passes the gate and stands in the ledger. A redirect to another host is told and not followed. A name is
looked up once, and the connection goes to what was looked up and found to be no machine of the local network; so a name
that leads elsewhere a moment later leads nowhere.
"""

from __future__ import annotations

import asyncio
from urllib.parse import urldefrag, urljoin, urlsplit

from kireji import __version__
from kireji.core.errors import ConnectionFailed, ProtocolViolation, ProviderError, ProviderTimeout, RequestRejected
from kireji.core.places import host_of, is_near
from kireji.core.provider_ports import Gate
from kireji.core.requests import OutgoingRequest, Purpose
from kireji.core.tool_ports import FetchedPage
from kireji.core.words import say
from kireji.providers.addresses import HasPassword, NoAddress, all_public, looked_up, target
from kireji.providers.http import X_API_KEY, Answered, HttpClient

PROVIDER = "web"
LARGEST = 20_000_000
"""Bytes, unpacked."""
_REDIRECTS = 5
_SECONDS = 30.0
_CONNECT = 8.0
_MOST_ADDRESSES = 3
"""Of one name; the second is tried where the first is not reached."""
_HEADERS = (
    ("user-agent", f"kireji/{__version__}"),
    ("accept", "text/html,application/xhtml+xml,text/plain;q=0.9,*/*;q=0.8"),
    ("accept-encoding", "gzip, deflate"),
    ("connection", "close"),  # a connection to a place that was looked up for one name is not used for another one
)


class PageFetcher:
    """Satisfies `core.provider_ports.WebPages`.

    Args:
        http: Sends the requests.
    """

    def __init__(self, http: HttpClient) -> None:
        self._http = http

    async def fetch(self, gate: Gate, url: str, *, near: bool, anywhere: bool) -> FetchedPage:
        """What an address gives.

        Args:
            gate: Records every hop.
            url: http or https.
            near: An address that is plainly of this computer or of one nearby may be fetched.
            anywhere: A name that leads into the local network may be fetched, too.

        Raises:
            ConnectionFailed: It was not reached, or took longer than 30 seconds in all.
            RequestRejected: The address is none, or leads where it may not, or what is there is too large.
        """
        try:
            async with asyncio.timeout(_SECONDS):
                return await self._follow(gate, urldefrag(url.strip()).url, near=near or anywhere, anywhere=anywhere)
        except TimeoutError as error:
            message = say("The page did not arrive within {seconds} seconds.", seconds=f"{_SECONDS:.0f}")
            raise ProviderTimeout(message, provider=PROVIDER, retryable=True) from error

    async def _follow(self, gate: Gate, url: str, *, near: bool, anywhere: bool) -> FetchedPage:
        host = host_of(url)
        for _ in range(_REDIRECTS + 1):
            places = await _places(url, near=near, anywhere=anywhere)
            answer = await self._get(gate, url, places)
            leads = _next(url, answer)
            if not leads:
                return FetchedPage(url, answer.status, answer.content_type, answer.body, answer.charset)
            if host_of(leads) != host or (urlsplit(url).scheme == "https" and urlsplit(leads).scheme != "https"):
                return FetchedPage(url, answer.status, "", b"", "", leads)
            url = leads
        raise _refusal(say("This address leads from one place to the next without end."))

    async def _get(self, gate: Gate, url: str, places: list[str]) -> Answered:
        request = OutgoingRequest(
            PROVIDER, "GET", url, dict(_HEADERS), b"", "", Purpose.PAGE, silence=_SECONDS, connect=_CONNECT
        )
        cleared = await gate(request)
        for place in places[:-1]:
            try:
                return await self._http.fetch(
                    cleared, None, X_API_KEY, accepts=(), largest=LARGEST, any_status=True, address=place
                )
            except ConnectionFailed:
                continue
        try:
            return await self._http.fetch(
                cleared, None, X_API_KEY, accepts=(), largest=LARGEST, any_status=True, address=places[-1]
            )
        except ConnectionFailed as error:
            raise type(error)(error.message, provider=PROVIDER, retryable=True, detail=error.detail) from error
        except ProtocolViolation as error:
            most = LARGEST // 1_000_000
            raise _refusal(say("The page is larger than {most} MB, or none.", most=most), error.detail) from error
        except ProviderError as error:
            raise _refusal(error.message, error.detail) from error


def _next(url: str, answer: Answered) -> str:
    """Where an answer leads; empty where it does not, or not to the web."""
    if not 300 <= answer.status < 400 or not answer.location:
        return ""
    try:
        leads = urldefrag(urljoin(url, answer.location)).url
    except ValueError:
        return ""
    return leads if host_of(leads) else ""


async def _places(url: str, *, near: bool, anywhere: bool) -> list[str]:
    """Where the connection goes: numbers, or one empty text where only a proxy can know.

    Raises:
        RequestRejected: The address is none, or leads where it may not.
    """
    try:
        host, port, _ = target(url)
    except NoAddress:
        raise _refusal(say("This is not an address of the web.")) from None
    except HasPassword:
        raise _refusal(say("An address with a name or password in it is not fetched.")) from None
    written = host_of(url)
    if not written:  # what programs read in different ways is not fetched at all
        raise _refusal(say("This is not an address of the web."))
    name = urlsplit(f"http://{written}").hostname or host
    addresses = await looked_up(name, port)
    plainly = is_near(written)
    if (plainly and not near) or (not plainly and not anywhere and not all_public(addresses)):
        raise _refusal(
            say("{host} leads into the local network.", host=host),
            hint=say("The person can allow it in the settings, under the hosts of tools."),
        )
    return addresses[:_MOST_ADDRESSES] or [""]


def _refusal(message: str, detail: str = "", hint: str = "") -> RequestRejected:
    return RequestRejected(message, hint, provider=PROVIDER, detail=detail)
