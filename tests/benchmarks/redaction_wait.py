"""What redaction adds between Enter and the request on the wire, when the picture was read while the person typed.

In one run: the reader's own time for the pictures, by a worker that is loaded; then they are stored, which has them
looked through as in the program; 1.3 times that long somebody types; then the question is asked. The same question is
asked once more as it is, which is the floor.
"""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from tests.benchmarks.counting import text_of
from tests.benchmarks.table import Row, median
from tests.service.answers import Rule, Text
from tests.service.outside import ServiceProcess
from tests.service.server import KEY
from tests.support.planted import screen
from tests.unit.core.test_token_corrections import code, prose

if TYPE_CHECKING:
    from kireji.core.messages import ImagePart
    from kireji.reader.client import ReaderProcess
    from kireji.services.application import Services

_RUNS = 5
_TYPING = 1.3
"""Times the reader's own time."""
_ADDED = 0.3
_LONG = 0.5
"""Seconds that looking through a megabyte of text may take; it is done in a thread."""
_FIRST = 7000


class Took(NamedTuple):
    """One question, in seconds.

    Args:
        reading: The reader's own time.
        hidden: From Enter to the request on the wire.
        bare: The same when nothing is hidden.
    """

    reading: float
    hidden: float
    bare: float

    @property
    def added(self) -> float:
        return self.hidden - self.bare


def measure() -> list[Row]:
    with ServiceProcess(Rule(Text(["Seen."]), times=None)) as service, tempfile.TemporaryDirectory() as home:
        one, three, at_once = asyncio.run(_measure(service, Path(home)))
    return [
        _row("one picture", one),
        _row("three pictures", three),
        Row("Redaction after Enter, asked at once, one picture", "told", _floor(at_once), _seconds(at_once),
            f"{_ratio(at_once):.2f} of reading", True),
        *_long_texts(),
    ]  # fmt: skip


def _row(what: str, took: Sequence[Took]) -> Row:
    added = median([one.added for one in took])
    return Row(
        f"Redaction after Enter, {what}, typing {_TYPING} × reading", f"≤ {_ADDED * 1000:.0f} ms", _floor(took),
        _seconds(took), f"{added / _ADDED:.2f}", added <= _ADDED,
    )  # fmt: skip


def _floor(took: Sequence[Took]) -> str:
    bare, reading = (median([getattr(one, name) for one in took]) for name in ("bare", "reading"))
    return f"nothing hidden: {bare * 1000:.0f} ms; reader alone: {reading * 1000:.0f} ms"


def _seconds(took: Sequence[Took]) -> str:
    return f"{median([one.added for one in took]) * 1000:.0f} ms more"


def _ratio(took: Sequence[Took]) -> float:
    return median([one.added / one.reading for one in took])


async def _measure(service: ServiceProcess, home: Path) -> list[list[Took]]:
    from kireji.bootstrap.services import Overrides, open_services
    from kireji.desktop.keystore import SessionKeyStore
    from kireji.desktop.paths import Paths
    from kireji.reader.client import ReaderProcess
    from kireji.ui.aio import TaskScope
    from kireji.ui.looking_ahead import LookingAhead

    environ = {"KIREJI_HOME": str(home), "ANTHROPIC_BASE_URL": service.base_url, "ANTHROPIC_API_KEY": KEY}
    overrides = Overrides(keychain=SessionKeyStore())
    scope, alone, number = TaskScope("looking", _failed), ReaderProcess(), _FIRST
    async with open_services(Paths.find(environ), environ, overrides=overrides) as services:
        LookingAhead(services.capture, services.outbox.redaction, scope)
        await services.chat.prepare()
        await _asked(services, service, alone, [_FIRST - 1], 0.0)  # loads both workers
        result = []
        for count, typing in ((1, _TYPING), (3, _TYPING), (1, 0.0)):
            took = []
            for _ in range(_RUNS):
                took.append(await _asked(services, service, alone, range(number, number + count), typing))
                number += count
            result.append(took)
        await scope.aclose()
    await alone.aclose()
    return result


async def _asked(
    services: Services, service: ServiceProcess, alone: ReaderProcess, numbers: Sequence[int], typing: float
) -> Took:
    from kireji.imaging.codec import PillowCodec

    pictures = [PillowCodec().encode_file(screen(number).png) for number in numbers]
    begun = time.monotonic()
    for picture in pictures:
        await alone.read_all(picture.data)
    reading = time.monotonic() - begun
    parts = [await services.capture.store(picture) for picture in pictures]
    await asyncio.sleep(typing * reading)
    data = {part.blob: picture.data for part, picture in zip(parts, pictures, strict=True)}
    hidden = await _to_the_wire(services, service, parts, data, hide=True)
    bare = await _to_the_wire(services, service, parts, data, hide=False)
    return Took(reading, hidden, bare)


async def _to_the_wire(
    services: Services, service: ServiceProcess, parts: Sequence[ImagePart], data: dict[str, bytes], *, hide: bool
) -> float:
    from kireji.services.turns import Question

    question = Question("What is this?", tuple(parts), pictures=data, hide=hide)
    begun = time.monotonic()
    await services.chat.ask(question, lambda _event: None)
    states = (await asyncio.to_thread(service.control))["requests"]
    arrived: float = [state for state in states if state["path"] == "/v1/messages"][-1]["arrived"]
    return arrived - begun


def _failed(error: BaseException) -> None:
    raise error


def _long_texts() -> list[Row]:
    from kireji.core.secrets.detection import Detection

    detection, rows = Detection(own=["Nordlicht"]), []
    for name, make in (("prose", prose), ("code", code)):
        text, taken = text_of(make), []
        for _ in range(_RUNS):
            begun = time.perf_counter()
            detection.find(text)
            taken.append(time.perf_counter() - begun)
        found = median(taken)
        rows.append(
            Row(f"Looking through 1 MB of {name}, in a thread", f"≤ {_LONG * 1000:.0f} ms", "none: absolute",
                f"{found * 1000:.0f} ms", f"{found / _LONG:.2f}", found <= _LONG)
        )  # fmt: skip
    return rows
