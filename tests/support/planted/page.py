"""A page of a screen: what is drawn on it, and where its secrets are."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from io import BytesIO

from PIL import Image, ImageDraw

from kireji.core.geometry import Rect
from kireji.core.secrets.kinds import Kind
from tests.support.planted.lettering import Colour, Lettering

WIDTH, HEIGHT = 900, 500
_LEAST_SHOWN = 16
"""Characters of a secret that was cut off; of fewer nobody can tell what they are."""


@dataclass(frozen=True)
class Planted:
    """One secret.

    Args:
        kind: What it is.
        value: As it was drawn.
        boxes: Its ink, one box for each line.
        size: Of its text in pixels.
    """

    kind: Kind
    value: str
    boxes: tuple[Rect, ...]
    size: int


@dataclass
class Screen:
    """A picture and what is in it.

    Args:
        image: The picture.
        style: What kind of program it shows.
        dark: Whether it is light text on dark ground.
        font: Of most of its text.
        size: Of most of its text, in pixels.
        look: How it was rendered.
        planted: What is in it.
    """

    image: Image.Image
    style: str
    dark: bool
    font: str
    size: int
    look: str = ""
    planted: list[Planted] = field(default_factory=list)

    @property
    def png(self) -> bytes:
        buffer = BytesIO()
        self.image.save(buffer, "PNG", compress_level=1)
        return buffer.getvalue()


@dataclass(frozen=True)
class Palette:
    """Colours of a program: ground, text, two more for text, two more for grounds, the last that of a selection."""

    ground: Colour
    ink: Colour
    bright: Colour
    quiet: Colour
    panel: Colour
    chosen: Colour

    @property
    def dark(self) -> bool:
        return sum(self.ground) < 380


PALETTES = (
    Palette((255, 255, 255), (30, 30, 30), (0, 90, 180), (110, 110, 110), (240, 240, 242), (180, 215, 255)),
    Palette((250, 248, 240), (60, 60, 60), (160, 60, 20), (130, 125, 115), (238, 233, 220), (250, 225, 150)),
    Palette((246, 248, 250), (36, 41, 47), (9, 105, 218), (87, 96, 106), (255, 255, 255), (221, 244, 255)),
    Palette((20, 20, 24), (220, 220, 220), (120, 200, 120), (140, 140, 150), (38, 38, 44), (38, 79, 120)),
    Palette((0, 43, 54), (147, 161, 161), (38, 139, 210), (88, 110, 117), (7, 54, 66), (30, 80, 100)),
    Palette((40, 42, 54), (248, 248, 242), (255, 121, 198), (98, 114, 164), (52, 55, 70), (68, 71, 90)),
    Palette((0, 0, 0), (0, 200, 0), (200, 200, 0), (0, 130, 0), (20, 20, 20), (0, 70, 0)),
    Palette((48, 10, 36), (238, 238, 236), (138, 226, 52), (173, 127, 168), (70, 30, 58), (120, 60, 100)),
    Palette((30, 30, 30), (212, 212, 212), (206, 145, 120), (106, 153, 85), (45, 45, 45), (38, 79, 120)),
    Palette((253, 246, 227), (101, 123, 131), (203, 75, 22), (147, 161, 161), (238, 232, 213), (220, 214, 190)),
)


class Page:
    """Draws lines from top to bottom and notes where secrets are.

    Args:
        rng: Chance.
        screen: What is drawn on.
        letters: Its usual text.
        palette: Its colours.
        unit: Pixels of the picture that the program takes for one.
    """

    def __init__(self, rng: random.Random, screen: Screen, letters: Lettering, palette: Palette, unit: float) -> None:
        self.rng, self.screen, self.letters, self.palette, self.unit = rng, screen, letters, palette, unit
        self.pen = ImageDraw.Draw(screen.image)
        self.step = int(letters.size * rng.choice([1.2, 1.3, 1.4, 1.5, 1.7])) + 1
        self.left, self.right = self.scaled(10), WIDTH - self.scaled(8)
        self.top, self.bottom = rng.randrange(4, 22), HEIGHT
        self.y = self.top

    def scaled(self, pixels: float) -> int:
        return round(pixels * self.unit)

    def room(self, lines: int = 1) -> bool:
        return self.y + lines * self.step <= self.bottom

    def down(self, lines: float = 1.0) -> None:
        self.y += round(self.step * lines)

    def write(
        self, text: str, x: float, colour: Colour | None = None, letters: Lettering | None = None
    ) -> tuple[Rect, float]:
        """Draw text in the current line.

        Returns:
            Its ink, and where it ends.
        """
        letters = letters or self.letters
        ink = letters.draw(self.screen.image, x, self.y, text, colour or self.palette.ink)
        return ink, x + letters.width(text)

    def fitting(self, text: str, x: float, letters: Lettering | None = None) -> int:
        """How many characters of a text have room before the right end."""
        letters, count = letters or self.letters, 0
        while count < len(text) and x + letters.width(text[: count + 1]) <= self.right:
            count += 1
        return count

    def words(self, text: str, x: float | None = None, colour: Colour | None = None) -> None:
        """Running text, broken between words."""
        at = x = float(self.left if x is None else x)
        for word in text.split():
            if at > x and at + self.letters.width(word) > self.right:
                self.down()
                at = x
            at = self.write(word + " ", at, colour)[1]
        self.down()

    def secret(
        self,
        kind: Kind,
        value: str,
        x: float,
        *,
        back: float | None = None,
        colour: Colour | None = None,
        letters: Lettering | None = None,
        chosen: bool = False,
        cut: bool = False,
    ) -> float:
        """A secret in the current line; what has no room goes on in the next, or is cut off.

        Args:
            kind: What it is.
            value: The same.
            x: Where it begins.
            back: Where further lines begin; the left end of the page if not given.
            colour: Of its text.
            letters: Its text.
            chosen: Whether it is shown as selected.
            cut: Whether what has no room is not shown.

        Returns:
            Where it ends.
        """
        letters = letters or self.letters
        back = self.left if back is None else back
        boxes: list[Rect] = []
        shown, rest = "", value
        while rest:
            count = self.fitting(rest, x, letters)
            if not count and x <= back:
                break  # a page too narrow for a letter
            piece, rest = rest[:count], rest[count:]
            if piece:
                if chosen:
                    ground = (int(x) - 1, self.y - 1, int(x + letters.width(piece)), self.y + self.step - 2)
                    self.pen.rectangle(ground, fill=self.palette.chosen)
                ink, x = self.write(piece, x, colour, letters)
                boxes.append(ink)
                shown += piece
            if cut or (rest and not self.room(2)):
                break
            if rest:
                self.down()
                x = back
        if shown == value or len(shown) >= _LEAST_SHOWN:
            self.note(kind, shown, boxes, letters.size)
        return x

    def note(self, kind: Kind, value: str, boxes: list[Rect], size: int) -> None:
        """Remember that something is there."""
        inked = tuple(box for box in boxes if not box.empty)
        if inked:
            self.screen.planted.append(Planted(kind, value, inked, size))
