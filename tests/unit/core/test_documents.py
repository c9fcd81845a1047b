"""What a file is taken for, by its bytes."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kireji.core.documents import LARGEST_PDF, LARGEST_TEXT, document_of, is_picture
from kireji.core.errors import DocumentError
from kireji.core.ports import EncodedDocument

WORDS = "Grüße, 世界\nمرحبا\n"


@pytest.mark.parametrize("coding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_words_are_read_in_the_codings_that_say_what_they_are(coding: str) -> None:
    assert document_of("a.md", WORDS.encode(coding)) == EncodedDocument(WORDS.encode(), "text/plain", "a.md")


@pytest.mark.parametrize("coding", ["utf-16-le", "utf-16-be"])
def test_wide_letters_without_a_mark_are_recognised(coding: str) -> None:
    text = "Windows writes logs like this, now and then.\n"
    assert document_of("a.log", text.encode(coding)).data == text.encode()


@pytest.mark.parametrize(("data", "text"), [(b"caf\xe9 \x80 5", "café € 5"), (b"caf\xe9 \x81", "café \x81")])
def test_what_is_no_unicode_is_read_as_western(data: bytes, text: str) -> None:
    assert document_of("a.txt", data).data.decode() == text


def test_lines_end_as_models_are_used_to() -> None:
    assert document_of("a.csv", b"a,b\r\n1,2\r3").data == b"a,b\n1,2\n3"


def test_a_log_with_colours_is_text() -> None:
    line = b"\x1b[31mERROR\x1b[0m it failed\n"
    assert document_of("a.log", line).data == line


def test_a_pdf_stays_as_it_is() -> None:
    assert document_of("a.pdf", b"%PDF-1.7 ...") == EncodedDocument(b"%PDF-1.7 ...", "application/pdf", "a.pdf")


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("a.txt", b"", "The file is empty."),
        ("a.txt", b" \n\t ", "There are no words in it."),
        ("a.docx", b"PK\x03\x04\0\0", "Models cannot read Word files."),
        ("a.zip", b"PK\x03\x04\0\0", "This is an archive, which models cannot read."),
        ("a.gz", b"\x1f\x8b\x08\x08" + bytes(range(256)), "This is an archive, which models cannot read."),
        ("a.bin", bytes(range(256)), "This file holds no text that could be read."),
        ("a.pdf", b"%PDF-1.7\ntrailer << /Encrypt 4 0 R >>", "The PDF is protected by a password."),
        ("a.pdf", b"%PDF-1.7" + b" /Type /Page " * 601 + b"/Count 601", "The PDF has more than 600 pages."),
        ("a.pdf", b"%PDF-1.7" + bytes(LARGEST_PDF), "The PDF is larger than 20 MB."),
        ("a.txt", b"word " * (LARGEST_TEXT // 5 + 1), "The text is longer than 8 MB."),
    ],
)
def test_what_cannot_be_sent_is_said_in_a_sentence(name: str, data: bytes, said: str) -> None:
    with pytest.raises(DocumentError) as raised:
        document_of(name, data)
    assert raised.value.message == said


@pytest.mark.parametrize(
    ("name", "data", "picture"),
    [
        ("a.png", b"whatever", True),
        ("photo", b"\xff\xd8\xff\xe0", True),
        ("a", b"RIFF\0\0\0\0WEBPVP8 ", True),
        ("a.heic", b"\0\0\0\x18ftypheic", True),
        ("a.bmp", b"BM\0\0\0\0", True),
        ("BMW.txt", b"BMW makes cars", False),
        ("a.svg", b"<svg/>", False),
        ("a.pdf", b"%PDF-1.7", False),
    ],
)
def test_pictures_are_told_by_name_or_bytes(name: str, data: bytes, picture: bool) -> None:
    assert is_picture(name, data) is picture


@given(st.binary(max_size=400))
def test_any_bytes_become_a_document_or_a_sentence(data: bytes) -> None:
    with suppress(DocumentError):
        assert document_of("a", data).data


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1))
def test_every_text_comes_through_in_utf_8(text: str) -> None:
    if text.strip() and not text.startswith("%PDF-") and not text.startswith("\ufeff"):
        assert document_of("a", text.encode()).data.decode() == text.replace("\r\n", "\n").replace("\r", "\n")
