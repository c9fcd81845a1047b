"""The program is killed at any point of an answer with tools: the next start finds a history that goes on.

What had an effect before is known to have begun; nothing runs twice by itself; and the strict service takes what is
sent, so every call has its result.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from kireji.core.messages import MessageState, Role
from kireji.services.turns import Question, can_continue, continue_question
from tests.service import KEY, Blocks, Call, Delivery, Reasoning, Rule, ServiceThread, Text, Words
from tests.service.outside import ROOT
from tests.support.killed_turn import POINTS
from tests.support.tool_scene import ToolScene, results, told, tool_scene

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")

SLOW = Delivery(delay=0.002)
TURN = (
    Rule(
        Blocks(
            [Reasoning(["Hm."]), Words(["Let ", "me."]), *(Call("probe__act", {"n": n}) for n in (1, 2))], delivery=SLOW
        )
    ),
    Rule(Blocks([Words(["And ", "more."]), Call("probe__act", {"n": 3})], delivery=SLOW)),
    Rule(Text(["All ", "done."], delivery=SLOW)),
)


@pytest.fixture
def service() -> Iterator[ServiceThread]:
    with ServiceThread(*TURN) as thread:
        yield thread


def environ(service: ServiceThread) -> dict[str, str]:
    return {"ANTHROPIC_BASE_URL": service.base_url, "ANTHROPIC_API_KEY": KEY}


def run(point: str, home: Path, service: ServiceThread) -> int:
    """The return code of a program that is killed at a point."""
    command = [sys.executable, "-m", "tests.support.killed_turn", point, str(home)]
    variables = os.environ | environ(service)
    return subprocess.run(command, cwd=ROOT, env=variables, timeout=60, check=False).returncode


async def after(scene: ToolScene, service: ServiceThread) -> None:
    """Go on with the conversation; the service refuses what is not valid."""
    service.enqueue(Rule(Text(["Going on."])))
    last = await scene.last()
    question = continue_question(1) if can_continue(last) else Question("and?", conversation=1)
    stored = await scene.ask(question)
    assert (stored.state, stored.error, stored.message.text) == (MessageState.COMPLETE, "", "Going on.")


@pytest.mark.parametrize("point", POINTS)
async def test_a_killed_answer_goes_on(point: str, service: ServiceThread, tmp_path: Path) -> None:
    assert run(point, tmp_path, service) == -signal.SIGKILL
    file = tmp_path / "effects"
    effects = file.read_text().split() if file.exists() else []
    async with tool_scene(tmp_path, environ(service)) as scene:
        stored = await scene.last()
        if stored.message.role is Role.ASSISTANT:
            assert stored.state is MessageState.INTERRUPTED
        begun = {call.arguments.split(":")[1].strip(" }") for call in stored.message.calls if call.begun}
        answered = {told(result) for result in results(stored.message)}
        assert {number for number in effects if f"done {number}" not in answered} <= begun
        forget(service)
        await after(scene, service)
        assert scene.plugin.calls == []


def forget(service: ServiceThread) -> None:
    """What was left of the first answer is not given any more."""
    for rule in service._running._rules:
        rule.times = 0


def test_the_whole_answer_passes_every_point(service: ServiceThread, tmp_path: Path) -> None:
    assert run("none", tmp_path, service) == 0
    assert sorted((tmp_path / "effects").read_text().split()) == ["1", "2", "3"]  # they run side by side
