"""Models: what they can do and what they cost."""

from __future__ import annotations

import msgspec

from kireji.core.messages import Usage


class Price(msgspec.Struct, frozen=True):
    """US dollars per million tokens, for prompts above `above_tokens` tokens.

    Args:
        input: Per million fresh prompt tokens.
        output: Per million answered tokens, thinking included.
        cache_write: Per million prompt tokens written to the cache.
        cache_read: Per million prompt tokens read from it.
        above_tokens: The prompt size (cache included) from which this price holds for the whole request.
    """

    input: float
    output: float
    cache_write: float
    cache_read: float
    above_tokens: int = 0


class ModelInfo(msgspec.Struct, frozen=True):
    """One model of one provider.

    Args:
        provider: Whose.
        id: The provider's id.
        name: As people know it.
        context_tokens: How much it can read; 0 if unknown.
        max_output_tokens: How much it can say; 0 if unknown.
        sees_images: Whether pictures may be sent.
        efforts: Whether effort can be chosen.
        prices: By rising `above_tokens`; empty when unknown.
        free: Whether it costs nothing (this computer's own reader).
        retired: Why and by what it was replaced; empty while it answers.
    """

    provider: str
    id: str
    name: str
    context_tokens: int = 0
    max_output_tokens: int = 0
    sees_images: bool = True
    efforts: bool = False
    prices: tuple[Price, ...] = ()
    free: bool = False
    retired: str = ""

    def cost(self, usage: Usage) -> float | None:
        """What `usage` costs in US dollars, or None when the price is unknown."""
        if self.free:
            return 0.0
        prompt = usage.input_tokens + usage.cache_read_tokens + usage.cache_write_tokens
        applying = [price for price in self.prices if prompt > price.above_tokens or price.above_tokens == 0]
        if not applying:
            return None
        price = applying[-1]
        millionths = (
            usage.input_tokens * price.input
            + usage.output_tokens * price.output
            + usage.cache_write_tokens * price.cache_write
            + usage.cache_read_tokens * price.cache_read
        )
        return millionths / 1_000_000
