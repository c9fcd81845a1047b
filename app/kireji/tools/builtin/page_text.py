"""What an address gave, as a model can use it. Takes its time on large pages, so it is called in a thread."""

from __future__ import annotations

import codecs
import re

from kireji.core.documents import LARGEST_PDF, is_picture, text_of
from kireji.core.errors import DocumentError
from kireji.core.tool_ports import FetchedPage
from kireji.plugins import File, Image, ToolError
from kireji.tools.builtin.page_cleaning import cleaned, visible

MOST_CHARACTERS = 50_000
"""Of one result: about 12,000 tokens."""
_LARGEST_PAGE = 4_000_000
"""Bytes of HTML that are looked at."""
_PAGES = ("text/html", "application/xhtml+xml")
_WORDS = re.compile(
    r"text/|application/(?:[\w.-]+\+)?(?:json|xml|yaml|javascript|x-ndjson|toml)\Z|application/x-yaml\Z"
)
_META = re.compile(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?\s*([\w.:-]{1,40})", re.IGNORECASE)
_CHARSETS = re.compile(
    r"utf-(?:8|16|16-le|16-be|32)|iso8859-\d+|cp125\d|cp866|koi8-[ru]|gb2312|gbk|gb18030|big5(?:hkscs)?|euc_(?:jp|kr)"
    r"|shift_jis|cp932|cp949|iso2022_jp|mac-roman|tis-620"
)
"""Those of the web (encoding.spec.whatwg.org); Python knows more, some of which do other things."""
_BLANK_LINES = re.compile(r"\n\s*\n\s*(?:\n\s*)+")


def told(page: FetchedPage, start: int = 0) -> str | Image | File:
    """What a page says.

    Args:
        page: What was fetched, with a status below 300.
        start: Characters to leave out at the beginning.

    Raises:
        ToolError: It is empty, or nothing that a model reads.
    """
    kind, data = page.media_type, page.body
    if not data:
        raise ToolError(f"{page.url} is an empty page.")
    if kind == "application/pdf" or data.startswith(b"%PDF-"):
        if len(data) > LARGEST_PDF:
            raise ToolError(f"{page.url} is a PDF of more than {LARGEST_PDF // 1024 // 1024} MB, which is too large.")
        return File(data, "application/pdf", page.url.rpartition("/")[2][:100] or "page.pdf")
    if is_picture("", data) or (kind.startswith("image/") and kind != "image/svg+xml"):
        return Image(data)
    if kind in _PAGES or (not _WORDS.match(kind) and _looks_like_a_page(data)):
        return _excerpt(*_page(page), page.url, start)
    if not _WORDS.match(kind) and kind not in ("", "application/octet-stream", "image/svg+xml"):
        raise ToolError(f"{page.url} is {kind or 'of no known type'}, {len(data):,} bytes, which models cannot read.")
    return _excerpt("", _plain(page), page.url, start)


def words(page: FetchedPage) -> tuple[str, str] | None:
    """Title and whole text of a page; None for what holds no words.

    Args:
        page: What was fetched.
    """
    kind, data = page.media_type, page.body
    if not data or is_picture("", data) or (kind.startswith("image/") and kind != "image/svg+xml"):
        return None
    if kind in _PAGES or (not _WORDS.match(kind) and _looks_like_a_page(data)):
        return _page(page)
    if not _WORDS.match(kind) and kind not in ("", "application/octet-stream", "image/svg+xml"):
        return None
    try:
        return "", _plain(page)
    except ToolError:
        return None


def _plain(page: FetchedPage) -> str:
    if _charset(page.charset) or _WORDS.match(page.media_type):
        return visible(decoded(page.body, page.charset))
    try:
        return visible(text_of("", page.body))
    except DocumentError as error:
        raise ToolError(f"{page.url}: {error.message}") from None


def _looks_like_a_page(data: bytes) -> bool:
    head = data[:1024].lstrip().lower()
    return head.startswith((b"<!doctype html", b"<html", b"<head", b"<body"))


def _page(page: FetchedPage) -> tuple[str, str]:
    """Title and text of a page of HTML."""
    cut = len(page.body) > _LARGEST_PAGE
    found = cleaned(decoded(page.body[:_LARGEST_PAGE], page.charset, html=True), page.url)
    text = _BLANK_LINES.sub("\n\n", as_markdown(found.html)).strip()
    if not text:
        text = "(The page shows no text; it may be made by a script in the browser.)"
    if cut or not found.whole:
        text += "\n\n(The page is longer; the rest of it was not read.)"
    return found.title, text


def as_markdown(html: str) -> str:
    """Markdown of HTML that was cleaned: well formed, and not deep."""
    from markdownify import MarkdownConverter

    converter = MarkdownConverter(
        heading_style="ATX", bullets="-", autolinks=True, escape_misc=False, escape_underscores=False,
        escape_asterisks=False, strip_document="strip", table_infer_header=True,
    )  # fmt: skip
    return str(converter.convert(html))


def _excerpt(title: str, text: str, url: str, start: int) -> str:
    if start >= len(text) and start:
        raise ToolError(f"The page has only {len(text):,} characters.")
    part = text[start : start + MOST_CHARACTERS]
    lines = [f"Title: {title}"] if title else []
    lines.append(f"Address: {url}")
    end = start + len(part)
    if start or end < len(text):
        goes_on = f"; go on with start={end}" if end < len(text) else ""
        lines.append(f"Characters {start + 1:,} to {end:,} of {len(text):,}{goes_on}")
    return "\n".join([*lines, "", part])


def decoded(data: bytes, charset: str, *, html: bool = False) -> str:
    """Bytes of the web as text: a mark at the beginning decides, then the server, then the page, then what fits.

    Args:
        data: The bytes.
        charset: As the server says; may be anything.
        html: Whether a page may say it itself.
    """
    for mark, name in ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16")):
        if data.startswith(mark):
            return data.decode(name, "replace").lstrip("\ufeff")
    name = _charset(charset)
    if not name and html and (found := _META.search(data[:2048])) is not None:
        name = _charset(found[1].decode("ascii", "replace"))
        name = "" if name.startswith("utf-16") else name  # then the page could not have been read up to there
    if name:
        return data.decode(name, "replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.start > len(data) - 4 and not data[: error.start].isascii():  # cut in the middle of a sign
            return data.decode("utf-8", "replace")
        return data.decode("cp1252", "replace")


def _charset(name: str) -> str:
    """Python's name of a character set of the web; empty for anything else."""
    try:
        known = codecs.lookup(name.strip(" \t\"'")[:40]).name
    except (LookupError, ValueError):
        return ""
    if known in ("iso8859-1", "ascii"):
        return "cp1252"
    return known if _CHARSETS.fullmatch(known) else ""
