"""What looks into sources of context; each is loaded when the first source of its kind is looked into."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kireji.bootstrap.late import Late
from kireji.bootstrap.waiting import Once

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from kireji.core.history_ports import ConversationStore
    from kireji.core.ports import Clock
    from kireji.core.provider_ports import Gate
    from kireji.core.source_ports import PdfWords, SourceReader
    from kireji.core.tool_ports import FetchedPage
    from kireji.providers.http import HttpClient
    from kireji.services.page_source import PageWords
    from kireji.sources.pdf import PdfReader


class WaitingPdfText:
    """Takes the words out of PDF documents; loaded when there is the first one."""

    def __init__(self, make: Callable[[], PdfReader]) -> None:
        self._once = Once(make)

    def reader(self) -> PdfReader:
        """The reader itself."""
        return self._once.get()

    async def words(self, data: bytes) -> PdfWords:
        """As in PdfText."""
        return await self._once.get().words(data)


def pdf_reader(environ: Mapping[str, str]) -> PdfReader:
    from kireji.sources.pdf import PdfReader

    return PdfReader(environ)


def readers(
    environ: Mapping[str, str],
    pdf: WaitingPdfText,
    conversations: ConversationStore,
    http: HttpClient,
    gate: Gate,
    clock: Clock,
) -> Mapping[str, SourceReader]:
    """By the kind of their sources; see `core.sources.SourceKind`."""

    def folders() -> SourceReader:
        from kireji.sources.folders import FolderReader

        return FolderReader(environ, pdf.reader())

    def pages() -> SourceReader:
        from kireji.bootstrap import network
        from kireji.services.page_source import PageSourceReader

        fetcher = Once(lambda: network.web_pages(http))
        return PageSourceReader(fetcher.get, gate, _page_words, pdf, clock)

    def earlier() -> SourceReader:
        from kireji.services.conversation_source import ConversationSourceReader

        return ConversationSourceReader(conversations)

    return Late({"folder": folders, "file": folders, "page": pages, "conversation": earlier})


def _page_words(page: FetchedPage) -> PageWords | None:
    from kireji.services.page_source import PageWords
    from kireji.tools.builtin.page_text import words

    said = words(page)
    return None if said is None else PageWords(*said)
