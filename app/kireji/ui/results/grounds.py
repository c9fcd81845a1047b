"""What a picture's ground is like around words, and which ink can be read upon it."""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple, TypeAlias

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QColor, QImage, QPainter

from kireji.ui.tokens import DARK_STRONG, LIGHT_STRONG

_SAMPLE = (160, 24)
"""So many pixels of a box are looked at."""
_NEAR, _SAME = 26, 6
"""How far colours apart are like the ground, and how far they are the ground itself, in red, green and blue each."""
_INK = 60
"""How far a pixel is from the ground that is surely part of a letter."""
_PLAIN = 0.4
"""Part of a box of words that is ground at least where the ground has one colour; letters cover the rest."""
_READABLE = 4.5
_STROKES = 0.05
"""Part of the pixels that are furthest from the ground: the inside of strokes, not their soft edges."""
_MIXES = 12

Colour: TypeAlias = tuple[int, int, int]


class Ground(NamedTuple):
    """What words stand on.

    Args:
        colour: Of the ground.
        ink: In which words can be read on it: the words' own colour where that can be.
        plain: It has one colour; otherwise it is a gradient or a photo.
    """

    colour: QColor
    ink: QColor
    plain: bool


def ground_of(picture: QImage, box: QRect) -> Ground:
    """Look at the pixels of a box with words.

    Args:
        picture: In 32 bits per pixel, opaque.
        box: Within it, not empty.
    """
    counted = _counted(picture, box)
    total = sum(counted.values())
    ground, _ = counted.most_common(1)[0]
    same = sum(count for colour, count in counted.items() if _distance(colour, ground) <= _SAME)
    plain = same >= _PLAIN * total
    if not plain:  # what is most frequent may be the letters
        ground = _mean(list(_around(picture, box).items()) or list(counted.items()))
    furthest, left = [], max(1, int(total * _STROKES))
    for colour, count in sorted(counted.items(), key=lambda each: -_distance(each[0], ground)):
        furthest.append((colour, min(count, left)))
        left -= count
        if left <= 0:
            break
    return Ground(QColor(*ground), readable(QColor(*_mean(furthest)), QColor(*ground)), plain)


def is_plain(picture: QImage, box: QRect, colour: QColor) -> bool:
    """Whether a box holds nothing but ground of one colour."""
    wanted = (colour.red(), colour.green(), colour.blue())
    return all(_distance(each, wanted) <= _NEAR for each in _counted(picture, box))


def ink_height(picture: QImage, box: QRect, ground: Ground) -> int:
    """How many rows of a box have letters in them, from the first to the last: boxes are drawn round letters with more
    or less air. 0 where the ground is no plain one, so that letters cannot be told from it.

    Args:
        picture: In 32 bits per pixel, opaque.
        box: Within it, not empty.
        ground: What the words stand on.
    """
    if not ground.plain:
        return 0
    wanted = (ground.colour.red(), ground.colour.green(), ground.colour.blue())
    part = picture.copy(box)
    pixels = memoryview(part.constBits()).cast("B").cast("I")
    stride, wide = part.bytesPerLine() // 4, part.width()
    step = max(1, wide // _SAMPLE[0])
    rows = [
        row
        for row in range(part.height())
        if any(
            _distance((pixel >> 16 & 255, pixel >> 8 & 255, pixel & 255), wanted) > _INK
            for pixel in pixels[row * stride : row * stride + wide : step]
        )
    ]
    return rows[-1] - rows[0] + 1 if rows else 0


def readable(ink: QColor, ground: QColor) -> QColor:
    """An ink, as much nearer to black or white as it takes to read it upon a ground."""
    end = max((QColor(LIGHT_STRONG.ink), QColor(DARK_STRONG.ink)), key=lambda each: contrast(each, ground))
    for step in range(_MIXES + 1):
        mixed = _mixed(ink, end, step / _MIXES)
        if contrast(mixed, ground) >= _READABLE:
            return mixed
    return end


def cover(painter: QPainter, picture: QImage, box: QRect, ground: Ground) -> None:
    """Paint words over as if they had never been there.

    Args:
        painter: Upon the picture that is shown.
        picture: As it was.
        box: Of the words.
        ground: What they stand on.
    """
    if ground.plain:
        painter.fillRect(box, ground.colour)
        return
    whole = picture.rect()
    above = QRect(box.left(), box.top() - 1, box.width(), 1).intersected(whole)
    below = QRect(box.left(), box.bottom() + 1, box.width(), 1).intersected(whole)
    strips = [picture.copy(strip) for strip in (above, below) if not strip.isEmpty()]
    if not strips:
        painter.fillRect(box, ground.colour)
        return
    # Without what a single pixel says: letters above or below would run through as stripes.
    coarse = max(1, box.width() // max(6, box.height()))
    smooth = Qt.TransformationMode.SmoothTransformation
    ends = QImage(coarse, 2, QImage.Format.Format_RGB32)
    for row, strip in enumerate((strips[0], strips[-1])):
        small = strip.scaled(coarse, 1, Qt.AspectRatioMode.IgnoreAspectRatio, smooth)
        for column in range(coarse):
            ends.setPixel(column, row, small.pixel(column, 0))
    painter.drawImage(box, ends.scaled(box.size(), Qt.AspectRatioMode.IgnoreAspectRatio, smooth))


def contrast(one: QColor, other: QColor) -> float:
    """How well one can be read upon the other, as WCAG reckons it: 1 to 21."""
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def _around(picture: QImage, box: QRect) -> Counter[Colour]:
    """The pixels just outside a box."""
    outer = box.adjusted(-2, -2, 2, 2)
    strips = (
        QRect(outer.left(), outer.top(), outer.width(), 2),
        QRect(outer.left(), box.bottom() + 1, outer.width(), 2),
        QRect(outer.left(), box.top(), 2, box.height()),
        QRect(box.right() + 1, box.top(), 2, box.height()),
    )
    counted: Counter[Colour] = Counter()
    for strip in strips:
        if not (inside := strip.intersected(picture.rect())).isEmpty():
            counted.update(_counted(picture, inside))
    return counted


def _counted(picture: QImage, box: QRect) -> Counter[Colour]:
    small = picture.copy(box)
    if box.width() > _SAMPLE[0] or box.height() > _SAMPLE[1]:
        width, height = min(box.width(), _SAMPLE[0]), min(box.height(), _SAMPLE[1])
        small = small.scaled(width, height, Qt.AspectRatioMode.IgnoreAspectRatio)
    counted: Counter[Colour] = Counter()
    for pixel, count in Counter(memoryview(small.constBits()).cast("B").cast("I")).items():
        counted[pixel >> 16 & 255, pixel >> 8 & 255, pixel & 255] += count
    return counted


def _distance(one: Colour, other: Colour) -> int:
    return max(abs(a - b) for a, b in zip(one, other, strict=True))


def _mean(counted: list[tuple[Colour, int]]) -> Colour:
    total = sum(count for _, count in counted)
    red, green, blue = (sum(colour[part] * count for colour, count in counted) // total for part in range(3))
    return (red, green, blue)


def _mixed(one: QColor, other: QColor, share: float) -> QColor:
    return QColor.fromRgbF(
        one.redF() + (other.redF() - one.redF()) * share,
        one.greenF() + (other.greenF() - one.greenF()) * share,
        one.blueF() + (other.blueF() - one.blueF()) * share,
    )


def _luminance(colour: QColor) -> float:
    parts = (colour.redF(), colour.greenF(), colour.blueF())
    linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
