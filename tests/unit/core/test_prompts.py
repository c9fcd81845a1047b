"""Quick prompts as they stand in files."""

from __future__ import annotations

import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kireji.core.errors import KirejiError
from kireji.core.prompt_files import LONGEST_FILE, name_from, parse, written
from kireji.core.prompt_heads import PromptProblem
from kireji.core.prompts import Prompt, Variable, VariableKind
from kireji.core.structured.forms import AnswerForm

WHOLE = b"""+++
title = "Translate"
order = 40
[variables.language]
description = "Language of the translation"
default = "English"
+++
Translate into {{language}}.

+++ stays in the words.
"""


def problem(data: bytes, name: str = "mine") -> tuple[str, int]:
    with pytest.raises(PromptProblem) as caught:
        parse(name, data, own=True)
    return caught.value.reason, caught.value.line


def test_a_whole_file_is_read() -> None:
    prompt, remarks = parse("translate", WHOLE, own=False)
    assert remarks == ()
    assert prompt == Prompt(
        "translate",
        "Translate",
        "Translate into {{language}}.\n\n+++ stays in the words.",
        {"language": Variable("Language of the translation", "English")},
        40,
    )


def test_a_file_of_words_alone_is_a_prompt() -> None:
    prompt, _ = parse("find-the-bug", b"Find the bug.\n", own=True)
    assert (prompt.title, prompt.text, prompt.own) == ("Find the bug", "Find the bug.", True)


@pytest.mark.parametrize(
    "data", [WHOLE.replace(b"\n", b"\r\n"), b"\xef\xbb\xbf" + WHOLE, WHOLE.replace(b"+++\n", b"+++  \n")]
)
def test_editors_of_every_system_may_write_it(data: bytes) -> None:
    assert parse("translate", data, own=True).prompt.title == "Translate"


@pytest.mark.parametrize(
    ("data", "words", "line"),
    [
        (b"+++\ntitle = 1\n+++\nx", "title must be a text", 2),
        (b"+++\ntitle = \"\"\n+++\nx", "title must be a text", 2),
        (b"+++\ntitle = \"" + b"x" * 61 + b"\"\n+++\nx", "title is longer than 60", 2),
        (b"+++\ntitle = \"a\\u0007\"\n+++\nx", "title holds control characters", 2),
        (b"+++\norder = 1.5\n+++\nx", "order must be a whole number", 2),
        (b"+++\norder = true\n+++\nx", "order must be a whole number", 2),
        (b"+++\ntitle = \"a\"\norder = \n+++\nx", "its head is not TOML (invalid value)", 3),
        (b"+++\ntitle = \"\"\"a\n+++\nx", "its head is not TOML", 2),
        (b"+++\ntitle = \"a\"\n", "its head has no end", 1),
        (b"+++\na = " + b"[" * 5000 + b"\n+++\nx", "its head is nested too deeply", 0),
        (b"+++\ntitle = \"a\"\n+++\n \n", "it has no words to ask", 0),
        (b"", "it has no words to ask", 0),
        (b"one\ntwo \xff\n", "it is not UTF-8 text", 2),
        (b"one\ntwo \x1b[2J\n", "it holds control characters", 2),
        (b"x" * (LONGEST_FILE + 1), "it is longer than 64 KB", 0),
        (b"+++\nvariables = 3\n+++\nx", "variables must be tables", 2),
        (b"+++\n[variables]\nlanguage = \"x\"\n+++\nx", "the variable language must be a table", 3),
        (b"+++\n[variables.\"A b\"]\n+++\nx", "may only have small letters", 0),
        (b"+++\n[variables.a]\ndefault = 3\n+++\nx", "description and default of the variable a", 3),
        (b"+++\n[variables.a]\ndefault = \"\\u0000\"\n+++\nx", "the variable a holds control characters", 2),
        (b"+++\nform = \"tabel\"\n+++\nx", "form must be one of text, table", 2),
        (b"+++\nform = \"tabel\"\n+++\nx", "did you mean table?", 2),
        (b"+++\nform = 3\n+++\nx", "form must be one of", 2),
        (b"+++\nprovider = \"An thropic\"\n+++\nx", "provider must be a name", 2),
        (b"+++\nmodel = 3\n+++\nx", "model must be a text in quotes", 2),
        (b"+++\ntools = \"read_file\"\n+++\nx", "tools must be a list of names", 2),
        (b"+++\ntray = \"no\"\n+++\nx", "tray must be true or false", 2),
        (b"+++\nshortcut = \"T\"\n+++\nx", "shortcut must be keys such as Ctrl+Alt+T", 2),
        (b"+++\nform = \"table\"\nschema = \"{\"\n+++\nx", "schema is not JSON", 3),
        (b"+++\nform = \"table\"\nschema = \"[]\"\n+++\nx", "schema must be a JSON object", 3),
        (b"+++\nform = \"table\"\nschema = \"" + b"[" * 5000 + b"\"\n+++\nx", "schema is", 3),
        (b"+++\nform = \"verdict\"\npolicy = \"../x\"\n+++\n", "policy must be the name of a policy", 3),
        (b"+++\nschema = \"{}\"\n+++\nx", "schema needs form =", 2),
        (b"+++\npolicy = \"work\"\n+++\nx", "policy needs form =", 2),
        (b"+++\nform = \"table\"\ntools = [\"a\"]\n+++\nx", "tools are not offered where the answer is a table", 3),
        (b"+++\nform = \"table\"\nprovider = \"device\"\n+++\nx", "this computer alone can give no table", 3),
        (b"+++\nform = \"translation\"\n+++\n", "a translation needs [variables.language]", 2),
        (b"+++\nform = \"comparison\"\n[variables.a]\ntype = \"capture\"\n+++\n", "a comparison has two pictures", 2),
        (b"+++\n[variables.a]\ntype = \"choise\"\n+++\n{{a}}", "did you mean choice?", 3),
        (b"+++\n[variables.a]\ntype = \"choice\"\n+++\n{{a}}", "a choice without choices", 2),
        (b"+++\n[variables.a]\nchoices = [\"b\"]\n+++\n{{a}}", "so it needs type = \"choice\"", 3),
        (b"+++\n[variables.a]\ntype = \"choice\"\nchoices = [\"b\"]\ndefault = \"c\"\n+++\n{{a}}",
         "the default of the variable a is not among its choices", 5),
        (b"+++\n[variables.a]\ntype = \"choice\"\nchoices = [\"b\", \"b\"]\n+++\n{{a}}", "stands there twice", 4),
        (b"+++\n[variables.a]\ntype = \"date\"\ndefault = \"c\"\n+++\n{{a}}", "though a date never needs one", 4),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_said_with_its_line(data: bytes, words: str, line: int) -> None:
    reason, at = problem(data)
    assert (words in reason, at) == (True, line), reason


@pytest.mark.parametrize("name", ["Mine", "my prompt", "../x", "", "-a", "a--b", "x" * 65, "ä", "a.b"])
def test_a_name_that_cannot_be_typed_is_refused(name: str) -> None:
    assert "its name may only have" in problem(b"x", name)[0]


@pytest.mark.parametrize(
    ("data", "remark"),
    [
        (b"+++\ntitel = \"a\"\n+++\nx", "titel means nothing there; did you mean title?"),
        (b"+++\n[variables.a]\ndefualt = \"b\"\n+++\n{{a}}",
         "variables.a.defualt means nothing there; did you mean default?"),
        (b"Into {{language}}.", "{{language}} has no [variables.language], so it is asked as it stands"),
        (b"+++\n[variables.a]\n+++\nx", "the variable a stands nowhere in its words"),
        (b"+++\n[variables.tone]\ndefault = \"x\"\n+++\n{{tone}} {{tome}}",
         "{{tome}} has no [variables.tome], so it is asked as it stands; did you mean tone?"),
        (b"In {{Tone}}.", "{{Tone}} is no place, since a name has only small letters, digits and _"),
    ],
)  # fmt: skip
def test_what_was_probably_meant_otherwise_is_remarked_and_used(data: bytes, remark: str) -> None:
    assert parse("mine", data, own=True).remarks == (remark,)


_LINES = st.sampled_from(
    ["+++", 'title = "a"', "order = 3", "[variables.a]", 'default = "b"', "[variables.a.b]", "{{a}}", "= ", "a.b.c = 1"]
)
_FILES = st.binary(max_size=300) | st.lists(_LINES, max_size=8).map(lambda lines: "\n".join(lines).encode())


@given(_FILES)
@example(b"+++\n+++\n{{")
@example(b"+++")
def test_no_bytes_make_it_fail_otherwise_than_by_saying_why(data: bytes) -> None:
    try:
        prompt, remarks = parse("mine", data, own=True)
    except PromptProblem:
        return
    assert prompt.text
    assert prompt.title
    assert all(remarks)
    assert parse("mine", written(prompt), own=True).prompt == prompt


@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), min_size=1, max_size=80))
def test_words_are_asked_as_they_were_written(words: str) -> None:
    data = b'+++\ntitle = "a"\n+++\n' + words.encode()
    if words.strip():
        assert parse("mine", data, own=True).prompt.text == words.strip()


PROMPT = Prompt("p", "P", "{{ a }} and {{b}} and {{c}}", {"a": Variable(default="x"), "b": Variable()})


def test_places_are_filled_with_what_is_given_or_their_default() -> None:
    assert PROMPT.filled({"b": "y"}) == "x and y and {{c}}"


def test_what_a_value_holds_is_no_place() -> None:
    assert PROMPT.filled({"a": "{{b}}", "b": r"\1"}) == r"{{b}} and \1 and {{c}}"


def test_a_value_that_is_missing_or_belongs_nowhere_is_told() -> None:
    with pytest.raises(KirejiError, match="needs a value for b"):
        PROMPT.filled({})
    with pytest.raises(KirejiError, match="has no variable q") as caught:
        PROMPT.filled({"q": ""})
    assert caught.value.hint == "It has: a, b."


_FORMED = b"""+++
title = "Receipt"
order = 5
form = "fields"
provider = "anthropic"
model = "claude-x"
tray = false
shortcut = "control+alt+r"
schema = '''
{"type": "object"}
'''

[variables.currency]
type = "choice"
description = "Currency"
choices = ["EUR", "USD"]
default = "EUR"
+++
In {{currency}}.
"""


def test_what_an_answer_is_and_who_gives_it_stands_in_the_head() -> None:
    prompt, remarks = parse("receipt", _FORMED, own=True)
    assert remarks == ()
    assert (prompt.form, prompt.provider, prompt.model) == (AnswerForm.FIELDS, "anthropic", "claude-x")
    assert (prompt.tray, prompt.shortcut, prompt.schema) == (False, "Ctrl+Alt+R", b'{"type": "object"}')
    assert prompt.variables == {"currency": Variable("Currency", "EUR", VariableKind.CHOICE, ("EUR", "USD"))}


def test_an_empty_list_of_tools_offers_none_and_no_list_leaves_it_to_the_settings() -> None:
    assert parse("a", b"+++\ntools = []\n+++\nx", own=True).prompt.tools == ()
    assert parse("a", b"x", own=True).prompt.tools is None


def test_a_name_is_made_from_a_title_and_is_nobody_elses() -> None:
    assert name_from("Über-Sätze, kurz!") == "uber-satze-kurz"
    assert name_from("日本語") == "prompt"
    assert name_from("Reply", ("reply", "reply-2")) == "reply-3"


_LINE = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Zl", "Zp"]), min_size=1, max_size=30)
_TITLES = _LINE.map(lambda text: " ".join(text.split())).filter(bool)
_TEXTS = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"], include_characters="\n\t"), max_size=60
).map(str.strip)
_PIECES = _LINE.map(str.strip).filter(bool)


@st.composite
def _variables(draw: st.DrawFn) -> Variable:
    kind = draw(st.sampled_from([each for each in VariableKind if each is not VariableKind.CAPTURE]))
    description = draw(st.just("") | _TITLES)
    if kind is VariableKind.CHOICE:
        choices = tuple(draw(st.lists(_PIECES, min_size=1, max_size=4, unique=True)))
        return Variable(description, draw(st.none() | st.sampled_from(choices)), kind, choices)
    return Variable(description, None if kind is VariableKind.DATE else draw(st.none() | _TEXTS), kind)


@st.composite
def _prompts(draw: st.DrawFn) -> Prompt:
    form = draw(st.sampled_from([AnswerForm.TEXT, AnswerForm.TABLE, AnswerForm.VERDICT]))
    names = st.sampled_from(["a", "tone", "language", "x_1"])
    return Prompt(
        "mine",
        draw(_TITLES),
        draw(_TEXTS.filter(bool)),
        draw(st.dictionaries(names, _variables(), max_size=3)),
        draw(st.integers(-10_000, 10_000)),
        True,
        form,
        draw(st.sampled_from(["", "anthropic", "local"])),
        draw(st.just("") | _PIECES),
        draw(st.none() | st.lists(_PIECES, max_size=3).map(tuple)) if form is AnswerForm.TEXT else None,
        draw(st.just(b"") | st.dictionaries(_LINE, _LINE, max_size=2).map(lambda value: json.dumps(value).encode()))
        if form is AnswerForm.TABLE
        else b"",
        draw(st.sampled_from(["", "workplace"])) if form is AnswerForm.VERDICT else "",
        draw(st.sampled_from(["", "Ctrl+Alt+T", "Ctrl++", "F9"])),
        draw(st.booleans()),
    )


@given(_prompts())
def test_what_is_written_is_read_as_the_same_prompt(prompt: Prompt) -> None:
    assert parse("mine", written(prompt), own=True).prompt == prompt


def quoting(text: str, **variables: Variable) -> Prompt:
    return Prompt("p", "P", text, variables)


CLIP = Variable(kind=VariableKind.CLIPBOARD)


def test_words_from_elsewhere_are_quoted_on_lines_of_their_own() -> None:
    assert quoting("Answer {{a}} now.", a=CLIP).filled({"a": "Hello\nyou"}) == "Answer\n\n> Hello\n> you\n\nnow."
    assert quoting("Answer:\n\n{{a}}", a=CLIP).filled({"a": "Hello"}) == "Answer:\n\n> Hello"
    assert quoting("{{a}}", a=CLIP).filled({"a": "{{b}}"}, quote=False) == "{{b}}"


def test_a_picture_has_no_place_in_the_words_and_several_are_numbered() -> None:
    capture = Variable(kind=VariableKind.CAPTURE)
    assert quoting("{{a}} What is it?", a=capture).filled({}) == "What is it?"
    assert quoting("{{a}} or {{b}}?", a=capture, b=capture).filled({}) == "picture 1 or picture 2?"
    with pytest.raises(KirejiError, match="is a picture, not a text"):
        quoting("{{a}}", a=capture).filled({"a": "x"})


def test_a_choice_takes_only_what_it_offers() -> None:
    tone = Variable(kind=VariableKind.CHOICE, choices=("warm", "cold"))
    assert quoting("{{tone}}", tone=tone).filled({"tone": "cold"}) == "cold"
    with pytest.raises(KirejiError) as caught:
        quoting("{{tone}}", tone=tone).filled({"tone": "icy"})
    assert caught.value.hint == "Choose one of these: warm, cold."


def test_all_values_that_are_missing_are_named_at_once() -> None:
    with pytest.raises(KirejiError, match="needs a value for a, b and c") as caught:
        quoting("{{a}}{{b}}{{c}}", a=Variable(), b=Variable(), c=Variable()).filled({})
    assert caught.value.hint == "Give one with --var a=… --var b=… --var c=…."


def test_a_text_that_is_far_too_long_is_refused() -> None:
    with pytest.raises(KirejiError, match="is longer than"):
        quoting("{{a}}", a=CLIP).filled({"a": "x" * 400_001})
