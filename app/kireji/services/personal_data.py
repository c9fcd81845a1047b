"""The person's data as a whole: what there is, everything as one file, everything deleted."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path

import msgspec

from kireji.core.desktop_ports import Autostart
from kireji.core.errors import KeyStoreError, KirejiError
from kireji.core.jobs.answers import ExportForm
from kireji.core.jobs.values import Job
from kireji.core.personal_data import (
    DataExported,
    DataProgress,
    DataWriter,
    ErasePlan,
    Kept,
    KeysKept,
    PersonalFiles,
)
from kireji.core.ports import KeyStore
from kireji.core.secret import SecretName
from kireji.core.settings import BackupSettings
from kireji.core.transfer import Progress
from kireji.core.words import say
from kireji.services.jobs.service import JobService
from kireji.services.steps import step
from kireji.services.transfer import TransferService

Told = Callable[[DataProgress], None]


def tell_nobody(progress: DataProgress) -> None:
    """For whoever does not ask how far it is."""
    del progress


class Inventory(msgspec.Struct, frozen=True):
    """What would be deleted, and what it touches.

    Args:
        kept: Files by kind.
        keys: In the keychain.
        autostart: The session starts the program.
        backups: A folder of the person's own in which backups are; None for none.
        at_service: Jobs that a service works on.
        users: Other processes that use the data, as people know them.
    """

    kept: Sequence[Kept]
    keys: KeysKept
    autostart: bool
    backups: Path | None
    at_service: Sequence[Job]
    users: Sequence[str]


class PersonalData:
    """Looks at, exports and deletes everything.

    Args:
        files: The files.
        transfer: Exports conversations; made when it is first wanted.
        jobs: The jobs.
        keychain: Holds keys.
        likely: Names under which there may be keys.
        autostart: The entry for the session's start.
        backup: What holds for backups.
        users: Other processes that use the data; may block for some milliseconds.
    """

    def __init__(
        self,
        files: PersonalFiles,
        transfer: Callable[[], TransferService],
        jobs: JobService,
        keychain: KeyStore,
        likely: Callable[[], Awaitable[Sequence[SecretName]]],
        autostart: Autostart,
        backup: Callable[[], BackupSettings],
        users: Callable[[], Sequence[str]],
    ) -> None:
        self._files = files
        self._transfer = transfer
        self._jobs = jobs
        self._keychain = keychain
        self._likely = likely
        self._autostart = autostart
        self._backup = backup
        self._users = users

    async def kept(self) -> Sequence[Kept]:
        """Files by kind."""
        return await step(self._files.kept)

    async def inventory(self) -> Inventory:
        """All that deleting would touch. Asks the keychain, which may show a prompt."""
        return Inventory(
            kept=await self.kept(),
            keys=await self.keys(),
            autostart=await step(self._autostart.enabled),
            backups=self._own_folder(),
            at_service=await self._at_service(),
            users=await step(self._users),
        )

    def _own_folder(self) -> Path | None:
        folder = self._backup().folder
        return Path(folder).expanduser() if folder else None

    async def keys(self) -> KeysKept:
        """Keys of ours in the keychain; what it does not list is looked for under the names that are known."""
        found: dict[SecretName, None] = {}
        try:
            found |= dict.fromkeys(await self._keychain.names())
            for name in await self._likely():
                if name not in found and await self._keychain.get(name) is not None:
                    found[name] = None
        except KeyStoreError as error:
            return KeysKept(tuple(found), error.message)
        return KeysKept(tuple(found))

    async def export(self, path: Path, *, overwrite: bool = False, told: Told = tell_nobody) -> DataExported:
        """Write everything into one zip. Cancelled or failed, it leaves nothing behind.

        Args:
            path: A name that ends with .zip.
            overwrite: Whether a file of that name may be replaced.
            told: How far it is.

        Raises:
            TransferError: It cannot be written there.
            StoreError: The environment's fault.
        """
        opened: list[DataWriter] = []
        try:
            await step(lambda: opened.append(self._files.open_export(path, overwrite=overwrite)))
            (writer,) = opened
            counts = await self._conversations(writer, told)
            jobs, problems = await self._answers(writer, told)
            counts["jobs"] = jobs
            loop = asyncio.get_running_loop()
            await step(lambda: writer.tables(lambda progress: _tell(loop, told, progress)))
            problems = (*problems, *await step(writer.files))
            where, files, size = await step(lambda: writer.finish(counts))
        except BaseException:
            for writer in opened:  # also when it was cancelled while it was being opened
                await asyncio.shield(step(writer.abandon))
            raise
        return DataExported(where, files=files, size=size, problems=problems, **counts)

    async def erase(self, plan: ErasePlan, keys: Sequence[SecretName] = ()) -> None:
        """Begin to delete: keys and the autostart entry at once; the files go when the program ends in order, and
        nothing uses them any more.

        Args:
            plan: What goes.
            keys: That go, too.

        Raises:
            KirejiError: Somebody else uses the data, a key or the entry could not be removed, or it could not be
                written down. The files are all there; keys that went before stay gone.
        """
        if users := await step(self._users):
            raise KirejiError(
                say("This still uses your data: {users}.", users=say(", ").join(users)),
                say("End it, then delete again; nothing was deleted."),
            )
        for name in keys:
            await self._keychain.delete(name)
        if await step(self._autostart.enabled):
            await step(lambda: self._autostart.set(False))
        await step(lambda: self._files.mark(plan))

    async def cancel_at_service(self) -> None:
        """Ask the services to stop what they work on.

        Raises:
            KirejiError: A job could not be cancelled.
        """
        for job in await self._at_service():
            await self._jobs.cancel(job.id)

    async def _at_service(self) -> Sequence[Job]:
        return [job for job in await self._jobs.jobs() if await self._jobs.under_way(job.id)]

    async def _conversations(self, writer: DataWriter, told: Told) -> dict[str, int]:
        part = await step(writer.conversations)

        def tell(progress: Progress) -> None:
            told(DataProgress("conversations", progress.done, progress.total))

        try:
            report = await self._transfer().write_all(part, told=tell)
            await step(part.finish)
        except BaseException:
            await asyncio.shield(step(part.abandon))
            raise
        return {
            "conversations": report.conversations,
            "messages": report.messages,
            "pictures": report.pictures,
            "lost": report.lost,
        }

    async def _answers(self, writer: DataWriter, told: Told) -> tuple[int, tuple[str, ...]]:
        """One file for each job that has rows; a job that cannot be read is told and passed over."""
        jobs = await self._jobs.jobs()
        written, problems = 0, list[str]()
        for done, job in enumerate(jobs):
            told(DataProgress("jobs", done, len(jobs)))
            name = f"jobs/{job.id}.jsonl"
            path = await step(lambda name=name: writer.spool(name))  # type: ignore[misc] # mypy reads no default here
            try:
                await self._jobs.export(job.id, str(path), ExportForm.JSONL)
            except KirejiError as error:
                problems.append(f"{name}: {error.message}")
                continue
            await step(lambda name=name: writer.take(name))  # type: ignore[misc] # mypy reads no default here
            written += 1
        return written, tuple(problems)


def _tell(loop: asyncio.AbstractEventLoop, told: Told, progress: DataProgress) -> None:
    """From a thread."""
    loop.call_soon_threadsafe(told, progress)


def names_by_provider(names: Sequence[SecretName]) -> Mapping[str, int]:
    """How many keys there are of whom."""
    counts: dict[str, int] = {}
    for name in names:
        counts[name.provider] = counts.get(name.provider, 0) + 1
    return counts
