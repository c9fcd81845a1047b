"""How much a row holds, for estimates and budgets."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any, NamedTuple

import msgspec

from kireji.core.documents import PDF
from kireji.core.embedded import embedded
from kireji.core.messages import DocumentPart, ImagePart, LinkedImagePart, Message, Part, Role, Sha256, TextPart
from kireji.core.models import ModelInfo
from kireji.core.request_tokens import Share, contents_of
from kireji.core.requests import ModelRequest
from kireji.core.tokens import Amounts, measured, total

_TOKENS = ("max_tokens", "max_completion_tokens", "max_output_tokens")
_LARGE = 4_000
"""Pixels of a side: pictures inside a body are not measured, so they count as large ones."""
_PICTURES = ("image_url", "url")
"""Names under which a picture on the web stands."""


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


def weight_of(request: ModelRequest) -> Weight:
    """Of a question."""
    shares = contents_of(request).amounts
    apart = [amounts for share, amounts in shares.items() if share in (Share.IMAGES, Share.DOCUMENTS)]
    words = [amounts for share, amounts in shares.items() if share not in (Share.IMAGES, Share.DOCUMENTS)]
    if request.output_schema:
        words.append(measured(f"```{request.output_schema.decode('utf-8', 'replace')}"))
    return Weight(total(words), total(apart), request.max_tokens)


def counted_body(body: bytes, model: str, info: ModelInfo | None, longest: int) -> ModelRequest:
    """A question that holds as much as a body does, to be counted and never to be sent.

    Args:
        body: JSON, as a service takes it.
        model: Who is asked.
        info: What is known about the model.
        longest: Tokens of the longest answer where the body does not say.
    """
    try:
        said = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        words = TextPart(body.decode("utf-8", "replace"))
        return ModelRequest(model, (Message(Role.USER, (words,)),), max_tokens=longest, info=info)
    parts: list[Part] = []
    blobs: dict[Sha256, bytes] = {}
    known: set[str] = set()
    for one in embedded(said):
        known.add(one.text)
        if one.media_type == PDF:
            name = hashlib.sha256(one.data).hexdigest()
            blobs[name] = one.data
            parts.append(DocumentPart(name, PDF))
        else:
            parts.append(ImagePart("", one.media_type, _LARGE, _LARGE))
    for name, text in _texts(said):
        if text in known:
            continue
        is_picture = name in _PICTURES and text[:8].lower().startswith(("http://", "https://"))
        parts.append(LinkedImagePart(text) if is_picture else TextPart(text))
    if isinstance(said, dict):
        told = [said[name] for name in _TOKENS if isinstance(said.get(name), int)]
        longest = max(told, default=longest)
    return ModelRequest(model, (Message(Role.USER, tuple(parts)),), blobs, max_tokens=longest, info=info)


def _texts(said: Any, name: str = "") -> Iterator[tuple[str, str]]:
    """Every string with the name under which it stands; names count as text too."""
    todo = [(name, said)]
    while todo:
        match todo.pop():
            case name, str(text):
                yield name, text
            case _, dict() as inner:
                todo += [("", each) for each in inner]
                todo += inner.items()
            case name, list() as inner:
                todo += [(name, each) for each in inner]
