"""A picture with its words in another language: the original words covered, the translation set into their place."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QImage, QPainter, QTextLayout, QTextOption

from kireji.core.structured.translation import Alignment, TranslatedBlock, Translation
from kireji.ui.chat.words import is_right_to_left
from kireji.ui.results.grounds import Ground, cover, ground_of, ink_height, is_plain

_LEGIBLE = 9
"""Smallest letters, in logical pixels."""
_SIZE = 0.84
"""Size of letters to the height of the box that is drawn around a line of them."""
_SLACK = 0.4
"""What may stand out of a box, to the height of a line: the air above and below letters, which is none of theirs."""
_GOOD = 0.95
"""Letters that must become smaller than this part of the original's look for more room first."""
_GROWTH = 1.5
"""How much wider than the original a paragraph may become where the picture is empty beside it."""
_ALIKE = 0.72
"""Lines whose heights differ by no more than this were written in one size."""
_STEP = 4
_AIR = 3
"""Left free beside what else stands on the picture."""
_LONGEST = 4_000
"""Characters of one block that are set; no box of a picture holds more."""
_MEASURED = 200
"""Characters of the original that decide about the size of its letters."""
_ELLIPSIS = "…"


class LaidBlock(NamedTuple):
    """Where one block's translation stands.

    Args:
        place: Number of the block in its translation.
        box: What it covers, in the picture's pixels.
        text: In full.
        shortened: Not all of it had room: `text` belongs into a tool tip.
    """

    place: int
    box: QRect
    text: str
    shortened: bool


class TranslatedPicture:
    """Lays translations over a picture, those that are there, and later ones upon them as they come.

    Everything of it may run in a thread, as long as only one uses it at a time: it paints into an image.

    Args:
        picture: As it was captured.
        blocks: All blocks of the picture, so that what grows leaves the others alone; their texts may still be empty.
        ratio: The picture's pixels per logical pixel, for how small letters may become.
        font: Whose family is used; None takes the interface's.
    """

    def __init__(
        self, picture: QImage, blocks: Sequence[TranslatedBlock], ratio: float = 1.0, font: QFont | None = None
    ) -> None:
        self._original = _opaque(picture)
        self.image = self._original.copy()
        """The picture with what has been laid over it so far."""
        self._font = QFont(font) if font is not None else QFont()
        self._least = max(6, math.ceil(_LEGIBLE * ratio))
        self._boxes = [_rect(block.block.box) for block in blocks]
        self._heights = sorted(height for block in blocks for height in _thicknesses(block))
        self._laid: dict[int, LaidBlock] = {}
        self._texts: dict[int, str] = {}

    @property
    def laid(self) -> tuple[LaidBlock, ...]:
        """What lies over the picture, in reading order."""
        return tuple(self._laid[place] for place in sorted(self._laid))

    def lay(self, blocks: Sequence[TranslatedBlock]) -> bool:
        """Lay over what is translated and not laid yet.

        Args:
            blocks: The same blocks in the same order; those without a translation are left as they are.

        Returns:
            Whether the picture has changed.
        """
        changed = False
        for place, block in enumerate(blocks):
            if not _to_lay(block) or self._texts.get(place) == block.text:
                continue
            box = _rect(block.block.box).intersected(self._original.rect())
            if box.width() < 2 or box.height() < 2:
                continue
            self._texts[place] = block.text
            self._laid[place] = self._set(place, block, box)
            changed = True
        return changed

    def at(self, x: int, y: int) -> LaidBlock | None:
        """The block that lies over one of the picture's pixels."""
        return next((each for each in self._laid.values() if each.box.contains(x, y)), None)

    def _set(self, place: int, block: TranslatedBlock, box: QRect) -> LaidBlock:
        ground = ground_of(self._original, box)
        lines = [_rect(line).intersected(self._original.rect()) for line in block.block.lines] or [box]
        letters = [high for line in lines if not line.isEmpty() and (high := ink_height(self._original, line, ground))]
        ink = _middle(letters) if letters and not block.block.upright else 0
        height = _middle(_thicknesses(block) or [box.height()])
        setting = _Setting(block, self._font, self._least, ink, self._usual(height))
        room, side = self._room(place, block, box, ground, setting)
        painter = QPainter(self.image)
        painter.setRenderHint(QPainter.RenderHint.TextAntialiasing)
        for line in lines:
            if not line.isEmpty():
                cover(painter, self._original, line.adjusted(-1, -1, 1, 1).intersected(self.image.rect()), ground)
        shortened = setting.paint(painter, QRectF(room), ground, side)
        painter.end()
        return LaidBlock(place, room.united(box), block.text, shortened)

    def _usual(self, height: int) -> int:
        """How high lines of about this height are: without letters that reach below the line, a box is lower."""
        low, high = height * _ALIKE, height / _ALIKE
        return _middle([each for each in self._heights if low <= each <= high] or [height])

    def _room(
        self, place: int, block: TranslatedBlock, box: QRect, ground: Ground, setting: _Setting
    ) -> tuple[QRect, Qt.AlignmentFlag]:
        """What the translation may use: the box, and empty ground beside it where the box is too small."""
        source_rtl = is_right_to_left(block.block.text)
        several = len(block.block.lines) > 1
        rtl = is_right_to_left(block.text) if several else source_rtl
        side = Qt.AlignmentFlag.AlignRight if rtl else Qt.AlignmentFlag.AlignLeft
        if several and block.block.alignment is Alignment.CENTRE:
            side = Qt.AlignmentFlag.AlignHCenter
        if not ground.plain or setting.fits(QRectF(box), _GOOD):
            return box, side
        most = int(box.width() * (_GROWTH - 1)) if several else math.ceil(setting.width() - box.width()) + 2 * _AIR
        right = self._free(place, box, ground, most, leftwards=False)
        left = self._free(place, box, ground, most, leftwards=True)
        if not several and 0 < right < most and 0 < left < most and abs(right - left) <= max(6, box.height() // 2):
            # As much room at both sides: it stands in the middle of a button.
            spare = max(0, min(left, right) - max(_AIR, box.height() // 3))
            return box.adjusted(-spare, 0, spare, 0), Qt.AlignmentFlag.AlignHCenter
        if side == Qt.AlignmentFlag.AlignHCenter:
            spare = max(0, min(left, right, most // 2) - _AIR)
            return box.adjusted(-spare, 0, spare, 0), side
        if rtl:
            return box.adjusted(-max(0, left - _AIR), 0, 0, 0), side
        return box.adjusted(0, 0, max(0, right - _AIR), 0), side

    def _free(self, place: int, box: QRect, ground: Ground, most: int, *, leftwards: bool) -> int:
        """How many pixels beside a box are empty."""
        gap = max(_AIR, box.height() // 4)
        taken = [laid.box for number, laid in self._laid.items() if number != place]
        taken += [other for number, other in enumerate(self._boxes) if number != place]
        others = [other.adjusted(-gap, 0, gap, 0) for other in taken]
        free = 0
        while free < most:
            left = box.left() - free - _STEP if leftwards else box.right() + 1 + free
            strip = QRect(left, box.top(), _STEP, box.height())
            if not self._original.rect().contains(strip) or any(strip.intersects(other) for other in others):
                break
            if not is_plain(self._original, strip, ground.colour):
                break
            free += _STEP
        return free


def translated_picture(picture: QImage, translation: Translation, ratio: float = 1.0) -> TranslatedPicture:
    """A picture with all of its translation laid over it.

    Args:
        picture: As it was captured.
        translation: Of its words.
        ratio: As of `TranslatedPicture`.
    """
    result = TranslatedPicture(picture, translation.blocks, ratio)
    result.lay(translation.blocks)
    return result


class _Setting:
    """Sets one text: the largest letters up to the original's that fit, and no smaller than can be read."""

    def __init__(self, block: TranslatedBlock, font: QFont, least: int, ink: int, line: int) -> None:
        self._text = " ".join(block.text[:_LONGEST].split())
        self._font = QFont(font)
        self._least = least
        self._rtl = is_right_to_left(block.text)
        self._most = max(4, min(round(line * _SIZE), _size_of(block.block.text, font, ink) or line))
        self._slack = line * _SLACK

    def width(self) -> float:
        """What it takes on one line, with letters of the original's size."""
        self._font.setPixelSize(self._most)
        return QFontMetricsF(self._font).horizontalAdvance(self._text)

    def fits(self, room: QRectF, part: float) -> bool:
        """Whether it fits with letters of at least a part of the original's size."""
        return self._lines(room.width(), max(4, round(self._most * part)))[1] <= room.height() + self._slack

    def paint(self, painter: QPainter, room: QRectF, ground: Ground, side: Qt.AlignmentFlag) -> bool:
        """Paint it.

        Returns:
            Whether it had to be shortened.
        """
        size = self._size(room)
        layout, height = self._lines(room.width(), size, side)
        one_line = layout.lineCount() == 1
        shortened = (
            layout.lineAt(0).naturalTextWidth() > room.width() if one_line else height > room.height() + self._slack
        )
        if shortened:
            layout, height = self._shortened(room, size, side)
        top = room.top() + max((room.height() - height) / 2, 0.0) if layout.lineCount() == 1 else room.top()
        if height > room.height():
            top = room.top() - (height - room.height()) / 2
        painter.setPen(ground.ink)
        layout.draw(painter, QPointF(room.left(), top))
        return shortened

    def _size(self, room: QRectF) -> int:
        low, high = min(self._least, self._most), self._most
        while low < high:
            middle = (low + high + 1) // 2
            if self._lines(room.width(), middle)[1] <= room.height() + self._slack:
                low = middle
            else:
                high = middle - 1
        return low

    def _lines(
        self, width: float, size: int, side: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignLeft, text: str | None = None
    ) -> tuple[QTextLayout, float]:
        self._font.setPixelSize(max(1, size))
        layout = QTextLayout(self._text if text is None else text, self._font)
        option = QTextOption(side | Qt.AlignmentFlag.AlignAbsolute)
        option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        option.setTextDirection(Qt.LayoutDirection.RightToLeft if self._rtl else Qt.LayoutDirection.LeftToRight)
        layout.setTextOption(option)
        layout.beginLayout()
        height = 0.0
        while (line := layout.createLine()).isValid():
            line.setLineWidth(width)
            line.setPosition(QPointF(0, height))
            height += line.height()
        layout.endLayout()
        return layout, height

    def _shortened(self, room: QRectF, size: int, side: Qt.AlignmentFlag) -> tuple[QTextLayout, float]:
        """As many lines as have room, an ellipsis at the end of the last."""
        whole, height = self._lines(room.width(), size, side)
        one = height / max(1, whole.lineCount())
        count = max(1, int((room.height() + self._slack) / one))
        last = whole.lineAt(min(count, whole.lineCount()) - 1)
        end = last.textStart() + last.textLength()
        while True:
            text = self._text[:end].rstrip() + _ELLIPSIS
            layout, height = self._lines(room.width(), size, side, text)
            if layout.lineCount() <= count or end <= 1:
                return layout, height
            end -= 1


def _size_of(text: str, font: QFont, ink: int) -> int:
    """The size of letters whose ink is so high; 0 when that is not known.

    Args:
        text: As it stands on the picture: words without long letters are lower than others of their size.
        font: That is about as high as the original's.
        ink: From the highest to the lowest letter of a line, in pixels.
    """
    if not ink:
        return 0
    measured = QFont(font)
    measured.setPixelSize(100)
    high = QFontMetricsF(measured).tightBoundingRect(" ".join(text[:_MEASURED].split())).height()
    return round(ink * 100 / high) + 1 if high > 0 else 0


def _to_lay(block: TranslatedBlock) -> bool:
    return bool(block.text.strip()) and not block.missing and block.text.strip() != block.block.text.strip()


def _opaque(picture: QImage) -> QImage:
    """The same in 32 bits per pixel without transparency, its size in pixels as its size in points."""
    if picture.hasAlphaChannel():
        result = QImage(picture.size(), QImage.Format.Format_RGB32)
        result.fill(Qt.GlobalColor.white)
        painter = QPainter(result)
        source = QImage(picture)
        source.setDevicePixelRatio(1.0)
        painter.drawImage(0, 0, source)
        painter.end()
        return result
    result = picture.convertToFormat(QImage.Format.Format_RGB32)
    result.setDevicePixelRatio(1.0)
    return result


def _rect(box: tuple[int, int, int, int]) -> QRect:
    return QRect(box[0], box[1], box[2] - box[0], box[3] - box[1])


def _thicknesses(block: TranslatedBlock) -> list[int]:
    """Heights of its lines; of upright ones, widths."""
    lines = block.block.lines or (block.block.box,)
    return [right - left if block.block.upright else bottom - top for left, top, right, bottom in lines]


def _middle(heights: list[int]) -> int:
    return sorted(heights)[len(heights) // 2]
