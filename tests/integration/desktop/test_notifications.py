"""Notices through a daemon on a bus of their own."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest

from kireji.core.desktop_ports import Notice
from kireji.desktop.notifications import DBusNotifier
from tests.support.bus_service import Call, Refusal, quiet_bus
from tests.support.fake_notifications import NAME, FakeNotifications

DONE = Notice("The answer is there.", "What is wrong here?", "answer-7")


@pytest.fixture(scope="module")
def bus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with quiet_bus(tmp_path_factory.mktemp("bus")) as address:
        yield address


@pytest.fixture
async def daemon(bus: str) -> AsyncIterator[FakeNotifications]:
    fake = FakeNotifications()
    async with fake.on(bus):
        yield fake


@pytest.fixture
async def notifier(bus: str) -> AsyncIterator[DBusNotifier]:
    adapter = DBusNotifier({"DBUS_SESSION_BUS_ADDRESS": bus}, "/icons/kireji.png")
    yield adapter
    await adapter.aclose()


@pytest.fixture
def clicks() -> asyncio.Queue[str]:
    return asyncio.Queue()


async def click_of(clicks: asyncio.Queue[str]) -> str:
    async with asyncio.timeout(5):
        return await clicks.get()


async def test_a_notice_is_shown_as_ours(daemon: FakeNotifications, notifier: DBusNotifier) -> None:
    assert await notifier.notify(DONE)
    (shown,) = daemon.shown
    assert (shown.app, shown.icon) == ("Kireji", "/icons/kireji.png")
    assert (shown.title, shown.body) == ("The answer is there.", "What is wrong here?")
    assert shown.hints["desktop-entry"] == ("s", "io.github.kireji.Kireji")


async def test_a_click_is_heard_with_its_token(
    daemon: FakeNotifications, notifier: DBusNotifier, clicks: asyncio.Queue[str]
) -> None:
    await notifier.notify(DONE, clicks.put_nowait)
    assert daemon.shown[0].actions[:1] == ["default"]
    await daemon.click(1, token="come-in")
    assert await click_of(clicks) == "come-in"


async def test_a_click_without_a_token_is_heard_too(
    daemon: FakeNotifications, notifier: DBusNotifier, clicks: asyncio.Queue[str]
) -> None:
    await notifier.notify(DONE, clicks.put_nowait)
    await daemon.click(1)
    assert await click_of(clicks) == ""


async def test_clicks_on_others_notices_are_not_ours(
    daemon: FakeNotifications, notifier: DBusNotifier, clicks: asyncio.Queue[str]
) -> None:
    await notifier.notify(DONE, clicks.put_nowait)
    await daemon.click(99, token="not-ours")
    await daemon.click(1, "other-action")
    await daemon.click(1, token="ours")
    assert await click_of(clicks) == "ours"
    assert clicks.empty()


async def test_the_same_key_takes_the_place_of_the_notice_before(
    daemon: FakeNotifications, notifier: DBusNotifier
) -> None:
    await notifier.notify(DONE)
    await notifier.notify(DONE._replace(title="It is there now."))
    await notifier.notify(Notice("Another.", key="other"))
    await notifier.notify(Notice("Without a key."))
    await notifier.notify(Notice("Without one either."))
    assert [shown.replaces for shown in daemon.shown] == [0, 1, 0, 0, 0]


async def test_two_notices_of_one_key_at_the_same_moment_are_one(
    daemon: FakeNotifications, notifier: DBusNotifier
) -> None:
    await asyncio.gather(notifier.notify(DONE), notifier.notify(DONE))
    assert [shown.replaces for shown in daemon.shown] == [0, 1]


async def test_a_notice_that_has_gone_is_not_replaced(
    daemon: FakeNotifications, notifier: DBusNotifier, clicks: asyncio.Queue[str]
) -> None:
    await notifier.notify(DONE)
    await notifier.notify(Notice("Mark."), clicks.put_nowait)
    await daemon.dismiss(1)
    await daemon.click(2)
    await click_of(clicks)
    await notifier.notify(DONE)
    assert daemon.shown[-1].replaces == 0


async def test_markup_is_escaped_where_the_daemon_reads_it(daemon: FakeNotifications, notifier: DBusNotifier) -> None:
    await notifier.notify(Notice("a < b", '<img src="http://x"> & more'))
    assert daemon.shown[0].title == "a < b"
    assert daemon.shown[0].body == '&lt;img src="http://x"&gt; &amp; more'


async def test_without_markup_the_text_is_plain(daemon: FakeNotifications, notifier: DBusNotifier) -> None:
    daemon.abilities = ["body"]
    await notifier.notify(Notice("t", "1 < 2"), lambda token: None)
    assert daemon.shown[0].body == "1 < 2"
    assert daemon.shown[0].actions == []


async def test_a_daemon_without_bodies_gets_one_line(daemon: FakeNotifications, notifier: DBusNotifier) -> None:
    daemon.abilities = []
    await notifier.notify(DONE)
    assert daemon.shown[0].title == "The answer is there. What is wrong here?"


async def test_long_texts_are_cut_and_lines_joined(daemon: FakeNotifications, notifier: DBusNotifier) -> None:
    await notifier.notify(Notice("first\nsecond\x1b[31m", "word " * 200))
    assert daemon.shown[0].title == "first second [31m"
    assert len(daemon.shown[0].body) <= 240
    assert daemon.shown[0].body.endswith("word…")


async def test_after_a_restart_of_the_daemon_nothing_of_others_is_replaced(
    daemon: FakeNotifications, notifier: DBusNotifier
) -> None:
    await notifier.notify(DONE)
    await daemon.restart()
    assert await notifier.notify(DONE)
    assert daemon.shown[-1].replaces == 0


async def test_without_a_daemon_nothing_is_shown_and_nothing_raised(notifier: DBusNotifier) -> None:
    assert not await notifier.notify(DONE)
    found = await notifier.availability()
    assert not found.ok
    assert found.hint


async def test_a_daemon_that_comes_later_is_used(bus: str, notifier: DBusNotifier) -> None:
    await notifier.notify(DONE)
    fake = FakeNotifications()
    async with fake.on(bus):
        assert await notifier.notify(DONE)
    assert len(fake.shown) == 1


async def test_a_daemon_that_refuses_is_no_failure(daemon: FakeNotifications, notifier: DBusNotifier) -> None:
    async def refuse(_call: Call) -> tuple[str, tuple[object, ...]]:
        raise Refusal("org.freedesktop.Notifications.Error.ExcessNotificationGeneration", "too many")

    daemon.methods[f"{NAME}.Notify"] = refuse
    assert not await notifier.notify(DONE)


async def test_a_daemon_that_answers_wrongly_is_no_failure(daemon: FakeNotifications, notifier: DBusNotifier) -> None:
    async def lie(_call: Call) -> tuple[str, tuple[object, ...]]:
        return "s", ("seven",)

    daemon.methods[f"{NAME}.Notify"] = lie
    assert not await notifier.notify(DONE)


async def test_without_a_bus_nothing_is_shown() -> None:
    notifier = DBusNotifier({})
    assert not await notifier.notify(DONE)
    assert not (await notifier.availability()).ok
    await notifier.aclose()


async def test_it_says_who_shows_them(daemon: FakeNotifications, notifier: DBusNotifier) -> None:
    found = await notifier.availability()
    assert found.ok
    assert "fake" in found.reason
