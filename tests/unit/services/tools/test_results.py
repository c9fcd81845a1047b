"""From what a tool gave back to what stands in the history."""

from __future__ import annotations

import pytest

from kireji.core.errors import PictureError
from kireji.core.messages import DocumentPart, ImagePart, TextPart
from kireji.core.tools import FileOutput, Output, PictureOutput, TextOutput, ToolOutput
from kireji.services.tools.results import MOST_TEXT, Content, Results, shortened
from tests.fakes.desktop import FakeCodec
from tests.fakes.stores import MemoryCaptureStore


class Desk:
    """Results over fakes."""

    def __init__(self) -> None:
        self.codec = FakeCodec()
        self.captures = MemoryCaptureStore()

    async def of(self, *output: Output) -> tuple[Content, ...]:
        return (await Results(self.codec, self.captures).of("c", ToolOutput(output), 0.12345)).content


async def test_words_stay_words() -> None:
    result = await Results(FakeCodec(), MemoryCaptureStore()).of("c", ToolOutput((TextOutput("w"),), True), 0.12345)
    assert (result.content, result.is_error, result.seconds) == ((TextPart("w"),), True, 0.123)


async def test_long_words_are_cut_and_it_is_said_what_was_cut() -> None:
    (part,) = await Desk().of(TextOutput("x" * (MOST_TEXT + 5)))
    assert isinstance(part, TextPart)
    assert part.text.endswith("\n\n(Cut here: 5 of 100,005 characters are left out.)")


async def test_all_words_of_a_result_together_have_a_limit() -> None:
    parts = await Desk().of(*(TextOutput("x" * 60_000) for _ in range(3)))
    assert sum(len(part.text) for part in parts if isinstance(part, TextPart)) < MOST_TEXT + 500


async def test_a_picture_goes_through_the_one_pipeline_and_is_kept() -> None:
    desk = Desk()
    (part,) = await desk.of(PictureOutput(b"a picture"))
    assert isinstance(part, ImagePart)
    assert desk.captures.pictures[part.blob] == b"a picture"


async def test_a_picture_that_is_none_is_words() -> None:
    desk = Desk()
    desk.codec.failure = PictureError("This is no picture.", "Use another.")
    (part,) = await desk.of(PictureOutput(b"no picture"))
    assert isinstance(part, TextPart)
    assert "This is no picture." in part.text


async def test_a_flood_of_pictures_is_stemmed() -> None:
    parts = await Desk().of(*(PictureOutput(bytes([number])) for number in range(25)))
    assert sum(isinstance(part, ImagePart) for part in parts) == 20
    assert parts[20:] == (TextPart("(5 pictures were left out: a result has at most 20.)"),)


async def test_pictures_that_come_as_files_are_stemmed_with_the_others() -> None:
    parts = await Desk().of(*(FileOutput(bytes([number]), "image/png", "a.png") for number in range(25)))
    assert sum(isinstance(part, ImagePart) for part in parts) == 20


async def test_a_flood_of_parts_is_stemmed() -> None:
    parts = await Desk().of(*(TextOutput("word") for _ in range(50_000)))
    assert len(parts) == 101
    assert parts[-1] == TextPart("(49,900 more parts were left out: a result has at most 100.)")


async def test_words_in_files_count_as_words() -> None:
    desk = Desk()
    await desk.of(*(FileOutput(b"x" * 60_000, "text/plain", f"{number}.txt") for number in range(50)))
    assert sum(map(len, desk.captures.pictures.values())) < MOST_TEXT + 50 * 100


@pytest.mark.parametrize("kind", ["application/zip", "text/plain"])
async def test_a_name_without_end_is_cut(kind: str) -> None:
    (part,) = await Desk().of(FileOutput(b"PK", kind, "n" * 5_000_000))
    assert len(part.title if isinstance(part, DocumentPart) else part.text if isinstance(part, TextPart) else "") < 300


@pytest.mark.parametrize(
    ("file", "kind"),
    [
        (FileOutput(b"%PDF-1.7 x", "application/pdf", "a.pdf"), "application/pdf"),
        (FileOutput(b"%PDF-1.7 x", "application/octet-stream", "a"), "application/pdf"),
        (FileOutput("wörter".encode(), "text/plain; charset=utf-8", "a.txt"), "text/plain"),
        (FileOutput(b"a,b", "text/csv", "a.csv"), "text/plain"),
        (FileOutput(b"{}", "application/json", "a.json"), "text/plain"),
    ],
)
async def test_files_that_models_read_are_documents(file: FileOutput, kind: str) -> None:
    (part,) = await Desk().of(file)
    assert isinstance(part, DocumentPart)
    assert (part.media_type, part.title) == (kind, file.name)


@pytest.mark.parametrize(
    "file",
    [
        FileOutput(b"PK", "application/zip", "a.zip"),
        FileOutput(b"\xff\xfe", "text/plain", "a.txt"),
        FileOutput(b"not a pdf", "application/pdf", "a.pdf"),
        FileOutput(b"%PDF-" + bytes(20_000_001), "application/pdf", "a.pdf"),
    ],
)
async def test_other_files_are_told_of(file: FileOutput) -> None:
    (part,) = await Desk().of(file)
    assert isinstance(part, TextPart)
    assert file.name in part.text


async def test_a_picture_that_comes_as_a_file_is_a_picture() -> None:
    (part,) = await Desk().of(FileOutput(b"a picture", "image/png", "a.png"))
    assert isinstance(part, ImagePart)


def test_halves_of_characters_are_replaced() -> None:
    assert shortened("a\ud800b", 10) == "a?b"
