"""From a shortcut to the keycodes and modifiers that X11 grabs, and what tells a press from a held key."""

from __future__ import annotations

from typing import TypeAlias

from kireji.core.shortcuts import Shortcut
from kireji.desktop.keysyms import ALT, NUM_LOCK, SUPER, keysyms

_SHIFT, _LOCK, _CONTROL, _MOD1, _MOD4 = 1, 2, 4, 8, 64

_EARLY, _LATE = 10, 60
"""Milliseconds around its due time in which a press counts as auto-repeat: a busy server is late, hardly ever early. A
real second press in just that moment is taken for one, so the window is kept small."""

Keyboard: TypeAlias = tuple[tuple[int, tuple[int, ...]], ...]
"""Every keycode with its keysyms."""
Modifiers: TypeAlias = tuple[frozenset[int], ...]
"""The keycodes of each of the eight modifiers."""


def chords(keyboard: Keyboard, modifiers: Modifiers, shortcut: Shortcut) -> frozenset[tuple[int, int]]:
    """Keycodes with modifier masks for `shortcut`, each with and without CapsLock and NumLock; empty without a key."""
    masks = {
        "Ctrl": _CONTROL,
        "Shift": _SHIFT,
        "Alt": _mask(keyboard, modifiers, ALT) or _MOD1,
        "Super": _mask(keyboard, modifiers, SUPER) or _MOD4,
    }
    plain = 0
    for name in shortcut.modifiers:
        plain |= masks[name]
    num_lock = _mask(keyboard, modifiers, (NUM_LOCK,))
    keys = _keycodes(keyboard, shortcut.key)
    return frozenset(
        (keycode, plain | extra | locks) for keycode, extra in keys for locks in {0, _LOCK, num_lock, _LOCK | num_lock}
    )


def is_repeat(after_repeat: bool, elapsed: int, timing: tuple[int, int] | None) -> bool:
    """Whether a press comes from holding the key.

    Args:
        after_repeat: The press before was a repeat itself.
        elapsed: Milliseconds since the press before.
        timing: Delay of the first repeat and distance of the others; None when unknown.
    """
    if timing is None:
        return elapsed <= 1000
    delay, interval = timing
    if after_repeat:
        return elapsed <= interval + _LATE
    return delay - _EARLY <= elapsed <= delay + _LATE


def _keycodes(keyboard: Keyboard, key: str) -> frozenset[tuple[int, int]]:
    """Where `key` is, and whether it needs Shift there.

    A letter or digit names the key it is printed on. A sign names the character, so that Ctrl++ is Ctrl+Shift and the
    key with = and + on an American keyboard.
    """
    names = keysyms(key)
    for column in range(4):  # two layouts of two levels each; further levels need AltGr
        found = [code for code, symbols in keyboard if len(symbols) > column and symbols[column] in names]
        if found:
            shifted = _SHIFT if column % 2 and not key.isalnum() else 0
            return frozenset((code, shifted) for code in found)
    return frozenset()


def _mask(keyboard: Keyboard, modifiers: Modifiers, names: tuple[int, ...]) -> int:
    """The modifier bit that a key such as NumLock sets; 0 when it sets none."""
    codes = {code for code, symbols in keyboard if set(symbols) & set(names)}
    return next((1 << number for number, held in enumerate(modifiers) if number > 2 and held & codes), 0)
