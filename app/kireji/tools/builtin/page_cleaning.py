"""From a page to the plain part of its HTML: what people see of its words, well formed and not deeply nested.

Read in pieces against a deadline, because the parser can be made to take long; what is left then is what there is. The
rules of which end tag closes what are the standard's as far as they decide what is hidden (HTML, 13.2.6.4.7).
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from html import escape
from html.parser import HTMLParser
from typing import NamedTuple
from urllib.parse import urljoin, urlsplit

from kireji.tools.builtin.page_hiding import HidingRules, hidden

_PIECE = 16_384
_SECONDS = 4.0
_MOST_KEPT = 400_000
"""Characters of what is kept."""
_MOST_OPEN = 2_000
_DEEPEST = 40
"""Of what is kept: what makes text of it works by recursion."""
_MOST_TAGS = 20_000
_LOOKED_AT = 300
_LARGEST_REST = 500_000
"""Characters of one tag or comment that has not ended."""
_LONGEST_END = 2_000
"""Characters of such a one at the end of the page: the parser takes the square of them."""
_LONGEST_ADDRESS = 500
_LONGEST_TITLE = 300

_VOID = frozenset("area base br col embed hr img input link meta param source track wbr".split())  # noqa: SIM905
_DROPPED = frozenset(
    {
        "script", "style", "template", "noscript", "iframe", "object", "applet", "svg", "canvas", "video", "audio",
        "select", "button", "textarea", "datalist", "noframes", "noembed", "frameset", "map", "math", "title", "head",
        "picture", "meter", "progress", "dialog",
    }
)  # fmt: skip
_KEPT = frozenset(
    {
        "h1", "h2", "h3", "h4", "h5", "h6", "p", "br", "hr", "ul", "ol", "li", "dl", "dt", "dd", "table", "thead",
        "tbody", "tfoot", "tr", "th", "td", "caption", "pre", "code", "blockquote", "a", "b", "strong", "i", "em", "s",
        "del",
    }
)  # fmt: skip
_BLOCKS = frozenset(
    {
        "div", "section", "article", "main", "header", "footer", "nav", "aside", "figure", "figcaption", "address",
        "details", "summary", "form", "fieldset", "center", "hgroup", "body", "html", "search", "menu", "legend",
        "h1", "h2", "h3", "h4", "h5", "h6", "p", "hr", "ul", "ol", "li", "dl", "dt", "dd", "table", "thead",
        "tbody", "tfoot", "tr", "th", "td", "caption", "pre", "blockquote",
    }
)  # fmt: skip
_TABLE = frozenset({"table", "thead", "tbody", "tfoot", "tr", "th", "td", "caption"})
_ITEM_BARRIERS = _BLOCKS - {"address", "div", "p"}
_CLOSES = {
    "li": (frozenset({"li"}), _ITEM_BARRIERS),
    "dt": (frozenset({"dt", "dd"}), _ITEM_BARRIERS),
    "dd": (frozenset({"dt", "dd"}), _ITEM_BARRIERS),
    "tr": (frozenset({"tr", "td", "th"}), frozenset({"table", "tbody", "thead", "tfoot"})),
    "td": (frozenset({"td", "th"}), frozenset({"tr", "table"})),
    "th": (frozenset({"td", "th"}), frozenset({"tr", "table"})),
    "tbody": (frozenset({"tbody", "thead", "tfoot", "tr", "td", "th", "caption"}), frozenset({"table"})),
    "tfoot": (frozenset({"tbody", "thead", "tfoot", "tr", "td", "th", "caption"}), frozenset({"table"})),
}
"""What a start tag closes, and what it does not reach beyond."""
_UNSEEN = re.compile("[\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]")
"""Characters without a form: text can be written in them that nobody sees, or that reads in another order."""


class Cleaned(NamedTuple):
    """What is left of a page.

    Args:
        title: On one line.
        html: What people see, well formed.
        whole: Whether it was read to its end.
    """

    title: str
    html: str
    whole: bool


def cleaned(html: str, address: str, clock: Callable[[], float] = time.monotonic) -> Cleaned:
    """The plain part of a page.

    Args:
        html: As it came; anything at all.
        address: Where it was found, for addresses in it.
        clock: Seconds from some moment on.
    """
    cleaner = _Cleaner(address)
    ends = clock() + _SECONDS
    whole = True
    for at in range(0, len(html), _PIECE):
        cleaner.feed(html[at : at + _PIECE])
        if cleaner.full or clock() > ends or len(cleaner.rawdata) > _LARGEST_REST:
            whole = False
            break
    return cleaner.result(whole=whole and len(cleaner.rawdata) <= _LONGEST_END)


def visible(text: str) -> str:
    """A text without characters that nobody sees."""
    return _UNSEEN.sub("", text)


class _Open(NamedTuple):
    """An element that is open.

    Args:
        tag: Its name.
        hidden: Whether it or one around it is hidden.
        written: What closes it in the result; empty when it is not in it.
    """

    tag: str
    hidden: bool
    written: str


class _Cleaner(HTMLParser):
    """Keeps what is seen.

    Args:
        address: Where the page was found.
    """

    def __init__(self, address: str) -> None:
        super().__init__(convert_charrefs=True)
        self._address = address
        self._open: list[_Open] = []
        self._out: list[str] = []
        self._kept = self._depth = self._tags = 0
        self._title: list[str] = []
        self._in_title = self._in_style = False
        self._rules = HidingRules()
        self.full = False

    def result(self, *, whole: bool) -> Cleaned:
        """What is left; nothing can be fed afterwards."""
        if whole:
            self.close()
        while self._open:
            self._pop()
        title = visible(" ".join("".join(self._title).split()))[:_LONGEST_TITLE]
        return Cleaned(title, "".join(self._out), whole)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes: dict[str, str] = {}
        for name, value in attrs:
            attributes.setdefault(name, value or "")  # of two with one name the first counts
        if tag == "base" and "href" in attributes:
            self._address = urljoin(self._address, attributes["href"][:_LONGEST_ADDRESS])
        self._close_implied(tag)
        unseen = self._hidden or tag in _DROPPED or hidden(attributes) or self._rules.hide(attributes)
        if tag == "body":
            self._leave_head()
            unseen = hidden(attributes)
        self._tags += not unseen and tag in _KEPT
        if tag in _VOID:
            if not unseen and tag in _KEPT:
                self._write(f"<{tag}/>")
            self.full |= self._tags > _MOST_TAGS
            return
        if len(self._open) >= _MOST_OPEN or self._tags > _MOST_TAGS:
            self.full = True
            return
        self._in_title = tag == "title" and not self._title and not self._in_graphic()
        self._in_style = tag == "style"
        self._open.append(_Open(tag, unseen, "" if unseen else self._begin(tag, attributes)))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)  # HTML knows no empty elements of this kind; graphics do
        if self._in_graphic() and tag not in _VOID:
            self._pop()

    def handle_endtag(self, tag: str) -> None:
        self._in_title = self._in_style = False
        if tag == "br":
            self.handle_starttag("br", [])
        for back, each in enumerate(reversed(self._open[-_LOOKED_AT:]), 1):
            if each.tag == tag:
                for _ in range(back):
                    self._pop()
                return
            if self._stops(tag, each.tag):
                return

    def handle_data(self, data: str) -> None:
        if self._in_title:
            self._title.append(data[:_LONGEST_TITLE])
        elif self._in_style:
            self._rules.learn(data)
        elif not self._hidden:
            self._write(escape(visible(data), quote=False))

    @property
    def _hidden(self) -> bool:
        return bool(self._open) and self._open[-1].hidden

    def _in_graphic(self) -> bool:
        return any(each.tag in ("svg", "math") for each in self._open[-_LOOKED_AT:])

    def _leave_head(self) -> None:
        while any(each.tag == "head" for each in self._open[:3]):
            self._pop()

    def _begin(self, tag: str, attributes: dict[str, str]) -> str:
        """Write a start tag; returns what closes it."""
        if tag not in _KEPT:
            tag = "div" if tag in _BLOCKS else ""
        if not tag or self._depth >= _DEEPEST:
            if tag in _BLOCKS:
                self._write(" ")
            return ""
        self._depth += 1
        address = self._linked(attributes.get("href", "")) if tag == "a" else ""
        self._write(f'<a href="{escape(address)}">' if address else f"<{tag}>")
        return f"</{tag}>"

    def _linked(self, written: str) -> str:
        """Where a link leads; empty where that is no place of the web, or in the page itself."""
        written = visible(written.strip())
        if not written or written.startswith("#") or len(written) > _LONGEST_ADDRESS:
            return ""
        try:
            address = urljoin(self._address, written)
            fits = urlsplit(address).scheme in ("http", "https", "mailto")
        except ValueError:
            return ""
        return address if fits and address.isprintable() else ""

    def _pop(self) -> None:
        written = self._open.pop().written
        if written:
            self._depth -= 1
            self._out.append(written)

    def _write(self, text: str) -> None:
        self._kept += len(text)
        if self._kept > _MOST_KEPT:
            self.full = True
        else:
            self._out.append(text)

    def _close_implied(self, tag: str) -> None:
        """A paragraph ends where a block begins, an item where the next one does."""
        if tag in _BLOCKS and tag not in _TABLE:
            self._close_up_to(frozenset({"p"}), _BLOCKS - {"p"})
        if tag in _CLOSES:
            self._close_up_to(*_CLOSES[tag])
        if tag == "body" or (self._open and self._open[-1].tag == "head" and tag in _BLOCKS):
            self._leave_head()

    def _close_up_to(self, tags: frozenset[str], barriers: frozenset[str]) -> None:
        closing = 0
        for back, each in enumerate(reversed(self._open[-_LOOKED_AT:]), 1):
            if each.tag in tags:
                closing = back
            elif each.tag in barriers:
                break
        for _ in range(closing):
            self._pop()

    @staticmethod
    def _stops(tag: str, other: str) -> bool:
        """Whether an end tag does not reach beyond another open element."""
        if tag in _TABLE or tag in ("html", "body"):
            return other == "table" and tag != "table"
        if other in ("table", "td", "th", "caption", "template", "object"):
            return True
        if tag == "li":
            return other in ("ul", "ol")
        return tag not in _BLOCKS and tag not in _DROPPED and other in _BLOCKS
