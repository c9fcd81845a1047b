"""A window of known pixels at a known place, as a program of its own: `python -m tests.support.pattern_window X Y W H`.

Every pixel says where it is, so that a crop that is off by one anywhere is seen.
"""

from __future__ import annotations

import sys

from tests.support.plain_window import show


def pattern(width: int, height: int) -> bytes:
    """Blue, green, red, unused per pixel: blue counts columns, green counts rows, red is the carry of both."""
    rows = bytearray()
    for y in range(height):
        for x in range(width):
            rows += bytes((x & 0xFF, y & 0xFF, (x >> 8) << 4 | (y >> 8), 0))
    return bytes(rows)


if __name__ == "__main__":
    left, top, wide, high = map(int, sys.argv[1:5])
    show(left, top, wide, high, pattern(wide, high))
