"""What the doctor looks at. Nothing leaves this computer: `kireji keys test` is what asks a service."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Protocol

import msgspec

from kireji.core.desktop_ports import HotkeyBackend, ShortcutPortal
from kireji.core.errors import HotkeyTaken, HotkeyUnavailable, KeyStoreError
from kireji.core.ports import Availability, Reader
from kireji.core.prompt_ports import PromptStore
from kireji.core.shortcuts import Shortcut
from kireji.services.credentials import ADDRESSES, Credentials, without_password
from kireji.services.doctor import Check, Finding, Verdict
from kireji.services.local_servers import LocalServers
from kireji.services.network_check import SystemProxies, find_network
from kireji.services.preferences import Preferences
from kireji.services.tool_checks import find_plugins, find_programs, find_servers
from kireji.services.tools.service import ToolService

_LITTLE_SPACE = 200_000_000
"""Bytes; a hundred full-screen pictures or so."""

_KEYCHAIN_SECONDS = 2.0
"""Less than a check may take: a keychain that waits for its password is worth a word of its own."""


class FolderState(Protocol):
    """What was seen of the data folder."""

    @property
    def path(self) -> str: ...
    @property
    def problem(self) -> str:
        """Why nothing can be written there, as the system says it; empty when it can."""

    @property
    def free(self) -> int:
        """Free bytes on its disk."""

    @property
    def exposed(self) -> Sequence[str]:
        """Names in it that other users of this computer can read."""


class Surroundings(msgspec.Struct, frozen=True):
    """Where the doctor looks; filled by `bootstrap`.

    Args:
        environ: The process's environment.
        platform: As `sys.platform` says.
        capture: Every capture backend with whether it can work (`CaptureService.availability`).
        hotkeys: The way to hold a chord here.
        portal: The desktop that hands out chords itself, where one does; then `hotkeys` is not asked.
        shortcut_held: Whether this process holds the chord.
        app_runs: Whether the app runs, in this process or another.
        app_shortcut: Why the running app does not hold the chord; empty when it does, None when no app runs.
        credentials: Keys and the keychain.
        preferences: The settings and what is wrong with them.
        local_servers: Looks for model servers on this computer.
        reader: This computer's text reader.
        prompts: The quick prompts and what is wrong with them.
        folder: Looks at the data folder; may block.
        has_route: Whether the system knows a way to the internet; sends nothing; may block.
        system_proxies: What environment and system say about proxies; may block.
        file_exists: Whether there is a file of that name.
        holds_certificates: Whether certificates can be read from the file of that name; may block.
        tools: Plugins and servers.
        start_program: Starts a program that does nothing as those of tools are started; gives its return code.
    """

    environ: Mapping[str, str]
    platform: str
    capture: Callable[[], Awaitable[Sequence[tuple[str, Availability]]]]
    hotkeys: HotkeyBackend
    portal: ShortcutPortal | None
    shortcut_held: Callable[[], bool]
    app_runs: Callable[[], Awaitable[bool]]
    app_shortcut: Callable[[], Awaitable[str | None]]
    credentials: Credentials
    preferences: Preferences
    local_servers: LocalServers
    reader: Reader
    prompts: PromptStore
    folder: Callable[[], Awaitable[FolderState]]
    has_route: Callable[[], Awaitable[bool]]
    system_proxies: Callable[[], Awaitable[SystemProxies]]
    file_exists: Callable[[str], bool]
    holds_certificates: Callable[[str], bool]
    tools: ToolService
    start_program: Callable[[], Awaitable[int]]


def checks(at: Surroundings) -> tuple[Check, ...]:
    """All checks, in the order in which they are shown."""

    async def display() -> Finding:
        return find_display(at.environ, at.platform)

    async def capture() -> Finding:
        return find_capture(await at.capture())

    async def shortcut() -> Finding:
        return await _find_shortcut(at)

    async def keychain() -> Finding:
        return _find_keychain(await at.credentials.keychain())

    async def keys() -> Finding:
        return await _find_keys(at.credentials)

    async def network() -> Finding:
        network, system = at.preferences.settings.network, await at.system_proxies()
        route = await at.has_route()
        return await asyncio.to_thread(
            find_network, at.environ, route, at.file_exists, network, system, at.holds_certificates
        )

    async def local() -> Finding:
        return await _find_local(at.local_servers)

    async def reader() -> Finding:
        found = await at.reader.availability()
        return Finding(Verdict.OK if found.ok else Verdict.FAILED, found.reason or "Works.", found.hint)

    async def data() -> Finding:
        return find_folder(await at.folder())

    async def settings() -> Finding:
        return _find_settings(at.preferences)

    async def app() -> Finding:
        return Finding(
            Verdict.OK, "It runs." if (runs := await at.app_runs()) else "It does not run.", data={"runs": runs}
        )

    async def prompts() -> Finding:
        return _find_prompts(len(await at.prompts.prompts()), await at.prompts.problems())

    async def plugins() -> Finding:
        return await find_plugins(at.tools.toolbox)

    async def servers() -> Finding:
        return await find_servers(at.tools.toolbox, at.tools.servers)

    async def programs() -> Finding:
        return await find_programs(at.start_program)

    around = (display, capture, shortcut, keychain, keys, network, local, reader, data, settings, prompts)
    return tuple(Check(probe.__name__, probe) for probe in (*around, plugins, servers, programs, app))


def find_display(environ: Mapping[str, str], platform: str) -> Finding:
    """Whether there is something to show windows on."""
    if platform in ("win32", "darwin"):
        return Finding(Verdict.OK, "The system's own windows.", data={"kind": platform})
    if name := environ.get("WAYLAND_DISPLAY"):
        return Finding(Verdict.OK, f"Wayland ({name}).", data={"kind": "wayland", "name": name})
    if name := environ.get("DISPLAY"):
        return Finding(Verdict.OK, f"X11 ({name}).", data={"kind": "x11", "name": name})
    return Finding(
        Verdict.FAILED,
        "There is no display.",
        'Questions about files work without one: kireji ask -i FILE "What is this?"',
        {"kind": "none"},
    )


def find_capture(backends: Sequence[tuple[str, Availability]]) -> Finding:
    """Which way of copying the screen is taken, or what the best one lacks."""
    working = next((name for name, availability in backends if availability.ok), None)
    data = {name: availability.ok for name, availability in backends}
    if working is not None:
        return Finding(Verdict.OK, f"Screens are copied with {working}.", data=data)
    if not backends:
        return Finding(Verdict.FAILED, "No way of copying the screen is built in.", data=data)
    first = backends[0][1]
    return Finding(Verdict.FAILED, first.reason or f"{backends[0][0]} does not work here.", first.hint, data)


async def _find_shortcut(at: Surroundings) -> Finding:
    settings = at.preferences.settings.shortcuts
    shortcut = Shortcut.parse(settings.capture) if settings.capture else None
    data: dict[str, object] = {"chord": str(shortcut or ""), "backend": (at.portal or at.hotkeys).name}
    if shortcut is None:
        return Finding(Verdict.WARNING, "No shortcut is set.", "Choose one in Settings, Shortcuts.", data)
    if settings.paused:
        return Finding(Verdict.WARNING, f"{shortcut} is paused.", "Resume it from the tray menu.", data)
    if at.shortcut_held():
        return Finding(Verdict.OK, f"{shortcut} is held.", data=data)
    if at.portal is not None:
        return await _find_given_shortcut(at, at.portal, shortcut, data)
    try:
        at.hotkeys.register(shortcut, _ignore).release()
    except HotkeyTaken as error:
        if await at.app_shortcut() == "":
            return Finding(Verdict.OK, f"{shortcut} is held by the running app.", data=data)
        return Finding(Verdict.WARNING, error.message, error.hint or "Choose another in Settings, Shortcuts.", data)
    except HotkeyUnavailable as error:
        return Finding(Verdict.WARNING, error.message, error.hint, data)
    if await at.app_runs():
        hint = "Choose it again in Settings, Shortcuts, or start the app again."
        return Finding(Verdict.WARNING, f"The app runs but does not hold {shortcut}.", hint, data)
    return Finding(Verdict.OK, f"{shortcut} is free; the app takes it when it starts.", data=data)


async def _find_given_shortcut(
    at: Surroundings, portal: ShortcutPortal, shortcut: Shortcut, data: Mapping[str, object]
) -> Finding:
    """Where the desktop hands out chords, it is not asked for one: that could ask the person."""
    available = await portal.availability()
    if not available.ok:
        return Finding(Verdict.WARNING, available.reason, available.hint, data)
    trouble = await at.app_shortcut()
    if trouble is None:
        return Finding(Verdict.OK, f"The desktop is asked for {shortcut} when the app starts.", data=data)
    if trouble:
        return Finding(Verdict.WARNING, trouble, "Settings, Shortcuts shows what can be done.", data)
    return Finding(Verdict.OK, f"{shortcut} was asked of the desktop, and the running app has it.", data=data)


def _ignore() -> None:
    """Nobody waits for a press: the chord is given back at once."""


def _find_keychain(found: Availability) -> Finding:
    if found.ok:
        return Finding(Verdict.OK, found.reason or "Works.")
    hint = found.hint or "A key in the environment works without it."
    return Finding(Verdict.WARNING, found.reason or "There is no keychain.", hint)


async def _find_keys(credentials: Credentials) -> Finding:
    """Which keys there are; never a key. A keychain that does not answer is waited for once and said once."""
    data: dict[str, object] = {}
    present: list[str] = []
    trouble: KeyStoreError | None = None
    for provider in ADDRESSES:
        if trouble is not None and not credentials.in_environment(provider):
            data[provider] = {"present": None, "source": ""}
            continue
        try:
            credential = await credentials.find(provider, patience=_KEYCHAIN_SECONDS)
        except KeyStoreError as error:
            trouble = error
            data[provider] = {"present": None, "source": ""}
            continue
        data[provider] = {"present": credential.secret is not None, "source": credential.source}
        if credential.secret is not None:
            place = credentials.shown_address(provider, credential.base_url)
            present.append(f"{provider} (from the {credential.source}, for {place})")
    found = f"Present: {', '.join(present)}." if present else ""
    if trouble is not None:
        return Finding(Verdict.WARNING, f"{trouble.message} {found}".strip(), trouble.hint, data)
    if present:
        return Finding(Verdict.OK, found, data=data)
    hint = "Add one with: kireji keys set anthropic"
    return Finding(Verdict.WARNING, "No key is stored; this computer's own reader answers.", hint, data)


async def _find_local(servers: LocalServers) -> Finding:
    """Which model servers answer on this computer; none is no fault."""
    if servers.distant:
        place = without_password(servers.address)
        hint = "Whether it answers says: kireji models --provider local"
        return Finding(Verdict.OK, f"The model server is {place}, on another computer.", hint, {"address": place})
    found = await servers.find(0.0)
    data = {without_password(server.base_url): {"name": server.name, "models": len(server.models)} for server in found}
    if found:
        named = ", ".join(f"{one.name} at {without_password(one.base_url)}: {_count(len(one.models))}" for one in found)
        return Finding(Verdict.OK, f"{named}.", data={"servers": data})
    if servers.address:
        place = without_password(servers.address)
        hint = "Start the server or correct its address; if it wants a key, ask it with: kireji keys test local"
        return Finding(Verdict.WARNING, f"No model server answers at {place}.", hint, {"servers": data})
    return Finding(Verdict.OK, "No model server runs on this computer.", data={"servers": data})


def _count(models: int) -> str:
    return "1 model" if models == 1 else f"{models or 'no'} models"


def find_folder(state: FolderState) -> Finding:
    """Whether the data folder can be written, is private, and has room."""
    data = {"path": state.path, "free": state.free, "exposed": list(state.exposed)}
    if state.problem:
        hint = "Make it writable, or choose another folder with KIREJI_HOME."
        return Finding(Verdict.FAILED, f"{state.path} cannot be written: {state.problem}.", hint, data)
    if state.exposed:
        names = ", ".join(state.exposed)
        hint = f"Take the rights away: chmod -R go= '{state.path}'"
        return Finding(Verdict.WARNING, f"Other users of this computer can read {names} in {state.path}.", hint, data)
    if state.free < _LITTLE_SPACE:
        sentence = f"Only {state.free // 1_000_000} MB are free for {state.path}."
        return Finding(Verdict.WARNING, sentence, "Free some space.", data)
    return Finding(Verdict.OK, f"{state.path}, {state.free / 1e9:.1f} GB free.", data=data)


def _find_settings(preferences: Preferences) -> Finding:
    problems = [problem.sentence for problem in preferences.problems]
    if not problems:
        return Finding(Verdict.OK, "No problems.")
    more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
    hint = "Correct settings.toml; until then the defaults hold."
    return Finding(Verdict.WARNING, problems[0] + more, hint, {"problems": problems})


def _find_prompts(count: int, problems: Sequence[str]) -> Finding:
    if not problems:
        return Finding(Verdict.OK, f"{count} quick prompts.", data={"count": count})
    more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
    hint = "Correct the file in the folder of prompts; the others can be used."
    return Finding(Verdict.WARNING, problems[0] + more, hint, {"count": count, "problems": list(problems)})
