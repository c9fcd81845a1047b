"""A structured question: asked once, at most once more with what was wrong, of one service or of its stand-in."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from kireji.core.errors import (
    AuthenticationFailed,
    BudgetReached,
    ConnectionFailed,
    KirejiError,
    Overloaded,
    ProviderError,
)
from kireji.core.history import ConversationSetup
from kireji.core.messages import Role, StopReason, Usage
from kireji.core.models import ModelInfo, Price
from kireji.core.structured.forms import AnswerForm
from kireji.core.structured.questions import AnswerUnusable, Asker, StructuredAnswer, StructuredQuestion
from kireji.services.application import Services
from kireji.services.structured.turn import StructuredTurns
from kireji.tools.validation import JsonSchemaValidator
from tests.fakes.provider import FakeProvider, Step, answer
from tests.fakes.stores import MemorySettings
from tests.fakes.world import ROUTER_KEY, ROUTER_MODEL, World

SCHEMA = json.dumps(
    {
        "type": "object",
        "properties": {"count": {"type": "integer"}},
        "required": ["count"],
        "additionalProperties": False,
    }
).encode()
QUESTION = StructuredQuestion(AnswerForm.FIELDS, "How many?", "Count.", "one two", SCHEMA, max_tokens=500)
GOOD = '{"count": 2}'
PRICED = ModelInfo("anthropic", "fake-model", "Fake model", 200_000, 1_000, prices=(Price(1.0, 5.0, 1.25, 0.1),))


def world(*turns: list[Step], **more: Any) -> World:
    more.setdefault("remote", FakeProvider(*turns))
    return World(validator=JsonSchemaValidator(), **more)


async def asked(scene: World | Services, asker: Asker | None = None, **more: Any) -> StructuredAnswer:
    services = scene.services() if isinstance(scene, World) else scene
    asking = _turns(services)._asking
    return await asking.ask(QUESTION, asker or Asker(), **more)


def _turns(services: Services) -> StructuredTurns:
    return services.habits().moderation._turns


async def test_an_answer_that_fits_is_its_values_with_who_answered_and_what_it_used() -> None:
    found = await asked(world(answer('{"count"', ": 2}", usage=Usage(30, 5, cost=0.01))))
    assert (found.data, found.provider, found.model) == ({"count": 2}, "anthropic", "fake-model")
    assert (found.attempts, found.usage, found.refusal) == (1, Usage(30, 5, cost=0.01), "")


async def test_instructions_schema_and_bound_go_along() -> None:
    scene = world(answer(GOOD))
    await asked(scene)
    [request] = scene.remote.encoded
    assert (request.system, request.output_schema, request.max_tokens) == ("Count.", SCHEMA, 500)
    assert [message.text for message in request.messages] == ["one two"]


async def test_json_in_a_block_of_code_is_taken() -> None:
    assert (await asked(world(answer(f"```json\n{GOOD}\n```")))).data == {"count": 2}


@pytest.mark.parametrize(
    ("first", "why"),
    [
        ("two", "The answer is not valid JSON"),
        ('{"count": "two"}', "count"),
        ("{}", "count"),
        ('{"count": 2, "more": 1}', "more"),
        ("[" * 100_000, "nested too deeply"),
    ],
)
async def test_an_answer_that_does_not_fit_is_asked_for_once_more_with_what_was_wrong(first: str, why: str) -> None:
    scene = world(answer(first, usage=Usage(10, 1, cost=0.1)), answer(GOOD, usage=Usage(20, 2, cost=0.2)))
    found = await asked(scene)
    assert (found.data, found.attempts) == ({"count": 2}, 2)
    assert found.usage.cost == pytest.approx(0.3)
    assert (found.usage.input_tokens, found.usage.output_tokens) == (30, 3)
    again = scene.remote.encoded[1].messages
    assert [message.role for message in again] == [Role.USER, Role.ASSISTANT, Role.USER]
    assert again[1].text == first
    assert why in again[2].text


async def test_of_an_answer_that_is_absurdly_long_only_its_beginning_goes_back() -> None:
    scene = world(answer("x" * 5_000_000), answer(GOOD))
    assert (await asked(scene)).attempts == 2
    assert len(scene.remote.encoded[1].messages[1].text) < 110_000


async def test_the_reader_of_this_computer_is_not_mistaken_for_a_missing_key() -> None:
    with pytest.raises(KirejiError, match="reads words, and answers nothing"):
        await asked(world(), Asker("device"))


async def test_what_a_check_says_is_told_to_the_model() -> None:
    scene = world(answer('{"count": 3}'), answer(GOOD))
    check: Callable[[Any], str] = lambda data: "" if data["count"] == 2 else "There are two words."  # noqa: E731
    assert (await asked(scene, check=check)).attempts == 2
    assert "There are two words." in scene.remote.encoded[1].messages[-1].text


async def test_a_check_sees_only_what_follows_the_schema() -> None:
    seen: list[Any] = []

    def check(data: Any) -> str:
        seen.append(data)
        return ""

    await asked(world(answer("[1]"), answer(GOOD)), check=check)
    assert seen == [{"count": 2}]


async def test_an_empty_answer_is_asked_for_again_as_if_for_the_first_time() -> None:
    scene = world(answer(""), answer(GOOD))
    assert (await asked(scene)).attempts == 2
    assert len(scene.remote.encoded[1].messages) == 1


async def test_what_does_not_fit_twice_has_failed_with_what_came_and_why() -> None:
    scene = world(answer("no"), answer("still no"))
    with pytest.raises(AnswerUnusable) as failed:
        await asked(scene)
    assert (failed.value.text, len(scene.remote.asked)) == ("still no", 2)
    assert "twice" in failed.value.message
    assert "not valid JSON" in failed.value.detail


@pytest.mark.parametrize("reason", [StopReason.MAX_TOKENS, StopReason.CONTEXT_FULL])
async def test_an_answer_that_was_cut_has_failed_and_is_not_asked_for_again(reason: StopReason) -> None:
    scene = world(answer('{"count": ', reason=reason))
    with pytest.raises(AnswerUnusable, match="cut before its end"):
        await asked(scene)
    assert len(scene.remote.asked) == 1


async def test_an_answer_that_is_whole_although_it_says_it_was_cut_is_taken() -> None:
    assert (await asked(world(answer(GOOD, reason=StopReason.MAX_TOKENS)))).data == {"count": 2}


async def test_a_refusal_is_an_answer_without_values() -> None:
    scene = world(answer("I can", reason=StopReason.REFUSAL))
    found = await asked(scene)
    assert (found.data, found.attempts) == (None, 1)
    assert "declined" in found.refusal


async def test_a_refusal_of_the_second_answer_is_one_too() -> None:
    found = await asked(world(answer("no"), answer(reason=StopReason.REFUSAL)))
    assert (found.data, found.attempts, bool(found.refusal)) == (None, 2, True)


async def test_the_text_so_far_is_told_and_begins_anew_with_the_second_answer() -> None:
    told: list[str] = []
    await asked(world(answer("no ", "JSON"), answer('{"count"', ": 2}")), observe=told.append)
    assert told[0] == "no "
    assert told[-1] == GOOD
    assert '{"count"' in told


async def test_a_service_that_is_down_passes_to_the_next() -> None:
    scene = world(
        [Overloaded("Too busy.")],
        router=FakeProvider(answer(GOOD), name="openrouter", models=(ROUTER_MODEL,)),
        router_key=ROUTER_KEY,
        settings=MemorySettings({"models": {"fallback": ["openrouter"]}}),
    )
    found = await asked(scene)
    assert (found.provider, found.data) == ("openrouter", {"count": 2})
    assert "Too busy" in found.note or "anthropic" in found.note.lower()


async def test_whoever_was_asked_for_by_name_is_not_replaced() -> None:
    scene = world(
        [Overloaded("Too busy.")],
        router=FakeProvider(answer(GOOD), name="openrouter", models=(ROUTER_MODEL,)),
        router_key=ROUTER_KEY,
        settings=MemorySettings({"models": {"fallback": ["openrouter"]}}),
    )
    with pytest.raises(Overloaded):
        await asked(scene, Asker("anthropic"))
    assert scene.router.asked == []


async def test_for_whom_the_person_has_chosen_for_a_conversation_another_stands_in() -> None:
    scene = world(
        [Overloaded("Too busy.")],
        router=FakeProvider(answer(GOOD), name="openrouter", models=(ROUTER_MODEL,)),
        router_key=ROUTER_KEY,
        settings=MemorySettings({"models": {"fallback": ["openrouter"]}}),
    )
    found = await asked(scene, Asker(setup=ConversationSetup("anthropic", "fake-model")))
    assert (found.provider, [request.model for request in scene.remote.encoded]) == ("openrouter", ["fake-model"])


async def test_whom_the_person_has_chosen_for_a_conversation_answers_before_the_settings() -> None:
    scene = world(
        router=FakeProvider(answer(GOOD), name="openrouter", models=(ROUTER_MODEL,)),
        router_key=ROUTER_KEY,
        settings=MemorySettings({"models": {"provider": "anthropic"}}),
    )
    found = await asked(scene, Asker(setup=ConversationSetup("openrouter", ROUTER_MODEL.id)))
    assert (found.provider, found.model) == ("openrouter", ROUTER_MODEL.id)


async def test_a_failure_of_the_second_request_does_not_start_anew_elsewhere() -> None:
    scene = world(
        answer("no"),
        [ConnectionFailed("It is gone.")],
        router=FakeProvider(answer(GOOD), name="openrouter", models=(ROUTER_MODEL,)),
        router_key=ROUTER_KEY,
        settings=MemorySettings({"models": {"fallback": ["openrouter"]}}),
    )
    with pytest.raises(ConnectionFailed):
        await asked(scene)
    assert scene.router.asked == []


async def test_a_wrong_key_is_told_as_it_is() -> None:
    with pytest.raises(AuthenticationFailed):
        await asked(world([AuthenticationFailed("The key is wrong.")]))


async def test_this_computers_reader_answers_no_structured_question() -> None:
    scene = world(key="", settings=MemorySettings({"models": {"fallback": ["device"]}}))
    with pytest.raises(KirejiError) as failed:
        await asked(scene)
    assert not isinstance(failed.value, ProviderError) or failed.value.message
    assert scene.device.asked == []


async def test_a_budget_is_asked_before_each_request() -> None:
    scene = world(
        remote=FakeProvider(answer("no", usage=Usage(10, 1, cost=0.004)), answer(GOOD), models=(PRICED,)),
        settings=MemorySettings({"budget": {"day": 0.005}}),
    )
    with pytest.raises(BudgetReached):
        await asked(scene)
    assert len(scene.remote.asked) == 1


async def test_what_is_hidden_goes_out_as_placeholders_and_comes_back_as_json() -> None:
    schema = SCHEMA.replace(b'"integer"', b'"string"')
    secret = 'password: correct"horse'
    question = StructuredQuestion(AnswerForm.FIELDS, "x", "Count.", f"to a@example.org, {secret}", schema)
    scene = world(answer('{"count": "[MAIL_1]"}'), redacts=True)
    found = await _turns(scene.services())._asking.ask(question, Asker())
    assert found.data == {"count": "a@example.org"}
    assert "a@example.org" not in scene.remote.encoded[0].messages[0].text
    assert found.note


async def test_a_rule_of_the_persons_that_ends_an_answer_is_named_and_nothing_is_asked_again() -> None:
    scene = world(answer('{"count": "HALT"}'), redacts=True, settings=MemorySettings({"privacy": {"stops": ["HALT"]}}))
    with pytest.raises(AnswerUnusable, match="your rules"):
        await asked(scene)
    assert len(scene.remote.asked) == 1
