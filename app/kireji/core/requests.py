"""What is asked of a model, and what therefore leaves this computer."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from typing import Any

import msgspec

from kireji.core.messages import Message, Sha256


class Effort(enum.Enum):
    """How much work a model puts into an answer."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    XHIGH = "xhigh"
    MAX = "max"


class Purpose(enum.Enum):
    """Why something was sent; stands in the ledger."""

    ANSWER = "answer"
    KEY_TEST = "key test"
    MODEL_LIST = "model list"


class ModelRequest(msgspec.Struct, frozen=True):
    """One question with all that goes with it, before it takes any provider's form.

    Args:
        model: The provider's id of the model.
        messages: The conversation, oldest first; the last is the person's.
        pictures: The encoded bytes of every picture that `messages` names.
        system: Instructions for the model.
        max_tokens: Upper bound of the answer, thinking included.
        effort: None leaves it to the model.
        stop_sequences: Texts at which the answer ends.
    """

    model: str
    messages: tuple[Message, ...]
    pictures: Mapping[Sha256, bytes] = {}
    system: str = ""
    max_tokens: int = 8192
    effort: Effort | None = None
    stop_sequences: tuple[str, ...] = ()


class OutgoingRequest(msgspec.Struct, frozen=True):
    """The exact bytes that would leave this computer, without the key.

    Args:
        provider: Whose format it is.
        method: GET or POST.
        url: The whole address.
        headers: All headers but the one that carries the key.
        body: The body as it will be sent; empty for GET.
        model: For the ledger; empty where no model is concerned.
        purpose: For the ledger.
    """

    provider: str
    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes
    model: str
    purpose: Purpose

    @property
    def host(self) -> str:
        """Host and port that the bytes go to."""
        return self.url.split("://", 1)[-1].split("/", 1)[0].rsplit("@", 1)[-1]


_CLEARANCE = object()


class ClearedRequest:
    """A request that has passed the outbox; the only thing a provider accepts.

    Made by `services.outbox` alone, which calls `issue`; a test over the syntax tree of the whole program holds every
    other module to that.

    Attributes:
        outgoing: The bytes that leave; None when nothing does, because the provider works on this computer.
        request: The question behind it; None for calls that ask nothing (key test, model list).
        ledger_id: Row of the ledger that recorded it; None when nothing leaves.
    """

    __slots__ = ("ledger_id", "outgoing", "request")

    def __init__(
        self, clearance: Any, outgoing: OutgoingRequest | None, request: ModelRequest | None, ledger_id: int | None
    ) -> None:
        if clearance is not _CLEARANCE:
            raise TypeError("only services.outbox clears a request")
        self.outgoing = outgoing
        self.request = request
        self.ledger_id = ledger_id

    @classmethod
    def issue(
        cls, outgoing: OutgoingRequest | None, request: ModelRequest | None, ledger_id: int | None
    ) -> ClearedRequest:
        """Clear a request. For `services.outbox` only."""
        return cls(_CLEARANCE, outgoing, request, ledger_id)
