"""A macOS that a test plays: calls of Carbon with the behaviour that their headers describe."""

from __future__ import annotations

import ctypes
from collections.abc import Mapping
from typing import Any

from kireji.desktop.hotkey_macos import EXISTS, HotKeyId


class FakeCarbon:
    """Hot keys and their event.

    Attributes:
        held: Key code, modifiers and number of each reference.
        elsewhere: Chords of other programs.
        failure: The status of every registration when set.
        install_failure: The status of installing the handler.
        answers: What the handler gave back for each event.
    """

    def __init__(self) -> None:
        self.held: dict[int, tuple[int, int, int]] = {}
        self.elsewhere: set[tuple[int, int]] = set()
        self.failure = 0
        self.install_failure = 0
        self.answers: list[int] = []
        self._handler: Any = None
        self._event = (0, 0)
        self._next = 100

    def GetEventDispatcherTarget(self) -> int:
        return 1

    def InstallEventHandler(self, target: int, handler: Any, count: int, kinds: Any, own: None, reference: Any) -> int:
        self._handler = handler
        reference._obj.value = 2
        return self.install_failure

    def RegisterEventHotKey(
        self, code: int, modifiers: int, number: HotKeyId, target: int, options: int, reference: Any
    ) -> int:
        wanted = (code, modifiers)
        if self.failure:
            return self.failure
        if wanted in self.elsewhere or any(wanted == held[:2] for held in self.held.values()):
            return EXISTS
        self._next += 1
        reference._obj.value = self._next
        self.held[self._next] = (code, modifiers, int(number.id))
        return 0

    def UnregisterEventHotKey(self, reference: ctypes.c_void_p) -> int:
        assert reference.value is not None
        del self.held[reference.value]
        return 0

    def GetEventParameter(
        self, event: int, name: int, kind: int, actual: None, size: int, actual_size: None, target: Any
    ) -> int:
        target._obj.signature, target._obj.id = self._event
        return 0

    def press(self, code: int, modifiers: int, signature: int) -> bool:
        """Press a chord; False when nobody here holds it."""
        for held in self.held.values():
            if held[:2] == (code, modifiers):
                self._event = (signature, held[2])
                self.answers.append(self._handler(None, 3, None))
                return True
        return False


class FakeKeyboard:
    """UCKeyTranslate and what leads to it.

    Args:
        plain: What keys type.
        shifted: What they type with Shift.
    """

    def __init__(self, plain: Mapping[int, str], shifted: Mapping[int, str]) -> None:
        self._typed = {0: plain, 2: shifted}
        self.released: list[int] = []

    def TISCopyCurrentKeyboardLayoutInputSource(self) -> int:
        return 10

    def TISGetInputSourceProperty(self, source: int, name: int) -> int:
        return 11

    def LMGetKbdType(self) -> int:
        return 40

    def CFDataGetBytePtr(self, data: int) -> int:
        return 12

    def CFRelease(self, thing: int) -> None:
        self.released.append(thing)

    def UCKeyTranslate(
        self,
        layout: int,
        code: int,
        action: int,
        state: int,
        keyboard: int,
        options: int,
        dead: Any,
        room: int,
        length: Any,
        letters: Any,
    ) -> int:
        text = self._typed[state].get(code, "")
        length._obj.value = len(text)
        for place, letter in enumerate(text):
            letters[place] = ord(letter)
        return 0
