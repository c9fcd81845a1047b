"""Redaction of screens with planted secrets: what of them is gone from the pixels that a service received.

The whole way of a question: stored, read by the reader's process, detected, painted over, encoded, sent over a socket;
the pixels are those in the body that the test service received. `python -m tests.benchmarks.redaction 500` measures so
many screens and writes the whole table beside this module.
"""

from __future__ import annotations

import asyncio
import base64
import sys
import tempfile
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image, ImageChops, ImageDraw

from kireji.core.covering import Cover
from kireji.core.geometry import Rect
from kireji.core.messages import MessageState
from kireji.core.secrets.kinds import Kind
from tests.benchmarks.table import Row, machine
from tests.service.answers import Rule, Text
from tests.service.outside import ServiceThread
from tests.service.server import KEY
from tests.support.planted import HEIGHT, WIDTH, Screen, ordinary, screen
from tests.support.planted.matter import OWN

if TYPE_CHECKING:
    from kireji.services.application import Services

_SCREENS, _ORDINARY = 60, 10
_FIRST = 40_000
"""Number of the first screen. Nothing was fitted to these before they were first measured."""
_MUST = (Kind.KEY, Kind.CARD, Kind.PRIVATE_KEY)
_SIZES = ((10, 11), (12, 13), (14, 16), (17, 20), (21, 27), (28, 44))
_TABLE = Path(__file__).with_suffix(".md")


@dataclass
class Tally:
    """What came out, by words for what is counted.

    Args:
        hits: Planted secrets whose every pixel is solid.
        planted: All of them.
        right: Boxes that cover something of a secret.
        boxes: All boxes.
        painted: Pixels of all boxes.
        near: Those of them that are within a letter of a secret.
        quiet: For each screen without secrets, its boxes.
        quiet_painted: Pixels of those.
        missed: What of the kinds that matter most was not hidden.
        fonts: In which text was shown.
    """

    hits: Counter[str] = field(default_factory=Counter)
    planted: Counter[str] = field(default_factory=Counter)
    right: Counter[str] = field(default_factory=Counter)
    boxes: Counter[str] = field(default_factory=Counter)
    painted: int = 0
    near: int = 0
    quiet: list[int] = field(default_factory=list)
    quiet_painted: int = 0
    missed: list[str] = field(default_factory=list)
    fonts: set[str] = field(default_factory=set)

    def recall(self, word: str) -> str:
        return f"{self.hits[word] / self.planted[word]:.3f}" if self.planted[word] else "–"

    def precision(self, word: str) -> str:
        return f"{self.right[word] / self.boxes[word]:.3f}" if self.boxes[word] else "–"

    def count(self, number: int, shown: Screen, boxes: Sequence[Cover], pixels: Image.Image) -> None:
        """Take a screen in.

        Args:
            number: Its own.
            shown: What was planted.
            boxes: What was painted over.
            pixels: As the service received them.
        """
        self.fonts.add(shown.font)
        of_screen = (shown.style, "dark" if shown.dark else "light", *_look(shown))
        for secret in shown.planted:
            words = (secret.kind.value, _size(secret.size), f"{secret.kind.value} {_size(secret.size)}", *of_screen)
            if secret.kind in _MUST:
                words = (*words, *(f"must {word}" for word in (*of_screen, _size(secret.size), "all")))
            self.planted.update((*words, "all"))
            if is_solid(pixels, secret.boxes):
                self.hits.update((*words, "all"))
            elif secret.kind in _MUST:
                self.missed.append(f"{number}: {secret.kind.value}, {shown.style}, {shown.font} {secret.size} px")
        for box in boxes:
            words = (box.kind.value, _size(shown.size), *of_screen, "all")
            self.boxes.update(words)
            if any(not box.rect.intersection(ink).empty for secret in shown.planted for ink in secret.boxes):
                self.right.update(words)
        over = _mask(box.rect for box in boxes)
        near = _mask(_grown(ink, secret.size) for secret in shown.planted for ink in secret.boxes)
        self.painted += _area(over)
        self.near += _area(ImageChops.multiply(over, near))


async def examine(first: int, count: int, quiet: int) -> Tally:
    """Ask about screens one after the other.

    Args:
        first: Number of the first.
        count: How many have secrets.
        quiet: How many more have none.
    """
    result = Tally()
    async with asking() as (services, service):
        for number in range(first, first + count):
            shown = screen(number)
            boxes, pixels = await _sent(services, service, shown)
            result.count(number, shown, boxes, pixels)
            if (number - first) % 25 == 24:
                print(f"{number - first + 1} screens, not hidden: {result.missed}", file=sys.stderr, flush=True)
        for number in range(first, first + quiet):
            boxes, _ = await _sent(services, service, ordinary(number))
            result.quiet.append(len(boxes))
            result.quiet_painted += _area(_mask(box.rect for box in boxes))
    return result


@asynccontextmanager
async def asking() -> AsyncIterator[tuple[Services, ServiceThread]]:
    """The program's services, and the service that they ask."""
    from kireji.bootstrap.services import Overrides, open_services
    from kireji.desktop.keystore import SessionKeyStore
    from kireji.desktop.paths import Paths

    with (
        ServiceThread(Rule(Text(["Seen."]), times=None)) as service,
        tempfile.TemporaryDirectory(prefix="kireji-redaction-") as home,
    ):
        _settle(Path(home))
        environ = {"KIREJI_HOME": home, "ANTHROPIC_BASE_URL": service.base_url, "ANTHROPIC_API_KEY": KEY}
        overrides = Overrides(keychain=SessionKeyStore())
        async with open_services(Paths.find(environ), environ, overrides=overrides) as services:
            yield services, service


def _settle(home: Path) -> None:
    """The person's own words; pictures are not read once more for the search, between the questions."""
    words = ", ".join(f'"{word}"' for word in OWN)
    (home / "settings.toml").write_text(f"[privacy]\nwords = [{words}]\n[history]\nread_pictures = false\n")


async def _sent(services: Services, service: ServiceThread, shown: Screen) -> tuple[Sequence[Cover], Image.Image]:
    """What was painted over, and the pixels that arrived."""
    from kireji.imaging.codec import PillowCodec
    from kireji.services.turns import Question

    picture = PillowCodec().encode_file(shown.png)
    part = await services.capture.store(picture)
    question = Question("What is this?", (part,), pictures={part.blob: picture.data})
    stored = await services.chat.ask(question, lambda _event: None)
    if stored.state is not MessageState.COMPLETE:
        raise RuntimeError(stored.error)
    redaction = services.outbox.redaction
    assert redaction is not None
    with Image.open(BytesIO(_picture_in(service.requests[-1].body))) as opened:
        return redaction.covers(part.blob) or (), opened.convert("RGB")


def _picture_in(body: dict[str, object]) -> bytes:
    """The one picture of a request."""
    (data,) = (
        block["source"]["data"]
        for message in body["messages"]  # type: ignore[attr-defined]
        for block in message["content"]
        if block["type"] == "image"
    )
    return base64.b64decode(data)


def is_solid(pixels: Image.Image, boxes: Iterable[Rect]) -> bool:
    """Every pixel of every box has one colour."""
    extrema = [pixels.crop((box.x, box.y, box.right, box.bottom)).getextrema() for box in boxes]
    return all(low == high for colours in extrema for low, high in colours)  # type: ignore[misc]


def _size(pixels: int) -> str:
    first, last = next((both for both in _SIZES if pixels <= both[1]), _SIZES[-1])
    return f"{first}–{last} px"


def _look(shown: Screen) -> tuple[str, ...]:
    scale, *more = shown.look.split()
    return (f"scale {scale}", *(more or ("grey edges",)))


def _grown(box: Rect, size: int) -> Rect:
    return Rect(box.x - size, box.y - size // 2, box.width + 2 * size, box.height + size)


def _mask(rects: Iterable[Rect]) -> Image.Image:
    mask = Image.new("L", (WIDTH, HEIGHT), 0)
    pen = ImageDraw.Draw(mask)
    for rect in rects:
        if not rect.empty:
            pen.rectangle((rect.x, rect.y, rect.right - 1, rect.bottom - 1), fill=255)
    return mask


def _area(mask: Image.Image) -> int:
    return mask.histogram()[255]


def measure() -> Iterator[Row]:
    found = asyncio.run(examine(_FIRST, _SCREENS, _ORDINARY))
    of = ", ".join(
        f"{kind.value.replace('_', ' ')}s {found.hits[kind.value]} of {found.planted[kind.value]}" for kind in _MUST
    )
    others, planted = (count["all"] - count["must all"] for count in (found.hits, found.planted))
    whole = found.hits["must all"] == found.planted["must all"]
    yield Row(
        f"Keys, cards, private keys painted over, {_SCREENS} screens", "every box solid in the sent pixels",
        "generator's own boxes", f"{of}; all other kinds {others} of {planted}",
        f"{found.recall('must all')} recall", whole,
    )  # fmt: skip
    yield Row(
        "Boxes that cover a planted secret", "told", "generator's own boxes",
        f"{found.right['all']} of {found.boxes['all']}; {found.near / found.painted:.0%} of what is painted",
        f"{found.precision('all')} precision", True,
    )  # fmt: skip
    yield Row(
        "Boxes on screens without secrets", "told", "none: absolute",
        f"{sum(found.quiet)} on {len(found.quiet)} screens, {_quiet_share(found):.2%} of their pixels",
        f"{sum(found.quiet) / len(found.quiet):.2f} each", True,
    )  # fmt: skip


def _quiet_share(found: Tally) -> float:
    return found.quiet_painted / (WIDTH * HEIGHT * max(1, len(found.quiet)))


def table(found: Tally, count: int) -> str:
    """All that was counted, as Markdown."""
    sizes = [_size(last) for _, last in _SIZES]
    lines = [
        f"# Redaction of {count} generated screens",
        f"\nWritten by `python -m tests.benchmarks.redaction {count}`: screens {_FIRST} to {_FIRST + count - 1} of the"
        " generator (`tests/support/planted`), 900 x 500 pixels each, asked about through the whole program; counted"
        " in the pixels that the test service received. A secret counts as hidden when every pixel of every line of it"
        " is solid. Boxes are those that were painted; they are right when they cover something of a secret.",
        f"\nMeasured on: {machine()}. Fonts: {', '.join(sorted(found.fonts))}.",
        "\n## By kind",
        "\n| Kind | Planted | Solid | Recall | Boxes | Right | Precision |",
        "| --- | --- | --- | --- | --- | --- | --- |",
        *(_line(found, kind.value.replace("_", " "), kind.value) for kind in Kind),
        _line(found, "all", "all"),
        "\n## Recall by kind and size of the text",
        f"\n| Kind | {' | '.join(sizes)} |\n| --- | {' | '.join('---' for _ in sizes)} |",
        *(_sizes_of(found, kind, sizes) for kind in Kind),
        "\n## By size, program and look",
        "\nKeys, cards and private keys alone in the last two columns.",
        "\n| What | Planted | Solid | Recall | Boxes | Right | Precision | Keys, cards | Recall |",
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- |",
        *(_both(found, word) for word in (*sizes, *_others(found, sizes))),
        f"\nOf {found.painted:,} painted pixels {found.near / found.painted:.1%} are within a letter of a secret.",
        f"{len(found.quiet)} screens without secrets: {sum(found.quiet)} boxes, {_quiet_share(found):.3%} of pixels.",
        f"\n## What stayed visible of keys, cards and private keys: {len(found.missed)}\n",
        *(f"- {one}" for one in found.missed),
    ]
    return "\n".join(lines).rstrip() + "\n"


def _line(found: Tally, name: str, word: str) -> str:
    planted = f"{found.planted[word]} | {found.hits[word]} | {found.recall(word)}"
    return f"| {name} | {planted} | {found.boxes[word]} | {found.right[word]} | {found.precision(word)} |"


def _both(found: Tally, word: str) -> str:
    return f"{_line(found, word, word)} {found.planted[f'must {word}']} | {found.recall(f'must {word}')} |"


def _sizes_of(found: Tally, kind: Kind, sizes: Sequence[str]) -> str:
    words = [f"{kind.value} {size}" for size in sizes]
    cells = (f"{found.recall(word)} of {found.planted[word]}" if found.planted[word] else "–" for word in words)
    return f"| {kind.value.replace('_', ' ')} | {' | '.join(cells)} |"


def _others(found: Tally, sizes: Sequence[str]) -> list[str]:
    """Programs and looks, as they were counted."""
    kinds = {kind.value for kind in Kind}
    own = {word for word in found.boxes if word not in kinds and word not in sizes and word != "all"}
    return sorted(own)


def main() -> int:
    """Measure as many screens as are asked for, and write the table."""
    count = int(sys.argv[1]) if sys.argv[1:] else _SCREENS
    written = table(asyncio.run(examine(_FIRST, count, count // 5)), count)
    print(written)
    if count > _SCREENS:
        _TABLE.write_text(written)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
