"""Opening a long conversation from a real history in the real window: how long, and what it takes of memory."""

from __future__ import annotations

import asyncio
import gc
import json
import os
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.benchmarks.idle import private_bytes
from tests.benchmarks.table import Row, median
from tests.support.demo import ANSWER

if TYPE_CHECKING:
    from sqlite3 import Connection

_LENGTHS = {1: 40, 2: 200, 3: 2_000, 4: 20_000}
"""Conversations of the history, with their messages."""
_SMALL, _USUAL, _LONG, _LONGEST = _LENGTHS
_TIMES = 12


async def measure_opening(theme: Any) -> list[Row]:
    """Open conversations of several lengths, in a window that was used before."""
    with tempfile.TemporaryDirectory(prefix="kireji-opening-") as home:
        async with _window(Path(home), theme) as (chat, transcript):
            await _open(chat, transcript, _SMALL)
            usual, long = [], []
            for _ in range(_TIMES):
                usual.append(await _open(chat, transcript, _USUAL))
                long.append(await _open(chat, transcript, _LONG))
            taken = {}
            for conversation in (_USUAL, _LONG, _LONGEST):
                await _open(chat, transcript, conversation)
                await _through(transcript)
                gc.collect()
                taken[conversation] = private_bytes(os.getpid())
    slowest, usually, floor = max(long), median(long), median(usual)
    more = (taken[_LONGEST] - taken[_USUAL]) / 1e6
    return [
        Row(f"Opening 2,000 messages to the first painted screen, median of {_TIMES}", "< 100 ms",
            f"200 messages: {floor * 1000:.0f} ms", f"{usually * 1000:.0f} ms, slowest {slowest * 1000:.0f} ms",
            f"{usually / 0.1:.2f}", usually < 0.1),
        Row("Memory with 20,000 messages open and scrolled through", "bounded by what is visible: ≤ 20 MB over 200",
            f"with 200: {taken[_USUAL] / 1e6:.0f} MB; with 2,000: {(taken[_LONG] - taken[_USUAL]) / 1e6:+.1f} MB",
            f"{more:+.1f} MB", f"{more / 20:.2f}", more <= 20),
    ]  # fmt: skip


async def _open(chat: Any, transcript: Any, conversation: int) -> float:
    """Seconds until everything that is visible is built and painted and the loop is free."""
    await asyncio.sleep(0.3)
    begin = time.perf_counter()
    chat.open(conversation)
    count = _LENGTHS[conversation]
    while len(transcript.items) != count or not transcript.is_complete():  # noqa: ASYNC110 - it has no event
        await asyncio.sleep(0)
    transcript.viewport().repaint()
    await asyncio.sleep(0)
    return time.perf_counter() - begin


async def _through(transcript: Any) -> None:
    """Look at all of it."""
    bar = transcript.verticalScrollBar()
    for step in range(400):
        bar.setValue(bar.maximum() - bar.maximum() * step // 400)
        await asyncio.sleep(0.005)
    bar.setValue(bar.maximum())
    await asyncio.sleep(1)


@asynccontextmanager
async def _window(home: Path, theme: Any) -> AsyncIterator[tuple[Any, Any]]:
    from kireji.bootstrap.services import Overrides, open_services
    from kireji.desktop.keystore import SessionKeyStore
    from kireji.desktop.paths import Paths
    from kireji.storage.database import Database
    from kireji.ui.main_window import MainWindow
    from kireji.ui.settings.places import Places
    from kireji.ui.shortcut import GlobalShortcuts
    from kireji.ui.window_presenter import WindowPresenter
    from tests.fakes.desktop import FakeHotkeys

    environ = {"KIREJI_HOME": str(home), "ANTHROPIC_API_KEY": "none"}
    paths = Paths.find(environ)
    paths.data.mkdir(parents=True, exist_ok=True)
    (home / "settings.toml").write_text("[general]\nwelcomed = true\n[local]\ndiscover = false\n")
    database = await Database.open(paths.database)
    await database.run(_fill)
    await database.close()
    async with open_services(paths, environ, overrides=Overrides(keychain=SessionKeyStore())) as services:
        window = MainWindow(theme)
        window.resize(1200, 800)
        places = Places(paths.data, paths.settings, paths.logs)
        presenter = WindowPresenter(services, window, theme, GlobalShortcuts(FakeHotkeys(), "F8"), places)
        window.show()
        await asyncio.sleep(1)
        try:
            yield presenter.chat, window.chat.transcript
        finally:
            await presenter.aclose()
            window.close()
            window.deleteLater()


def _fill(connection: Connection) -> None:
    connection.execute("BEGIN")
    number = 0
    for conversation, count in _LENGTHS.items():
        first = number + 1
        connection.execute(
            "INSERT INTO conversations (id, title, created, updated) VALUES (?, ?, ?, ?)",
            (conversation, f"{count} messages", conversation, conversation),
        )
        for number in range(first, first + count):
            asks = (number - first) % 2 == 0
            text = f"Question {number}?" if asks else f"Answer {number}.\n\n{ANSWER}"
            connection.execute(
                "INSERT INTO messages (id, conversation, parent, role, parts, raw_from, provider, model, state, error,"
                " created, size) VALUES (?, ?, ?, ?, ?, '', ?, 'm', 'complete', '', ?, ?)",
                (
                    number, conversation, number - 1 if number > first else None, "user" if asks else "assistant",
                    json.dumps([{"kind": "text", "text": text}]), "" if asks else "anthropic", number, len(text),
                ),
            )  # fmt: skip
        connection.execute("UPDATE conversations SET head = ? WHERE id = ?", (number, conversation))
    connection.execute("COMMIT")
