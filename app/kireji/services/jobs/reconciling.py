"""Finds out whether a batch whose answer was lost is with the service.

The service's list shows which batches it made at that time with as many rows. One alone is taken for it, several wait
until they have ended: the custom ids in their results tell whose they are. When the service has none that it could be,
also some time later, the rows wait again. Nothing is ever sent again while anything could be it.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import NamedTuple

from kireji.core.errors import ModelUnavailable, RequestRejected, ResultsExpired
from kireji.core.jobs.custom_ids import number_of
from kireji.core.jobs.polling import next_look
from kireji.core.jobs.ports import BatchProvider, RemoteBatch, RemoteState
from kireji.core.jobs.states import BatchState
from kireji.core.jobs.values import Batch, Job
from kireji.core.words import say
from kireji.services.credentials import Credential
from kireji.services.jobs.engine import Engine
from kireji.services.jobs.stopping import Troubles

log = logging.getLogger(__name__)

FOREIGN = 250
"""Of others' results that come first: then none is ours."""
_CLOCKS_APART = timedelta(minutes=2)
_CLOCK_WRONG = timedelta(hours=48)
"""Before rows are sent again, so far back is looked: this computer's clock may have been wrong when it sent them."""
_MOST = 300
"""Of candidates: more than that are not looked through."""


class _Listed(NamedTuple):
    """What the service's list shows.

    Args:
        candidates: Batches that could be the one that was lost, newest first.
        taken: Batches that others of ours are taken for, without proof.
        complete: Whether it has all batches of ours that it must have.
    """

    candidates: tuple[RemoteBatch, ...]
    taken: frozenset[str]
    complete: bool


def lost(batch: Batch) -> str:
    """What a person is told while it is not clear whether a batch arrived."""
    return say(
        "The service's answer to {rows} rows was lost. Whether it has them, its own list will show; they are not sent "
        "twice.",
        rows=batch.rows,
    )


class Reconciling:
    """Resolves batches that are UNCERTAIN.

    Args:
        engine: What the steps share.
        troubles: Told when only the person can decide.
    """

    def __init__(self, engine: Engine, troubles: Troubles) -> None:
        self._engine = engine
        self._troubles = troubles
        self._refuted: dict[int, set[str]] = {}
        self._empty_since: dict[int, float] = {}

    async def resolve(self, job: Job, batch: Batch, provider: BatchProvider, credential: Credential) -> bool:
        """Take a batch that is UNCERTAIN one step further, and give the claim back.

        Returns:
            Whether it is clear now what became of it, or that only the person can say.

        Raises:
            ProviderError: The service was not reached, or refused.
            StoreError: The queue cannot be read.
        """
        await self._engine.desk.written(batch)  # whoever sent it is gone, or has given up
        try:
            listed = await self._listed(batch, provider, credential, _CLOCKS_APART)
            if len(listed.candidates) == 1 and listed.candidates[0].id not in listed.taken:
                await self._adopt(batch, listed.candidates[0], proven=False)
                return True
            if not listed.candidates:
                listed = await self._listed(batch, provider, credential, _CLOCK_WRONG)
        except (RequestRejected, ModelUnavailable) as error:
            why = say("The service does not list its batches: {why}", why=error.message)
            return await self._give_up(job, batch, why)
        if len(listed.candidates) > _MOST:
            why = say("Too many batches of the service could be the one that was lost.")
            return await self._give_up(job, batch, why)
        return await self._look_into(job, batch, provider, credential, listed)

    async def refute(self, batch: Batch, remote: str) -> None:
        """One of the service's batches is not this one: it holds others' rows, or is not there.

        Args:
            batch: Which was taken for it.
            remote: The service's.
        """
        self._refuted.setdefault(batch.id, set()).add(remote)
        sentence = say("A batch of the same size turned out to be another one's.")
        await self._engine.change(batch, BatchState.UNCERTAIN, 0.0, candidates=(), proven=False, sentence=sentence)

    async def _listed(self, batch: Batch, provider: BatchProvider, credential: Credential, back: timedelta) -> _Listed:
        """What the service's list shows of the time from `back` before the batch was recorded."""
        engine = self._engine
        since = (batch.created or engine.clock.now()) - back
        listed = await provider.recent(engine.gate, credential.base_url, credential.secret, since)
        rows = len(await engine.store.numbers(batch.id, waiting=True))
        proven, taken = await self._ours(provider.name, since)
        excluded = (await engine.store.known_remotes() - taken) | self._refuted.get(batch.id, set())
        candidates = [
            remote
            for remote in listed
            if remote.rows in (rows, 0) and remote.id not in excluded and remote.state is not RemoteState.FAILED
        ]
        return _Listed(tuple(candidates), taken, proven <= {remote.id for remote in listed})

    async def _ours(self, provider: str, since: datetime) -> tuple[frozenset[str], frozenset[str]]:
        """The service's ids of our open batches: those since a time that are proven, and those that are not."""
        store = self._engine.store
        proven: set[str] = set()
        taken: set[str] = set()
        for job in await store.jobs():
            for batch in await store.open_batches(job.id):
                if batch.remote and not batch.proven:
                    taken.add(batch.remote)
                elif batch.remote and job.plan.provider == provider and batch.submitted and batch.submitted >= since:
                    proven.add(batch.remote)
        return frozenset(proven), frozenset(taken)

    async def _adopt(self, batch: Batch, remote: RemoteBatch, *, proven: bool) -> None:
        log.info("batch %d is taken to be %s (proven: %s)", batch.id, remote.id, proven)
        self._empty_since.pop(batch.id, None)
        wait = 0.0 if remote.state is RemoteState.ENDED else next_look(0, remote.poll_after, self._engine.timings)
        await self._engine.change(batch, BatchState.SUBMITTED, wait, remote=remote, candidates=(), proven=proven)

    async def _none(self, batch: Batch, *, complete: bool) -> bool:
        """The service has nothing that it could be: that is certain when it stays so for a while."""
        engine = self._engine
        if not complete:  # others of ours are missing as well: the list lags, or is another account's
            self._empty_since.pop(batch.id, None)
            await engine.release(batch, next_look(batch.polls, None, engine.timings))
            return False
        now = engine.clock.monotonic()
        since = self._empty_since.setdefault(batch.id, now)
        left = engine.timings.grace - (now - since)
        if left > 0:
            await engine.release(batch, min(left, engine.timings.first_look))
            return False
        log.info("batch %d never arrived: its rows wait again", batch.id)
        await engine.desk.release(batch)
        await engine.change(batch, BatchState.DISCARDED, candidates=())
        self._forget(batch)
        return True

    async def _look_into(
        self,
        job: Job,
        batch: Batch,
        provider: BatchProvider,
        credential: Credential,
        listed: _Listed,
    ) -> bool:
        """Look at the custom ids of those that have ended; the others are waited for."""
        open_ones: list[RemoteBatch] = []
        unreadable = False
        for remote in listed.candidates:
            if remote.state in (RemoteState.OPEN, RemoteState.CANCELLING):
                open_ones.append(remote)
            else:
                ours = await self._is_ours(job, batch, provider, credential, remote.id)
                if ours:
                    await self._adopt(batch, remote, proven=True)
                    return True
                unreadable |= ours is None
                if ours is False:
                    self._refuted.setdefault(batch.id, set()).add(remote.id)
        if open_ones:
            self._empty_since.pop(batch.id, None)
            waits = [remote.poll_after for remote in open_ones if remote.poll_after is not None]
            wait = next_look(batch.polls, min(waits, default=None), self._engine.timings)
            await self._await(batch, tuple(remote.id for remote in open_ones), wait)
            return False
        if unreadable:
            why = say("The results of the batches that it could be cannot be read any more.")
            return await self._give_up(job, batch, why)
        return await self._none(batch, complete=listed.complete)

    async def _await(self, batch: Batch, candidates: tuple[str, ...], wait: float) -> None:
        if candidates == batch.candidates:
            await self._engine.release(batch, wait)
        else:
            await self._engine.change(batch, BatchState.UNCERTAIN, wait, candidates=candidates)

    async def _is_ours(
        self, job: Job, batch: Batch, provider: BatchProvider, credential: Credential, remote: str
    ) -> bool | None:
        """Whether one of the first results carries the batch's key; None when nobody can say any more."""
        gate, secret = self._engine.gate, credential.secret
        foreign = 0
        try:
            async with provider.results(gate, credential.base_url, secret, remote, job.plan.model) as results:
                async for result in results:
                    if number_of(result.custom_id, batch.key) is not None:
                        return True
                    foreign += 1
                    if foreign >= FOREIGN:
                        break
        except ResultsExpired:
            return None
        return False if foreign else None

    async def _give_up(self, job: Job, batch: Batch, why: str) -> bool:
        """Only the person can decide."""
        sentence = say(
            "{why} Nobody can tell whether {rows} rows of this job are with the service. Look at its own list of "
            "batches, then say whether they are to be sent again or count as failed.",
            why=why,
            rows=batch.rows,
        )
        await self._engine.change(batch, BatchState.NEEDS_YOU, sentence=sentence)
        await self._troubles.stop(job.id, sentence)
        self._forget(batch)
        return True

    def _forget(self, batch: Batch) -> None:
        self._refuted.pop(batch.id, None)
        self._empty_since.pop(batch.id, None)
