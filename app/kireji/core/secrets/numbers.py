"""Cards, bank accounts and telephone numbers."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from kireji.core.secrets.checksums import luhn, mod97
from kireji.core.secrets.gates import Span
from kireji.core.secrets.kinds import Found, Kind

_CARD = re.compile(r"(?<![\w./-])(?<!\w[.#])(?<!\b0,)\d(?:[ \u00a0-]?\d){11,23}(?![\w/]|[-.]\d)")
_CARD_GROUPS = frozenset(
    {(4, 4, 4, 4), (4, 6, 5), (4, 6, 4), (4, 4, 4, 4, 3), (4, 4, 4, 1), (4, 4, 4, 5), (6, 13), (4, 4, 5), (8, 8)}
)
_MOST_DIGITS = 24
"""Of the pattern above."""
_GROUP = re.compile(r"\d+")
_IBAN = re.compile(r"(?<![A-Za-z0-9])[A-Z]{2}\d{2}(?:[ \u00a0-]?[A-Za-z0-9]){10,30}")
_SEPARATORS = str.maketrans("", "", " -\u00a0.\n")

IBAN_LENGTHS = {
    each[:2]: int(each[2:])
    for line in (
        "AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DK18 DO28 EE20 EG29 ES24 FI18",
        "FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LC32 LI21 LT20",
        "LU20 LV21 LY25 MC27 MD24 ME22 MK19 MR27 MT31 MU30 NL18 NO15 PK24 PL28 PS29 PT25 QA29 RO24 RS22 SA24 SC31 SE24",
        "SI19 SK24 SM27 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20",
    )
    for each in line.split()
}
"""Characters by country, from the registry of SWIFT."""

_INTERNATIONAL = re.compile(
    r"(?<![\w+=])(?:\+|\b00(?=[1-9]\d[ /-]))[1-9]\d{0,2}(?:[ \u00a0./-]{0,2}\(0?\d{0,5}\))?"
    r"(?:[ \u00a0./-]?\d){6,13}(?!\w|[.,]\d)"
)
_AMERICAN = re.compile(
    r"(?<![\w.+/-])(?:\([2-9]\d{2}\) ?|[2-9]\d{2}([-. ]))[2-9]\d{2}(?(1)\1|[-. ])\d{4}(?![\w-]|\.\d)"
)
_WORD = re.compile(
    r"(?:\b(?:tel|telefon|telephone|phone|mobile|mobil|handy|fax|cell|call|portable|teléfono|telefono|móvil|whatsapp)\b"
    r"|电话|手机|電話|携帯|전화|тел|телефон|هاتف|جوال)[^\d\n+(]{0,12}",
    re.IGNORECASE,
)
_BESIDE_WORD = re.compile(r"[+(]?\d(?:[ \u00a0./()-]{0,2}\d){6,14}(?![\w])")


def _within(pattern: re.Pattern[str], text: str, spans: Sequence[Span]) -> Iterator[re.Match[str]]:
    for start, end in spans:
        yield from pattern.finditer(text, start, end)


def compact(text: str) -> str:
    """Without what separates groups."""
    return text.translate(_SEPARATORS)


def is_card_number(digits: str) -> bool:
    """Whether a scheme issues such numbers: by their first digits and their length."""
    length, two, four = len(digits), int(digits[:2]), int(digits[:4])
    if digits[0] == "4":
        return length in (13, 16, 19)
    if 51 <= two <= 55 or 2221 <= four <= 2720:
        return length == 16
    if two in (34, 37):
        return length == 15
    if two in (36, 38, 39, 30):
        return length in (14, 16)
    if two in (35, 60, 62, 64, 65):
        return 16 <= length <= 19
    return two in (50, 56, 57, 58, 63, 67) and 15 <= length <= 19 and length != 17


def cards(text: str, spans: Sequence[Span]) -> Iterator[Found]:
    """Numbers of payment cards."""
    for first, last in spans:
        at = first
        while (match := _CARD.search(text, at, last)) is not None:
            run = next((run for run in _runs(match[0]) if _is_card(compact(match[0][slice(*run)]))), None)
            if run is None:
                # What ends by itself holds none; what was cut at the bound may hold one that begins later.
                at = match.end() if len(compact(match[0])) < _MOST_DIGITS else match.start() + 5
                continue
            at = match.start() + run[1]  # what the pattern took beyond it may be the next one
            yield Found(match.start() + run[0], at, Kind.CARD, "card")


def _is_card(digits: str) -> bool:
    return is_card_number(digits) and len(set(digits)) > 1 and luhn(digits)


def _runs(text: str) -> Iterator[tuple[int, int]]:
    """Groups of digits behind each other that can be one card; what stands beside it may be another number."""
    groups = [match.span() for match in _GROUP.finditer(text)]
    for first, (begin, behind) in enumerate(groups):
        if behind - begin < 4:  # no card begins with so short a group
            continue
        for last in range(min(len(groups), first + 5), first, -1):
            sizes = tuple(end - start for start, end in groups[first:last])
            if len(sizes) == 1 or sizes in _CARD_GROUPS:
                yield groups[first][0], groups[last - 1][1]


def ibans(text: str, spans: Sequence[Span]) -> Iterator[Found]:
    """Numbers of bank accounts."""
    for first, last in spans:
        at = first
        while (match := _IBAN.search(text, at, last)) is not None:
            end = _iban_end(text, match)
            if end is not None:
                yield Found(match.start(), end, Kind.IBAN, "bank account")
            at = end or match.start() + 2  # what the pattern took beyond it may be the next one


def _iban_end(text: str, match: re.Match[str]) -> int | None:
    """Where an account number ends that begins with the match; None if it is none."""
    length = IBAN_LENGTHS.get(match[0][:2])
    end = _end_after(match[0], length or 0)
    if length is None or end is None:
        return None
    behind = text[match.start() + end : match.start() + end + 1]
    if behind.isalnum() or not mod97(compact(match[0][:end]).upper()):
        return None
    return match.start() + end


def _end_after(text: str, count: int) -> int | None:
    """Where so many letters and digits end; None if there are fewer."""
    for place, sign in enumerate(text):
        count -= sign.isalnum()
        if count == 0:
            return place + 1
    return None


def phones(text: str, spans: Sequence[Span]) -> Iterator[Found]:
    """Telephone numbers: with the sign of a country, in the American form, or beside a word for them."""
    for match in _within(_INTERNATIONAL, text, spans):
        if 8 <= sum(map(str.isdigit, match[0])) <= 15:
            yield Found(match.start(), match.end(), Kind.PHONE, "telephone number")
    for match in _within(_AMERICAN, text, spans):
        yield Found(match.start(), match.end(), Kind.PHONE, "telephone number")
    for word in _within(_WORD, text, spans):
        number = _BESIDE_WORD.match(text, word.end())
        if number is not None:
            yield Found(number.start(), number.end(), Kind.PHONE, "telephone number")
