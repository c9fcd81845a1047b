"""macOS's windows, from what the window server says."""

from __future__ import annotations

from typing import Any

import pytest

from kireji.core.geometry import DesktopWindow, Rect, ScreenPlace
from kireji.desktop.windows_macos import MacWindowLister, read, to_native
from tests.fakes.macos import FakeFoundation, FakeWindowServer

RETINA = ScreenPlace(Rect(0, 0, 1440, 900), Rect(0, 0, 2880, 1800), 2.0, "built-in")
BESIDE = ScreenPlace(Rect(1440, 0, 1920, 1080), Rect(2880, 0, 1920, 1080), 1.0, "beside")
OWN = 99


def window(x: float = 0, y: float = 0, width: float = 10, height: float = 10, **more: Any) -> dict[str, Any]:
    bounds = {"X": x, "Y": y, "Width": width, "Height": height}
    return {"kCGWindowLayer": 0.0, "kCGWindowBounds": bounds, "kCGWindowOwnerPID": 4711.0, "kCGWindowAlpha": 1.0} | {
        f"kCGWindow{name}": value for name, value in more.items()
    }


async def listed(*described: dict[str, Any]) -> list[DesktopWindow]:
    return list(await MacWindowLister(lambda: (RETINA, BESIDE), lambda: described, OWN).windows())


async def test_points_become_pixels_of_the_screen() -> None:
    found = await listed(window(100, 50, 400, 300, Name="Mail"), window(1500, 10, 200, 100, OwnerName="Notes"))
    assert found == [
        DesktopWindow(Rect(200, 100, 800, 600), "Mail"),
        DesktopWindow(Rect(2940, 10, 200, 100), "Notes"),
    ]


@pytest.mark.parametrize(
    "described",
    [
        window(OwnerPID=float(OWN)),
        window(Layer=25.0),
        window(Layer=-2147483603.0),
        window(Alpha=0.0),
        window(width=0),
        window(5000, 5000),
        window(Bounds="nonsense"),
        window(x=float("nan")),
        {},
    ],
    ids=["own", "menu bar", "desktop", "transparent", "empty", "outside", "no bounds", "no number", "nothing"],
)
async def test_what_nobody_sees_as_a_window_is_left_out(described: dict[str, Any]) -> None:
    assert await listed(described) == []


@pytest.mark.parametrize("layer", [3.0, 101.0, 200.0])
async def test_menus_and_help_tags_are_told_apart(layer: float) -> None:
    (found,) = await listed(window(Layer=layer))
    assert found.menu


async def test_a_title_is_cut_and_has_no_control_characters() -> None:
    (found,) = await listed(window(Name="a\nb" + "x" * 500))
    assert found.title == "ab" + "x" * 198


def test_a_window_over_two_screens_counts_in_pixels_of_the_one_with_most_of_it() -> None:
    assert to_native((1340, 0, 200, 100), (RETINA, BESIDE)) == Rect(2680, 0, 400, 200)
    assert to_native((1400, 0, 200, 100), (RETINA, BESIDE)) == Rect(2840, 0, 200, 100)


def test_halves_of_points_keep_every_touched_pixel() -> None:
    assert to_native((0.25, 0.25, 10.5, 10.5), (RETINA,)) == Rect(0, 0, 22, 22)


def test_the_server_s_list_is_read_and_given_back() -> None:
    foundation = FakeFoundation()
    told = [window(1, 2, 3, 4, Name="Grüße 漢", IsOnscreen=True)]
    assert read(FakeWindowServer(foundation, told), foundation) == told
    assert foundation.released == [1]


def test_values_of_other_kinds_are_passed_over() -> None:
    foundation = FakeFoundation()
    told = [window(Name=b"data"), 7.0]
    (found,) = read(FakeWindowServer(foundation, told), foundation)  # type: ignore[arg-type]
    assert found["kCGWindowName"] is None


def test_without_a_session_there_is_no_list() -> None:
    foundation = FakeFoundation()
    assert read(FakeWindowServer(foundation, None), foundation) == ()


async def test_elsewhere_nothing_is_listed() -> None:
    assert await MacWindowLister(lambda: (RETINA,)).windows() == ()
