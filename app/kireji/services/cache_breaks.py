"""What a change makes a service read anew, measured on the open conversation and told in a sentence."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from kireji.core.history import Cut, Prefix, StoredMessage
from kireji.core.messages import Role
from kireji.core.models import ModelInfo
from kireji.core.prompt_cache import (
    Break,
    Cause,
    Sent,
    broken,
    kept_of,
    last_question,
    least_cached,
    lives,
    prefix_at,
    prompt_cost,
    rows_of,
    same,
)
from kireji.core.window import Sizes, left_out, place_of
from kireji.core.words import mark, say
from kireji.services.spending import dollars


class Next(NamedTuple):
    """The request that would be made now.

    Args:
        provider: Who is asked.
        model: Which model.
        info: What is known of it.
        prefix: What goes along besides messages.
        path: The question last; the cut that would hold stands at it.
        cut: That cut.
        sizes: How much each of it is.
        tokens: Of the whole prompt, as it is estimated.
    """

    provider: str
    model: str
    info: ModelInfo | None
    prefix: Prefix
    path: Sequence[StoredMessage]
    cut: Cut | None
    sizes: Sizes
    tokens: int


class Cached(NamedTuple):
    """What the service probably still has of a request.

    Args:
        tokens: So many.
        broken: What a change of the person's costs; None without one that is worth a line.
    """

    tokens: int = 0
    broken: Break | None = None


def cached(history: Sequence[StoredMessage], following: Next, last_info: ModelInfo | None, now: datetime) -> Cached:
    """What is still in the cache of what was sent last in a conversation.

    Args:
        history: The path as it was sent last, with its last answer.
        following: What would be sent now.
        last_info: What is known of the model that answered last.
        now: The time.
    """
    place = last_question(history)
    if place < 0:
        return Cached()
    answer = history[place + 1]
    kept = kept_of(answer.usage)
    if not kept or not lives(_aware(answer.created), now):
        return Cached()
    asked = history[: place + 1]
    prefix = prefix_at(asked) or following.prefix
    shared = same(Sent(answer.provider, answer.model, prefix, rows_of(asked)), _sent(following))
    if shared.cause is None:
        return Cached(min(kept, following.tokens))
    tokens = 0
    if shared.cause is Cause.EDIT and lives(_aware(history[shared.rows].created), now):
        tokens = _up_to_a_question(following, shared.rows)
    tokens = tokens if tokens >= least_cached(following.model) else 0
    reported = answer.usage.in_window if answer.usage is not None else 0
    otherwise = prompt_cost(last_info, reported + following.sizes.rows[-1], kept)
    return Cached(tokens, broken(shared.cause, following.tokens, tokens, following.info, otherwise))


_TOLD = {
    Cause.PROVIDER: mark("Another service reads all of it: {tokens} tokens{price}."),
    Cause.MODEL: mark("Another model reads {tokens} tokens anew{price}."),
    Cause.TOOLS: mark("With other tools the service reads {tokens} tokens anew{price}."),
    Cause.SYSTEM: mark("With other instructions the service reads {tokens} tokens anew{price}."),
    Cause.OPTIONS: mark("With another effort the service reads {tokens} tokens anew{price}."),
    Cause.HIDING: mark("With other rules for hiding the service reads {tokens} tokens anew{price}."),
    Cause.EDIT: mark("With this change the service reads {tokens} tokens anew{price}."),
    Cause.CUT: mark("Older messages no longer fit, so the service reads {tokens} tokens anew{price}."),
}


def break_told(found: Break) -> str:
    """What a change costs, in a sentence."""
    price = ""
    if found.now is not None and found.otherwise is not None:
        price = say(": about {now} instead of {otherwise}", now=dollars(found.now), otherwise=dollars(found.otherwise))
    return say(_TOLD[found.cause], tokens=f"{found.tokens:,}", price=price)


def _sent(following: Next) -> Sent:
    path, sizes = following.path, following.sizes
    tokens = sizes.rows[place_of(path, following.cut) :]
    if left_out(path, following.cut).opening:
        tokens = (sizes.rows[0], *tokens)
    return Sent(following.provider, following.model, following.prefix, rows_of(path), tokens, sizes.frame)


def _up_to_a_question(following: Next, rows: int) -> int:
    """How much of a beginning was kept: requests end with questions."""
    sent = _sent(following)
    roles = {stored.id: stored.message.role for stored in following.path}
    while rows and roles[sent.rows[rows - 1][0]] is not Role.USER:
        rows -= 1
    return round(sent.frame + sum(sent.tokens[:rows])) if rows else 0


def _aware(time: datetime) -> datetime:
    return time if time.tzinfo else time.replace(tzinfo=UTC)
