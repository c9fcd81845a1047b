"""The program's own memory over a hundred pictures that are looked through and asked about; the reader is not in it.

`python -m tests.benchmarks.redaction_memory hide ADDRESS` is one such process, `show` one that hides nothing.
"""

from __future__ import annotations

import asyncio
import gc
import os
import random
import subprocess
import sys
import tempfile

from tests.benchmarks.idle import private_bytes
from tests.benchmarks.table import Row
from tests.service.answers import Rule, Text
from tests.service.outside import ServiceProcess
from tests.service.server import KEY

_PICTURES, _BEFORE = 100, 50
"""The first ones fill what is remembered of pictures, which is bounded."""
_ALLOWED = 4_000_000
"""Bytes that looking through may leave behind more than asking does by itself."""
_MEGABYTE = 1_000_000


def measure() -> list[Row]:
    with ServiceProcess(Rule(Text(["Seen."]), times=None)) as service:
        (first, hidden), (bare_first, bare) = (_process(how, service.base_url) for how in ("hide", "show"))
    grown, floor = hidden - first, bare - bare_first
    return [
        Row(
            f"Own memory over {_PICTURES} pictures looked through", f"≤ {_ALLOWED / _MEGABYTE:.0f} MB over floor",
            f"the same, nothing hidden: {floor / _MEGABYTE:+.1f} MB to {bare / _MEGABYTE:.0f} MB private",
            f"{grown / _MEGABYTE:+.1f} MB to {hidden / _MEGABYTE:.0f} MB private",
            f"{(grown - floor) / _ALLOWED:.2f}", grown - floor <= _ALLOWED,
        )
    ]  # fmt: skip


def _process(how: str, address: str) -> tuple[int, int]:
    """Private memory after the first pictures and after all."""
    command = [sys.executable, "-m", "tests.benchmarks.redaction_memory", how, address]
    told = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
    return int(told[-2]), int(told[-1])


async def _ask(how: str, address: str, home: str) -> None:
    from kireji.bootstrap.services import Overrides, open_services
    from kireji.desktop.keystore import SessionKeyStore
    from kireji.desktop.memory import keep_one_heap
    from kireji.desktop.paths import Paths
    from kireji.imaging.codec import PillowCodec
    from kireji.services.turns import Question

    keep_one_heap()  # as the program does
    environ = {"KIREJI_HOME": home, "ANTHROPIC_BASE_URL": address, "ANTHROPIC_API_KEY": KEY}
    async with open_services(Paths.find(environ), environ, overrides=Overrides(keychain=SessionKeyStore())) as services:
        await services.chat.prepare()
        for number in range(_BEFORE + _PICTURES):
            if number == _BEFORE:
                print(_settled(), flush=True)
            picture = await asyncio.to_thread(PillowCodec().encode_file, _picture(number))
            part = await services.capture.store(picture)
            question = Question("What?", (part,), pictures={part.blob: picture.data}, hide=how == "hide")
            await services.chat.ask(question, lambda _event: None)
        redaction = services.outbox.redaction
        assert redaction is not None
        assert how == "show" or redaction.covers(part.blob)
        print(_settled(), flush=True)


def _settled() -> int:
    from kireji.desktop.memory import give_back

    gc.collect()
    give_back()
    return private_bytes(os.getpid())


def _picture(number: int) -> bytes:
    """900 x 500 pixels with a grain that is not the same twice, and a card: quickly read, as large as a screen."""
    from io import BytesIO

    from PIL import Image, ImageDraw, ImageFont

    chance = random.Random(number)
    image = Image.new("RGB", (900, 500), (250, 250, 250))
    image.paste(Image.frombytes("RGB", (300, 300), chance.randbytes(270_000)), (600, 200))
    pen = ImageDraw.Draw(image)
    pen.text((20, 20), f"Picture {number}: 4111 1111 1111 1111", fill=(0, 0, 0), font=ImageFont.load_default(20))
    buffer = BytesIO()
    image.save(buffer, "PNG", compress_level=1)
    return buffer.getvalue()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="kireji-memory-") as folder:
        asyncio.run(_ask(sys.argv[1], sys.argv[2], folder))
