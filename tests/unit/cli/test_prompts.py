"""Quick prompts on the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from kireji.core.desktop_ports import ClipboardContent
from kireji.core.errors import ClipboardError
from kireji.core.messages import StopReason
from kireji.core.prompts import Prompt, Variable, VariableKind
from kireji.core.structured.forms import AnswerForm
from tests.fakes.provider import answer
from tests.fakes.world import World
from tests.unit.cli.conftest import Kireji


@pytest.fixture(autouse=True)
def _language(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)


def asked(world: World) -> str:
    return world.remote.encoded[-1].messages[-1].text


def test_all_prompts_are_listed_and_problems_are_told_besides(world: World, kireji: Kireji) -> None:
    world.prompts.found += (Prompt("mine", "Mine", "x", own=True),)
    world.prompts.wrong = ("The prompt a.md cannot be used: x.",)
    result = kireji("prompts", "list")
    assert [line.split() for line in result.out.splitlines()] == [
        ["NAME", "TITLE", "ANSWER", "VARIABLES", "FROM"],
        ["explain", "Explain", "text", "-", "kireji"],
        ["translate", "Translate", "text", "language", "kireji"],
        ["mine", "Mine", "text", "-", "yours"],
    ]
    assert result.err == "The prompt a.md cannot be used: x.\n"
    found = json.loads(kireji("prompts", "list", "--json").out)
    assert [prompt["name"] for prompt in found["prompts"]] == ["explain", "translate", "mine"]
    assert found["problems"] == list(world.prompts.wrong)


def test_one_prompt_is_shown_with_its_words_and_variables(kireji: Kireji) -> None:
    shown = kireji("prompts", "show", "translate").out
    assert shown.splitlines() == [
        "Translate (kireji)",
        "  --var language=…  language; else English",
        "",
        "Translate into {{language}}.",
    ]
    value = json.loads(kireji("prompts", "show", "translate", "--json").out)
    assert value["variables"] == {"language": {"type": "text", "description": "", "default": "English", "choices": []}}


def test_a_prompt_that_is_not_there_is_told_with_what_was_probably_meant(world: World, kireji: Kireji) -> None:
    assert kireji("prompts", "show", "explian").err == (
        "kireji: There is no quick prompt explian. Did you mean explain?\n"
    )
    world.prompts.wrong = ("The prompt mine.md (line 2) cannot be used: x.",)
    assert kireji("ask", "--prompt", "mine").err.startswith("kireji: The prompt mine.md (line 2) cannot be used: x.")


def test_a_prompt_is_asked_with_its_variables_and_what_is_typed_besides(world: World, kireji: Kireji) -> None:
    world.remote.enqueue(answer("a"), answer("b"))
    assert kireji("ask", "--prompt", "translate", "--var", "language=Finnish", "Be brief.", piped=b"text").code == 0
    assert asked(world) == "Translate into Finnish.\n\nBe brief.\n\n> text"
    assert kireji("ask", "--prompt=explain").code == 0
    assert asked(world) == "Explain what is shown."


@pytest.mark.parametrize(
    ("variable", "value", "language"),
    [("LANG", "de_DE.UTF-8", "German"), ("LC_ALL", "pt_BR", "Portuguese"), ("LANG", "C.UTF-8", "English")],
)
def test_a_language_that_was_not_named_is_the_persons(
    world: World, kireji: Kireji, monkeypatch: pytest.MonkeyPatch, variable: str, value: str, language: str
) -> None:
    monkeypatch.setenv(variable, value)
    world.remote.enqueue(answer("a"))
    kireji("ask", "--prompt", "translate")
    assert asked(world) == f"Translate into {language}."


def test_values_that_are_missing_or_belong_nowhere_are_told(world: World, kireji: Kireji) -> None:
    world.prompts.found = (Prompt("p", "P", "{{a}}", {"a": Variable()}),)
    assert kireji("ask", "--prompt", "p").err == "kireji: The prompt p needs a value for a. Give one with --var a=….\n"
    assert "has no variable b" in kireji("ask", "--prompt", "p", "--var", "b=1").err
    result = kireji("ask", "--var", "b=1", "question")
    assert (result.code, "needs --prompt NAME" in result.err) == (2, True)


def test_everything_about_a_prompt_is_shown(world: World, kireji: Kireji) -> None:
    tone = Variable("Tone", "warm", VariableKind.CHOICE, ("warm", "cold"))
    text = Variable(kind=VariableKind.SELECTION)
    world.prompts.found = (
        Prompt("r", "R", "{{tone}} {{text}}", {"tone": tone, "text": text}, provider="local", model="m",
               tools=(), shortcut="F9", tray=False),
    )  # fmt: skip
    assert kireji("prompts", "show", "r").out.splitlines()[1:7] == [
        "  asks: local m",
        "  tools: none",
        "  keys: F9",
        "  tray: not in its menu",
        "  --var tone=…  Tone; one of warm, cold; else warm",
        "  --var text=…  text; else what is selected",
    ]


def test_a_prompt_is_filled_from_clipboard_selection_and_calendar(world: World, kireji: Kireji) -> None:
    kinds = {"a": VariableKind.CLIPBOARD, "b": VariableKind.SELECTION, "c": VariableKind.DATE}
    variables = {name: Variable(kind=kind) for name, kind in kinds.items()}
    world.prompts.found = (Prompt("p", "P", "Copied: {{a}}\nSelected: {{b}}\nToday: {{c}}", variables),)
    world.clipboard.content = ClipboardContent(text="one\n{{b}}")
    world.clipboard.selected = "two"
    world.remote.enqueue(answer("x"), answer("y"))
    assert kireji("ask", "--prompt", "p").code == 0
    today = world.clock.now().astimezone().date().isoformat()
    assert asked(world) == f"Copied:\n\n> one\n> {{{{b}}}}\n\nSelected:\n\n> two\n\nToday: {today}"
    kireji("ask", "--prompt", "p", "--var", "a=mine", "--var", "c=tomorrow")
    assert asked(world) == "Copied:\n\n> mine\n\nSelected:\n\n> two\n\nToday: tomorrow"


def test_an_empty_clipboard_is_told(world: World, kireji: Kireji) -> None:
    world.prompts.found = (Prompt("p", "Answer", "{{a}}", {"a": Variable(kind=VariableKind.CLIPBOARD)}),)
    result = kireji("ask", "--prompt", "p")
    assert (result.code, "“Answer” is about the clipboard, and there is no text in it." in result.err) == (1, True)


def test_a_choice_that_is_not_offered_is_told_with_those_that_are(world: World, kireji: Kireji) -> None:
    tone = Variable("", "warm", VariableKind.CHOICE, ("warm", "cold"))
    world.prompts.found = (Prompt("p", "P", "{{a}}", {"a": tone}),)
    assert "Choose one of these: warm, cold." in kireji("ask", "--prompt", "p", "--var", "a=icy").err


def test_a_prompt_says_who_answers_unless_the_command_does(world: World, kireji: Kireji) -> None:
    world.prompts.found = (Prompt("p", "P", "x", provider="anthropic", model="claude-opus-4-8"),)
    world.remote.enqueue(answer("a"), answer("b"))
    kireji("ask", "--prompt", "p")
    assert world.remote.encoded[-1].model == "claude-opus-4-8"
    kireji("ask", "--prompt", "p", "-p", "anthropic", "-m", "claude-sonnet-5")
    assert world.remote.encoded[-1].model == "claude-sonnet-5"


def test_a_prompt_that_needs_a_picture_says_so(world: World, kireji: Kireji) -> None:
    world.prompts.found = (
        Prompt("table", "As a table", "", form=AnswerForm.TABLE),
        Prompt("look", "Look", "{{a}} What?", {"a": Variable(kind=VariableKind.CAPTURE)}),
    )
    for name, title in (("table", "As a table"), ("look", "Look")):
        assert f"“{title}” needs a picture. Capture or attach one." in kireji("ask", "--prompt", name).err


def test_what_goes_only_with_text_is_refused_with_another_form(world: World, kireji: Kireji) -> None:
    world.prompts.found = (Prompt("check", "Check", "x", form=AnswerForm.VERDICT),)
    result = kireji("ask", "--prompt", "check", "--stop", "END")
    assert (result.code, "--stop does not go with --prompt check" in result.err) == (2, True)


def test_a_prompt_is_added_from_a_file_and_from_standard_input(world: World, kireji: Kireji, tmp_path: Path) -> None:
    file = tmp_path / "find-bugs.md"
    file.write_text('+++\ntitle = "Bugs"\n+++\nFind the bugs.')
    assert kireji("prompts", "add", str(file)).out == "Added find-bugs.\n"
    result = kireji("prompts", "add", "-", "--name", "short", "--json", piped=b"Sum it up.")
    assert json.loads(result.out)["text"] == "Sum it up."
    assert {"find-bugs", "short"} <= {prompt.name for prompt in world.prompts.found}
    assert "needs a name" in kireji("prompts", "add", "-", piped=b"x").err


def test_a_prompt_of_the_same_name_is_replaced_only_when_told(world: World, kireji: Kireji, tmp_path: Path) -> None:
    file = tmp_path / "mine.md"
    file.write_text("one")
    kireji("prompts", "add", str(file))
    file.write_text("two")
    assert "You have a prompt mine already." in kireji("prompts", "add", str(file)).err
    assert kireji("prompts", "add", str(file), "--replace").code == 0
    assert [prompt.text for prompt in world.prompts.found if prompt.name == "mine"] == ["two"]


def test_a_file_that_is_no_prompt_is_told_with_its_line(kireji: Kireji, tmp_path: Path) -> None:
    file = tmp_path / "mine.md"
    file.write_text('+++\ntitle = "a"\nform = "tabel"\n+++\nx')
    result = kireji("prompts", "add", str(file))
    assert (result.code, "(line 3) is no prompt: form must be one of" in result.err) == (1, True)


def test_prompts_are_exported_and_imported(world: World, kireji: Kireji, tmp_path: Path) -> None:
    assert "Explain what is shown." in kireji("prompts", "export", "explain").out
    target = tmp_path / "all.zip"
    assert kireji("prompts", "export", "--all", "-o", str(target)).out == f"Exported 2 prompts to {target}.\n"
    world.prompts.found = world.prompts.found[:1]
    assert kireji("prompts", "import", str(target)).out == "Imported translate.\n"
    assert kireji("prompts", "import", str(target)).out == "Nothing is new in it.\n"
    assert "several prompts go into one archive" in kireji("prompts", "export", "--all").err


def test_what_would_take_anothers_place_is_imported_only_when_told_how(
    world: World, kireji: Kireji, tmp_path: Path
) -> None:
    target = tmp_path / "explain.md"
    world.prompts.files[target] = b"Explain it to a child."
    result = kireji("prompts", "import", str(target))
    assert (result.code, "other prompts of these names: explain. Nothing was imported." in result.err) == (1, True)
    assert kireji("prompts", "import", str(target), "--skip").out == "Nothing is new in it.\n"
    assert kireji("prompts", "import", str(target), "--keep-both").out == "Imported explain-2.\n"
    assert kireji("prompts", "import", str(target), "--replace").out == "Imported explain.\n"
    assert world.prompts.found[0].text == "Explain it to a child."


def test_an_own_prompt_is_removed_and_a_shipped_one_holds_again(world: World, kireji: Kireji, tmp_path: Path) -> None:
    assert "came with Kireji and cannot be removed" in kireji("prompts", "remove", "explain").err
    (tmp_path / "explain.md").write_text("Otherwise.")
    kireji("prompts", "add", str(tmp_path / "explain.md"))
    assert kireji("prompts", "remove", "explain").out == (
        "Removed explain. The one that came with Kireji holds again.\n"
    )
    assert world.prompts.found[0].text == "Explain what is shown."


def test_what_cannot_be_read_here_can_be_said(world: World, kireji: Kireji) -> None:
    world.prompts.found = (Prompt("p", "P", "{{a}}", {"a": Variable(kind=VariableKind.SELECTION)}),)
    world.clipboard.failure = ClipboardError("The selection cannot be read here.")
    result = kireji("ask", "--prompt", "p")
    assert (result.code, result.err.endswith("Say it with --var a=…\n")) == (1, True)


@pytest.mark.parametrize(
    ("form", "typed", "why"),
    [
        (AnswerForm.COMPARISON, ["-i"] * 3, "takes 2 pictures, and these are 3"),
        (AnswerForm.TRANSLATION, ["-i"] * 2, "takes 1 picture, and these are 2"),
        (AnswerForm.COMPARISON, ["-i", "-i", "only the colours"], "words beside it mean nothing"),
    ],
)
def test_nothing_that_goes_along_with_a_form_is_passed_over_in_silence(
    world: World, kireji: Kireji, tmp_path: Path, form: AnswerForm, typed: list[str], why: str
) -> None:
    world.prompts.found = (Prompt("p", "P", "", form=form),)
    arguments: list[str] = []
    for number, option in enumerate(typed):
        path = tmp_path / f"{number}.png"
        path.write_bytes(b"\x89PNG %d" % number)
        arguments += [option, str(path)] if option == "-i" else [option]
    result = kireji("ask", "--prompt", "p", *arguments)
    assert (result.code, why in result.err) == (2, True)
    assert world.remote.asked == []


def test_a_refusal_where_a_table_was_wanted_is_a_failure_and_its_receipt_is_told(
    world: World, kireji: Kireji, tmp_path: Path
) -> None:
    world.prompts.found = (Prompt("p", "P", "", form=AnswerForm.TABLE),)
    world.remote.enqueue(answer(reason=StopReason.REFUSAL))
    (tmp_path / "a.png").write_bytes(b"\x89PNG a")
    result = kireji("ask", "--prompt", "p", "-i", str(tmp_path / "a.png"), "--receipt")
    assert (result.code, "The model declined to answer" in result.out) == (1, True)
    assert "api.anthropic.com" in result.err


def test_an_own_prompt_that_is_replaced_was_not_kirejis(kireji: Kireji, tmp_path: Path) -> None:
    path = tmp_path / "mine.md"
    path.write_text("One.")
    assert kireji("prompts", "add", str(path)).out == "Added mine.\n"
    assert kireji("prompts", "add", str(path), "--replace").out == "Added mine.\n"


def test_an_import_that_leaves_something_out_does_not_end_well(world: World, kireji: Kireji, tmp_path: Path) -> None:
    world.prompts.files[tmp_path / "a.md"] = b"\xff"
    result = kireji("prompts", "import", str(tmp_path / "a.md"))
    assert (result.code, result.out) == (1, "")
    assert "it is not UTF-8 text" in result.err


def test_thousands_of_remarks_are_not_all_told(kireji: Kireji, tmp_path: Path) -> None:
    path = tmp_path / "mine.md"
    path.write_text(" ".join(f"{{{{v{number}}}}}" for number in range(2_000)))
    said = kireji("prompts", "add", str(path)).err.splitlines()
    assert (len(said), said[-1]) == (11, "… and 1,990 more of the prompt mine.")


def test_a_table_that_was_cut_is_printed_as_far_as_it_came_and_does_not_end_well(
    world: World, kireji: Kireji, tmp_path: Path
) -> None:
    world.prompts.found = (Prompt("p", "P", "", form=AnswerForm.TABLE),)
    column = '{"name": "a", "type": "text", "unit": "", "choices": []}'
    cut = f'{{"tables": [{{"title": "", "columns": [{column}], "rows": [["one"], ["two"], ["thr'
    world.remote.enqueue(answer(cut, reason=StopReason.MAX_TOKENS))
    (tmp_path / "a.png").write_bytes(b"\x89PNG a")
    result = kireji("ask", "--prompt", "p", "-i", str(tmp_path / "a.png"))
    assert (result.code, "| two |" in result.out, "thr" in result.out) == (1, True, False)
