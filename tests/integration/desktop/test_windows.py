"""Windows of other programs on a real X server under a real window manager."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from Xlib import X, Xatom
from Xlib.display import Display

from kireji.bootstrap.services import open_services
from kireji.core.geometry import DesktopWindow, Rect
from kireji.desktop.paths import Paths
from kireji.desktop.windows_x11 import X11WindowLister, clean_title
from kireji.desktop.xcb_windows import WINDOW_SIGNATURES
from tests.support.desktop import x_server
from tests.support.x11 import wait_until, x_client


class Programs:
    """Another program's windows, shown and changed at will."""

    def __init__(self, display: str) -> None:
        self.display = Display(display)
        self.root = self.display.screen().root

    def atom(self, name: str) -> int:
        return int(self.display.intern_atom(name))

    def show(self, rect: Rect, title: str = "", *, menu: bool = False, **numbers: list[int]) -> Any:
        """Show a window; `numbers` are properties to set before."""
        place = (rect.x, rect.y, rect.width, rect.height, 0)
        window = self.root.create_window(*place, X.CopyFromParent, X.InputOutput, override_redirect=menu)
        # A place that the person chose: the window manager keeps to it.
        window.set_wm_normal_hints({"flags": 1 | 2, "x": rect.x, "y": rect.y})
        if title:
            window.change_property(self.atom("_NET_WM_NAME"), self.atom("UTF8_STRING"), 8, title.encode())
        for name, values in numbers.items():
            kinds = {"_NET_WM_WINDOW_TYPE": "ATOM", "_MOTIF_WM_HINTS": "_MOTIF_WM_HINTS"}
            window.change_property(self.atom(name), self.atom(kinds.get(name, "CARDINAL")), 32, values)
        self._map(window)
        if not menu:
            wait_until(lambda: window.id in self.listed(), "the window manager has it")
        return window

    def _map(self, window: Any) -> None:
        """A window manager that has only just begun may miss the request: it is made again."""

        def viewable() -> bool:
            return bool(window.get_attributes().map_state == X.IsViewable)

        for _ in range(5):
            window.map()
            self.display.sync()
            with suppress(AssertionError):
                wait_until(viewable, "the window is shown", seconds=3)
                return
        raise AssertionError("the window manager shows nothing")

    def listed(self) -> list[int]:
        found = self.root.get_full_property(self.atom("_NET_CLIENT_LIST_STACKING"), X.AnyPropertyType)
        return list(found.value) if found else []

    def tell_manager(self, window: Any, name: str, *data: int) -> None:
        from Xlib.protocol.event import ClientMessage

        event = ClientMessage(window=window, client_type=self.atom(name), data=(32, [*data, *[0] * (5 - len(data))]))
        self.root.send_event(event, event_mask=X.SubstructureRedirectMask | X.SubstructureNotifyMask)
        self.display.sync()

    def frame(self, window: Any) -> Rect:
        """The frame that the window manager drew, measured on the window that it drew."""
        outer = window
        while (parent := outer.query_tree().parent) != self.root:
            outer = parent
        place = outer.get_geometry()
        return Rect(place.x, place.y, place.width, place.height)


@pytest.fixture(scope="module")
def display() -> Iterator[str]:
    with x_server(1000, 700) as name:
        yield name


@pytest.fixture
def programs(display: str) -> Iterator[Programs]:
    found = Programs(display)
    yield found
    found.display.close()
    with x_client(display) as client:
        wait_until(lambda: not client.chord_is_held("Delete", 0), "the server answers")


@pytest.fixture
def lister(display: str) -> Iterator[X11WindowLister]:
    found = X11WindowLister({"DISPLAY": display})
    yield found
    found.close()


async def named(lister: X11WindowLister, *titles: str) -> list[DesktopWindow]:
    return [window for window in await lister.windows() if window.title in titles]


async def test_a_window_is_listed_with_its_frame_and_title(lister: X11WindowLister, programs: Programs) -> None:
    shown = programs.show(Rect(100, 120, 300, 200), "Größe – 大きさ")
    (found,) = await named(lister, "Größe – 大きさ")
    assert found.rect == programs.frame(shown)
    assert found.rect.height > 200
    assert not found.menu


async def test_the_topmost_comes_first(lister: X11WindowLister, programs: Programs) -> None:
    windows = {name: programs.show(Rect(50, 60, 200, 100), name) for name in ("one", "two", "three")}
    windows["one"].configure(stack_mode=X.Above)
    programs.display.sync()
    wait_until(lambda: programs.listed()[-1] == windows["one"].id, "the window is raised")
    assert [found.title for found in await named(lister, *windows)] == ["one", "three", "two"]


async def test_a_menu_is_listed_above_its_window_and_marked(lister: X11WindowLister, programs: Programs) -> None:
    programs.show(Rect(50, 60, 200, 100), "under")
    programs.show(Rect(60, 70, 90, 80), "menu", menu=True)
    first, second = await named(lister, "under", "menu")
    assert (first.rect, first.menu) == (Rect(60, 70, 90, 80), True)
    assert second.title == "under"


async def test_a_shadow_that_a_program_draws_itself_is_cut_off(lister: X11WindowLister, programs: Programs) -> None:
    undecorated = [2, 0, 0, 0, 0]
    shadow = {"_GTK_FRAME_EXTENTS": [20, 21, 22, 23], "_MOTIF_WM_HINTS": undecorated}
    shown = programs.show(Rect(100, 100, 300, 200), "shadowed", **shadow)
    wait_until(lambda: programs.frame(shown).width == 300, "its frame without decoration")
    (found,) = await named(lister, "shadowed")
    assert (found.rect.width, found.rect.height) == (300 - 41, 200 - 45)


async def test_extents_that_cannot_be_meant_are_left_out(lister: X11WindowLister, programs: Programs) -> None:
    shown = programs.show(Rect(100, 100, 300, 200), "boasting", _GTK_FRAME_EXTENTS=[0xFFFFFFFF, 5, 5, 5])
    (found,) = await named(lister, "boasting")
    assert found.rect == programs.frame(shown)


async def test_a_window_that_is_minimised_or_on_another_desktop_is_not_listed(
    lister: X11WindowLister, programs: Programs
) -> None:
    away = programs.show(Rect(10, 30, 200, 100), "away")
    small = programs.show(Rect(10, 30, 200, 100), "small")
    programs.tell_manager(programs.root, "_NET_NUMBER_OF_DESKTOPS", 2)
    programs.tell_manager(away, "_NET_WM_DESKTOP", 1, 1)
    programs.tell_manager(small, "WM_CHANGE_STATE", 3)
    for window in (away, small):
        wait_until(lambda window=window: window.get_attributes().map_state != X.IsViewable, "it is not shown")
    assert await named(lister, "away", "small") == []


async def test_the_desktop_itself_is_no_window(lister: X11WindowLister, programs: Programs) -> None:
    kind = [programs.atom("_NET_WM_WINDOW_TYPE_DESKTOP")]
    programs.show(Rect(0, 0, 1000, 700), "wallpaper", _NET_WM_WINDOW_TYPE=kind)
    assert await named(lister, "wallpaper") == []


async def test_a_veil_over_everything_is_no_menu(lister: X11WindowLister, programs: Programs) -> None:
    programs.show(Rect(0, 0, 1000, 700), "veil", menu=True)
    programs.show(Rect(5, 5, 1, 1), "note", menu=True)
    programs.show(Rect(-300, -300, 100, 100), "outside", menu=True)
    assert await named(lister, "veil", "note", "outside") == []


async def test_our_own_windows_are_not_listed_not_even_those_that_do_not_say_whose_they_are(
    lister: X11WindowLister, programs: Programs, display: str
) -> None:
    ours = Programs(display)
    ours.show(Rect(10, 30, 200, 100), "ours", _NET_WM_PID=[os.getpid()])
    ours.show(Rect(10, 30, 100, 50), "our tooltip", menu=True)
    programs.show(Rect(10, 30, 200, 100), "theirs", _NET_WM_PID=[os.getpid() + 1])
    found = await named(lister, "ours", "our tooltip", "theirs")
    ours.display.close()
    assert [window.title for window in found] == ["theirs"]


async def test_the_same_process_number_on_another_computer_is_not_us(
    lister: X11WindowLister, programs: Programs
) -> None:
    shown = programs.show(Rect(10, 30, 200, 100), "far away", _NET_WM_PID=[os.getpid()])
    shown.change_property(Xatom.WM_CLIENT_MACHINE, Xatom.STRING, 8, f"not-{socket.gethostname()}".encode())
    programs.display.sync()
    assert len(await named(lister, "far away")) == 1


async def test_without_a_window_manager_all_windows_are_listed() -> None:
    with bare_server() as display:
        programs = Programs(display)
        window = programs.root.create_window(20, 30, 200, 100, 0, X.CopyFromParent, X.InputOutput)
        window.set_wm_name("alone")
        window.map()
        programs.display.sync()
        lister = X11WindowLister({"DISPLAY": display})
        found = await lister.windows()
        lister.close()
        programs.display.close()
    assert found == (DesktopWindow(Rect(20, 30, 200, 100), "alone"),)


@contextmanager
def bare_server() -> Iterator[str]:
    """An X server without a window manager."""
    read, write = os.pipe()
    command = ["Xvfb", "-displayfd", str(write), "-screen", "0", "600x400x24", "-nolisten", "tcp", "-noreset"]
    with subprocess.Popen(command, pass_fds=(write,), stderr=subprocess.DEVNULL) as process:
        os.close(write)
        with os.fdopen(read) as numbers:
            yield ":" + numbers.readline().strip()
        process.terminate()


async def test_windows_that_go_away_meanwhile_are_left_out(lister: X11WindowLister, programs: Programs) -> None:
    programs.show(Rect(10, 30, 200, 100), "stays")
    assert len(await named(lister, "stays")) == 1
    for _ in range(10):
        flicker = programs.root.create_window(5, 5, 50, 50, 0, X.CopyFromParent, override_redirect=True)
        flicker.map()
        programs.display.flush()
        listing = named(lister, "stays")
        flicker.destroy()
        programs.display.flush()
        assert len(await listing) == 1


async def test_an_x_server_that_hangs_is_not_waited_for() -> None:
    with x_server(300, 200) as display:
        lister = X11WindowLister({"DISPLAY": display})
        await lister.windows()
        with x_client(display) as client:
            process = client.server_process()
        os.kill(process, signal.SIGSTOP)
        try:
            assert await lister.windows() == ()
            assert await X11WindowLister({"DISPLAY": display}).windows() == ()
        finally:
            os.kill(process, signal.SIGCONT)
        lister.close()


async def test_closing_does_not_wait_for_a_question_that_hangs() -> None:
    with x_server(300, 200) as display:
        lister = X11WindowLister({"DISPLAY": display})
        before = descriptors()
        await lister.windows()
        with x_client(display) as client:
            process = client.server_process()
        os.kill(process, signal.SIGSTOP)
        try:
            async with asyncio.TaskGroup() as group:
                question = group.create_task(lister.windows())
                await asyncio.to_thread(wait_until, lambda: lister._lock.locked(), "the question is asked")
                lister.close()
                assert not question.done()
        finally:
            os.kill(process, signal.SIGCONT)
        await asyncio.to_thread(wait_until, lambda: descriptors() == before, "the connection is closed")


async def test_the_services_leave_no_connection_to_the_display_behind(display: str, tmp_path: Path) -> None:
    environ = {"DISPLAY": display, "KIREJI_HOME": str(tmp_path), "HOME": str(tmp_path)}

    async def look() -> None:
        async with open_services(Paths.find(environ), environ) as services:
            await services.capture.windows()
            await services.clipboard.read()

    await look()
    before = descriptors()
    await look()
    assert descriptors() == before


def descriptors() -> int:
    return len(os.listdir("/proc/self/fd"))


@pytest.mark.parametrize("name", ["", ":63999", "nonsense"])
async def test_without_an_x_server_nothing_is_listed(name: str) -> None:
    assert await X11WindowLister({"DISPLAY": name}).windows() == ()


async def test_after_the_server_was_started_anew_it_is_asked_again() -> None:
    with x_server(300, 200) as display:
        environ = {"DISPLAY": display}
        lister = X11WindowLister(environ)
        await lister.windows()
    assert await lister.windows() == ()
    with x_server(300, 200) as display:
        environ["DISPLAY"] = display
        programs = Programs(display)
        programs.show(Rect(20, 30, 100, 50), "new")
        assert len(await named(lister, "new")) == 1
        programs.display.close()
    lister.close()


@given(st.text())
def test_a_title_from_outside_is_one_short_line(title: str) -> None:
    shown = clean_title(title)
    assert len(shown) <= 200
    assert shown.isprintable()


def test_a_title_keeps_its_words() -> None:
    assert clean_title("Report – 報告.txt\n\x1b[31m") == "Report – 報告.txt  [31m"


def test_every_foreign_call_declares_its_types() -> None:
    for name, (arguments, _result) in WINDOW_SIGNATURES.items():
        assert isinstance(arguments, tuple), name
