"""What the job services need of a model service with a batch interface; adapters satisfy it by shape."""

from __future__ import annotations

import enum
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import NamedTuple, Protocol

import msgspec

from kireji.core.jobs.values import Outcome
from kireji.core.messages import Usage
from kireji.core.provider_ports import Gate
from kireji.core.requests import BodyFile, ClearedRequest, OutgoingRequest
from kireji.core.secret import Secret


class BatchLimits(msgspec.Struct, frozen=True):
    """What one batch of a service may hold.

    Args:
        rows: How many requests.
        bytes: Of the whole body.
        row_bytes: Of one request.
        stored_pictures: Whether pictures of this computer may go along; else only those on the web.
        price_share: Of the full price.
        hours: After so many it gives up.
    """

    rows: int
    bytes: int
    row_bytes: int
    stored_pictures: bool
    price_share: float = 0.5
    hours: int = 24


class RemoteState(enum.Enum):
    """Where a batch stands at the service."""

    OPEN = "open"
    CANCELLING = "cancelling"
    ENDED = "ended"
    """There are results, also after it was cancelled."""
    FAILED = "failed"
    """Refused as a whole; there are no results."""
    GONE = "gone"
    """The service says that it has no such batch; one whose results alone are deleted has ENDED."""


class RemoteBatch(msgspec.Struct, frozen=True):
    """A batch as the service tells of it.

    Args:
        id: The service's id.
        state: Where it stands.
        rows: How many requests it holds; 0 while the service does not say.
        created: When the service made it (UTC).
        expires: When it gives up; None when it does not say.
        poll_after: Seconds until it wants to be asked again; None when it does not say.
        sentence: Why it failed; empty otherwise.
        cost: US dollars of all of it, when the service says so.
    """

    id: str
    state: RemoteState
    rows: int
    created: datetime
    expires: datetime | None = None
    poll_after: float | None = None
    sentence: str = ""
    cost: float | None = None


class BatchResult(msgspec.Struct, frozen=True, gc=False):
    """One line of a batch's results.

    Args:
        custom_id: As it was sent.
        outcome: How it ended.
        payload: What the service sent for it: JSON that `JobFormat.decode_job` reads.
        usage: Tokens, and the cost where it is known.
        sentence: Why it failed; empty otherwise.
    """

    custom_id: str
    outcome: Outcome
    payload: bytes
    usage: Usage = Usage()
    sentence: str = ""


class Envelope(NamedTuple):
    """What stands around the requests in the body of a new batch; they are separated by commas."""

    before: bytes
    after: bytes


class BatchProvider(Protocol):
    """A service's batch interface. The provider of the same name encodes and decodes the questions (`JobFormat`)."""

    @property
    def name(self) -> str: ...
    def limits(self, model: str) -> BatchLimits | None:
        """What a batch of this model may hold; None when it has none, so that rows must go one by one."""

    def envelope(self, model: str) -> Envelope: ...
    def entry(self, custom_id: str, body: bytes) -> bytes:
        """One request of a batch, from the body of the question."""

    def encode(self, base_url: str, model: str, body: BodyFile) -> OutgoingRequest:
        """The request that makes a batch of a body that stands in a file."""

    async def submit(self, cleared: ClearedRequest, secret: Secret | None) -> RemoteBatch:
        """Send it, once.

        Raises:
            ProviderError: Its `not_taken` tells whether it is certain that the service has made no batch.
        """

    async def poll(self, gate: Gate, base_url: str, secret: Secret | None, remote: str) -> RemoteBatch:
        """Where a batch stands; `GONE` when the service has said several times in a row that it does not know it.

        Raises:
            ProviderError: Refused, not reached, or not found for now (then it is `retryable`).
        """

    def results(
        self, gate: Gate, base_url: str, secret: Secret | None, remote: str, model: str
    ) -> AbstractAsyncContextManager[AsyncIterator[BatchResult]]:
        """Its results in any order, streamed. That some are missing is for the caller to see.

        Raises:
            ProviderError: Refused, not found for now, or broken off in the middle; what came before counts.
            ResultsExpired: They are no longer to be had.
        """

    async def cancel(self, gate: Gate, base_url: str, secret: Secret | None, remote: str) -> RemoteBatch:
        """Call it back; it is still open afterwards where the service cannot, or has ended meanwhile.

        Raises:
            ProviderError: Refused, not reached, or not found for now.
        """

    async def recent(self, gate: Gate, base_url: str, secret: Secret | None, since: datetime) -> Sequence[RemoteBatch]:
        """All batches that the service made since then, newest first; reads as many pages as that takes.

        Raises:
            ProviderError: Refused or not reached.
        """
