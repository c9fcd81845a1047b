"""Everything that can be found in a text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from kireji.core.secrets import reading
from kireji.core.secrets.gates import digit_spans
from kireji.core.secrets.keys import keys
from kireji.core.secrets.kinds import EVERY_KIND, Found, Kind, merged
from kireji.core.secrets.mails import mails
from kireji.core.secrets.numbers import cards, ibans, phones
from kireji.core.secrets.own import own_words
from kireji.core.secrets.passwords import passwords
from kireji.core.secrets.persons import persons
from kireji.core.secrets.private_keys import private_keys
from kireji.core.secrets.spelling import as_read
from kireji.core.secrets.variants import folded, unglued, unnumbered

_TEXTUAL = (private_keys, keys, passwords, mails)
_NUMERIC = (cards, ibans, persons, phones)


class Detection:
    """Looks for what the person wants to keep.

    Args:
        kinds: What is looked for.
        own: The person's own words.
    """

    def __init__(self, kinds: Iterable[Kind] = EVERY_KIND, own: Iterable[str] = ()) -> None:
        self.kinds = frozenset(kinds)
        self.own = tuple(own)
        self._own = own_words(self.own) if Kind.OWN in self.kinds else None

    def find(self, text: str) -> tuple[Found, ...]:
        """What is in a text, from first to last; pieces do not overlap."""
        return merged([one for one in self._all(text) if one.kind in self.kinds])

    def find_read(self, text: str) -> tuple[Found, ...]:
        """The same in a text that was read in a picture: signs may be confused, blanks too many, lines broken.

        Finds rather too much than too little: what is painted over can be seen and undone, what was sent cannot.
        """
        plain = unnumbered(text)
        loose = unglued(plain)
        found = [*self._all(text), *self._own_read(text), *reading.found(loose)]
        for variant in dict.fromkeys((plain, folded(plain), folded(loose))):
            if variant != text:
                found += _strict(variant)
        return merged([one for one in found if one.kind in self.kinds])

    def _all(self, text: str) -> Iterator[Found]:
        yield from self._written(text)
        if (read := as_read(text)) is not None:
            yield from read.original(self._written(read.text))

    def _written(self, text: str) -> Iterator[Found]:
        yield from _strict(text)
        if self._own is not None:
            yield from self._own(text)

    def _own_read(self, text: str) -> Iterator[Found]:
        if self._own is not None:
            yield from reading.words(text, self.own)


def _strict(text: str) -> Iterator[Found]:
    for detector in _TEXTUAL:
        yield from detector(text)
    spans = digit_spans(text)
    for numeric in _NUMERIC:
        yield from numeric(text, spans)
