"""A window of known pixels at a known place, as a program of its own: `python -m tests.support.pattern_window X Y W H`.

Every pixel says where it is, so that a crop that is off by one anywhere is seen.
"""

from __future__ import annotations

import sys

from Xlib import X
from Xlib.display import Display


def pattern(width: int, height: int) -> bytes:
    """Blue, green, red, unused per pixel: blue counts columns, green counts rows, red is the carry of both."""
    rows = bytearray()
    for y in range(height):
        for x in range(width):
            rows += bytes((x & 0xFF, y & 0xFF, (x >> 8) << 4 | (y >> 8), 0))
    return bytes(rows)


def main() -> None:
    """Show it until killed; prints "shown" when it is on the screen."""
    x, y, width, height = map(int, sys.argv[1:5])
    display = Display()
    screen = display.screen()
    window = screen.root.create_window(
        x, y, width, height, 0, screen.root_depth, X.InputOutput, X.CopyFromParent, override_redirect=True,
        event_mask=X.ExposureMask,
    )  # fmt: skip
    context = window.create_gc()
    data = pattern(width, height)
    window.map()
    shown = False
    while True:
        event = display.next_event()
        if event.type == X.Expose and event.count == 0:
            step = max(1, 200_000 // (width * 4))
            for top in range(0, height, step):
                rows = min(step, height - top)
                piece = data[top * width * 4 : (top + rows) * width * 4]
                window.put_image(context, 0, top, width, rows, X.ZPixmap, screen.root_depth, 0, piece)
            display.sync()
            if not shown:
                shown = True
                print("shown", flush=True)


if __name__ == "__main__":
    main()
