"""Prices from a service's real list to the budget: of what is listed wrongly nothing is believed, and it asks."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from kireji.core.history import StoredMessage
from kireji.core.messages import MessageState
from kireji.providers.anthropic import AnthropicProvider
from kireji.providers.http import HttpClient
from kireji.providers.openrouter import OpenRouterProvider
from kireji.services.application import Services
from kireji.services.turns import Question
from tests.fakes.world import World
from tests.service import KEY as CLAUDE_KEY
from tests.service import TestService
from tests.service.openai_answers import Completion, plain
from tests.service.openai_catalog import ODD_PRICES
from tests.service.openrouter import KEY, OpenRouterService

UNKNOWN = "is unknown, so no budget can hold for it; nothing was sent."


@asynccontextmanager
async def listing() -> AsyncIterator[tuple[OpenRouterService, Services]]:
    """The services over the real adapter, which has fetched its list of models; there is a budget."""
    http = HttpClient()
    async with OpenRouterService(default=plain(Completion(["Yes."]))) as service:
        environ = {"OPENROUTER_BASE_URL": service.base_url, "OPENROUTER_API_KEY": KEY}
        world = World(key="", environ=environ, router=OpenRouterProvider(http))  # type: ignore[arg-type]
        world.settings.tables["budget"] = {"day": 1.0}
        services = world.services()
        try:
            assert await services.catalog.models("openrouter", refresh=True)
            yield service, services
        finally:
            await http.aclose()


async def ask(services: Services, model: str, provider: str = "openrouter", *, unpriced: bool = False) -> StoredMessage:
    question = Question("Is it so?", provider=provider, model=model, max_tokens=100, unpriced=unpriced)
    return await services.chat.ask(question, lambda _event: None)


def asked(service: TestService | OpenRouterService) -> int:
    """How many questions were received."""
    return sum(request.path.endswith(("/messages", "/completions")) for request in service.requests)


@pytest.mark.parametrize("name", ODD_PRICES)
async def test_a_price_that_is_missing_negative_or_nonsense_asks_first(name: str) -> None:
    async with listing() as (service, services):
        refused = await ask(services, f"odd/{name}")
        assert refused.error.startswith("The price of")
        assert UNKNOWN in refused.error
        assert asked(service) == 0
        assert (await services.spending.today()).running == 0


async def test_it_is_sent_when_the_person_says_so() -> None:
    async with listing() as (service, services):
        assert (await ask(services, "odd/negative", unpriced=True)).state is MessageState.COMPLETE
        assert asked(service) == 1


async def test_a_router_that_names_no_price_asks_first() -> None:
    async with listing() as (service, services):
        assert UNKNOWN in (await ask(services, "openrouter/auto")).error
        assert asked(service) == 0


async def test_a_model_that_is_not_listed_asks_first() -> None:
    async with listing() as (service, services):
        assert UNKNOWN in (await ask(services, "nobody/knows-it")).error
        assert asked(service) == 0


async def test_a_sound_price_does_not_ask() -> None:
    async with listing() as (service, services):
        assert (await ask(services, "mistral/words-only")).state is MessageState.COMPLETE
        assert asked(service) == 1


async def test_a_model_of_anthropic_that_no_table_knows_asks_first() -> None:
    http = HttpClient()
    async with TestService() as service:
        environ = {"ANTHROPIC_BASE_URL": service.base_url, "ANTHROPIC_API_KEY": CLAUDE_KEY}
        world = World(key="", environ=environ, remote=AnthropicProvider(http))  # type: ignore[arg-type]
        world.settings.tables["budget"] = {"day": 1.0}
        services = world.services()
        await services.catalog.models("anthropic", refresh=True)
        assert UNKNOWN in (await ask(services, "claude-unheard-of-9", "anthropic")).error
        assert asked(service) == 0
        await http.aclose()
