"""Text as screens show it: fonts of this machine, grey or sub-pixel edges, and where its ink is to the pixel."""

from __future__ import annotations

import functools
import math
import os
import random
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from kireji.core.geometry import Rect

Colour = tuple[int, int, int]

FOLDERS = "KIREJI_TEST_FONTS"
"""Variable of the environment: more folders with fonts, separated as in PATH."""
MONO = (
    *("DejaVuSansMono.ttf", "DejaVuSansMono-Bold.ttf", "LiberationMono-Regular.ttf", "LiberationMono-Bold.ttf"),
    *("NotoSansMono-Regular.ttf", "NotoSansMono-Medium.ttf", "NimbusMonoPS-Regular.otf", "NimbusMonoPS-Bold.otf"),
    *("JetBrainsMono-Regular.ttf", "FiraCode-Regular.ttf", "Hack-Regular.ttf", "Inconsolata.otf", "FreeMono.ttf"),
    *("UbuntuMono-R.ttf", "CascadiaCode.ttf", "JetBrainsMono-Light.ttf", "FiraCode-Bold.ttf"),
)
SANS = (
    *("DejaVuSans.ttf", "DejaVuSansCondensed.ttf", "LiberationSans-Regular.ttf", "LiberationSans-Bold.ttf"),
    *("LiberationSansNarrow-Regular.ttf", "NotoSans-Regular.ttf", "NotoSans-Bold.ttf", "NotoSansDisplay-Regular.ttf"),
    *("NimbusSans-Regular.otf", "URWGothic-Book.otf", "DejaVuSans-Bold.ttf", "NotoSansCJK-Regular.ttc"),
    *("Roboto-Regular.ttf", "OpenSans-Regular.ttf", "Inter-Regular.otf", "FreeSans.ttf", "RobotoCondensed-Regular.ttf"),
    *("Ubuntu-R.ttf", "Inter-Medium.otf", "Roboto-Light.ttf"),
)
SERIF = (
    *("DejaVuSerif.ttf", "NotoSerif-Regular.ttf", "LiberationSerif-Regular.ttf", "NimbusRoman-Regular.otf"),
    *("C059-Roman.otf", "P052-Roman.otf", "FreeSerif.ttf"),
)

_FILTER = ImageFilter.Kernel((5, 5), [0] * 10 + [1, 2, 3, 2, 1] + [0] * 10, 9)  # as text on liquid crystals is smoothed


@functools.cache
def _known() -> dict[str, str]:
    folders = ["/usr/share/fonts", *filter(None, os.environ.get(FOLDERS, "").split(os.pathsep))]
    paths = [path for folder in folders for path in sorted(Path(folder).rglob("*"))]
    return {path.name: str(path) for path in paths if path.suffix in (".ttf", ".otf", ".ttc")}


@functools.lru_cache(64)
def _truetype(path: str, size: int) -> ImageFont.FreeTypeFont:
    if path:
        return ImageFont.truetype(path, size)
    font = ImageFont.load_default(size)
    assert isinstance(font, ImageFont.FreeTypeFont)
    return font


class Lettering:
    """A font in a size, and how its edges are smoothed.

    Args:
        path: The font's file; empty for Pillow's own.
        size: In pixels.
        fine: Whether edges are smoothed by the coloured thirds of a pixel.
    """

    def __init__(self, path: str, size: int, *, fine: bool) -> None:
        self.path, self.size, self.fine = path, size, fine
        self._font = _truetype(path, size)
        self._wide = _truetype(path, size * 3) if fine else self._font

    @classmethod
    def chosen(cls, rng: random.Random, names: tuple[str, ...], size: int, *, fine: bool) -> Lettering:
        """One of these fonts, of those that this machine has."""
        found = [path for name in names if (path := _known().get(name))]
        return cls(rng.choice(found) if found else "", size, fine=fine)

    @property
    def name(self) -> str:
        return Path(self.path).stem or "Pillow's own"

    def sized(self, size: int) -> Lettering:
        """The same font in another size."""
        return Lettering(self.path, size, fine=self.fine)

    def width(self, text: str) -> float:
        return self._wide.getlength(text) / 3 if self.fine else self._font.getlength(text)

    def draw(self, image: Image.Image, x: float, y: float, text: str, colour: Colour) -> Rect:
        """Draw text with its top at y.

        Returns:
            The box around every pixel that it touched.
        """
        masks, left, top = self._masks(text, x)
        box = masks[0].getbbox()
        for mask in masks[1:]:
            box = _around(box, mask.getbbox())
        if box is None:
            return Rect(int(x), int(y), 0, 0)
        place = (int(x) + left, int(y) + top)
        bands = image.crop((*place, place[0] + masks[0].width, place[1] + masks[0].height)).split()
        drawn = [
            Image.composite(Image.new("L", band.size, colour[channel]), band, masks[channel % len(masks)])
            for channel, band in enumerate(bands)
        ]
        image.paste(Image.merge("RGB", drawn), place)
        touched = Rect(place[0] + box[0], place[1] + box[1], box[2] - box[0], box[3] - box[1])
        return touched.intersection(Rect(0, 0, image.width, image.height))

    def _masks(self, text: str, x: float) -> tuple[list[Image.Image], int, int]:
        """Coverage by ink, one picture or one for each colour, and where it is from the text's place."""
        edge, high = self.size, self.size * 3
        wide = math.ceil(self.width(text)) + 2 * edge + 1
        if not self.fine:
            mask = Image.new("L", (wide, high), 0)
            ImageDraw.Draw(mask).text((edge, edge), text, font=self._font, fill=255)
            return [mask], -edge, -edge
        large = Image.new("L", (wide * 3, high * 3), 0)
        ImageDraw.Draw(large).text(((edge + x % 1) * 3, edge * 3), text, font=self._wide, fill=255)
        thirds = np.asarray(large.resize((wide * 3, high), Image.Resampling.BOX).filter(_FILTER))
        return [Image.fromarray(np.ascontiguousarray(thirds[:, part::3])) for part in range(3)], -edge, -edge


def _around(
    one: tuple[int, int, int, int] | None, other: tuple[int, int, int, int] | None
) -> tuple[int, int, int, int] | None:
    if one is None or other is None:
        return one or other
    return min(one[0], other[0]), min(one[1], other[1]), max(one[2], other[2]), max(one[3], other[3])
