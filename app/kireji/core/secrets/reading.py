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
from kireji.core.secrets.lengths import USUAL
from kireji.core.secrets.numbers import IBAN_LENGTHS, is_card_number
from kireji.core.secrets.values import GIVEN, is_password, is_random, is_varied, jumps
from kireji.core.secrets.variants import DIGITS, lines

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
_SIGN = r"A-Za-z0-9À-ɏ"
"""A letter with an accent is one that was misread."""
_CODE = rf"(?:[{_SIGN}_+/=.~|!–—-]|:(?=[{_SIGN}]))"
_RUN = re.compile(_CODE + "{1,4000}")
_TOKEN = re.compile(r"(?<![A-Za-z0-9_+/=~-])" + r"[A-Za-z0-9_+/=~-]" + "{24,4000}")
_HASH = re.compile(r"sha(?:1|256|384|512)-")
"""What everybody may know: lists of packages hold one in every other line."""
_TELEGRAM = re.compile(r"(?<!\d)\d(?: ?\d){7,9} ?:\s{0,60}AA[A-Za-z0-9_-]{2}")
_TELEGRAM_SIGNS = 28
_GAP = re.compile(r" ?\n[ \t|>]{0,60}|[,;]? ")
_AMOUNT = re.compile(r"\d{1,6}[.]\d{1,2}")
_LABEL = r"(?:pass ?[wv][o0]r[dt]|passwd|passphrase|kennwort|contraseña|mot de passe|senha|пароль|密码|パスワード)"
_FIELD = re.compile(
    _LABEL + r"(?:[ \t]{2,60}|[ \t]{0,4}:?[ \t]{0,4}\n[ \t]{0,80}|[ \t](?:is|ist|est|es)[ \t]?)"
    r"(?P<value>(?=\S{0,59}\d)\S{6,60})(?!\S)",
    re.IGNORECASE,
)
"""In a form no colon stands between the two, but a wide blank or the end of a line."""
_MAIL = re.compile(
    r"[\w.+-]{1,64} ?@ ?[a-z0-9-]{1,63}(?:\.? ?[a-z0-9-]{2,63}){0,4}[. ] ?(?:[a-z]{2}|com|org|net|edu|info|dev|app)\b"
)
_PHONE = re.compile(r"\((?:\d ?){3}\) ?(?:\d ?){3}[-–. ] ?(?:\d ?){3}\d(?!\d)")
_LEAST_PIECE = 10
_SHORT, _MOST_SHORT = 4, 3
_TORN = re.compile(r"(?=[a-z]{0,2}[A-Z0-9])[A-Za-z0-9]{1,3}")
"""What can stand at the end of a line, torn off from the key before it."""
_INNER = re.compile(r"[a-z][A-Z]|\d[A-Za-z]|[A-Za-z]\d")
_LEAST_KEY = 12
_LONGEST_KEY = 1500
_ARMOUR = re.compile(
    r"[-–—_~]{0,8} ?(?P<which>BEG[I1l|]N|END) ?(?:\w{1,12} ?){0,3}PR ?[I1l|]? ?V[^\n]{0,22}", re.IGNORECASE
)
_ARMOUR_END = re.compile(r"[ \t]*(?:[A-Z]{1,9} ?){0,2}K?EY ?[-–—_]{3,8}")
"""Where the screen has broken the last line."""
_OTHER_ARMOUR = re.compile(r"BEG[I1l|]N ?(?:CERT|PUBL|SSH2|PGP (?:MESS|SIGN|PUBL))[^\n]{0,40}", re.IGNORECASE)
_BLOCK_LINE = re.compile(
    rf"[ \t>|#*\d:]{{0,60}}(?P<code>[{_SIGN}+/=|!_–—-]{{12,4000}}(?: [{_SIGN}+/=]{{1,4000}}){{0,8}})[ \t]*"
)
_LOOSE_LINE = re.compile(
    rf"(?=.{{40}})[ \t>|#*\d:]{{0,60}}[{_SIGN}+/=|!_–—-]{{1,200}}(?: [{_SIGN}+/=]{{1,200}}){{1,15}}[ \t]*"
)
"""A line of a key with many blanks put in."""
_CHECK = re.compile(r"[ \t>|#*\d:]{0,60}=[A-Za-z0-9+/]{4}[ \t]*")
"""What ends a key of PGP."""
_SHORT_LINE = re.compile(r"[ \t>|#*]{0,60}(?:\d{1,5}[ \t:|]{1,4})?[A-Za-z0-9+/=|]{2,80}[ \t]*")
_DIGIT_RUN = re.compile(r"(?<![A-Za-z0-9])[0-9OoQDlI|!SBZ](?:[ \u00a0\n.–-]{0,2}[0-9OoQDlI|!SBZ]){10,30}(?!\d)")
_MOST_GROUPS = 5
_JOINED = frozenset({(8, 8), (4, 12), (12, 4), (4, 4, 8), (8, 4, 4), (4, 8, 4), (16,), (15,), (10, 5), (4, 11)})
"""Groups of a card between which blanks were lost; other numbers look like that too, so the check digit must hold."""


def _anchor(anchor: str) -> str:
    """A pattern for the beginning of keys, as it may have been read."""
    signs = []
    for sign in anchor:
        if sign in "-_":
            signs.append(r"\s?[-–—_~.=]{0,2}\s?")
        elif sign.isalnum():
            signs.append(f"[{re.escape(_CLASS.get(sign, sign))}{sign.lower()}{sign.upper()}]")
        else:
            signs.append(r"[., ]" if sign == "." and len(anchor) > 3 else re.escape(sign))
    broken = r"\n[ \t]{0,60}"
    between = f"(?:[ \t]|{broken})?" if len(anchor) > 6 else f"(?:{broken})?" if len(anchor) > 3 else ""
    return between.join(signs).removesuffix(r"\s?")  # what goes on after a break is a matter of its own


_LEFT_OUT = frozenset({":AA", "sig=", "mc_", "1//0", "sk-"})
"""Too short or too common to be looked for with signs confused; "sk-" comes after those that it begins."""
_BEGINNINGS = (*sorted({shape.anchor for shape in SHAPES} - _LEFT_OUT, key=lambda one: (-len(one), one)), "sk-")
_ANCHORS = [(begin, re.compile(_anchor(begin))) for begin in _BEGINNINGS]
_BY_FIRST = {
    first: [
        (begin, pattern)
        for begin, pattern in _ANCHORS
        if first.lower() == begin[0].lower() or first in _CLASS.get(begin[0], "")
    ]
    for first in {
        sign for begin in _BEGINNINGS for sign in _CLASS.get(begin[0], "") + begin[0].lower() + begin[0].upper()
    }
}
"""By the sign that they are read with first: one pattern for all takes thirty times as long."""
_WORD_START = re.compile(r"(?<![A-Za-z0-9])[^\s]")


def found(text: str) -> Iterator[Found]:
    """What the strict detectors would miss in a text that was read in a picture."""
    yield from _fields(text)
    yield from _mails(text)
    yield from _keys(text)
    yield from _random(text)
    yield from _blocks(text)
    yield from _numbers(text)


def _fields(text: str) -> Iterator[Found]:
    """Passwords in the field beside or below their label."""
    for match in _FIELD.finditer(text):
        if is_password(match["value"]):
            yield Found(*match.span("value"), Kind.PASSWORD, "password")


def _mails(text: str) -> Iterator[Found]:
    """Addresses with a blank behind a dot, or without the dot before the last part."""
    for match in _MAIL.finditer(text):
        yield Found(match.start(), match.end(), Kind.MAIL, "mail address")


def _keys(text: str) -> Iterator[Found]:
    at = 0
    for word in _WORD_START.finditer(text):
        match, begin = _begun(text, word.start()) if word.start() >= at else (None, "")
        if match is None:
            continue
        end = _extended(text, match.end(), USUAL.get(begin, 0))
        body = text[match.end() : end]
        signs = [sign for sign in body if sign.isalnum()]
        keyed = any(map(str.isdigit, signs)) and any(map(str.isalpha, signs))
        least = _LEAST_KEY + 4 * (len(begin) < 4) - 5 * (len(begin) > 6) - 3 * (len(begin) > 10)
        keyed = keyed or (begin.startswith("xox") and len(signs) >= _LEAST_KEY)
        varied = is_varied(body) or (len(begin) > 10 and len(set(body)) > 3)
        if len(signs) >= least and varied and (keyed or jumps(body)):
            yield Found(match.start(), end, Kind.KEY, "key")
            at = end
        else:
            at = max(match.end(), _run_end(text, match.end()))


def _begun(text: str, at: int) -> tuple[re.Match[str] | None, str]:
    """The beginning of a key at a place, and which it is."""
    for begin, pattern in _BY_FIRST.get(text[at], ()):
        if (match := pattern.match(text, at)) is not None:
            return match, begin
    return None, ""


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
        if (
            following is None
            or _AMOUNT.fullmatch(following[0])
            or ("\n" in gap[0] and GIVEN.match(text, gap.end()))
            or (gap[0][0] in ",;" and not _goes_on(following[0]))
            or (end == start and "\n" in gap[0] and not (usual and _is_piece(following[0])))
        ):
            return end
        if end - start >= usual and not _goes_on(following[0]) and not _bridges(text, following):
            return end
        short = len(following[0]) < usual - (end - start)
        if "\n" in gap[0] and short and not _is_piece(following[0]) and not _bridges(text, following):
            return end
        end = following.end()
    return end


def _bridges(text: str, word: re.Match[str]) -> bool:
    """Whether a short word stands in a line between pieces of a key that was read with many blanks."""
    torn = True
    for _ in range(_MOST_SHORT):
        if len(word[0]) > _SHORT and not _INNER.search(word[0]):
            return False
        torn = torn and _TORN.fullmatch(word[0]) is not None
        if text[word.end() : word.end() + 1] in ("\n", ""):
            return torn
        following = _RUN.match(text, word.end() + 1) if text[word.end()] == " " else None
        if following is None or _goes_on(following[0]):
            return following is not None
        word = following
    return False


def _run_end(text: str, start: int) -> int:
    run = _RUN.match(text, start)
    return run.end() if run else start


def _is_piece(word: str) -> bool:
    """Whether a word in the next line can be a piece of a key of which much is lacking."""
    return _goes_on(word) or (len(word) >= _LEAST_PIECE and any(map(str.isdigit, word)) and any(map(str.isalpha, word)))


def _goes_on(word: str) -> bool:
    """Whether a word can be a piece of a key."""
    if len(word) < 3 or word.count(".") > 1 or word.count("/") > 2 or len(set(word)) < 3:
        return False
    letters = [sign for sign in word if sign.isalpha()]
    capitals = len(letters) == len(word) and word.isupper()
    return capitals or jumps(word) or (any(map(str.isdigit, word)) and len(letters) * 3 >= len(word)) or len(word) >= 30


def _random(text: str) -> Iterator[Found]:
    covered = 0
    for match in _TELEGRAM.finditer(text):
        yield Found(match.start(), _extended(text, match.end(), _TELEGRAM_SIGNS), Kind.KEY, "Telegram token")
    for match in _TOKEN.finditer(text):
        if match.start() >= covered and is_random(match[0]) and not _HASH.match(match[0]):
            covered = _extended(text, match.start())
            yield Found(match.start(), covered, Kind.KEY, "random text")


def _blocks(text: str) -> Iterator[Found]:
    """Lines of a private key below its first, above its last, or many of them by themselves."""
    spans = list(lines(text))
    taken = [False] * len(spans)
    for place, (start, end) in enumerate(spans):
        armour = _ARMOUR.search(text, start, end)
        if armour is None:
            taken[place] = _ARMOUR_END.match(text, start, end) is not None
            continue
        taken[place] = True
        step = 1 if armour["which"].upper().startswith("BEG") else -1
        other = place + step
        while (
            0 <= other < len(spans)
            and _is_block(text, *spans[other], least=1)
            and not _ARMOUR.search(text, *spans[other])
        ):
            taken[other] = True
            other += step
    run: list[int] = []
    public = False
    for place in range(len(spans) + 1):
        inside = place < len(spans) and _is_block(text, *spans[place], least=38)
        if inside:
            run.append(place)
            continue
        if run and place < len(spans) and len(run) >= 2 and _is_block(text, *spans[place], least=12):
            run.append(place)  # the last line is a short one
        after = run[-1] + 1 if run else len(spans)
        if after < len(spans) and _CHECK.fullmatch(text, *spans[after]):
            run.append(after)
        if len(run) >= 2 and not public and _mixed("".join(text[slice(*spans[one])] for one in run)):
            for one in run:
                taken[one] = True
        run = []
        public = place < len(spans) and _OTHER_ARMOUR.search(text, *spans[place]) is not None
    for place, (start, end) in enumerate(spans):
        if taken[place]:
            yield Found(start, end, Kind.PRIVATE_KEY, "private key")


def _is_block(text: str, start: int, end: int, *, least: int) -> bool:
    match = _BLOCK_LINE.fullmatch(text, start, end)
    if match is None and _LOOSE_LINE.fullmatch(text, start, end) is not None:
        return jumps(text[start:end]) and sum(map(str.isdigit, text[start:end].lstrip(" 0123456789"))) > 1
    if match is None:
        return least == 1 and end - start >= 2 and _SHORT_LINE.fullmatch(text, start, end) is not None
    code = match["code"]
    return len(code) >= least and (" " not in code or jumps(code) or any(map(str.isdigit, code)))


def _mixed(text: str) -> bool:
    return any(map(str.isdigit, text)) and any(map(str.isupper, text)) and any(map(str.islower, text))


def _numbers(text: str) -> Iterator[Found]:
    """Cards in groups of four, although a digit was misread and the check digit does not hold."""
    for match in _DIGIT_RUN.finditer(text):
        folded = match[0].translate(DIGITS)
        if sum(map(str.isdigit, match[0])) * 10 < 7 * sum(map(str.isdigit, folded)):
            continue
        groups = [group.span() for group in re.finditer(r"\d+", folded)]
        for start, end in _read_cards(folded, groups):
            yield Found(match.start() + start, match.start() + end, Kind.CARD, "card")
    for match in _PHONE.finditer(text):
        yield Found(match.start(), match.end(), Kind.PHONE, "telephone number")
    for match in re.finditer(
        r"(?<![A-Za-z0-9])([A-Z]{2})[0-9OIlSB]{2}(?:[ ]?[0-9A-Z]{4}){3,7}(?:[ ]?[0-9A-Z]{1,3})?", text
    ):
        length = IBAN_LENGTHS.get(match[1])
        signs = sum(map(str.isalnum, match[0]))
        digits = sum(map(str.isdigit, match[0]))
        cut = signs < (length or 0) and digits >= signs - 6 and digits >= 14
        if length is not None and (cut or abs(signs - length) <= 1) and digits >= 10:
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
    if len(groups) <= _MOST_GROUPS and len(digits) in (15, 16) and is_card_number(digits) and luhn(digits):
        return len(set(digits)) > 1  # a blank too many
    if groups == (4, 6, 5):
        return digits[0] == "3"
    return len(groups) == 4 and 15 <= len(digits) <= 17 and digits[0] in "3456" and min(groups) >= 3


def words(text: str, own: Iterable[str]) -> Iterator[Found]:
    """The person's words, whatever blanks and look-alikes stand in them."""
    for word in own:
        signs = [sign for sign in word if not sign.isspace()]
        if len(signs) < 4:  # too short to be told apart from anything else
            continue
        pattern = r"\s{0,2}".join(f"[{re.escape(_CLASS.get(sign, sign))}]" for sign in signs)
        for match in re.finditer(pattern, text, re.IGNORECASE):
            yield Found(match.start(), match.end(), Kind.OWN, "own word")
