"""Fakes of the desktop: screens, shortcuts, time and encoding without any display."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

from kireji.core.changes import SIGNATURE_SIDE
from kireji.core.desktop_ports import ClipboardContent, Notice
from kireji.core.errors import (
    CaptureError,
    ClipboardError,
    HotkeyError,
    HotkeyTaken,
    HotkeyUnavailable,
    KirejiError,
    RegionInvalid,
)
from kireji.core.geometry import DesktopWindow, Rect, ScreenImage
from kireji.core.ports import Availability, EncodedPicture
from kireji.core.shortcuts import Shortcut


def screen_of(
    width: int, height: int, colour: tuple[int, int, int] = (40, 80, 120), *, x: int = 0, y: int = 0, name: str = ""
) -> ScreenImage:
    """A screen of one colour (red, green, blue) at a place on the desktop."""
    red, green, blue = colour
    pixels = memoryview(bytes((blue, green, red, 0)) * (width * height))
    return ScreenImage(pixels, width, height, width * 4, Rect(x, y, width, height), name)


class FakeCapture:
    """Gives the screens it was made with.

    Attributes:
        screens: What the next grab returns.
        failure: Raised by the next grabs when set.
        grabs: How often it was asked.
    """

    name = "fake"

    def __init__(self, *screens: ScreenImage, available: Availability | None = None) -> None:
        self.screens: tuple[ScreenImage, ...] = screens or (screen_of(64, 48),)
        self.failure: CaptureError | None = None
        self.grabs = 0
        self._available = available or Availability(True)

    async def availability(self) -> Availability:
        return self._available

    async def warm(self) -> None:
        """Nothing to prepare."""

    async def grab(self) -> Sequence[ScreenImage]:
        self.grabs += 1
        if self.failure is not None:
            raise self.failure
        return self.screens


class FakeWindows:
    """Windows that a test has put there.

    Attributes:
        found: What is listed, topmost first.
    """

    def __init__(self, *found: DesktopWindow) -> None:
        self.found: tuple[DesktopWindow, ...] = found

    async def windows(self) -> Sequence[DesktopWindow]:
        return self.found


class FakePicker:
    """The desktop's own dialog.

    Attributes:
        picture: What the person cuts out; None when they leave it.
        failure: Raised instead when set.
        picks: How often it was opened.
    """

    name = "fake picker"

    def __init__(self, picture: bytes | None = b"picked") -> None:
        self.picture = picture
        self.failure: CaptureError | None = None
        self.picks = 0

    async def availability(self) -> Availability:
        return Availability(True)

    async def pick(self) -> bytes | None:
        self.picks += 1
        if self.failure is not None:
            raise self.failure
        return self.picture


class MemoryLastRegion:
    """Keeps a region while the test runs."""

    def __init__(self, rect: Rect | None = None) -> None:
        self.rect = rect

    def read(self) -> Rect | None:
        return self.rect

    def write(self, rect: Rect) -> None:
        self.rect = rect


class FakeClipboard:
    """Gives what a test has copied and selected.

    Attributes:
        content: What was copied.
        selected: What is selected.
        failure: Raised instead when set.
        available: What it says about reading the selection.
    """

    def __init__(self) -> None:
        self.content = ClipboardContent()
        self.selected = ""
        self.failure: ClipboardError | None = None
        self.available = Availability(True)

    async def read(self) -> ClipboardContent:
        if self.failure is not None:
            raise self.failure
        return self.content

    def selection_availability(self) -> Availability:
        return self.available

    async def read_selection(self) -> str:
        if self.failure is not None:
            raise self.failure
        return self.selected


class FakeNotifier:
    """Keeps what was said.

    Attributes:
        notices: All of them, in order.
        clicks: What a click on each would call.
        works: Whether anything can be shown.
    """

    def __init__(self) -> None:
        self.notices: list[Notice] = []
        self.clicks: list[Callable[[str], None] | None] = []
        self.works = True

    async def availability(self) -> Availability:
        return Availability(self.works)

    async def notify(self, notice: Notice, clicked: Callable[[str], None] | None = None) -> bool:
        if self.works:
            self.notices.append(notice)
            self.clicks.append(clicked)
        return self.works

    async def aclose(self) -> None:
        """Nothing to give back."""


class FakeAutostart:
    """A switch.

    Attributes:
        on: Where it stands.
        failure: Raised when it is switched.
    """

    def __init__(self) -> None:
        self.on = False
        self.failure: KirejiError | None = None
        self.available = Availability(True)

    def availability(self) -> Availability:
        return self.available

    def enabled(self) -> bool:
        return self.on

    def set(self, on: bool) -> None:
        if self.failure is not None:
            raise self.failure
        self.on = on


class FakeRegistration:
    """A chord held in `FakeHotkeys`."""

    def __init__(self, owner: FakeHotkeys, shortcut: Shortcut) -> None:
        self._owner = owner
        self._shortcut = shortcut

    def release(self) -> None:
        if self._owner.holders.get(self._shortcut, (None, None))[0] is self:
            del self._owner.holders[self._shortcut]


class FakeHotkeys:
    """Chords that a test presses by hand.

    Attributes:
        holders: Who holds which chord, and what it calls.
        taken: Chords that another program holds.
        missing: Chords for which this keyboard has no key.
    """

    name = "fake"

    def __init__(self, *, available: Availability | None = None) -> None:
        self.holders: dict[Shortcut, tuple[FakeRegistration, Callable[[], None]]] = {}
        self.taken: set[Shortcut] = set()
        self.missing: set[Shortcut] = set()
        self._losers: dict[Shortcut, Callable[[HotkeyError], None] | None] = {}
        self._available = available or Availability(True)

    def availability(self) -> Availability:
        return self._available

    def register(
        self, shortcut: Shortcut, pressed: Callable[[], None], lost: Callable[[HotkeyError], None] | None = None
    ) -> FakeRegistration:
        if not self._available.ok:
            raise HotkeyUnavailable(self._available.reason, self._available.hint)
        if shortcut in self.missing:
            raise HotkeyUnavailable(f"This keyboard has no key for {shortcut}.", "Choose another shortcut.")
        if shortcut in self.taken or shortcut in self.holders:
            raise HotkeyTaken(f"{shortcut} is already used by another program.", "Choose another shortcut.")
        registration = FakeRegistration(self, shortcut)
        self.holders[shortcut] = (registration, pressed)
        self._losers[shortcut] = lost
        return registration

    def free(self, candidates: Sequence[Shortcut]) -> Sequence[Shortcut]:
        if not self._available.ok:
            return ()
        unusable = self.taken | self.missing | set(self.holders)
        return tuple(shortcut for shortcut in candidates if shortcut not in unusable)

    def lose(self, text: str) -> None:
        """Another program gets a chord that is held here, as after a change of the keyboard's layout."""
        shortcut = Shortcut.parse(text)
        assert shortcut in self.holders, f"{text!r} is not held"
        del self.holders[shortcut]
        self.taken.add(shortcut)
        if (lost := self._losers.pop(shortcut)) is not None:
            lost(HotkeyTaken(f"{shortcut} is already used by another program.", "Choose another shortcut."))

    def press(self, text: str) -> bool:
        """Press a chord such as Ctrl+Shift+Space; False when nobody holds it."""
        shortcut = Shortcut.parse(text)
        assert shortcut is not None, f"{text!r} is no chord"
        if shortcut not in self.holders:
            return False
        self.holders[shortcut][1]()
        return True


class FakeClock:
    """Time that stands still until a test moves it.

    Attributes:
        asleep: Set when something pauses.
    """

    def __init__(self, start: datetime = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)) -> None:
        self._now = start
        self._monotonic = 1000.0
        self._sleepers: list[tuple[float, asyncio.Future[None]]] = []
        self.asleep = asyncio.Event()

    def now(self) -> datetime:
        return self._now

    def monotonic(self) -> float:
        return self._monotonic

    def advance(self, seconds: float) -> None:
        """Let time pass, and wake whose time has come."""
        self._now += timedelta(seconds=seconds)
        self._monotonic += seconds
        due = [waiting for until, waiting in self._sleepers if until <= self._monotonic + 1e-6]
        self._sleepers = [each for each in self._sleepers if each[1] not in due]
        for waiting in due:
            if not waiting.done():
                waiting.set_result(None)

    def set(self, now: datetime) -> None:
        """Set the time of day; the other clock does not notice."""
        self._now = now

    async def pause(self, seconds: float) -> None:
        """Wait until a test has let that much time pass."""
        waiting: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._sleepers.append((self._monotonic + seconds, waiting))
        self.asleep.set()
        await waiting

    @property
    def awake(self) -> bool:
        """Whether nothing pauses."""
        return not self._sleepers


class FakeCodec:
    """Encodes nothing: the bytes say what was asked for.

    Attributes:
        failure: Raised instead of encoding a file when set.
    """

    def __init__(self) -> None:
        self.failure: Exception | None = None

    def encode_region(self, screen: ScreenImage, rect: Rect) -> EncodedPicture:
        inside = rect.intersection(Rect(0, 0, screen.width, screen.height))
        if inside.empty:
            raise RegionInvalid(f"The region {rect} has nothing of the screen in it.", "Choose another.")
        return EncodedPicture(f"picture of {inside}".encode(), "image/png", inside.width, inside.height)

    def encode_file(self, data: bytes) -> EncodedPicture:
        if self.failure is not None:
            raise self.failure
        return EncodedPicture(data, "image/png", 1, 1)

    def covered(self, data: bytes, rects: Sequence[Rect]) -> EncodedPicture:
        if self.failure is not None:
            raise self.failure
        boxes = " ".join(map(str, rects))
        return EncodedPicture(data + f" without {boxes}".encode(), "image/png", 1, 1)

    def signature(self, screen: ScreenImage, rect: Rect) -> bytes:
        inside = rect.intersection(Rect(0, 0, screen.width, screen.height))
        if inside.empty:
            raise RegionInvalid(f"The region {rect} has nothing of the screen in it.", "Choose another.")
        start = inside.y * screen.stride + inside.x * 4
        return bytes([screen.pixels[start]]) * SIGNATURE_SIDE**2
