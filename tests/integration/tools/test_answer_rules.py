"""The person's own rules over real sockets: streams that are cut anywhere, and the file that answers end in."""

from __future__ import annotations

import random
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from kireji.core.events import PartDelta, PartStarted
from kireji.core.messages import MessageState, TextPart
from kireji.core.requests import Delivery as Coming
from kireji.core.tool_ports import CallContext
from kireji.core.tools import Arguments, ToolOutput
from kireji.services.turns import Question
from tests.fakes.tools import said
from tests.integration.tools.test_loop import Model, anthropic, model, scene_of
from tests.service import Delivery, Rule, TestService, Text
from tests.service.openai_answers import Completion, plain
from tests.support.tool_scene import ToolScene

__all__ = ["anthropic", "model"]

RULES = "[privacy]\nmasks = [\"Projekt Nachtigall\", '/\\w+@\\w+\\.\\w+/']\nstops = ['/END +HERE/']\n"
ANSWER = (
    "Über **Projekt nachtigall** weiß `ada@example.org` mehr:\n```\nProjekt Nachtigal\n```\nEND\n END   HERE, and more"
)
SHOWN = "Über **▇▇▇** weiß `▇▇▇` mehr:\n```\nProjekt Nachtigal\n```\nEND\n "


def cut(text: str, rng: random.Random) -> list[str]:
    edges = sorted({0, len(text), *(rng.randint(0, len(text)) for _ in range(rng.randint(0, 30)))})
    return [text[start:end] for start, end in pairwise(edges)]


def enqueue(model: Model, rng: random.Random) -> None:
    """The answer, in other pieces each time, and these in other packets."""
    pieces, delivery = cut(ANSWER, rng), Delivery(chunk=rng.choice([0, 1, 3, 7, 50]))
    if isinstance(model.service, TestService):
        model.service.enqueue(Rule(Text(pieces, thinking=["It is ", "Projekt Nach", "tigall."], delivery=delivery)))
    else:
        model.service.enqueue(Rule(plain(Completion(pieces, delivery=delivery))))


def streamed(scene: ToolScene) -> str:
    """The words of the last answer as a window shows them while they come."""
    words: dict[int, str] = {}
    for event in scene.seen:
        match event:
            case PartStarted(index, TextPart(text)):
                words[index] = text
            case PartDelta(index, text) if index in words:
                words[index] += text
    return "".join(words.values())


def on_disk(home: Path) -> bytes:
    """Everything that the history wrote."""
    return b"".join(path.read_bytes() for path in sorted(home.rglob("kireji.db*")))


async def test_rules_hold_however_the_stream_is_cut_and_the_history_has_what_was_shown(
    model: Model, tmp_path: Path
) -> None:
    (tmp_path / "settings.toml").write_text(RULES)
    rng = random.Random(7)
    async with scene_of(model, tmp_path) as scene:
        for _ in range(5):
            enqueue(model, rng)
            scene.seen.clear()
            stored = await scene.ask(model.question)
            assert streamed(scene) == stored.message.text == SHOWN
            assert stored.state is MessageState.COMPLETE
            assert (await scene.last(stored_in(scene))).message.text == SHOWN
    assert b"nachtigall" not in on_disk(tmp_path).lower()


def stored_in(scene: ToolScene) -> int:
    """The conversation of the last question."""
    event = scene.seen[0]
    return event.conversation.id  # type: ignore[union-attr]


async def test_an_answer_that_comes_whole_obeys_too(anthropic: Model, tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_text(RULES)
    enqueue(anthropic, random.Random(1))
    async with scene_of(anthropic, tmp_path) as scene:
        stored = await scene.ask(replace(anthropic.question, delivery=Coming.WHOLE))
    assert stored.message.text == SHOWN
    assert stored.error == "Your stop rule /END +HERE/ ended the answer here."


async def test_rounds_of_tools_go_on_after_a_mask_and_the_file_has_nothing_of_it(model: Model, tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_text(RULES)
    model.calls(words="For Projekt Nachtigall I look.")
    model.says("Nothing there.")
    async with scene_of(model, tmp_path) as scene:

        async def look(arguments: Arguments, context: CallContext) -> ToolOutput:
            return said("nothing")

        scene.built_in.behaviours["look"] = look
        stored = await scene.ask(model.question)
        assert (stored.message.text, stored.error) == ("For ▇▇▇ I look.\n\nNothing there.", "")
        model.says("Still nothing.")
        again = await scene.ask(Question("And now?", conversation=stored_in(scene)))
        assert (again.message.text, again.error) == ("Still nothing.", "")
    assert b"nachtigall" not in on_disk(tmp_path).lower()


@pytest.mark.parametrize("rules", ["'/(?s).*/'", "'/.{500}~/', '/.{500}#/'"])
async def test_a_mask_that_takes_everything_or_too_much_work_hangs_nothing(
    anthropic: Model, tmp_path: Path, rules: str
) -> None:
    (tmp_path / "settings.toml").write_text(f"[privacy]\nmasks = [{rules}]\n")
    anthropic.says("words and words " * 90)
    async with scene_of(anthropic, tmp_path) as scene:
        stored = await scene.ask(anthropic.question)
    assert stored.message.text.endswith("▇▇▇")
    assert stored.state is MessageState.COMPLETE
