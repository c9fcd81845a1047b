"""A Windows that a test plays: the calls of user32 and others, with the behaviour that their reference describes."""

from __future__ import annotations

import queue
from dataclasses import dataclass
from typing import Any

from kireji.core.native import Library
from kireji.desktop.hotkey_win32 import ALREADY_REGISTERED, WM_HOTKEY, WM_QUIT, Message
from kireji.desktop.windows_win32 import CLOAKED, Bounds

KEYBOARD = {"+": 0x01BB, "=": 0x00BB, "@": 0x0632, "ä": 0x00DE}
"""VkKeyScanW of a German-like layout: shift state in the high byte, virtual key code in the low one."""


class FakeHotkeyCalls:
    """RegisterHotKey and a message queue.

    Attributes:
        held: Modifiers and key of each number.
        elsewhere: Chords of other programs.
        failure: The error of every registration when set.
        broken: GetMessageW fails from now on.
        thread_of: The thread that each call came from is not checked by ctypes; tests look at it here.
    """

    def __init__(self) -> None:
        self.held: dict[int, tuple[int, int]] = {}
        self.elsewhere: set[tuple[int, int]] = set()
        self.failure = 0
        self.error = 0
        self._queue: queue.SimpleQueue[tuple[int, int, int]] = queue.SimpleQueue()

    def RegisterHotKey(self, window: None, number: int, modifiers: int, key: int) -> int:
        wanted = (modifiers & 0xF, key)
        taken = wanted in self.elsewhere or wanted in self.held.values()
        self.error = self.failure or (ALREADY_REGISTERED if taken else 0)
        if not self.error:
            self.held[number] = wanted
        return int(not self.error)

    def UnregisterHotKey(self, window: None, number: int) -> int:
        return int(self.held.pop(number, None) is not None)

    def PeekMessageW(self, message: Any, window: None, first: int, last: int, remove: int) -> int:
        return 0

    def PostThreadMessageW(self, thread: int, kind: int, w: int, l: int) -> int:  # noqa: E741
        self._queue.put((kind, w, l))
        return 1

    def GetMessageW(self, message: Any, window: None, first: int, last: int) -> int:
        kind, w, l = self._queue.get()  # noqa: E741
        target = message._obj
        assert isinstance(target, Message)
        target.message, target.w, target.l = kind, w, l
        return -1 if kind < 0 else int(kind != WM_QUIT)

    def VkKeyScanW(self, character: str) -> int:
        return KEYBOARD.get(character, -1)

    def press(self, modifiers: int, key: int) -> bool:
        """Press a chord; False when nobody here holds it."""
        for number, chord in self.held.items():
            if chord == (modifiers, key):
                self._queue.put((WM_HOTKEY, number, key << 16 | modifiers))
                return True
        return False

    def break_down(self) -> None:
        """Let the waiting fail."""
        self._queue.put((-1, 0, 0))


class FakeThreadCalls:
    """kernel32."""

    def GetCurrentThreadId(self) -> int:
        return 7


def library(calls: object) -> Library:
    """A fake with the error of its last call."""
    return Library(calls, lambda: int(getattr(calls, "error", 0)))


@dataclass
class FakeWindow:
    """A window with its own rectangle and the part of it that is seen, both as left, top, right, bottom."""

    outer: tuple[int, int, int, int]
    seen: tuple[int, int, int, int] | None = None
    title: str = ""
    kind: str = "Chrome_WidgetWin_1"
    style: int = 0x10CF0000
    extended: int = 0
    process: int = 4711
    visible: bool = True
    minimised: bool = False
    cloaked: bool = False


class FakeWindowCalls:
    """user32 and dwmapi over a list of windows, topmost first.

    Attributes:
        awareness: What the thread said about scaling, in order.
    """

    def __init__(self, *windows: FakeWindow) -> None:
        self._windows = windows
        self.awareness: list[int] = []

    def EnumWindows(self, each: Any, own: int) -> int:
        return int(all(each(number + 1, own) for number in range(len(self._windows))))

    def _at(self, window: int) -> FakeWindow:
        return self._windows[window - 1]

    def IsWindowVisible(self, window: int) -> int:
        return int(self._at(window).visible)

    def IsIconic(self, window: int) -> int:
        return int(self._at(window).minimised)

    def GetWindowThreadProcessId(self, window: int, process: Any) -> int:
        process._obj.value = self._at(window).process
        return 1

    def GetWindowRect(self, window: int, target: Any) -> int:
        return _fill(target._obj, self._at(window).outer)

    def GetWindowLongW(self, window: int, which: int) -> int:
        found = self._at(window)
        number = found.style if which == -16 else found.extended
        return number - (1 << 32) if number >> 31 else number

    def GetClassNameW(self, window: int, target: Any, room: int) -> int:
        target.value = self._at(window).kind[: room - 1]
        return len(target.value)

    def InternalGetWindowText(self, window: int, target: Any, room: int) -> int:
        target.value = self._at(window).title[: room - 1]
        return len(target.value)

    def SetThreadDpiAwarenessContext(self, context: int) -> int:
        self.awareness.append(context)
        return -1

    def DwmGetWindowAttribute(self, window: int, which: int, target: Any, size: int) -> int:
        found = self._at(window)
        if which == CLOAKED:
            target._obj.value = int(found.cloaked)
            return 0
        return 0 if found.seen and _fill(target._obj, found.seen) else -2147024809


class FakeKeyCalls:
    """user32's keys.

    Attributes:
        down: Keys that a hand holds.
        in_front: The window class of the program in front; empty when there is none.
        blocked: The program in front takes no keys.
        pressed: Key, whether it went up, and whether it was marked as extended.
    """

    def __init__(self) -> None:
        self.down: set[int] = set()
        self.in_front = "Notepad"
        self.blocked = False
        self.error = 0
        self.pressed: list[tuple[int, bool, bool]] = []

    def GetForegroundWindow(self) -> int | None:
        return 1 if self.in_front else None

    def GetClassNameW(self, window: int, target: Any, room: int) -> int:
        target.value = self.in_front
        return len(self.in_front)

    def GetAsyncKeyState(self, key: int) -> int:
        return -0x8000 if key in self.down else 0

    def SendInput(self, count: int, inputs: Any, size: int) -> int:
        if self.blocked:
            self.error = 5
            return 0
        for one in inputs:
            flags = one.of.keyboard.flags
            self.pressed.append((one.of.keyboard.key, bool(flags & 2), bool(flags & 1)))
        return count


class FakeRegistry:
    """The person's registry.

    Attributes:
        values: By key and name.
        failure: Raised by every call when set.
    """

    def __init__(self) -> None:
        self.values: dict[tuple[str, str], str | bytes] = {}
        self.failure: OSError | None = None

    def _fail(self) -> None:
        if self.failure is not None:
            raise self.failure

    def read(self, key: str, name: str) -> str | bytes | None:
        self._fail()
        return self.values.get((key, name))

    def write(self, key: str, name: str, text: str) -> None:
        self._fail()
        self.values[key, name] = text

    def delete(self, key: str, name: str) -> None:
        self._fail()
        self.values.pop((key, name), None)


def _fill(target: Bounds, sides: tuple[int, int, int, int]) -> int:
    target.left, target.top, target.right, target.bottom = sides
    return 1
