"""Formulas in TeX to pictures, drawn by ziamath in a thread; what cannot be drawn is shown as its source.

A formula is hostile input: its length and depth are bounded, macros are refused, drawing ends at a deadline, and of the
drawing only plain shapes are accepted.
"""

from __future__ import annotations

import functools
import logging
import re
import sys
import threading
import time
import warnings
from collections import OrderedDict
from dataclasses import dataclass
from queue import SimpleQueue
from types import FrameType
from typing import Any

from PySide6.QtCore import QByteArray, QObject, QRectF, Qt, Signal
from PySide6.QtGui import QImage, QPainter

from kireji.ui.chat.mathml import MACROS

log = logging.getLogger(__name__)

_LONGEST = 1200
"""Characters."""
_DEEPEST = 8
"""Braces and brackets inside each other; the time for drawing doubles with each."""
_SECONDS = 1.0
"""For drawing one formula."""
_UNITS = 24.0
"""Type size at which formulas are drawn before they are scaled."""
_LARGEST_DRAWING = 600_000
"""Bytes."""
_LARGEST_PICTURE = 4000
"""Device pixels of an edge."""
_KEPT_DRAWINGS = 400
_KEPT_BYTES = 8_000_000
_KEPT_PIXELS = 4_000_000
_MARKS = re.compile(r"\\(?:label\{[^{}]*\}|nonumber\b|notag\b)")
_NUMBER = re.compile(r"\\tag\*?\{([^{}]*)\}")
_DEEPER = re.compile(r"\\.|[{}]", re.DOTALL)
_ENVIRONMENTS = (
    (re.compile(r"\\(begin|end)\{(?:align|flalign|eqnarray)\*?\}"), r"\\\1{align*}"),
    (re.compile(r"\\begin\{alignat\*?\}\{\d{1,2}\}"), r"\\begin{align*}"),
    (re.compile(r"\\end\{alignat\*?\}"), r"\\end{align*}"),
    (re.compile(r"\\(begin|end)\{(equation|gather|multline)\}"), r"\\\1{\2*}"),
)
_LIBRARIES = frozenset({"ziamath", "ziafont", "latex2mathml"})
_SHAPES = frozenset({"svg", "g", "path", "rect", "line"})
_ELEMENT = re.compile(r"<([^\s/>!?]+)")


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula as a picture.

    Args:
        image: In the screen's resolution.
        baseline: How far below the picture's upper edge the line stands on which it is set, in logical pixels.
        width: In logical pixels.
        height: In logical pixels.
    """

    image: QImage
    baseline: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class _Drawing:
    """A formula as shapes, black where they have no colour of their own.

    Args:
        svg: The shapes.
        width: In units, `_UNITS` of which are a type size.
        height: In units.
        baseline: Below the upper edge, in units.
    """

    svg: str
    width: float
    height: float
    baseline: float


class Formulas(QObject):
    """Draws formulas in a thread and keeps the last ones.

    Args:
        parent: As usual in Qt.
    """

    ready = Signal(object)
    """A formula can be drawn or is known to be none: its TeX."""
    _drawn = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._drawings: OrderedDict[tuple[str, bool], _Drawing | None] = OrderedDict()
        self._bytes = 0
        self._pictures: OrderedDict[tuple[object, ...], Formula] = OrderedDict()
        self._pixels = 0
        self._wanted: set[tuple[str, bool]] = set()
        self._drawn.connect(self._take, Qt.ConnectionType.QueuedConnection)

    def picture(self, tex: str, *, display: bool, size_px: float, colour: str, ratio: float = 1.0) -> Formula | None:
        """A formula as a picture, if it is there already; None for its source to be shown.

        One that is not there is drawn in a thread, and `ready` says when.

        Args:
            tex: Without the marks around it.
            display: Whether it is set large.
            size_px: Type size in logical pixels.
            colour: #RRGGBB.
            ratio: Device pixels per logical pixel.
        """
        key = (tex, display, size_px, colour, ratio)
        if (known := self._pictures.get(key)) is not None:
            self._pictures.move_to_end(key)
            return known
        if (tex, display) not in self._drawings:
            self._want(tex, display)
            return None
        self._drawings.move_to_end((tex, display))
        drawing = self._drawings[tex, display]
        formula = None if drawing is None else _painted(drawing, size_px, colour, ratio)
        if formula is not None:
            self._keep(key, formula)
        return formula

    def _want(self, tex: str, display: bool) -> None:
        if (tex, display) not in self._wanted:
            self._wanted.add((tex, display))
            _worker().put((tex, display, self._drawn))

    def _take(self, result: tuple[str, bool, _Drawing | None]) -> None:
        tex, display, drawing = result
        self._wanted.discard((tex, display))
        self._drawings[tex, display] = drawing
        self._bytes += len(drawing.svg) if drawing else 0
        while len(self._drawings) > _KEPT_DRAWINGS or self._bytes > _KEPT_BYTES:
            _, old = self._drawings.popitem(last=False)
            self._bytes -= len(old.svg) if old else 0
        self.ready.emit(tex)

    def _keep(self, key: tuple[object, ...], formula: Formula) -> None:
        self._pictures[key] = formula
        self._pixels += formula.image.width() * formula.image.height()
        while self._pixels > _KEPT_PIXELS and len(self._pictures) > 1:
            _, old = self._pictures.popitem(last=False)
            self._pixels -= old.image.width() * old.image.height()


def render(tex: str, *, display: bool, size_px: float, colour: str, ratio: float = 1.0) -> Formula | None:
    """A formula as a picture, drawn at once; None if its source must be shown. The arguments are as above."""
    drawing = _draw(tex, display)
    return None if drawing is None else _painted(drawing, size_px, colour, ratio)


@functools.cache
def _worker() -> SimpleQueue[tuple[str, bool, Any]]:
    queue: SimpleQueue[tuple[str, bool, Any]] = SimpleQueue()
    threading.Thread(target=_work, args=(queue,), name="formulas", daemon=True).start()
    return queue


def _work(queue: SimpleQueue[tuple[str, bool, Any]]) -> None:
    while True:
        tex, display, drawn = queue.get()
        usual = sys.getswitchinterval()
        # Drawing is all Python; the window waits for its turn only as long as this says.
        sys.setswitchinterval(min(usual, 0.001))
        try:
            drawing = _draw(tex, display)
        finally:
            sys.setswitchinterval(usual)
        try:
            drawn.emit((tex, display, drawing))
        except RuntimeError:
            # Who asked is gone.
            continue


@functools.cache
def _library() -> Any:
    with warnings.catch_warnings():
        # WORKAROUND ziamath 0.13: it finds its font by a function that Python 3.11 calls deprecated.
        warnings.simplefilter("ignore", DeprecationWarning)
        import ziamath
        from ziamath.config import config

    # Qt's renderer does not know how SVG 2 refers to shapes that are drawn twice.
    config.svg2 = False
    return ziamath


def _draw(tex: str, display: bool) -> _Drawing | None:
    prepared = _prepared(tex)
    if prepared is None:
        return None
    try:
        return _bounded(_library(), prepared, display)
    except Exception as error:  # noqa: BLE001 - ziamath has no errors of its own: asserts, indexes, recursion, XML
        log.debug("a formula cannot be drawn: %s", type(error).__name__)
        return None


def _bounded(library: Any, tex: str, display: bool) -> _Drawing | None:
    deadline = time.monotonic() + _SECONDS

    def watch(frame: FrameType, _event: str, _argument: Any) -> None:
        # What the collector of garbage calls would swallow the error, and nobody would watch any more.
        if time.monotonic() > deadline and frame.f_globals.get("__name__", "").partition(".")[0] in _LIBRARIES:
            raise TimeoutError

    before = sys.getprofile()
    sys.setprofile(watch)
    try:
        formula = library.Math.fromlatex(tex, size=_UNITS, inline=not display)
        font = formula.font
        if any(not font.glyphindex(character) for character in tex if ord(character) > 0x7F):
            return None
        svg = formula.svg()
        box = formula.node.bbox
        margin = formula.margin
    finally:
        sys.setprofile(before)
    if len(svg) > _LARGEST_DRAWING or not _is_plain(svg):
        return None
    width, height = box.xmax - box.xmin + 2 * margin, box.ymax - box.ymin + 2 * margin
    return _Drawing(svg, width, height, box.ymax + margin) if width > 0 and height > 0 else None


def _prepared(tex: str) -> str | None:
    """TeX as ziamath understands it; None for what is not tried."""
    if not tex.strip() or len(tex) > _LONGEST or MACROS.search(tex) or _depth(tex) > _DEEPEST:
        return None
    tex = _NUMBER.sub(r"\\qquad (\\text{\1})", _MARKS.sub("", tex))
    for pattern, replacement in _ENVIRONMENTS:
        tex = pattern.sub(replacement, tex)
    # ziamath goes by way of XML and escapes nothing.
    tex = tex.replace("<", r"\lt ").replace(">", r"\gt ")
    return tex if "\\begin" in tex else re.sub(r"(?<!\\)&", r"\\&", tex)


def _depth(tex: str) -> int:
    depth = deepest = 0
    for match in _DEEPER.finditer(tex):
        word = match[0]
        if word == "{" or tex.startswith(("\\left", "\\begin"), match.start()):
            depth += 1
        elif word == "}" or tex.startswith(("\\right", "\\end"), match.start()):
            depth -= 1
        deepest = max(deepest, depth)
    return deepest


def _is_plain(svg: str) -> bool:
    """Whether a drawing holds only shapes, and nothing that refers to anything."""
    return set(_ELEMENT.findall(svg)) <= _SHAPES and "url(" not in svg and "href=" not in svg


def _painted(drawing: _Drawing, size_px: float, colour: str, ratio: float) -> Formula | None:
    from PySide6.QtSvg import QSvgRenderer

    scale = size_px / _UNITS
    width, height = drawing.width * scale, drawing.height * scale
    pixels_wide, pixels_high = round(width * ratio + 0.5), round(height * ratio + 0.5)
    if max(pixels_wide, pixels_high) > _LARGEST_PICTURE:
        return None
    image = QImage(pixels_wide, pixels_high, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(Qt.GlobalColor.transparent)
    renderer = QSvgRenderer(QByteArray(drawing.svg.replace('="black"', f'="{colour}"').encode()))
    if not renderer.isValid():
        return None
    painter = QPainter(image)
    renderer.render(painter, QRectF(0, 0, width * ratio, height * ratio))
    painter.end()
    image.setDevicePixelRatio(ratio)
    return Formula(image, drawing.baseline * scale, width, height)
