"""Pictures through the real reader into blocks: paragraphs whole, menus and tables apart, boxes around them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from io import BytesIO
from pathlib import Path

import pytest
import pytest_asyncio
from PIL import Image, ImageDraw, ImageFont

from kireji.core.structured.translation import Alignment, TextBlock
from kireji.core.translation.blocks import blocks_of
from kireji.reader.client import ReaderProcess

pytestmark = pytest.mark.asyncio(loop_scope="module")

CJK = Path("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc")
ARABIC = Path("/usr/share/fonts/truetype/noto/NotoSansArabic-Regular.ttf")
RENT = (
    "The landlord lets the flat on the ground floor to the",
    "tenant. The flat has three rooms, a kitchen and a bath",
    "with a window.",
)
NOTE = ("Questions are answered by our", "service from Monday until", "Friday.")


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def reader() -> AsyncIterator[ReaderProcess]:
    reader = ReaderProcess()
    yield reader
    await reader.aclose()


class Page:
    """A picture with words, and where they are."""

    def __init__(self, width: int, height: int, paper: str = "white", ink: str = "#202020") -> None:
        self.image = Image.new("RGB", (width, height), paper)
        self._ink = ink
        self.drawn: dict[str, tuple[float, float, float, float]] = {}

    def write(self, x: int, y: int, words: str, size: int = 16, *, centred: bool = False, ink: str = "") -> None:
        font, draw = ImageFont.load_default(size), ImageDraw.Draw(self.image)
        x -= round(font.getlength(words) / 2) if centred else 0
        draw.text((x, y), words, ink or self._ink, font)
        self.drawn[words] = draw.textbbox((x, y), words, font=font)

    async def blocks(self, reader: ReaderProcess) -> tuple[TextBlock, ...]:
        out = BytesIO()
        self.image.save(out, "PNG")
        blocks = blocks_of(await reader.read_all(out.getvalue()))
        for block in blocks:
            for left, top, right, bottom in (block.box, *block.lines):
                assert 0 <= left < right <= self.image.width
                assert 0 <= top < bottom <= self.image.height
        return blocks

    def around(self, *words: str) -> tuple[float, float, float, float]:
        lefts, tops, rights, bottoms = zip(*(self.drawn[each] for each in words), strict=True)
        return min(lefts), min(tops), max(rights), max(bottoms)


def assert_covers(block: TextBlock, ink: tuple[float, float, float, float]) -> None:
    """The box has all of the ink, but for a pixel, and not much more."""
    for side, (edge, inked) in enumerate(zip(block.box, ink, strict=True)):
        beyond = inked - edge if side < 2 else edge - inked
        assert -2 <= beyond <= 10, (block.text, block.box, ink)


@pytest.mark.parametrize(("paper", "ink"), [("white", "#202020"), ("#101418", "#d0d5da")], ids=["light", "dark"])
async def test_a_page_with_prose_and_buttons(reader: ReaderProcess, paper: str, ink: str) -> None:
    page = Page(700, 420, paper, ink)
    page.write(30, 20, "Tenancy agreement", 28)
    for number, line in enumerate(RENT):
        page.write(30, 80 + 24 * number, line)
    for number, line in enumerate(RENT):
        page.write(30, 180 + 24 * number, line)
    for x, words in ((30, "Cancel"), (150, "Save as")):
        ImageDraw.Draw(page.image).rectangle((x, 350, x + 100, 386), "#2266cc")
        page.write(x + 16, 358, words, ink="white")
    blocks = await page.blocks(reader)
    assert [block.text for block in blocks] == [
        "Tenancy agreement", " ".join(RENT), " ".join(RENT), "Cancel", "Save as",
    ]  # fmt: skip
    assert_covers(blocks[0], page.around("Tenancy agreement"))
    assert_covers(blocks[2], page.around(*RENT))
    assert_covers(blocks[4], page.around("Save as"))
    assert [len(block.lines) for block in blocks] == [1, 3, 3, 1, 1]


async def test_a_window_with_menus_a_table_and_two_columns(reader: ReaderProcess) -> None:
    page = Page(900, 420, "#f4f4f4")
    bar = ("File", "Edit", "View", "History", "Help")
    for number, words in enumerate(bar):
        page.write(12 + 80 * number, 6, words, 14)
    menu = ("New Window", "New Tab", "Open…", "Recently Opened Files", "Save As…", "Print", "Exit")
    for number, words in enumerate(menu):
        page.write(24, 50 + 32 * number, words, 15)
    rows = (("Item", "Count", "Delivery"), ("Galvanised screws", "Two hundred", "at once"))
    rows += (("Waterproof glue", "Three", "in three days"), ("Sandpaper", "Ten", "at once"))
    for down, row in enumerate(rows):
        for x, cell in zip((300, 520, 700), row, strict=True):
            page.write(x, 50 + 30 * down, cell, 15)
    for number, line in enumerate(RENT):
        page.write(300, 300 + 22 * number, line, 14)
    for number, line in enumerate(NOTE):
        page.write(690, 300 + 22 * number, line, 14)
    texts = [block.text.replace("...", "…") for block in await page.blocks(reader)]
    assert texts[:5] == list(bar)
    assert sorted(texts) == sorted(
        [*bar, *menu, *(cell for row in rows for cell in row), " ".join(RENT), " ".join(NOTE)]
    )


async def test_centred_lines(reader: ReaderProcess) -> None:
    page = Page(500, 160)
    lines = ("Please read all of this page with care", "and keep it where you will find it", "again later")
    for number, line in enumerate(lines):
        page.write(250, 30 + 24 * number, line, centred=True)
    [block] = await page.blocks(reader)
    assert block.text == " ".join(lines)
    assert block.alignment is Alignment.CENTRE


@pytest.mark.skipif(not CJK.exists(), reason="the font is not installed")
async def test_chinese_and_upright_japanese(reader: ReaderProcess) -> None:
    font = ImageFont.truetype(str(CJK), 24)
    page, upright = Page(720, 220), Page(320, 420)
    lines = ("请在使用本产品之前仔细阅读本说明书，并将其妥善保管", "以备日后参考。如有任何疑问，请联系我们。")
    for number, line in enumerate(lines):
        ImageDraw.Draw(page.image).text((30, 20 + 38 * number), line, "black", font)
    for x, words in ((30, "取消"), (200, "确定")):
        ImageDraw.Draw(page.image).text((x, 160), words, "black", font)
    assert [block.text for block in await page.blocks(reader)] == ["".join(lines), "取消", "确定"]
    columns = ("吾輩は猫である。名前は", "まだ無い。どこで生れた", "か頓と見当がつかぬ。")
    for number, words in enumerate(columns):
        for row, letter in enumerate(words):
            ImageDraw.Draw(upright.image).text((240 - 44 * number, 20 + 32 * row), letter, "black", font)
    [block] = await upright.blocks(reader)
    assert block.text == "".join(columns)
    assert block.upright


@pytest.mark.skipif(not ARABIC.exists(), reason="the font is not installed")
async def test_arabic_which_the_reader_cannot_read_has_its_place(reader: ReaderProcess) -> None:
    font, page = ImageFont.truetype(str(ARABIC), 26), Page(700, 200)
    lines = ("يرجى قراءة هذه التعليمات بعناية قبل استخدام", "الجهاز والاحتفاظ بها للرجوع إليها")
    draw = ImageDraw.Draw(page.image)
    boxes = []
    for number, line in enumerate(lines):
        place = (660 - draw.textlength(line, font=font), 30 + 46 * number)
        draw.text(place, line, "black", font)
        boxes.append(draw.textbbox(place, line, font=font))
    [block] = await page.blocks(reader)
    assert block.unsure
    assert block.alignment is Alignment.RIGHT
    ink = (min(box[0] for box in boxes), boxes[0][1], max(box[2] for box in boxes), boxes[1][3])
    assert_covers(block, ink)


async def test_boxes_to_tick_beside_words_are_left_as_they_are(reader: ReaderProcess) -> None:
    page = Page(320, 120)
    draw = ImageDraw.Draw(page.image)
    for y, words in ((20, "Connect automatically"), (66, "Remember this network")):
        draw.rectangle((20, y + 2, 36, y + 18), outline="#333333", width=2)
        page.write(46, y, words)
    blocks = await page.blocks(reader)
    assert [block.text for block in blocks] == list(page.drawn)
    for block in blocks:
        assert block.box[0] > 36
        assert_covers(block, page.drawn[block.text])
