"""What of a question the service probably has in its cache, and what a change makes it read anew.

A service keeps the beginning of what it was sent last for a few minutes and charges a tenth or less when the next
request begins with the same bytes: tools, instructions, messages, in this order. Another model, other tools, other
instructions or another effort make all of it new; an earlier question that is edited, what follows it. What has simply
been too long in the cache is no change of the person's, and nothing is said of it.

    Break(Cause.MODEL, 43_000, 0.05, 0.005)  # 43,000 tokens are read anew: $0.05 instead of $0.005
"""

from __future__ import annotations

import enum
import hashlib
import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

import msgspec

from kireji.core.history import Prefix, StoredMessage
from kireji.core.messages import Role, Usage
from kireji.core.models import ModelInfo
from kireji.core.requests import ModelRequest
from kireji.core.window import current, left_out, place_of

LASTS = timedelta(minutes=5)
"""From the last use on; an hour costs more to write, and is not asked for."""
_TELLING_DOLLARS = 0.001
_TELLING_TOKENS = 10_000
"""What a change must cost more, or what must be read anew where nobody knows the price, before it is worth a line."""
_LEAST = ((512, r"claude-(haiku|opus|sonnet)-5-5|claude-opus-5$|claude-(fable|mythos)-"), (2048, r"claude-opus-4-7"),
          (4096, r"claude-(haiku-4-5|opus-4-[56])"))  # fmt: skip
_USUAL = 1024


class Cause(enum.Enum):
    """Why the beginning is another one."""

    PROVIDER = "provider"
    MODEL = "model"
    TOOLS = "tools"
    SYSTEM = "instructions"
    OPTIONS = "effort"
    HIDING = "hiding"
    EDIT = "edit"
    CUT = "cut"


class Break(msgspec.Struct, frozen=True):
    """A change that costs.

    Args:
        cause: What has changed.
        tokens: So many are read anew.
        now: US dollars that the prompt costs with the change; None when unknown.
        otherwise: The same without it.
    """

    cause: Cause
    tokens: int
    now: float | None = None
    otherwise: float | None = None

    @property
    def more(self) -> float:
        """US dollars that the change costs; 0 when that is unknown."""
        return 0.0 if self.now is None or self.otherwise is None else self.now - self.otherwise


class Sent(NamedTuple):
    """A request, as far as a cache depends on it.

    Args:
        provider: Who is asked.
        model: Which model.
        prefix: What goes along besides messages.
        rows: Names of its messages: the same name, the same bytes.
        tokens: Of each of them.
        frame: Tokens of tools and instructions.
    """

    provider: str
    model: str
    prefix: Prefix
    rows: tuple[tuple[int, int], ...]
    tokens: tuple[float, ...] = ()
    frame: float = 0.0

    @property
    def total(self) -> float:
        """All its tokens."""
        return self.frame + sum(self.tokens)


class Same(NamedTuple):
    """How much of the beginning is the same.

    Args:
        cause: Why not all of it; None when all of it is.
        tokens: So many.
        rows: So many of the messages.
    """

    cause: Cause | None
    tokens: float
    rows: int = 0


def prefix_of(request: ModelRequest, *, hidden: bool) -> Prefix:
    """What of a request the cache depends on besides its messages."""
    tools = msgspec.json.encode([(tool.name, tool.description, tool.input_schema) for tool in request.tools])
    options = f"{request.effort.value if request.effort else ''} {request.thinking.value}"
    return Prefix(_digest(request.system.encode("utf-8", "replace")), _digest(tools), options, hidden)


def prefix_at(history: Sequence[StoredMessage]) -> Prefix | None:
    """What went along with the last question of a path; None where nobody knows."""
    return next((stored.prefix for stored in reversed(history) if stored.prefix is not None), None)


def rows_of(history: Sequence[StoredMessage]) -> tuple[tuple[int, int], ...]:
    """The names of the messages that go along at the end of a path."""
    cut = current(history)
    gap = left_out(history, cut)
    kept = [
        (stored.id, int(cut is not None and stored.message.raw is not None and stored.id <= cut.bare))
        for stored in history[place_of(history, cut) :]
    ]
    return ((history[0].id, -gap.messages), *kept) if gap.opening else tuple(kept)


def same(last: Sent, now: Sent) -> Same:
    """How much of the beginning of a request is what was sent last."""
    for cause, before, after in (
        (Cause.PROVIDER, last.provider, now.provider),
        (Cause.MODEL, last.model, now.model),
        (Cause.TOOLS, last.prefix.tools, now.prefix.tools),
        (Cause.SYSTEM, last.prefix.system, now.prefix.system),
        (Cause.OPTIONS, last.prefix.options, now.prefix.options),
        (Cause.HIDING, last.prefix.hidden and not now.prefix.hidden, False),
    ):
        if before != after:
            return Same(cause, 0.0)
    shared = next(
        (place for place, (one, other) in enumerate(zip(last.rows, now.rows, strict=False)) if one != other),
        min(len(last.rows), len(now.rows)),
    )
    tokens = now.frame + sum(now.tokens[:shared])
    if shared == len(last.rows):
        return Same(None, tokens, shared)
    return Same(Cause.CUT if last.rows[:1] != now.rows[:1] else Cause.EDIT, tokens, shared)


def least_cached(model: str) -> int:
    """Tokens of the shortest prompt that a model's service keeps."""
    name = model.rsplit("/", 1)[-1].replace(".", "-")
    return next((least for least, pattern in _LEAST if re.match(pattern, name)), _USUAL)


def kept_of(usage: Usage | None) -> int:
    """How much of an answer's last request the service has kept."""
    if usage is None:
        return 0
    kept = usage.cache_read_tokens + usage.cache_write_tokens
    return min(kept, usage.window_tokens or kept)


def lives(used: datetime, now: datetime) -> bool:
    """Whether what was used then is still kept."""
    return now - used <= LASTS


def prompt_cost(info: ModelInfo | None, prompt: float, cached: float) -> float | None:
    """US dollars that a prompt costs of which so much is cached; None when unknown.

    What is new is written into the cache of those services that have a price for it.
    """
    if info is None:
        return None
    fresh, read = max(0, round(prompt - cached)), round(min(prompt, cached))
    price = info.price(round(prompt))
    writes = price is not None and price.cache_write > price.input and prompt >= least_cached(info.id)
    if writes:
        return info.cost(Usage(cache_write_tokens=fresh, cache_read_tokens=read))
    return info.cost(Usage(input_tokens=fresh, cache_read_tokens=read))


def broken(cause: Cause, prompt: float, cached: float, info: ModelInfo | None, otherwise: float | None) -> Break | None:
    """What a change costs; None when that is too little for a line.

    Args:
        cause: What has changed.
        prompt: Tokens of the request that would be sent.
        cached: So many of them are still read from the cache.
        info: The model that would be asked.
        otherwise: What the same question costs without the change; None when unknown.
    """
    now = prompt_cost(info, prompt, cached)
    made = Break(cause, max(0, round(prompt - cached)), now, otherwise)
    if now is None or otherwise is None:
        return made if made.tokens >= _TELLING_TOKENS else None
    return made if made.more >= _TELLING_DOLLARS else None


def last_question(history: Sequence[StoredMessage]) -> int:
    """Where in a path the last question stands that was answered; -1 for none."""
    answered = (place for place in range(len(history) - 1, 0, -1) if history[place].message.role is Role.ASSISTANT)
    return next((place - 1 for place in answered if history[place].usage is not None), -1)


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:16]
