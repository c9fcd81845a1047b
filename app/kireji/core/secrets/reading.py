"""What reading a picture does to secrets, and how they are found all the same.

The reader confuses signs that look alike, loses blanks or puts some in, takes a low line for none, and gives a key that
the screen has broken as two lines. Here the known shapes are looked for with all of that allowed, and what is random
like a key is taken for one, whoever made it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from kireji.core.secrets.checksums import luhn
from kireji.core.secrets.keys import SHAPES
from kireji.core.secrets.kinds import Found, Kind
from kireji.core.secrets.numbers import IBAN_LENGTHS, is_card_number
from kireji.core.secrets.values import is_random, is_varied, jumps

_ALIKE = (
    "0OoQDＯ",
    "1lI|!ijＩ",
    "5Ss",
    "8B",
    "2Zz",
    "6bG",
    "9gq",
    "-–—_~=.",
    "vV",
    "cC",
    "wW",
    "xX",
    "kK",
    "pP",
    "uU",
    "/|",
)
_CLASS = {sign: "".join(sorted({*group, sign})) for group in _ALIKE for sign in group}
_BLANKS = "[ \t]{0,1}"
_CODE = r"[A-Za-z0-9_+/=.~|!–—-]"
_RUN = re.compile(_CODE + "{1,4000}")
_TOKEN = re.compile(r"(?<![A-Za-z0-9_+/=~-])" + r"[A-Za-z0-9_+/=~-]" + "{24,4000}")
_GAP = re.compile(r" ?\n[ \t|>]{0,8}| ")
_NAMED = re.compile(r"(?:pass[w]?[o0]?[r]?d?|pwd|secret|t[o0]ken)[ \t]?[-–—~=:]", re.IGNORECASE)
_LEAST_KEY = 12
_LONGEST_KEY = 1500
_ARMOUR = re.compile(
    r"[-–—_~]{0,8} ?(?P<which>BEG[I1l|]N|END) ?(?:[A-Z0-9]{1,12} ?){0,3}PR[I1l|]VATE ?KEY[^\n]{0,14}", re.IGNORECASE
)
_OTHER_ARMOUR = re.compile(r"BEG[I1l|]N ?(?:CERT|PUBL|SSH2|PGP (?:MESS|SIGN|PUBL))[^\n]{0,40}", re.IGNORECASE)
_BLOCK_LINE = re.compile(
    r"[ \t>|#*\d:]{0,12}(?P<code>[A-Za-z0-9+/=|!_–—-]{12,4000}(?: [A-Za-z0-9+/=]{1,4000}){0,3})[ \t]*"
)
_DIGITS = str.maketrans("OoQDlI|!iSsBZzＯ", "000011111558220")
_DIGIT_RUN = re.compile(r"(?<![A-Za-z0-9])[0-9OoQDlI|!SBZ](?:[ \u00a0\n.–-]{0,2}[0-9OoQDlI|!SBZ]){10,30}(?!\d)")
_JOINED = frozenset({(8, 8), (4, 12), (12, 4), (4, 4, 8), (8, 4, 4), (4, 8, 4), (16,), (15,), (10, 5), (4, 11)})
"""Groups of a card between which blanks were lost; other numbers look like that too, so the check digit must hold."""


def _anchor(anchor: str) -> str:
    """A pattern for the beginning of keys, as it may have been read."""
    signs = []
    for sign in anchor:
        if sign in "-_":
            signs.append(r"[ \t]?[-–—_~.=]{0,2}[ \t]?")
        else:
            signs.append(
                f"[{re.escape(_CLASS.get(sign, sign))}{sign.lower()}{sign.upper()}]"
                if sign.isalnum()
                else re.escape(sign)
            )
    return ("[ \t]?" if len(anchor) > 6 else "").join(signs)


_LEFT_OUT = frozenset({":AA", "sig=", "mc_", "1//0", "sk-"})
"""Too short or too common to be looked for with signs confused; "sk-" comes after those that it begins."""
_BEGINNINGS = (*sorted({shape.anchor for shape in SHAPES} - _LEFT_OUT, key=lambda one: (-len(one), one)), "sk-")
_ANCHORS = re.compile("|".join(f"((?<![A-Za-z0-9]){_anchor(begin)})" for begin in _BEGINNINGS))
_USUAL_LENGTHS = {
    each.rstrip("0123456789 "): int(each.rsplit(" ", 1)[1])
    for line in (
        "sk-ant- 95,sk-or- 64,sk-proj- 120,sk- 40,AKIA 16,ASIA 16,ghp_ 36,github_pat_ 80,glpat- 20,sk_live_ 24",
        "sk_test_ 24,AIza 35,npm_ 36,pypi- 110,eyJ 90,hf_ 34,xoxb- 48,xoxp- 60,SG. 60,GOCSPX- 28,AccountKey= 86",
    )
    for each in line.split(",")
}
"""How many signs follow: until then, what stands behind a blank still belongs to it."""


def found(text: str) -> Iterator[Found]:
    """What the strict detectors would miss in a text that was read in a picture."""
    yield from _keys(text)
    yield from _random(text)
    yield from _blocks(text)
    yield from _numbers(text)


def _keys(text: str) -> Iterator[Found]:
    at = 0
    while (match := _ANCHORS.search(text, at)) is not None:
        begin = _BEGINNINGS[(match.lastindex or 1) - 1]
        end = _extended(text, match.end(), _USUAL_LENGTHS.get(begin, 0))
        body = text[match.end() : end]
        signs = [sign for sign in body if sign.isalnum()]
        keyed = any(map(str.isdigit, signs)) and any(map(str.isalpha, signs))
        least = _LEAST_KEY + 4 * (len(begin) < 4)
        if len(signs) >= least and is_varied(body) and (keyed or jumps(body)):
            yield Found(match.start(), end, Kind.KEY, "key")
            at = end
        else:
            at = max(match.end(), _run_end(text, match.end()))


def _extended(text: str, start: int, usual: int = 0) -> int:
    """Where a key ends that goes on at `start`: over blanks and ends of lines, if what follows is no word.

    Args:
        text: What it stands in.
        start: Where it goes on.
        usual: How many signs such keys have; until then a word is taken for a piece.
    """
    end = _run_end(text, start)
    while end - start < _LONGEST_KEY and (gap := _GAP.match(text, end)) is not None:
        following = _RUN.match(text, gap.end())
        if following is None or (end == start and "\n" in gap[0]):
            return end
        if end - start >= usual and not _goes_on(following[0]):
            return end
        if "\n" in gap[0] and not _goes_on(following[0]) and len(following[0]) < usual - (end - start):
            return end
        end = following.end()
    return end


def _run_end(text: str, start: int) -> int:
    run = _RUN.match(text, start)
    return run.end() if run else start


def _goes_on(word: str) -> bool:
    """Whether a word can be a piece of a key."""
    if len(word) < 3 or word.count(".") > 1 or word.count("/") > 2 or len(set(word)) < 3:
        return False
    letters = [sign for sign in word if sign.isalpha()]
    capitals = len(letters) == len(word) and word.isupper()
    return capitals or jumps(word) or (any(map(str.isdigit, word)) and len(letters) * 3 >= len(word)) or len(word) >= 30


def _random(text: str) -> Iterator[Found]:
    covered = 0
    for match in _TOKEN.finditer(text):
        if match.start() >= covered and is_random(match[0]):
            covered = _extended(text, match.start())
            yield Found(match.start(), covered, Kind.KEY, "random text")


def _blocks(text: str) -> Iterator[Found]:
    """Lines of a private key below its first, above its last, or many of them by themselves."""
    lines = list(_lines(text))
    taken = [False] * len(lines)
    for place, (start, end) in enumerate(lines):
        armour = _ARMOUR.search(text, start, end)
        if armour is None:
            continue
        taken[place] = True
        step = 1 if armour["which"].upper().startswith("BEG") else -1
        other = place + step
        while (
            0 <= other < len(lines)
            and _is_block(text, *lines[other], least=1)
            and not _ARMOUR.search(text, *lines[other])
        ):
            taken[other] = True
            other += step
    run: list[int] = []
    public = False
    for place in range(len(lines) + 1):
        inside = place < len(lines) and _is_block(text, *lines[place], least=38)
        if inside:
            run.append(place)
            continue
        if run and place < len(lines) and len(run) >= 2 and _is_block(text, *lines[place], least=12):
            run.append(place)  # the last line is a short one
        if len(run) >= 2 and not public and _mixed("".join(text[slice(*lines[one])] for one in run)):
            for one in run:
                taken[one] = True
        run = []
        public = place < len(lines) and _OTHER_ARMOUR.search(text, *lines[place]) is not None
    for place, (start, end) in enumerate(lines):
        if taken[place]:
            yield Found(start, end, Kind.PRIVATE_KEY, "private key")


def _lines(text: str) -> Iterator[tuple[int, int]]:
    start = 0
    while start < len(text):
        end = text.find("\n", start)
        end = len(text) if end < 0 else end
        yield start, end
        start = end + 1


def _is_block(text: str, start: int, end: int, *, least: int) -> bool:
    match = _BLOCK_LINE.fullmatch(text, start, end)
    if match is None:
        return (
            least == 1
            and end - start >= 2
            and re.fullmatch(r"[A-Za-z0-9+/=|]{2,80}", text[start:end].strip()) is not None
        )
    code = match["code"]
    return len(code) >= least and (" " not in code or jumps(code) or any(map(str.isdigit, code)))


def _mixed(text: str) -> bool:
    return any(map(str.isdigit, text)) and any(map(str.isupper, text)) and any(map(str.islower, text))


def _numbers(text: str) -> Iterator[Found]:
    """Cards in groups of four, although a digit was misread and the check digit does not hold."""
    for match in _DIGIT_RUN.finditer(text):
        folded = match[0].translate(_DIGITS)
        if sum(map(str.isdigit, match[0])) * 10 < 7 * sum(map(str.isdigit, folded)):
            continue
        groups = [group.span() for group in re.finditer(r"\d+", folded)]
        for start, end in _read_cards(folded, groups):
            yield Found(match.start() + start, match.start() + end, Kind.CARD, "card")
    for match in re.finditer(
        r"(?<![A-Za-z0-9])([A-Z]{2})[0-9OIlSB]{2}(?:[ ]?[0-9A-Z]{4}){3,7}(?:[ ]?[0-9A-Z]{1,3})?", text
    ):
        length = IBAN_LENGTHS.get(match[1])
        signs = sum(map(str.isalnum, match[0]))
        if length is not None and abs(signs - length) <= 1 and sum(map(str.isdigit, match[0])) >= 10:
            yield Found(match.start(), match.end(), Kind.IBAN, "bank account")


def _read_cards(folded: str, groups: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Groups behind each other that can be a card; the number of a line, or the next line, may stand beside them."""
    for first in range(len(groups)):
        for last in range(min(len(groups), first + 5), first, -1):
            run = groups[first:last]
            if _is_read_card("".join(folded[a:b] for a, b in run), tuple(b - a for a, b in run)):
                yield run[0][0], run[-1][1]
                return


def _is_read_card(digits: str, groups: tuple[int, ...]) -> bool:
    if groups in _JOINED and is_card_number(digits):
        return len(set(digits)) > 1 and luhn(digits)
    if groups == (4, 6, 5):
        return digits[0] == "3"
    return len(groups) == 4 and 15 <= len(digits) <= 17 and digits[0] in "3456" and min(groups) >= 3


def folded(text: str) -> str:
    """Letters among digits as the digits that they look like; every sign keeps its place."""
    signs = list(text)
    for match in re.finditer(r"(?<![A-Za-z0-9])[0-9OoQDlI|!SBZ]{2,40}(?![A-Za-z0-9])", text):
        run = match[0]
        if any(map(str.isdigit, run)) and not run.isdigit():
            signs[match.start() : match.end()] = run.translate(_DIGITS)
    for match in _NAMED.finditer(text):  # PASSW0RD=, password-
        signs[match.start() : match.end()] = match[0].replace("0", "O")
        signs[match.end() - 1] = "=" if signs[match.end() - 1] in "-–—~" else signs[match.end() - 1]
    return "".join(signs)


def words(text: str, own: Iterable[str]) -> Iterator[Found]:
    """The person's words, whatever blanks and look-alikes stand in them."""
    for word in own:
        signs = [sign for sign in word if not sign.isspace()]
        if len(signs) < 4:  # too short to be told apart from anything else
            continue
        pattern = r"\s{0,2}".join(f"[{re.escape(_CLASS.get(sign, sign))}]" for sign in signs)
        for match in re.finditer(pattern, text, re.IGNORECASE):
            yield Found(match.start(), match.end(), Kind.OWN, "own word")
