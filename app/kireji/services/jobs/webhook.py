"""Tells the person's own address what has become of jobs, again and again for a day; no job waits for it."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Protocol

from kireji.core.errors import AuthenticationFailed, JobError, KirejiError, RequestRejected
from kireji.core.jobs.limits import LONGEST_DELIVERY_WAIT
from kireji.core.jobs.ports import DeliveryStore
from kireji.core.jobs.values import Delivery, Job
from kireji.core.jobs.webhooks import RETRIES, message, wait_after
from kireji.core.ports import Clock
from kireji.core.provider_ports import Gate
from kireji.core.secret import Secret
from kireji.core.words import say
from kireji.services.credentials import Credentials
from kireji.services.jobs.news import JobNews

log = logging.getLogger(__name__)

_HOLD = 120.0
"""Seconds that one attempt may take at most; when the process dies in it, the next comes after that."""


class Sender(Protocol):
    """Signs a message and sends it."""

    async def send(self, gate: Gate, delivery: Delivery, secret: Secret, now: datetime) -> None:
        """Raises ProviderError: it was not taken; when it is no RequestRejected, it may be later."""


class Webhook:
    """What is still to be told.

    Args:
        store: Where it is kept.
        sender: Sends it; called when there is something to send.
        credentials: Has the secret.
        gate: The way out.
        address: The person's address; empty for none.
        news: Told when nothing can be sent.
        clock: Time.
    """

    def __init__(
        self,
        store: DeliveryStore,
        sender: Callable[[], Sender],
        credentials: Credentials,
        gate: Gate,
        address: Callable[[], str],
        news: JobNews,
        clock: Clock,
    ) -> None:
        self._store = store
        self._sender = sender
        self._credentials = credentials
        self._gate = gate
        self._address = address
        self._news = news
        self._clock = clock

    def notice(self, job: Job) -> Delivery | None:
        """What is told of a job in its state of now; None when there is nobody to tell."""
        address, now = self._address(), self._clock.now()
        body = message(job, now) if address else None
        return None if body is None else Delivery(f"msg_{secrets.token_hex(12)}", job.id, address, body, now)

    async def due(self) -> float | None:
        """Seconds until something is to be told; None when nothing is left.

        Raises:
            StoreError: That cannot be read.
        """
        due = await self._store.next_delivery()
        if due is None:
            return None
        seconds = (due - self._clock.now()).total_seconds()
        return 0.0 if seconds > LONGEST_DELIVERY_WAIT else max(0.0, seconds)

    async def deliver(self) -> None:
        """Send everything that is due.

        Raises:
            StoreError: What is due cannot be read or changed.
        """
        while (delivery := await self._store.claim_delivery(self._clock.now(), _HOLD)) is not None:
            await self._send(delivery)

    async def _send(self, delivery: Delivery) -> None:
        if delivery.address != self._address():  # the person wants it told elsewhere by now, or nowhere
            await self._store.end_delivery(delivery.id)
            return
        try:
            secret = await self._credentials.webhook_secret(delivery.address)
            if secret is None:
                raise _no_secret()
            await self._sender().send(self._gate, delivery, secret, self._clock.now())
        except RequestRejected as error:
            await self._give_up(delivery, error)
        except KirejiError as error:  # also when the ledger cannot be written: nothing left then
            await self._again(delivery, error)
        else:
            await self._store.end_delivery(delivery.id)

    async def _again(self, delivery: Delivery, error: KirejiError) -> None:
        wait = wait_after(delivery.attempts)
        if wait is None:
            await self._give_up(delivery, error)
            return
        log.info("message %s, attempt %d of %d: %s", delivery.id, delivery.attempts, len(RETRIES) + 1, error.message)
        if delivery.attempts == 1 and isinstance(error, AuthenticationFailed | JobError):
            self._news.untold.publish(error.sentence)
        await self._store.postpone_delivery(delivery.id, self._clock.now() + timedelta(seconds=wait))

    async def _give_up(self, delivery: Delivery, error: KirejiError) -> None:
        log.warning("message %s is given up: %s", delivery.id, error.message)
        self._news.untold.publish(error.sentence)
        await self._store.end_delivery(delivery.id)


def _no_secret() -> JobError:
    return JobError(
        say("The webhook has no secret to sign with, so nothing is sent to it."),
        say("Make one with: kireji keys new webhook"),
    )
