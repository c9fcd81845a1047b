"""The person's own rules for answers: texts at which one stops, and texts that are masked.

They act on the stream: what is given on is certain, and it is the same however the stream is cut. What may yet become a
match waits, so much at most that memory stays bounded; a rule that would need too much work masks the rest of the
answer instead of letting through what it was made for.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from kireji.core import patterns
from kireji.core.patterns import Edge, Hit, PatternError, Split, Step, Take

__all__ = ["Filter", "PatternError", "Rule", "program", "rule_of", "takes_everything", "work_of"]

HELD = 4000
"""Characters that wait for the end of a match; what has not matched by then does not count."""
_WORK = 400
"""Steps of a program for each character of an answer, on average, and as many for free at its beginning:"""
_FREE_WORK = 400_000
_ORDINARY = "The tide is high at 4:15, so take path B-7 (see https://example.org/tides?id=42). "
_ROUNDS = 8
"""So often the ordinary text is read until patterns that remember hundreds of characters do."""


class Rule(msgspec.Struct, frozen=True):
    """One rule.

    Args:
        text: What is looked for.
        pattern: Whether it is a pattern (`core.patterns`) and not the text itself.
        case: Whether capitals count.
        stops: Whether the answer ends before it; otherwise it is masked.
        mask: What is shown in its place.
    """

    text: str
    pattern: bool = False
    case: bool = False
    stops: bool = False
    mask: str = "▇▇▇"

    @property
    def written(self) -> str:
        """As it stands in the settings."""
        return f"/{self.text}/" if self.pattern else self.text


def program(rule: Rule) -> tuple[Step, ...]:
    """What finds the text of a rule.

    Raises:
        PatternError: It cannot be used; the message goes on from the name of the rule.
    """
    return (patterns.compiled if rule.pattern else patterns.literal)(rule.text, case=rule.case)


def rule_of(text: str) -> Rule:
    """A rule as it stands in the settings: a text, or a pattern between two strokes."""
    pattern = len(text) > 2 and text[0] == text[-1] == "/"
    return Rule(text[1:-1] if pattern else text, pattern=pattern)


def work_of(rules: Sequence[Rule]) -> float:
    """How much of the work that is allowed rules need for an ordinary text; above 1 they would run out of it.

    Raises:
        PatternError: One cannot be used.
    """
    shares = [0.0]
    for stops in (False, True):
        programs = [program(rule) for rule in rules if rule.stops is stops]
        if programs:
            search = _Search(programs)
            search.feed(_ORDINARY * _ROUNDS)
            begun = search.spent
            search.feed(_ORDINARY)
            share = (search.spent - begun) / (_WORK * len(_ORDINARY))
            shares.append(math.inf if search.exhausted else share)
    return max(shares)


def takes_everything(rule: Rule) -> bool:
    """Whether a rule leaves nothing of an ordinary text, which is hardly what the person wants.

    Raises:
        PatternError: It cannot be used.
    """
    shown = Filter([msgspec.structs.replace(rule, stops=False, mask="")])
    return not (shown.feed("A line of words, 123.\nand another") + shown.flush()).strip()


class Filter:
    """Applies rules to one text that comes in pieces.

    Args:
        rules: Those of the person.

    Attributes:
        stopped: The rule that has ended the text; None while none has.
        masked: How many places were masked.
        exhausted: Whether a rule needed too much work, so that all that followed is masked.

    Raises:
        PatternError: A rule cannot be used.
    """

    def __init__(self, rules: Sequence[Rule]) -> None:
        self._stops = [rule for rule in rules if rule.stops]
        self._masks = [rule for rule in rules if not rule.stops]
        self._stop = _Search([program(rule) for rule in self._stops]) if self._stops else None
        self._mask = _Search([program(rule) for rule in self._masks]) if self._masks else None
        self.stopped: Rule | None = None
        self.masked = 0

    @property
    def exhausted(self) -> bool:
        return any(search.exhausted for search in (self._stop, self._mask) if search is not None)

    def feed(self, text: str) -> str:
        """Take a piece; gives what is certain by now."""
        if self.stopped is not None:
            return ""
        text = text if self._stop is None else self._until_stop(self._stop.feed(text))
        return self._masked(text) + (self._end() if self._is_over() else "")

    def flush(self) -> str:
        """Nothing more comes; gives what was waited with."""
        if self.stopped is not None:
            return ""
        text = self._until_stop(self._stop.flush()) if self._stop is not None else ""
        return self._masked(text) + self._end()

    def _is_over(self) -> bool:
        return self.stopped is not None

    def _until_stop(self, pieces: list[_Piece]) -> str:
        text = ""
        for piece in pieces:
            if piece.rule is not None:
                self.stopped = self._stops[piece.rule]
                break
            text += piece.text
        return text

    def _masked(self, text: str) -> str:
        return text if self._mask is None else self._shown(self._mask.feed(text))

    def _end(self) -> str:
        return "" if self._mask is None else self._shown(self._mask.flush())

    def _shown(self, pieces: list[_Piece]) -> str:
        self.masked += sum(piece.rule is not None for piece in pieces)
        return "".join(piece.text if piece.rule is None else self._masks[piece.rule].mask for piece in pieces)


class _Piece(NamedTuple):
    """What goes on: a text, or the beginning of a match of a rule, whose text does not."""

    text: str
    rule: int | None = None


class _Best(NamedTuple):
    start: int
    end: int
    rule: int


class _Search:
    """Follows a program along a stream.

    Threads are pairs of a step and the place where their match began, the preferred first. Places count from the
    beginning of the stream; `_held` is the text from `_out` to `_at`.
    """

    def __init__(self, programs: Sequence[Sequence[Step]]) -> None:
        self._steps = patterns.joined(programs)
        self._first = _firsts(self._steps)
        self._starts = _starts(self._steps)
        self._fits: dict[str, bool] = {}
        self._begins: dict[str, tuple[int, ...]] = {}
        self._threads: list[tuple[int, int]] = []
        self._best: _Best | None = None
        self._opened = False
        """Whether the match that is going on has been given on already."""
        self._held, self._out, self._at = "", 0, 0
        self._before: str | None = None
        """The character before `_at`."""
        self._edge: str | None = None
        """The character before `_out`."""
        self._work = _FREE_WORK
        self.spent = 0
        """Steps so far."""
        self.exhausted = False
        self._pieces: list[_Piece] = []
        self._plain: list[str] = []

    def feed(self, text: str) -> list[_Piece]:
        for sign in text:
            self._take(sign)
        return self._given()

    def flush(self) -> list[_Piece]:
        while not self.exhausted:
            self._closure(None)
            if self._best is None:
                self._give(self._drop(self._at))
                break
            for sign in self._finish():
                self._take(sign)
        return self._given()

    def _given(self) -> list[_Piece]:
        self._give("")
        pieces, self._pieces = self._pieces, []
        return pieces

    def _take(self, sign: str) -> None:
        if self.exhausted:
            return
        self._work = min(self._work + _WORK, _FREE_WORK)
        todo = [sign]
        while todo and not self.exhausted:  # what stood behind a match that is over is looked at once more
            sign = todo.pop()
            if self._threads or self._best is not None or self._may_begin(sign):
                todo += reversed(self._step(sign))
            else:
                self._plain.append(sign)
                self._at = self._out = self._at + 1
                self._before = self._edge = sign

    def _step(self, sign: str) -> str:
        """One character on; gives those that must be looked at again, which may be this one."""
        alive = self._closure(sign)
        if not alive and self._best is not None:
            return self._finish() + sign
        self._held += sign
        self._at += 1
        self._before = sign
        self._threads = [(place + 1, start) for place, start, takes in alive if takes.fits(sign)]
        if self._work < 0:
            self._give_up()
            return ""
        return self._settle()

    def _closure(self, after: str | None) -> list[tuple[int, int, Take]]:
        """The threads at steps that take a character; notes the best match that ends here."""
        alive: list[tuple[int, int, Take]] = []
        seen: set[int] = set()
        beginnings = [(place, self._at) for place in self._beginnings(after)] if self._best is None else []
        for place, start in [*self._threads, *beginnings]:
            if self._follow(place, start, after, seen, alive):
                break
        self._work -= 1 + len(seen)
        self.spent += 1 + len(seen)
        return alive

    def _follow(
        self, place: int, start: int, after: str | None, seen: set[int], alive: list[tuple[int, int, Take]]
    ) -> bool:
        """Follow a thread to steps that take a character; True when it is a match, which ends all that come behind."""
        todo = [place]
        while todo:
            place = todo.pop()
            if place in seen:
                continue
            seen.add(place)
            match self._steps[place]:
                case Take() as takes:
                    alive.append((place, start, takes))
                case Split(first, second):
                    todo += [place + second, place + first]
                case Edge(kind):
                    if patterns.at_edge(kind, self._before, after):
                        todo.append(place + 1)
                case Hit(rule):
                    if self._at > start:
                        self._best = _Best(start, self._at, rule)
                        return True
                    seen.discard(place)  # nothing is no match; another thread may come here with something
        return False

    def _settle(self) -> str:
        """Give on what is certain."""
        starts, best = [start for _, start in self._threads], self._best
        if best is not None and all(start == best.start for start in starts):
            self._open(best)
        elif best is None:
            self._give(self._drop(max(self._out, min(starts, default=self._at))))
        if len(self._held) <= HELD:
            return ""
        if best is not None:
            return self._finish()
        self._threads = []
        self._give(self._drop(self._at))
        return ""

    def _open(self, best: _Best) -> None:
        """A match is certain as far as it goes: it may only become longer."""
        if not self._opened:
            self._give(self._drop(best.start))
            self._pieces.append(_Piece("", best.rule))
            self._opened = True
        self._drop(best.end)

    def _finish(self) -> str:
        """A match is over; gives what came behind it."""
        assert self._best is not None
        self._open(self._best)
        self._threads, self._best, self._opened = [], None, False
        rest, self._held = self._held, ""
        self._at, self._before = self._out, self._edge
        return rest

    def _drop(self, to: int) -> str:
        """What is held up to a place."""
        text, self._held = self._held[: to - self._out], self._held[to - self._out :]
        self._out = to
        self._edge = text[-1] if text else self._edge
        return text

    def _give(self, text: str) -> None:
        text = "".join(self._plain) + text
        self._plain.clear()
        if text:
            self._pieces.append(_Piece(text))

    def _give_up(self) -> None:
        self._give("")
        self.exhausted = True
        if not self._opened:
            self._pieces.append(_Piece("", 0))
        self._threads, self._best, self._held = [], None, ""

    def _beginnings(self, after: str | None) -> tuple[int, ...]:
        """The steps at which a match can begin before a character: of many rules most are ruled out by it."""
        if after is None:
            return ()
        found = self._begins.get(after)
        if found is None:
            fits = (place for place, step in self._starts if not isinstance(step, Take) or step.fits(after))
            found = self._begins[after] = tuple(fits)
        return found

    def _may_begin(self, sign: str) -> bool:
        fits = self._fits.get(sign)
        if fits is None:
            fits = self._fits[sign] = any(takes.fits(sign) for takes in self._first)
        return fits


def _starts(steps: Sequence[Step]) -> list[tuple[int, Step]]:
    """The steps that a match begins with, as far as that can be said without the text, the preferred first."""
    found: list[tuple[int, Step]] = []
    todo, seen = [0], set()
    while todo:
        place = todo.pop()
        if place in seen:
            continue
        seen.add(place)
        match steps[place]:
            case Split(first, second):
                todo += [place + second, place + first]
            case Take() | Edge() as step:
                found.append((place, step))
            case Hit():
                pass
    return found


def _firsts(steps: Sequence[Step]) -> tuple[Take, ...]:
    """Everything that a match can begin with."""
    found: list[Take] = []
    todo, seen = [0], set()
    while todo:
        place = todo.pop()
        if place in seen:
            continue
        seen.add(place)
        match steps[place]:
            case Take() as take:
                found.append(take)
            case Split(first, second):
                todo += [place + first, place + second]
            case Edge():
                todo.append(place + 1)
            case Hit():
                pass
    return tuple(found)
