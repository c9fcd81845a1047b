"""What the next question would send, before it is sent."""

from __future__ import annotations

import msgspec
import pytest

from kireji.core.errors import KirejiError
from kireji.core.history import ConversationSetup
from kireji.core.messages import DocumentPart, ImagePart, Usage
from kireji.core.models import ModelInfo, Price
from kireji.core.ports import EncodedDocument
from kireji.core.request_tokens import Share
from kireji.core.requests import ClearedRequest, ModelRequest, OutgoingRequest, Purpose
from kireji.core.secret import Secret
from kireji.services.counting import USUAL_ANSWER, Estimate
from kireji.services.turns import Question
from tests.fakes.provider import FakeProvider, answer
from tests.fakes.tools import FakeToolSource, FakeToolSources, make_tool
from tests.fakes.world import World

WORDS = "A sentence of seven words stands here. "
PRICED = ModelInfo(
    "anthropic",
    "claude-fake-5-5",
    "Fake",
    context_tokens=200_000,
    prices=(Price(1.0, 5.0, 1.25, 0.1), Price(10.0, 50.0, 12.5, 1.0, above_tokens=5_000)),
    uses_tools=True,
    reads_documents=True,
)
BLIND = msgspec.structs.replace(PRICED, sees_images=False, reads_documents=False)
PICTURE = ImagePart("0" * 64, "image/png", 1920, 1080)


class CountingProvider(FakeProvider):
    """Counts when it is asked to."""

    def __init__(self, *models: ModelInfo) -> None:
        super().__init__(models=models)
        self.counted: list[tuple[ModelRequest | None, Secret | None]] = []

    def encode_count(self, request: ModelRequest, base_url: str) -> OutgoingRequest:
        return OutgoingRequest(self.name, "POST", f"{base_url}/count", {}, b"{}", request.model, Purpose.COUNT)

    async def count(self, cleared: ClearedRequest, secret: Secret | None) -> int:
        self.counted.append((cleared.request, secret))
        return 1234


def world(model: ModelInfo = PRICED) -> World:
    return World(remote=FakeProvider(models=(model,)))


async def estimate(made: World, question: Question) -> Estimate:
    return await made.services().counting.estimate(question)


async def test_words_are_the_conversation() -> None:
    found = await estimate(world(), Question(WORDS * 20))
    assert set(found.counted.shares) == {Share.CONVERSATION}
    assert 150 < found.tokens < 400
    assert (found.window, found.answer, found.cached) == (200_000, USUAL_ANSWER, 0)


async def test_nothing_leaves_for_an_estimate() -> None:
    made = world()
    await estimate(made, Question(WORDS))
    assert made.ledger.rows == []
    assert made.remote.asked == []
    assert (await made.conversations.recent()) == []


async def test_pictures_count_by_their_size() -> None:
    found = await estimate(world(), Question("", images=(PICTURE, PICTURE)))
    assert found.counted.shares[Share.IMAGES] == 2 * 2691
    assert found.counted.images == 2


async def test_documents_count_by_what_is_in_them() -> None:
    made = world()
    document = await made.captures.put_document(EncodedDocument((WORDS * 100).encode(), "text/plain", "notes"))
    found = await estimate(made, Question("", documents=(document,)))
    assert 800 < found.counted.shares[Share.DOCUMENTS] < 1800


async def test_a_document_that_is_gone_counts_nothing() -> None:
    missing = DocumentPart("f" * 64, "text/plain", "gone")
    found = await estimate(world(), Question("Why?", documents=(missing,)))
    assert found.counted.shares.get(Share.DOCUMENTS, 0) == 0


async def test_instructions_and_tools_have_shares_of_their_own() -> None:
    made = world()
    made.tool_sources = FakeToolSources(FakeToolSource(make_tool(), name="built-in"))
    bare = await estimate(made, Question("Why?"))
    told = await estimate(made, Question("Why?", system=WORDS * 10))
    assert bare.counted.shares[Share.TOOLS] > 300
    assert told.counted.shares[Share.SYSTEM] > 70
    assert Share.SYSTEM not in bare.counted.shares
    assert sum(told.counted.shares.values()) == pytest.approx(told.tokens, abs=3)


async def test_a_model_that_cannot_see_gets_words_for_pictures() -> None:
    found = await estimate(world(BLIND), Question("", images=(PICTURE,)))
    assert Share.IMAGES not in found.counted.shares
    assert found.tokens < 600


async def test_a_conversation_counts_with_what_was_said() -> None:
    made = world()
    made.remote.enqueue(answer(WORDS * 50, usage=Usage(400, 600)))
    services = made.services()
    await services.chat.ask(Question(WORDS * 30), lambda event: None)
    alone = await services.counting.estimate(Question(WORDS))
    inside = await services.counting.estimate(Question(WORDS, conversation=1))
    again = await services.counting.estimate(Question(WORDS, conversation=1))
    assert inside.tokens == again.tokens
    assert inside.tokens == 1000 + alone.tokens
    assert sum(inside.counted.shares.values()) == inside.tokens


async def test_what_a_model_that_counts_otherwise_reported_is_not_taken_over() -> None:
    made = world()
    made.remote.enqueue(answer(WORDS * 50, usage=Usage(40_000, 600)))
    services = made.services()
    await services.chat.ask(Question(WORDS * 30), lambda event: None)
    other = await services.counting.estimate(Question("And?", conversation=1, model="qwen3"))
    assert other.tokens < 2000


async def test_what_was_said_since_is_seen() -> None:
    made = world()
    made.remote.enqueue(answer("Short."))
    made.remote.enqueue(answer(WORDS * 50, usage=Usage(20, 400)))
    services = made.services()
    await services.chat.ask(Question("Why?"), lambda event: None)
    before = await services.counting.estimate(Question("And?", conversation=1))
    await services.chat.ask(Question("Tell me more.", conversation=1), lambda event: None)
    after = await services.counting.estimate(Question("And?", conversation=1))
    assert after.tokens > before.tokens + 250


async def test_the_price_is_that_of_the_prompts_size() -> None:
    small = await estimate(world(), Question(WORDS * 20))
    large = await estimate(world(), Question(WORDS * 1000))
    assert small.prompt_cost == pytest.approx(small.tokens * 1.0 / 1e6)
    assert large.prompt_cost == pytest.approx(large.tokens * 12.5 / 1e6)
    assert large.cost == pytest.approx((large.tokens * 12.5 + USUAL_ANSWER * 50.0) / 1e6)


async def test_what_the_service_has_in_its_cache_costs_less_for_five_minutes() -> None:
    made = world()
    made.remote.enqueue(answer(WORDS, usage=Usage(10, 30, 500, 1000)))
    services = made.services()
    await services.chat.ask(Question(WORDS * 200), lambda event: None)
    loaded = await made.conversations.load(1)
    assert loaded is not None
    stored = loaded.messages[-1]
    made.clock.advance((stored.created - made.clock.now()).total_seconds() + 60)
    warm = await services.counting.estimate(Question("And?", conversation=1))
    made.clock.advance(600)
    cold = await services.counting.estimate(Question("And?", conversation=1))
    assert (warm.cached, cold.cached) == (1500, 0)
    assert warm.prompt_cost is not None
    assert cold.prompt_cost is not None
    assert warm.prompt_cost < cold.prompt_cost
    assert warm.answer == 30


async def test_a_price_that_nobody_knows_is_none() -> None:
    found = await estimate(world(msgspec.structs.replace(PRICED, prices=())), Question(WORDS))
    assert (found.prompt_cost, found.cost) == (None, None)


async def test_a_conversation_that_is_not_there_is_told() -> None:
    with pytest.raises(KirejiError, match="no conversation 7"):
        await estimate(world(), Question("Why?", conversation=7))


async def test_the_service_counts_when_it_is_asked_to() -> None:
    made = World(remote=CountingProvider(PRICED))
    found = await made.services().counting.exact(Question(WORDS, setup=ConversationSetup()))
    assert (found.exact, found.tokens, found.note) == (1234, 1234, "")
    [row] = made.ledger.rows
    assert row.purpose == "token count"
    assert isinstance(made.remote, CountingProvider)
    [(request, secret)] = made.remote.counted
    assert request is not None
    assert request.messages[-1].text == WORDS
    assert secret is not None
    assert (await made.conversations.recent()) == []


async def test_a_service_that_does_not_count_says_so() -> None:
    made = world()
    found = await made.services().counting.exact(Question(WORDS))
    assert found.exact is None
    assert found.note == "Anthropic does not count; this is an estimate."
    assert made.ledger.rows == []
