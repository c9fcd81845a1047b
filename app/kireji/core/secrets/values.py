"""Whether a value looks like somebody's secret or like an example, a variable, a word."""

from __future__ import annotations

import math
import re
from collections import Counter
from itertools import pairwise

GIVEN = re.compile(r"(?:export )?[A-Z][A-Z0-9_]{2,40}=(?![=\s])")
"""What a value of the environment is given to: in a list of those, no key goes on there."""
PLACEHOLDER = re.compile(r"\[[A-Z_]{2,20}_\d{1,6}\]")
"""What is sent in the place of a value (`core.placeholders`)."""
_VARIABLE = re.compile(
    r"\$[A-Za-z_{(]|%[A-Za-z_(][\w)]{0,40}%?$|\{\{|\{[A-Za-z_.]{1,40}\}|<[A-Za-z_ -]{1,40}>|[A-Za-z_][\w.]{0,60}\(|@@"
)
"""What begins a variable of some language, or a call."""
_HIDDEN = re.compile(r"…|\.\.\.|\*\*\*|•|xxxx|XXXX")
_WORDS = frozenset(
    word
    for line in (
        "none null nil true false undefined string str text bytes int bool any optional required changeme change-me",
        "change_me password passwd passwort pass pwd secret token key example test testing dummy sample default empty",
        "placeholder redacted hidden masked removed user username admin root guest login foobar foo bar baz",
        "correct wrong invalid missing postgres mysql redis mongo localhost value input type name",
    )
    for word in line.split()
)
_NAME = re.compile(r"[A-Za-z_]+(?:[._-][A-Za-z_]+){0,20}")
_FROM_CODE = re.compile(
    r"(?:self|this|os|env|process|settings|config|args|request|req|params|data|ctx|state)\.[A-Za-z_]"
)
_PATH = re.compile(r"(?:~|\.{1,2}|[A-Za-z]:)?(?:[/\\][\w.@-]{1,100}){2,40}[/\\]?")
_INDEXED = re.compile(r"[A-Za-z_.]{1,60}\[(?:$|[\"'\w])")
_UUID = re.compile(r"[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}")
_HEX = re.compile(r"[0-9a-f]+|[0-9A-F]+")


def entropy(text: str) -> float:
    """Bits for each character, by how often the characters occur in the text itself."""
    counts = Counter(text)
    return -sum(count / len(text) * math.log2(count / len(text)) for count in counts.values()) if text else 0.0


def is_varied(text: str) -> bool:
    """Whether it is not the row of crosses, dots or equal letters that stands for a key in a manual."""
    return len(set(text.lower())) >= min(6, len(text))


def is_stand_in(text: str) -> bool:
    """Whether it only stands for a value: a variable, a placeholder, a word such as "changeme"."""
    lower = text.lower().strip("'\"")
    if lower in _WORDS or PLACEHOLDER.search(text) or _VARIABLE.match(text):
        return True
    if _HIDDEN.search(text) or _FROM_CODE.match(text) or _INDEXED.match(text):
        return True
    if _PATH.fullmatch(text) and not jumps(text):  # PWD=/home/somebody, --password-file /run/secrets/db1
        return True
    return lower.startswith(("your", "my_", "my-", "<", "insert", "enter", "example")) or not is_varied(text)


def is_password(text: str) -> bool:
    """Whether it can be a password that stands beside the word for it: no word, no name out of a program."""
    if len(text) < 4 or is_stand_in(text):
        return False
    if _NAME.fullmatch(text):  # letters alone are a password only when no language would write them so
        return len(text) >= 16 and entropy(text) >= 3.5 and _changes_case(text)
    return any(sign.isalnum() for sign in text)


def is_token(text: str) -> bool:
    """Whether it can be a token that stands beside a weak word for it: long, with letters and digits, without order."""
    if len(text) < 12 or is_stand_in(text) or any(map(str.isspace, text)):
        return False
    if _NAME.fullmatch(text) and not jumps(text):
        return False
    letters, digits = any(map(str.isalpha, text)), sum(map(str.isdigit, text))
    if not letters or digits < 2:
        return len(text) >= 20 and entropy(text) >= 4.0 and _changes_case(text)
    return entropy(text) >= 3.0


def is_random(text: str) -> bool:
    """Whether it is random enough to be a key although nothing says so: no hash, no UUID, no path, no name."""
    if len(text) < 24 or _UUID.search(text) or _HEX.fullmatch(text) or text.count("/") > 3 or text.count(".") > 2:
        return False
    kinds = (any(map(str.isdigit, text)), any(map(str.isupper, text)), any(map(str.islower, text)))
    return all(kinds) and entropy(text) >= 3.9 and _changes(text) * 4 >= len(text)


def jumps(text: str) -> bool:
    """Whether small and capital letters alternate as in no language."""
    return sum(one.islower() and after.isupper() for one, after in pairwise(text)) >= 2


def _changes(text: str) -> int:
    """How often neighbours are of different kinds: capital, small, digit, sign."""
    kinds = ["d" if sign.isdigit() else "u" if sign.isupper() else "l" if sign.islower() else "s" for sign in text]
    return sum(kind != after for kind, after in pairwise(kinds))


def _changes_case(text: str) -> bool:
    return _changes(text) * 4 >= len(text)
