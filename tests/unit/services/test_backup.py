"""When backups are made and which are kept."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from kireji.core.errors import StoreFull, TransferError
from kireji.core.settings import BackupSettings
from kireji.core.transfer import Found
from kireji.services.backup import BackupService
from kireji.services.transfer import TransferService
from tests.fakes.desktop import FakeClock
from tests.fakes.stores import MemoryCaptureStore
from tests.fakes.transfer import FakeBackups, FakeExports, FakeSource, MemoryWholeStore
from tests.fakes.world import FakeCodec
from tests.support.whole import said, talk

FOLDER = Path("/backups")
DAY = 24 * 3600.0


class Place:
    """A backup service over fakes."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.store = FakeBackups(self.clock.now)
        self.store.now_marked = 1
        self.settings = BackupSettings()
        self.whole = MemoryWholeStore()
        exports = FakeExports()
        transfer = TransferService(self.whole, MemoryCaptureStore(), FakeCodec(), exports.open, exports.writer)
        self.service = BackupService(self.store, transfer, lambda: self.settings, FOLDER, self.clock)

    def change(self) -> None:
        self.store.now_marked += 1

    @property
    def names(self) -> list[str]:
        return [one.path.name for one in self.store.backups]


@pytest.fixture
def place() -> Place:
    return Place()


async def test_the_first_backup_is_due_as_soon_as_there_is_something(place: Place) -> None:
    place.store.now_marked = 0
    assert await place.service.make_if_due() is None
    place.change()
    backup = await place.service.make_if_due()
    assert backup is not None
    assert backup.path.name.startswith("kireji-auto-2026-11-22-")
    assert place.store.shared == [backup.path]


async def test_another_is_due_on_the_next_day_on_which_something_changed(place: Place) -> None:
    await place.service.make_if_due()
    place.change()
    assert await place.service.make_if_due() is None
    place.clock.advance(DAY)
    assert await place.service.make_if_due() is not None
    place.clock.advance(DAY)
    assert await place.service.make_if_due() is None
    assert len(place.names) == 2


async def test_none_is_made_when_they_are_switched_off(place: Place) -> None:
    place.settings = BackupSettings(automatic=False)
    assert await place.service.make_if_due() is None


async def test_the_settings_name_another_folder(place: Place) -> None:
    place.settings = BackupSettings(folder="/elsewhere")
    backup = await place.service.make_if_due()
    assert backup is not None
    assert backup.path.parent == Path("/elsewhere")


async def test_seven_days_and_four_weeks_are_kept(place: Place) -> None:
    for _ in range(60):
        place.change()
        assert await place.service.make_if_due() is not None
        place.clock.advance(DAY)
    made = [one.content.made for one in sorted(place.store.backups, key=lambda one: one.content.made, reverse=True)]
    assert len(made) == 11
    assert [made[0] - each for each in made[:7]] == [timedelta(days=number) for number in range(7)]
    assert len({each.isocalendar()[:2] for each in made[7:]}) == 4


async def test_backups_by_hand_are_never_deleted_by_themselves(place: Place) -> None:
    by_hand = await place.service.make()
    for _ in range(20):
        place.clock.advance(DAY)
        place.change()
        await place.service.make_if_due()
    assert by_hand in place.store.backups


async def test_copies_before_a_restore_do_not_count_as_the_backup_of_the_day(place: Place) -> None:
    place.store.sources[FOLDER / "a"] = FakeSource([Found(talk(said("q", None, "?")))])
    await place.service.restore(FOLDER / "a")
    assert await place.service.make_if_due() is not None


async def test_two_copies_before_a_restore_are_kept(place: Place) -> None:
    for _ in range(4):
        place.store.sources[FOLDER / "a"] = FakeSource([])
        await place.service.restore(FOLDER / "a")
        place.clock.advance(60)
    assert len([name for name in place.names if name.startswith("kireji-before-restore-")]) == 2


async def test_nothing_is_restored_when_the_copy_before_it_fails(place: Place) -> None:
    source = FakeSource([Found(talk(said("q", None, "?")))])
    place.store.sources[FOLDER / "a"] = source
    place.store.failure = StoreFull("There is no room.")
    with pytest.raises(StoreFull):
        await place.service.restore(FOLDER / "a")
    assert (place.whole.held, source.closed) == ({}, True)


async def test_a_failure_is_told_until_a_backup_succeeds(place: Place) -> None:
    place.store.failure = StoreFull("There is no room.", "Free some space.")
    with pytest.raises(StoreFull):
        await place.service.make()
    assert (await place.service.state()).sentence == "There is no room. Free some space."
    place.store.failure = None
    place.clock.advance(60)
    await place.service.make()
    state = await place.service.state()
    assert (state.failed, state.last is not None) == (None, True)


async def test_a_name_that_is_taken_is_no_failure_of_backups(place: Place) -> None:
    place.store.failure = TransferError("It exists already.")
    with pytest.raises(TransferError):
        await place.service.make(Path("/taken.zip"))
    assert (await place.service.state()).failed is None


async def test_each_different_failure_is_told_once_while_it_keeps_up(place: Place) -> None:
    told: list[str] = []
    looks: list[float] = []

    async def pause(seconds: float) -> None:
        looks.append(seconds)
        if len(looks) == 2:
            place.store.failure = StoreFull("The folder is gone.")
        if len(looks) == 4:
            raise asyncio.CancelledError
        await asyncio.sleep(0)

    place.store.failure = StoreFull("There is no room.")
    with pytest.raises(asyncio.CancelledError):
        await place.service.keep_up(lambda: False, told.append, pause)
    assert told == [
        "Today's backup could not be made. There is no room.",
        "Today's backup could not be made. The folder is gone.",
    ]


async def test_it_waits_while_something_else_goes_on(place: Place) -> None:
    looks: list[float] = []

    async def pause(seconds: float) -> None:
        looks.append(seconds)
        if len(looks) == 3:
            raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        await place.service.keep_up(lambda: len(looks) < 2, lambda _: None, pause)
    assert (looks, len(place.names)) == ([60.0, 60.0, 1800.0], 1)
