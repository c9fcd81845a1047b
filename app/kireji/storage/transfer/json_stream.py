"""The elements of a huge JSON array, one at a time, without holding the file.

A scanner finds where each element ends by its brackets and strings alone; only whole elements are parsed. What is
damaged costs one element where that is possible.
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterator
from typing import IO, NamedTuple

from kireji.core.words import mark, say

MOST_ELEMENT = 96 * 1024 * 1024
"""Bytes of one conversation."""
MOST_DEPTH = 120
"""Brackets within brackets; exports stay below 20."""
MOST_HEADER = 64 * 1024
_CHUNK = 512 * 1024

_TOKEN = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"|["{}\[\]]', re.DOTALL)
_STRING_REST = re.compile(rb'[^"\\]*+(?:\\.[^"\\]*+)*+', re.DOTALL)
_BEGINNING = re.compile(rb"[\s,]*+")
_SCALAR = re.compile(rb'[^,\]\[{}"\s]++')
_OPENING, _CLOSING = frozenset(b"{["), frozenset(b"}]")


class Damaged(NamedTuple):
    """An element that was passed over, and why."""

    why: str


class NoArray(ValueError):
    """There is no array where one was expected."""


def header_and_elements(stream: IO[bytes], field: str = "") -> tuple[dict[str, object], Iterator[object | Damaged]]:
    """What stands before an array, and the array's elements.

    Args:
        stream: JSON in UTF-8, or in UTF-16 or UTF-32 with its mark. An array; or an object in which one `field` is
            the array; or any other object, which counts as an array of itself.
        field: Name of that field.

    Raises:
        NoArray: Neither an array nor an object.
        OSError: From reading, here and while the elements are drawn.
    """
    scanner = _Scanner(stream)
    at = 0
    while at >= len(scanner.buffer) and scanner.more():
        gap = _BEGINNING.match(scanner.buffer)
        at = gap.end() if gap else 0
    opening = scanner.buffer[at : at + 1]
    if opening == b"[":
        scanner.at = at + 1
        return {}, scanner.elements()
    if opening != b"{":
        raise NoArray("neither an array nor an object")
    while field and len(scanner.buffer) < MOST_HEADER and scanner.more():
        pass
    pattern = rb'"' + re.escape(field.encode()) + rb'"\s*:\s*\['
    found = re.compile(pattern).search(scanner.buffer, at, MOST_HEADER) if field else None
    if found is not None:
        header = _header(bytes(scanner.buffer[at : found.start()]))
        if header is not None:
            scanner.at = found.end()
            return header, scanner.elements()
    scanner.at = at
    return {}, scanner.elements(single=True)


def _header(text: bytes) -> dict[str, object] | None:
    try:
        value = json.loads(text.rstrip().rstrip(b",") + b"}")
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


class _Scanner:
    """Reads on as needed; `at` is where the next look begins."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._decoder: codecs.IncrementalDecoder | None = None
        self._begun = False
        self.buffer = bytearray()
        self.at = 0

    def more(self) -> bool:
        """Append what follows; False at the end."""
        data = self._stream.read(_CHUNK)
        if not self._begun:
            self._begun = True
            name, skipped = _encoding(data)
            data = data[skipped:]
            if name:
                self._decoder = codecs.getincrementaldecoder(name)(errors="replace")
        if self._decoder is not None:
            text = self._decoder.decode(data, final=not data).encode("utf-8", "replace")
            self.buffer += text
            return bool(data)
        self.buffer += data
        return bool(data)

    def elements(self, *, single: bool = False) -> Iterator[object | Damaged]:
        """Each element from here on, until the array ends, or after one."""
        while True:
            self._compact()
            gap = _BEGINNING.match(self.buffer, self.at)
            self.at = gap.end() if gap else self.at
            if self.at >= len(self.buffer):
                if not self.more():
                    yield Damaged(say("The file ends in the middle; what comes after is missing."))
                    return
                continue
            head = self.buffer[self.at]
            if head in b"]}":
                return
            if head in b'{["':
                element = self._element()
                yield element
                if single or element is _ENDED:
                    return
            else:
                self._scalar()

    def _scalar(self) -> None:
        """Pass over a number, a word, or what is no JSON at all."""
        while True:
            found = _SCALAR.match(self.buffer, self.at)
            self.at = found.end() if found else self.at + 1
            if self.at < len(self.buffer) or not self.more():
                return

    def _element(self) -> object | Damaged:
        start, depth, in_string, why = self.at, 0, False, ""
        while True:
            at = self.at
            if in_string:
                rest = _STRING_REST.match(self.buffer, at)
                at = rest.end() if rest else at
                if at < len(self.buffer) and self.buffer[at] == ord('"'):
                    in_string, at = False, at + 1
                    if depth == 0:
                        self.at = at
                        return self._parsed(start, why)
                self.at = at
            if not in_string:
                for found in _TOKEN.finditer(self.buffer, at):
                    token = self.buffer[found.start()]
                    at = found.end()
                    if token in _OPENING:
                        depth += 1
                        if depth > MOST_DEPTH:
                            why = why or say("It is nested too deeply.")
                    elif token in _CLOSING:
                        depth -= 1
                    elif found.end() - found.start() == 1:
                        in_string = True
                        break
                    if depth <= 0:
                        self.at = at
                        return self._parsed(start, why)
                else:
                    at = len(self.buffer)
                self.at = at
                if in_string and at < len(self.buffer):
                    continue
            if len(self.buffer) - start > MOST_ELEMENT:
                why = why or say("It is larger than {most} MB.", most=MOST_ELEMENT // 1024**2)
            if why:  # only its end is looked for
                del self.buffer[: self.at]
                start = self.at = 0
            if not self.more():
                return _ENDED

    def _parsed(self, start: int, why: str) -> object | Damaged:
        if why:
            return Damaged(why)
        return parsed(bytes(self.buffer[start : self.at]))

    def _compact(self) -> None:
        if self.at > _CHUNK:
            del self.buffer[: self.at]
            self.at = 0


_ENDED = Damaged(mark("The file ends in the middle of it."))


def parsed(data: bytes) -> object | Damaged:
    """The value of a piece of JSON; bytes that are no UTF-8 are taken for Windows' western letters."""
    try:
        text = data.decode()
    except UnicodeDecodeError:
        text = data.decode("cp1252", "replace")
    try:
        value: object = json.loads(text, strict=False)
    except (ValueError, RecursionError) as error:
        return Damaged(say("It is no valid JSON ({why}).", why=str(error)[:80]))
    return value


def _encoding(data: bytes) -> tuple[str, int]:
    """The encoding by its mark, empty for UTF-8, and the mark's length."""
    for begins, name in (
        (codecs.BOM_UTF8, ""),
        (codecs.BOM_UTF32_LE, "utf-32-le"),
        (codecs.BOM_UTF32_BE, "utf-32-be"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
    ):
        if data.startswith(begins):
            return name, len(begins)
    if data[1:2] == b"\0" and data[:1] in (b"[", b"{"):
        return "utf-16-le", 0
    if data[:1] == b"\0" and data[1:2] in (b"[", b"{"):
        return "utf-16-be", 0
    return "", 0
