"""Servers that do everything wrong that a server can: real processes under the real supervisor."""

from __future__ import annotations

import asyncio
import json
import sys
import time
from pathlib import Path

import pytest

from kireji.core.errors import ToolSourceError
from kireji.core.permissions import effects
from kireji.core.tool_servers import Stage, TestStep
from kireji.core.tools import SourceState
from tests.integration.tools.mcp.servers import Call, World, plain, words
from tests.integration.tools.mcp.servers import world as a_world

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the test server is started as on POSIX")


def contents(path: str) -> bytes:
    return Path(path).read_bytes()


# the way to the tools


@pytest.mark.parametrize("kind", ["well", "strict", "garbage"])
async def test_a_server_that_can_be_used(world: World, kind: str) -> None:
    world.write(one=plain(kind))
    steps = await world.sources.test("one")
    assert [step.stage for step in steps if step.passed] == list(Stage)
    assert steps[1].sentence == sys.executable
    assert steps[3].sentence == "test server 1.0, protocol 2025-11-25"
    assert (await world.source("one")).status().state is SourceState.READY


@pytest.mark.parametrize(
    ("kind", "stage", "sentence"),
    [
        ("broken", Stage.PROTOCOL, "It ended by itself with code 1."),
        ("noise", Stage.PROTOCOL, "It floods its standard output with what is not the protocol."),
        ("endless", Stage.TOOLS, "one never comes to the end of its list of tools."),
        ("crowd", Stage.TOOLS, "one lists more than 1000 tools."),
        ("refuses", Stage.TOOLS, "one refused: the list is lost"),
    ],
)
async def test_a_server_that_cannot_says_at_which_stage(world: World, kind: str, stage: Stage, sentence: str) -> None:
    world.write(one=plain(kind))
    steps = await world.sources.test("one")
    assert [step.passed for step in steps] == [True] * (len(steps) - 1) + [False]
    assert (steps[-1].stage, steps[-1].sentence) == (stage, sentence)
    status = (await world.source("one")).status()
    assert status.state is SourceState.FAILED
    assert sentence in status.detail


async def test_what_a_server_wrote_last_is_shown_where_it_failed(world: World) -> None:
    world.write(one=plain("broken"))
    await world.sources.test("one")
    steps = await world.sources.test("one")
    assert steps[-1].lines == ("the configuration is missing",)  # of this start, not of the one before


async def test_a_server_that_never_answers_the_greeting(tmp_path: Path) -> None:
    async with a_world(tmp_path, start_seconds=0.5) as world:
        world.write(one=plain("silent"))
        steps = await world.sources.test("one")
        assert (steps[-1].stage, steps[-1].sentence) == (Stage.PROTOCOL, "It did not answer within 0.5 seconds.")


async def test_a_program_that_is_no_server_shows_what_it_said(tmp_path: Path) -> None:
    code = "import time; print('Usage: nothing', flush=True); time.sleep(30)"
    async with a_world(tmp_path, start_seconds=1.0) as world:
        world.write(one={"command": sys.executable, "args": ["-c", code]})
        (*_, last) = await world.sources.test("one")
        assert "on its standard output it wrote “Usage: nothing”" in last.sentence


async def test_a_server_without_tools_is_no_failure(world: World) -> None:
    world.write(one=plain("none"))
    steps = await world.sources.test("one")
    assert steps[-1].sentence == "0 tools"


@pytest.mark.parametrize("kind", ["well", "broken", "crowd", "endless"])
async def test_each_stage_is_told_once(world: World, kind: str) -> None:
    world.write(one=plain(kind), two={"command": "npx-that-is-not-there"}, three={"url": "${NOT_SET}"})
    for name in ("one", "two", "three"):
        told: list[TestStep] = []
        steps = await world.sources.test(name, told.append)
        assert [step for step in steps if told.count(step) != 1] == []
        assert len({(step.stage, step.sentence) for step in told}) == len(told)


async def test_a_wrong_command_names_where_it_was_looked_for(tmp_path: Path) -> None:
    async with a_world(tmp_path, path="/nowhere:/else") as world:
        world.write(one={"command": "npx"})
        first, last = await world.sources.test("one")
        assert first.passed
        assert (last.stage, last.sentence) == (Stage.COMMAND, "npx was not found in /nowhere:/else.")


async def test_a_file_that_is_no_program(world: World, tmp_path: Path) -> None:
    (tmp_path / "script").write_text("not a program")
    (tmp_path / "script").chmod(0o755)
    world.write(one={"command": str(tmp_path / "script")})
    (*_, last) = await world.sources.test("one")
    assert last.stage is Stage.START
    assert "script" in last.sentence


# calls


async def test_a_call(world: World) -> None:
    world.write(one=plain("well"))
    assert words(await world.call("one", "echo", value="hello\u2028 ünder")) == "hello\u2028 ünder"


async def test_calls_run_side_by_side(world: World) -> None:
    world.write(one=plain("well"))
    await world.sources.test("one")
    began = time.monotonic()
    calls = [world.call("one", "slow", value="0.4") for _ in range(20)]
    assert {words(output) for output in await asyncio.gather(*calls)} == {"after 0.4"}
    assert time.monotonic() - began < 20 * 0.4 / 2


async def test_a_server_that_dies_in_a_call_fails_all_its_calls_at_once_and_is_started_again(world: World) -> None:
    world.write(one=plain("well"))
    await world.sources.test("one")
    slow = [world.call("one", "slow", value="60") for _ in range(3)]
    results = await asyncio.gather(*slow, _later(world.call("one", "die")), return_exceptions=True)
    assert {str(error) for error in results} == {"one ended before it had answered. It ended by itself with code 3."}
    status = (await world.source("one")).status()
    assert (status.state, status.tools) == (SourceState.FAILED, 16)
    assert contents(status.log) == b"something terrible happened\n"
    assert words(await world.call("one", "echo", value="again")) == "again"


async def test_a_server_that_dies_again_and_again_is_left_alone_until_the_person_asks(world: World) -> None:
    world.write(one=plain("well"))
    for _ in range(6):
        with pytest.raises(ToolSourceError, match="ended before"):
            await world.call("one", "die")
        world.clock += 20.0  # longer than its next wait, shorter than it takes to be trusted again
    with pytest.raises(ToolSourceError, match=r"failed 6 times and is tried again in 580 seconds\. It ended by itself"):
        await world.call("one", "echo", value="x")
    steps = await world.sources.test("one")
    assert steps[-1].passed
    assert words(await world.call("one", "echo", value="x")) == "x"


async def test_a_flood_on_standard_error_is_bounded(world: World) -> None:
    world.write(one=plain("well"))
    assert words(await world.call("one", "flood", value="20")) == "flooded"
    assert len(contents((await world.source("one")).status().log)) <= 1_100_000


async def test_a_late_answer_is_told_to_nobody(world: World) -> None:
    world.write(one=plain("well"))
    await world.sources.test("one")
    with pytest.raises(ToolSourceError, match=r"did not answer within 0\.3 seconds"):
        await world.call("one", "late", Call(seconds=0.3), value="0.6")
    assert words(await world.call("one", "slow", value="0.6")) == "after 0.6"
    assert words(await world.call("one", "cancelled")) == "1"  # and the server was told


async def test_a_server_that_reads_nothing_holds_up_only_its_own_calls(world: World) -> None:
    world.write(one=plain("deaf"), two=plain("well"))
    await world.sources.test("one")
    large = "x" * 5_000_000  # more than a pipe holds
    for _ in range(2):
        with pytest.raises(ToolSourceError, match=r"did not answer within 0\.3 seconds"):
            await world.call("one", "echo", Call(seconds=0.3), value=large)
    assert words(await world.call("two", "echo", value="x")) == "x"
    await (await world.source("one")).aclose()


async def test_a_server_that_never_stops_talking_is_still_heard(world: World) -> None:
    world.write(one=plain("chatty"))
    assert [words(await world.call("one", "echo", value=str(number))) for number in range(5)] == list("01234")


async def test_a_cancelled_call_is_told_to_the_server_and_leaves_the_others(world: World) -> None:
    world.write(one=plain("well"))
    await world.sources.test("one")
    async with asyncio.TaskGroup() as group:
        other = group.create_task(world.call("one", "slow", value="0.6"))
        cancelled = group.create_task(world.call("one", "slow", value="30"))
        await asyncio.sleep(0.2)
        cancelled.cancel()
    assert words(other.result()) == "after 0.6"
    assert words(await world.call("one", "cancelled")) == "1"


async def test_progress_is_passed_on_and_lengthens_nothing(world: World) -> None:
    world.write(one=plain("well"))
    context = Call()
    await world.call("one", "progress", context, value="4")
    assert context.said[0] == ("step 0", 0.0)
    assert set(context.said) <= {(f"step {number}", number / 4) for number in range(4)}
    with pytest.raises(ToolSourceError, match=r"did not answer within 0\.5 seconds"):
        await world.call("one", "progress", Call(seconds=0.5), value="1000")


async def test_progress_without_end_is_shown_as_often_as_can_be_read(world: World) -> None:
    world.write(one=plain("well"))
    context = Call()
    began = time.monotonic()
    assert words(await world.call("one", "progress", context, value="hurried 2000")) == "done"
    assert 1 <= len(context.said) <= (time.monotonic() - began) / 0.04 + 1


async def test_hints_that_lie_are_not_believed_without_the_person(world: World) -> None:
    world.write(one=plain("well"))
    await world.sources.test("one")
    wipe = next(tool for tool in await (await world.source("one")).known() or () if tool.own_name == "wipe")
    assert (wipe.title, wipe.hints.read_only) == ("Only looks", True)
    assert not effects(wipe, trusted=False).harmless
    assert effects(wipe, trusted=True).harmless


@pytest.mark.parametrize(
    ("tool", "words_of_it"),
    [
        ("nonsense", "answered with what is not the protocol"),
        ("protocol_error", "one refused: no such luck"),
    ],
)
async def test_an_answer_that_is_none(world: World, tool: str, words_of_it: str) -> None:
    world.write(one=plain("well"))
    with pytest.raises(ToolSourceError, match=words_of_it):
        await world.call("one", tool)
    assert words(await world.call("one", "echo", value="still there")) == "still there"


async def test_a_failure_of_the_tool_is_its_result(world: World) -> None:
    world.write(one=plain("well"))
    output = await world.call("one", "error")
    assert (words(output), output.is_error) == ("it did not work", True)


async def test_an_answer_to_nothing_is_passed_over(world: World) -> None:
    world.write(one=plain("well"))
    assert words(await world.call("one", "unasked")) == "asked"


async def test_a_large_result_is_cut_and_a_huge_one_ends_the_connection(world: World) -> None:
    world.write(one=plain("well"))
    output = await world.call("one", "huge", value="2")
    assert words(output).endswith("[1,097,152 characters were left out.]")
    with pytest.raises(ToolSourceError, match="a message of more than 32 MB"):
        await world.call("one", "huge", value="33")
    assert words(await world.call("one", "echo", value="again")) == "again"


async def test_what_a_server_asks_for_is_declined(world: World) -> None:
    world.write(one=plain("well"))
    answers = json.loads(words(await world.call("one", "asks")))
    assert set(answers) == {"sampling/createMessage", "elicitation/create", "roots/list"}
    assert all(answer["code"] in (-32600, -32602) for answer in answers.values())


async def test_a_server_sees_no_key_of_ours(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-ant-secret")
    world.write(one=plain("well", env={"MINE": "x"}))
    about = json.loads(words(await world.call("one", "surroundings")))
    assert about["environ"]["MINE"] == "x"
    assert "ANTHROPIC_API_KEY" not in about["environ"]


async def test_a_tool_that_is_gone_is_told(world: World) -> None:
    world.write(one=plain("well"))
    await world.sources.test("one")
    source = await world.source("one")
    (tool, *_) = await source.known() or ()
    import msgspec

    gone = msgspec.structs.replace(tool, own_name="gone")
    with pytest.raises(ToolSourceError, match="one refused: no tool gone"):
        await source.call(gone, {}, Call())


async def _later(call):  # type: ignore[no-untyped-def]
    await asyncio.sleep(0.2)
    return await call
