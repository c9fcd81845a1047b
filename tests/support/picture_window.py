"""A window that shows a picture, as a program of its own: `python -m tests.support.picture_window X Y FILE`."""

from __future__ import annotations

import sys

from PIL import Image

from tests.support.plain_window import show

if __name__ == "__main__":
    with Image.open(sys.argv[3]) as picture:
        show(int(sys.argv[1]), int(sys.argv[2]), *picture.size, picture.convert("RGBA").tobytes("raw", "BGRA"))
