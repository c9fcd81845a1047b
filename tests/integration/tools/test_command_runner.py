"""Commands of a model: what they get, what is kept of what they say, and how they end."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

import pytest

from kireji.core.errors import ToolSourceError
from kireji.tools.children import SupervisedProcesses
from kireji.tools.command_runner import CommandResult, CommandRunner
from tests.integration.tools.trees import alive, all_gone, new_mark

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="these are commands of a POSIX shell")


class Search:
    async def path(self) -> str:
        return "/from/login:/usr/bin:/bin"


@pytest.fixture
def runner(processes: SupervisedProcesses) -> CommandRunner:
    return CommandRunner(processes, Search(), os.environ | {"OPENAI_API_KEY": "sk-secret", "AWS_SECRET": "sk-secret"})


def shown(result: CommandResult) -> tuple[str, int | None]:
    return result.output, result.code


async def test_a_line_runs_in_its_folder(runner: CommandRunner, tmp_path: Path) -> None:
    assert shown(await runner.run("pwd", str(tmp_path))) == (f"{tmp_path}\n", 0)


async def test_a_program_with_arguments_runs_without_a_shell(runner: CommandRunner) -> None:
    assert shown(await runner.run(["/bin/echo", "a b", "$HOME"], "/")) == ("a b $HOME\n", 0)


async def test_the_exit_code_is_told(runner: CommandRunner) -> None:
    assert (await runner.run("exit 3", "/")).code == 3


async def test_a_signal_is_told_as_a_negative_code(runner: CommandRunner) -> None:
    assert (await runner.run("kill -9 $$", "/")).code == -9


async def test_output_and_errors_are_one_text_in_the_order_they_came(runner: CommandRunner) -> None:
    assert (await runner.run("echo one; echo two >&2; echo three", "/")).output == "one\ntwo\nthree\n"


async def test_it_reads_the_end_at_once(runner: CommandRunner) -> None:
    assert shown(await runner.run("cat; echo over", "/")) == ("over\n", 0)


async def test_it_finds_programs_where_the_person_does(runner: CommandRunner) -> None:
    assert (await runner.run("echo $PATH", "/")).output == "/from/login:/usr/bin:/bin\n"


async def test_it_sees_no_keys(runner: CommandRunner) -> None:
    assert "sk-secret" not in (await runner.run("env", "/")).output


async def test_it_is_told_that_nobody_sits_there(runner: CommandRunner) -> None:
    assert (await runner.run("echo $TERM $PAGER $GIT_TERMINAL_PROMPT", "/")).output == "dumb cat 0\n"


async def test_a_folder_that_is_not_there_is_told(runner: CommandRunner) -> None:
    with pytest.raises(ToolSourceError, match="its working folder /nowhere is not there"):
        await runner.run("true", "/nowhere")


# output


async def test_long_output_keeps_its_beginning_and_its_end(runner: CommandRunner) -> None:
    result = await runner.run("seq 100000", "/", limit=100)
    assert result.output.startswith("1\n2\n3\n")
    assert result.output.endswith("99999\n100000\n")
    assert f"[… {result.left_out:,} bytes left out …]" in result.output.splitlines()
    assert len(result.output) < 200


async def test_a_gigabyte_of_output_takes_no_memory(runner: CommandRunner) -> None:
    result = await runner.run("head -c 1000000000 /dev/zero", "/", limit=1000)
    assert (result.code, result.left_out) == (0, 1_000_000_000 - 1000)


async def test_bytes_that_are_no_text_are_replaced(runner: CommandRunner) -> None:
    assert (await runner.run(r"printf 'a\377b'", "/")).output == "a\ufffdb"


async def test_colours_and_titles_are_left_out(runner: CommandRunner) -> None:
    assert (await runner.run(r"printf '\033[1;31mred\033[0m \033]0;title\007on\r\n'", "/")).output == "red on\n"


async def test_the_last_line_is_told_as_it_comes(runner: CommandRunner) -> None:
    heard: list[str] = []
    await runner.run("echo one; echo two", "/", heard=heard.append)
    assert heard[-1] == "two"


# the end


async def test_a_command_that_takes_too_long_is_ended_with_its_output_kept(runner: CommandRunner) -> None:
    result = await runner.run("echo begun; sleep 600", "/", seconds=0.5)
    assert shown(result) == ("begun\n", None)


async def test_what_it_leaves_in_the_background_is_ended(runner: CommandRunner) -> None:
    mark = new_mark()
    result = await runner.run(f"export KIREJI_TEST_TREE={mark}; setsid sleep 600 & sleep 0.2; echo over", "/")
    assert shown(result) == ("over\n", 0)
    assert [*alive(mark)] == []


async def test_cancelling_ends_everything(runner: CommandRunner) -> None:
    mark = new_mark()
    begun = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        line = f"export KIREJI_TEST_TREE={mark}; trap '' TERM; (setsid sleep 600 &) ; sleep 0.2; echo on; sleep 600"
        task = group.create_task(runner.run(line, "/", heard=lambda _line: begun.set()))
        await begun.wait()
        assert [*alive(mark)]
        task.cancel()
    assert task.cancelled()
    assert await all_gone(mark, 0)
