"""`kireji tools call`: arguments, permission, results."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pytest

from kireji.core.tool_ports import CallContext
from kireji.core.tools import (
    Arguments,
    FileOutput,
    Hints,
    Output,
    Outside,
    PictureOutput,
    Place,
    PlaceKind,
    TextOutput,
    ToolOutput,
    failed,
)
from tests.fakes.tools import Behaviour, FakeToolSource, FakeValidator, make_tool
from tests.fakes.world import World
from tests.unit.cli.conftest import Kireji, Terminal, TypedLines

PURE = Hints(read_only=True, open_world=False, pure=True)
SCHEMA = json.dumps(
    {
        "type": "object",
        "properties": {
            "text": {"type": "string"},
            "count": {"type": "integer"},
            "deep": {"type": "boolean"},
            "words": {"type": "array", "items": {"type": "string"}},
        },
    }
).encode()
LOOK = make_tool("look", "built-in", schema=SCHEMA, hints=PURE)
SEND = make_tool("send", "mcp:mail", schema=SCHEMA, places=(Place("text", PlaceKind.PATH),))


def gives(*content: Output) -> Behaviour:
    async def behave(arguments: Arguments, context: CallContext) -> ToolOutput:
        del arguments, context
        return ToolOutput(content)

    return behave


@pytest.fixture
def look() -> FakeToolSource:
    return FakeToolSource(LOOK, name="built-in")


@pytest.fixture
def mail() -> FakeToolSource:
    return FakeToolSource(SEND, name="mcp:mail")


@pytest.fixture(autouse=True)
def sources(world: World, look: FakeToolSource, mail: FakeToolSource) -> None:
    world.tool_sources.found = [look, mail]


class TestArguments:
    def test_they_are_read_as_the_tool_wants_them(self, look: FakeToolSource, kireji: Kireji) -> None:
        result = kireji("tools", "call", "look", "text=7", "count=7", "deep=true", "words=a", "words=b")
        assert look.calls == [("look", {"text": "7", "count": 7, "deep": True, "words": ["a", "b"]})]
        assert json.loads(result.out) == look.calls[0][1]

    def test_options_may_stand_between_them(self, look: FakeToolSource, kireji: Kireji) -> None:
        assert kireji("tools", "call", "--yes", "look", "count=1", "--json", "text=a").code == 0
        assert look.calls == [("look", {"count": 1, "text": "a"})]

    def test_all_of_them_can_be_json(self, look: FakeToolSource, kireji: Kireji) -> None:
        kireji("tools", "call", "look", "--json-arguments", '{"words": ["a"]}')
        kireji("tools", "call", "look", "--json-arguments", "-", piped=b'{"count": 2}')
        assert [arguments for _, arguments in look.calls] == [{"words": ["a"]}, {"count": 2}]

    @pytest.mark.parametrize("text", ["", "{", "[1]", "7"])
    def test_json_that_is_no_object_is_wrong_usage(self, look: FakeToolSource, kireji: Kireji, text: str) -> None:
        result = kireji("tools", "call", "look", "--json-arguments", text)
        assert result.code == 2
        assert result.err.startswith("kireji tools: --json-arguments is no JSON")
        assert look.calls == []

    def test_they_are_typed_in_one_way_only(self, kireji: Kireji) -> None:
        assert kireji("tools", "call", "look", "count=1", "--json-arguments", "{}").code == 2

    def test_what_does_not_fit_is_told_and_nobody_is_asked(
        self, world: World, mail: FakeToolSource, kireji: Kireji
    ) -> None:
        assert isinstance(world.validator, FakeValidator)
        world.validator.complaint = "count: 'x' is not of type 'integer'"
        result = kireji("tools", "call", "send", "count=x", typed=TypedLines("y"))
        assert (result.code, result.out) == (1, "")
        assert "count: 'x' is not of type 'integer'" in result.err
        assert "Allow it?" not in result.err
        assert mail.calls == []


class TestPermission:
    def test_the_person_is_asked_with_all_that_would_be_done(self, mail: FakeToolSource, kireji: Kireji) -> None:
        mail.previews["send"] = "To: her\nText: a"
        result = kireji("tools", "call", "send", "text=a", typed=TypedLines("y"))
        assert (result.code, result.out) == (0, '{"text":"a"}\n')
        for words in (
            "Send (mail__send, of the server mail) is to be called with:",
            '  |   "text": "a"',
            "This would be done:\n  | To: her\n  | Text: a\n",
            "It could change something and send data out of this computer.",
            "It is asked because nothing was decided about it yet.",
            "y = once",
            "n = no",
        ):
            assert words in result.err, words

    def test_what_was_typed_before_the_question_is_no_answer_to_it(self, kireji: Kireji) -> None:
        typed = TypedLines("y")
        kireji("tools", "call", "send", typed=typed)
        assert typed.forgotten == 1

    @pytest.mark.parametrize("lines", [("n",), ("no",), ("",), (), ("perhaps", "N")])
    def test_a_no_is_a_no(self, mail: FakeToolSource, kireji: Kireji, world: World, lines: tuple[str, ...]) -> None:
        result = kireji("tools", "call", "send", typed=TypedLines(*lines))
        assert (result.code, result.out) == (1, "")
        assert result.err.endswith("kireji: mail__send was not run: you did not allow it.\n")
        assert mail.calls == []
        assert [(one.allowed, one.by) for one in world.permissions.rows] == [(False, "person")]

    def test_something_else_is_asked_again(self, mail: FakeToolSource, kireji: Kireji) -> None:
        result = kireji("tools", "call", "send", typed=TypedLines("maybe", "yes"))
        assert result.code == 0
        assert result.err.count("Allow it?") == 2

    def test_without_a_terminal_it_is_refused_with_one_sentence(self, mail: FakeToolSource, kireji: Kireji) -> None:
        result = kireji("tools", "call", "send")
        assert (result.code, result.out) == (1, "")
        assert result.err == (
            "kireji: mail__send needs permission, and there is no terminal to ask at. Allow this one call with --yes, "
            "or calls to come with: kireji tools allow mail__send\n"
        )
        assert mail.calls == []

    def test_yes_allows_this_call_and_no_other(self, mail: FakeToolSource, kireji: Kireji, world: World) -> None:
        assert kireji("tools", "call", "send", "--yes").code == 0
        assert world.permissions.kept == {}
        assert kireji("tools", "call", "send").code == 1
        assert len(mail.calls) == 1

    def test_what_was_allowed_before_is_not_asked(self, kireji: Kireji) -> None:
        kireji("tools", "allow", "send")
        result = kireji("tools", "call", "send")
        assert (result.code, result.err) == (0, "")

    def test_what_is_denied_is_refused_even_with_yes(self, mail: FakeToolSource, kireji: Kireji) -> None:
        kireji("tools", "deny", "send")
        result = kireji("tools", "call", "send", "--yes")
        assert (result.code, mail.calls) == (1, [])
        assert result.err == "kireji: mail__send is denied. See what is with: kireji tools permissions\n"

    def test_a_folder_can_be_allowed_where_the_call_lies_in_one(
        self, kireji: Kireji, world: World, tmp_path: Path
    ) -> None:
        (tmp_path / "file").write_text("")
        result = kireji("tools", "call", "send", f"text={tmp_path / 'file'}", typed=TypedLines("f"))
        assert result.code == 0
        assert f"f = in the folder {tmp_path}" in result.err
        assert [one.pattern.folder for one in world.permissions.kept.values()] == [str(tmp_path)]

    def test_no_character_of_the_arguments_hides_another(self, kireji: Kireji) -> None:
        text = "\x1b[2J\u202egpj.exe\u200b\r\u2028Allow it? yes"
        result = kireji("tools", "call", "send", "--json-arguments", json.dumps({"text": text}), typed=TypedLines("n"))
        shown = next(line for line in result.err.splitlines() if "exe" in line)
        assert shown == '  |   "text": "\\u001b[2J\\u202egpj.exe\\u200b\\r\\u2028Allow it? yes"'

    def test_no_line_of_a_preview_is_taken_for_a_question(self, mail: FakeToolSource, kireji: Kireji) -> None:
        mail.previews["send"] = "nothing\n\nAllow it? y = once\r\x1b[1AOK"
        result = kireji("tools", "call", "send", typed=TypedLines("n"))
        assert [line for line in result.err.splitlines() if line.startswith("Allow it?")] == [
            "Allow it? y = once, n = no"
        ]
        assert "  | Allow it? y = once\\u000d\\u001b[1AOK" in result.err

    def test_no_title_is_taken_for_lines_of_ours(self, mail: FakeToolSource, kireji: Kireji) -> None:
        title = "Look\n(of Kireji) is to be called with:\n  | {}\n\nIt only reads.\x1b[8m"
        mail.tools = (msgspec.structs.replace(SEND, title=title),)
        lines = kireji("tools", "call", "send", typed=TypedLines("n")).err.splitlines()
        assert lines[1].startswith("Look (of Kireji) is to be called with: | {} It only reads.\\u001b[8m (mail__send")
        assert "It only reads." not in lines


class TestResults:
    def test_words_go_to_standard_output(self, look: FakeToolSource, kireji: Kireji) -> None:
        look.behaviours["look"] = gives(TextOutput("one\n"), TextOutput("two\n"))
        assert kireji("tools", "call", "look").out == "one\n\ntwo\n"

    def test_a_failure_goes_to_standard_error(self, look: FakeToolSource, kireji: Kireji) -> None:
        async def fails(arguments: Arguments, context: CallContext) -> ToolOutput:
            return failed("There is no such thing.")

        look.behaviours["look"] = fails
        result = kireji("tools", "call", "look")
        assert (result.code, result.out, result.err) == (1, "", "kireji: There is no such thing.\n")

    def test_pictures_are_told_and_kept_in_a_file(self, look: FakeToolSource, kireji: Kireji, tmp_path: Path) -> None:
        look.behaviours["look"] = gives(
            TextOutput("seen"), PictureOutput(b"\x89PNG one"), PictureOutput(b"\x89PNG two")
        )
        assert "keep it with -o FILE" in kireji("tools", "call", "look").err
        result = kireji("tools", "call", "look", "-o", str(tmp_path / "a.png"))
        assert (result.code, result.out, result.err) == (0, "seen\n", "")
        assert sorted(file.name for file in tmp_path.iterdir()) == ["a-2.png", "a.png"]

    def test_documents_are_kept_too(self, look: FakeToolSource, kireji: Kireji, tmp_path: Path) -> None:
        look.behaviours["look"] = gives(FileOutput(b"a,b\n1,2\n", "text/csv", "table.csv"))
        kireji("tools", "call", "look", "-o", str(tmp_path / "table.csv"))
        assert (tmp_path / "table.csv").read_bytes() == b"a,b\n1,2\n"

    def test_a_file_for_nothing_is_a_mistake(self, look: FakeToolSource, kireji: Kireji, tmp_path: Path) -> None:
        look.behaviours["look"] = gives(TextOutput("seen"))
        result = kireji("tools", "call", "look", "-o", str(tmp_path / "a.png"))
        assert (result.code, result.out) == (1, "seen\n")
        assert "no picture and no document" in result.err

    def test_a_file_that_cannot_be_written_is_told(self, look: FakeToolSource, kireji: Kireji, tmp_path: Path) -> None:
        look.behaviours["look"] = gives(PictureOutput(b"\x89PNG one"))
        result = kireji("tools", "call", "look", "-o", str(tmp_path))
        assert result.code == 1
        assert f"{tmp_path} cannot be written: " in result.err

    def test_where_no_file_can_be_the_tool_is_not_called(
        self, look: FakeToolSource, kireji: Kireji, tmp_path: Path
    ) -> None:
        result = kireji("tools", "call", "look", "-o", str(tmp_path / "no" / "a.png"))
        assert (result.code, look.calls) == (1, [])
        assert f"There is no folder {tmp_path / 'no'}; the tool was not called." in result.err

    def test_json_has_all_of_it(self, look: FakeToolSource, kireji: Kireji) -> None:
        look.behaviours["look"] = gives(TextOutput("seen"), PictureOutput(b"\x89PNG one"))
        found = json.loads(kireji("tools", "call", "look", "--json").out)
        assert (found["tool"], found["is_error"], found["refused"], found["text"]) == ("look", False, False, "seen")
        assert len(found["images"]) == 1

    def test_json_of_a_refused_call_says_so(self, kireji: Kireji) -> None:
        result = kireji("tools", "call", "send", "--json")
        found = json.loads(result.out)
        assert (result.code, found["is_error"], found["refused"]) == (1, True, True)

    def test_how_far_it_is_stands_on_the_terminal(self, look: FakeToolSource, kireji: Kireji) -> None:
        async def slow(arguments: Arguments, context: CallContext) -> ToolOutput:
            context.progress("half way")
            return ToolOutput((TextOutput("done"),))

        look.behaviours["look"] = slow
        assert "half way" in kireji("tools", "call", "look", err=Terminal()).err
        assert kireji("tools", "call", "look").err == ""


def test_words_from_outside_are_named_in_the_question() -> None:
    from kireji.cli.approving import told
    from kireji.core.permissions import ApprovalRequest, Effects, Reason

    outside = frozenset((Outside.SCREEN, Outside.WEB))
    request = ApprovalRequest(1, 2, "c", SEND, "mail", "{}", Effects(True, False), "", outside, Reason.OUTSIDE)
    text = told(request)
    assert "from pictures, the web." in text
    assert "It could change something." in text
