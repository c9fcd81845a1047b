"""The count of the clipboard's changes on macOS, against a runtime that behaves as its reference says."""

from __future__ import annotations

import pytest

from kireji.desktop.pasteboard_macos import APP_KIT, load, pasteboard_changes


class Runtime:
    """Objective-C's, with a pasteboard that has changed so often."""

    def __init__(self) -> None:
        self.changes = 7

    def objc_getClass(self, name: bytes) -> int:
        return {b"NSPasteboard": 100}[name]

    def sel_registerName(self, name: bytes) -> int:
        return {b"generalPasteboard": 1, b"changeCount": 2}[name]

    def objc_msgSend(self, receiver: int, selector: int) -> int:
        return {(100, 1): 200, (200, 2): self.changes}[receiver, selector]


def test_the_count_is_asked_each_time() -> None:
    runtime = Runtime()
    count = pasteboard_changes(lambda: runtime)
    assert count() == 7
    runtime.changes = 8
    assert count() == 8


def test_elsewhere_there_is_none() -> None:
    with pytest.raises(OSError, match="macOS"):
        load()


def test_every_call_declares_its_types() -> None:
    assert all(arguments and result for arguments, result in APP_KIT.values())
