"""What words a text is found by, and what the person's query means. Pure: storage keeps the index.

Words between spaces and punctuation are found as such. Chinese, Japanese and Korean text is written without spaces, so
a run of it is indexed by its single characters and its pairs, in a column of its own.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from itertools import pairwise

import msgspec

from kireji.core.messages import DocumentPart, Part, TextPart, ToolResultPart

_CJK = (
    "\u1100-\u11ff\u3005-\u3007\u3021-\u3029\u3041-\u3096\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff\u3131-\u318e"
    "\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\ua960-\ua97c\uac00-\ud7a3\ud7b0-\ud7fb\uf900-\ufaff"
    "\U0001b000-\U0001b122\U00020000-\U0002a6df\U0002a700-\U0002ee5d\U0002f800-\U0002fa1d\U00030000-\U000323af"
)
"""Han, Hiragana, Katakana and Hangul, for a class in a regular expression. SQLite takes each of them for a letter."""
_WIDE = re.compile("[\uff01-\uff9f]+")
_VARIANT = re.compile("[\u00b5\u00c0-\u024f\u03c2\u03d0-\u03f5\u1e00-\u1eff]")
_NO_WORD = re.compile(r"[^\w\s\x00-\x7f]")
"""What is no part of a word. SQLite does not know the newest symbols and takes them for letters."""
_QUOTED = re.compile(r'"([^"]*)(?:"|$)|([^"\s]+)')
_WORD = re.compile(r"[^\W_]+")
_MOST_TERMS = 32
"""Words of a query that are looked at."""


@cache
def _runs() -> re.Pattern[str]:
    return re.compile(f"[{_CJK}]+")  # takes a millisecond or two, which most questions never need


def searchable(parts: Sequence[Part]) -> tuple[str, ...]:
    """The texts that a message is found by: its words, titles of documents, and what tools gave back.

    The model's reasoning and the arguments of calls are left out: they are not what was said, and would be found before
    it.
    """
    texts: list[str] = []
    for part in parts:
        if isinstance(part, TextPart):
            texts.append(part.text)
        elif isinstance(part, DocumentPart):
            texts.append(part.title)
        elif isinstance(part, ToolResultPart):
            texts.extend(searchable(part.content))
    return tuple([text for text in texts if text and not text.isspace()])


def plain(text: str) -> str:
    """Text with one of the ways to write each letter, and wide letters made ordinary ones. Looks the same or alike."""
    if text.isascii():
        return text
    if not unicodedata.is_normalized("NFC", text):
        text = unicodedata.normalize("NFC", text)
    return _WIDE.sub(lambda found: unicodedata.normalize("NFKC", found[0]), text)


def fold(text: str) -> str:
    """Plain text as it is compared: small letters, Latin ones without accents; as many characters as before."""
    small = text.lower()
    if len(small) != len(text):
        small = "".join(letter.lower()[0] for letter in text)
    return small if small.isascii() else _VARIANT.sub(_base, small)


def _base(found: re.Match[str]) -> str:
    letter = found[0]
    base = unicodedata.normalize("NFD", letter)[0]
    if not base.isascii():
        base = letter.casefold()
    return base if len(base) == 1 else letter


def without_runs(text: str) -> str:
    """Text with a space for every Chinese, Japanese or Korean character."""
    return text if text.isascii() else _runs().sub(lambda run: " " * len(run[0]), text)


class IndexText(msgspec.Struct, frozen=True):
    """What the index takes in for one message or title.

    Args:
        words: Its text without what stands in `cjk`; the index cuts it into words.
        cjk: Characters and pairs of characters, separated by spaces.
    """

    words: str
    cjk: str

    def __bool__(self) -> bool:
        return bool(self.words.strip() or self.cjk)


def index_text(texts: Iterable[str]) -> IndexText:
    """What the index takes in for these texts."""
    words: list[str] = []
    tokens: list[str] = []
    singles: set[str] = set()
    for text in map(plain, texts):
        if text.isascii():
            words.append(text)
            continue
        words.append(_NO_WORD.sub(" ", fold(without_runs(text))))
        for found in _runs().finditer(text):
            run = found[0]
            # Its first character keeps the pairs of two runs apart, so that no phrase reaches over the gap.
            tokens.append(run[0])
            tokens.extend(map("".join, pairwise(run)))
            singles.update(run)
    tokens.extend(sorted(singles))
    return IndexText("\n".join(words), " ".join(tokens))


class Term(msgspec.Struct, frozen=True):
    """One thing that must stand in a text.

    Args:
        text: A word, several that stand side by side, or a run of Chinese, Japanese or Korean characters.
        cjk: It is such a run.
        prefix: Its last word may be the beginning of a longer one.
    """

    text: str
    cjk: bool = False
    prefix: bool = False


def parse_query(words: str) -> tuple[Term, ...]:
    """What the person's words mean; empty when there is nothing in them to search for."""
    terms: list[Term] = []
    typed = plain(words)
    for found in _QUOTED.finditer(typed):
        quoted = found[2] is None
        new = list(_terms(found[1] if quoted else found[2]))
        if new and not quoted and not new[-1].cjk and not _WORD.search(typed, found.end()):
            new[-1] = msgspec.structs.replace(new[-1], prefix=True)
        terms.extend(new)
    return tuple(dict.fromkeys(terms[:_MOST_TERMS]))


def _terms(text: str) -> Iterator[Term]:
    position = 0
    for run in () if text.isascii() else _runs().finditer(text):
        yield from _word(text[position : run.start()])
        yield Term(run[0], cjk=True)
        position = run.end()
    yield from _word(text[position:])


def _word(text: str) -> Iterator[Term]:
    if _WORD.search(text):
        yield Term(text.strip())


def match_expression(terms: Sequence[Term]) -> str:
    """The terms in the language of FTS5. Everything is quoted, so nothing in it is an operator."""
    return " ".join(map(_expression, terms))


def _expression(term: Term) -> str:
    if term.cjk:
        return f'"{" ".join(map("".join, pairwise(term.text))) or term.text}"'
    text = _NO_WORD.sub(" ", fold(term.text)).replace('"', " ").replace("\0", " ")
    return f'"{text}"{"*" if term.prefix else ""}'
