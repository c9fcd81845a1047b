"""A question in the form of Anthropic's Messages API. Pure: nothing is sent here.

The conversation is only ever appended to: what was sent for earlier turns is sent again byte for byte, because the
service binds its reasoning blocks and its cache to that.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TypeAlias

import msgspec

from kireji.core.errors import ModelUnavailable, RequestRejected
from kireji.core.messages import ImagePart, Message, Role, Sha256, TextPart
from kireji.core.models import Effort
from kireji.core.requests import ModelRequest
from kireji.providers.anthropic_models import PROVIDER, find_model, replacement

MAX_BODY = 32_000_000
"""Bytes the service takes in one request."""


class _Base64Source(msgspec.Struct):
    type: str
    media_type: str
    data: bytes  # msgspec writes bytes as base64


class _Image(msgspec.Struct):
    type: str
    source: _Base64Source


class _Text(msgspec.Struct):
    type: str
    text: str


_Block: TypeAlias = _Image | _Text | msgspec.Raw


class _Turn(msgspec.Struct):
    role: str
    content: list[_Block]


class _CacheControl(msgspec.Struct):
    type: str


class _OutputConfig(msgspec.Struct):
    effort: Effort


class _Body(msgspec.Struct, omit_defaults=True):
    model: str
    max_tokens: int
    stream: bool
    messages: list[_Turn]
    cache_control: _CacheControl
    system: str = ""
    stop_sequences: list[str] = []
    output_config: _OutputConfig | None = None


class _Head(msgspec.Struct):
    """As much of a stored block as decides whether it may be sent."""

    type: str = ""
    text: str | None = None


def encode_body(request: ModelRequest) -> bytes:
    """The body of `POST /v1/messages`.

    Raises:
        ModelUnavailable: The model is retired; the sentence names its replacement.
        RequestRejected: There is nothing to ask, or it is more than the service takes.
    """
    _refuse_retired(request.model)
    known = find_model(request.model)
    limit = known.max_output_tokens if known else 0
    body = _Body(
        model=request.model,
        max_tokens=max(1, min(request.max_tokens, limit or request.max_tokens)),
        stream=True,
        messages=_turns(request),
        cache_control=_CacheControl("ephemeral"),
        system=request.system if request.system.strip() else "",
        stop_sequences=[text for text in request.stop_sequences if text.strip()],
        output_config=_OutputConfig(request.effort) if request.effort and known and known.efforts else None,
    )
    encoded = msgspec.json.encode(body)
    if len(encoded) > MAX_BODY:
        raise RequestRejected(
            "The conversation with its pictures is too large to send.",
            "Start a new conversation, or use fewer or smaller pictures.",
            provider=PROVIDER,
        )
    return encoded


def _refuse_retired(model: str) -> None:
    new = replacement(model)
    if new:
        raise ModelUnavailable(
            f"The model {model} has been retired; {new} replaces it.",
            f"Choose {new} in Settings, Keys & models.",
            provider=PROVIDER,
        )


def _turns(request: ModelRequest) -> list[_Turn]:
    turns: list[_Turn] = []
    images = 0
    for message in request.messages:
        if message.role is Role.USER:
            content = list(_question(message, request.blobs, images))
            images += len(message.images)
        else:
            content = _answer(message)
        if not content:
            continue
        if turns and turns[-1].role == message.role.value:
            turns[-1].content += content
        else:
            turns.append(_Turn(message.role.value, content))
    while turns and turns[-1].role == Role.ASSISTANT.value:  # the service refuses to continue its own words
        turns.pop()
    if not turns:
        raise RequestRejected("There is nothing to ask.", "Type a question or add a picture.", provider=PROVIDER)
    return turns


def _question(message: Message, pictures: Mapping[Sha256, bytes], before: int) -> Iterator[_Block]:
    """Pictures first, then words.

    Pictures are numbered through the conversation as soon as there is more than one; the numbers depend only on what
    was sent earlier, so that an old turn never changes.
    """
    for number, image in enumerate(message.images, before + 1):
        if before or len(message.images) > 1:
            yield _Text("text", f"Image {number}:")
        yield _image(image, pictures)
    for part in message.parts:
        if isinstance(part, TextPart) and part.text.strip():
            yield _Text("text", part.text)


def _image(image: ImagePart, pictures: Mapping[Sha256, bytes]) -> _Image:
    return _Image("image", _Base64Source("base64", image.media_type, pictures[image.blob]))


def _answer(message: Message) -> list[_Block]:
    if message.raw is not None and message.raw_from == PROVIDER:
        replayed = _replayable(message.raw)
        if replayed is not None:
            return replayed
    return [_Text("text", part.text) for part in message.parts if isinstance(part, TextPart) and part.text.strip()]


def _replayable(raw: bytes) -> list[_Block] | None:
    """The stored blocks without the blank texts that the service refuses; None when they cannot be sent."""
    try:
        blocks: Sequence[msgspec.Raw] = msgspec.json.decode(raw, type=list[msgspec.Raw])
        heads = [msgspec.json.decode(block, type=_Head) for block in blocks]
    except msgspec.MsgspecError:
        return None
    if any(head.type == "tool_use" for head in heads):  # refused without its result, and this version has none
        return None
    return [
        block
        for block, head in zip(blocks, heads, strict=True)
        if head.type != "text" or (head.text is not None and head.text.strip())
    ]
