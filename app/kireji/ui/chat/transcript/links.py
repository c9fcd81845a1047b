"""Links in the words of a piece."""

from __future__ import annotations

from typing import NamedTuple

from PySide6.QtCore import QUrl
from PySide6.QtGui import QTextDocument

from kireji.ui.chat.formats import MARKED


class Link(NamedTuple):
    """Words that lead somewhere: from one position of the document to before another."""

    start: int
    end: int
    address: str


def shown_address(address: str) -> str:
    """An address as it is safe to show: encoded, so that nothing in it can pass for markup or for another host."""
    return bytes(QUrl(address).toEncoded().data()).decode("ascii") if address else ""


def links_of(document: QTextDocument) -> list[Link]:
    """All links of a document, in order."""
    links: list[Link] = []
    block = document.begin()
    while block.isValid():
        iterator = block.begin()
        marked = block.blockFormat().boolProperty(MARKED)
        while marked and not iterator.atEnd():
            fragment = iterator.fragment()
            address = fragment.charFormat().anchorHref()
            if address:
                start, end = fragment.position(), fragment.position() + fragment.length()
                if links and links[-1].end == start and links[-1].address == address:
                    start = links.pop().start
                links.append(Link(start, end, address))
            iterator += 1
        block = block.next()
    return links
