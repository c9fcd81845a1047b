"""Screens with secrets planted in them, whose places are known to the pixel."""

from __future__ import annotations

import functools
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from kireji.core.geometry import Rect
from kireji.core.secrets.kinds import Kind
from tests.support import known_secrets as made

WIDTH, HEIGHT = 900, 500
SIZES = (10, 11, 12, 13, 14, 16, 18, 22)
"""Of text, in pixels."""

_FONTS = Path("/usr/share/fonts")
_MONO = ("DejaVuSansMono.ttf", "LiberationMono-Regular.ttf", "NotoSansMono-Regular.ttf", "NimbusMonoPS-Regular.otf")
_SANS = ("DejaVuSans.ttf", "LiberationSans-Regular.ttf", "NotoSans-Regular.ttf", "NimbusSans-Regular.otf")
_SANS_MORE = ("DejaVuSerif.ttf", "NotoSerif-Regular.ttf", "LiberationSerif-Regular.ttf")

Colour = tuple[int, int, int]

_PALETTES: tuple[tuple[Colour, Colour, Colour], ...] = (
    ((255, 255, 255), (30, 30, 30), (0, 90, 180)),
    ((250, 248, 240), (60, 60, 60), (160, 60, 20)),
    ((20, 20, 24), (220, 220, 220), (120, 200, 120)),
    ((0, 43, 54), (147, 161, 161), (38, 139, 210)),
    ((40, 42, 54), (248, 248, 242), (255, 121, 198)),
    ((0, 0, 0), (0, 200, 0), (200, 200, 0)),
)
"""Background, text, highlighted text."""


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
    """A picture and what is in it."""

    image: Image.Image
    style: str
    dark: bool
    font: str
    size: int
    planted: list[Planted] = field(default_factory=list)

    @property
    def png(self) -> bytes:
        buffer = BytesIO()
        self.image.save(buffer, "PNG", compress_level=1)
        return buffer.getvalue()


@functools.cache
def _found(names: tuple[str, ...]) -> tuple[str, ...]:
    """Those of these fonts that this machine has."""
    known = {path.name: str(path) for path in sorted(_FONTS.rglob("*")) if path.suffix in (".ttf", ".otf")}
    return tuple(known[name] for name in names if name in known)


def _font(rng: random.Random, names: tuple[str, ...], size: int) -> tuple[str, ImageFont.FreeTypeFont]:
    found = _found(names)
    if not found:
        font = ImageFont.load_default(size)
        assert isinstance(font, ImageFont.FreeTypeFont)
        return "Pillow's own", font
    path = rng.choice(found)
    return Path(path).stem, ImageFont.truetype(path, size)


MAKERS: dict[Kind, Callable[[random.Random], str]] = {
    Kind.KEY: lambda rng: rng.choice(list(made.KEYS.values()))(rng),
    Kind.CARD: made.card,
    Kind.IBAN: made.iban,
    Kind.MAIL: made.mail,
    Kind.PHONE: made.phone,
    Kind.PERSON: made.person,
    Kind.PASSWORD: made.password,
}
_LEADS: dict[Kind, tuple[str, ...]] = {
    Kind.KEY: ("export API_KEY=", "token: ", "key ", "", '"secret": "', "Authorization: Bearer ", "# "),
    Kind.CARD: ("Card number: ", "Visa ", "", "Karte: "),
    Kind.IBAN: ("IBAN: ", "Konto ", ""),
    Kind.MAIL: ("From: ", "Mail ", "", "<"),
    Kind.PHONE: ("Tel. ", "Phone: ", ""),
    Kind.PERSON: ("Number: ", "ID ", ""),
    Kind.PASSWORD: ("Password: ", "password=", "DB_PASSWORD="),
}
_PROSE = (
    "The build finished without warnings in 42 seconds",
    "def read_all(self, picture: bytes) -> Reading:",
    "commit 3f786850e387550fdab836ed7e6dc881de23001b",
    "request id 550e8400-e29b-41d4-a716-446655440000",
    "2026-11-29 10:34:04 INFO kireji.services.chat started",
    "Invoice 2026-004711 of 12 March, 1,234.56 EUR",
    "for index, value in enumerate(values[1:], start=2):",
    "Please check the token before the meeting on Friday",
    "-rw-r--r-- 1 user user 18211 Nov 29 10:34 README.md",
    "Das Treffen findet am 29.11.2026 um 14:30 Uhr statt",
    "GET /api/v2/items?page=3&limit=50 HTTP/1.1 200 OK",
    "SELECT id, title FROM conversations ORDER BY changed",
    "Reading package lists... Done. 12 upgraded, 0 removed",
    "https://docs.example.org/guide/installation.html#linux",
    "Total of 18 files, 2,048 lines, version 1.24.3-rc.2",
    "La reunión empieza a las 17:45 en la sala principal",
)


class _Page:
    """Draws lines from top to bottom and notes where secrets are."""

    def __init__(
        self, rng: random.Random, screen: Screen, font: ImageFont.FreeTypeFont, colours: tuple[Colour, ...]
    ) -> None:
        self.rng, self.screen, self.font = rng, screen, font
        self.draw = ImageDraw.Draw(screen.image)
        self.ink, self.bright = colours
        self.step = int(screen.size * rng.choice([1.25, 1.4, 1.6])) + 1
        self.y = rng.randrange(6, 24)
        self.left = 12

    @property
    def room(self) -> bool:
        return self.y + 2 * self.step < HEIGHT

    def line(self, text: str, left: int | None = None, colour: Colour | None = None) -> Rect:
        x = self.left if left is None else left
        self.draw.text((x, self.y), text, font=self.font, fill=colour or self.ink)
        box = self.draw.textbbox((x, self.y), text, font=self.font)
        return Rect(int(box[0]), int(box[1]), int(box[2] - box[0]) + 1, int(box[3] - box[1]) + 1)

    def down(self) -> None:
        self.y += self.step

    def secret(self, kind: Kind, lead: str, value: str, tail: str, left: int | None = None) -> None:
        """A lead, the value, broken where the page ends as a terminal does, and what stands behind it."""
        x = float(self.left if left is None else left)
        boxes: list[Rect] = []
        colour = self.rng.choice([self.ink, self.bright])
        self.draw.text((x, self.y), lead, font=self.font, fill=self.ink)
        x += self.font.getlength(lead)
        rest = value
        while rest:
            fitting = len(rest)
            while fitting and x + self.font.getlength(rest[:fitting]) > WIDTH - 8:
                fitting -= 1
            piece, rest = rest[:fitting], rest[fitting:]
            if piece:
                self.draw.text((x, self.y), piece, font=self.font, fill=colour)
                box = self.draw.textbbox((x, self.y), piece, font=self.font)
                boxes.append(Rect(int(box[0]), int(box[1]), int(box[2] - box[0]) + 1, int(box[3] - box[1]) + 1))
                x += self.font.getlength(piece)
            if rest:
                self.down()
                x = float(self.left)
        if x + self.font.getlength(tail) < WIDTH - 8:
            self.draw.text((x, self.y), tail, font=self.font, fill=self.ink)
        self.screen.planted.append(Planted(kind, value, tuple(boxes), self.screen.size))
        self.down()

    def private_key(self) -> None:
        value = made.private_key(self.rng, self.rng.randrange(4, 9))
        boxes = []
        for line in value.split("\n"):
            if self.y + self.step >= HEIGHT:
                break
            boxes.append(self.line(line))
            self.down()
        self.screen.planted.append(Planted(Kind.PRIVATE_KEY, value, tuple(boxes), self.screen.size))

    def prose(self) -> None:
        self.line(self.rng.choice(_PROSE), colour=self.rng.choice([self.ink, self.ink, self.bright]))
        self.down()


def screen(seed: int) -> Screen:
    """The screen of a number, always the same: 900 x 500, with two to four secrets."""
    rng = random.Random(seed)
    style = ("terminal", "browser", "editor", "form")[seed % 4]
    background, ink, bright = _PALETTES[rng.randrange(len(_PALETTES))]
    size = SIZES[(seed // 4) % len(SIZES)]
    names = _MONO if style in ("terminal", "editor") else (*_SANS, *(_SANS_MORE if style == "browser" else ()))
    name, font = _font(rng, names, size)
    result = Screen(Image.new("RGB", (WIDTH, HEIGHT), background), style, sum(background) < 380, name, size)
    page = _Page(rng, result, font, (ink, bright))
    if style == "editor":
        page.left = 48
    kinds = [*rng.sample(list(MAKERS), 2), rng.choice([Kind.KEY, Kind.CARD])]
    if style in ("terminal", "editor") and rng.random() < 0.4:
        kinds.append(Kind.PRIVATE_KEY)
    rng.shuffle(kinds)
    number = 1
    while page.room:
        before = page.y
        if style == "editor":
            page.line(f"{number:>3}", left=8, colour=bright)
            number += 1
        if style == "browser" and rng.random() < 0.12:
            page.draw.rectangle(
                (0, page.y, WIDTH, page.y + page.step),
                fill=tuple((a + b) // 2 for a, b in zip(background, bright, strict=True)),
            )
            page.down()
            continue
        if kinds and rng.random() < 0.4:
            _plant(page, kinds.pop(), style)
        else:
            page.prose()
        if rng.random() < 0.15 and page.y > before:
            page.y += page.step // 2
    return result


def _plant(page: _Page, kind: Kind, style: str) -> None:
    if kind is Kind.PRIVATE_KEY:
        page.private_key()
        return
    rng = page.rng
    lead = rng.choice(_LEADS[kind])
    value = MAKERS[kind](rng)
    if style == "form":
        page.line(lead.strip(' <"=') or "Value")
        left = page.left + 180
        if kind is Kind.PASSWORD:
            page.secret(kind, "password: ", value, "", left)
        else:
            page.secret(kind, "", value, "", left)
        return
    tail = {'"': '",', "<": ">"}.get(lead[-1:], rng.choice(["", "", "  # here", " ok"]))
    page.secret(kind, lead, value, tail)
