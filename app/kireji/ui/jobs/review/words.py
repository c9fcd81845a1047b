"""What is said of verdicts that wait for a person, and of what was decided."""

from __future__ import annotations

from kireji.core.jobs.reviews import Decision, Review, ReviewCounts, ReviewFilter, ReviewItem, ReviewOrder, Stand
from kireji.core.moderation.policies import Policy
from kireji.core.moderation.verdicts import Action
from kireji.ui.chat.words import count, decimal, short_date
from kireji.ui.results.verdict_words import action_word
from kireji.ui.translation import mark, plural, tr

FILTERS = (
    (ReviewFilter.REVIEW, mark("To review")),
    (ReviewFilter.BLOCK, mark("Block")),
    (ReviewFilter.ALLOW, mark("Allow")),
    (ReviewFilter.REFUSED, mark("Refused")),
    (ReviewFilter.FAILED, mark("Failed")),
    (ReviewFilter.DECIDED, mark("Decided")),
    (ReviewFilter.DISAGREEING, mark("Disagreeing")),
    (ReviewFilter.ALL, mark("All")),
)
ORDERS = (
    (ReviewOrder.GRAVEST, mark("Gravest first")),
    (ReviewOrder.LEAST_SURE, mark("Least certain first")),
    (ReviewOrder.AS_READ, mark("As in the file")),
)
_NOTHING = {
    ReviewFilter.REVIEW: mark("Nothing waits for you."),
    ReviewFilter.REFUSED: mark("The model has refused nothing."),
    ReviewFilter.FAILED: mark("Every row that has ended has a verdict."),
    ReviewFilter.DECIDED: mark("Nothing is decided yet."),
    ReviewFilter.DISAGREEING: mark("Nothing was decided against the model."),
}
FAILED = mark("No verdict")
TONES = {Action.ALLOW: "ok", Action.REVIEW: "warn", Action.BLOCK: "error", None: "idle"}


def filters(counts: ReviewCounts) -> list[tuple[str, str]]:
    """The choices above the list, with how many there are of each; what is empty and rare is left out."""
    rare = (ReviewFilter.REFUSED, ReviewFilter.FAILED, ReviewFilter.DISAGREEING)
    return [
        (each.value, f"{tr(words)} {count(counts.listed[each])}")
        for each, words in FILTERS
        if counts.listed[each] or each not in rare
    ]


def orders() -> list[tuple[str, str]]:
    """The choices of an order."""
    return [(each.value, tr(words)) for each, words in ORDERS]


def nothing(wanted: ReviewFilter) -> str:
    """Why the list is empty."""
    return tr(_NOTHING.get(wanted, mark("There is no such row.")))


def progress(counts: ReviewCounts, wanted: ReviewFilter) -> tuple[str, int, int]:
    """How far deciding is within what a filter is about, in words and as numbers."""
    done, total = counts.decided[wanted], counts.population[wanted]
    words = tr("{done} of {total} decided", done=count(done), total=count(total))
    return words, done, total


def said_action(action: Action | None) -> str:
    """What the policy wants done, or that there is no verdict."""
    return action_word(action) if action is not None else tr(FAILED)


def category_title(name: str, policy: Policy | None) -> str:
    """What people call a category."""
    found = policy.category(name) if policy is not None else None
    return found.title if found is not None else name.replace("-", " ").capitalize()


def below(item: ReviewItem, policy: Policy | None) -> str:
    """The second line of a row: what the model says."""
    judged = item.judged
    if judged.stand is Stand.REFUSED:
        return tr("the model declined to judge")
    if judged.stand is Stand.FAILED:
        return tr("no verdict")
    if not judged.category:
        return tr("nothing found")
    parts = [category_title(judged.category, policy), judged.level.replace("-", " ")]
    return " · ".join([*parts, decimal(judged.confidence, 2)])


def decision(review: Review | None) -> str:
    """What was decided, in the room of a row."""
    if review is None:
        return ""
    if review.decision is Decision.ACCEPTED:
        return tr("accepted")
    return action_word(review.action)


def decision_in_full(review: Review, policy: Policy | None) -> str:
    """The same in a sentence."""
    when = short_date(review.decided.astimezone()) if review.decided is not None else ""
    parts = [
        tr("Accepted: {action}", action=action_word(review.action))
        if review.decision is Decision.ACCEPTED
        else tr("Overruled: {action}", action=action_word(review.action))
    ]
    if review.decision is Decision.OVERRULED and review.category:
        parts.append(category_title(review.category, policy))
    if when:
        parts.append(when)
    line = " · ".join(parts)
    return f"{line}\n{review.note}" if review.note else line


def name_of(item: ReviewItem) -> str:
    """What a row is called: what it says, else the person's own id."""
    return item.label or item.id or tr("Row {number}", number=count(item.number))


def spoken(item: ReviewItem, policy: Policy | None) -> str:
    """A row as a screen reader says it."""
    parts = [name_of(item), said_action(item.judged.action), below(item, policy)]
    if item.review is not None:
        parts.append(decision_in_full(item.review, policy))
    return tr(", ").join(parts)


def read_so_far(rows: int) -> str:
    """While verdicts are looked through."""
    return plural(rows, "1 verdict was read…", "{n} verdicts were read…", n=count(rows))
