"""What a failure means for a job: it goes on by itself later, or it needs the person."""

from __future__ import annotations

import logging
from typing import NamedTuple

import msgspec

from kireji.core.errors import (
    AuthenticationFailed,
    ConnectionFailed,
    JobConflict,
    JobError,
    KeyStoreError,
    KeyStoreUnavailable,
    KirejiError,
    Overloaded,
    PaymentRequired,
    ProtocolViolation,
    ProviderError,
    RateLimited,
    StoreError,
)
from kireji.core.jobs.polling import next_try
from kireji.core.jobs.states import JobState
from kireji.core.words import say
from kireji.services.jobs.engine import Engine

log = logging.getLogger(__name__)

_WAITED_OUT = (ConnectionFailed, Overloaded, RateLimited, ProtocolViolation, KeyStoreError)
_OF_THE_SERVICE = (AuthenticationFailed, ConnectionFailed, KeyStoreError, Overloaded, RateLimited)
"""Failures that have nothing to do with what was asked for."""
_KEYCHAIN_TRIES = 3
"""So often a keychain that is not there is looked for: at a log-in it may start later than we do."""
_SELDOM = (AuthenticationFailed, KeyStoreUnavailable, PaymentRequired, StoreError)
"""Failures that the person must put right: to try again and again would only fill the service's log, or ours."""


class Step(NamedTuple):
    """What may fail.

    Args:
        kind: `job` for sending its rows, `batch` for looking at one.
        number: Of the job or the batch.
    """

    kind: str
    number: int


class Trouble(NamedTuple):
    """What follows from a failure.

    Args:
        sentence: What is wrong, with the next step.
        wait: Seconds until it is tried again.
        stops: Whether nothing more is sent until the person says so.
    """

    sentence: str
    wait: float
    stops: bool


class Troubles:
    """Counts failures in a row, and tells the person.

    Args:
        engine: What the steps share.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._failures: dict[Step, int] = {}
        self._sentences: dict[int, dict[Step, str]] = {}
        self._barred: dict[str, float] = {}

    async def met(self, step: Step, job: int, error: Exception) -> Trouble:
        """Something failed: say so at the job.

        Args:
            step: What failed.
            job: Whose.
            error: The failure; what is no KirejiError is a bug of ours.
        """
        failures = self._failures[step] = self._failures.get(step, 0) + 1
        trouble = self._judged(error, failures)
        log.info("%s %d failed %d times: %s", *step, failures, trouble.sentence)
        if trouble.stops:
            await self.stop(job, trouble.sentence)
        else:
            await self.waits(step, job, trouble.sentence)
        return trouble

    def failing(self, step: Step) -> bool:
        """Whether a step failed when it was last tried."""
        return step in self._failures

    def bar(self, provider: str, trouble: Trouble, error: Exception) -> None:
        """What failed for one batch would fail for all others of the service, too: they wait as long.

        Args:
            provider: Whose service.
            trouble: What followed for the first.
            error: Why; what concerns one batch alone bars nothing.
        """
        if isinstance(error, _OF_THE_SERVICE):
            self._barred[provider] = self._engine.clock.monotonic() + trouble.wait

    def barred(self, provider: str) -> float:
        """Seconds for which a service need not be asked; 0 when it may be."""
        return max(0.0, self._barred.get(provider, 0.0) - self._engine.clock.monotonic())

    async def waits(self, step: Step, job: int, sentence: str) -> None:
        """A step waits for something, and the job goes on by itself.

        Args:
            step: Which.
            job: Whose.
            sentence: What for.
        """
        sentences = self._sentences.setdefault(job, {})
        sentences.pop(step, None)
        sentences[step] = sentence
        await self._tell(job)

    async def over(self, step: Step, job: int) -> None:
        """It works again."""
        self._failures.pop(step, None)
        self._sentences.get(job, {}).pop(step, None)
        await self._tell(job)

    def forget(self) -> None:
        """Begin to count anew: the machine slept, or the person says that it should go on."""
        self._failures.clear()
        self._barred.clear()

    async def stop(self, job: int, sentence: str) -> None:
        """A job cannot go on by itself."""
        engine = self._engine
        stored = await engine.store.job(job)
        if stored is None:
            return
        if stored.state is JobState.NEEDS_YOU:
            if stored.sentence != sentence:
                await engine.write(lambda: engine.store.tell(job, sentence))
                engine.news.changed.publish(job)
            return
        stopped = msgspec.structs.replace(stored, state=JobState.NEEDS_YOU, sentence=sentence)

        async def write() -> None:
            try:
                changed = await engine.store.set_state(job, JobState.NEEDS_YOU, sentence, engine.notice(stopped))
            except JobConflict as error:  # it has ended meanwhile
                log.info("job %d: %s", job, error.message)
                return
            engine.news.changed.publish(job)
            engine.news.ended.publish(changed)

        await engine.write(write)

    async def _tell(self, job: int) -> None:
        """Say what the job waits for; what the person has not answered yet stays."""
        engine = self._engine
        sentence = next(reversed(self._sentences.get(job, {"": ""}).values()), "")
        stored = await engine.store.job(job)
        if stored is None or stored.sentence == sentence or stored.state is JobState.NEEDS_YOU:
            return
        await engine.write(lambda: engine.store.tell(job, sentence))
        engine.news.changed.publish(job)

    def _judged(self, error: Exception, failures: int) -> Trouble:
        timings = self._engine.timings
        if not isinstance(error, KirejiError):
            log.error("a step of a job failed", exc_info=error)
            sentence = say("Something went wrong inside Kireji; the log says what. Resume the job to try again.")
            return Trouble(sentence, timings.longest_retry, stops=True)
        wait = next_try(failures, getattr(error, "retry_after", None), timings)
        is_gone = isinstance(error, KeyStoreUnavailable) and failures > _KEYCHAIN_TRIES
        if (isinstance(error, _WAITED_OUT) and not is_gone) or (isinstance(error, ProviderError) and error.retryable):
            return Trouble(say("{problem} The job goes on by itself.", problem=error.message), wait, stops=False)
        if isinstance(error, _SELDOM):
            wait = max(wait, timings.longest_look)
        if isinstance(error, JobError):  # its own next step is another one
            return Trouble(error.sentence, wait, stops=True)
        return Trouble(say("{problem} Then resume the job.", problem=_closed(error.sentence)), wait, stops=True)


def _closed(sentence: str) -> str:
    """A sentence that another can follow, also one that ends with a command to be typed."""
    return sentence if sentence.endswith((".", "!", "?")) else f"{sentence}."
