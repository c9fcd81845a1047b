"""The clipboard through Qt, filled by other programs on a real X server."""

from __future__ import annotations

import asyncio
import os

import pytest
from PySide6.QtGui import QColor, QGuiApplication, QImage

from kireji.core.desktop_ports import ClipboardContent
from kireji.core.errors import ClipboardError
from kireji.core.ports import Availability
from kireji.ui.platform.clipboard_qt import MOST_TEXT, QtClipboard, plain
from kireji.ui.platform.selection_copy import SelectionCopy
from tests.support.selection_owner import owner

pytestmark = [pytest.mark.qt, pytest.mark.display]


class NoKeys:
    """Keys cannot be sent."""

    def availability(self) -> Availability:
        return Availability(False, "Keys cannot be sent here.", "Copy the text yourself.")

    def press_copy(self) -> None:
        raise AssertionError("nothing is pressed where it cannot be")


def reader(copying: SelectionCopy | None = None, *, allowed: bool = False) -> QtClipboard:
    return QtClipboard(QGuiApplication.clipboard(), copying, lambda: allowed)


async def read_from(forms: dict[str, bytes]) -> ClipboardContent:
    heard = asyncio.Event()
    clipboard = QGuiApplication.clipboard()
    clipboard.dataChanged.connect(heard.set)
    with owner(os.environ["DISPLAY"], forms):
        await asyncio.wait_for(heard.wait(), 10)
        clipboard.dataChanged.disconnect(heard.set)
        return await reader().read()


async def test_text_files_and_pictures_of_another_program_are_read() -> None:
    forms = {"image/png": b"png", "text/uri-list": b"file:///tmp/a%20b\r\n", "UTF8_STRING": b"words"}
    assert await read_from(forms) == ClipboardContent(b"png", ("file:///tmp/a%20b",), "words")


async def test_a_picture_that_is_no_file_becomes_one() -> None:
    picture = QImage(20, 10, QImage.Format.Format_RGB32)
    picture.fill(QColor("teal"))
    QGuiApplication.clipboard().setImage(picture)
    found = QImage.fromData((await reader().read()).picture)
    assert (found.width(), found.height(), found.pixelColor(3, 3)) == (20, 10, QColor("teal"))


async def test_nothing_copied_is_nothing() -> None:
    QGuiApplication.clipboard().clear()
    assert (await reader().read()).empty


async def test_text_loses_what_no_text_has() -> None:
    assert plain("a\0b") == "ab"
    assert len(plain("x" * (MOST_TEXT + 1))) == MOST_TEXT


@pytest.mark.parametrize("kind", ["impossible", "not allowed", "no keys"])
async def test_where_selected_text_cannot_be_read_it_says_why_and_what_to_do(kind: str) -> None:
    copying = SelectionCopy(QGuiApplication.clipboard(), NoKeys()) if kind != "impossible" else None
    clipboard = reader(copying, allowed=kind == "no keys")
    found = clipboard.selection_availability()
    assert not found.ok
    assert found.hint
    with pytest.raises(ClipboardError) as caught:
        await clipboard.read_selection()
    assert (caught.value.message, caught.value.hint) == (found.reason, found.hint)
