"""Windows' windows against calls that behave as their reference says."""

from __future__ import annotations

import pytest

from kireji.core.geometry import DesktopWindow, Rect
from kireji.desktop.windows_win32 import Win32WindowLister
from tests.fakes.windows import FakeWindow, FakeWindowCalls, library

OWN = 99


async def listed(*windows: FakeWindow) -> list[DesktopWindow]:
    calls = FakeWindowCalls(*windows)
    return list(await Win32WindowLister(lambda: (library(calls), library(calls)), OWN).windows())


async def test_windows_come_topmost_first_with_their_titles() -> None:
    found = await listed(FakeWindow((0, 0, 10, 10), title="Editor"), FakeWindow((5, 5, 20, 25), title="Mail"))
    assert found == [DesktopWindow(Rect(0, 0, 10, 10), "Editor"), DesktopWindow(Rect(5, 5, 15, 20), "Mail")]


async def test_the_invisible_border_is_left_out() -> None:
    (found,) = await listed(FakeWindow((-8, 0, 648, 488), seen=(0, 0, 640, 480)))
    assert found.rect == Rect(0, 0, 640, 480)


async def test_screens_left_of_the_first_have_negative_places() -> None:
    (found,) = await listed(FakeWindow((-1920, -200, -920, 300)))
    assert found.rect == Rect(-1920, -200, 1000, 500)


@pytest.mark.parametrize(
    "window",
    [
        FakeWindow((0, 0, 9, 9), visible=False),
        FakeWindow((0, 0, 9, 9), minimised=True),
        FakeWindow((0, 0, 9, 9), cloaked=True),
        FakeWindow((0, 0, 9, 9), process=OWN),
        FakeWindow((0, 0, 9, 9), kind="Progman"),
        FakeWindow((0, 0, 9, 9), kind="WorkerW"),
        FakeWindow((0, 0, 9, 9), extended=0x20),
        FakeWindow((4, 4, 4, 4)),
    ],
    ids=["hidden", "minimised", "cloaked", "own", "desktop", "wallpaper", "click-through", "empty"],
)
async def test_what_nobody_sees_as_a_window_is_left_out(window: FakeWindow) -> None:
    assert await listed(window) == []


@pytest.mark.parametrize(
    ("window", "menu"),
    [
        (FakeWindow((0, 0, 9, 9), kind="#32768", style=0x80000000), True),
        (FakeWindow((0, 0, 9, 9), kind="tooltips_class32", style=0x80000000), True),
        (FakeWindow((0, 0, 9, 9), style=0x96000000, extended=0x08000000), True),
        (FakeWindow((0, 0, 9, 9), style=0x96000000), False),
        (FakeWindow((0, 0, 9, 9)), False),
    ],
    ids=["menu", "tooltip", "drawn menu", "splash", "window"],
)
async def test_menus_and_tooltips_are_told_apart(window: FakeWindow, menu: bool) -> None:
    (found,) = await listed(window)
    assert found.menu is menu


async def test_a_title_is_cut_and_has_no_control_characters() -> None:
    (found,) = await listed(FakeWindow((0, 0, 9, 9), title="a\x1bb" + "x" * 500))
    assert found.title == "ab" + "x" * 197


async def test_rectangles_are_asked_in_real_pixels_and_the_thread_is_left_as_it_was() -> None:
    calls = FakeWindowCalls(FakeWindow((0, 0, 9, 9)))
    await Win32WindowLister(lambda: (library(calls), library(calls)), OWN).windows()
    assert calls.awareness == [-4, -1]


async def test_elsewhere_nothing_is_listed() -> None:
    assert await Win32WindowLister().windows() == ()
