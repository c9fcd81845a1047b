"""What Qt grabs of a desktop, as a program of its own, since screen factors count once: `python -m ... FOLDER`.

Writes `<number>.raw` for each screen, rows without gaps, and `screens.json` with the places.
"""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path

from PySide6.QtGui import QGuiApplication

from kireji.core.geometry import Rect
from kireji.ui.platform.screens import QtScreenCapture, screen_places


def _numbers(rect: Rect) -> list[int]:
    return [rect.x, rect.y, rect.width, rect.height]


def main(folder: Path) -> None:
    app = QGuiApplication(["qt-grab"])
    screens = asyncio.run(QtScreenCapture().grab())
    told = []
    for number, (screen, place) in enumerate(zip(screens, screen_places(), strict=True)):
        assert place.native == screen.native
        rows = (screen.pixels[y * screen.stride : y * screen.stride + screen.width * 4] for y in range(screen.height))
        (folder / f"{number}.raw").write_bytes(b"".join(rows))
        told.append({"native": _numbers(screen.native), "logical": _numbers(place.logical), "scale": place.scale})
    (folder / "screens.json").write_text(json.dumps(told))
    del app


if __name__ == "__main__":
    main(Path(sys.argv[1]))
