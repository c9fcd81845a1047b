"""Windows whose words become a table and a translation: `python -m tests.support.demo_forms X Y W H NAME`."""

from __future__ import annotations

import asyncio
import difflib
import io
import json
import sys
from functools import cache
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from kireji.core.translation.blocks import blocks_of
from kireji.reader.client import ReaderProcess
from tests.support.plain_window import show

RECEIPT = (
    ("Item", "Qty", "Price", "Amount"),
    ("Earl Grey tea, 250 g", "2", "3.20", "6.40"),
    ("Rye bread", "1", "4.50", "4.50"),
    ("Olive oil, extra virgin", "1", "11.90", "11.90"),
    ("Lemons", "6", "0.45", "2.70"),
    ("Oat milk", "3", "1.95", "5.85"),
    ("Total", "", "", "31.35"),
)
SETTINGS = {
    "ネットワーク設定": ("Network settings", "إعدادات الشبكة"),
    "接続の管理": ("Manage connections", "إدارة الاتصالات"),
    "この端末を無線ネットワークに接続するには、一覧から名前を選び、パスワードを入力してください。": (
        "To connect this device to a wireless network, choose its name from the list and enter the password.",
        "لتوصيل هذا الجهاز بشبكة لاسلكية اختر اسمها من القائمة وأدخل كلمة المرور.",
    ),
    "自動的に接続する": ("Connect automatically", "الاتصال تلقائيًا"),
    "プロキシを使用しない": ("Do not use a proxy", "بدون خادم وكيل"),
    "キャンセル": ("Cancel", "إلغاء"),
    "保存": ("Save", "حفظ"),
}
"""Japanese words, in English and Arabic."""


@cache
def _font(size: int, *, japanese: bool = False, bold: bool = False) -> ImageFont.FreeTypeFont:
    name = "NotoSansCJK" if japanese else "NotoSans"
    weight = "Bold" if bold else "Regular"
    found = sorted(Path("/usr/share/fonts").rglob(f"{name}-{weight}.tt[fc]"))
    font = ImageFont.truetype(found[0], size) if found else ImageFont.load_default(size)
    assert isinstance(font, ImageFont.FreeTypeFont)
    return font


def receipt(width: int, height: int) -> Image.Image:
    """A receipt on paper."""
    image = Image.new("RGB", (width, height), "#fdfcf8")
    draw = ImageDraw.Draw(image)
    draw.text((28, 20), "Green Market", "#1f1d1a", _font(22, bold=True))
    draw.text((28, 54), "Receipt 4411 · 2026-11-29", "#6a645a", _font(14))
    for number, row in enumerate(RECEIPT):
        y = 96 + number * 36
        draw.line((28, y - 6, width - 28, y - 6), "#d8d2c6")
        for place, text in enumerate(row):
            font = _font(16, bold=number in (0, len(RECEIPT) - 1))
            right = (0, 300, 390, width - 28)[place]
            draw.text((right, y), text, "#1f1d1a", font, anchor="ra") if place else draw.text(
                (28, y), text, "#1f1d1a", font
            )
    return image


def settings(width: int, height: int, *, dark: bool = False) -> Image.Image:
    """A page of settings in Japanese."""
    ground, bar, ink, line = ("#1f232a", "#2b313a", "#d7dae0", "#565d68") if dark else (
        "#ffffff", "#eef1f4", "#20242a", "#b6bcc4")  # fmt: skip
    image = Image.new("RGB", (width, height), ground)
    draw = ImageDraw.Draw(image)
    words = list(SETTINGS)
    draw.rectangle((0, 0, width, 40), bar)
    draw.text((20, 9), words[0], ink, _font(16, japanese=True, bold=True))
    draw.text((32, 66), words[1], ink, _font(24, japanese=True, bold=True))
    cut = words[2].rindex("、") + 1
    for number, piece in enumerate((words[2][:cut], words[2][cut:])):
        draw.text((32, 118 + number * 26), piece, ink, _font(16, japanese=True))
    for number, text in enumerate(words[3:5]):
        y = 196 + number * 38
        draw.text((32, y), text, ink, _font(16, japanese=True))
        draw.rounded_rectangle((width - 72, y + 2, width - 32, y + 24), 11, outline=line, width=2)
    for number, text in enumerate(words[5:]):
        left = width - 290 + number * 138
        draw.rounded_rectangle((left, height - 60, left + 120, height - 22), 6, outline=line, width=1)
        font = _font(16, japanese=True)
        draw.text((left + 60, height - 41), text, ink, font, anchor="mm")
    return image


def table_answer() -> str:
    """What a model says of the receipt."""
    kinds = (("text", ""), ("number", ""), ("currency", "EUR"), ("currency", "EUR"))
    columns = [
        {"name": name, "type": kind, "unit": unit, "choices": []}
        for name, (kind, unit) in zip(RECEIPT[0], kinds, strict=True)
    ]
    return json.dumps({"tables": [{"title": "Receipt 4411", "columns": columns, "rows": RECEIPT[1:]}]})


def translation_answer(picture: bytes, *, arabic: bool = False) -> str:
    """What a model says of the settings.

    Args:
        picture: What will be captured: its blocks are numbered as they are read.
        arabic: In Arabic, not in English.
    """
    blocks = asyncio.run(_blocks(picture))
    found = []
    for number, text in blocks:
        close = difflib.get_close_matches(text, SETTINGS, 1, 0.4)
        if close:
            found.append({"id": number, "text": SETTINGS[close[0]][arabic]})
    return json.dumps({"source_language": "Japanese", "blocks": found}, ensure_ascii=False)


async def _blocks(picture: bytes) -> list[tuple[int, str]]:
    reader = ReaderProcess()
    try:
        return [(number, block.text) for number, block in enumerate(blocks_of(await reader.read_all(picture)), 1)]
    finally:
        await reader.aclose()


def png(image: Image.Image) -> bytes:
    """As it would be stored."""
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()


if __name__ == "__main__":
    left, top, wide, high = map(int, sys.argv[1:5])
    drawn = receipt(wide, high) if sys.argv[5] == "receipt" else settings(wide, high, dark=sys.argv[5] == "dark")
    show(left, top, wide, high, drawn.convert("RGBA").tobytes("raw", "BGRA"))
