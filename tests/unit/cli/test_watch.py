"""`kireji watch` in the foreground."""

from __future__ import annotations

import asyncio
import io
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest

from kireji.cli.console import Console
from kireji.cli.parser import parse
from kireji.cli.program import run
from kireji.core.errors import CaptureError, Overloaded
from kireji.core.messages import Usage
from kireji.services.application import Services
from tests.fakes.desktop import screen_of
from tests.fakes.provider import answer
from tests.fakes.world import World
from tests.unit.cli.conftest import Closed

DARK, LIGHT = (0, 0, 0), (200, 200, 200)
COMMAND = ("watch", "--region", "1,2,30,40", "Is it done?")


class Watched:
    """Runs the command while a script plays on the screen: each step takes place when the watch pauses.

    Args:
        world: The fakes.
        steps: What happens, one after the other; then it is interrupted.
    """

    def __init__(self, world: World, *steps: Callable[[], None]) -> None:
        self.world = world
        self.steps = steps
        world.screen.screens = (screen_of(100, 100, DARK),)

    def run(self, *argv: str, out: io.StringIO | None = None) -> tuple[int, str, str]:
        out, err = out or io.StringIO(), io.StringIO()
        code = run(parse([*COMMAND, *argv]), self._build, Console(None, out, err))
        return code, out.getvalue(), err.getvalue()

    @asynccontextmanager
    async def _build(self) -> AsyncIterator[Services]:
        services = self.world.services()
        task = asyncio.current_task()
        assert task is not None
        async with asyncio.TaskGroup() as group, services.watches:
            playing = group.create_task(self._play(task))
            try:
                yield services
            finally:
                playing.cancel()

    async def _play(self, task: asyncio.Task[object]) -> None:
        clock = self.world.clock
        for step in self.steps:
            await clock.asleep.wait()
            step()
            for _ in range(60):
                await clock.asleep.wait()
                clock.asleep.clear()
                clock.advance(10)
                await clock.asleep.wait()
        await clock.asleep.wait()
        task.cancel()


def show(world: World, colour: tuple[int, int, int]) -> Callable[[], None]:
    def step() -> None:
        world.screen.screens = (screen_of(100, 100, colour),)

    return step


@pytest.fixture
def world() -> World:
    return World()


def test_each_answer_is_printed_with_its_time_until_it_is_interrupted(world: World) -> None:
    world.remote.enqueue(answer("No."), answer("Yes."))
    code, out, err = Watched(world, show(world, LIGHT)).run()
    first, no, gap, second, yes = out.splitlines()
    assert (no, gap, yes) == ("No.", "", "Yes.")
    assert first.startswith("--- 2026-11-22 ")
    assert first != second
    assert (code, err) == (130, "")


def test_every_event_is_a_line_of_json(world: World) -> None:
    world.remote.enqueue(answer("No."), answer("Yes."))

    def lock() -> None:
        world.screen.failure = CaptureError("The screen is locked.", "Unlock it.")

    _, out, err = Watched(world, show(world, LIGHT), lock).run("--json")
    events = [json.loads(line) for line in out.splitlines()]
    kinds = [event["type"] for event in events]
    assert kinds.count("question") == kinds.count("end") == 2
    assert [event["text"] for event in events if event["type"] == "end"] == ["No.", "Yes."]
    assert (events[-1]["type"], events[-1]["sentence"], events[-1]["answers"]) == (
        "trouble",
        "The screen is locked. Unlock it.",
        2,
    )
    assert err == ""


def test_a_limit_ends_it_with_a_sentence(world: World) -> None:
    world.remote.enqueue(answer("No.", usage=Usage(1, 1, cost=0.04)))
    code, out, err = Watched(world, show(world, LIGHT)).run("--max-cost", "0.05")
    assert (code, out.splitlines()[-1]) == (0, "No.")
    assert err.startswith("kireji: Another answer would pass the limit of $0.05")


def test_the_end_is_an_event_too(world: World) -> None:
    world.remote.enqueue(answer("No.", usage=Usage(1, 1, cost=0.04)))
    _, out, _ = Watched(world, show(world, LIGHT)).run("--max-cost", "0.05", "--json")
    ended = json.loads(out.splitlines()[-1])
    assert (ended["type"], ended["state"], ended["cost"]) == ("ended", "ended", 0.04)


def test_an_unknown_price_is_said_once(world: World) -> None:
    world.remote.enqueue(answer("No."), answer("Yes."))
    _, _, err = Watched(world, show(world, LIGHT)).run("--max-cost", "0.05")
    assert err.count("price of this model is unknown") == 1


def test_under_a_budget_an_unknown_price_ends_it_and_says_how_to_begin(world: World) -> None:
    world.settings.tables["budget"] = {"day": 1.0}
    code, out, err = Watched(world).run()
    assert (code, world.remote.asked) == (0, [])
    assert "The region is not watched any more." in err
    assert "kireji watch --yes" in err
    assert "Traceback" not in out + err


def test_with_yes_it_asks_all_the_same(world: World) -> None:
    world.settings.tables["budget"] = {"day": 1.0}
    world.remote.enqueue(answer("No."))
    _, out, _ = Watched(world).run("--yes")
    assert out.splitlines()[-1] == "No."


def test_a_region_that_is_gone_is_told_once_and_waited_for(world: World) -> None:
    world.remote.enqueue(answer("No."), answer("Yes."))

    def unplug() -> None:
        world.screen.screens = (screen_of(100, 100, LIGHT, x=500),)

    _, out, err = Watched(world, unplug, show(world, LIGHT)).run()
    assert err.count("lies outside every screen") == 1
    assert out.splitlines()[-1] == "Yes."


def test_a_service_that_fails_is_told_once_and_asked_again(world: World) -> None:
    world.settings.tables["models"] = {"fallback": []}
    world.remote.enqueue([Overloaded("The service is full.", "Wait.")], answer("Yes."))
    _, out, err = Watched(world, lambda: None).run()
    assert err.count("The service is full.") == 1
    assert out.splitlines()[-1] == "Yes."


def test_a_region_outside_every_screen_is_told_at_once(world: World) -> None:
    world.screen.screens = (screen_of(10, 10),)
    err = io.StringIO()
    arguments = parse(["watch", "--region", "50,50,10,10", "q"])
    assert run(arguments, world.build, Console(None, io.StringIO(), err)) == 1
    assert "lies outside every screen" in err.getvalue()
    assert world.ledger.rows == []


def test_when_nobody_reads_it_ends(world: World) -> None:
    world.remote.enqueue(answer("No."))
    assert Watched(world).run(out=Closed())[0] == 0


def test_without_a_question_there_is_nothing_to_watch() -> None:
    err = io.StringIO()
    assert run(parse(["watch", "--region", "1,2,3,4", " "]), World().build, Console(None, None, err)) == 2


@pytest.mark.parametrize(
    "typed",
    [
        "watch q",
        "watch --region 1,2,3,4",
        "watch --region 1,2,3,4 q --every 0.5",
        "watch --region 1,2,3,4 q --max-cost 0",
        "watch --region 1,2,3,4 q --max-cost nan",
        "prompts",
        "prompts show",
        "ask --var x q",
    ],
)
def test_wrong_usage_is_one_line_and_code_two(typed: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        parse(typed.split())
    assert caught.value.code == 2
    assert capsys.readouterr().err.count("\n") == 1
