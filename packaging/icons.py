"""Brings the interface's icons in and renders the program's own at the sizes the desktop asks for.

    python packaging/icons.py lucide FOLDER    copies the icons in use from an unpacked `lucide-static` package
    python packaging/icons.py render           draws resources/icons/*.png from kireji.svg and tray.svg
    python packaging/icons.py program FILE     the program's own icon in one file: .ico for Windows, .icns for macOS

The first two are run by hand when an icon changes, and their results are part of the repository; builds run the third.
"""

from __future__ import annotations

import io
import re
import shutil
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

ICONS = Path(__file__).resolve().parent.parent / "resources" / "icons"
SIZES = (16, 22, 32, 48, 64, 128, 256)
TRAY_SIZES = (16, 22, 32, 48, 64)
PROGRAM_SIZES = {".ico": (16, 20, 24, 32, 40, 48, 64, 128, 256), ".icns": (32, 64, 128, 256, 512, 1024)}
"""Windows takes steps of a quarter of 16, 32 and 48; macOS doubles."""
USED = (
    "archive", "arrow-down", "arrow-up", "check", "chevron-down", "chevron-left", "chevron-right", "circle-alert",
    "columns-2", "copy", "crop", "ellipsis", "external-link", "eye-off", "file-text", "folder", "folder-open", "globe",
    "hash", "image", "info", "key", "keyboard", "languages", "layers", "menu", "message-square", "minus", "monitor",
    "moon", "move-up-right", "palette", "panel-right", "pause", "pen-line", "pencil", "pin", "play", "plus", "power",
    "redo-2", "refresh-cw", "rotate-cw", "save", "scan", "search", "settings", "shield-check", "square", "sun",
    "table-2", "trash-2", "type", "undo-2", "wifi-off", "wrench", "x", "zoom-in", "zoom-out",
)  # fmt: skip


def copy_lucide(package: Path) -> None:
    target = ICONS / "lucide"
    target.mkdir(parents=True, exist_ok=True)
    for old in target.glob("*.svg"):
        old.unlink()
    for name in USED:
        text = (package / "icons" / f"{name}.svg").read_text("utf-8")
        text = re.sub(r"\s*\n\s*", " ", text.split("-->", 1)[-1].strip())
        (target / f"{name}.svg").write_text(text.replace("> <", "><") + "\n", "utf-8")
    shutil.copyfile(package / "LICENSE", target / "LICENSE")


def render() -> None:
    for name, sizes in (("kireji", SIZES), ("tray", TRAY_SIZES)):
        for size, data in zip(sizes, drawn(name, sizes), strict=True):
            (ICONS / f"{name}-{size}.png").write_bytes(data)


def drawn(name: str, sizes: Iterable[int]) -> Iterator[bytes]:
    """A picture at some sizes, as PNG; the smallest are drawn from a simpler picture where there is one."""
    from PySide6.QtCore import QBuffer, QSize
    from PySide6.QtGui import QGuiApplication, QImage, QPainter, qRgba
    from PySide6.QtSvg import QSvgRenderer

    app = QGuiApplication.instance() or QGuiApplication([*sys.argv[:1], "-platform", "offscreen"])
    for size in sizes:
        small = ICONS / f"{name}-small.svg"
        source = small if size <= 24 and small.exists() else ICONS / f"{name}.svg"
        image = QImage(QSize(size, size), QImage.Format.Format_ARGB32)
        image.fill(qRgba(0, 0, 0, 0))
        painter = QPainter(image)
        QSvgRenderer(str(source)).render(painter)
        painter.end()
        buffer = QBuffer()
        image.save(buffer, "PNG")
        yield bytes(buffer.data().data())
    del app


def program_icon(target: Path) -> None:
    """All sizes in one file; the largest comes last, and each is drawn, none scaled."""
    from PIL import Image

    sizes = PROGRAM_SIZES[target.suffix]
    pictures = [Image.open(io.BytesIO(data)).convert("RGBA") for data in drawn("kireji", sizes)]
    target.parent.mkdir(parents=True, exist_ok=True)
    largest, others = pictures[-1], pictures[:-1]
    if target.suffix == ".ico":
        places = [(size, size) for size in sizes]
        largest.save(target, sizes=places, append_images=others, bitmap_format="bmp")
    else:
        largest.save(target, append_images=others)


if __name__ == "__main__":
    if sys.argv[1:2] == ["lucide"] and len(sys.argv) == 3:
        copy_lucide(Path(sys.argv[2]))
    elif sys.argv[1:] == ["render"]:
        render()
    elif sys.argv[1:2] == ["program"] and len(sys.argv) == 3 and Path(sys.argv[2]).suffix in PROGRAM_SIZES:
        program_icon(Path(sys.argv[2]))
    else:
        sys.exit(__doc__)
