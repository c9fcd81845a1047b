"""Quick prompts as they stand in files, which people write and pass on.

    +++
    title = "Reply"
    order = 70
    form = "text"
    [variables.message]
    type = "clipboard"
    description = "The message that is answered"
    [variables.tone]
    type = "choice"
    choices = ["friendly", "formal"]
    default = "friendly"
    +++
    Write a {{tone}} reply to this message: {{message}}

The file's name without its ending is the prompt's name. Without a head (what stands between the two lines of plus
signs) all of the file is the words, and the title is made from the name. A schema stands in the head as JSON text, so
that one file is the whole prompt.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from kireji.core.prompt_heads import (
    PromptProblem,
    choice_of,
    key_lines,
    known_only,
    no_controls,
    table_of,
    text_of,
)
from kireji.core.prompt_variables import variables_of
from kireji.core.prompts import LANGUAGE, PLACE, Prompt, Variable, VariableKind
from kireji.core.shortcuts import Shortcut
from kireji.core.structured.forms import AnswerForm

LONGEST_FILE = 64 * 1024
"""Bytes of a prompt's file."""
FENCE = "+++"
_LONGEST_NAME = 64
_LONGEST_TITLE = 60
_MOST_TOOLS = 50
_MOST_PICTURES = 8
_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_PROVIDER = re.compile(r"[a-z][a-z0-9_-]{0,63}")
_BRACES = re.compile(r"\{\{[^{}\n]{1,64}\}\}")
_WITH_SCHEMA = (AnswerForm.TABLE, AnswerForm.FIELDS)
_KEYS = (
    "title", "order", "form", "provider", "model", "tools", "schema", "policy", "shortcut", "tray", "variables",
)  # fmt: skip
_VARIABLE_KEYS = ("description", "default", "type", "choices")


class ParsedPrompt(NamedTuple):
    """A prompt that can be used, and what its author should know all the same: half sentences."""

    prompt: Prompt
    remarks: tuple[str, ...] = ()


class Remark(NamedTuple):
    """What the author of some words should know.

    Args:
        reason: Half a sentence.
        line: Of the words, counted from 1; 0 when it is not one line's fault.
        place: Name of a place without a variable, where it is about one.
    """

    reason: str
    line: int = 0
    place: str = ""


def is_name(name: str) -> bool:
    """Whether a prompt may have this name: it is typed on the command line, and names a file."""
    return bool(_NAME.fullmatch(name)) and len(name) <= _LONGEST_NAME


def name_from(title: str, taken: Sequence[str] = ()) -> str:
    """A name for a prompt of this title that no other one has."""
    import unicodedata

    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    base = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[: _LONGEST_NAME - 5].strip("-") or "prompt"
    name, number = base, 2
    while name in taken:
        name, number = f"{base}-{number}", number + 1
    return name


def parse(name: str, data: bytes, *, own: bool) -> ParsedPrompt:
    """Read a prompt's file.

    Args:
        name: The file's name without its ending.
        data: What it holds.
        own: Whether it is the person's.

    Raises:
        PromptProblem: It cannot be used.
    """
    if not is_name(name):
        raise PromptProblem("its name may only have small letters, digits and hyphens between them, 64 at most")
    head, text = divided(_decoded(data))
    table = table_of(head)
    try:
        prompt = _prompt(name, table, text, own)
    except PromptProblem as problem:
        raise PromptProblem(
            problem.reason, problem.line or (key_lines(head).get(problem.key, 0) if problem.key else 0)
        ) from problem
    remarks = [each.reason for each in remarks_on(prompt.text, prompt.variables, prompt.form)]
    inner = table.get("variables", {})
    unknown = known_only(table, _KEYS)
    for each, variable in inner.items():
        unknown += known_only(variable, _VARIABLE_KEYS, f"variables.{each}.")
    return ParsedPrompt(prompt, (*unknown, *remarks))


def remarks_on(text: str, variables: Mapping[str, Variable], form: AnswerForm = AnswerForm.TEXT) -> Sequence[Remark]:
    """Places without a variable, variables without a place, and braces that were probably meant as a place.

    Args:
        text: The words.
        variables: Those that there are.
        form: What the answer is.
    """
    import difflib

    found: list[Remark] = []
    places: dict[str, int] = {}
    for number, line in enumerate(text.split("\n"), 1):
        for match in PLACE.finditer(line):
            places.setdefault(match.group(1), number)
        for braces in _BRACES.findall(line):
            if not PLACE.fullmatch(braces) and re.search(r"[A-Za-z]", braces):
                reason = f"{braces} is no place, since a name has only small letters, digits and _"
                found.append(Remark(reason, number))
    for name, line_number in places.items():
        if name not in variables:
            close = difflib.get_close_matches(name, variables, n=1)
            hint = f"; did you mean {close[0]}?" if close else ""
            reason = f"{{{{{name}}}}} has no [variables.{name}], so it is asked as it stands{hint}"
            found.append(Remark(reason, line_number, name))
    for name, variable in variables.items():
        silent = variable.kind is VariableKind.CAPTURE or (name == LANGUAGE and form is AnswerForm.TRANSLATION)
        if name not in places and not silent:
            found.append(Remark(f"the variable {name} stands nowhere in its words"))
    return sorted(found, key=lambda remark: remark.line or len(text))


def _decoded(data: bytes) -> str:
    if len(data) > LONGEST_FILE:
        raise PromptProblem(f"it is longer than {LONGEST_FILE // 1024} KB")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise PromptProblem("it is not UTF-8 text", data[: error.start].count(b"\n") + 1) from error
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    no_controls(text, "it")
    return text


def divided(text: str) -> tuple[str, str]:
    """The head and the words of a file's text.

    Raises:
        PromptProblem: The head has no end.
    """
    lines = text.split("\n")
    if lines[0].rstrip() != FENCE:
        return "", text.strip()
    for number, line in enumerate(lines[1:], start=1):
        if line.rstrip() == FENCE:
            return "\n".join(lines[1:number]), "\n".join(lines[number + 1 :]).strip()
    raise PromptProblem(f"its head has no end; write {FENCE} on a line of its own", 1)


def _prompt(name: str, table: Mapping[str, Any], text: str, own: bool) -> Prompt:
    order, tray = table.get("order", 100), table.get("tray", True)
    title = _title(table.get("title", name.replace("-", " ").capitalize()))
    if type(order) is not int or not -10_000 <= order <= 10_000:
        raise PromptProblem("order must be a whole number between -10000 and 10000", key="order")
    if type(tray) is not bool:
        raise PromptProblem("tray must be true or false", key="tray")
    form = AnswerForm(choice_of(table.get("form", "text"), [each.value for each in AnswerForm], "form"))
    provider = text_of(table, "provider", _LONGEST_NAME)
    if provider and not _PROVIDER.fullmatch(provider):
        raise PromptProblem("provider must be a name such as anthropic", key="provider")
    prompt = Prompt(
        name,
        title,
        text,
        variables_of(table.get("variables", {})),
        order,
        own,
        form,
        provider,
        text_of(table, "model", 200),
        _tools(table.get("tools")),
        _schema(table.get("schema", "")),
        _policy(text_of(table, "policy", _LONGEST_NAME)),
        _shortcut(text_of(table, "shortcut", 60)),
        tray,
    )
    _without_contradiction(prompt)
    return prompt


def _title(value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise PromptProblem("title must be a text in quotes", key="title")
    no_controls(value, "title", "title")
    title = " ".join(value.split())
    if len(title) > _LONGEST_TITLE:
        raise PromptProblem(f"title is longer than {_LONGEST_TITLE} letters", key="title")
    return title


def _tools(value: object) -> tuple[str, ...] | None:
    if value is None:
        return None
    if not isinstance(value, list) or not all(isinstance(each, str) and each.strip() for each in value):
        raise PromptProblem('tools must be a list of names, such as ["read_file"]; [] offers none', key="tools")
    if len(value) > _MOST_TOOLS or any(len(each) > 2 * _LONGEST_NAME for each in value):
        raise PromptProblem(f"tools has more than {_MOST_TOOLS} names, or a name is too long", key="tools")
    no_controls(" ".join(value), "tools", "tools", lines=False)
    return tuple(value)


def _schema(value: object) -> bytes:
    if not isinstance(value, str):
        raise PromptProblem("schema must be JSON between three quotes", key="schema")
    if not value.strip():
        return b""
    try:
        read = json.loads(value)
    except json.JSONDecodeError as error:
        where = f"line {error.lineno} of the schema: " if "\n" in value.strip() else ""
        reason = error.msg[:1].lower() + error.msg[1:]
        raise PromptProblem(f"schema is not JSON ({where}{reason})", key="schema") from error
    except (RecursionError, ValueError) as error:
        raise PromptProblem("schema is nested too deeply, or has a number that is too long", key="schema") from error
    if not isinstance(read, dict):
        raise PromptProblem("schema must be a JSON object", key="schema")
    return value.strip().encode()


def _policy(value: str) -> str:
    if value and not is_name(value):
        raise PromptProblem("policy must be the name of a policy, such as workplace", key="policy")
    return value


def _shortcut(value: str) -> str:
    if not value:
        return ""
    shortcut = Shortcut.parse(value)
    if shortcut is None:
        raise PromptProblem("shortcut must be keys such as Ctrl+Alt+T", key="shortcut")
    return str(shortcut)


def _without_contradiction(prompt: Prompt) -> None:
    form = prompt.form
    if not prompt.text and form is AnswerForm.TEXT:
        raise PromptProblem("it has no words to ask")
    if prompt.schema and form not in _WITH_SCHEMA:
        raise PromptProblem('schema needs form = "table" or "fields"', key="schema")
    if prompt.policy and form is not AnswerForm.VERDICT:
        raise PromptProblem('policy needs form = "verdict"', key="policy")
    if prompt.tools and form is not AnswerForm.TEXT:
        raise PromptProblem(f"tools are not offered where the answer is a {form.value}", key="tools")
    if prompt.provider == "device" and form is not AnswerForm.TEXT:
        raise PromptProblem(f"this computer alone can give no {form.value}; choose another provider", key="provider")
    captures = prompt.captures
    if form is AnswerForm.COMPARISON and len(captures) not in (0, 2):
        raise PromptProblem("a comparison has two pictures: two variables of type capture, or none", key="form")
    if form is AnswerForm.TRANSLATION and LANGUAGE not in prompt.variables:
        raise PromptProblem(f"a translation needs [variables.{LANGUAGE}], which says into which language", key="form")
    if form is AnswerForm.TRANSLATION and len(captures) > 1:
        raise PromptProblem(
            "one picture is translated, so there is one variable of type capture at most",
            key=f"variables.{captures[1]}",
        )
    if len(captures) > _MOST_PICTURES:
        raise PromptProblem(f"it has more than {_MOST_PICTURES} pictures", key=f"variables.{captures[_MOST_PICTURES]}")


def written(prompt: Prompt) -> bytes:
    """The file of a prompt; `parse` gives the same prompt again.

    Args:
        prompt: One without contradictions.
    """
    lines = [FENCE, *(f"{key} = {value}" for key, value in head_of(prompt))]
    for name, variable in prompt.variables.items():
        lines += ["", f"[variables.{name}]", *(f"{key} = {value}" for key, value in variable_head(variable))]
    return "\n".join([*lines, FENCE, prompt.text, ""]).encode()


def head_of(prompt: Prompt) -> Sequence[tuple[str, str]]:
    """Keys of a prompt's head with their values in TOML, without what is usual anyway."""
    found = [("title", _quoted(prompt.title)), ("order", str(prompt.order))]
    if prompt.form is not AnswerForm.TEXT:
        found.append(("form", _quoted(prompt.form.value)))
    texts = (("provider", prompt.provider), ("model", prompt.model), ("policy", prompt.policy))
    found += [(key, _quoted(value)) for key, value in (*texts, ("shortcut", prompt.shortcut)) if value]
    if prompt.tools is not None:
        found.append(("tools", _list(prompt.tools)))
    if not prompt.tray:
        found.append(("tray", "false"))
    if prompt.schema:
        found.append(("schema", _block(prompt.schema.decode())))
    return found


def variable_head(variable: Variable) -> Sequence[tuple[str, str]]:
    """The same of a variable."""
    found = [("type", _quoted(variable.kind.value))] if variable.kind is not VariableKind.TEXT else []
    if variable.description:
        found.append(("description", _quoted(variable.description)))
    if variable.choices:
        found.append(("choices", _list(variable.choices)))
    if variable.default is not None:
        found.append(("default", _quoted(variable.default)))
    return found


def _quoted(text: str) -> str:
    """A TOML text on one line; JSON's signs for signs are TOML's."""
    return json.dumps(text, ensure_ascii=False)


def _list(texts: Sequence[str]) -> str:
    return f"[{', '.join(map(_quoted, texts))}]"


def _block(text: str) -> str:
    """Several lines as they are, where nothing in them would end it."""
    return _quoted(text) if "'''" in text or text.endswith("'") else f"'''\n{text}\n'''"
