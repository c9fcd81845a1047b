"""Models: what they can do and what they cost."""

from __future__ import annotations

import enum
import math
from collections.abc import Callable

import msgspec

from kireji.core.messages import Usage


class Effort(enum.Enum):
    """How much work a model puts into an answer."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    XHIGH = "xhigh"
    MAX = "max"


class Price(msgspec.Struct, frozen=True):
    """US dollars per million tokens, for prompts above `above_tokens` tokens.

    Args:
        input: Per million fresh prompt tokens.
        output: Per million answered tokens, thinking included.
        cache_write: Per million prompt tokens written to the cache.
        cache_read: Per million prompt tokens read from it.
        above_tokens: The prompt size (cache included) from which this price holds for the whole request.
        request: For the request itself, in US dollars.
    """

    input: float
    output: float
    cache_write: float
    cache_read: float
    above_tokens: int = 0
    request: float = 0.0

    @property
    def sound(self) -> bool:
        """Whether these are prices: services write a negative number where there is none."""
        all_of_them = (self.input, self.output, self.cache_write, self.cache_read, self.request)
        return all(0 <= each < math.inf for each in all_of_them)

    def of(self, usage: Usage) -> float:
        """What `usage` costs in US dollars."""
        millionths = (
            usage.input_tokens * self.input
            + usage.output_tokens * self.output
            + usage.cache_write_tokens * self.cache_write
            + usage.cache_read_tokens * self.cache_read
        )
        return self.request + millionths / 1_000_000


class Lifecycle(enum.Enum):
    """Whether a model goes on being served."""

    ACTIVE = "active"
    DEPRECATED = "deprecated"
    """It still answers; its end has been announced."""
    RETIRED = "retired"
    """Every request to it fails."""


class ModelInfo(msgspec.Struct, frozen=True):
    """One model of one provider.

    Args:
        provider: Whose.
        id: The provider's id.
        name: As people know it.
        context_tokens: How much it can read; 0 if unknown.
        max_output_tokens: How much it can say; 0 if unknown.
        sees_images: Whether pictures may be sent.
        efforts: The efforts it can be asked for, lowest first; empty when effort cannot be chosen.
        prices: By rising `above_tokens`; empty when unknown.
        free: Whether it costs nothing (this computer's own reader, a local server).
        lifecycle: Whether it goes on being served.
        ends: The day it is retired, as YYYY-MM-DD; empty when none is announced.
        replacement: The model that takes its place; empty when none is known.
        uses_tools: Whether it can ask for tools.
        reads_documents: Whether PDF documents may be sent.
        structured: Whether it can be held to a JSON schema.
        thinking: The kinds of thinking it takes, in the provider's words (adaptive, disabled, ...).
        address: Base URL of the local server that has it; empty for services with one address.
        note: What else a person should know before choosing it, in one sentence.
        batches: Whether it can be asked through a batch service.
        batch_share: What that costs, of the full price.
    """

    provider: str
    id: str
    name: str
    context_tokens: int = 0
    max_output_tokens: int = 0
    sees_images: bool = True
    efforts: tuple[Effort, ...] = ()
    prices: tuple[Price, ...] = ()
    free: bool = False
    lifecycle: Lifecycle = Lifecycle.ACTIVE
    ends: str = ""
    replacement: str = ""
    uses_tools: bool = False
    reads_documents: bool = False
    structured: bool = False
    thinking: tuple[str, ...] = ()
    address: str = ""
    note: str = ""
    batches: bool = False
    batch_share: float = 0.5

    def cost(self, usage: Usage) -> float | None:
        """What `usage` costs in US dollars, or None when the price is unknown."""
        if self.free:
            return 0.0
        price = self.price(usage.input_tokens + usage.cache_read_tokens + usage.cache_write_tokens)
        return None if price is None else price.of(usage)

    @property
    def pricing(self) -> Callable[[Usage], float | None]:
        """As `cost`, for many requests: what holds for all of them is looked at once."""
        if not self.free and len(self.prices) == 1 and self.prices[0].above_tokens == 0 and self.prices[0].sound:
            return self.prices[0].of
        return self.cost

    def price(self, prompt_tokens: int) -> Price | None:
        """What holds for a prompt of that size, cache included; None when that is unknown, or is no price at all."""
        for price in reversed(self.prices):
            if prompt_tokens > price.above_tokens or price.above_tokens == 0:
                return price if price.sound else None
        return None

    def cost_at_most(self, prompt_tokens: int, output_tokens: int) -> float | None:
        """What a request can cost at most in US dollars, whatever of it is written to a cache; None when unknown.

        Args:
            prompt_tokens: The prompt has no more.
            output_tokens: The answer has no more.
        """
        if self.free:
            return 0.0
        price = self.price(prompt_tokens)
        if price is None:
            return None
        millionths = prompt_tokens * max(price.input, price.cache_write) + output_tokens * price.output
        return price.request + millionths / 1_000_000


class LocalServer(msgspec.Struct, frozen=True):
    """A model server that was found on this computer.

    Args:
        name: As people know it: Ollama, llama.cpp, LM Studio, or "Local server".
        base_url: Where it answers, with /v1.
        models: What it can run now.
    """

    name: str
    base_url: str
    models: tuple[ModelInfo, ...] = ()


class Balance(msgspec.Struct, frozen=True):
    """What is left on an account, in US dollars.

    Args:
        label: The service's own name of the key.
        used: Spent so far.
        limit: The most the key may spend; None when it has no limit of its own.
        remaining: What is left of that limit; None without one.
        free_tier: Whether the account has never bought credit.
    """

    label: str = ""
    used: float = 0.0
    limit: float | None = None
    remaining: float | None = None
    free_tier: bool = False
