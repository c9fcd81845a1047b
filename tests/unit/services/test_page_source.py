"""Web pages as context, fetched through the gate."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from kireji.core.errors import ConnectionFailed, SourceError
from kireji.core.provider_ports import Gate
from kireji.core.requests import ClearedRequest, OutgoingRequest, Purpose
from kireji.core.sources import Listing, Source, SourceKind
from kireji.core.tool_ports import FetchedPage
from kireji.services.page_source import PageSourceReader, PageWords
from tests.fakes.desktop import FakeClock
from tests.fakes.sources import FakePdfText
from tests.support.cleared import cleared

ADDRESS = "https://example.org/guide"
PAGE = Source(SourceKind.PAGE, ADDRESS, "guide")


class FakePages:
    """Pages by address; others are not reached."""

    def __init__(self, pages: Mapping[str, FetchedPage]) -> None:
        self.pages = pages
        self.allowed: list[tuple[str, bool, bool]] = []

    async def fetch(self, gate: Gate, url: str, *, near: bool, anywhere: bool) -> FetchedPage:
        await gate(OutgoingRequest("web", "GET", url, {}, b"", "", Purpose.PAGE))
        self.allowed.append((url, near, anywhere))
        if url not in self.pages:
            raise ConnectionFailed("The page was not reached.", "Check the address.")
        return self.pages[url]


class Web:
    """A reader over pages, and what passed its gate."""

    def __init__(self, **pages: FetchedPage) -> None:
        self.pages = FakePages({ADDRESS: pages["guide"]} if "guide" in pages else {})
        self.passed: list[str] = []
        self.clock, self.pdf = FakeClock(), FakePdfText()
        self.reader = PageSourceReader(lambda: self.pages, self._gate, _words, self.pdf, self.clock)

    async def _gate(self, outgoing: OutgoingRequest, conversation: int | None = None) -> ClearedRequest:
        self.passed.append(outgoing.url)
        return cleared(outgoing)

    async def listed(self, source: Source = PAGE) -> Listing:
        return [listing async for listing in self.reader.listed(source)][-1]


def _words(page: FetchedPage) -> PageWords | None:
    return PageWords("The Guide", page.body.decode()) if page.body else None


def _page(body: bytes = b"Turn left.", status: int = 200, kind: str = "text/html", leads: str = "") -> FetchedPage:
    return FetchedPage(ADDRESS, status, kind, body, "", leads)


async def test_a_page_is_one_entry_by_its_title() -> None:
    web = Web(guide=_page())
    listing = await web.listed()
    assert [(entry.name, entry.size) for entry in listing.entries] == [("The Guide", 10)]
    assert await web.reader.read(PAGE, listing.entries) == {"The Guide": "Turn left."}


async def test_it_passes_the_gate_once_however_often_it_is_packed() -> None:
    web = Web(guide=_page())
    for _ in range(3):
        await web.reader.read(PAGE, (await web.listed()).entries)
    assert web.passed == [ADDRESS]


async def test_after_a_while_it_is_fetched_anew() -> None:
    web = Web(guide=_page())
    await web.listed()
    web.clock.advance(601)
    await web.listed()
    assert web.passed == [ADDRESS] * 2


async def test_where_an_address_leads_to_another_host_it_is_followed_through_the_gate() -> None:
    web = Web(guide=_page(b"", 301, leads="https://www.example.org/guide"))
    web.pages.pages = {**web.pages.pages, "https://www.example.org/guide": _page()}
    assert len((await web.listed()).entries) == 1
    assert web.passed == [ADDRESS, "https://www.example.org/guide"]


async def test_no_way_leads_from_the_web_into_the_local_network() -> None:
    web = Web(guide=_page(b"", 301, leads="http://192.168.0.1/admin"))
    web.pages.pages = {**web.pages.pages, "http://192.168.0.1/admin": _page()}
    await web.listed()
    assert web.pages.allowed[1] == ("http://192.168.0.1/admin", False, False)


async def test_an_address_of_this_computer_that_the_person_has_typed_is_fetched() -> None:
    web = Web()
    web.pages.pages = {"http://127.0.0.1:8000/": _page()}
    await web.listed(Source(SourceKind.PAGE, "http://127.0.0.1:8000/", "mine"))
    assert web.pages.allowed == [("http://127.0.0.1:8000/", True, False)]


async def test_an_address_that_leads_round_and_round_ends() -> None:
    with pytest.raises(SourceError, match="leads from one place to the next"):
        await Web(guide=_page(b"", 301, leads=ADDRESS)).listed()


@pytest.mark.parametrize(
    ("web", "sentence"),
    [
        (Web(), f"{ADDRESS}: The page was not reached. Check the address."),
        (Web(guide=_page(status=404)), f"{ADDRESS} answered with status 404. Check the address in a browser."),
        (Web(guide=_page(b"")), f"{ADDRESS} holds no words that could be read. Copy its text into the question."),
        (Web(guide=_page(b"%PDF-1.7")), f"{ADDRESS}: The PDF is damaged. Save or download it again."),
    ],
)
async def test_a_page_that_cannot_be_had_says_why(web: Web, sentence: str) -> None:
    with pytest.raises(SourceError) as caught:
        await web.listed()
    assert caught.value.sentence == sentence


async def test_a_pdf_on_the_web_is_read_by_pages() -> None:
    web = Web(guide=_page(b"%PDF-1.7", kind="application/pdf"))
    web.pdf.pages[b"%PDF-1.7"] = ("One", "", "Three")
    assert [entry.name for entry in (await web.listed()).entries] == ["page 0001", "page 0003"]
