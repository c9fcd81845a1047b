"""What a person decides about the verdicts of a job, and how such rows are listed."""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

import msgspec

from kireji.core.jobs.values import JoinedRow
from kireji.core.moderation.verdicts import Action, Verdict

LONGEST_NOTE = 2_000
"""Characters of a note."""


class Decision(enum.Enum):
    """What the person thinks of a verdict."""

    ACCEPTED = "accepted"
    OVERRULED = "overruled"


class Review(msgspec.Struct, frozen=True):
    """What a person has decided about one row.

    Args:
        decision: Whether the model was right.
        action: What is done in the end.
        category: Where it belongs in the person's eyes; empty for the verdict's, or for none.
        note: Why; may be empty.
        decided: When (UTC); None before it is stored.
    """

    decision: Decision
    action: Action
    category: str = ""
    note: str = ""
    decided: datetime | None = None


class Stand(enum.Enum):
    """What came of asking for a verdict."""

    JUDGED = "judged"
    REFUSED = "refused"
    """The model refused to judge; the policy says what is done then."""
    FAILED = "failed"
    """There is no verdict: the row failed, or its answer is none."""


class Judged(msgspec.Struct, frozen=True, gc=False):
    """As much of a row's verdict as lists need; made of its answer, and thrown away with it.

    Args:
        number: Of the row.
        stand: What came of it.
        action: What the policy wants done; None when there is no verdict.
        category: Name of the gravest finding's category; empty for none.
        level: Name of its level.
        gravity: Grows with the action, and within it with the level.
        confidence: Of the gravest finding, 0 to 1; of no finding 1.
    """

    number: int
    stand: Stand
    action: Action | None = None
    category: str = ""
    level: str = ""
    gravity: int = 0
    confidence: float = 1.0


class ReviewItem(msgspec.Struct, frozen=True):
    """A row in the reviewer's list.

    Args:
        judged: What the model says.
        label: What people see of the row.
        id: The person's own id; empty for none.
        line: Of the file.
        review: What was decided; None while nothing is.
    """

    judged: Judged
    label: str
    id: str = ""
    line: int = 0
    review: Review | None = None

    @property
    def number(self) -> int:
        """Of the row."""
        return self.judged.number

    @property
    def final(self) -> Action | None:
        """What is done in the end; None while nobody knows."""
        return self.review.action if self.review is not None else self.judged.action

    @property
    def disagrees(self) -> bool:
        """Whether the person wants something else done than the model's verdict would have."""
        return self.review is not None and self.review.action is not self.judged.action


class ReviewFilter(enum.Enum):
    """Which rows are listed."""

    ALL = "all"
    REVIEW = "review"
    """The policy wants a person to decide, and nobody has."""
    BLOCK = "block"
    ALLOW = "allow"
    REFUSED = "refused"
    FAILED = "failed"
    DECIDED = "decided"
    DISAGREEING = "disagreeing"


class ReviewOrder(enum.Enum):
    """How they are sorted."""

    GRAVEST = "gravest"
    LEAST_SURE = "least sure"
    AS_READ = "as read"


class ReviewForm(enum.Enum):
    """As what decisions are written."""

    JSONL = "jsonl"
    CSV = "csv"
    LABELS = "labels"
    """As a labelled set, which policies are checked with: what was decided becomes what is expected."""


class ReviewCounts(msgspec.Struct, frozen=True):
    """How many rows each filter would list, and how far deciding is.

    Args:
        listed: By filter.
        population: By filter, decided ones that it leaves out included.
        decided: How many of these are decided.
    """

    listed: Mapping[ReviewFilter, int]
    population: Mapping[ReviewFilter, int]
    decided: Mapping[ReviewFilter, int]

    def after(self, judged: Judged, before: Review | None, review: Review | None) -> ReviewCounts:
        """The same when something else is decided about a row.

        Args:
            judged: What the model says of it.
            before: What was decided.
            review: What is decided now; None for nothing.
        """
        listed, population, decided = dict(self.listed), dict(self.population), dict(self.decided)
        for each, step in ((before, -1), (review, 1)):
            for wanted in ReviewFilter:
                about = is_about(judged, each, wanted)
                population[wanted] += step * about
                decided[wanted] += step * (about and each is not None)
                listed[wanted] += step * (about and (wanted is not ReviewFilter.REVIEW or each is None))
        return ReviewCounts(listed, population, decided)


def is_about(judged: Judged, review: Review | None, wanted: ReviewFilter) -> bool:
    """Whether a filter is about a row.

    Args:
        judged: What the model says of it.
        review: What was decided; None for nothing.
        wanted: The filter.
    """
    match wanted:
        case ReviewFilter.ALL:
            return True
        case ReviewFilter.REVIEW | ReviewFilter.BLOCK | ReviewFilter.ALLOW:
            return judged.action is not None and judged.action.value == wanted.value
        case ReviewFilter.REFUSED:
            return judged.stand is Stand.REFUSED
        case ReviewFilter.FAILED:
            return judged.stand is Stand.FAILED
        case ReviewFilter.DECIDED:
            return review is not None
        case ReviewFilter.DISAGREEING:
            return review is not None and review.action is not judged.action


class ReviewStore(Protocol):
    """What was decided, in the same file as the rows: gone with them. All raise StoreError.

    Rows that share another row's answer (`Row.same_as`) are not listed: what is decided about that row holds for them.
    """

    async def unread(self, job: int, after: int = 0, limit: int = 500) -> Sequence[JoinedRow]:
        """Rows that have ended, or were refused, of which `keep` has not said what they are; in the order of the
        input, beyond a row number.
        """

    async def keep(self, job: int, judged: Sequence[Judged], rows: Sequence[JoinedRow]) -> None:
        """Note what the answers of these rows say; of rows that have come into another state nothing is kept.

        Args:
            job: Whose.
            judged: What they say, one for each of `rows`.
            rows: As they were read.
        """

    async def counts(self, job: int) -> ReviewCounts: ...
    async def numbers(self, job: int, wanted: ReviewFilter, order: ReviewOrder) -> Sequence[int]:
        """The numbers of all rows that a filter lists, sorted."""

    async def items(self, job: int, numbers: Sequence[int]) -> Sequence[ReviewItem]:
        """These rows in this order, without those that are not known (any more); at most some hundreds."""

    async def decide(self, job: int, number: int, review: Review | None, before: Review | None) -> Review | None:
        """Store what is decided about a row; the same transaction looks whether it still stands as it was seen.

        Args:
            job: Whose row.
            number: Which.
            review: What is decided; None takes it back.
            before: What was seen to be decided; None for nothing.

        Returns:
            The decision as it is stored.

        Raises:
            JobConflict: There is no such row, or somebody else has decided meanwhile.
        """

    async def reviews(self, job: int, after: int = 0, limit: int = 500) -> Mapping[int, Review]:
        """What was decided by row number, in the order of the input, beyond a row number."""


def judged_of(number: int, verdict: Verdict | None, levels: Mapping[tuple[str, str], int]) -> Judged:
    """As much of a verdict as lists need.

    Args:
        number: Of the row.
        verdict: None when there is none.
        levels: How grave each level of each category is within it, from 0.
    """
    if verdict is None:
        return Judged(number, Stand.FAILED)
    stand = Stand.REFUSED if verdict.refused else Stand.JUDGED
    weight = verdict.action.weight * 1_000
    if not verdict.findings:
        return Judged(number, stand, verdict.action, gravity=weight)
    first = verdict.findings[0]
    gravity = weight + min(999, levels.get((first.category, first.level), 0) + 1)
    return Judged(number, stand, verdict.action, first.category, first.level, gravity, first.confidence)
