"""How much a row holds, for estimates and budgets."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator
from typing import Any, NamedTuple

import msgspec

from kireji.core.request_tokens import contents_of
from kireji.core.requests import ModelRequest
from kireji.core.tokens import Amounts, framed, measured, paged, pages_of, pictured, total

_TOKENS = ("max_tokens", "max_completion_tokens", "max_output_tokens")
_LEAST_DATA = 200
"""Characters of base64 that are taken for a picture or a document and not for words."""
_DATA_URL = "data:"
_BEGINNINGS = (b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"RIFF")
_LARGE = 4_000
"""Pixels of a side: pictures inside a body are not measured, so they count as large ones."""


class Weight(NamedTuple):
    """What a row holds.

    Args:
        words: All words of it.
        pictures: Its pictures and documents, which do not grow with its bytes.
        longest: Tokens of the longest answer that it asks for.
    """

    words: Amounts
    pictures: Amounts
    longest: int


def weight_of_request(request: ModelRequest) -> Weight:
    """Of a question."""
    contents = contents_of(request)
    shares = contents.amounts
    apart = [amounts for share, amounts in shares.items() if share.value in ("images", "documents")]
    words = [amounts for share, amounts in shares.items() if share.value not in ("images", "documents")]
    schema = measured(f"```{request.output_schema.decode('utf-8', 'replace')}") if request.output_schema else None
    return Weight(total([*words, *([schema] if schema else [])]), total(apart), request.max_tokens)


def weight_of_body(body: bytes, model: str, longest: int) -> Weight:
    """Of a question as a service takes it.

    Args:
        body: JSON.
        model: For how it counts pictures.
        longest: Tokens of the longest answer where the body does not say.
    """
    try:
        said = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return Weight(measured(body.decode("utf-8", "replace")), total(()), longest)
    words: list[Amounts] = []
    apart: list[Amounts] = []
    parts = 0
    for text in _texts(said):
        parts += 1
        if (data := _data(text)) is None:
            words.append(measured(text))
        elif data.startswith(b"%PDF"):
            apart.append(paged(pages_of(data)))
        else:
            apart.append(pictured(_LARGE, _LARGE, model))
    words.append(framed(messages=2, parts=parts))
    if isinstance(said, dict):
        longest = next((said[name] for name in _TOKENS if isinstance(said.get(name), int)), longest)
    return Weight(total(words), total(apart), longest)


def _texts(said: Any) -> Iterator[str]:
    todo = [said]
    while todo:
        match todo.pop():
            case str(text):
                yield text
            case dict() as inner:
                todo += [*inner, *inner.values()]
            case list() as inner:
                todo += inner


def _data(text: str) -> bytes | None:
    """The beginning of what base64 stands for; None for words."""
    if text.startswith(_DATA_URL):
        text = text.partition(",")[2]
    elif len(text) < _LEAST_DATA:
        return None
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
    return data if data.startswith(_BEGINNINGS) else None

