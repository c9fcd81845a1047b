"""rapidocr 3.10 as this program uses it: find where text stands, then recognise row by row.

Measured on two cores, and the reasons for the settings:

- The detector is given the picture at its own size. Its default blows the short side up to 736 pixels, which costs up
  to five times as long and finds no more words in text of 9 to 14 pixels; enlarging helps no better, and shrinking
  loses lines below 12 pixels.
- Of what the detector takes for text, also what it is not sure of is recognised: at the usual 0.5 it left out whole
  pieces of thin text on dark ground. What was no text is seen by the recogniser's score, and it takes no longer.
- A margin around the picture: without it, a word that fills a tight cut is not found. It has one colour: drawn out of
  the pixels at the edge, a line that is cut in its middle becomes a row of stripes, which is no text.
- Lines are recognised one by one: batches are padded to their longest line and are slower on two threads, and the
  first line can be shown after a twentieth of a second.
- The boxes of one line are joined first, because the detector sometimes splits monospaced text at every space.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import cv2
import msgspec
import numpy as np
import onnxruntime
import rapidocr
from rapidocr import RapidOCR

from kireji.core.reading import ReadLine
from kireji.reader import layout
from kireji.reader.ink import Ink, ink
from kireji.reader.layout import Box

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from PIL.Image import Image as Picture

    Pixels = NDArray[np.uint8]

_MARGIN = 16
_SPARSE = 8
"""Of so many pixels in each direction one tells the colour of the ground."""
_LONGEST_SIDE = 2000
_LEAST_SCORE = 0.5
_WELL_READ = 0.8
_TILT = math.radians(3)
_SUNK = 0.7  # of its height: a long line that leans a little ends so far below its beginning
_SMALLEST = 8  # pixels
_WORD = 1.6  # times as long as high: what is shorter and could not be read is a sign or a picture
_MODELS = Path(rapidocr.__file__).parent / "models"
_PARAMETERS = {
    "Global.log_level": "error",
    "Global.use_vertical_padding": False,
    "Det.limit_side_len": 32,
    "Det.box_thresh": 0.3,
    # Named files are used as they are; without them the library may fetch models from the network.
    "Det.model_path": str(_MODELS / "PP-OCRv6_det_small.onnx"),
    "Rec.model_path": str(_MODELS / "PP-OCRv6_rec_small.onnx"),
}


class Engine:
    """The loaded models.

    Args:
        threads: How many the engine may use.

    Raises:
        OSError: The models are not where the library was installed.
    """

    def __init__(self, threads: int = 2) -> None:
        onnxruntime.disable_telemetry_events()  # on Windows it speaks to the system's own collector
        self._ocr: Any = RapidOCR(params={**_PARAMETERS, "EngineConfig.onnxruntime.intra_op_num_threads": threads})
        self._ocr.use_cls = False
        self._ocr.return_word_box = True  # costs nothing: the recogniser knows where along a line it saw a character
        blank = np.zeros((64, 320, 3), np.uint8)
        self._ocr(blank, use_rec=False)  # the library loads a model at its first use
        self._ocr.recognize_txt([blank])

    def read(self, picture: Picture) -> Iterator[ReadLine]:
        """Yield the lines in reading order, each as soon as it is recognised.

        Args:
            picture: RGB or RGBA.
        """
        pixels = self._ocr.load_img(picture)
        tilted: dict[Box, Any] = {}
        boxes: list[Box] = []
        for corners in self._detect(pixels):
            box = _around(corners, pixels)
            if box.width > 0 and box.height > 0:
                boxes.append(box)
                if _is_tilted(corners):
                    tilted[box] = corners
        spacing = layout.Spacing()
        for row in layout.rows(tuple(dict.fromkeys(boxes))):
            found = [self._best(self._cuts(pixels, box, tilted.get(box))) for box in row.boxes]
            words = [piece.words for piece in found]
            text = spacing.line(row, words)
            if text:
                score = min(piece.score for piece in found if piece.words)
                left, top, right, bottom = layout.union(row.boxes)
                level = not any(box in tilted or layout.stands(box) for box in row.boxes)
                places = [piece.places for piece in found]
                columns = layout.columns(text, row, words, places) if level else ()
                line = ReadLine(text, score, (left, top, right, bottom), columns, layout.pieces(text, row, words))
                yield _with_ink(line, pixels, row, found, tilted)
            for box, piece in zip(row.boxes, found, strict=True):
                if not piece.words and _may_be_words(box):
                    yield ReadLine("", piece.score, box)

    def _detect(self, pixels: Pixels) -> NDArray[np.float32]:
        """Corners of every piece of text, in the picture's own pixels: shape (n, 4, 2)."""
        height, width = pixels.shape[:2]
        scale = min(1.0, _LONGEST_SIDE / max(height, width))
        if scale < 1:
            size = (max(1, round(width * scale)), max(1, round(height * scale)))
            pixels = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False)
            height, width = pixels.shape[:2]
        # The network takes multiples of 32; filling up avoids the distortion of resizing to them.
        bottom, right = (_MARGIN + -(_MARGIN * 2 + side) % 32 for side in (height, width))
        ground = tuple(map(float, np.median(pixels[::_SPARSE, ::_SPARSE].reshape(-1, pixels.shape[2]), axis=0)))
        padded = cv2.copyMakeBorder(pixels, _MARGIN, bottom, _MARGIN, right, cv2.BORDER_CONSTANT, value=ground)
        found = self._ocr.text_det(padded).boxes
        corners = np.zeros((0, 4, 2)) if found is None else np.asarray(found)
        unscaled: NDArray[np.float32] = ((corners - _MARGIN) / scale).astype(np.float32)
        return unscaled

    def _cuts(self, pixels: Pixels, box: Box, corners: NDArray[np.float32] | None) -> list[Pixels]:
        """The piece of the picture, in every way it may have to be turned."""
        if corners is not None:
            return [self._ocr.crop_text_regions(pixels, corners[np.newaxis])[0]]
        cut = pixels[box.top : box.bottom, box.left : box.right]
        if layout.stands(box):
            return [np.ascontiguousarray(np.rot90(cut, turns)) for turns in (1, -1)]
        return [cut]

    def _best(self, cuts: list[Pixels]) -> _Piece:
        """What was recognised best; what cannot be read well may stand on its head."""
        best = max(map(self._recognise, cuts), key=_score)
        if best.score >= _WELL_READ or len(cuts) > 1:
            return best
        turned = self._recognise(np.ascontiguousarray(np.rot90(cuts[0], 2)))
        return best if best.score >= turned.score else turned._replace(places=())

    def _recognise(self, cut: Pixels) -> _Piece:
        result = self._ocr.recognize_txt([cut])
        text, score = result.txts[0], float(result.scores[0])
        if score < _LEAST_SCORE:
            return _Piece("", score, ())
        signs = "".join(sign if sign.isprintable() else " " for sign in text)
        words = signs.strip()
        places = _places(text, result.word_results[0])
        skipped = len(signs) - len(signs.lstrip())
        return _Piece(words, score, places[skipped : skipped + len(words)])


class _Piece(NamedTuple):
    """What was recognised in a piece of a picture.

    Args:
        words: Empty where that was nothing.
        score: 0 to 1.
        places: Where each character stands between the left (0) and the right (1) end; empty where that is not known.
    """

    words: str
    score: float
    places: tuple[float, ...]


def _with_ink(
    line: ReadLine, pixels: Pixels, row: layout.Row, found: list[_Piece], tilted: Collection[Box]
) -> ReadLine:
    """The line with the edges of its letters."""
    pieces = [(box, piece) for box, piece in zip(row.boxes, found, strict=True) if piece.words]
    if any(layout.stands(box) for box, _ in pieces):
        return line
    inks = [_ink(pixels, box, piece, known=box not in tilted) for box, piece in pieces]
    edges = layout.edges(
        line.text, [box for box, _ in pieces], [piece.words for _, piece in pieces], [each.edges for each in inks]
    )
    if not edges:
        return line
    top = min(box.top + each.top for (box, _), each in zip(pieces, inks, strict=True))
    bottom = max(box.top + each.bottom for (box, _), each in zip(pieces, inks, strict=True))
    return msgspec.structs.replace(line, edges=edges, ink=(top, bottom))


def _ink(pixels: Pixels, box: Box, piece: _Piece, *, known: bool) -> Ink:
    """The edges of a piece's letters; where nothing tells where these stand, they are as wide as each other."""
    count = len(piece.words)
    even = tuple((at + 0.5) / count for at in range(count))
    places = piece.places if known and len(piece.places) == count else even
    found = ink(pixels[box.top : box.bottom, box.left : box.right], piece.words, places)
    if found is not None:
        return found
    width = box.width / count
    return Ink(tuple((round(at * width), round((at + 1) * width)) for at in range(count)), 0, box.height)


def _places(text: str, info: Any) -> tuple[float, ...]:
    """From the columns of the network in which characters were seen; blanks are not among them."""
    seen = [column for word in info.word_cols for column in word]
    if info.line_txt_len <= 0 or len(seen) != sum(not sign.isspace() for sign in text):
        return ()
    columns = iter(seen)
    places: list[float] = []
    for sign in text:
        last = places[-1] if places else 0.0
        places.append(last if sign.isspace() else min(1.0, (next(columns) + 0.5) / info.line_txt_len))
    return tuple(places)


def _score(piece: _Piece) -> float:
    return piece.score


def _may_be_words(box: Box) -> bool:
    """Whether a box in which nothing was read is large enough for a word in another writing."""
    return min(box.width, box.height) >= _SMALLEST and max(box.width, box.height) >= _WORD * min(box.width, box.height)


def _around(corners: NDArray[np.float32], pixels: Pixels) -> Box:
    height, width = pixels.shape[:2]
    left, top = np.floor(corners.min(axis=0))
    right, bottom = np.ceil(corners.max(axis=0))
    return Box(max(0, int(left)), max(0, int(top)), min(width, int(right)), min(height, int(bottom)))


def _is_tilted(corners: NDArray[np.float32]) -> bool:
    across, down = map(float, corners[1] - corners[0])
    leans = abs(math.atan2(down, across)) > _TILT or abs(down) > _SUNK * math.dist(corners[0], corners[3])
    return leans and abs(down) > 3
