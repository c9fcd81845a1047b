"""Calls batches back. That is only true when the service says so; what it had finished by then is collected."""

from __future__ import annotations

import logging

import msgspec

from kireji.core.errors import ModelUnavailable, RequestRejected
from kireji.core.jobs.ports import BatchProvider, RemoteBatch
from kireji.core.jobs.values import Batch
from kireji.services.credentials import Credential
from kireji.services.jobs.engine import Engine

log = logging.getLogger(__name__)


class Cancelling:
    """Tells the service.

    Args:
        engine: What the steps share.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    async def call_back(
        self, batch: Batch, provider: BatchProvider, credential: Credential, remote: RemoteBatch
    ) -> RemoteBatch:
        """Ask the service to end a batch.

        Args:
            batch: Which; it is this job's for certain.
            provider: Whose.
            credential: Where and with which key.
            remote: As the service has just told of it.

        Returns:
            As it tells of it then.

        Raises:
            ProviderError: It was not reached, or refused.
        """
        try:
            return await provider.cancel(self._engine.gate, credential.base_url, credential.secret, batch.remote)
        except (RequestRejected, ModelUnavailable) as error:  # it may have ended this moment: the next look tells
            log.info("batch %d cannot be called back: %s", batch.id, error.message)
            return msgspec.structs.replace(remote, poll_after=self._engine.timings.first_look)
