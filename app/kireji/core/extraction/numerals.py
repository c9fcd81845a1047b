"""Numbers and amounts as the world writes them.

What a separator means is not written beside it: `1.234` is a thousand here and a little more than one there. The
other numbers of the same column tell which (`decimal_sign`); where none does, what is likelier is taken.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

_LONGEST = 80
"""Characters of a number with its unit."""
_LARGEST_EXPONENT = 40
_SIGNS = (
    r"R\$|US\$|A\$|C\$|AU\$|CA\$|NZ\$|HK\$|NT\$|S\$|MX\$|Kč|zł|kr\.?|Ft|lei|Fr\.?|Rs\.?|RM|"
    r"[$€£¥₹₽₩₺₫₪₴₦฿₱₡₲₵₸₼₾₿¢元円圓원]"
)
_CODE_LIST = (
    "AED|ARS|AUD|BDT|BGN|BHD|BRL|CAD|CHF|CLP|CNY|COP|CZK|DKK|EGP|EUR|GBP|GEL|HKD|HRK|HUF|IDR|ILS|INR|ISK|JOD|JPY|"
    "KES|KRW|KWD|KZT|LKR|MAD|MXN|MYR|NGN|NOK|NZD|OMR|PEN|PHP|PKR|PLN|QAR|RON|RSD|RUB|SAR|SEK|SGD|THB|TND|TRY|TWD|UAH|"
    "USD|UYU|VND|ZAR|RMB"
)
_CODES = f"(?i:{_CODE_LIST})"
_KNOWN_CODES = frozenset(_CODE_LIST.split("|"))
_THREE_PLACES = frozenset(("BHD", "JOD", "KWD", "OMR", "TND"))
"""Currencies whose amounts have three places; in all others three digits behind a sign are thousands."""
_CURRENCY = re.compile(rf"{_SIGNS}|{_CODES}")
_FORM = re.compile(
    rf"""
    (?P<open>\()?\ ?
    (?P<sign>[-+])?\ ?
    (?P<before>{_SIGNS}|{_CODES})?\ ?
    (?P<inner>[-+])?\ ?
    (?P<digits>[.,]?\d+(?:[.,'\ ]\d+)*)
    (?P<dash>[.,]-{{1,2}})?
    (?:[eE](?P<exponent>[-+]?\d{{1,3}}))?
    (?P<behind>-)?
    (?:\ ?(?P<unit>(?![⁰¹²³⁴-⁹₀-₉¼-¾])[^\W\d_][^\d()]{{0,20}}|[%‰°$€£¥₹₽₩₺₫₪₴₦฿₱₡₲₵₸₼₾₿¢"′″][^\d()]{{0,12}}))?
    (?P<late>-)?
    \ ?(?P<close>\))?
    """,
    re.VERBOSE,
)
_NUMBER = re.compile(r"[.,]?\d+(?:[.,' ]\d+)*")
_EVIDENT = re.compile(r"-?\d{1,3}(?:(?:,\d{3})+\.\d{1,2}|(?:\.\d{3})+,\d{1,2}|,\d{1,2})")
"""Forms that are common and mean one thing."""
_EITHER = re.compile(r"\D*[1-9]\d{0,2}[.,]\d{3}\D*")
_PLAIN = re.compile(r"-?(?:0|[1-9]\d*)(?:\.(?:\d\d?|\d{4,}))?")
_SPACES = dict.fromkeys(
    map(ord, "\u00a0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u202f\u3000\t\n"), " "
)
_MINUS = dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2014\u2212\ufe63\u30fc"), "-")
_QUOTES = dict.fromkeys(map(ord, "\u2018\u2019\u00b4`\u02bc\u066c"), "'")
_DIRECTIONS = dict.fromkeys(map(ord, "\u200b\u200e\u200f\u061c\u202a\u202b\u202c\u2066\u2067\u2068\u2069\ufeff"), "")
_OTHERS = {0x066A: "%", 0x066B: ".", 0xFFE5: "¥", 0xFFE1: "£", 0xFFE0: "¢", 0xFF0E: ".", 0x3002: ".", 0x3001: ","}
_FOLDED = {**_SPACES, **_MINUS, **_QUOTES, **_DIRECTIONS, **_OTHERS}


class Amount(NamedTuple):
    """A number that was read.

    Args:
        value: In one form: `-1234.5`.
        unit: What stands with it, such as `€`, `EUR` or `%`; may be empty.
        money: Whether that is a currency.
    """

    value: str
    unit: str = ""
    money: bool = False


class _Digits(NamedTuple):
    """The digits of a number, split.

    Args:
        whole: Before the decimal sign, without signs.
        places: Behind it.
        sign: Which decimal sign that shows is used; empty where it shows nothing.
        doubtful: The separator that may be either; empty for none.
    """

    whole: str
    places: str = ""
    sign: str = ""
    doubtful: str = ""


def plain(text: str) -> str:
    """A text with European digits, and signs, spaces and minus signs as a keyboard writes them.

    Nothing else is changed: an exponent written small stays what it is.
    """
    if text.isascii():
        return text.replace("\n", " ").replace("\t", " ").strip()
    return "".join(map(_plain_sign, text.translate(_FOLDED))).strip()


def _plain_sign(sign: str) -> str:
    if sign.isascii():
        return sign
    if sign.isdecimal():
        return str(int(sign))
    code = ord(sign)
    return chr(code - 0xFEE0) if 0xFF01 <= code <= 0xFF5E else sign


def is_currency(text: str) -> bool:
    """Whether it is a currency's sign or code."""
    if text.isascii() and text.isalpha() and len(text) == 3 and text != "lei":
        return text.upper() in _KNOWN_CODES
    return _CURRENCY.fullmatch(text) is not None


def may_be_either(text: str) -> bool:
    """Whether the separator of a number may be that of thousands as well as that of its places."""
    return not text.isascii() or _EITHER.fullmatch(text) is not None


def decimal_sign(texts: Iterable[str]) -> str:
    """Which sign stands before the places in numbers that belong together; empty where they do not tell."""
    points = commas = 0
    for text in texts:
        if len(text) <= _LONGEST:
            sign = _sign_shown(text if text.isascii() else plain(text))
            points += sign == "."
            commas += sign == ","
    return "." if points > commas else "," if commas > points else ""


def _sign_shown(text: str) -> str:
    """Which decimal sign a number shows to be used, empty where it shows none: `12,5` and `1.234.567` both a comma."""
    last = max(text.rfind("."), text.rfind(","))
    if last < 0:
        return ""
    found = _NUMBER.search(text)
    split = _split(found.group()) if found is not None and found.end() > last else None
    return split.sign if split is not None else ""


def amount(text: str, sign: str = "") -> Amount | None:
    """A number with what stands around it; None when it is no number.

    Args:
        text: Such as `1.234,50 €`, `(12.30)`, `12-` or `3.5%`.
        sign: The decimal sign of numbers that belong to it, where that is known.
    """
    if len(text) > _LONGEST:
        return None
    if _PLAIN.fullmatch(text) and sign != ",":
        return Amount(_one_form("-" if text[0] == "-" else "", *_halves(text.lstrip("-"))))
    if _EVIDENT.fullmatch(text):
        run = _run(text)
        behind = len(text) - 1 - max(text.rfind("."), text.rfind(","))
        return Amount(_one_form("-" if text[0] == "-" else "", run[:-behind], run[-behind:]))
    matched = _FORM.fullmatch(" ".join(plain(text).split()))
    if matched is None or bool(matched["open"]) != bool(matched["close"]):
        return None
    unit = _unit(matched)
    found = _split(matched["digits"])
    if unit is None or found is None or (matched["dash"] and found.places):
        return None
    money = is_currency(unit)
    signs = [matched[name] for name in ("sign", "inner", "behind", "late") if matched[name]]
    if len(signs) > 1 or (signs and matched["open"]):
        return None
    minus = "-" if signs == ["-"] or matched["open"] else ""
    whole, places = _decided(found, sign, money, unit)
    if matched["exponent"]:
        shift = int(matched["exponent"])
        if abs(shift) > _LARGEST_EXPONENT:
            return None
        whole, places = _shifted(whole, places, shift)
    return Amount(_one_form(minus, whole, places), unit, money)


def _unit(matched: re.Match[str]) -> str | None:
    """What stands before or behind; None when both do."""
    before, behind = matched["before"] or "", (matched["unit"] or "").strip()
    if before and behind:
        return f"{before} {behind}" if is_currency(behind) and is_currency(before) else None
    return before or behind


def _halves(text: str) -> tuple[str, str]:
    whole, _, places = text.partition(".")
    return whole, places


def _split(digits: str) -> _Digits | None:
    """The digits without their separators; None where these stand where none can."""
    if digits.isdecimal():
        return _Digits(digits)
    last = max(digits.rfind("."), digits.rfind(","))
    if last < 0:
        return _Digits(_run(digits)) if _grouped(digits) else None
    sign, before, behind = digits[last], digits[:last], digits[last + 1 :]
    if not behind.isdecimal():  # spaces after the last separator
        return _Digits(_run(digits)) if _grouped(digits) else None
    if not before:
        return _Digits("0", behind, sign)
    if sign in before:
        return _Digits(_run(digits), "", _other(sign)) if _grouped(digits) else None
    if not before.isdecimal():
        return _Digits(_run(before), behind, sign) if _grouped(before) else None
    if len(behind) == 3 and len(before) <= 3 and before[0] != "0":
        return _Digits(before, behind, "", sign)
    return _Digits(before, behind, sign)


def _decided(found: _Digits, sign: str, money: bool, unit: str) -> tuple[str, str]:
    """Where the places begin."""
    if not found.doubtful:
        return found.whole, found.places
    if sign:
        is_decimal = sign == found.doubtful
    elif money:
        is_decimal = unit.upper() in _THREE_PLACES
    else:
        is_decimal = found.doubtful == "."
    return (found.whole, found.places) if is_decimal else (found.whole + found.places, "")


def _other(sign: str) -> str:
    return "," if sign == "." else "."


def _run(digits: str) -> str:
    return "".join(sign for sign in digits if sign.isdecimal())


def _grouped(digits: str) -> bool:
    """Whether separators stand where thousands do (or, as in India, hundreds above a thousand), always the same."""
    if len(set(re.sub(r"\d", "", digits))) > 1:
        return False
    first, *others = re.split(r"[.,' ]", digits)
    if not others:
        return True
    if len(others[-1]) != 3:
        return False
    sizes = {len(group) for group in others[:-1]}
    if sizes <= {3}:
        return 1 <= len(first) <= 3
    return sizes == {2} and 1 <= len(first) <= 2


def _shifted(whole: str, places: str, shift: int) -> tuple[str, str]:
    digits = whole + places
    point = len(whole) + shift
    if point <= 0:
        return "0", "0" * -point + digits
    return digits[:point].ljust(point, "0"), digits[point:]


def _one_form(minus: str, whole: str, places: str) -> str:
    whole, places = whole.lstrip("0") or "0", places.rstrip("0")
    number = f"{whole}.{places}" if places else whole
    return number if number == "0" else f"{minus}{number}"
