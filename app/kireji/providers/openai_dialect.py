"""What differs between those who speak the OpenAI shape."""

from __future__ import annotations

import msgspec


class Dialect(msgspec.Struct, frozen=True):
    """How one of them wants it.

    Args:
        provider: Name of the provider; also whose raw messages are replayed.
        display: As people know it, for sentences.
        limit_field: Name of the field that bounds the answer.
        smallest_limit: The least that may stand in it; some services behind OpenRouter refuse less than 16.
        links: Whether pictures may be sent by their address.
        files: Whether PDF documents may be sent.
        asks_for_usage: Whether usage is only streamed when it is asked for.
        reasoning_object: Whether effort stands in `reasoning`, instead of in `reasoning_effort`.
        replays: Whether the raw message of an answer is kept and sent back unchanged.
    """

    provider: str
    display: str
    limit_field: str
    smallest_limit: int
    links: bool
    files: bool
    asks_for_usage: bool
    reasoning_object: bool
    replays: bool


OPENROUTER = Dialect(
    provider="openrouter",
    display="OpenRouter",
    limit_field="max_completion_tokens",
    smallest_limit=16,
    links=True,
    files=True,
    asks_for_usage=False,
    reasoning_object=True,
    replays=True,
)
LOCAL = Dialect(
    provider="local",
    display="the model server",
    limit_field="max_tokens",
    smallest_limit=1,
    links=False,
    files=False,
    asks_for_usage=True,
    reasoning_object=False,
    replays=False,
)
