"""Screens with planted secrets through the real reader to a real service: what it received is solid where they were."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any, NamedTuple

from PIL import Image

from kireji.core.geometry import Rect
from kireji.core.ports import EncodedPicture, Reader
from kireji.core.reading import Reading
from kireji.core.secrets.kinds import Kind
from kireji.core.tool_ports import CallContext
from kireji.core.tools import Arguments, PictureOutput, TextOutput, ToolOutput
from kireji.reader.client import ReaderProcess
from tests.fakes.reader import FakeReader
from tests.integration.redaction.scene import scene_of, will_call, will_say
from tests.integration.tools.test_loop import SERVICES, model_of
from tests.support.planted import HEIGHT, WIDTH, screen

MUST = (Kind.KEY, Kind.CARD, Kind.PRIVATE_KEY)


def pictures(value: Any) -> Iterator[bytes]:
    """Every picture in a body, however a service wants it written."""
    if isinstance(value, dict):
        if value.get("type") == "base64":
            yield base64.b64decode(value["data"])
        for inner in value.values():
            yield from pictures(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from pictures(inner)
    elif isinstance(value, str) and value.startswith("data:image/"):
        yield base64.b64decode(value.partition("base64,")[2])


class Shown(NamedTuple):
    """A picture and where its keys, cards and private keys are."""

    part: EncodedPicture
    boxes: tuple[Rect, ...]


def shown(number: int) -> Shown:
    whole = screen(number)
    boxes = tuple(box for secret in whole.planted if secret.kind in MUST for box in secret.boxes)
    return Shown(EncodedPicture(whole.png, "image/png", WIDTH, HEIGHT), boxes)


def strip(number: int) -> Shown:
    """A piece of a screen around its first secret; it is read sooner."""
    whole, found = screen(number), shown(number)
    top, bottom = max(0, found.boxes[0].y - 30), min(HEIGHT, found.boxes[0].bottom + 30)
    buffer = BytesIO()
    whole.image.crop((0, top, WIDTH, bottom)).save(buffer, "PNG")
    inside = [Rect(box.x, box.y - top, box.width, box.height) for box in found.boxes if box.bottom < bottom]
    return Shown(EncodedPicture(buffer.getvalue(), "image/png", WIDTH, bottom - top), tuple(inside))


def assert_solid(data: bytes, picture: Shown) -> None:
    """Every box has one colour."""
    with Image.open(BytesIO(data)) as opened:
        pixels = opened.convert("RGB")
    assert pixels.size == (picture.part.width, picture.part.height)
    assert picture.boxes
    for ink in picture.boxes:
        assert pixels.crop((ink.x, ink.y, ink.right, ink.bottom)).getextrema() == ((0, 0),) * 3, ink


async def sent_by(name: str, reader: Reader, home: Path, asked_with: Shown, brought: Shown) -> list[list[bytes]]:
    """The pictures in each request to a service: a question, the result of a tool, a second question."""
    async with model_of(name) as model, scene_of(model, home, reader) as scene:

        async def show(_: Arguments, __: CallContext) -> ToolOutput:
            return ToolOutput((TextOutput("A picture:"), PictureOutput(brought.part.data)))

        scene.tools.behaviours["find"] = show
        will_call(model.service, "{}", [])
        will_say(model.service, "Two screens.")
        image = await scene.services.capture.store(asked_with.part)
        _, conversation = await scene.ask(replace(model.question, text="What is it?", images=(image,)))
        will_say(model.service, "Still two.")
        await scene.ask(replace(model.question, text="And?", conversation=conversation))
        digests = await scene.digests(conversation)
    bodies = [one.raw for one in model.service.requests if one.method == "POST" and b'"messages"' in one.raw]
    assert digests == [hashlib.sha256(body).hexdigest() for body in bodies]
    return [list(pictures(json.loads(body))) for body in bodies]


class Shared(FakeReader):
    """Reads each picture once with the real reader, for the programs of several services.

    Args:
        real: Reads.
    """

    def __init__(self, real: ReaderProcess) -> None:
        super().__init__()
        self._real = real
        self._known: dict[bytes, Reading] = {}

    async def read_all(self, picture: bytes) -> Reading:
        if picture not in self._known:
            self._known[picture] = await self._real.read_all(picture)
        return self._known[picture]


async def test_pictures_of_questions_and_tools_are_solid_in_every_request(tmp_path: Path) -> None:
    asked_with, brought = shown(4), strip(13)
    real = ReaderProcess()
    reader = Shared(real)
    for name in SERVICES:
        home = tmp_path / name
        home.mkdir()
        sent = await sent_by(name, reader, home, asked_with, brought)
        assert [len(each) for each in sent] == [1, 2, 2], name
        assert sent[1] == sent[2], name
        assert sent[1][:1] == sent[0], name
        assert_solid(sent[1][0], asked_with)
        assert_solid(sent[1][1], brought)
    await real.aclose()
