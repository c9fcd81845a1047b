"""Key combinations as people write them: `Ctrl+Shift+Space`."""

from __future__ import annotations

from typing import NamedTuple

DEFAULT_CAPTURE = "Ctrl+Shift+Space"

_MODIFIERS = {"ctrl": "Ctrl", "control": "Ctrl", "alt": "Alt", "option": "Alt", "shift": "Shift"}
_MODIFIERS |= {"super": "Super", "meta": "Super", "win": "Super", "cmd": "Super", "command": "Super"}
_ORDER = ("Ctrl", "Alt", "Shift", "Super")
_NAMED = {
    name.lower(): name
    for name in (
        "Space", "Tab", "Return", "Escape", "Backspace", "Delete", "Insert", "Home", "End", "PageUp", "PageDown",
        "Left", "Right", "Up", "Down", "Print", "Pause", "Menu", *(f"F{number}" for number in range(1, 25)),
    )
}  # fmt: skip
_NAMED |= {"enter": "Return", "esc": "Escape", "del": "Delete", "printscreen": "Print"}
_OTHER_MODIFIERS = (("Ctrl", "Shift"), ("Ctrl", "Alt"), ("Alt", "Shift"), ("Ctrl", "Alt", "Shift"), ("Super", "Shift"))
_OTHER_KEYS = ("Space", "F9", "F10", "Insert")


class Shortcut(NamedTuple):
    """A chord: modifiers in the order Ctrl, Alt, Shift, Super, and one key.

    Args:
        modifiers: Of Ctrl, Alt, Shift, Super.
        key: A letter or digit (upper case), a printable sign, or a name such as Space, F5, PageUp.
    """

    modifiers: tuple[str, ...]
    key: str

    @classmethod
    def parse(cls, text: str) -> Shortcut | None:
        """Read a chord; None when it is not one that may be held globally (it needs a modifier or a function key)."""
        words = [word.strip() for word in text.strip().split("+")]
        if text.strip().endswith("++"):
            words = [*words[:-2], "+"]
        *prefix, last = words
        found = [_MODIFIERS.get(word.lower()) for word in prefix]
        key = (
            last.upper()
            if len(last) == len(last.upper()) == 1 and last.isprintable() and last != " "
            else _NAMED.get(last.lower())
        )
        if key is None or None in found or len(set(found)) != len(found):
            return None
        modifiers = tuple(name for name in _ORDER if name in found)
        alone = key == "Print" or (key[0] == "F" and key[1:].isdigit()) or key == "Pause"
        if not alone and not set(modifiers) - {"Shift"}:
            return None
        return cls(modifiers, key)

    def __str__(self) -> str:
        return "+".join((*self.modifiers, self.key))


def alternatives(shortcut: Shortcut) -> tuple[Shortcut, ...]:
    """Chords to offer instead of one that is taken: first the same key with other modifiers, then other keys."""
    other_modifiers = (Shortcut(_in_order(modifiers), shortcut.key) for modifiers in _OTHER_MODIFIERS)
    kept = shortcut.modifiers if set(shortcut.modifiers) - {"Shift"} else ("Ctrl", "Shift")
    other_keys = (Shortcut(kept, key) for key in _OTHER_KEYS)
    return tuple(dict.fromkeys(chord for chord in (*other_modifiers, *other_keys) if chord != shortcut))


def _in_order(modifiers: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(name for name in _ORDER if name in modifiers)
