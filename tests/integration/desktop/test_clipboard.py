"""The clipboard and the selected text of real programs on a real X server."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kireji.core.desktop_ports import ClipboardContent
from kireji.core.errors import ClipboardError
from kireji.desktop.clipboard_x11 import MOST_TEXT, X11Clipboard, addresses, plain_text
from tests.support.desktop import x_server
from tests.support.selection_owner import owner
from tests.support.x11 import wait_until, x_client

PNG = b"\x89PNG\r\n\x1a\n" + random.Random(1).randbytes(5000)
FIVE = {
    "image/png": PNG,
    "text/uri-list": b"file:///tmp/a%20b.png\r\n",
    "UTF8_STRING": "Grüße\nworld".encode(),
    "text/html": b"<b>Gr\xc3\xbc\xc3\x9fe</b>",
    "application/x-own": random.Random(2).randbytes(3000),
}


@pytest.fixture(scope="module")
def display() -> Iterator[str]:
    with x_server(300, 200) as name:
        yield name


@pytest.fixture
def clipboard(display: str) -> Iterator[X11Clipboard]:
    found = X11Clipboard({"DISPLAY": display})
    yield found
    found.close()


@contextmanager
def xclip(display: str, data: bytes, *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    """What the program xclip has copied."""
    environment = {**os.environ, "DISPLAY": display}
    command = ["xclip", "-quiet", "-selection", "clipboard", *arguments]
    with subprocess.Popen(command, env=environment, stdin=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        assert process.stdin is not None
        process.stdin.write(data)
        process.stdin.close()
        selection = "PRIMARY" if "primary" in arguments else "CLIPBOARD"
        with x_client(display) as client:
            wait_until(lambda: owned(client, selection), "xclip owns the selection")
        try:
            yield process
        finally:
            process.kill()


def owned(client: object, selection: str) -> bool:
    display = client._display  # type: ignore[attr-defined]
    return bool(display.get_selection_owner(display.intern_atom(selection)))


def forms_of(display: str, selection: str = "clipboard") -> dict[str, bytes]:
    """Everything that the clipboard's owner gives, as another program reads it."""

    def read(form: str) -> bytes:
        command = ["xclip", "-selection", selection, "-o", "-t", form]
        environment = {**os.environ, "DISPLAY": display}
        return subprocess.run(command, env=environment, capture_output=True, check=True).stdout

    names = [name for name in read("TARGETS").decode().split() if name not in ("TARGETS", "TIMESTAMP", "MULTIPLE")]
    return {name: read(name) for name in names}


async def test_nothing_copied_is_nothing(clipboard: X11Clipboard) -> None:
    assert await clipboard.read() == ClipboardContent()
    assert await clipboard.read_selection() == ""


async def test_text_of_another_program_is_read(clipboard: X11Clipboard, display: str) -> None:
    with xclip(display, "Grüße, 世界".encode()):
        assert (await clipboard.read()).text == "Grüße, 世界"


async def test_a_picture_of_another_program_is_read(clipboard: X11Clipboard, display: str) -> None:
    with xclip(display, PNG, "-t", "image/png"):
        assert await clipboard.read() == ClipboardContent(picture=PNG)


@pytest.mark.parametrize("form", ["image/jpeg", "image/webp", "image/gif", "image/bmp"])
async def test_pictures_of_other_kinds_are_read(clipboard: X11Clipboard, display: str, form: str) -> None:
    with owner(display, {form: PNG}):
        assert (await clipboard.read()).picture == PNG


async def test_the_picture_without_loss_is_preferred(clipboard: X11Clipboard, display: str) -> None:
    with owner(display, {"image/bmp": b"bmp", "image/jpeg": b"jpeg", "image/png": b"png"}):
        assert (await clipboard.read()).picture == b"png"


async def test_files_and_text_are_read_beside_the_picture(clipboard: X11Clipboard, display: str) -> None:
    with owner(display, FIVE):
        found = await clipboard.read()
    assert found == ClipboardContent(PNG, ("file:///tmp/a%20b.png",), "Grüße\nworld")


async def test_files_of_a_file_manager_are_read(clipboard: X11Clipboard, display: str) -> None:
    with owner(display, {"x-special/gnome-copied-files": b"copy\nfile:///one\nfile:///two"}):
        assert (await clipboard.read()).files == ("file:///one", "file:///two")


async def test_a_program_that_knows_only_latin_text_is_read(clipboard: X11Clipboard, display: str) -> None:
    with owner(display, {"STRING": "Grüße".encode("latin-1")}, targets=False):
        assert (await clipboard.read()).text == "Grüße"


async def test_five_megabytes_come_in_pieces(clipboard: X11Clipboard, display: str) -> None:
    large = random.Random(3).randbytes(5_000_000)
    with owner(display, {"image/png": large, "UTF8_STRING": b"beside"}, pieces=("image/png",)):
        assert await clipboard.read() == ClipboardContent(large, (), "beside")
    with xclip(display, large, "-t", "image/png"):
        assert (await clipboard.read()).picture == large


async def test_the_selected_text_is_read_and_not_what_was_copied(clipboard: X11Clipboard, display: str) -> None:
    with xclip(display, b"copied"), xclip(display, b"selected", "-selection", "primary"):
        assert await clipboard.read_selection() == "selected"
        assert (await clipboard.read()).text == "copied"


async def test_all_forms_are_the_same_after_a_hundred_readings(clipboard: X11Clipboard, display: str) -> None:
    with owner(display, FIVE), xclip(display, b"selected", "-selection", "primary"):
        before = forms_of(display)
        for _ in range(50):
            await clipboard.read()
            await clipboard.read_selection()
        assert forms_of(display) == before == FIVE


async def test_readings_leave_no_connection_and_no_thread_behind(clipboard: X11Clipboard, display: str) -> None:
    with owner(display, FIVE):
        await clipboard.read()
        before = len(os.listdir("/proc/self/fd"))
        for _ in range(20):
            await clipboard.read()
        assert len(os.listdir("/proc/self/fd")) == before
    for thread in threading.enumerate():
        if thread.name == "desktop":
            await asyncio.to_thread(thread.join, 10)  # the last one may be on its way out
            assert not thread.is_alive()


@pytest.mark.parametrize("way", ["read", "read_selection"])
async def test_an_owner_that_hangs_is_one_sentence(clipboard: X11Clipboard, display: str, way: str) -> None:
    selection = "clipboard" if way == "read" else "primary"
    with xclip(display, b"never", "-selection", selection) as process:
        os.kill(process.pid, signal.SIGSTOP)
        with pytest.raises(ClipboardError, match="does not answer") as caught:
            await getattr(clipboard, way)()
        os.kill(process.pid, signal.SIGCONT)
        assert caught.value.hint
        assert await getattr(clipboard, way)() in ("never", ClipboardContent(text="never"))


async def test_an_owner_that_dies_midway_is_one_sentence(clipboard: X11Clipboard, display: str) -> None:
    dying = owner(display, {"image/png": bytes(1_000_000)}, pieces=("image/png",), ends_after=3)
    with dying, pytest.raises(ClipboardError, match="does not answer"):
        await clipboard.read()
    assert await clipboard.read() == ClipboardContent()


async def test_without_an_x_server_it_says_so() -> None:
    clipboard = X11Clipboard({"DISPLAY": ":63999"})
    with pytest.raises(ClipboardError, match="display cannot be reached") as caught:
        await clipboard.read()
    assert caught.value.hint


def test_selected_text_can_be_read_where_there_is_a_display(clipboard: X11Clipboard) -> None:
    assert clipboard.selection_availability().ok
    missing = X11Clipboard({}).selection_availability()
    assert not missing.ok
    assert missing.hint


@given(st.binary(max_size=200), st.sampled_from(["UTF8_STRING", "STRING", "text/plain"]))
def test_any_bytes_become_text_without_nulls(data: bytes, form: str) -> None:
    assert "\0" not in plain_text(data, form)


def test_text_is_cut_to_what_is_used() -> None:
    assert len(plain_text(b"x" * (MOST_TEXT + 5), "UTF8_STRING")) == MOST_TEXT


@given(st.binary(max_size=300))
def test_any_bytes_become_addresses_of_one_line(data: bytes) -> None:
    assert all(line.isprintable() and ":" in line for line in addresses(data))


def test_comments_and_the_first_line_of_a_list_of_files_are_no_addresses() -> None:
    assert addresses(b"# list\r\nfile:///a\r\n\r\nhttps://b.example/c\r\n") == ("file:///a", "https://b.example/c")
    assert addresses(b"cut\nfile:///a") == ("file:///a",)
