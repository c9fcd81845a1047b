"""What can be typed after `kireji`."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kireji.cli.arguments import LATEST, region
from kireji.cli.parser import KEY_PROVIDERS, parse, wanted_of_app
from kireji.cli.parser_asking import EFFORTS
from kireji.cli.quick import capture_typed
from kireji.core.capturing import Action, CaptureMode, CaptureRequest
from kireji.core.models import Effort
from kireji.services.credentials import ADDRESSES


def refused(*argv: str) -> int:
    with pytest.raises(SystemExit) as caught:
        parse(argv)
    assert isinstance(caught.value.code, int)
    return caught.value.code


def test_nothing_starts_the_app() -> None:
    assert parse([]).command is None
    assert parse(["--hidden"]).hidden


def test_a_question_with_everything() -> None:
    typed = "ask why -i a.png -i b.png --screen 1,2,3,4 -p anthropic -m m -s sys --stop END --max-tokens 9 --effort low"
    found = parse([*typed.split(), "--continue", "3", "--no-stream", "--json"])
    assert (found.prompt, found.images, found.screen) == ("why", ["a.png", "b.png"], (1, 2, 3, 4))
    assert (found.provider, found.model, found.system, found.stop) == ("anthropic", "m", "sys", ["END"])
    assert (found.max_tokens, found.effort, found.conversation) == (9, "low", 3)
    assert found.no_stream
    assert found.json


@pytest.mark.parametrize(
    ("argv", "conversation", "prompt"),
    [
        (["--continue", "why"], LATEST, "why"),
        (["why", "--continue"], LATEST, "why"),
        (["--continue", "--json", "why"], LATEST, "why"),
        (["--continue", "12", "why"], 12, "why"),
        (["--continue=12", "why"], 12, "why"),
        (["--", "--continue"], None, "--continue"),
        (["why"], None, "why"),
    ],
)
def test_continue_does_not_swallow_the_question(argv: list[str], conversation: int | None, prompt: str) -> None:
    found = parse(["ask", *argv])
    assert (found.conversation, found.prompt) == (conversation, prompt)


@pytest.mark.parametrize(
    ("typed", "wanted"),
    [
        ("capture", CaptureRequest()),
        ("capture --pointer", CaptureRequest(CaptureMode.SCREEN)),
        ("capture --all", CaptureRequest(CaptureMode.ALL)),
        ("capture --window --delay 2.5", CaptureRequest(CaptureMode.WINDOW, 2.5)),
        ("capture --delay=3 --add", CaptureRequest(delay=3, add=True)),
        ("capture --last --prompt explain", CaptureRequest(CaptureMode.LAST, prompt="explain")),
        ("capture --clipboard", Action.CLIPBOARD),
        ("capture --selection", Action.SELECTION),
    ],
)
def test_without_a_file_capture_is_for_the_running_app(typed: str, wanted: CaptureRequest | Action) -> None:
    assert wanted_of_app(parse(typed.split())) == capture_typed(typed.split()) == wanted


@pytest.mark.parametrize("typed", ["capture --all -o x.png", "capture --region 1,2,3,4 -o x.png", "ask q"])
def test_with_a_file_the_command_does_all_itself(typed: str) -> None:
    assert wanted_of_app(parse(typed.split())) is None
    assert capture_typed(typed.split()) is None


_TYPED = (
    "--window --pointer --all --last --clipboard --selection --add --delay --delay=2 --prompt --prompt=explain "
    "-o x 3 0.5 . 9999 -- --delay= -1 --region 1,2,3,4 --help nan 1e3"
)
_WORDS = st.sampled_from(_TYPED.split())


@settings(deadline=None)
@given(st.lists(_WORDS, max_size=5))
def test_what_is_read_quickly_is_what_the_parser_reads(words: list[str]) -> None:
    quick = capture_typed(["capture", *words])
    if quick is not None:
        assert wanted_of_app(parse(["capture", *words])) == quick


@pytest.mark.parametrize(
    ("typed", "names"),
    [("", None), ("--tools none", ()), ("--tools look,mail", ("look", "mail")), ("--tools a,,a", ("a",))],
)
def test_the_tools_of_a_question_are_named(typed: str, names: tuple[str, ...] | None) -> None:
    assert parse(["ask", "q", *typed.split()]).tools == names


@pytest.mark.parametrize(
    "typed",
    [
        "look a=1 b=-2 --yes -o x --json",
        "--yes look a=1 -o x b=-2 --json",
        "--yes --json -o x look a=1 b=-2",
        "--output=x look --json a=1 --yes b=-2",
    ],
)
def test_arguments_of_a_call_and_options_may_be_mixed(typed: str) -> None:
    found = parse(["tools", "call", *typed.split()])
    assert (found.name, found.values, found.yes, found.output, found.json) == (
        "look",
        [("a", "1"), ("b", "-2")],
        True,
        "x",
        True,
    )


def test_after_two_dashes_an_argument_of_a_call_may_look_like_an_option() -> None:
    assert parse(["tools", "call", "look", "--", "--a=1"]).values == [("--a", "1")]
    assert parse(["tools", "call", "look", "--json-arguments", "-"]).json_arguments == "-"


def test_a_region_may_lie_left_of_zero() -> None:
    assert parse(["capture", "--region=-10,-5,3,4", "-o", "x"]).region == (-10, -5, 3, 4)
    assert parse(["capture", "--region", "-10,-5,3,4", "-o", "x"]).region == (-10, -5, 3, 4)
    assert parse(["ask", "--screen", "-10,-5,3,4", "q"]).screen == (-10, -5, 3, 4)


def test_after_two_dashes_nothing_is_an_option() -> None:
    assert parse(["ask", "--", "--screen"]).prompt == "--screen"


@pytest.mark.parametrize(
    "typed",
    [
        "nonsense",
        "ask -p nobody q",
        "ask --effort huge q",
        "ask --max-tokens 0 q",
        "ask --max-tokens ² q",
        "ask --screen 1,2,3 q",
        "ask --screen 1,2,0,4 q",
        "ask --screen a,b,c,d q",
        "ask --continue=0 q",
        "ask --prov anthropic q",
        "capture --region 1,2,3,4",
        "capture --region 1,2,3,4 --all -o x",
        "capture -o x",
        "capture --delay 4000",
        "capture --window --all",
        "capture --screen 1",
        "capture --clipboard --delay 1",
        "capture --selection -o x",
        "capture --all --add -o x",
        "capture --all --prompt explain -o x",
        "capture --all -o x --delay nan",
        "keys",
        "keys set",
        "keys set anthropic sk-ant-123",
        "keys set device",
        "keys login",
        "keys login anthropic",
        "models --provider nobody",
        "history",
        "history show x",
        "history list -n 0",
        "ask q --tools ,",
        "ask q --tools none,look",
        "tools",
        "tools show",
        "tools call look x",
        "tools call look =1",
        "tools allow look --folder a --host b",
        "tools allow look --until yesterday",
        "tools allow look --until 2020-01-01",
        "tools revoke x",
        "tools log -n 0",
    ],
)
def test_wrong_usage_is_one_line_and_code_two(typed: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert refused(*typed.split()) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("\n") == 1
    assert "--help" in err


@pytest.mark.parametrize(
    "typed", ["--help", "ask --help", "capture --help", "keys --help", "keys set --help", "--version"]
)
def test_help_and_version_go_to_standard_output(typed: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert refused(*typed.split()) == 0
    assert "kireji" in capsys.readouterr().out


def test_the_choices_are_the_programs_own() -> None:
    assert [effort.value for effort in Effort] == list(EFFORTS)
    assert list(ADDRESSES) == list(KEY_PROVIDERS)


@given(st.tuples(*[st.integers(-(2**40), 2**40)] * 2, *[st.integers(1, 2**40)] * 2))
def test_any_region_is_read_as_typed(numbers: tuple[int, int, int, int]) -> None:
    assert region(",".join(map(str, numbers))) == numbers


def test_help_imports_neither_services_nor_anything_heavy() -> None:
    code = (
        "import sys\n"
        "from kireji.cli.parser import parse\n"
        "try: parse(['ask', '--help'])\n"
        "except SystemExit: pass\n"
        "known = {'PySide6', 'httpx', 'msgspec', 'asyncio', 'sqlite3', 'PIL', 'keyring', 'kireji.services'}\n"
        "print(sorted(known & set(sys.modules)))"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize(
    ("typed", "command"),
    [("tools list --jsno", "kireji tools list"), ("ask q --yess", "kireji ask"), ("--jsno", "kireji")],
)
def test_a_word_that_means_nothing_is_told_by_its_own_command(
    typed: str, command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert refused(*typed.split()) == 2
    strange = typed.split()[-1]
    assert capsys.readouterr().err == f"{command}: {strange} means nothing here. See: {command} --help\n"


def test_a_call_without_a_name_misses_only_the_name(capsys: pytest.CaptureFixture[str]) -> None:
    assert refused("tools", "call") == 2
    assert "the following arguments are required: NAME. See:" in capsys.readouterr().err


@pytest.mark.parametrize(
    "typed",
    [
        ("batch", "add", "a.jsonl", "--policy"),
        ("batch", "add", "a.jsonl", "--translate"),
        ("batch", "add", "a.jsonl", "--schema"),
        ("moderate", "x", "--policy"),
        ("policies", "check", "community", "--set"),
        ("translate", "x", "--to"),
    ],
)
def test_an_empty_name_is_not_taken_for_an_option_that_is_not_there(typed: tuple[str, ...]) -> None:
    assert refused(*typed, "") == refused(*typed, " ") == 2
    assert parse(typed[:-1]).command == typed[0]


@pytest.mark.parametrize("typed", ["--help", "--version"])
def test_help_that_nobody_reads_is_no_failure(typed: str) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w") as closed:
        command = [sys.executable, "-m", "kireji", typed]
        result = subprocess.run(command, stdout=closed, stderr=subprocess.PIPE, check=False)
    assert (result.returncode, result.stderr) == (0, b"")
