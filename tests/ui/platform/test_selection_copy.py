"""Selected text by the copy keys, on a real X server with a real program; the clipboard is as it was afterwards."""

from __future__ import annotations

import asyncio
import os
import random
import subprocess
from collections.abc import AsyncIterator, Callable, Iterator

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtGui import QColor, QGuiApplication, QImage

from kireji.core.errors import ClipboardError
from kireji.core.ports import Availability
from kireji.ui.platform.selection_copy import SelectionCopy
from tests.support.editor import editor
from tests.support.selection_owner import owner
from tests.support.x11 import XClient, x_client

pytestmark = [pytest.mark.qt, pytest.mark.display]

FIVE = {
    "image/png": b"\x89PNG\r\n\x1a\n" + random.Random(1).randbytes(500),
    "text/uri-list": b"file:///tmp/a%20b.png\r\n",
    "UTF8_STRING": "Gr\u00fc\u00dfe\nworld".encode(),
    "text/html": b"<b>Gr\xc3\xbc\xc3\x9fe</b>",
    "application/x-own": random.Random(2).randbytes(300),
}


class XKeys:
    """Presses Ctrl+C through XTEST."""

    def __init__(self, client: XClient) -> None:
        self._client = client
        self.failure: ClipboardError | None = None
        self.afterwards: Callable[[], object] = lambda: None

    def availability(self) -> Availability:
        return Availability(True)

    def press_copy(self) -> None:
        if self.failure is not None:
            raise self.failure
        self._client.release_modifiers()
        self._client.press_chord("Control_L", "c")
        self.afterwards()


@pytest.fixture
def keys() -> Iterator[XKeys]:
    with x_client(os.environ["DISPLAY"]) as client:
        yield XKeys(client)
        client.release_modifiers()


@pytest.fixture
async def copying(keys: XKeys) -> AsyncIterator[SelectionCopy]:  # asynchronous, since the loop brings the application
    found = SelectionCopy(QGuiApplication.clipboard(), keys, patience=2.0)
    yield found
    found.deleteLater()
    QGuiApplication.clipboard().clear()


async def forms() -> dict[str, bytes]:
    """The five forms as another program reads them; the loop stays free, since Qt may own them here."""

    def read(form: str) -> bytes:
        command = ["xclip", "-selection", "clipboard", "-o", "-t", form]
        return subprocess.run(command, capture_output=True, check=True, timeout=10).stdout

    return {form: await asyncio.to_thread(read, form) for form in FIVE}


async def copied(text: str) -> None:
    """Copy as another program; the change has been heard when this returns."""
    heard = asyncio.Event()
    clipboard = QGuiApplication.clipboard()
    clipboard.dataChanged.connect(heard.set)
    process = await asyncio.create_subprocess_exec(
        "xclip", "-selection", "clipboard", stdin=subprocess.PIPE, stdout=subprocess.DEVNULL
    )
    await process.communicate(text.encode())
    await asyncio.wait_for(heard.wait(), 10)
    clipboard.dataChanged.disconnect(heard.set)


async def test_the_selected_text_is_read_and_the_clipboard_is_as_before(copying: SelectionCopy) -> None:
    await copied("before")
    with editor("selected \u4e16\u754c"):
        assert await copying.take() == "selected \u4e16\u754c"
    assert QGuiApplication.clipboard().text() == "before"


async def test_five_forms_are_identical_after_a_hundred_times(copying: SelectionCopy) -> None:
    with owner(os.environ["DISPLAY"], FIVE), editor("selected"):
        assert await forms() == FIVE
        for _ in range(100):
            assert await copying.take() == "selected"
        assert await forms() == FIVE


async def test_a_picture_that_the_system_keeps_in_its_own_form_is_put_back(copying: SelectionCopy) -> None:
    picture = QImage(20, 10, QImage.Format.Format_RGB32)
    picture.fill(QColor("teal"))
    QGuiApplication.clipboard().setImage(picture)
    with editor("selected"):
        assert await copying.take() == "selected"
    assert QGuiApplication.clipboard().image().pixelColor(5, 5) == QColor("teal")


async def test_nothing_copied_before_is_nothing_afterwards(copying: SelectionCopy) -> None:
    QGuiApplication.clipboard().clear()
    with editor("selected"):
        assert await copying.take() == "selected"
    assert QGuiApplication.clipboard().mimeData().formats() == []


async def test_where_nothing_is_selected_nothing_changes(keys: XKeys) -> None:
    await copied("before")
    copying = SelectionCopy(QGuiApplication.clipboard(), keys, patience=0.2)
    with editor(""):
        assert await copying.take() == ""
    assert QGuiApplication.clipboard().text() == "before"
    copying.deleteLater()


async def test_modifiers_that_are_still_held_do_not_spoil_the_keys(copying: SelectionCopy, keys: XKeys) -> None:
    with editor("selected"):
        for held in ("Shift_L", "Alt_L"):
            keys._client.press(held)
            assert await copying.take() == "selected"


async def test_a_program_that_copies_late_is_undone(keys: XKeys) -> None:
    await copied("before")
    copying = SelectionCopy(QGuiApplication.clipboard(), keys, patience=0.1)
    clipboard, seen, back = QGuiApplication.clipboard(), asyncio.Event(), asyncio.Event()
    clipboard.dataChanged.connect(lambda: (back if seen.is_set() else seen).set())
    with editor("late", delay=0.4):
        assert await copying.take() == ""
        await asyncio.wait_for(back.wait(), 5)
    assert clipboard.text() == "before"
    clipboard.dataChanged.disconnect()
    copying.deleteLater()


async def test_a_wait_that_is_cancelled_leaves_the_clipboard_as_it_was(copying: SelectionCopy) -> None:
    await copied("before")
    clipboard, changes = QGuiApplication.clipboard(), asyncio.Semaphore(0)
    clipboard.dataChanged.connect(changes.release)
    with editor("late", delay=0.3):
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(copying.take(), 0.1)
        for _ in range(2):
            await asyncio.wait_for(changes.acquire(), 5)
    assert clipboard.text() == "before"
    clipboard.dataChanged.disconnect(changes.release)


async def test_what_another_program_copies_meanwhile_stays(copying: SelectionCopy) -> None:
    await copied("before")
    clipboard = QGuiApplication.clipboard()

    def interfere() -> None:
        if clipboard.text() == "selected":
            clipboard.dataChanged.disconnect(interfere)
            QTimer.singleShot(0, lambda: clipboard.setText("theirs"))

    clipboard.dataChanged.connect(interfere)
    with editor("selected"):
        assert await copying.take() == "selected"
    assert clipboard.text() == "theirs"


async def test_a_program_that_takes_no_keys_leaves_everything_as_it_was(copying: SelectionCopy, keys: XKeys) -> None:
    await copied("before")
    keys.failure = ClipboardError("This is a terminal.", "Copy there.")
    with pytest.raises(ClipboardError, match="terminal"):
        await copying.take()
    assert QGuiApplication.clipboard().text() == "before"


async def test_changes_that_only_the_system_counts_are_noticed(keys: XKeys) -> None:
    count = 0

    def change() -> None:
        nonlocal count
        count += 1

    keys.afterwards = change
    QGuiApplication.clipboard().setText("already")
    copying = SelectionCopy(QGuiApplication.clipboard(), keys, changes=lambda: count, patience=5.0)
    assert await copying.take() == "already"
    copying.deleteLater()
