"""How the XDG shortcuts specification writes a chord: CTRL+SHIFT+space, with the key names of xkbcommon-keysyms.h."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from kireji.core.shortcuts import Shortcut

_MODIFIERS: Mapping[str, str] = MappingProxyType({"Ctrl": "CTRL", "Alt": "ALT", "Shift": "SHIFT", "Super": "LOGO"})
_KEYS: Mapping[str, str] = MappingProxyType(
    {
        "Space": "space", "Backspace": "BackSpace", "PageUp": "Page_Up", "PageDown": "Page_Down",
        "!": "exclam", '"': "quotedbl", "#": "numbersign", "$": "dollar", "%": "percent", "&": "ampersand",
        "'": "apostrophe", "(": "parenleft", ")": "parenright", "*": "asterisk", "+": "plus", ",": "comma",
        "-": "minus", ".": "period", "/": "slash", ":": "colon", ";": "semicolon", "<": "less", "=": "equal",
        ">": "greater", "?": "question", "@": "at", "[": "bracketleft", "\\": "backslash", "]": "bracketright",
        "^": "asciicircum", "_": "underscore", "`": "grave", "{": "braceleft", "|": "bar", "}": "braceright",
        "~": "asciitilde",
    }
)  # fmt: skip


def trigger(shortcut: Shortcut) -> str:
    """The chord in that form; a key without a name of its own is named by its code point."""
    return "+".join((*(_MODIFIERS[name] for name in shortcut.modifiers), _key(shortcut.key)))


def _key(key: str) -> str:
    if key in _KEYS:
        return _KEYS[key]
    if len(key) == 1:
        low = key.lower()
        return low if low.isascii() else f"U{ord(low[0]):04X}"
    return key
