"""What counting and spending need from outside; adapters satisfy it by shape, as in `ports`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, runtime_checkable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kireji.core.requests import ClearedRequest, ModelRequest, OutgoingRequest
    from kireji.core.secret import Secret
    from kireji.core.token_corrections import Correction


class CorrectionStore(Protocol):
    """What was learned of the way in which models count; a cache that may be lost."""

    async def load(self) -> Mapping[str, Correction]:
        """By the name of the models that count alike."""

    async def save(self, models: str, correction: Correction) -> None:
        """Keep the newest."""


@runtime_checkable
class TokenCounter(Protocol):
    """A service that counts exactly what a question would hold, without answering it."""

    @property
    def name(self) -> str: ...
    def encode_count(self, request: ModelRequest, base_url: str) -> OutgoingRequest:
        """The bytes that ask for the count; as much of the question leaves as when it is asked.

        Raises:
            ModelUnavailable: The model is retired; the sentence names its replacement.
            RequestRejected: There is nothing to ask, or it is more than the service takes.
        """

    async def count(self, cleared: ClearedRequest, secret: Secret | None) -> int:
        """How many tokens the service says it is.

        Raises:
            ProviderError: The service refused or was not reached.
        """
