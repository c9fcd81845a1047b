"""Shortcuts from a portal that agrees, refuses, stays silent, changes its mind, or is restarted."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Iterator, Mapping
from pathlib import Path

import pytest

from kireji.core.capturing import Action
from kireji.core.desktop_ports import BoundShortcut
from kireji.core.errors import HotkeyUnavailable
from kireji.core.shortcuts import Shortcut
from kireji.desktop.hotkey_portal import PortalShortcuts
from kireji.desktop.portal import WITHDRAW_SECONDS
from kireji.ui.aio import TaskScope
from tests.support.bus_service import quiet_bus
from tests.support.fake_portal import SHORTCUTS, FakePortal, Mood

CHORD = Shortcut(("Ctrl", "Shift"), "Space")
WANTED = {Action.CAPTURE: CHORD, Action.OPEN: Shortcut(("Super",), "K")}


class Heard:
    """What the adapter tells, as it comes."""

    def __init__(self) -> None:
        self.presses: asyncio.Queue[tuple[Action, str]] = asyncio.Queue()
        self.states: asyncio.Queue[Mapping[Action, BoundShortcut]] = asyncio.Queue()

    def pressed(self, action: Action, token: str) -> None:
        self.presses.put_nowait((action, token))

    def changed(self, state: Mapping[Action, BoundShortcut]) -> None:
        self.states.put_nowait(state)

    async def press(self) -> tuple[Action, str]:
        async with asyncio.timeout(5):
            return await self.presses.get()

    async def state(self) -> Mapping[Action, BoundShortcut]:
        async with asyncio.timeout(5):
            return await self.states.get()


@pytest.fixture(scope="module")
def bus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with quiet_bus(tmp_path_factory.mktemp("bus")) as address:
        yield address


@pytest.fixture
async def portal(bus: str, tmp_path: Path) -> AsyncIterator[FakePortal]:
    fake = FakePortal(tmp_path)
    async with fake.on(bus):
        yield fake


@pytest.fixture
async def shortcuts(bus: str) -> AsyncIterator[PortalShortcuts]:
    problems: list[BaseException] = []
    adapter = PortalShortcuts(
        {"DBUS_SESSION_BUS_ADDRESS": bus},
        lambda: TaskScope("test", problems.append),
        patience=1.0,
        consent=1.0,
        restart=0.0,
    )
    yield adapter
    await adapter.aclose()
    assert problems == []


@pytest.fixture
def heard() -> Heard:
    return Heard()


async def bind(
    shortcuts: PortalShortcuts, heard: Heard, wanted: Mapping[Action, Shortcut] | None = None
) -> Mapping[Action, BoundShortcut]:
    return await shortcuts.bind(WANTED if wanted is None else wanted, heard.pressed, heard.changed)


async def test_the_desktop_says_what_it_bound(portal: FakePortal, shortcuts: PortalShortcuts, heard: Heard) -> None:
    portal.triggers = {"capture": "Press Ctrl+Alt+C"}
    found = await bind(shortcuts, heard)
    assert found[Action.CAPTURE] == BoundShortcut(True, "Press Ctrl+Alt+C")
    assert found[Action.OPEN] == BoundShortcut(True, "LOGO+k")


async def test_it_is_asked_in_the_form_of_the_specification(
    portal: FakePortal, shortcuts: PortalShortcuts, heard: Heard
) -> None:
    await bind(shortcuts, heard)
    (bound,) = portal.sessions.values()
    assert bound[0] == (
        "capture",
        {"description": ("s", "Capture and ask"), "preferred_trigger": ("s", "CTRL+SHIFT+space")},
    )


async def test_a_press_arrives_with_the_token(portal: FakePortal, shortcuts: PortalShortcuts, heard: Heard) -> None:
    await bind(shortcuts, heard)
    await portal.press("open", token="let-me-in")
    await portal.press("capture")
    assert await heard.press() == (Action.OPEN, "let-me-in")
    assert await heard.press() == (Action.CAPTURE, "")


async def test_presses_of_others_are_not_ours(portal: FakePortal, shortcuts: PortalShortcuts, heard: Heard) -> None:
    await bind(shortcuts, heard)
    await portal.press("capture", session="/org/freedesktop/portal/desktop/session/other/one")
    await portal.press("unknown")
    await portal.press("open")
    assert await heard.press() == (Action.OPEN, "")


async def test_a_shortcut_that_the_desktop_left_out_is_not_bound(
    portal: FakePortal, shortcuts: PortalShortcuts, heard: Heard
) -> None:
    portal.triggers = {"open": None}
    found = await bind(shortcuts, heard)
    assert found[Action.CAPTURE].bound
    assert not found[Action.OPEN].bound
    assert "kireji capture" in found[Action.OPEN].sentence


async def test_a_shortcut_without_keys_is_not_bound(
    portal: FakePortal, shortcuts: PortalShortcuts, heard: Heard
) -> None:
    portal.triggers = {"open": ""}
    found = await bind(shortcuts, heard)
    assert not found[Action.OPEN].bound
    assert "gave it no keys" in found[Action.OPEN].sentence


async def test_a_desktop_that_does_not_describe_keys_has_bound_them(
    portal: FakePortal, shortcuts: PortalShortcuts, heard: Heard
) -> None:
    portal.triggers = {"open": "-"}
    assert (await bind(shortcuts, heard))[Action.OPEN] == BoundShortcut(True)


async def test_other_chords_take_a_new_session(portal: FakePortal, shortcuts: PortalShortcuts, heard: Heard) -> None:
    await bind(shortcuts, heard)
    (first,) = portal.sessions
    await bind(shortcuts, heard, {Action.OPEN: CHORD})
    (second,) = portal.sessions
    assert first != second
    assert len(portal.registered) == 1


async def test_no_chords_give_all_back(portal: FakePortal, shortcuts: PortalShortcuts, heard: Heard) -> None:
    await bind(shortcuts, heard)
    assert await bind(shortcuts, heard, {}) == {}
    assert portal.sessions == {}


async def test_closing_gives_all_back(portal: FakePortal, shortcuts: PortalShortcuts, heard: Heard) -> None:
    await bind(shortcuts, heard)
    await shortcuts.aclose()
    assert portal.sessions == {}


async def test_keys_changed_in_the_desktops_settings_are_told(
    portal: FakePortal, shortcuts: PortalShortcuts, heard: Heard
) -> None:
    await bind(shortcuts, heard)
    await portal.change({"capture": "F9", "open": ""})
    state = await heard.state()
    assert state[Action.CAPTURE] == BoundShortcut(True, "F9")
    assert not state[Action.OPEN].bound


async def test_a_restarted_portal_is_asked_again(portal: FakePortal, shortcuts: PortalShortcuts, heard: Heard) -> None:
    await bind(shortcuts, heard)
    await portal.restart()
    assert not (await heard.state())[Action.CAPTURE].bound
    state = await heard.state()
    while not state[Action.CAPTURE].bound:
        state = await heard.state()
    assert list(portal.registered.values()) == ["io.github.kireji.Kireji"]
    await portal.press("capture")
    assert await heard.press() == (Action.CAPTURE, "")


async def test_a_hundred_bindings_and_restarts_leave_nothing_behind(
    portal: FakePortal, shortcuts: PortalShortcuts, heard: Heard
) -> None:
    """The bus gives a connection few rules."""
    await bind(shortcuts, heard)
    before = len(os.listdir("/proc/self/fd"))
    for _ in range(50):
        found = await bind(shortcuts, heard)
        assert found[Action.CAPTURE].bound
    for _ in range(50):
        await portal.restart()
        while not (await heard.state())[Action.CAPTURE].bound:
            continue  # between the old portal and the new one nothing is bound
    assert len(os.listdir("/proc/self/fd")) == before
    assert len(portal.sessions) == 1


async def test_a_portal_that_hangs_does_not_hold_up_the_end(bus: str, portal: FakePortal, heard: Heard) -> None:
    adapter = PortalShortcuts({"DBUS_SESSION_BUS_ADDRESS": bus}, lambda: TaskScope("test", lambda _: None))
    await bind(adapter, heard)
    portal.deaf_to_ends = True
    async with asyncio.timeout(WITHDRAW_SECONDS + 3):
        await adapter.aclose()


async def test_a_portal_that_stays_away_is_told(portal: FakePortal, shortcuts: PortalShortcuts, heard: Heard) -> None:
    await bind(shortcuts, heard)
    await portal.vanish()
    state = await heard.state()
    assert state[Action.CAPTURE].sentence.startswith("The desktop's portal has stopped.")


@pytest.mark.parametrize("stage", ["opening", "binding"])
@pytest.mark.parametrize(
    ("mood", "says"),
    [
        (Mood.CANCEL, "declined"),
        (Mood.REFUSE, "refused"),
        (Mood.SILENT, "never answered"),
        (Mood.DEAF, "never answered"),
        (Mood.GARBLED, "never answered"),
        (Mood.ERROR, "refused"),
        (Mood.CRASH, "never answered"),
    ],
)
async def test_a_desktop_that_does_not_agree_is_a_sentence(
    portal: FakePortal, shortcuts: PortalShortcuts, heard: Heard, stage: str, mood: Mood, says: str
) -> None:
    setattr(portal, stage, mood)
    with pytest.raises(HotkeyUnavailable, match=says) as caught:
        await bind(shortcuts, heard)
    assert "kireji capture" in caught.value.hint


async def test_without_an_installed_menu_entry_it_says_so(
    portal: FakePortal, shortcuts: PortalShortcuts, heard: Heard
) -> None:
    portal.apps.clear()
    with pytest.raises(HotkeyUnavailable, match="installed menu entry"):
        await bind(shortcuts, heard)


async def test_a_desktop_without_its_own_part_is_said(
    portal: FakePortal, shortcuts: PortalShortcuts, heard: Heard
) -> None:
    portal.binding = Mood.ERROR
    portal.error = ("org.freedesktop.DBus.Error.Failed", "BindShortcuts is not implemented on interface X")
    with pytest.raises(HotkeyUnavailable, match="hands out no shortcuts"):
        await bind(shortcuts, heard)


async def test_after_a_refusal_it_can_be_asked_again(
    portal: FakePortal, shortcuts: PortalShortcuts, heard: Heard
) -> None:
    portal.binding = Mood.REFUSE
    with pytest.raises(HotkeyUnavailable):
        await bind(shortcuts, heard)
    portal.binding = Mood.AGREE
    portal.sessions.clear()
    assert (await bind(shortcuts, heard))[Action.CAPTURE].bound


async def test_it_says_whether_the_portal_has_shortcuts(portal: FakePortal, shortcuts: PortalShortcuts) -> None:
    assert (await shortcuts.availability()).ok
    del portal.versions[SHORTCUTS]
    found = await shortcuts.availability()
    assert not found.ok
    assert "kireji capture" in found.hint


async def test_no_portal_is_said(shortcuts: PortalShortcuts, heard: Heard) -> None:
    assert "No desktop portal" in (await shortcuts.availability()).reason
    with pytest.raises(HotkeyUnavailable, match="No desktop portal"):
        await bind(shortcuts, heard)


async def test_a_bus_that_ends_is_told(tmp_path: Path, heard: Heard) -> None:
    adapter: PortalShortcuts
    with quiet_bus(tmp_path) as address:
        async with FakePortal(tmp_path).on(address):
            environ = {"DBUS_SESSION_BUS_ADDRESS": address}
            adapter = PortalShortcuts(environ, lambda: TaskScope("test", lambda problem: None), restart=60)
            await bind(adapter, heard)
    state = await heard.state()
    while "connection" not in state[Action.CAPTURE].sentence:
        state = await heard.state()
    with pytest.raises(HotkeyUnavailable, match="session bus"):
        await bind(adapter, heard)
    await adapter.aclose()
