"""What Qt's own files ask the system for stands in the list of libraries."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path

import PySide6
import pytest

from kireji.desktop.system_libraries import libraries

QT = Path(PySide6.__file__).parent / "Qt"
OURS = [
    *(
        f"lib/libQt6{name}.so.6"
        for name in ("Core", "DBus", "Gui", "Network", "Svg", "Widgets", "XcbQpa", "WaylandClient")
    ),
    *(f"plugins/platforms/libq{name}.so" for name in ("xcb", "wayland", "offscreen")),
    *(f"plugins/xcbglintegrations/libqxcb-{name}-integration.so" for name in ("egl", "glx")),
    "plugins/wayland-graphics-integration-client/libqt-plugin-wayland-egl.so",
    "plugins/tls/libqopensslbackend.so",
]
"""What of Qt the program loads."""
ALWAYS_THERE = {"libc.so.6", "libm.so.6", "libresolv.so.2", "libgthread-2.0.so.0", "libbrotlicommon.so.1"}
"""With the C library, or in a package whose other library is in the list."""


def needed(file: Path) -> Iterator[str]:
    """What an ELF file asks the loader for (elf(5): the entries DT_NEEDED of its dynamic section)."""
    data = file.read_bytes()
    headers, size, count = struct.unpack_from("<Q14xHH", data, 32)[0], *struct.unpack_from("<HH", data, 54)
    segments = [struct.unpack_from("<IIQQQQ", data, headers + size * number) for number in range(count)]
    start, length = next((segment[2], segment[5]) for segment in segments if segment[0] == 2)
    entries = [struct.unpack_from("<QQ", data, at) for at in range(start, start + length, 16)]
    address = next(value for tag, value in entries if tag == 5)
    names = next(address - one[3] + one[2] for one in segments if one[0] == 1 and one[3] <= address < one[3] + one[5])
    for value in (value for tag, value in entries if tag == 1):
        yield data[names + value : data.index(b"\0", names + value)].decode()


@pytest.mark.parametrize("file", OURS, ids=lambda name: Path(name).name)
def test_all_that_qt_needs_from_the_system_is_in_the_list(file: str) -> None:
    listed = {library.name for library in libraries()} | ALWAYS_THERE
    asked = [name for name in needed(QT / file) if not name.startswith(("libQt6", "libicu", "ld-linux"))]
    assert asked
    assert set(asked) <= listed
