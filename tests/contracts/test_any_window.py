"""Whatever is said in a conversation, and however little its model reads: what is sent is accepted, fits and goes on.

The service is the strict one over real sockets: it refuses unanswered calls, reasoning that was moved, edited or left
out in the middle, turns in the wrong order, and prompts that are longer than the window.
"""

from __future__ import annotations

import asyncio
import itertools
from typing import Any, NamedTuple

from hypothesis import given, settings
from hypothesis import strategies as st

from kireji.core.history import StoredMessage
from kireji.core.messages import MessageState, Role
from kireji.core.tool_ports import CallContext
from kireji.core.tools import Arguments, ToolOutput
from kireji.providers.anthropic import AnthropicProvider
from kireji.providers.http import HttpClient
from kireji.services.application import Services
from kireji.services.turns import Question
from tests.fakes.tools import FakeToolSource, FakeToolSources, said
from tests.fakes.world import World
from tests.service import KEY, Blocks, Call, Reasoning, Request, Rule, TestService, Words
from tests.support.tool_scene import LOOK

MODELS = ("claude-haiku-5-5", "claude-opus-5")
SENTENCE = "The heron waits. "


class Turn(NamedTuple):
    """One question and its answer.

    Args:
        words: Sentences of the question.
        answered: Sentences of the answer.
        results: Sentences that a tool gives back, round by round.
        thinks: Whether the model reasons before it speaks.
        model: Which model is asked.
        edits: The question takes the place of the one that stands so many questions before the end; 0 goes on.
    """

    words: int
    answered: int
    results: list[int]
    thinks: bool
    model: str
    edits: int


TURNS = st.builds(
    Turn,
    words=st.integers(1, 60),
    answered=st.integers(1, 60),
    results=st.lists(st.integers(1, 60), max_size=3),
    thinks=st.booleans(),
    model=st.sampled_from((*MODELS[:1] * 4, MODELS[1])),
    edits=st.sampled_from((0, 0, 0, 0, 1, 2)),
)


@settings(max_examples=12, deadline=None)
@given(
    windows=st.tuples(st.integers(1_200, 4_000), st.integers(1_200, 4_000)),
    turns=st.lists(TURNS, min_size=4, max_size=14),
)
def test_any_conversation_goes_on_in_any_window(windows: tuple[int, int], turns: list[Turn]) -> None:
    asyncio.run(_held(dict(zip(MODELS, windows, strict=True)), turns))


async def _held(windows: dict[str, int], turns: list[Turn]) -> None:
    http = HttpClient()
    async with TestService(windows=windows) as service:
        source = FakeToolSource(LOOK, name="built-in", fingerprint="built-in")
        world = World(
            environ={"ANTHROPIC_BASE_URL": service.base_url, "ANTHROPIC_API_KEY": KEY},
            remote=AnthropicProvider(http),  # type: ignore[arg-type]
            tool_sources=FakeToolSources(source),
        )
        services = world.services()
        await services.catalog.models("anthropic", refresh=True)
        last: list[Any] = []
        for number, turn in enumerate(turns):
            _script(service, source, turn)
            loaded = await services.conversations.load(1) if number else None
            before = len(service.requests)
            stored = await services.chat.ask(_question(turn, loaded.messages if loaded else ()), lambda event: None)
            _check_answer(stored)
            _check_requests(service.requests[before:], windows)
            goes_on = number > 0 and turn.edits == 0 and turn.model == turns[number - 1].model
            cut = stored.cut or any(one.cut for one in await _last_two(services))
            sent = [_turns(one.body) for one in service.requests[before:] if not one.refusal]
            if goes_on and not cut and last and sent:
                assert sent[0][: len(last)] == last
            last = sent[-1] if sent and not cut else []
            for rule in service._rules:
                rule.times = 0  # what was not asked for is not answered later
    await http.aclose()


async def _last_two(services: Services) -> tuple[StoredMessage, ...]:
    """The question that was asked, and its answer."""
    loaded = await services.conversations.load(1)
    return loaded.messages[-2:] if loaded is not None else ()


def _script(service: TestService, source: FakeToolSource, turn: Turn) -> None:
    left = iter(turn.results)

    async def gives(arguments: Arguments, context: CallContext) -> ToolOutput:
        del arguments, context
        return said(SENTENCE * next(left))

    source.behaviours["look"] = gives
    thinking = [Reasoning([])] if turn.thinks else []
    for number in range(len(turn.results)):
        service.enqueue(Rule(Blocks([*thinking, Words(["Let me see."]), Call("look", {"n": number})])))
    service.enqueue(Rule(Blocks([*thinking, Words([SENTENCE * turn.answered])])))


def _question(turn: Turn, history: tuple[StoredMessage, ...]) -> Question:
    asked = [one.id for one in history if one.message.role is Role.USER]
    edit = asked[-turn.edits] if 0 < turn.edits <= len(asked) else None
    where = 1 if history else None
    return Question(SENTENCE * turn.words, conversation=where, edit=edit, provider="anthropic", model=turn.model)


def _check_answer(stored: StoredMessage) -> None:
    """It is whole, or it alone is more than the window holds; nothing else goes wrong."""
    alone = "has room for" in stored.error or "this answer is longer than" in stored.error
    too_long = "longer than the model can read" in stored.error
    assert stored.state is MessageState.COMPLETE or alone or too_long, stored.error


def _check_requests(requests: list[Request], windows: dict[str, int]) -> None:
    """All but those that an estimate had wrong are accepted, and each begins as the one before it unless it is cut."""
    refused = [one.refusal for one in requests if one.refusal]
    assert all("prompt is too long" in one for one in refused), refused
    assert len(refused) <= 1 + len(requests) // 2
    accepted = [one.body for one in requests if not one.refusal]
    for body in accepted:
        assert body["max_tokens"] <= windows[body["model"]]
    for before, after in itertools.pairwise(map(_turns, accepted)):
        assert after[: len(before)] == before or after[0] != before[0] or len(after) <= len(before)


def _turns(body: dict[str, Any]) -> list[Any]:
    """The messages as the cache sees them."""
    return [
        (one["role"], [{name: part for name, part in block.items() if name != "cache_control"} for block in blocks])
        for one in body["messages"]
        if isinstance(blocks := one["content"], list)
    ]
