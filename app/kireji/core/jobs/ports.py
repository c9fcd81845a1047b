"""What the job services need from outside; adapters satisfy it by shape, as in `core.ports`."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Protocol

from kireji.core.history import Origin
from kireji.core.jobs.batch_ports import (
    BatchLimits,
    BatchProvider,
    BatchResult,
    Envelope,
    RemoteBatch,
    RemoteState,
)
from kireji.core.jobs.states import BatchState, JobState, RowState
from kireji.core.jobs.values import (
    Batch,
    Delivery,
    Estimate,
    ImportProgress,
    Job,
    JobPlan,
    JobSource,
    JoinedRow,
    Row,
    RowInput,
    RowResult,
    SourceHead,
)
from kireji.core.messages import ImagePart
from kireji.core.requests import BodyFile

__all__ = [
    "BatchLimits",
    "BatchProvider",
    "BatchResult",
    "DeliveryStore",
    "Envelope",
    "JobImporter",
    "JobPictures",
    "JobStore",
    "JobWriter",
    "RemoteBatch",
    "RemoteState",
    "Spool",
]


class JobStore(Protocol):
    """The queue: the app and the command line work on the same one at the same time.

    Every method is one transaction; those that go over a whole job are several, and asked again they do what is left.
    Changes that `core.jobs.states` does not allow raise `JobConflict`.
    """

    async def create(self, plan: JobPlan, source: JobSource, owner: Origin) -> int:
        """A job that is IMPORTING."""

    async def jobs(self) -> Sequence[Job]:
        """All of them, newest first."""

    async def job(self, job: int) -> Job | None: ...
    async def set_state(self, job: int, state: JobState, sentence: str = "", delivery: Delivery | None = None) -> Job:
        """Change a job, and write down who is to be told of it.

        Args:
            job: Which.
            state: What follows.
            sentence: Why, with the next step.
            delivery: What the person's address is told, written in the same transaction.

        Raises:
            JobConflict: It may not follow, there is no such job, it would be FINISHED or CANCELLED while rows are
                PENDING or a batch is open, or FINISHED while rows are UNCERTAIN.
        """

    async def tell(self, job: int, sentence: str) -> None:
        """Say what a job waits for while it goes on by itself; empty when it waits for nothing."""

    async def set_estimate(self, job: int, estimate: Estimate) -> None: ...
    async def offer(self, job: int) -> None:
        """The process that made a job has it no longer in its hands (`Job.held`), as when that process is gone."""

    async def set_plan(self, job: int, plan: JobPlan) -> None:
        """Change what does not stand in fingerprints (name, mode, rows per batch, unpriced); all while IMPORTING."""

    async def remove(self, job: int) -> None:
        """With rows, results and the pictures that no other job has. Raises JobConflict while a batch is open."""

    async def left_over(self) -> Sequence[int]:
        """Jobs to remove: IMPORTING ones whose importer is gone, and those whose removal broke off."""

    async def version(self) -> int:
        """Changes whenever another process has written."""

    # Sending

    async def take(self, job: int, owner: Origin, key: str, rows: int, state: BatchState, lease: float) -> Batch | None:
        """Record a batch (SUBMITTING or LIVE) of the next rows that are PENDING; they become TAKEN.

        Args:
            job: Whose rows.
            owner: This process.
            key: Of the submission.
            rows: At most so many.
            state: SUBMITTING or LIVE.
            lease: Seconds that the claim holds without being renewed.

        Returns:
            None when no row waits, or the job is not RUNNING.
        """

    async def take_row(self, job: int, number: int, owner: Origin, key: str, lease: float) -> Batch | None:
        """Record a LIVE batch of this one row, also while the job does not run (the dry run's).

        Returns:
            None when the row does not wait.
        """

    async def give_back(self, batch: int, after: int) -> int:
        """Rows of a batch beyond this row number wait again: they did not fit. Returns how many stay.

        Of a LIVE batch only those that were not marked as sent.

        Raises:
            JobConflict: It is neither SUBMITTING nor LIVE.
        """

    async def set_ready(self, batch: int, rows: int) -> None:
        """So many rows of a SUBMITTING batch can leave by now; of one that has left nothing is written."""

    async def inputs(self, batch: int, after: int = 0, limit: int = 200) -> Sequence[RowInput]:
        """What the rows of a batch ask, by number."""

    async def keep_values(self, batch: int, values: Mapping[int, Mapping[str, str]]) -> None:
        """What placeholders in rows (by number) stand for, so that answers can be restored a day later.

        Of rows that have ended, or are not in the batch, nothing is kept.
        """

    async def mark_sent(self, batch: int, number: int, *, sent: bool = True) -> None:
        """A row of a LIVE batch is about to leave.

        Args:
            batch: Which.
            number: Of the row.
            sent: False takes it back: it is certain that the service has not taken it up.
        """

    # Claims

    async def renew(self, owner: Origin, lease: float) -> None:
        """Every claim of this process holds for so many seconds more."""

    async def claim_due(self, owner: Origin, now: datetime, lease: float, job: int | None = None) -> Batch | None:
        """Claim one batch that is due and that nobody works on, or whose owner is gone and whose lease has ended.

        Only UNCERTAIN, SUBMITTED, CANCELLING and COLLECTING ones; each time counts as a look (`Batch.polls`).
        SUBMITTING batches of owners that are gone come back as UNCERTAIN, LIVE ones have their unsent rows PENDING, the
        sent ones UNCERTAIN, and are COMPLETED without being given out. `next_poll` in a far future (a clock that was
        set back) counts as due.
        """

    async def release(self, batch: int, owner: Origin, next_poll: datetime | None) -> None:
        """Give a claim back; it is due again at that time (None: at once).

        A time further away than `core.jobs.limits.LONGEST_WAIT` counts as due, for the clock may have been set back.
        """

    async def next_due(self, job: int | None = None) -> datetime | None:
        """When `claim_due` may give the next batch, or free one that is being sent, should its owner be gone by then;
        None when there is none.
        """

    async def make_due(self, job: int | None = None) -> None:
        """Every open batch, and every delivery, is due now: the computer slept, or something was put right."""

    async def open_batches(self, job: int) -> Sequence[Batch]:
        """Those that have not ended, by id; those that need the person included."""

    async def numbers(self, batch: int, *, waiting: bool = False) -> frozenset[int]:
        """The rows of a batch; only those without a result when it is about those that wait for one."""

    async def set_batch(
        self,
        batch: int,
        state: BatchState,
        *,
        remote: RemoteBatch | None = None,
        candidates: tuple[str, ...] | None = None,
        proven: bool | None = None,
        sentence: str = "",
    ) -> Batch:
        """Change a batch; its rows follow: DISCARDED makes them PENDING, FAILED ERRORED with the sentence, EXPIRED
        EXPIRED, NEEDS_YOU and UNCERTAIN UNCERTAIN, SUBMITTED TAKEN, COMPLETED makes those that have no result EXPIRED.
        UNCERTAIN forgets which of the service's batches it was. When a LIVE batch is COMPLETED, rows without a result
        are PENDING, or UNCERTAIN if they were marked as sent.

        Args:
            batch: Which.
            state: The new one; the same again changes only what stands beside it, and is refused when it has ended.
            remote: What the service says of it.
            candidates: None leaves them.
            proven: None leaves it.
            sentence: What went wrong last; of the rows too, when it is FAILED or EXPIRED.

        Raises:
            JobConflict: It may not follow.
        """

    async def known_remotes(self) -> frozenset[str]:
        """The service's ids of all batches of this queue."""

    # Results

    async def record(self, batch: int, results: Sequence[RowResult]) -> int:
        """Store results of a batch; rows that have ended or are not in it are left alone. Returns how many were new.

        Rows that failed and are to be asked again (`RowResult.again`) are PENDING once the batch has ended, in the same
        transaction and without their result, whose cost stays the job's; a row goes back so one time until it is
        retried, and none does while its job is being cancelled.
        """

    async def values(self, batch: int, numbers: Sequence[int]) -> Mapping[int, Mapping[str, str]]:
        """What placeholders stand for in rows of a batch, by row; rows in which nothing was hidden are not in it."""

    async def reuse(self, job: int) -> int:
        """Give rows that are PENDING the results of the same requests in earlier jobs. Returns how many."""

    async def retry(self, job: int, states: frozenset[RowState]) -> int:
        """Rows in these states (that failed, or UNCERTAIN ones) are PENDING again, without their results.

        Of those that are UNCERTAIN only the ones whose batch has ended (asked one by one by a process that is gone):
        what becomes of the others their batch says.

        Returns:
            How many.
        """

    async def fail_uncertain(self, job: int, sentence: str) -> int:
        """Rows that are UNCERTAIN and whose batch has ended are ERRORED with the sentence. Returns how many."""

    async def cancel_pending(self, job: int) -> int:
        """Rows that are PENDING are CANCELED. Returns how many."""

    # Looking

    async def rows(
        self, job: int, after: int = 0, limit: int = 200, states: frozenset[RowState] = ...
    ) -> Sequence[Row]:
        """In the order of the input; all of them when no state is named."""

    async def input(self, job: int, number: int) -> RowInput | None: ...
    async def joined(
        self, job: int, after: int = 0, limit: int = 500, states: frozenset[RowState] = ...
    ) -> Sequence[JoinedRow]:
        """Rows with their results, in the order of the input; rows that are SAME with the other row's."""

    async def sample(self, job: int, most: int) -> Sequence[RowInput]:
        """Rows that would be sent, spread evenly over the job, for an estimate."""

    async def has_pictures(self, job: int) -> bool:
        """Whether any row has stored pictures."""

    async def bytes_pending(self, job: int) -> int:
        """Sum of the contents of rows that would be sent."""


class DeliveryStore(Protocol):
    """What the person's address is still to be told; written by `JobStore.set_state`, in the same file."""

    async def claim_delivery(self, now: datetime, hold: float) -> Delivery | None:
        """One that is due; it is not given out again for so many seconds, and counts one attempt more.

        A time in the far future (a clock that was set back) counts as due.
        """

    async def postpone_delivery(self, delivery: str, next_try: datetime) -> None: ...
    async def end_delivery(self, delivery: str) -> None:
        """It arrived, or is given up."""

    async def next_delivery(self) -> datetime | None:
        """When the next one is due; None when nothing is left to tell."""


class JobImporter(Protocol):
    """Reads a source into the rows of a job, in a process of its own."""

    async def named_model(self, source: JobSource) -> str:
        """The model that the first line names; empty when it names none, or is no line of a job.

        Raises:
            JobError: The source is not there, or cannot be read.
        """

    async def head(self, source: JobSource) -> SourceHead:
        """What can be told of a source at a glance.

        Raises:
            JobError: It is not there, or cannot be read.
        """

    async def run(
        self,
        job: int,
        plan: JobPlan,
        source: JobSource,
        progress: Callable[[ImportProgress], None],
        *,
        wins: bool = True,
    ) -> ImportProgress:
        """Read all of it; the job is READY afterwards.

        Args:
            job: Which.
            plan: What is to be done; provider and model are always named in it.
            source: What is read.
            progress: Told how far it is.
            wins: Whether the person has chosen the plan's model, which then holds for all lines; without, lines that
                name another are refused.

        Raises:
            JobError: The file is not there, is none of the known forms, or the disk is full; the rows are gone again.
        """


class JobPictures(Protocol):
    """Pictures of rows, kept apart from the history's."""

    async def get(self, picture: ImagePart) -> bytes:
        """Raises StoreCorrupt when the bytes are missing or are not what their name says."""


class Spool(Protocol):
    """Files in which the bodies of new batches stand while they are sent."""

    async def write(self, key: str, chunks: AsyncIterator[bytes]) -> BodyFile:
        """Raises StoreFull, StoreReadOnly."""

    async def discard(self, key: str) -> None: ...


class JobWriter(Protocol):
    """Writes lines into a file that the person named, whole or not at all."""

    def open(self, path: str) -> AbstractAsyncContextManager[Callable[[bytes], None]]:
        """Raises JobError: it cannot be written there. Nothing stays when the body raises."""
