"""What is sent in the place of what is kept, such as [MAIL_1]; and back again in what the model says.

A value has one placeholder for the whole conversation, so that the model can follow it and the beginning of the
conversation stays the same to the byte. A placeholder that somebody wrote is never taken for ours: its number is not
given out, and where it was given out already, it is itself hidden behind another one.
"""

from __future__ import annotations

import functools
import html
import itertools
import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple, TypeAlias
from urllib.parse import quote

from kireji.core.literals import Literals
from kireji.core.secrets.kinds import Found, Kind, merged

Find: TypeAlias = Callable[[str], Sequence[Found]]
"""Gives what is found in a text."""

_LABELS = {
    Kind.PRIVATE_KEY: "PRIVATE_KEY",
    Kind.KEY: "KEY",
    Kind.PASSWORD: "PASSWORD",
    Kind.OWN: "NAME",
    Kind.CARD: "CARD",
    Kind.IBAN: "ACCOUNT",
    Kind.PERSON: "PERSON",
    Kind.MAIL: "MAIL",
    Kind.PHONE: "PHONE",
}
_LITERAL = "TEXT"
"""Labels a placeholder that somebody wrote."""
_ALL = "|".join(label.replace("_", r"\\?_") for label in (*_LABELS.values(), _LITERAL))
_PLAIN = rf"\[(?P<label>{_ALL})\\?_(?P<number>[1-9][0-9]{{0,5}})\]"
_SHAPE = re.compile(_PLAIN)
_SPOKEN = re.compile(rf"{_PLAIN}|\\\[(?P<label2>{_ALL})\\?_(?P<number2>[1-9][0-9]{{0,5}})\\\]")
"""Also as models write it in Markdown, where brackets and low lines may be escaped."""
_BEGINNING = re.compile(r"\\|\\?\[(?:[A-Z]|\\?_){0,16}\\?[0-9]{0,6}\\?")
"""What may become one when more comes; rather too much, since it is only waited with."""
_LONGEST = 40
_SHORT = 5_000
"""Characters of JSON text of which the strings are remembered."""
_LENIENT = json.JSONDecoder(strict=False)
_NAMES = re.compile(r"\s{0,100}:")
"""What follows the name of a field."""
_STRING = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"', re.DOTALL)
"""Of any length, and never looked at twice: what follows a string that were passed over would be taken for the next."""


class Vault:
    """The values of one conversation with their placeholders.

    Args:
        values: Those of earlier, by placeholder.
    """

    def __init__(self, values: Mapping[str, str] | None = None) -> None:
        self._values: dict[str, str] = {}
        self._placeholders: dict[str, str] = {}
        self._own: set[str] = set()
        self._spellings: dict[str, Kind] = {}
        """Values as they are written in addresses, JSON and pages, where that is another way."""
        self._kinds: dict[str, Kind] = {}
        """Of everything that is hidden wherever it stands."""
        self._literals = Literals()
        self._taken: set[str] = set()
        self._last: dict[str, int] = {}
        for placeholder, value in (values or {}).items():
            self._put(placeholder, value)

    def __len__(self) -> int:
        return len(self._values)

    @property
    def values(self) -> Mapping[str, str]:
        """Values by placeholder, in the order in which they were learnt."""
        return dict(self._values)

    def value(self, placeholder: str) -> str | None:
        """What a placeholder stands for; None if it is none of ours."""
        return self._values.get(placeholder)

    def values_from(self, place: int) -> Sequence[str]:
        """The values that were learnt when there were so many already, however they are written."""
        learnt = itertools.islice(self._values.values(), place, None)
        return [form for value in learnt for form in (value, *_spellings(value))]

    def learn(self, text: str, find: Find) -> None:
        """Give placeholders to values, and keep those apart that stand in the text as they are.

        To be called with everything that is sent before anything of it is hidden: what is a password in one place is
        hidden in all others too.
        """
        self._taken.update(placeholder for _, _, placeholder in _spoken(text))
        for one in find(text):
            self._named(text[one.start : one.end], _LABELS[one.kind])

    def hide(self, text: str, found: Sequence[Found] = ()) -> str:
        """The text with a placeholder in the place of every value.

        Args:
            text: What would be sent.
            found: What was found in it; values that are known already are hidden without that.
        """
        if not found and not self._values:
            return text
        spans = [*found, *self._known(text), *self._literal(text)]
        pieces, at = [], 0
        for one in merged(spans):
            pieces += [text[at : one.start], self._named(text[one.start : one.end], _label(one))]
            at = one.end
        return "".join([*pieces, text[at:]])

    def learn_json(self, text: str, find: Find) -> None:
        """As `learn`, of JSON text: of its strings, and of what a name says of the value beside it."""
        for one in find(text):
            self._named(_unescaped(text[one.start : one.end]), _LABELS[one.kind])
        for string in strings_in(text):
            self.learn(string.said, find)

    def hide_json(self, text: str, find: Find, *, names: bool = True) -> str:
        """As `hide`, of JSON text: inside its strings, so that it stays JSON; a bare number becomes a string.

        Args:
            text: What would be sent.
            find: What is looked for in its strings.
            names: Whether the names of fields are looked at, too; those of a schema must stay as they are.
        """
        strings = [string for string in strings_in(text) if names or not string.is_name]
        if not self._values and not any(find(string.said) for string in strings):
            return text
        pieces, at = [], 0
        for string in strings:
            hidden = self.hide(string.said, find(string.said))
            kept = text[string.start : string.end] if hidden == string.said else f'"{_escaped(hidden)}"'
            pieces += [self._outside(text[at : string.start]), kept]
            at = string.end
        return "".join([*pieces, self._outside(text[at:])])

    def restorer(self) -> Restorer:
        """Puts values back into words that come in pieces."""
        return Restorer(self.value, _SPOKEN, str)

    def json_restorer(self) -> Restorer:
        """Puts values back into JSON text that comes in pieces: the arguments of a tool."""
        return Restorer(self.value, _SHAPE, _escaped)

    def restore(self, text: str) -> str:
        """A whole text with its values."""
        return _whole(self.restorer(), text)

    def restore_json(self, text: str) -> str:
        """Whole JSON text with its values."""
        return _whole(self.json_restorer(), text)

    def placeholders_in(self, text: str) -> frozenset[str]:
        """Which of ours stand in a text."""
        return frozenset(placeholder for _, _, placeholder in _spoken(text) if placeholder in self._values)

    def holds(self, text: str) -> bool:
        """Whether a value stands in a text; the person's own words are not looked for, which `own` gives."""
        return self._literals.any_in(text)

    def holds_in_any_case(self, text: str) -> bool:
        """The same where capitals may have been lost, as they are in the name of a host."""
        folded = text.casefold()
        kept = ((value, kind_of(placeholder)) for value, placeholder in self._placeholders.items())
        values = [value for value, kind in kept if kind not in (None, Kind.OWN)]
        return any(form.casefold() in folded for form in (*values, *self._spellings))

    @property
    def own(self) -> frozenset[str]:
        """Those values that are own words of the person."""
        return frozenset(self._own)

    def _named(self, value: str, label: str) -> str:
        if value in self._placeholders:
            return self._placeholders[value]
        number = self._last.get(label, 0) + 1
        while (placeholder := f"[{label}_{number}]") in self._taken or self.holds(placeholder):
            number += 1
        self._put(placeholder, value)
        return placeholder

    def _put(self, placeholder: str, value: str) -> None:
        match = _SHAPE.fullmatch(placeholder)
        if match is None:
            raise ValueError("no placeholder")
        label, number = match["label"], int(match["number"])
        self._values[placeholder] = value
        self._placeholders[value] = placeholder
        self._last[label] = max(number, self._last.get(label, 0))
        if label == _LABELS[Kind.OWN]:
            self._own.add(value)
        if (kind := kind_of(placeholder)) is not None:
            spellings = dict.fromkeys(_spellings(value), kind)
            self._spellings |= spellings
            self._kinds |= spellings if kind is Kind.OWN else {value: kind, **spellings}
            for form in (*spellings, *(() if kind is Kind.OWN else (value,))):
                self._literals.add(form)

    def _known(self, text: str) -> list[Found]:
        """Where values stand. Own words are found as words only: they may be the inside of others."""
        return [Found(at, at + len(form), self._kinds[form]) for at, form in self._literals.find(text)]

    def _literal(self, text: str) -> list[Found]:
        """Where somebody wrote what would be taken for one of ours."""
        return [
            Found(start, end, Kind.PHONE, _LITERAL)
            for start, end, placeholder in _spoken(text)
            if placeholder in self._values
        ]

    def _outside(self, text: str) -> str:
        hidden = self.hide(text)
        return text if hidden == text else _SHAPE.sub(lambda match: f'"{match[0]}"', hidden)


class JsonString(NamedTuple):
    """A string in JSON text.

    Args:
        start: Where its first quotation mark stands.
        end: Behind its last one.
        said: What it says.
        is_name: Whether it is the name of a field.
    """

    start: int
    end: int
    said: str
    is_name: bool


def strings_in(text: str) -> Sequence[JsonString]:
    """Every string in JSON text. What was told of short texts is remembered: tools are sent with every question."""
    return _strings_of_short(text) if len(text) <= _SHORT else _strings_of(text)


def _strings_of(text: str) -> tuple[JsonString, ...]:
    return tuple(
        JsonString(*string.span(), _unescaped(string[0][1:-1]), _NAMES.match(text, string.end()) is not None)
        for string in _STRING.finditer(text)
    )


_strings_of_short = functools.lru_cache(500)(_strings_of)


class Restorer:
    """Puts values back into a text that comes in pieces; what it gives is the same however it is cut.

    Args:
        value: What a placeholder stands for.
        shape: What placeholders look like here.
        written: How a value is written here.
    """

    def __init__(
        self, value: Callable[[str], str | None], shape: re.Pattern[str], written: Callable[[str], str]
    ) -> None:
        self._value, self._shape, self._written = value, shape, written
        self._waiting = ""

    def feed(self, text: str) -> str:
        """Take a piece; gives what is certain by now."""
        text = self._waiting + text
        pieces, at = [], 0
        for match in self._shape.finditer(text):
            value = self._value(_placeholder(match))
            pieces += [text[at : match.start()], match[0] if value is None else self._written(value)]
            at = match.end()
        keep = _beginning(text, at)
        self._waiting = text[keep:]
        return "".join([*pieces, text[at:keep]])

    def flush(self) -> str:
        """Nothing more comes; gives what was waited with."""
        rest, self._waiting = self._waiting, ""
        return rest


def _beginning(text: str, least: int) -> int:
    """From where on a text may be the beginning of a placeholder; its length if nowhere."""
    for at in range(max(least, len(text) - _LONGEST), len(text)):
        if text[at] in "\\[" and _BEGINNING.fullmatch(text, at):
            return at
    return len(text)


def _whole(restorer: Restorer, text: str) -> str:
    return restorer.feed(text) + restorer.flush()


def _placeholder(match: re.Match[str]) -> str:
    groups = match.groupdict()
    label = (groups["label"] or groups["label2"]).replace("\\", "")
    return f"[{label}_{groups['number'] or groups['number2']}]"


def _spoken(text: str) -> Iterable[tuple[int, int, str]]:
    if "[" not in text:
        return []
    return [(*match.span(), _placeholder(match)) for match in _SPOKEN.finditer(text)]


def _label(one: Found) -> str:
    return _LITERAL if one.what == _LITERAL else _LABELS[one.kind]


def kind_of(placeholder: str) -> Kind | None:
    """What a placeholder stands for; None when it is one that somebody wrote."""
    label = placeholder[1:].rpartition("_")[0]
    return next((kind for kind, known in _LABELS.items() if known == label), None)


def _spellings(value: str) -> frozenset[str]:
    """How a value is written in addresses, in JSON and in pages, where that is not as it is."""
    forms = (quote(value, safe=""), quote(value), json.dumps(value)[1:-1], _escaped(value), html.escape(value))
    return frozenset(forms) - {value}


def _escaped(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)[1:-1]


def _unescaped(text: str) -> str:
    """What a string of JSON says; as it is where it is none."""
    if "\\" not in text:  # most are what they say
        return text
    try:
        said = _LENIENT.decode(f'"{text}"')
    except ValueError:
        return text
    return said if isinstance(said, str) else text
