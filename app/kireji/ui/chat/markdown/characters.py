"""Characters that cannot be seen but change what is: taken out of words, made visible in code."""

from __future__ import annotations

import re
import unicodedata

LINE_BREAK = "\u2028"
"""A line break inside a block."""

_BIDI = "\u202a-\u202e\u2066-\u2069\u200e\u200f\u061c"
HIDDEN = re.compile(
    f"[{_BIDI}\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200d\u2060-\u2065\u206a-\u206f\u3164\ufe00-\ufe0f"
    "\ufeff\uffa0\ufff9-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
"""Characters that show nothing."""
_ODD = re.compile(
    f"[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2029\ud800-\udfff\ufdd0-\ufdef\ufffc\ufffe\uffff{HIDDEN.pattern[1:-1]}]"
)
_JOINERS = "\u200c\u200d"
_JOINED_SCRIPTS = (
    "ARABIC", "DEVANAGARI", "BENGALI", "GURMUKHI", "GUJARATI", "ORIYA", "TAMIL", "TELUGU", "KANNADA", "MALAYALAM",
    "SINHALA", "MONGOLIAN", "SYRIAC", "KHMER", "MYANMAR", "TIBETAN", "NKO", "THAANA",
)  # fmt: skip
_RIGHT_TO_LEFT = re.compile(r"[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff]")
_STRONG = {"L": False, "R": True, "AL": True}


def clean(text: str) -> str:
    """Words without what could disguise them.

    Joiners stay where scripts and emoji need them, direction marks beside text from right to left. Embeddings,
    overrides and isolates go; each block has its direction from its first letter.
    """
    if text.isascii() and text.isprintable():
        return text
    if not _ODD.search(text):
        return text
    marks = _RIGHT_TO_LEFT.search(text) is not None
    kept: list[str] = []
    for index, character in enumerate(text):
        if not _ODD.match(character):
            kept.append(character)
        elif character in "\u2029\u0085":
            kept.append(LINE_BREAK)
        elif character in "\u200e\u200f\u061c":
            kept.append(character if marks else "")
        elif HIDDEN.match(character):
            kept.append(character if _needed(character, text, index) else "")
        else:
            kept.append(_visible(character))
    return "".join(kept)


def clean_code(text: str) -> str:
    """Code in which what could disguise it can be seen."""
    if text.isascii() and not _ODD.search(text):
        return text
    if not _ODD.search(text):
        return text

    def shown(match: re.Match[str]) -> str:
        character = match[0]
        if HIDDEN.match(character):
            return character if _needed(character, text, match.start()) else f"‹U+{ord(character):04X}›"
        return _visible(character)

    return _ODD.sub(shown, text)


def _visible(character: str) -> str:
    code = ord(character)
    if code < 0x20:
        return chr(0x2400 + code)
    return "\u2421" if code == 0x7F else "\ufffd"


def _needed(character: str, text: str, index: int) -> bool:
    before = text[index - 1] if index else ""
    behind = text[index + 1 : index + 2]
    if not before:
        return False
    if character in _JOINERS:
        if character == "\u200d" and _pictorial(before) and _pictorial(behind):
            return True
        return unicodedata.name(before, "").startswith(_JOINED_SCRIPTS)
    if character in "\ufe0e\ufe0f":
        return before in "#*0123456789" or _pictorial(before) or unicodedata.category(before) in ("So", "Sm", "Po")
    if 0xE0020 <= ord(character) <= 0xE007F:
        # Flags of England, Scotland and Wales are a black flag with letters behind it that do not show.
        flag = text.rfind("\U0001f3f4", max(0, index - 8), index)
        return flag >= 0 and all(0xE0020 <= ord(tag) <= 0xE007F for tag in text[flag + 1 : index])
    if 0xFE00 <= ord(character) <= 0xFE0D or 0xE0100 <= ord(character) <= 0xE01EF:
        return before.isalpha() and unicodedata.name(before, "").startswith(("CJK", "MONGOLIAN", "PHAGS-PA", "MYANMAR"))
    if character in "\u115f\u1160":
        return any("\u1100" <= beside <= "\u11ff" and not HIDDEN.match(beside) for beside in (before, behind))
    return (
        "\u180b" <= character <= "\u180f" and before.isalpha() and unicodedata.name(before, "").startswith("MONGOLIAN")
    )


def _pictorial(character: str) -> bool:
    return bool(character) and (
        unicodedata.category(character) in ("So", "Sk") or character in "\ufe0f\u2640\u2642" or ord(character) > 0x1F000
    )


def right_to_left(text: str) -> bool | None:
    """What the first letter says; None if there is no letter."""
    if text.isascii():
        return False if any(map(str.isalpha, text)) else None
    for character in text:
        strong = _STRONG.get(unicodedata.bidirectional(character))
        if strong is not None:
            return strong
    return None
