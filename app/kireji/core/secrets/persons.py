"""Numbers under which states know persons.

Most carry check digits, which are held to; those without, or with a weak one, count only where they are written in
their own way or beside a word for them.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from kireji.core.secrets.checksums import ean13, luhn, mod11_10, verhoeff, weighted
from kireji.core.secrets.gates import Span
from kireji.core.secrets.kinds import Found, Kind


class Number(NamedTuple):
    """How one state's numbers are told.

    Args:
        what: In English.
        pattern: How it is written.
        holds: Whether it is one, given without separators and in upper case.
        words: Beside which words alone it counts; empty: everywhere.
    """

    what: str
    pattern: str
    holds: Callable[[str], bool]
    words: str = ""


def _is_date(day: int, month: int) -> bool:
    return 1 <= day <= 31 and 1 <= month <= 12


def _american(digits: str) -> bool:
    area, group, serial = digits[:3], digits[3:5], digits[5:]
    return area not in ("000", "666") and area[0] != "9" and group != "00" and serial != "0000"


def _german_tax(digits: str) -> bool:
    """Of the first ten digits one occurs two or three times, as the office gives them out."""
    counts = sorted(Counter(digits[:10]).values(), reverse=True)
    return digits[0] != "0" and counts[0] in (2, 3) and counts[1] <= 2 and len(counts) >= 8 and mod11_10(digits)


def _german_insurance(text: str) -> bool:
    """Area, birthday, first letter of the name, serial number, check digit."""
    digits = text[:8] + f"{ord(text[8]) - 64:02d}" + text[9:11]
    total = 0
    for digit, weight in zip(digits, (2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1), strict=True):
        product = int(digit) * weight
        total += product // 10 + product % 10
    return total % 10 == int(text[11]) and _is_date(int(text[2:4]), int(text[4:6]))


def _french(text: str) -> bool:
    number = text[:13].replace("2A", "19").replace("2B", "18")
    return number.isdigit() and text[0] in "123478" and 97 - int(number) % 97 == int(text[13:])


def _swedish(digits: str) -> bool:
    ten = digits[-10:]
    day = int(ten[4:6])
    return _is_date(day - 60 if day > 60 else day, int(ten[2:4])) and luhn(ten)


def _spanish(text: str) -> bool:
    number = text[:-1].replace("X", "0").replace("Y", "1").replace("Z", "2")
    return "TRWAGMYFPDXBNJZSQVHLCKE"[int(number) % 23] == text[-1]


_ITALIAN_ODD = dict(
    zip(
        "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ",
        (1, 0, 5, 7, 9, 13, 15, 17, 19, 21) * 2 + (2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23),
        strict=True,
    )
)


def _italian(text: str) -> bool:
    total = sum(
        _ITALIAN_ODD[sign] if not place % 2 else int(sign, 36) % 10 if sign.isdigit() else ord(sign) - 65
        for place, sign in enumerate(text[:15])
    )
    return chr(65 + total % 26) == text[15]


def _polish(digits: str) -> bool:
    check = -weighted(digits, (1, 3, 7, 9, 1, 3, 7, 9, 1, 3)) % 10
    return _is_date(int(digits[4:6]), int(digits[2:4]) % 20) and check == int(digits[10])


def _norwegian(digits: str) -> bool:
    day = int(digits[:2])
    first = weighted(digits[:10], (3, 7, 6, 1, 8, 9, 4, 5, 2, 1)) % 11
    second = weighted(digits, (5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1)) % 11
    return _is_date(day - 40 if day > 40 else day, int(digits[2:4]) % 40) and first == 0 and second == 0


def _finnish(text: str) -> bool:
    number = int(text[:6] + text[7:10])
    return _is_date(int(text[:2]), int(text[2:4])) and "0123456789ABCDEFHJKLMNPRSTUVWXY"[number % 31] == text[10]


def _belgian(digits: str) -> bool:
    number, check = int(digits[:9]), int(digits[9:])
    return int(digits[2:4]) % 20 <= 12 and check in (97 - number % 97, 97 - (2_000_000_000 + number) % 97)


def _dutch(digits: str) -> bool:
    return weighted(digits, (9, 8, 7, 6, 5, 4, 3, 2, -1)) % 11 == 0


def _brazilian(digits: str) -> bool:
    if len(set(digits)) == 1:
        return False
    first = weighted(digits[:9], range(10, 1, -1)) * 10 % 11 % 10
    second = weighted(digits[:10], range(11, 1, -1)) * 10 % 11 % 10
    return digits[9:] == f"{first}{second}"


def _chinese(text: str) -> bool:
    check = weighted(text[:17], (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)) % 11
    return _is_date(int(text[12:14]), int(text[10:12])) and "10X98765432"[check] == text[17]


def _any(_: str) -> bool:
    return True


_NUMBERS = (
    Number("US social security number", r"\d{3}-\d{2}-\d{4}", _american),
    Number("US social security number", r"\d{3}[ -]?\d{2}[ -]?\d{4}", _american, r"ssn|social security"),
    Number("German tax number", r"[1-9]\d (?:\d{3} ){2}\d{3}|[1-9]\d{10}", _german_tax),
    Number("German insurance number", r"\d{2} ?\d{6} ?[A-Z] ?\d{3}", _german_insurance),
    Number("Swiss AHV number", r"756\.\d{4}\.\d{4}\.\d{2}|756\d{10}|756 \d{4} \d{4} \d{2}", ean13),
    Number(
        "UK insurance number",
        r"(?!BG|GB|NK|KN|TN|NT|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?\d{2} ?\d{2} ?\d{2} ?[A-D]",
        _any,
    ),
    Number(
        "French insurance number",
        r"[123478] ?\d{2} ?(?:0[1-9]|1[0-2]|[2-9]\d) ?(?:\d{2}|2[AB]) ?\d{3} ?\d{3} ?\d{2}",
        _french,
    ),
    Number("Swedish person number", r"(?:\d{2})?\d{2}[01]\d[0-9]\d[-+]\d{4}", _swedish),
    Number("Swedish person number", r"(?:19|20)\d{2}[01]\d[0-9]\d{5}", _swedish, r"personnummer|samordningsnummer"),
    Number("Spanish identity number", r"(?:\d{8}|[XYZ]\d{7})-?[A-HJ-NP-TV-Z]", _spanish),
    Number("Italian tax code", r"[A-Z]{6}\d{2}[A-EHLMPR-T]\d{2}[A-Z]\d{3}[A-Z]", _italian),
    Number("Polish person number", r"\d{11}", _polish, r"pesel"),
    Number("Norwegian person number", r"\d{6} ?\d{5}", _norwegian),
    Number("Danish person number", r"[0-3]\d[01]\d\d{2}-?\d{4}", _any, r"cpr"),
    Number("Finnish person number", r"[0-3]\d[01]\d{3}[-+A-FU-Y]\d{3}[0-9A-FHJ-NPR-Y]", _finnish),
    Number("Belgian register number", r"\d{2}\.\d{2}\.\d{2}-\d{3}\.\d{2}", _belgian),
    Number("Dutch service number", r"\d{9}", _dutch, r"bsn|burgerservicenummer|sofinummer"),
    Number("Brazilian person number", r"\d{3}\.\d{3}\.\d{3}-\d{2}", _brazilian),
    Number("Brazilian person number", r"\d{11}", _brazilian, r"cpf"),
    Number("Indian Aadhaar number", r"[2-9]\d{3} \d{4} \d{4}", verhoeff),
    Number("Indian Aadhaar number", r"[2-9]\d{11}", verhoeff, r"aadhaar|aadhar|आधार"),
    Number("Chinese identity number", r"[1-9]\d{5}(?:19|20)\d{2}[01]\d[0-3]\d\d{3}[\dX]", _chinese),
    Number(
        "passport number",
        r"[A-Z]{0,2}\d{6,9}|[CFGHJKLMNPRTVWXYZ0-9]{9}",
        lambda text: any(map(str.isdigit, text)),
        r"passport|reisepass|passeport|pasaporte|passaporto|护照|ausweis",
    ),
)
_BOUND = r"(?<![\w+])(?<!\d[./:-])"
_BEHIND = r"(?!\w|[-/]\d|\.\d)"
_COMPILED = tuple(
    (
        number,
        re.compile(f"{_BOUND}(?:{number.pattern}){_BEHIND}"),
        number.words
        and re.compile(rf"(?:{number.words})[^\d\n]{{0,24}}?(?={_BOUND}(?:{number.pattern}){_BEHIND})", re.IGNORECASE),
    )
    for number in _NUMBERS
)
_SEPARATORS = str.maketrans("", "", " .")


def persons(text: str, spans: Sequence[Span]) -> Iterator[Found]:
    """Numbers of persons."""
    for start, end in spans:
        yield from _inside(text, start, end)


def _inside(text: str, start: int, end: int) -> Iterator[Found]:
    for number, pattern, beside in _COMPILED:
        matches: Iterator[re.Match[str] | None] = pattern.finditer(text, start, end)
        if beside:
            matches = (pattern.match(text, word.end()) for word in beside.finditer(text, start, end))
        for match in matches:
            if match is not None and number.holds(_plain(match[0], number)):
                yield Found(match.start(), match.end(), Kind.PERSON, number.what)


def _plain(text: str, number: Number) -> str:
    kept = text.translate(_SEPARATORS).upper()
    return kept if number.holds is _finnish else kept.replace("-", "").replace("+", "")
