"""Hostile answers in a real window, while the kernel tells of every file that is looked at and a socket waits."""

from __future__ import annotations

import base64
import ctypes
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from kireji.core.events import PartDelta, PartStarted
from kireji.core.messages import TextPart
from tests.ui.chat.transcript.support import Shown, answer, conversation, question

pytestmark = [pytest.mark.qt, pytest.mark.skipif(not hasattr(os, "O_PATH"), reason="inotify is Linux's")]

PICTURE = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
_IN_ACCESS, _IN_OPEN = 0x1, 0x20


class Watch:
    """Tells what was done with the files of a folder, and who came to a socket."""

    def __init__(self, descriptor: int, listener: socket.socket) -> None:
        self._descriptor = descriptor
        self._listener = listener
        self.port = listener.getsockname()[1]

    def seen(self) -> list[str]:
        """What happened so far."""
        found = []
        with suppress(BlockingIOError):
            found.append(f"file: {os.read(self._descriptor, 4096)!r}")
        with suppress(BlockingIOError):
            connection, peer = self._listener.accept()
            connection.close()
            found.append(f"connection: {peer}")
        return found


@contextmanager
def watching(folder: Path) -> Iterator[Watch]:
    libc = ctypes.CDLL(None, use_errno=True)
    descriptor = libc.inotify_init1(os.O_NONBLOCK)
    assert descriptor >= 0
    assert libc.inotify_add_watch(descriptor, os.fsencode(folder), _IN_ACCESS | _IN_OPEN) >= 0
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setblocking(False)
        try:
            yield Watch(descriptor, listener)
        finally:
            os.close(descriptor)


def hostile(file: Path, port: int) -> str:
    web = f"http://127.0.0.1:{port}"
    data = "data:image/png;base64," + base64.b64encode(PICTURE).decode()
    return f"""
![a](file://{file}) ![b]({file}) ![c]({file.name}) ![d]({web}/d.png) ![e]({data})
[![f]({web}/f.png)]({web}/g) <img src="file://{file}"> <img src='{web}/h.png'> <link rel=stylesheet href="{web}/i.css">
![j](\\\\\\\\127.0.0.1@{port}\\share\\j.png) ![k](//127.0.0.1:{port}/k.png) ![l](qrc:/l.png)
![m][m] [n](javascript:alert(1))
<{web}/o> {web}/p [q](file://{file}) [r](vbscript:r) [s](data:text/html,s)

| ![t](file://{file}) | ![u]({web}/u.png) |
| --- | --- |
| <iframe src="{web}/v"></iframe> | <script src="{web}/w.js"></script> |

$\\includegraphics{{{file}}} \\href{{{web}/x}}{{x}} \\input{{{file}}}$

```html
<img src="{web}/y.png"><img src="file://{file}">
```

[m]: file://{file}
"""


@pytest.mark.parametrize("streamed", [False, True])
def test_nothing_that_an_answer_names_is_opened_or_fetched(qtbot: QtBot, tmp_path: Path, streamed: bool) -> None:
    file = tmp_path / "secret.png"
    file.write_bytes(PICTURE)
    shown = Shown(qtbot)
    shown.show(conversation(2))
    with watching(tmp_path) as watch:
        text = hostile(file, watch.port)
        if streamed:
            live = shown.view.begin_answer("anthropic", "Model")
            live.feed(PartStarted(0, TextPart("")))
            for at in range(0, len(text), 7):
                live.feed(PartDelta(0, text[at : at + 7]))
            live.finish(answer(4, 3, text))
        else:
            shown.show([*conversation(2), question(3, 2, "?"), answer(4, 3, text)])
        shown.settled()
        for row in range(0, shown.view.viewport().height(), 12):
            QTest.mouseMove(shown.view.viewport(), QPoint(60, row))
        QTest.keyClick(shown.view, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
        qtbot.wait(300)
        assert "secret.png" in shown.words()
        assert watch.seen() == []


def test_the_watch_sees_what_is_opened_and_fetched(tmp_path: Path) -> None:
    file = tmp_path / "secret.png"
    file.write_bytes(PICTURE)
    with watching(tmp_path) as watch:
        file.read_bytes()
        with socket.create_connection(("127.0.0.1", watch.port)):
            assert [what.partition(":")[0] for what in watch.seen()] == ["file", "connection"]
