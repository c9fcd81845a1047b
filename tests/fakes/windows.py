"""A Windows that a test plays: the calls of user32 and others, with the behaviour that their reference describes."""

from __future__ import annotations

import queue
from typing import Any

from kireji.desktop.hotkey_win32 import ALREADY_REGISTERED, WM_HOTKEY, WM_QUIT, Message
from kireji.desktop.native import Library

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
