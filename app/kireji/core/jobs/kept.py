"""An answer that came row by row, as it is stored: what a service's batch brings is stored as it came."""

from __future__ import annotations

import msgspec

from kireji.core.messages import StopReason

_MARK = b'{"kept":'


class KeptAnswer(msgspec.Struct, frozen=True, tag_field="kept", tag="answer"):
    """What was said.

    Args:
        text: All words of it, with placeholders where something was hidden.
        stop: Why it ended.
        detail: The matched stop text, or the reason of a refusal.
        blocks: The service's own blocks, as JSON; null where it has none.
    """

    text: str
    stop: StopReason
    detail: str = ""
    blocks: msgspec.Raw = msgspec.Raw(b"null")


_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(KeptAnswer)


def encoded(answer: KeptAnswer) -> bytes:
    """As it is stored."""
    return _encoder.encode(answer)


def decoded(payload: bytes) -> KeptAnswer | None:
    """What `encoded` gave; None for anything else."""
    if not payload.startswith(_MARK):
        return None
    try:
        return _decoder.decode(payload)
    except msgspec.MsgspecError:
        return None
