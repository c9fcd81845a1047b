"""What the ledger and its receipts say is what a service received: over real sockets and a real file."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from kireji.core.errors import KirejiError
from kireji.core.events import PartDelta
from kireji.core.history import Sent
from kireji.core.ledger import Outcome
from kireji.core.messages import ImagePart, Message, MessageState, Role, TextPart
from kireji.core.ports import EncodedPicture
from kireji.core.receipts import Evidence, PieceKind, Receipt, read_body
from kireji.core.requests import Delivery as Coming
from kireji.core.tool_ports import CallContext
from kireji.core.tools import Arguments, PictureOutput, TextOutput, ToolOutput
from kireji.services.turns import Question, TurnControl
from tests.integration.providers.conftest import png
from tests.integration.tools.test_loop import Model, anthropic, model, scene_of
from tests.service import Delivery, Rule, Status, Text
from tests.support.tool_scene import ToolScene

__all__ = ["anthropic", "model"]


def hashed(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def received(model: Model) -> list[str]:
    """The hashes of the questions that the service was sent, in order."""
    asked = [one for one in model.service.requests if one.path.endswith(("/messages", "/completions"))]
    return [hashed(one.raw) for one in asked]


async def rows(scene: ToolScene) -> list[Sent]:
    """What the ledger says was asked, oldest first."""
    return [row for row in reversed(await scene.services.ledger.recent(1000)) if row.purpose == "answer"]


async def receipts(scene: ToolScene) -> list[Receipt]:
    return [await scene.services.receipts.of(row) for row in await rows(scene)]


async def picture(scene: ToolScene, width: int = 30) -> ImagePart:
    return await scene.services.capture.store(EncodedPicture(png(width, 20), "image/png", width, 20))


async def show(arguments: Arguments, context: CallContext) -> ToolOutput:
    return ToolOutput((TextOutput("A picture:"), PictureOutput(png(41, 20))))


async def ask_much(scene: ToolScene, model: Model) -> None:
    """A picture, two rounds of tools, a second question, the first one again, and the second one edited."""
    scene.built_in.behaviours["look"] = show
    model.calls(2)
    model.calls(1, "probe__act")
    model.says("Done.")
    images = (await picture(scene),)
    await scene.ask(replace(model.question, text="What is it?", images=images))
    model.says("More.")
    await scene.ask(replace(model.question, text="And then?", conversation=1))
    loaded = await scene.services.conversations.load(1)
    assert loaded is not None
    model.says("Otherwise.")
    await scene.ask(replace(model.question, text="Or else?", conversation=1, edit=loaded.messages[2].id))
    model.calls(1)
    model.says("Again.")
    await scene.ask(replace(model.question, text="", conversation=1, again=loaded.messages[0].id))


async def test_the_hash_in_the_ledger_is_that_of_what_the_service_received(model: Model, tmp_path: Path) -> None:
    async with scene_of(model, tmp_path) as scene:
        await ask_much(scene, model)
        recorded, everything = await rows(scene), await scene.services.ledger.recent(1000)
    assert [row.digest for row in recorded] == received(model)
    assert len(recorded) == 7
    sent = Counter((one.method, len(one.raw), hashed(one.raw)) for one in model.service.requests)
    assert Counter((row.facts.method, row.size, row.digest) for row in everything) == sent


async def test_every_receipt_is_made_again_to_the_byte(model: Model, tmp_path: Path) -> None:
    """Rounds of tools, branches that are not shown any more, and pictures, with nothing kept but hashes."""
    async with scene_of(model, tmp_path) as scene:
        await ask_much(scene, model)
        made = await receipts(scene)
    assert [one.evidence for one in made] == [Evidence.REBUILT] * 7
    assert [hashed(one.body or b"") for one in made] == received(model)
    assert all(one.address.endswith(("messages", "completions")) for one in made)


async def test_a_program_that_starts_later_makes_the_same_receipts(model: Model, tmp_path: Path) -> None:
    async with scene_of(model, tmp_path) as scene:
        await ask_much(scene, model)
    async with scene_of(model, tmp_path) as scene:
        assert [one.evidence for one in await receipts(scene)] == [Evidence.REBUILT] * 7


async def test_a_receipt_shows_pictures_as_they_were_sent(model: Model, tmp_path: Path) -> None:
    async with scene_of(model, tmp_path) as scene:
        await ask_much(scene, model)
        made = await receipts(scene)
    contents = read_body(made[1].body or b"")
    assert contents.pictures[0].data == png(30, 20)
    assert "What is it?" in contents.text
    assert {"look", "probe__act"} <= set(contents.tools)
    assert (made[1].sent.facts.pictures, set(made[1].sent.facts.tools)) == (
        len(contents.pictures),
        set(contents.tools),
    )
    assert any(piece.kind is PieceKind.CALL for turn in contents.turns for piece in turn.pieces)


async def test_what_is_shown_before_is_what_leaves(model: Model, tmp_path: Path) -> None:
    async with scene_of(model, tmp_path) as scene:
        seen: list[Receipt | None] = []
        first = replace(model.question, text="What is it?", images=(await picture(scene),))
        later = replace(model.question, text="And then?", conversation=1)
        for question in (first, later, replace(later, delivery=Coming.WHOLE), replace(later, text="", again=1)):
            before = len(model.service.requests)
            seen.append(await scene.services.receipts.before(question))
            assert not any(b"What is it?" in one.raw for one in model.service.requests[before:])
            model.says("Well.")
            await scene.ask(question)
        recorded = await rows(scene)
    shown = [one for one in seen if one is not None]
    assert [one.sent.digest for one in shown] == received(model) == [row.digest for row in recorded]
    assert [one.sent.facts.target for one in shown] == [row.facts.target for row in recorded]
    assert {one.evidence for one in shown} == {Evidence.AHEAD}
    assert [one.sent.facts.tokens for one in shown] == [row.facts.tokens for row in recorded]
    assert all(row.facts.tokens for row in recorded)
    assert [one.sent.facts.price for one in shown] == [row.facts.price for row in recorded]


async def test_what_is_shown_before_leaves_nothing_behind(anthropic: Model, tmp_path: Path) -> None:
    async with scene_of(anthropic, tmp_path) as scene:
        before = await scene.services.ledger.totals()
        receipt = await scene.services.receipts.before(anthropic.question)
        assert await scene.services.ledger.totals() == before
        assert await scene.services.conversations.recent() == []
    assert receipt is not None
    assert receipt.address.startswith(anthropic.service.base_url)
    assert not {"x-api-key", "authorization"} & {name.lower() for name in receipt.headers}


async def test_what_is_read_on_this_computer_leaves_nothing(anthropic: Model, tmp_path: Path) -> None:
    async with scene_of(anthropic, tmp_path) as scene:
        question = Question("q", provider="device", images=(await picture(scene),))
        assert await scene.services.receipts.before(question) is None


async def test_a_question_that_could_not_be_asked_is_told_before(anthropic: Model, tmp_path: Path) -> None:
    async with scene_of(anthropic, tmp_path) as scene:
        with pytest.raises(KirejiError, match="no conversation 9"):
            await scene.services.receipts.before(replace(anthropic.question, conversation=9))


async def test_attempts_send_the_same_bytes_and_are_counted(anthropic: Model, tmp_path: Path) -> None:
    anthropic.service.enqueue(Rule(Status(529), times=2))
    anthropic.says("At last.")
    async with scene_of(anthropic, tmp_path) as scene:
        await scene.ask(anthropic.question)
        [row] = await rows(scene)
    assert received(anthropic) == [row.digest] * 3
    assert row.answer is not None
    assert (row.answer.outcome, row.answer.attempts, row.answer.reason) == (Outcome.COMPLETE, 3, "")
    assert row.answer.usage is not None
    assert row.answer.usage.input_tokens > 0


async def test_what_was_refused_and_what_broke_off_is_told(anthropic: Model, tmp_path: Path) -> None:
    anthropic.service.enqueue(Rule(Status(400)))
    async with scene_of(anthropic, tmp_path) as scene:
        await scene.ask(anthropic.question)
        anthropic.service.enqueue(Rule(Text(["Some ", "words"], delivery=Delivery(break_after=1))))
        await scene.ask(anthropic.question)
        answers = [row.answer for row in await rows(scene)]
    assert [answer and (answer.outcome, bool(answer.reason)) for answer in answers] == [(Outcome.FAILED, True)] * 2


async def test_an_answer_that_the_person_stops_is_told(anthropic: Model, tmp_path: Path) -> None:
    anthropic.service.enqueue(Rule(Text(["Some ", "words"], delivery=Delivery(hold_after=1))))
    async with scene_of(anthropic, tmp_path) as scene:
        control = TurnControl()

        def observe(event: object) -> None:
            if isinstance(event, PartDelta):
                control.stop()

        with pytest.raises(asyncio.CancelledError):
            await scene.services.chat.ask(anthropic.question, observe, control)
        task = asyncio.current_task()
        assert task is not None
        task.uncancel()
        [row] = await rows(scene)
    assert row.answer is not None
    assert (row.answer.outcome, row.answer.attempts) == (Outcome.STOPPED, 1)


async def test_bytes_that_are_kept_outlive_every_change(anthropic: Model, tmp_path: Path) -> None:
    async with scene_of(anthropic, tmp_path) as scene:
        await scene.services.preferences.set("privacy.keep_contents", True)
        anthropic.says("Well.")
        await scene.ask(replace(anthropic.question, text="my words", stop_sequences=("END",)))
        await scene.services.conversations.remove(1)
        [made] = await receipts(scene)
    assert (made.evidence, hashed(made.body or b"")) == (Evidence.KEPT, received(anthropic)[0])
    assert made.address.startswith(anthropic.service.base_url)
    kept = b"".join(one.read_bytes() for one in (tmp_path / "sent").rglob("*") if one.is_file())
    assert b"my words" in kept
    assert anthropic.environ["ANTHROPIC_API_KEY"].encode() not in kept


async def test_what_was_asked_otherwise_than_it_would_be_today_is_not_said_to_match(
    anthropic: Model, tmp_path: Path
) -> None:
    async with scene_of(anthropic, tmp_path) as scene:
        anthropic.says("Well.")
        await scene.ask(replace(anthropic.question, stop_sequences=("END",)))
        [made] = await receipts(scene)
    assert made.evidence is Evidence.DIFFERENT
    assert not made.exact
    assert made.note


async def test_a_changed_conversation_is_not_said_to_match(anthropic: Model, tmp_path: Path) -> None:
    async with scene_of(anthropic, tmp_path) as scene:
        anthropic.says("Well.")
        stored = await scene.ask(anthropic.question)
        assert stored.parent is not None
        [question] = await scene.services.conversations.messages(1, [stored.parent])
        await scene.services.conversations.update(
            question.id, Message(Role.USER, (TextPart("forged"),)), MessageState.COMPLETE
        )
        [made] = await receipts(scene)
    assert made.evidence is Evidence.DIFFERENT


async def test_other_settings_do_not_change_what_was_sent(anthropic: Model, tmp_path: Path) -> None:
    async with scene_of(anthropic, tmp_path) as scene:
        anthropic.says("Well.")
        await scene.ask(anthropic.question)
        await scene.services.preferences.set("models.effort", "high")
        await scene.services.preferences.set("models.max_tokens", 100)
        await scene.services.preferences.set("models.system", "Be short.")
        [made] = await receipts(scene)
    assert made.evidence is Evidence.REBUILT


async def test_nothing_of_a_question_stands_in_the_ledger(anthropic: Model, tmp_path: Path) -> None:
    async with scene_of(anthropic, tmp_path) as scene:
        anthropic.says("Well.")
        await scene.ask(replace(anthropic.question, text="a very private question"))
        recorded = await rows(scene)
        found = await scene.services.receipts.verify()
    assert "private" not in json.dumps([repr(row) for row in recorded])
    assert (found.intact, found.witnessed) == (True, True)
