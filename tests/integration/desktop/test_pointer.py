"""The pointer's place, asked of a real X server."""

from __future__ import annotations

import os
from contextlib import closing

import pytest
from Xlib.display import Display

from kireji.desktop.pointer_x11 import X11Pointer

pytestmark = pytest.mark.display


@pytest.mark.parametrize("place", [(0, 0), (123, 45), (300, 200)])
def test_the_pointers_place_is_the_servers(place: tuple[int, int]) -> None:
    with closing(Display(os.environ["DISPLAY"])) as client:
        client.screen().root.warp_pointer(*place)
        client.sync()
        assert X11Pointer(os.environ)() == place


def test_without_a_server_the_place_is_unknown() -> None:
    assert X11Pointer({"DISPLAY": ":4711"})() is None
    assert X11Pointer({})() is None
