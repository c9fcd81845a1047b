"""Pages that know where they have drawn what."""

from __future__ import annotations

import random
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from PIL import Image, ImageDraw, ImageFont

from kireji.core.word_boxes import Box

_NOTO = Path("/usr/share/fonts/truetype/noto")
_DEJAVU = Path("/usr/share/fonts/truetype/dejavu")
_URW = Path("/usr/share/fonts/opentype/urw-base35")
_CJK = Path("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc")
FAMILIES = {
    "noto": (_NOTO / "NotoSans-Regular.ttf", _NOTO / "NotoSans-Bold.ttf"),
    "noto mono": (_NOTO / "NotoSansMono-Regular.ttf", _NOTO / "NotoSansMono-Bold.ttf"),
    "noto serif": (_NOTO / "NotoSerif-Regular.ttf", _NOTO / "NotoSerif-Bold.ttf"),
    "dejavu": (_DEJAVU / "DejaVuSans.ttf", _DEJAVU / "DejaVuSans-Bold.ttf"),
    "dejavu mono": (_DEJAVU / "DejaVuSansMono.ttf", _DEJAVU / "DejaVuSansMono-Bold.ttf"),
    "nimbus": (_URW / "NimbusSans-Regular.otf", _URW / "NimbusSans-Bold.otf"),
    "cjk": (_CJK, _CJK.with_name("NotoSansCJK-Bold.ttc")),
}
MONO = ("noto mono", "dejavu mono")
SANS = ("noto", "dejavu", "nimbus", "noto serif")
_LIGHT = (("#ffffff", "#111111"), ("#ffffff", "#333333"), ("#f7f3e8", "#2b2620"), ("#eef2f7", "#1b2733"))
_DARK = (("#101418", "#d0d5da"), ("#1e1e1e", "#e6e6e6"), ("#0d1b2a", "#e0e1dd"))


class Style(NamedTuple):
    """How a page looks.

    Args:
        family: Of its font.
        size: In pixels.
        ground: Behind.
        ink: Of the letters.
        noise: How much the pixels are disturbed.
    """

    family: str
    size: int
    ground: str
    ink: str
    noise: int

    @property
    def line(self) -> int:
        """From line to line."""
        return round(self.size * 1.55)


def any_style(rng: random.Random, families: tuple[str, ...]) -> Style:
    """One of many looks."""
    ground, ink = rng.choice(_DARK if rng.random() < 0.3 else _LIGHT)
    known = [name for name in families if FAMILIES[name][0].exists()]
    return Style(rng.choice(known or ["default"]), rng.randint(11, 24), ground, ink, rng.choice((0, 0, 0, 3, 6)))


@lru_cache(maxsize=100)
def font(family: str, size: int, bold: bool = False) -> ImageFont.FreeTypeFont:
    """A font of this machine."""
    path = FAMILIES[family][bold] if family in FAMILIES else None
    if path is None or not path.exists():
        found = ImageFont.load_default(size)
        assert isinstance(found, ImageFont.FreeTypeFont)
        return found
    return ImageFont.truetype(str(path), size)


def _ink(family: str, size: int, bold: bool, text: str) -> tuple[int, int]:
    """Where the ink of a text begins and ends, from where it is drawn."""
    used = font(family, size, bold)
    width = round(used.getlength(text))
    drawn = Image.new("L", (width + 4 * size, 3 * size))
    ImageDraw.Draw(drawn).text((size, size // 2), text, 255, used)
    found = drawn.point(lambda level: 255 if level > 60 else 0).getbbox()
    return (found[0] - size, found[2] - size) if found else (0, width)


class _Put(NamedTuple):
    x: int
    y: int
    text: str
    bold: bool
    size: int


class Page:
    """Collects texts and lines, and draws them.

    Args:
        style: How it looks.
    """

    def __init__(self, style: Style) -> None:
        self.style = style
        self.drawn: list[tuple[str, Box]] = []
        self._puts: list[_Put] = []
        self._rules: list[tuple[Box, str]] = []

    def width(self, text: str, *, bold: bool = False, size: int = 0) -> int:
        """How wide a text is."""
        return round(font(self.style.family, size or self.style.size, bold).getlength(text))

    def put(self, x: int, y: int, text: str, *, right: bool = False, bold: bool = False, size: int = 0) -> Box:
        """Draw a text with its line's top at `y`; gives the box of its letters, as high as the line's letters."""
        size = size or self.style.size
        used = font(self.style.family, size, bold)
        if right:
            x -= self.width(text, bold=bold, size=size)
        self._puts.append(_Put(x, y, text, bold, size))
        left, end = _ink(self.style.family, size, bold, text)
        _, top, _, bottom = used.getbbox("Hg")
        box = (x + left, round(y + top), x + end, round(y + bottom))
        self.drawn.append((text, box))
        return box

    def rule(self, box: Box, colour: str = "") -> None:
        """Fill a box."""
        self._rules.append((box, colour or self.style.ink))

    def picture(self, rng: random.Random) -> Image.Image:
        """All of it, with a margin."""
        boxes = [box for _, box in self.drawn] + [box for box, _ in self._rules]
        width, height = max(box[2] for box in boxes) + 24, max(box[3] for box in boxes) + 24
        picture = Image.new("RGB", (width, height), self.style.ground)
        draw = ImageDraw.Draw(picture)
        for box, colour in self._rules:
            draw.rectangle((box[0], box[1], box[2] - 1, box[3] - 1), colour)
        for put in self._puts:
            draw.text((put.x, put.y), put.text, self.style.ink, font(self.style.family, put.size, put.bold))
        if self.style.noise:
            spread = self.style.noise
            noise = Image.frombytes("L", (width, height), rng.randbytes(width * height)).convert("RGB")
            picture = Image.blend(picture, noise, spread / 100)
        return picture
