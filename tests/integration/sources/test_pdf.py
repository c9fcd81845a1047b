"""The process that takes the words out of PDF documents, with documents that mean no good."""

from __future__ import annotations

import os
import sys
import zlib

import pytest

from kireji.core.errors import DocumentError
from kireji.sources.pdf import PdfReader
from tests.support.pdf import locked_pdf, pdf_of, pdf_with

NO_WORDS = "The PDF holds no words; its pages are pictures. Ask a model that reads PDF documents."
BROKEN = "The PDF is damaged. Save or download it again."


async def _sentence(data: bytes, reader: PdfReader | None = None) -> str:
    with pytest.raises(DocumentError) as caught:
        await (reader or PdfReader(os.environ)).words(data)
    return caught.value.sentence


async def test_the_words_come_by_pages() -> None:
    words = await PdfReader(os.environ).words(pdf_of("First", "Second"))
    assert words == (("First", "Second"), 2, True)
    assert words.text == "(Page 1 of 2)\nFirst\n\n(Page 2 of 2)\nSecond"


async def test_a_protected_document_says_so() -> None:
    assert await _sentence(locked_pdf("x", "a")) == "The PDF is protected by a password. Save it without one."


async def test_one_whose_password_is_empty_is_read() -> None:
    assert (await PdfReader(os.environ).words(locked_pdf("", "words"))).pages == ("words",)


@pytest.mark.parametrize("data", [b"", b"%PDF-1.7", b"%PDF-1.7\n" + bytes(range(256)) * 20, pdf_of("a")[:200]])
async def test_a_broken_document_says_so(data: bytes) -> None:
    assert await _sentence(data) == BROKEN


async def test_pages_without_words_are_pictures() -> None:
    assert await _sentence(pdf_of("", "")) == NO_WORDS


async def test_a_document_that_unpacks_to_more_than_there_is_memory_for_ends_by_itself() -> None:
    packed = zlib.compressobj(9)
    bomb = b"".join(packed.compress(bytes(1_000_000)) for _ in range(150)) + packed.flush()
    assert await _sentence(pdf_with(bomb, b"/Filter /FlateDecode")) == NO_WORDS


async def test_one_that_never_ends_is_ended() -> None:
    endless = [sys.executable, "-c", "import sys; sys.stdin.buffer.read()\nwhile True: pass"]
    reader = PdfReader(os.environ, seconds=0.5, worker=endless)
    assert await _sentence(b"%PDF-", reader) == (
        "The PDF takes too long to read, or is damaged. Attach the part that matters."
    )


async def test_a_process_that_says_nonsense_is_not_believed() -> None:
    reader = PdfReader(os.environ, worker=[sys.executable, "-c", "print('x' * 100)"])
    assert "takes too long to read, or is damaged" in await _sentence(b"%PDF-", reader)


async def test_the_process_sees_no_key() -> None:
    shows = "import os, sys; from kireji.core.frames import frame; import msgspec\n" + (
        "words = {'type': 'page', 'text': ' '.join(os.environ)}\n"
        'sys.stdout.buffer.write(frame(msgspec.json.encode(words)) + frame(b\'{"type":"end","pages":1}\'))'
    )
    reader = PdfReader({**os.environ, "ANTHROPIC_API_KEY": "k"}, worker=[sys.executable, "-P", "-c", shows])
    assert "ANTHROPIC" not in (await reader.words(b"%PDF-")).text


async def test_what_was_read_is_not_read_again() -> None:
    reader = PdfReader(os.environ)
    words = await reader.words(pdf_of("First"))
    reader._worker = ["/nowhere"]
    assert await reader.words(pdf_of("First")) is words


async def test_without_the_process_the_sentence_says_what_to_do() -> None:
    assert await _sentence(b"%PDF-", PdfReader(os.environ, worker=["/nowhere"])) == (
        "The PDF could not be read. Install Kireji again."
    )
