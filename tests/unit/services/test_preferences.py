"""The settings in force, and their change."""

from __future__ import annotations

import asyncio
import threading

import pytest

from kireji.core.errors import SettingsError
from kireji.core.settings import Settings, Theme
from kireji.services.preferences import Preferences
from tests.fakes.stores import MemorySettings


async def test_a_change_holds_is_written_and_published() -> None:
    store = MemorySettings()
    preferences = Preferences.read(store)
    seen: list[Settings] = []
    preferences.changed.subscribe(seen.append)
    await preferences.set("appearance.theme", Theme.DARK)
    assert preferences.settings.appearance.theme is Theme.DARK
    assert store.tables == {"appearance": {"theme": "dark"}}
    assert seen == [preferences.settings]


async def test_what_is_set_already_is_not_written_again() -> None:
    store = MemorySettings()
    await Preferences.read(store).set("shortcuts.paused", False)
    assert store.tables == {}


class SlowSettings(MemorySettings):
    """Its first write waits until a second one has begun, which none may."""

    def __init__(self) -> None:
        super().__init__()
        self.entered = 0
        self.together = False
        self._second = threading.Event()

    def write(self, option: str, value: object) -> None:
        self.entered += 1
        if self.entered == 1:
            self.together = self._second.wait(0.05)
        else:
            self._second.set()
        super().write(option, value)


async def test_changes_at_the_same_time_are_written_one_after_the_other() -> None:
    store = SlowSettings()
    preferences = Preferences.read(store)
    async with asyncio.TaskGroup() as group:
        group.create_task(preferences.set("shortcuts.paused", True))
        group.create_task(preferences.set("appearance.theme", Theme.DARK))
    assert (store.entered, store.together) == (2, False)
    assert store.tables == {"shortcuts": {"paused": True}, "appearance": {"theme": "dark"}}


async def test_a_value_that_breaks_its_rule_changes_nothing() -> None:
    store = MemorySettings()
    preferences = Preferences.read(store)
    with pytest.raises(SettingsError, match=r"appearance\.text_scale must be between"):
        await preferences.set("appearance.text_scale", 9.0)
    assert preferences.settings == Settings()
    assert store.tables == {}


async def test_a_change_that_cannot_be_written_holds_until_the_end() -> None:
    store = MemorySettings()
    preferences = Preferences.read(store)
    store.failure = SettingsError("The file cannot be written.", "Check its folder.")
    with pytest.raises(SettingsError):
        await preferences.set("shortcuts.paused", True)
    assert preferences.settings.shortcuts.paused


def test_an_unreadable_file_leaves_the_defaults_and_says_so() -> None:
    store = MemorySettings()
    store.failure = SettingsError("settings.toml is not TOML in line 3.", "Correct it.")
    preferences = Preferences.read(store)
    assert preferences.settings == Settings()
    assert [problem.sentence for problem in preferences.problems] == [
        "settings.toml is not TOML in line 3. Correct it."
    ]


def test_a_bad_value_falls_back_and_says_so() -> None:
    preferences = Preferences.read(MemorySettings({"models": {"max_tokens": "many"}}))
    assert preferences.settings == Settings()
    assert [problem.option for problem in preferences.problems] == ["models.max_tokens"]


def test_what_is_wrong_is_told_in_one_line() -> None:
    preferences = Preferences.read(MemorySettings({"models": {"max_tokens": "many", "provider": "nobody"}}))
    assert preferences.told.startswith("settings.toml: models.")
    assert preferences.told.endswith("(and 1 more: kireji doctor --json)")
    assert Preferences.read(MemorySettings()).told == ""


async def test_what_somebody_else_wrote_holds_and_is_published() -> None:
    store = MemorySettings()
    preferences = Preferences.read(store)
    seen: list[Settings] = []
    preferences.changed.subscribe(seen.append)
    store.tables = {"privacy": {"words": ["Nachtigall"]}}
    await preferences.refresh()
    await preferences.refresh()
    assert preferences.settings.privacy.words == ("Nachtigall",)
    assert seen == [preferences.settings]


async def test_a_file_that_cannot_be_read_any_more_changes_nothing_and_is_told() -> None:
    store = MemorySettings({"privacy": {"keep_days": 3}})
    preferences = Preferences.read(store)
    store.failure = SettingsError("Line 3 is no setting.", "Correct it.")
    await preferences.refresh()
    assert preferences.settings.privacy.keep_days == 3
    assert [problem.sentence for problem in preferences.problems] == ["Line 3 is no setting. Correct it."]


async def test_what_could_not_be_written_is_not_taken_back_by_the_file() -> None:
    store = MemorySettings()
    preferences = Preferences.read(store)
    store.failure = SettingsError("The disk is full.", "Make room.")
    with pytest.raises(SettingsError):
        await preferences.set("privacy.keep_days", 3)
    store.failure = None
    store.tables = {"privacy": {"keep_days": 9, "words": ["a1"]}}
    await preferences.refresh()
    assert (preferences.settings.privacy.keep_days, preferences.settings.privacy.words) == (3, ("a1",))
    await preferences.set("privacy.keep_days", 4)
    store.tables = {"privacy": {"keep_days": 9}}
    await preferences.refresh()
    assert preferences.settings.privacy.keep_days == 9


class Halting(MemorySettings):
    """Reads, and gives what it has read when it is let go on."""

    def __init__(self) -> None:
        super().__init__()
        self.halts = False
        self.reads, self.goes_on = threading.Event(), threading.Event()

    def read(self) -> dict[str, object]:
        found = super().read()
        if self.halts:
            self.reads.set()
            assert self.goes_on.wait(20)
        return found


async def test_what_is_changed_here_while_the_file_is_read_stays() -> None:
    store = Halting()
    preferences = Preferences.read(store)
    store.halts = True
    reading = asyncio.get_running_loop().create_task(preferences.refresh())
    await asyncio.to_thread(store.reads.wait, 20)
    writing = asyncio.get_running_loop().create_task(preferences.set("privacy.keep_days", 3))
    await asyncio.sleep(0)
    store.goes_on.set()
    await reading
    await writing
    assert preferences.settings.privacy.keep_days == 3
    assert store.tables == {"privacy": {"keep_days": 3}}
