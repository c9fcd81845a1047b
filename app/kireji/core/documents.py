"""What can be told of a file by its bytes: a picture, a PDF document, words, or nothing that a model can read."""

from __future__ import annotations

import codecs
import re
from pathlib import PurePath

from kireji.core.errors import DocumentError
from kireji.core.pictures import PICTURE_ENDINGS
from kireji.core.ports import EncodedDocument
from kireji.core.words import mark, say

PDF, PLAIN = "application/pdf", "text/plain"
LARGEST_PDF = 20 * 1024 * 1024
"""Bytes: services take requests of 32 MB, and what is sent is a third longer than what is stored."""
LARGEST_TEXT = 8 * 1024 * 1024
"""Bytes as UTF-8: twice what the models with the longest memory read, which they say themselves."""
MOST_BYTES = 22 * 1024 * 1024
"""Of all pictures and documents of one question, for the reason given for PDF documents."""
MOST_PAGES = 600

_PICTURES = (
    b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF87a", b"GIF89a", b"II*\0", b"MM\0*", b"8BPS\0", b"\0\0\1\0",
)  # fmt: skip
_ARCHIVE = mark("This is an archive, which models cannot read.")
_SOUND = mark("This is a sound file, which models cannot read.")
_VIDEO = mark("This is a video, which models cannot read.")
_PROGRAM = mark("This is a program, which models cannot read.")
_DATABASE = mark("This is a database, which models cannot read.")
_OLD_OFFICE = mark("This is an old Office document, which models cannot read.")
_OTHERS = (
    (0, b"PK\x03\x04", _ARCHIVE), (0, b"\x1f\x8b", _ARCHIVE), (0, b"7z\xbc\xaf", _ARCHIVE), (0, b"Rar!", _ARCHIVE),
    (0, b"BZh", _ARCHIVE), (0, b"\xfd7zXZ", _ARCHIVE), (0, b"\xd0\xcf\x11\xe0", _OLD_OFFICE), (0, b"ID3", _SOUND),
    (0, b"OggS", _SOUND), (0, b"fLaC", _SOUND), (4, b"ftyp", _VIDEO), (0, b"\x1aE\xdf\xa3", _VIDEO),
    (0, b"\x7fELF", _PROGRAM), (0, b"MZ", _PROGRAM), (0, b"SQLite format 3\0", _DATABASE),
)  # fmt: skip
_PART = mark("Attach the part of it that matters.")
_READABLE = mark("Attach text, a PDF or pictures.")
_OFFICE = {
    ".docx": "Word",
    ".xlsx": "Excel",
    ".pptx": "PowerPoint",
    ".odt": "Writer",
    ".ods": "Calc",
    ".odp": "Impress",
}
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
"""UTF-32 before UTF-16, whose mark is the beginning of the other's."""
_LOOKED_AT = 64 * 1024
"""Bytes by which a coding is guessed."""
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
_MOST_CONTROL = 0.01
"""Of what is looked at; logs hold a few, for colours and bells."""
_PAGE = re.compile(rb"/Type\s*/Page(?![a-zA-Z])")
_PAGES = re.compile(rb"/Count\s+(\d{1,6})")


def is_picture(name: str, data: bytes) -> bool:
    """Whether a file is meant as a picture, whatever is left of it.

    Args:
        name: The file's.
        data: What it holds.
    """
    if PurePath(name).suffix.lower() in PICTURE_ENDINGS or data.startswith(_PICTURES):
        return True
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return True
    if data[4:8] == b"ftyp" and data[8:12] in (b"avif", b"heic", b"heix", b"mif1"):
        return True
    return data.startswith(b"BM") and b"\0" in data[:16]


def document_of(name: str, data: bytes) -> EncodedDocument:
    """A file's bytes as they can be sent.

    Args:
        name: The file's; becomes the title.
        data: What it holds.

    Raises:
        DocumentError: It is empty, too large, protected, or holds nothing that a model can read.
    """
    if not data:
        raise DocumentError(say("The file is empty."))
    if b"%PDF-" in data[:1024]:
        _check_pdf(data)
        return EncodedDocument(data, PDF, name)
    return plain(name, text_of(name, data))


def plain(name: str, text: str) -> EncodedDocument:
    """Words as a document.

    Raises:
        DocumentError: There are none, or too many.
    """
    if not text.strip():
        raise DocumentError(say("There are no words in it."))
    data = text.encode("utf-8", "replace")
    if len(data) > LARGEST_TEXT:
        most = LARGEST_TEXT // 1024 // 1024
        raise DocumentError(say("The text is longer than {most} MB.", most=most), say(_PART))
    return EncodedDocument(data, PLAIN, name)


def text_of(name: str, data: bytes) -> str:
    """The words of a text file, in whatever of the usual codings it is.

    A mark at the beginning decides, then UTF-8 if it is valid, then UTF-16 if every other byte says so, and at last
    the Western coding, in which everything is something.

    Raises:
        DocumentError: It is no text.
    """
    for beginning, coding in _MARKS:
        if data.startswith(beginning):
            return _clean(data.decode(coding, "replace"))
    head = data[:_LOOKED_AT]
    if (coding := _wide(head)) != "":
        return _clean(data.decode(coding, "replace"))
    if b"\0" in head or len(_CONTROL.findall(head)) > _MOST_CONTROL * len(head):
        raise _no_text(name, data)
    try:
        return _clean(data.decode("utf-8"))
    except UnicodeDecodeError:
        if data[:3] in (b"ID3", b"BZh") or data[:2] == b"\x1f\x8b":
            raise _no_text(name, data) from None
    try:
        return _clean(data.decode("cp1252"))
    except UnicodeDecodeError:
        return _clean(data.decode("latin-1"))


def _wide(head: bytes) -> str:
    """UTF-16 without a mark, for scripts of which one byte of the two is mostly zero; empty for anything else."""
    half = len(head) // 2
    if half < 4:
        return ""
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if odd > 0.4 * half and even < 0.05 * half:
        return "utf-16-le"
    if even > 0.4 * half and odd < 0.05 * half:
        return "utf-16-be"
    return ""


def _clean(text: str) -> str:
    return text.replace("\0", "").replace("\r\n", "\n").replace("\r", "\n")


def _no_text(name: str, data: bytes) -> DocumentError:
    if (program := _OFFICE.get(PurePath(name).suffix.lower())) is not None:
        told = say("Models cannot read {program} files.", program=program)
        return DocumentError(told, say("Save it as a PDF and attach that."))
    for at, magic, what in _OTHERS:
        if data[at : at + len(magic)] == magic:
            return DocumentError(say(what), say(_READABLE))
    return DocumentError(say("This file holds no text that could be read."), say(_READABLE))


def _check_pdf(data: bytes) -> None:
    if len(data) > LARGEST_PDF:
        most = LARGEST_PDF // 1024 // 1024
        raise DocumentError(
            say("The PDF is larger than {most} MB.", most=most), say("Split it, or save it with smaller pictures.")
        )
    if b"/Encrypt" in data[-4096:] or re.search(rb"trailer[^\x00]{0,2000}/Encrypt\b", data) is not None:
        raise DocumentError(say("The PDF is protected by a password."), say("Save it without one."))
    # Newer files keep their pages compressed, so that only the service can count them.
    pages = max((int(count) for count in _PAGES.findall(data)), default=0)
    if min(pages, len(_PAGE.findall(data)) or pages) > MOST_PAGES:
        raise DocumentError(say("The PDF has more than {most} pages.", most=MOST_PAGES), say(_PART))
