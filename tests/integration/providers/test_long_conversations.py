"""Conversations that outgrow what their model can read, over real sockets and a real file."""

from __future__ import annotations

import asyncio
import hashlib
import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from kireji.core.history import Cut, StoredMessage
from kireji.core.messages import MessageState
from kireji.core.receipts import Evidence
from kireji.core.tool_ports import CallContext
from kireji.core.tools import Arguments, ToolOutput
from kireji.services.turns import AnswerBegins, Question
from tests.fakes.tools import said
from tests.service import KEY, Blocks, Call, Reasoning, Rule, Status, TestService, Words
from tests.support.tool_scene import ToolScene, tool_scene

HAIKU = "claude-haiku-5-5"
SMALL = 6_000
WORDS = "The heron stands in the shallow water and waits for a fish. " * 10
"""Some 150 tokens; the service says them again."""


@asynccontextmanager
async def program(service: TestService, home: Path) -> AsyncIterator[ToolScene]:
    environ = {"ANTHROPIC_BASE_URL": service.base_url, "ANTHROPIC_API_KEY": KEY}
    async with tool_scene(home, environ) as scene:
        await scene.services.catalog.models("anthropic", refresh=True)
        yield scene


@pytest.fixture
async def service() -> AsyncIterator[TestService]:
    async with TestService(windows={HAIKU: SMALL}) as running:
        yield running


def bodies(service: TestService) -> list[dict[str, Any]]:
    """The questions that it was sent."""
    return [one.body for one in service.requests if one.path == "/v1/messages" and one.method == "POST"]


def words(body: dict[str, Any]) -> list[str]:
    """The first words of what the person says in each of its turns."""
    turns = [one["content"] for one in body["messages"] if one["role"] == "user"]
    return [
        next((block["text"][:3] for block in content if block["type"] == "text"), "")
        for content in (turn if isinstance(turn, list) else [{"type": "text", "text": turn}] for turn in turns)
    ]


def asking(number: int, text: str = WORDS, conversation: int | None = 1, **more: Any) -> Question:
    where = None if number == 1 else conversation
    return Question(f"{number:02} {text}", conversation=where, provider="anthropic", model=HAIKU, **more)


async def talk(scene: ToolScene, questions: range) -> list[StoredMessage]:
    return [await scene.ask(asking(number)) for number in questions]


async def cuts(scene: ToolScene) -> list[Cut]:
    loaded = await scene.services.conversations.load(1)
    assert loaded is not None
    return [one.cut for one in loaded.messages if one.cut is not None]


def notes(scene: ToolScene) -> list[str]:
    return [event.note for event in scene.seen if isinstance(event, AnswerBegins) and event.note]


@dataclass(frozen=True)
class Talk:
    """A conversation that has outgrown its window more than once."""

    answers: list[StoredMessage]
    bodies: list[dict[str, Any]]
    cuts: list[Cut]
    notes: list[str]
    evidence: list[Evidence]
    """Of the receipts of all that left."""


@pytest.fixture(scope="module")
def long_talk(tmp_path_factory: pytest.TempPathFactory) -> Talk:
    """Asked once for all that is looked at in it."""

    async def held() -> Talk:
        home = tmp_path_factory.mktemp("long")
        async with TestService(windows={HAIKU: SMALL}) as service, program(service, home) as scene:
            answers = await talk(scene, range(1, 31))
            receipts = scene.services.receipts
            asked = [row for row in await scene.services.ledger.recent(100) if row.purpose == "answer"]
            evidence = [(await receipts.of(row)).evidence for row in asked]
            return Talk(answers, bodies(service), await cuts(scene), notes(scene), evidence)

    return asyncio.run(held())


def test_a_conversation_goes_on_past_the_window_and_every_question_is_answered(long_talk: Talk) -> None:
    assert {answer.state for answer in long_talk.answers} == {MessageState.COMPLETE}
    assert len(long_talk.bodies) == 30  # none was refused on the way
    assert words(long_talk.bodies[-1])[-1] == "30 "


def test_the_oldest_turns_stay_out_in_big_steps(long_talk: Talk) -> None:
    lengths = [len(body["messages"]) for body in long_talk.bodies]
    steps = [after - before for before, after in itertools.pairwise(lengths)]
    assert len(long_talk.cuts) == sum(step != 2 for step in steps) == 3
    assert min(steps) <= -8


def test_between_cuts_what_was_sent_before_is_sent_again_to_the_byte(long_talk: Talk) -> None:
    sent = [[{**one, "content": _bare(one["content"])} for one in body["messages"]] for body in long_talk.bodies]
    for before, after in itertools.pairwise(sent):
        assert after[: len(before)] == before or len(after) < len(before)


def _bare(content: Any) -> Any:
    return [{key: value for key, value in block.items() if key != "cache_control"} for block in content]


def test_the_service_reads_most_of_a_long_conversation_from_its_cache(long_talk: Talk) -> None:
    usages = [answer.usage for answer in long_talk.answers if answer.usage is not None]
    read = sum(usage.cache_read_tokens for usage in usages)
    assert read / sum(usage.total_tokens - usage.output_tokens for usage in usages) > 0.75


def test_the_first_question_goes_along_and_the_model_is_told_of_the_gap(long_talk: Talk) -> None:
    first = long_talk.bodies[-1]["messages"][0]["content"]
    texts = [block["text"] for block in first if block["type"] == "text"]
    assert [text[:3] for text in texts[:1]] == ["01 "]
    assert "messages that followed this one are left out here" in texts[1]


def test_only_the_answer_with_which_it_was_cut_says_what_did_not_go_along(long_talk: Talk) -> None:
    left = [sum(answer.id < cut.first for answer in long_talk.answers) * 2 for cut in long_talk.cuts]
    assert long_talk.notes == [f"Messages 2 to {last} did not go along: they no longer fit." for last in left]
    assert [answer.error for answer in long_talk.answers if answer.error] == long_talk.notes


def test_every_receipt_shows_what_was_sent_though_it_was_cut(long_talk: Talk) -> None:
    assert set(long_talk.evidence) == {Evidence.REBUILT}


async def test_what_is_told_ahead_is_what_is_sent(service: TestService, tmp_path: Path) -> None:
    async with program(service, tmp_path) as scene:
        await talk(scene, range(1, 15))
        asked = 15
        while not (estimate := await scene.services.counting.estimate(asking(asked))).cuts:
            await scene.ask(asking(asked))
            asked += 1
        ahead = await scene.services.receipts.before(asking(asked))
        await scene.ask(asking(asked))
    assert ahead is not None
    assert ahead.sent.digest == hashlib.sha256(service.requests[-1].raw).hexdigest()
    assert f"Messages 2 to {estimate.left_out.messages + 1} did not go along" in notes(scene)[-1]


async def test_what_is_made_of_sources_takes_room_of_the_conversation_ahead_too(
    service: TestService, tmp_path: Path
) -> None:
    async with program(service, tmp_path) as scene:
        await talk(scene, range(1, 7))
        counting = scene.services.counting
        assert [(await counting.estimate(asking(7), context)).cuts for context in ((), (3_000,))] == [False, True]


async def test_the_meter_counts_what_goes_along_and_no_more(service: TestService, tmp_path: Path) -> None:
    async with program(service, tmp_path) as scene:
        for number in range(1, 26):
            estimate = await scene.services.counting.estimate(asking(number))
            stored = await scene.ask(asking(number))
            assert stored.usage is not None
            read = stored.usage.total_tokens - stored.usage.output_tokens
            assert estimate.tokens < SMALL
            if number > 10:  # it has learned by then
                assert estimate.tokens == pytest.approx(read, rel=0.12)


async def test_a_restart_changes_nothing_of_what_goes_along(service: TestService, tmp_path: Path) -> None:
    async with program(service, tmp_path) as scene:
        await talk(scene, range(1, 15))
    async with program(service, tmp_path) as scene:
        await talk(scene, range(15, 16))
    before, after = bodies(service)[-2:]
    assert words(after)[:-1] == words(before)


async def test_another_branch_has_a_cut_of_its_own(service: TestService, tmp_path: Path) -> None:
    async with program(service, tmp_path) as scene:
        answers = await talk(scene, range(1, 15))
        third = answers[2].parent
        await scene.ask(Question("edited", conversation=1, edit=third, provider="anthropic", model=HAIKU))
        branch = await cuts(scene)
    assert words(bodies(service)[-1]) == ["01 ", "02 ", "edi"]
    assert branch == []


async def test_a_model_that_reads_more_is_told_all_again(service: TestService, tmp_path: Path) -> None:
    async with program(service, tmp_path) as scene:
        await talk(scene, range(1, 15))
        await scene.ask(Question("all", conversation=1, provider="anthropic", model="claude-opus-5"))
    assert len(bodies(service)[-1]["messages"]) == 29


async def test_a_model_that_reads_less_gets_less(tmp_path: Path) -> None:
    async with (
        TestService(windows={HAIKU: SMALL}) as service,
        program(service, tmp_path) as scene,
    ):
        for number in range(1, 15):
            where = None if number == 1 else 1
            question = Question(f"{number:02} {WORDS}", conversation=where, provider="anthropic", model="claude-opus-5")
            await scene.ask(question)
        stored = await scene.ask(asking(15))
    assert stored.state is MessageState.COMPLETE
    assert len(bodies(service)[-2]["messages"]) == 27
    assert len(bodies(service)[-1]["messages"]) < 20


async def test_a_question_that_is_too_large_alone_is_told_with_its_parts_and_nothing_is_sent(
    service: TestService, tmp_path: Path
) -> None:
    async with program(service, tmp_path) as scene:
        stored = await scene.ask(asking(1, WORDS * 50))
    assert stored.state is MessageState.FAILED
    assert "and Claude Haiku 5.5 has room for 4,500: words" in stored.error
    assert "nothing was sent" in stored.error
    assert bodies(service) == []


async def test_what_the_service_finds_too_long_nevertheless_is_cut_further_and_asked_again(
    service: TestService, tmp_path: Path
) -> None:
    async with program(service, tmp_path) as scene:
        await talk(scene, range(1, 6))
        refusal = Status(400, "invalid_request_error", "prompt is too long: 7000 tokens > 6000 maximum")
        service.enqueue(Rule(refusal))
        stored = await scene.ask(asking(6))
        spent = await scene.services.spending.of_conversation(1)
    assert stored.state is MessageState.COMPLETE
    assert "did not go along" in stored.error
    refused, accepted = bodies(service)[-2:]
    assert len(accepted["messages"]) < len(refused["messages"])
    assert spent.answers == 6


async def test_what_stays_too_long_is_told(service: TestService, tmp_path: Path) -> None:
    async with program(service, tmp_path) as scene:
        await talk(scene, range(1, 4))
        refusal = Status(400, "invalid_request_error", "prompt is too long: 7000 tokens > 6000 maximum")
        service.enqueue(Rule(refusal, times=9))
        stored = await scene.ask(asking(4))
    assert stored.state is MessageState.FAILED
    assert "longer than the model can read" in stored.error
    assert len(bodies(service)) == 5


async def test_an_answer_whose_tools_fill_the_window_lets_go_of_older_turns_and_goes_on(
    service: TestService, tmp_path: Path
) -> None:
    async def much(arguments: Arguments, context: CallContext) -> ToolOutput:
        del context
        return said(f"{arguments['n']}: {WORDS * 5}")

    async with program(service, tmp_path) as scene:
        scene.built_in.behaviours["look"] = much
        await talk(scene, range(1, 6))
        for number in range(4):
            service.enqueue(Rule(Blocks([Reasoning(["Hm."]), Words(["Let me see."]), Call("look", {"n": number})])))
        stored = await scene.ask(asking(6))
        after = await scene.ask(asking(7))
        kept = await cuts(scene)
    assert (stored.state, after.state) == (MessageState.COMPLETE, MessageState.COMPLETE)
    assert "did not go along" in stored.error
    assert kept[-1].bare >= stored.id
    rounds = [len(body["messages"]) for body in bodies(service)[5:10]]
    assert min(later - earlier for earlier, later in itertools.pairwise(rounds)) < 0


async def test_an_answer_that_alone_fills_the_window_says_so(service: TestService, tmp_path: Path) -> None:
    async def much(arguments: Arguments, context: CallContext) -> ToolOutput:
        del arguments, context
        return said(WORDS * 50)

    async with program(service, tmp_path) as scene:
        scene.built_in.behaviours["look"] = much
        service.enqueue(Rule(Blocks([Words(["Let me see."]), Call("look", {"n": 1})])))
        stored = await scene.ask(asking(1))
    assert stored.state is MessageState.FAILED
    assert "With what its tools gave back, this answer is longer than Claude Haiku 5.5 can read." in stored.error
    assert len(bodies(service)) == 1
