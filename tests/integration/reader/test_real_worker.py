"""The real engine in the real worker: what it reads, what it refuses, and what it is kept away from."""

from __future__ import annotations

import asyncio
import os
import resource
from collections.abc import AsyncIterator
from difflib import SequenceMatcher
from io import BytesIO
from pathlib import Path

import pytest
import pytest_asyncio
from PIL import Image, ImageDraw, ImageFont

from kireji.core.errors import ReaderError
from kireji.reader.client import ReaderProcess
from tests.unit.reader.test_pictures import claiming

pytestmark = pytest.mark.asyncio(loop_scope="module")

EXAMPLE = (Path(__file__).parents[3] / "resources" / "examples" / "error.png").read_bytes()
CANARY = "canary-key-of-the-parent"
PROSE = (
    "The committee met on Thursday to review the budget.",
    "It was agreed that further savings are needed before March,",
    "and that the figures (1,204 units) should be checked again.",
    "Reply to accounts@example.org by Friday at 17:30.",
)


def _png(picture: Image.Image) -> bytes:
    target = BytesIO()
    picture.save(target, "PNG")
    return target.getvalue()


def _page(size: int, ink: str, paper: str, canvas: tuple[int, int] | None = None) -> Image.Image:
    font = ImageFont.load_default(size)
    width = round(max(font.getlength(line) for line in PROSE)) + 40
    picture = Image.new("RGB", canvas or (width, size * 8), paper)
    for number, line in enumerate(PROSE):
        ImageDraw.Draw(picture).text((20, size + number * size * 1.5), line, ink, font)
    return picture


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def reader() -> AsyncIterator[ReaderProcess]:
    names = {"ANTHROPIC_API_KEY": CANARY, "HTTPS_PROXY": "http://" + CANARY, "SOME_TOKEN": CANARY}
    os.environ.update(names)
    try:
        reader = ReaderProcess()
        await reader.warm()
    finally:
        for name in names:
            del os.environ[name]
    yield reader
    await reader.aclose()


async def test_the_example_picture_is_read_with_its_indentation(reader: ReaderProcess) -> None:
    lines = (await reader.read_all(EXAMPLE)).text.splitlines()
    assert [line for line in lines if "deploy.py" in line or "KeyError" in line or "environ" in line] == [
        "~/shop $ python deploy.py --env prod",
        '  File "deploy.py", line 58, in <module>',
        '  File "deploy.py", line 41, in main',
        '    region = os.environ["REGION"]',
        "KeyError: 'REGION'",
    ]


@pytest.mark.parametrize("colours", [("#202020", "white"), ("#d0d5da", "#101418")], ids=["light", "dark"])
@pytest.mark.parametrize("size", [9, 10, 11, 12, 14])
async def test_small_text_is_read(reader: ReaderProcess, size: int, colours: tuple[str, str]) -> None:
    found = (await reader.read_all(_png(_page(size, *colours)))).text
    letters, wanted = "".join(found.split()), "".join("".join(PROSE).split())
    assert SequenceMatcher(None, letters, wanted, autojunk=False).ratio() > 0.97, found


async def test_text_in_a_corner_of_a_large_picture_is_read(reader: ReaderProcess) -> None:
    assert "Thursday" in (await reader.read_all(_png(_page(12, "black", "white", (1920, 1080))))).text


async def test_a_word_that_fills_its_cut_is_read(reader: ReaderProcess) -> None:
    font = ImageFont.load_default(15)
    left, top, right, bottom = font.getbbox("Saved")
    picture = Image.new("RGB", (round(right - left) + 2, round(bottom - top) + 2), "white")
    ImageDraw.Draw(picture).text((1 - left, 1 - top), "Saved", "black", font)
    assert (await reader.read_all(_png(picture))).text == "Saved"


async def test_dark_text_on_transparent_ground_is_read(reader: ReaderProcess) -> None:
    picture = _page(14, "black", "white").convert("L")
    see_through = Image.new("RGBA", picture.size, (0, 0, 0, 0))
    see_through.putalpha(picture.point(lambda value: 255 - value))
    assert "Thursday" in (await reader.read_all(_png(see_through))).text


@pytest.mark.parametrize("turn", [90, -90], ids=["upwards", "downwards"])
async def test_words_along_the_side_of_a_diagram_are_read(reader: ReaderProcess, turn: int) -> None:
    picture = Image.new("RGB", (400, 80), "white")
    ImageDraw.Draw(picture).text((20, 25), "Temperature of the water", "black", ImageFont.load_default(22))
    assert "water" in (await reader.read_all(_png(picture.rotate(turn, expand=True)))).text


@pytest.mark.parametrize("degrees", [-3, -2, 2, 3, 180])
async def test_a_long_line_that_leans_or_stands_on_its_head_is_read(reader: ReaderProcess, degrees: int) -> None:
    line = "Somebody has taken a photograph of a screen, with code 4711-0815 at its end"
    picture = Image.new("RGB", (1000, 160), "white")
    ImageDraw.Draw(picture).text((30, 60), line, "black", ImageFont.load_default(24))
    found = (await reader.read_all(_png(picture.rotate(degrees, expand=True, fillcolor="white")))).text
    assert SequenceMatcher(None, found, line).ratio() > 0.9


async def test_columns_are_read_one_after_the_other(reader: ReaderProcess) -> None:
    picture = Image.new("RGB", (900, 200), "white")
    for left, number in ((20, "first"), (480, "second")):
        text = "\n".join(f"This is the {number} column, line {line}" for line in ("one", "two", "three"))
        ImageDraw.Draw(picture).multiline_text((left, 40), text, "black", ImageFont.load_default(18), spacing=14)
    words = (await reader.read_all(_png(picture))).text.split()
    assert [word for word in words if word in ("first", "second")] == ["first"] * 3 + ["second"] * 3


@pytest.mark.parametrize("size", [(1, 1), (1, 400), (400, 1), (300, 200)])
async def test_a_picture_without_text_has_no_lines(reader: ReaderProcess, size: tuple[int, int]) -> None:
    assert (await reader.read_all(_png(Image.new("RGB", size, "#336699")))).lines == ()


async def test_a_decompression_bomb_is_refused_and_the_worker_lives(reader: ReaderProcess) -> None:
    await reader.read_all(_png(Image.new("RGB", (40, 40))))
    before = reader.pid
    with pytest.raises(ReaderError, match="million pixels"):
        await reader.read_all(claiming(30_000, 30_000))
    assert reader.pid == before


async def test_no_variable_of_the_parent_reaches_the_worker(reader: ReaderProcess) -> None:
    await reader.warm()
    seen = await asyncio.to_thread(Path(f"/proc/{reader.pid}/environ").read_bytes)
    assert b"PATH=" in seen
    assert CANARY.encode() not in seen


async def test_no_picture_can_end_in_a_core_dump(reader: ReaderProcess) -> None:
    await reader.read_all(_png(Image.new("RGB", (40, 40))))
    assert reader.pid is not None
    assert resource.prlimit(reader.pid, resource.RLIMIT_CORE) == (0, 0)


async def test_the_worker_is_a_group_of_its_own_and_polite(reader: ReaderProcess) -> None:
    await reader.read_all(_png(Image.new("RGB", (40, 40))))
    assert reader.pid is not None
    assert os.getpgid(reader.pid) == reader.pid
    assert os.getpriority(os.PRIO_PROCESS, reader.pid) > os.getpriority(os.PRIO_PROCESS, 0)


CJK = Path("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc")
ARABIC = Path("/usr/share/fonts/truetype/noto/NotoSansArabic-Regular.ttf")


@pytest.mark.skipif(not CJK.exists(), reason="the font is not installed")
async def test_columns_of_japanese_are_read_from_the_right(reader: ReaderProcess) -> None:
    columns = ("吾輩は猫である。名前は", "まだ無い。どこで生れた", "か頓と見当がつかぬ。何")
    picture = Image.new("RGB", (400, 480), "white")
    for number, words in enumerate(columns):
        for row, letter in enumerate(words):
            place = (300 - number * 48, 40 + row * 34)
            ImageDraw.Draw(picture).text(place, letter, "black", ImageFont.truetype(str(CJK), 28))
    assert (await reader.read_all(_png(picture))).text.splitlines() == list(columns)


@pytest.mark.skipif(not ARABIC.exists(), reason="the font is not installed")
async def test_where_another_writing_stands_is_told_though_it_cannot_be_read(reader: ReaderProcess) -> None:
    picture = Image.new("RGB", (700, 200), "white")
    draw, font = ImageDraw.Draw(picture), ImageFont.truetype(str(ARABIC), 26)
    draw.text((160, 30), "يرجى قراءة هذه التعليمات بعناية قبل", "black", font)
    draw.text((40, 140), "Please read this", "black", ImageFont.load_default(20))
    reading = await reader.read_all(_png(picture))
    assert [line.text.strip() for line in reading.lines] == ["Please read this"]
    [(left, top, right, bottom)] = reading.unread
    assert left < 200 < 500 < right
    assert top < 60 < bottom


async def test_a_row_tells_where_each_of_its_pieces_stands(reader: ReaderProcess) -> None:
    picture = Image.new("RGB", (700, 80), "white")
    for x, words in ((20, "Artikel"), (250, "Menge"), (450, "Preis in Euro")):
        ImageDraw.Draw(picture).text((x, 30), words, "black", ImageFont.load_default(18))
    [line] = (await reader.read_all(_png(picture))).lines
    assert [line.text[piece.start : piece.end] for piece in line.pieces] == ["Artikel", "Menge", "Preis in Euro"]
    assert [abs(piece.box[0] - x) < 10 for piece, x in zip(line.pieces, (20, 250, 450), strict=True)] == [True] * 3
