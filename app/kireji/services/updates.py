"""Whether there is a newer version of this program. Nothing is asked before the person has said yes, and nothing is
ever downloaded or replaced: what is found is told, with the page on which a person gets it.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import msgspec

from kireji import __version__
from kireji.core.errors import Doubt, KirejiError, StoreError, UpdateError
from kireji.core.ports import Clock
from kireji.core.provider_ports import Gate
from kireji.core.publisher import Publisher
from kireji.core.update_ports import (
    Installation,
    ReleaseLists,
    Remembered,
    SignatureChecker,
    UpdateMemory,
    UpdateSource,
)
from kireji.core.updates import Release, ReleaseFile, believed, id_of, in_force, is_newer, key_of
from kireji.core.words import say
from kireji.services.preferences import Preferences
from kireji.services.steps import step
from kireji.services.update_words import KINDS, how_to_install, no_address, no_key

log = logging.getLogger(__name__)

_EVERY = timedelta(days=1)
_NEXT_LOOK = 1800.0
"""Seconds between two looks whether it is time to ask."""
_BUSY_LOOK = 60.0
"""Seconds after which it is tried again when an answer streamed."""


class UpdateState(msgspec.Struct, frozen=True):
    """How it stands.

    Args:
        running: The version that runs.
        installed: How it was installed.
        allowed: Whether it is asked once a day.
        source: Where lists come from, and whose word counts.
        asked: When it was last asked; None for never.
        problem: What went wrong then; empty when nothing did.
        release: What the newest list says that was believed; None when there is none.
        newer: Whether that is a newer version.
        skipped: The person does not want to hear of it.
        file: The file of it for this installation; None where there is none.
        how: How it is installed, in a sentence.
    """

    running: str
    installed: Installation
    allowed: bool
    source: UpdateSource
    asked: datetime | None = None
    problem: str = ""
    release: Release | None = None
    newer: bool = False
    skipped: bool = False
    file: ReleaseFile | None = None
    how: str = ""

    @property
    def keys(self) -> tuple[str, ...]:
        """The names of the keys whose word counts."""
        return tuple(id_of(key_of(key)) for key in self.source.keys)


class Updates:
    """Looks for newer versions.

    Args:
        built_in: What the build says about where lists come from.
        lists: Makes what fetches them.
        gate: The way out.
        signatures: Makes what checks signatures.
        memory: Keeps what was found.
        preferences: The settings.
        clock: The time.
        installed: How this program was installed.
        running: Its version.

    Attributes:
        changed: Published when the state has changed.
        found: A newer version that nobody has told of yet, found without being asked for at this moment.
    """

    def __init__(
        self,
        built_in: UpdateSource,
        lists: Callable[[], ReleaseLists],
        gate: Gate,
        signatures: Callable[[], SignatureChecker],
        memory: UpdateMemory,
        preferences: Preferences,
        clock: Clock,
        installed: Installation,
        running: str = __version__,
    ) -> None:
        self._built_in = built_in
        self._lists = lists
        self._gate = gate
        self._signatures = signatures
        self._memory = memory
        self._preferences = preferences
        self._clock = clock
        self._installed = installed
        self._running = running
        self._one = asyncio.Lock()
        self._believed: tuple[bytes, tuple[str, ...], Release] | None = None
        self.changed: Publisher[None] = Publisher()
        self.found: Publisher[Release] = Publisher()

    @property
    def source(self) -> UpdateSource:
        """Where lists come from: what the person says, else what the build says."""
        settings = self._preferences.settings.updates
        return UpdateSource(settings.address or self._built_in.address, settings.keys or self._built_in.keys)

    @property
    def built_in(self) -> UpdateSource:
        """What the build says."""
        return self._built_in

    @property
    def allowed(self) -> bool:
        """Whether the person has said that it may ask by itself."""
        return self._preferences.settings.updates.check

    async def state(self) -> UpdateState:
        """How it stands; nothing is asked."""
        return await self._state(await step(self._memory.read))

    async def check(self) -> UpdateState:
        """Ask now, because the person wants it.

        Raises:
            UpdateError: There is nowhere to ask, or what came is not believed.
            ProviderError: It was not reached.
            StoreError: The ledger could not be written; then nothing left.
        """
        return (await self._check())[0]

    async def allow(self, on: bool) -> None:
        """Let it ask by itself, or no longer.

        Raises:
            SettingsError: The file could not be written.
        """
        await self._preferences.set("updates.check", on)
        self.changed.publish(None)

    async def skip(self, version: str) -> None:
        """Say no more of one version; empty takes that back.

        Raises:
            StoreError: It could not be kept.
        """
        async with self._one:
            remembered = await step(self._memory.read)
            await step(lambda: self._memory.write(msgspec.structs.replace(remembered, skipped=version)))
        self.changed.publish(None)

    async def verify(self, file: Path, published: bytes = b"") -> tuple[Release, ReleaseFile]:
        """Hold a downloaded file to a signed list.

        Args:
            file: What was downloaded.
            published: The list as it was published; empty takes the newest that was believed.

        Raises:
            UpdateError: There is no list, it is not believed, or the file is none of its files.
            StoreError: The file cannot be read.
        """
        published = published or (await step(self._memory.read)).envelope
        if not published:
            raise UpdateError(
                say("There is no list of versions to hold the file to."),
                say("Ask for one first: kireji updates check"),
                doubt=Doubt.NO_LIST,
            )
        release = await step(lambda: self._believe(published, self._keys()))
        size, digest = await step(lambda: self._memory.fingerprint(file))
        for each in release.files:
            if (each.size, each.sha256) == (size, digest):
                return release, each
        raise UpdateError(
            say(
                "{name} is none of the files of version {version}: it was damaged on its way, or is another one.",
                name=file.name,
                version=release.version,
            ),
            say("Do not install it. Download it again from {page}", page=release.page),
            detail=f"{size} bytes, SHA-256 {digest}",
            doubt=Doubt.FILE,
        )

    async def keep_up(
        self, busy: Callable[[], bool], pause: Callable[[float], Awaitable[object]] = asyncio.sleep
    ) -> None:
        """Ask once a day for as long as the person allows it, at a moment when no answer streams.

        What goes wrong is kept in the state and told to nobody: it is no news that interrupts.

        Args:
            busy: Whether one does.
            pause: Waits for so many seconds.
        """
        while True:
            if not self.allowed or not self.source.address or not self.source.keys:
                await pause(_NEXT_LOOK)
            elif busy():
                await pause(_BUSY_LOOK)
            else:
                await self._check_quietly()
                await pause(_NEXT_LOOK)

    async def _check_quietly(self) -> None:
        try:
            state, news = await self._check(if_due=True)
        except KirejiError as error:
            log.info("no news of versions: %s", error)
            return
        if news and state.release is not None:
            self.found.publish(state.release)

    def _due(self, remembered: Remembered) -> bool:
        if remembered.asked is None or remembered.address != self.source.address:
            return True
        passed = self._clock.now() - remembered.asked
        return passed >= _EVERY or passed < -_EVERY  # the clock was put back: that is no reason to wait for years

    async def _check(self, *, if_due: bool = False) -> tuple[UpdateState, bool]:
        """The state afterwards, and whether it is news.

        Args:
            if_due: Nothing is asked where that was done within the last day.
        """
        async with self._one:
            source, keys = self.source, self._keys()
            if not source.address:
                raise no_address()
            if not keys:
                raise no_key()
            before = await step(self._memory.read)
            if if_due and not self._due(before):
                return await self._state(before), False
            if before.address != source.address:  # dates of another place say nothing about this one
                before = msgspec.structs.replace(before, newest=None, envelope=b"", address=source.address)
            before = msgspec.structs.replace(before, asked=self._clock.now(), problem="")
            try:
                after = await self._asked(before, source.address, keys)
            except KirejiError as error:
                await self._remember(msgspec.structs.replace(before, problem=error.sentence))
                raise
            state = await self._state(after)
            version = state.release.version if state.release is not None and state.newer else ""
            news = bool(version) and not state.skipped and version != before.told
            await self._remember(msgspec.structs.replace(after, told=version or before.told))
        return state, news

    async def _asked(self, before: Remembered, address: str, keys: Sequence[bytes]) -> Remembered:
        published = await self._lists().fetch(self._gate, address)
        release = await step(lambda: self._believe(published, keys))
        in_force(release, self._clock.now(), before.newest)
        return msgspec.structs.replace(before, newest=release.date, envelope=published)

    async def _remember(self, remembered: Remembered) -> None:
        """Keep it; what was found is good without, so a failure is only logged."""
        try:
            await step(lambda: self._memory.write(remembered))
        except StoreError as error:
            log.warning("what is known of versions could not be kept: %s", error)
        self.changed.publish(None)

    async def _state(self, remembered: Remembered) -> UpdateState:
        source = self.source
        state = UpdateState(self._running, self._installed, self.allowed, source)
        if remembered.address != source.address:
            return state
        state = msgspec.structs.replace(state, asked=remembered.asked, problem=remembered.problem)
        try:
            keys = self._keys()
            release = await step(lambda: self._believe(remembered.envelope, keys)) if remembered.envelope else None
        except UpdateError as error:  # other keys count by now
            log.info("the list that was kept is not believed any more: %s", error)
            return state
        if release is None:
            return state
        file = release.file_for(self._installed.system, self._installed.machine, KINDS.get(self._installed.name, ()))
        return msgspec.structs.replace(
            state,
            release=release,
            newer=is_newer(release, self._running),
            skipped=release.version == remembered.skipped,
            file=file,
            how=how_to_install(self._installed, file),
        )

    def _keys(self) -> tuple[bytes, ...]:
        return tuple(key_of(key) for key in self.source.keys)

    def _believe(self, published: bytes, keys: Sequence[bytes]) -> Release:
        """As `believed`, once for the same bytes and keys; may block for loading what checks signatures."""
        ids = tuple(map(id_of, keys))
        known = self._believed
        if known is not None and known[:2] == (published, ids):
            return known[2]
        release = believed(published, keys, self._signatures().valid)
        self._believed = (published, ids, release)
        return release
