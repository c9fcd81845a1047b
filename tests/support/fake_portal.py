"""A desktop portal that does what a test tells it: agrees, refuses, stays silent, lies."""

from __future__ import annotations

import asyncio
import enum
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.support.bus_service import Answer, BusService, Call, Refusal, Silence

PORTAL = "org.freedesktop.portal.Desktop"
PATH = "/org/freedesktop/portal/desktop"
REQUEST = "org.freedesktop.portal.Request"
SESSION = "org.freedesktop.portal.Session"
SCREENSHOT = "org.freedesktop.portal.Screenshot"
SHORTCUTS = "org.freedesktop.portal.GlobalShortcuts"


class Mood(enum.Enum):
    """How a request is answered."""

    AGREE = 0
    CANCEL = 1
    REFUSE = 2
    SILENT = "silent"
    """The call returns and no Response follows."""
    DEAF = "deaf"
    """The call itself is never answered."""
    ERROR = "error"
    """The call fails with `error`."""
    GARBLED = "garbled"
    """A Response of other types."""
    EARLY = "early"
    """The Response comes before the call returns."""
    CRASH = "crash"
    """The portal leaves the bus in the middle of the request."""


class FakePortal(BusService):
    """The portal's service.

    Attributes:
        mood: How screenshots are answered.
        binding: How BindShortcuts is answered.
        opening: How CreateSession is answered.
        versions: The interfaces with their versions; one that is missing is not there.
        targets: What AvailableTargets says.
        error: Name and text of an error.
        folder: Where pictures are put.
        picture: The bytes of the next picture.
        uri: The address that is given instead, when set.
        written: The files that were made.
        options: What the last screenshot was asked with.
        apps: Application ids that have an installed desktop file.
        registered: Who has said which id.
        needs_id: Shortcuts only for who has said one.
        triggers: How the desktop describes the keys of an id; None leaves the shortcut out, "-" says nothing of keys.
        sessions: Open ones, with what is bound in each.
        deaf_to_ends: The end of a session is never confirmed.
    """

    def __init__(self, folder: Path, picture: bytes = b"") -> None:
        super().__init__(
            PORTAL,
            {
                "org.freedesktop.DBus.Properties.Get": self._get,
                "org.freedesktop.host.portal.Registry.Register": self._register,
                f"{SCREENSHOT}.Screenshot": self._screenshot,
                f"{SHORTCUTS}.CreateSession": self._create_session,
                f"{SHORTCUTS}.BindShortcuts": self._bind,
                f"{SESSION}.Close": self._close_session,
                f"{REQUEST}.Close": self._close_request,
            },
        )
        self.mood = self.opening = self.binding = Mood.AGREE
        self.versions = {SCREENSHOT: 2, SHORTCUTS: 2}
        self.targets = 0
        self.error = ("org.freedesktop.portal.Error.Failed", "no")
        self.folder = folder
        self.picture = picture
        self.uri = ""
        self.written: list[Path] = []
        self.options: Mapping[str, Any] = {}
        self.apps = {"io.github.kireji.Kireji"}
        self.registered: dict[str, str] = {}
        self.needs_id = True
        self.triggers: dict[str, str | None] = {}
        self.sessions: dict[str, list[tuple[str, Mapping[str, Any]]]] = {}
        self.deaf_to_ends = False
        self.closed_requests: list[str] = []
        self.asked = asyncio.Event()

    async def restart(self) -> None:
        self.registered.clear()
        self.sessions.clear()
        await super().restart()

    async def press(self, shortcut: str, token: str = "", session: str = "") -> None:
        """The person presses the keys of a shortcut."""
        path = session or next(iter(self.sessions))
        options = {"activation_token": ("s", token)} if token else {}
        await self.emit(PATH, SHORTCUTS, "Activated", "osta{sv}", (path, shortcut, 1, options))

    async def change(self, described: dict[str, str]) -> None:
        """The person chooses other keys in the desktop's settings."""
        listed = [(name, {"trigger_description": ("s", keys)}) for name, keys in described.items()]
        await self.emit(PATH, SHORTCUTS, "ShortcutsChanged", "oa(sa{sv})", (next(iter(self.sessions)), listed))

    async def respond(self, handle: str, code: int, results: Mapping[str, Any]) -> None:
        """Send a Response."""
        await self.emit(handle, REQUEST, "Response", "ua{sv}", (code, dict(results)))

    async def _get(self, call: Call) -> Answer:
        interface, name = call.body
        if interface not in self.versions:
            raise Refusal("org.freedesktop.DBus.Error.InvalidArgs", "No such interface")
        if name == "AvailableTargets" and self.versions[interface] < 3:
            raise Refusal("org.freedesktop.DBus.Error.InvalidArgs", "No such property")
        return "v", (("u", self.targets if name == "AvailableTargets" else self.versions[interface]),)

    async def _register(self, call: Call) -> Answer:
        app, _options = call.body
        if call.sender in self.registered:
            raise Refusal("org.freedesktop.portal.Error.Failed", "Connection already associated with an application ID")
        if app not in self.apps:
            raise Refusal("org.freedesktop.portal.Error.Failed", f"App info not found for '{app}'")
        self.registered[call.sender] = app
        return "", ()

    async def _screenshot(self, call: Call) -> Answer:
        _parent, self.options = call.body
        results = {"uri": ("s", self.uri or self._picture())} if self.mood not in (Mood.CANCEL, Mood.REFUSE) else {}
        return await self._answered(call, self.mood, self.options, results)

    async def _create_session(self, call: Call) -> Answer:
        (options,) = call.body
        if self.needs_id and call.sender not in self.registered:
            raise Refusal("org.freedesktop.portal.Error.NotAllowed", "An app id is required")
        path = f"{PATH}/session/{call.sender[1:].replace('.', '_')}/{options['session_handle_token'][1]}"
        self.sessions[path] = []
        return await self._answered(call, self.opening, options, {"session_handle": ("s", path)})

    async def _bind(self, call: Call) -> Answer:
        session, wanted, _parent, options = call.body
        assert not self.sessions[session], "a session takes shortcuts once"
        listed = []
        for name, properties in wanted:
            keys = self.triggers.get(name, properties["preferred_trigger"][1])
            if keys is not None:
                described = {} if keys == "-" else {"trigger_description": ("s", keys)}
                listed.append((name, {"description": properties["description"], **described}))
        self.sessions[session] = list(wanted)
        return await self._answered(call, self.binding, options, {"shortcuts": ("a(sa{sv})", listed)})

    async def _close_session(self, call: Call) -> Answer:
        self.sessions.pop(call.path, None)
        if self.deaf_to_ends:
            raise Silence
        return "", ()

    async def _close_request(self, call: Call) -> Answer:
        self.closed_requests.append(call.path)
        return "", ()

    async def _answered(self, call: Call, mood: Mood, options: Mapping[str, Any], results: Mapping[str, Any]) -> Answer:
        handle = f"{PATH}/request/{call.sender[1:].replace('.', '_')}/{options['handle_token'][1]}"
        self.asked.set()
        if mood is Mood.DEAF:
            raise Silence
        if mood is Mood.ERROR:
            raise Refusal(*self.error)
        if mood is Mood.CRASH:
            await self.vanish()
            raise Silence
        if mood is Mood.EARLY:
            await self.respond(handle, 0, results)
        elif mood is Mood.GARBLED:
            self._group.create_task(self.emit(handle, REQUEST, "Response", "s", ("yes",)))
        elif mood is not Mood.SILENT:
            self._group.create_task(self.respond(handle, mood.value, results))
        return "o", (handle,)

    def _picture(self) -> str:
        file = self.folder / f"Screenshot {len(self.written)} från måndag.png"
        file.write_bytes(self.picture)
        self.written.append(file)
        return file.as_uri()
