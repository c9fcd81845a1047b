"""When it is asked for a newer version, what is believed, and what is told."""

from __future__ import annotations

import asyncio
import base64
import hashlib
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from kireji.core.errors import ConnectionFailed, Doubt, StoreFull, UpdateError
from kireji.core.update_ports import Installation, UpdateSource
from kireji.core.updates import Release, envelope, id_of, signed_bytes
from kireji.services.application import Services
from kireji.services.updates import Updates
from tests.fakes.updates import FakeSignatures
from tests.fakes.world import World
from tests.support.releases import NOW, file, release

ADDRESS = "https://kireji.example/stable.json"
KEY, OTHER = b"k" * 32, b"o" * 32
DAY = 24 * 3600.0


def text(key: bytes) -> str:
    return base64.b64encode(key).decode()


def listed(key: bytes = KEY, **fields: Any) -> bytes:
    payload = msgspec.json.encode(release(**fields))
    return envelope(payload, [(id_of(key), FakeSignatures.sign(key, signed_bytes(payload)))])


class Place:
    """A world in which version 9.0.0 is published and 0.1.0 runs."""

    def __init__(self, **settings: Any) -> None:
        self.world = World(update_source=UpdateSource(ADDRESS, (text(KEY),)))
        if settings:
            self.world.settings.tables = {"updates": settings}
        self.world.release_lists.lists[ADDRESS] = listed()
        self.services: Services = self.world.services()
        self.updates: Updates = self.services.updates()
        self.found: list[Release] = []
        self.updates.found.subscribe(self.found.append)

    @property
    def asked(self) -> list[str]:
        return self.world.release_lists.asked

    def publish(self, **fields: Any) -> None:
        self.world.release_lists.lists[ADDRESS] = listed(**fields)

    async def doubt(self) -> Doubt:
        with pytest.raises(UpdateError) as caught:
            await self.updates.check()
        return caught.value.doubt

    async def days(self, count: int, busy: Callable[[], bool] = lambda: False) -> None:
        """Let days pass beside what asks by itself."""
        looks = 0
        pauses: list[float] = []

        async def pause(seconds: float) -> None:
            nonlocal looks
            pauses.append(seconds)
            self.world.clock.advance(seconds)
            looks += 1
            if sum(pauses) >= count * DAY:
                raise asyncio.CancelledError

        with pytest.raises(asyncio.CancelledError):
            await self.updates.keep_up(busy, pause)


async def test_nothing_is_asked_before_the_person_has_said_yes() -> None:
    place = Place()
    await place.days(3)
    assert (await place.updates.state()).allowed is False
    assert place.asked == []


async def test_it_is_asked_once_a_day_once_that_is_allowed() -> None:
    place = Place(check=True)
    await place.days(3)
    assert place.asked == [ADDRESS] * 3


async def test_switched_off_it_asks_no_more() -> None:
    place = Place(check=True)
    await place.days(1)
    await place.updates.allow(False)
    await place.days(2)
    assert place.asked == [ADDRESS]
    assert place.world.settings.tables["updates"] == {"check": False}


async def test_it_is_not_asked_while_an_answer_streams() -> None:
    place = Place(check=True)
    await place.days(1, busy=lambda: True)
    assert place.asked == []


async def test_a_clock_that_was_put_back_holds_nothing_up() -> None:
    place = Place(check=True)
    await place.updates.check()
    place.world.clock.set(NOW - timedelta(days=400))
    place.publish(date=NOW - timedelta(days=401))
    await place.days(1)
    assert len(place.asked) == 2


async def test_without_an_address_nothing_is_asked_and_that_is_said() -> None:
    place = Place(check=True)
    place.world.update_source = UpdateSource()
    place.updates = place.world.services().updates()
    await place.days(2)
    assert await place.doubt() is Doubt.NO_ADDRESS
    assert place.asked == []


async def test_without_a_key_nothing_is_asked_and_that_is_said() -> None:
    place = Place(check=True)
    place.world.update_source = UpdateSource(ADDRESS)
    place.updates = place.world.services().updates()
    await place.days(2)
    assert await place.doubt() is Doubt.NO_KEY
    assert place.asked == []


async def test_every_request_stands_in_the_ledger() -> None:
    place = Place()
    await place.updates.check()
    (sent,) = place.world.ledger.rows
    assert (sent.provider, sent.purpose, sent.host) == ("updates", "update check", "kireji.example")


async def test_a_newer_version_is_found_with_its_file_and_how_it_is_installed() -> None:
    place = Place()
    state = await place.updates.check()
    assert state.newer
    assert state.release is not None
    assert (state.release.version, state.asked, state.problem) == ("9.0.0", NOW, "")
    assert state.file is not None
    assert state.file.name == "kireji_9.0.0_amd64.deb"
    assert state.how == "Download the package, then in its folder: sudo apt install ./kireji_9.0.0_amd64.deb"


@pytest.mark.parametrize(
    ("name", "begins", "file_name"),
    [
        ("appimage", "Download the new AppImage", "kireji-9.0.0-x86_64.AppImage"),
        ("checkout", "This is a checkout: git pull", None),
        ("flatpak", "Software, or flatpak update", None),
        ("wheel", "Update the package where", None),
        ("folder", "Download it and put it", "kireji-9.0.0-x86_64.AppImage"),
        ("something new", "The download page says how.", None),
    ],
)
async def test_each_kind_of_installation_has_its_own_way(name: str, begins: str, file_name: str | None) -> None:
    place = Place()
    place.world.installed = Installation(name, "linux", "x86_64")
    place.updates = place.world.services().updates()
    state = await place.updates.check()
    assert state.how.startswith(begins)
    assert (state.file and state.file.name) == file_name


async def test_a_system_without_a_file_is_told_so() -> None:
    place = Place()
    place.world.installed = Installation("deb", "linux", "arm64")
    place.updates = place.world.services().updates()
    state = await place.updates.check()
    assert state.file is None
    assert state.how == "The list names no file for this system; the download page may know more."


async def test_the_version_that_runs_is_no_news() -> None:
    place = Place(check=True)
    place.publish(version="0.1.0")
    await place.days(1)
    assert (await place.updates.state()).newer is False
    assert place.found == []


async def test_what_was_found_stays_for_the_next_start() -> None:
    place = Place()
    await place.updates.check()
    again = place.world.services().updates()
    state = await again.state()
    assert state.newer
    assert len(place.asked) == 1


async def test_a_version_is_told_of_once() -> None:
    place = Place(check=True)
    await place.days(3)
    assert [each.version for each in place.found] == ["9.0.0"]
    place.publish(version="9.1.0")
    await place.days(2)
    assert [each.version for each in place.found] == ["9.0.0", "9.1.0"]


async def test_what_the_person_has_asked_for_is_not_told_of_again() -> None:
    place = Place(check=True)
    await place.updates.check()
    await place.days(2)
    assert place.found == []


async def test_a_version_that_is_skipped_is_not_told_of() -> None:
    place = Place(check=True)
    await place.updates.skip("9.0.0")
    await place.days(2)
    assert place.found == []
    state = await place.updates.state()
    assert state.skipped
    await place.updates.skip("")
    assert not (await place.updates.state()).skipped


async def test_a_failure_is_kept_in_the_state_and_told_to_nobody() -> None:
    place = Place(check=True)
    place.world.release_lists.failure = ConnectionFailed("It cannot be reached.", "Try later.")
    await place.days(1)
    state = await place.updates.state()
    assert (state.problem, place.found) == ("It cannot be reached. Try later.", [])
    place.world.release_lists.failure = None
    assert (await place.updates.check()).problem == ""


async def test_a_list_by_a_foreign_key_leaves_what_was_believed() -> None:
    place = Place()
    await place.updates.check()
    place.world.release_lists.lists[ADDRESS] = listed(OTHER, version="10.0")
    assert await place.doubt() is Doubt.FOREIGN
    state = await place.updates.state()
    assert state.release is not None
    assert state.release.version == "9.0.0"
    assert state.problem.startswith("The list of versions is not signed by a key")


async def test_an_older_list_is_refused_after_a_newer_one() -> None:
    place = Place()
    await place.updates.check()
    place.publish(date=NOW - timedelta(days=5), version="8.0.0")
    assert await place.doubt() is Doubt.REPLAY


async def test_that_is_remembered_over_a_start() -> None:
    place = Place()
    await place.updates.check()
    place.publish(date=NOW - timedelta(days=5), version="8.0.0")
    place.updates = place.world.services().updates()
    assert await place.doubt() is Doubt.REPLAY


async def test_a_list_that_is_refused_for_its_date_does_not_count_as_seen() -> None:
    place = Place()
    place.publish(date=NOW + timedelta(days=9))
    assert await place.doubt() is Doubt.FUTURE
    place.publish()
    assert (await place.updates.check()).newer


async def test_dates_of_another_address_say_nothing_about_this_one() -> None:
    place = Place()
    await place.updates.check()
    await place.services.preferences.set("updates.address", "https://other.example/list.json")
    assert (await place.updates.state()).release is None
    place.world.release_lists.lists["https://other.example/list.json"] = listed(date=NOW - timedelta(days=5))
    assert (await place.updates.check()).newer


async def test_what_other_keys_have_signed_is_not_believed_when_the_keys_change() -> None:
    place = Place()
    await place.updates.check()
    await place.services.preferences.set("updates.keys", (text(OTHER),))
    state = await place.updates.state()
    assert state.release is None
    assert state.keys == (id_of(OTHER),)


async def test_a_key_is_replaced_by_signing_with_both() -> None:
    place = Place()
    payload = msgspec.json.encode(release())
    both = [(id_of(key), FakeSignatures.sign(key, signed_bytes(payload))) for key in (KEY, OTHER)]
    place.world.release_lists.lists[ADDRESS] = envelope(payload, both)
    assert (await place.updates.check()).newer
    await place.services.preferences.set("updates.keys", (text(OTHER),))
    assert (await place.updates.check()).newer


async def test_a_full_disk_hides_no_news() -> None:
    place = Place()
    place.world.update_memory.failure = StoreFull("The disk is full.")
    assert (await place.updates.check()).newer


async def test_two_checks_at_once_ask_one_after_the_other() -> None:
    place = Place()
    await asyncio.gather(place.updates.check(), place.updates.check())
    assert place.asked == [ADDRESS, ADDRESS]


def downloaded(tmp_path: Path, data: bytes, name: str = "kireji_9.0.0_amd64.deb") -> Path:
    path = tmp_path / name
    path.write_bytes(data)
    return path


def with_file(data: bytes) -> dict[str, Any]:
    named = file("kireji_9.0.0_amd64.deb", "linux", "x86_64", "deb", len(data), hashlib.sha256(data).hexdigest())
    return {"files": [named]}


async def test_a_file_as_the_list_names_it_is_good_whatever_it_is_called(tmp_path: Path) -> None:
    place = Place()
    place.publish(**with_file(b"a package"))
    await place.updates.check()
    found, named = await place.updates.verify(downloaded(tmp_path, b"a package", "kireji (1).deb"))
    assert (found.version, named.name) == ("9.0.0", "kireji_9.0.0_amd64.deb")


async def test_a_file_that_was_changed_is_not(tmp_path: Path) -> None:
    place = Place()
    place.publish(**with_file(b"a package"))
    await place.updates.check()
    with pytest.raises(UpdateError) as caught:
        await place.updates.verify(downloaded(tmp_path, b"a packagE"))
    assert caught.value.doubt is Doubt.FILE
    assert "Do not install it" in caught.value.hint


async def test_without_a_list_no_file_is_good(tmp_path: Path) -> None:
    place = Place()
    with pytest.raises(UpdateError) as caught:
        await place.updates.verify(downloaded(tmp_path, b"a package"))
    assert caught.value.doubt is Doubt.NO_LIST


async def test_a_list_that_was_downloaded_by_hand_is_checked_too(tmp_path: Path) -> None:
    place, path = Place(), downloaded(tmp_path, b"a package")
    assert (await place.updates.verify(path, listed(**with_file(b"a package"))))[0].version == "9.0.0"
    with pytest.raises(UpdateError) as caught:
        await place.updates.verify(path, listed(OTHER, **with_file(b"a package")))
    assert caught.value.doubt is Doubt.FOREIGN


Change = Callable[[Updates], Awaitable[object]]


@pytest.mark.parametrize(
    "change",
    [lambda updates: updates.check(), lambda updates: updates.allow(True), lambda updates: updates.skip("9.0.0")],
    ids=["check", "allow", "skip"],
)
async def test_every_change_is_published(change: Change) -> None:
    place = Place()
    told: list[None] = []
    place.updates.changed.subscribe(told.append)
    await change(place.updates)
    assert told
