"""How many tokens something has, estimated on this computer: text, pictures, documents, tools, and the frame around.

Nothing here knows a real tokenizer. A text is measured (words, letters, signs, characters of other scripts), and what
a measure takes on average is known by experience for each family of models. How far off that is for the text of one
person and one service is learned from what the service reports; see `core.token_corrections`.

    amounts = added(measured(text), framed(messages=1))
    tokens = typical(amounts, Family.of("claude-haiku-5-5"))
"""

from __future__ import annotations

import enum
import functools
import math
import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import NamedTuple, TypeAlias

Amounts: TypeAlias = tuple[float, ...]
"""How much there is of each measure, in the order of `MEASURES`."""


class Kind(enum.Enum):
    """Kinds of content that the same tokenizer treats differently."""

    PROSE = "prose"
    CODE = "code"
    CJK = "cjk"
    OTHER = "other scripts"
    PICTURE = "pictures"
    DOCUMENT = "documents"
    FRAME = "frame"


class Measure(NamedTuple):
    """Something that can be counted.

    Args:
        name: What is counted.
        kind: Of what kind it is.
        tokens: How many tokens one takes with a tokenizer of about 200,000 entries.
    """

    name: str
    kind: Kind
    tokens: float


MEASURES: tuple[Measure, ...] = (
    Measure("prose words", Kind.PROSE, 0.62),
    Measure("prose letters", Kind.PROSE, 0.10),
    Measure("prose signs", Kind.PROSE, 0.65),
    Measure("code words", Kind.CODE, 0.60),
    Measure("code letters", Kind.CODE, 0.13),
    Measure("code signs", Kind.CODE, 0.55),
    Measure("code lines", Kind.CODE, 0.70),
    Measure("code blanks", Kind.CODE, 0.04),
    Measure("han", Kind.CJK, 0.85),
    Measure("kana", Kind.CJK, 0.75),
    Measure("hangul", Kind.CJK, 0.80),
    Measure("letters of two bytes", Kind.OTHER, 0.34),
    Measure("letters of three bytes", Kind.OTHER, 0.45),
    Measure("symbols", Kind.OTHER, 1.60),
    Measure("pictures", Kind.PICTURE, 1.0),
    Measure("pages", Kind.DOCUMENT, 3600.0),
    Measure("frame", Kind.FRAME, 1.0),
)
NOTHING: Amounts = (0.0,) * len(MEASURES)
_SIGNS = next(place for place, measure in enumerate(MEASURES) if measure.name == "code signs")
_PICTURES = len(MEASURES) - 3
_PAGES = len(MEASURES) - 2
_FRAME = len(MEASURES) - 1


class Family(enum.Enum):
    """Models that count alike, as far as is known.

    The values stand in the database.
    """

    CLAUDE = "claude"
    """Claude 4.7 and later: about 30 % more tokens for the same text than before."""
    CLAUDE_EARLIER = "claude-earlier"
    GPT = "gpt"
    GEMINI = "gemini"
    QWEN = "qwen"
    LLAMA = "llama"
    OTHER = "other"

    @classmethod
    def of(cls, model: str) -> Family:
        """The family of a model, by the id that any service has for it."""
        name = model.lower().rsplit("/", 1)[-1]
        if "claude" in name:
            return cls.CLAUDE if _is_recent(name) else cls.CLAUDE_EARLIER
        return next((family for word, family in _WORDS if word in name), cls.OTHER)


_WORDS = (
    ("gpt", Family.GPT), ("o1", Family.GPT), ("o3", Family.GPT), ("o4", Family.GPT), ("gemini", Family.GEMINI),
    ("gemma", Family.GEMINI), ("qwen", Family.QWEN), ("qwq", Family.QWEN), ("llama", Family.LLAMA),
)  # fmt: skip
_VERSION = re.compile(r"(?<!\d)(\d{1,2})(?:[-.](\d{1,2}))?(?!\d)")


def _is_recent(name: str) -> bool:
    """Whether a Claude model has the tokenizer of 4.7; one that says no version is a new one."""
    found = _VERSION.search(name)
    return found is None or (int(found[1]), int(found[2] or 0)) >= (4, 7)


_TEXT: Mapping[Family, float] = MappingProxyType(
    {
        Family.CLAUDE: 1.45,
        Family.CLAUDE_EARLIER: 1.12,
        Family.GPT: 1.0,
        Family.GEMINI: 1.02,
        Family.QWEN: 1.04,
        Family.LLAMA: 1.05,
        Family.OTHER: 1.1,
    }
)
"""How many tokens text takes, compared with `MEASURES`."""
_MEDIA = (Kind.PICTURE, Kind.DOCUMENT, Kind.FRAME)

_STRETCH = 4096
"""Bytes that are prose or code together."""
_CODE_SIGNS, _CODE_SIGNS_INDENTED = 0.05, 0.012
"""Share of signs of code among the characters that are not blank, above which a stretch is code: prose has 0.01 and
less, source text 0.05 and more, save where comments fill it; then most of its lines are indented."""
_INDENTED = 0.3
"""Share of its lines."""
_CONTINUATION = bytes(range(0x80, 0xC0))
_SIGNS_OF_CODE = b"{}[]()<>=+*/\\|&^%$#@~_;`"
_FENCE = b"```"


def _table() -> bytes:
    """The class of each byte: of ASCII by itself, of other characters by the first byte of UTF-8."""
    classes = bytearray(b"." * 256)
    for code in range(256):
        char = chr(code)
        if code < 0x80:
            if char.isalpha():
                classes[code] = ord("a")
            elif char.isdigit():
                classes[code] = ord("0")
            elif char == "\n":
                classes[code] = ord("\n")
            elif code <= 0x20:
                classes[code] = ord(" ")
            elif code in _SIGNS_OF_CODE:
                classes[code] = ord("#")
        elif 0xC2 <= code <= 0xCB:
            classes[code] = ord("a")  # Latin with marks, which count like Latin
        elif code <= 0xDF:
            classes[code] = ord("2")  # Greek, Cyrillic, Hebrew, Arabic ...
        elif code in (0xE0, 0xE1):
            classes[code] = ord("3")  # the scripts of India and of South-East Asia, Georgian, Ethiopic ...
        elif code == 0xE2:
            classes[code] = ord(".")  # dashes, quotation marks, arrows
        elif code == 0xE3:
            classes[code] = ord("K")
        elif 0xE4 <= code <= 0xE9 or code == 0xEF:
            classes[code] = ord("H")
        elif 0xEA <= code <= 0xED:
            classes[code] = ord("G")
        else:
            classes[code] = ord("!")
    return bytes(classes)


_CLASSES = _table()
_WORD = bytes.maketrans(b"a0#.HKG23!\n", b"a          ")
"""Letters, and blanks for everything else: where a word begins is where a letter follows a blank."""


_REMEMBERED = 2_000
"""Characters of a text whose amounts are remembered: a few megabytes at most."""


def measured(text: str) -> Amounts:
    """How much of what there is in a text. Takes about 25 ms for a million characters.

    A text in fences of Markdown is code, and otherwise what looks like it, by stretches of some 4,000 bytes.
    """
    return _measured_before(text) if len(text) <= _REMEMBERED else _measured(text)


def _measured(text: str) -> Amounts:
    data = text.encode("utf-8", "replace")
    totals = list(NOTHING)
    code = False
    for part in data.split(_FENCE):
        for start in range(0, len(part), _STRETCH):
            _measure(part[start : start + _STRETCH], code, totals)
        code = not code
    if fences := data.count(_FENCE):
        totals[_SIGNS] += fences * 2
    return tuple(totals)


_measured_before = functools.lru_cache(maxsize=4096)(_measured)
"""Every request holds what was said before it, and in an answer with tools the next one comes at once."""


def _measure(stretch: bytes, code: bool, totals: list[float]) -> None:
    classes = stretch.translate(_CLASSES, _CONTINUATION)
    count = classes.count
    letters, digits, lines, signs, stops = count(b"a"), count(b"0"), count(b"\n"), count(b"#"), count(b".")
    words = classes.translate(_WORD).count(b" a") + classes.startswith(b"a")
    seen = letters + digits + signs + stops
    han, kana, hangul, two, three = count(b"H"), count(b"K"), count(b"G"), count(b"2"), count(b"3")
    dense = signs > _CODE_SIGNS * (seen + han + kana + hangul + two + three)
    indented = signs > _CODE_SIGNS_INDENTED * seen and count(b"\n  ") > _INDENTED * lines
    if code or dense or indented:
        here: tuple[float, ...] = (0, 0, 0, words, letters, signs + stops + 0.7 * digits, lines, count(b" "))
    else:
        here = (words, letters, signs + stops + 0.7 * digits + 0.5 * lines, 0, 0, 0, 0, 0)
    for place, amount in enumerate((*here, han, kana, hangul, two, three, count(b"!"))):
        totals[place] += amount


def pictured(width: int, height: int, model: str) -> Amounts:
    """A picture of so many pixels, as the model's family counts them.

    Claude's rule is documented (one token for each square of 28 pixels, after the picture was made to fit). Of the
    others, what their services have published; a model of which nothing is known counts like Qwen's.
    """
    return (*NOTHING[:_PICTURES], picture_tokens(width, height, model), *NOTHING[_PICTURES + 1 :])


def picture_tokens(width: int, height: int, model: str) -> int:
    """How many tokens a picture takes; a size that is not known counts as a usual screenshot's."""
    if width <= 0 or height <= 0:
        width, height = 1280, 800
    match Family.of(model):
        case Family.CLAUDE:
            return _squares(width, height, 2576, 4784)
        case Family.CLAUDE_EARLIER:
            return _squares(width, height, 1568, 1568)
        case Family.GPT:
            return _tiles(width, height)
        case Family.GEMINI:
            if max(width, height) <= 384:
                return 258
            return 258 * math.ceil(width / 768) * math.ceil(height / 768)
    return _squares(width, height, 4096, 16384)


def _squares(width: int, height: int, side: int, most: int) -> int:
    """Squares of 28 pixels in the largest picture of the same shape that keeps to both limits."""
    shrunk = min(1.0, side / max(width, height))
    if _of_28(width, shrunk) * _of_28(height, shrunk) > most:
        low, high = 0.0, shrunk
        for _ in range(40):
            middle = (low + high) / 2
            if _of_28(width, middle) * _of_28(height, middle) > most:
                high = middle
            else:
                low = middle
        shrunk = low
    return _of_28(width, shrunk) * _of_28(height, shrunk)


def _of_28(pixels: int, shrunk: float) -> int:
    return max(1, math.ceil(round(pixels * shrunk, 6) / 28))


def _tiles(width: int, height: int) -> int:
    """85, and 170 for each square of 512 pixels, after the longer side was made 2048 and the shorter 768 at most."""
    shrunk = min(1.0, 2048 / max(width, height))
    shrunk *= min(1.0, 768 / (min(width, height) * shrunk))
    across, down = (max(1, math.ceil(round(side * shrunk, 6) / 512)) for side in (width, height))
    return 85 + 170 * across * down


def paged(pages: float) -> Amounts:
    """Pages of a PDF: each is sent as its words, 1,500 to 3,000 tokens, and as a picture."""
    return (*NOTHING[:_PAGES], pages, *NOTHING[_PAGES + 1 :])


_PAGE = re.compile(rb"/Type\s*/Page(?![a-zA-Z])")
_PAGES_SAID = re.compile(rb"/Count\s+(\d{1,6})")
_BYTES_OF_A_PAGE = 60_000
_MOST_PAGES = 10_000


def pages_of(pdf: bytes) -> int:
    """How many pages a PDF has; guessed by its size where it keeps its pages compressed."""
    if found := len(_PAGE.findall(pdf)):
        return found
    said = max((int(count) for count in _PAGES_SAID.findall(pdf)), default=0)
    return min(said, _MOST_PAGES) or max(1, len(pdf) // _BYTES_OF_A_PAGE)


_FRAME_OF_A_REQUEST, _FRAME_OF_A_MESSAGE, _FRAME_OF_A_PART = 6.0, 4.0, 2.0
_FRAME_OF_TOOLS, _FRAME_OF_A_TOOL = 300.0, 14.0


def framed(*, messages: int = 0, parts: int = 0, tools: int = 0) -> Amounts:
    """What a service writes around a request: who speaks, where parts begin, and how tools are to be called."""
    tokens = messages * _FRAME_OF_A_MESSAGE + parts * _FRAME_OF_A_PART
    if messages:
        tokens += _FRAME_OF_A_REQUEST
    if tools:
        tokens += _FRAME_OF_TOOLS + tools * _FRAME_OF_A_TOOL
    return (*NOTHING[:_FRAME], tokens)


def added(*several: Amounts) -> Amounts:
    """All of them together."""
    return total(several)


def total(several: Iterable[Amounts]) -> Amounts:
    """All of them together."""
    sums = list(NOTHING)
    for amounts in several:
        for place, amount in enumerate(amounts):
            if amount:
                sums[place] += amount
    return tuple(sums)


def typical(amounts: Amounts, family: Family) -> tuple[float, ...]:
    """How many tokens each measure takes with a family, before anything was learned of it."""
    scale = _TEXT[family]
    return tuple(
        amount * measure.tokens * (1.0 if measure.kind in _MEDIA else scale)
        for amount, measure in zip(amounts, MEASURES, strict=True)
    )


_NAME = re.compile(r"[a-z]{2,}")


def counts_alike(model: str) -> str:
    """Names those models whose counts teach something of each other's: a family, or a name where that is not known."""
    family = Family.of(model)
    if family is not Family.OTHER:
        return str(family.value)
    found = _NAME.search(model.lower().rsplit("/", 1)[-1])
    return f"{family.value}:{found[0] if found else ''}"
