"""Whether a picture really changed: compared as people see it, so that a caret or a clock does not count.

Both pictures are reduced to a small grey picture each (`ports.ImageCodec.signature`). The reduction is averaging, so
single pixels vanish; what is left is compared place by place.
"""

from __future__ import annotations

SIGNATURE_SIDE = 64
"""Width and height of a signature, one byte for each place."""

REAL_CHANGE = 0.002
"""Share of places up to which two pictures count as the same: 8 of 4096.

Measured on windows of 400 x 300 and more: a caret takes up to 4 places, the minute of a clock 5, a turning wheel of 16
pixels 7; a lamp that turns from red to green 9, one word of a status line 16, a new line of text at least 14 on a whole
screen of 1920 x 1080.
"""

_NOTICEABLE = 10
"""Difference of brightness (of 255) from which a place looks different."""


def difference(before: bytes, after: bytes) -> float:
    """The share of places that look different, 0.0 … 1.0.

    Args:
        before: A signature.
        after: Another; must have the same length.

    Raises:
        ValueError: The lengths differ.
    """
    if len(before) != len(after):
        raise ValueError("signatures of different sizes cannot be compared")
    changed = sum(abs(a - b) >= _NOTICEABLE for a, b in zip(before, after, strict=True))
    return changed / len(before)
