"""From Enter to the request on the wire, and from the first byte of the answer to the first glyph on the screen.

Ours goes the whole way: question saved, ledger written, request encoded, stream decoded, answer view painted. The floor
is bare httpx with the same body, and httpx-sse with `insertText` into a text view. Both on Qt's loop, in turn.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.benchmarks.table import Row, median, percentile
from tests.service.answers import Delivery, Rule, Text
from tests.service.outside import ServiceProcess
from tests.service.server import KEY
from tests.support.desktop import x_server

_RUNS = 150
_PICTURE_BYTES = 300_000


def measure() -> list[Row]:
    with x_server(1280, 800) as display, tempfile.TemporaryDirectory() as home:
        os.environ["DISPLAY"] = display
        os.environ["QT_QPA_PLATFORM"] = "xcb"
        answer = Text(["The ", "first words ", "of an answer."], delivery=Delivery(header_delay=0.02, delay=0.01))
        with ServiceProcess(Rule(answer, times=None)) as service:
            return _in_qt(service, Path(home))


def _in_qt(service: ServiceProcess, home: Path) -> list[Row]:
    from kireji.ui import aio
    from kireji.ui.qt_application import create

    rows: list[Row] = []

    async def main(_stop: asyncio.Event) -> int:
        rows.extend(await _measure(service, home))
        return 0

    aio.run(main, create(["benchmark"]))
    return rows


async def _measure(service: ServiceProcess, home: Path) -> list[Row]:
    import httpx
    from PySide6.QtWidgets import QApplication

    from kireji.bootstrap.services import Overrides, open_services
    from kireji.core.events import PartDelta
    from kireji.core.ports import EncodedPicture
    from kireji.desktop.keystore import SessionKeyStore
    from kireji.desktop.paths import Paths
    from kireji.services.turns import Question
    from kireji.ui.theme import Theme

    app = QApplication.instance()
    assert isinstance(app, QApplication)
    environ = {"KIREJI_HOME": str(home), "ANTHROPIC_BASE_URL": service.base_url, "ANTHROPIC_API_KEY": KEY}
    paths = Paths.find(environ)
    our_wire: list[float] = []
    our_glyph: list[float] = []
    bare_wire: list[float] = []
    bare_glyph: list[float] = []
    async with (
        open_services(paths, environ, overrides=Overrides(keychain=SessionKeyStore())) as services,
        httpx.AsyncClient(trust_env=False, timeout=30) as client,
    ):
        data = _noise_png(_PICTURE_BYTES)
        image = await services.capture.store(EncodedPicture(data, "image/png", 320, 300))
        await services.chat.prepare()
        view = _timed_answer_view(Theme(app))
        plain = _timed_text_view()

        async def ours() -> tuple[float, float]:
            view.begin()

            def observe(event: object) -> None:
                if isinstance(event, PartDelta):
                    view.append_delta(event.text)

            begin = time.monotonic()
            question = Question("What is this?", (image,), pictures={image.blob: data})
            await services.chat.ask(question, observe)
            return begin, view.painted

        body = b""

        async def bare() -> tuple[float, float]:
            plain.begin()
            begin = time.monotonic()
            await _bare_stream(client, service.base_url, body, plain.insert)
            return begin, plain.painted

        for number in range(_RUNS + 3):
            begin, painted = await ours()
            state = await _last_state(service)
            if number >= 3:
                our_wire.append((state["arrived"] - begin) * 1000)
                our_glyph.append((painted - state["first_delta"]) * 1000)
            if not body:
                body = json.dumps(service.requests[-1]["body"], separators=(",", ":")).encode()
            begin, painted = await bare()
            state = await _last_state(service)
            if number >= 3:
                bare_wire.append((state["arrived"] - begin) * 1000)
                bare_glyph.append((painted - state["first_delta"]) * 1000)
        view.close()
        plain.close()
    return _rows(our_wire, bare_wire, our_glyph, bare_glyph)


def _rows(our_wire: list[float], bare_wire: list[float], our_glyph: list[float], bare_glyph: list[float]) -> list[Row]:
    more = median(our_wire) - median(bare_wire)
    tail = percentile(our_wire, 0.9) - percentile(bare_wire, 0.9)
    glyph, late, late_floor = median(our_glyph), percentile(our_glyph, 0.99), percentile(bare_glyph, 0.99)
    wire_peer = f"bare httpx, same body: {median(bare_wire):.1f} ms, 90th {percentile(bare_wire, 0.9):.1f} ms"
    glyph_peer = f"httpx-sse + insertText: {median(bare_glyph):.1f} ms, 99th {late_floor:.1f} ms"
    return [
        Row("Enter to request on the wire, median", "≤ 6 ms over floor", wire_peer, f"{median(our_wire):.1f} ms",
            f"+{more:.1f} ms", more <= 6),
        Row("Enter to request on the wire, 90th", "≤ 12 ms over floor", wire_peer,
            f"{percentile(our_wire, 0.9):.1f} ms", f"+{tail:.1f} ms", tail <= 12),
        Row("First byte to first glyph, median", "≤ 8 ms", glyph_peer, f"{glyph:.1f} ms", f"{glyph / 8:.2f}",
            glyph <= 8),
        Row("First byte to first glyph, 99th", "≤ 1.5 × floor", glyph_peer, f"{late:.1f} ms",
            f"{late / late_floor:.2f}", late <= 1.5 * late_floor),
    ]  # fmt: skip


async def _bare_stream(client: Any, base_url: str, body: bytes, show: Callable[[str], None]) -> None:
    from httpx_sse import EventSource

    headers = {"x-api-key": KEY, "anthropic-version": "2026-10-21", "content-type": "application/json"}
    async with client.stream("POST", f"{base_url}/v1/messages", content=body, headers=headers) as response:
        async for event in EventSource(response).aiter_sse():
            if event.event == "content_block_delta":
                show(json.loads(event.data)["delta"].get("text", ""))


async def _last_state(service: ServiceProcess) -> dict[str, Any]:
    states = (await asyncio.to_thread(service.control))["requests"]
    return [state for state in states if state["path"] == "/v1/messages"][-1]  # type: ignore[no-any-return]


def _noise_png(size: int) -> bytes:
    """A valid picture that does not compress, of about `size` bytes."""
    import io

    from PIL import Image

    pixels = random.Random(5).randbytes(size // 3 // 320 * 320 * 3)
    picture = Image.frombytes("RGB", (320, len(pixels) // 960), pixels)
    out = io.BytesIO()
    picture.save(out, "PNG", compress_level=1)
    return out.getvalue()


def _timed_answer_view(theme: Any) -> Any:
    from PySide6.QtCore import QEvent, QObject
    from PySide6.QtWidgets import QApplication, QWidget

    from kireji.ui.chat.answer_view import AnswerView

    class Timed(AnswerView):
        painted = 0.0

        def begin(self) -> None:
            self.set_markdown("")
            self.painted = 0.0

        def eventFilter(self, watched: QObject, event: QEvent) -> bool:
            if event.type() is QEvent.Type.Paint and not self.painted and self.plain_text().strip():
                watched.removeEventFilter(self)
                assert isinstance(watched, QWidget)
                QApplication.sendEvent(watched, event)
                self.painted = time.monotonic()
                return True
            return False

        def placed(self) -> None:
            super().placed()
            if not self.painted and (pieces := self.pieces()):
                pieces[0].installEventFilter(self)

    view = Timed(theme)
    view.resize(420, 300)
    view.show()
    return view


def _timed_text_view() -> Any:
    from PySide6.QtGui import QPaintEvent
    from PySide6.QtWidgets import QTextBrowser

    class Timed(QTextBrowser):
        painted = 0.0

        def begin(self) -> None:
            self.clear()
            self.painted = 0.0

        def insert(self, text: str) -> None:
            self.textCursor().insertText(text)

        def paintEvent(self, event: QPaintEvent) -> None:
            super().paintEvent(event)
            if not self.painted and self.toPlainText().strip():
                self.painted = time.monotonic()

    view = Timed()
    view.move(500, 0)
    view.resize(420, 300)
    view.show()
    return view
