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


class FakeFoundation:
    """CoreFoundation over Python's values: a reference is a number that stands for one.

    Attributes:
        released: References that were given back.
    """

    def __init__(self) -> None:
        self._values: list[Any] = [None]
        self.released: list[int] = []

    def keep(self, value: object) -> int:
        """A reference to a value."""
        self._values.append(value)
        return len(self._values) - 1

    def CFRelease(self, reference: int) -> None:
        self.released.append(reference)

    def CFGetTypeID(self, reference: int) -> int:
        kinds = {str: 1, float: 2, int: 2, bool: 3, list: 4, dict: 5}
        return kinds.get(type(self._values[reference]), 9)

    def CFStringGetTypeID(self) -> int:
        return 1

    def CFNumberGetTypeID(self) -> int:
        return 2

    def CFBooleanGetTypeID(self) -> int:
        return 3

    def CFArrayGetTypeID(self) -> int:
        return 4

    def CFDictionaryGetTypeID(self) -> int:
        return 5

    def CFStringGetLength(self, reference: int) -> int:
        return len(self._values[reference].encode("utf-16-le")) // 2

    def CFStringGetCString(self, reference: int, target: Any, room: int, encoding: int) -> int:
        text = self._values[reference].encode()
        if len(text) >= room:
            return 0
        target.value = text
        return 1

    def CFNumberGetValue(self, reference: int, kind: int, target: Any) -> int:
        target._obj.value = self._values[reference]
        return 1

    def CFBooleanGetValue(self, reference: int) -> int:
        return int(self._values[reference])

    def CFArrayGetCount(self, reference: int) -> int:
        return len(self._values[reference])

    def CFArrayGetValueAtIndex(self, reference: int, place: int) -> int:
        return self.keep(self._values[reference][place])

    def CFDictionaryGetCount(self, reference: int) -> int:
        return len(self._values[reference])

    def CFDictionaryGetKeysAndValues(self, reference: int, keys: Any, values: Any) -> None:
        for place, (key, value) in enumerate(self._values[reference].items()):
            keys[place], values[place] = self.keep(key), self.keep(value)


class FakeWindowServer:
    """CoreGraphics' list of windows.

    Args:
        foundation: Keeps the list.
        windows: What it says; None when it says nothing, as without a session.
    """

    def __init__(self, foundation: FakeFoundation, windows: list[dict[str, Any]] | None) -> None:
        self._foundation = foundation
        self._windows = windows

    def CGWindowListCopyWindowInfo(self, options: int, relative_to: int) -> int | None:
        return None if self._windows is None else self._foundation.keep(self._windows)


class FakePermission:
    """A permission that a test gives.

    Attributes:
        given: Whether it is given.
        answer: What the person says when asked.
        asked: How often the system asked.
    """

    def __init__(self, *, given: bool = False, answer: bool = False) -> None:
        self.given = given
        self.answer = answer
        self.asked = 0
        self.pane = "x-apple.systempreferences:pane"

    def granted(self) -> bool:
        return self.given

    def ask(self) -> bool:
        self.asked += 1
        self.given = self.answer
        return self.given


class FakeKeyEvents:
    """CoreGraphics' key events and what gives them back.

    Attributes:
        posted: Key code, whether it went down, and the modifiers it says.
        alive: Things that were made and not given back.
    """

    def __init__(self) -> None:
        self.posted: list[tuple[int, bool, int]] = []
        self.alive: set[int] = set()
        self._events: dict[int, tuple[int, bool, int]] = {}

    def _make(self) -> int:
        reference = 50 + len(self._events) + len(self.alive)
        self.alive.add(reference)
        return reference

    def CGEventSourceCreate(self, state: int) -> int:
        return self._make()

    def CGEventCreateKeyboardEvent(self, source: int, code: int, down: bool) -> int:
        reference = self._make()
        self._events[reference] = (code, down, 0)
        return reference

    def CGEventSetFlags(self, event: int, flags: int) -> None:
        code, down, _ = self._events[event]
        self._events[event] = (code, down, flags)

    def CGEventPost(self, tap: int, event: int) -> None:
        self.posted.append(self._events[event])

    def CFRelease(self, reference: int) -> None:
        self.alive.remove(reference)
