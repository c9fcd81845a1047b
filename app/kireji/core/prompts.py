"""Quick prompts: a name, a title, and the words that are asked, with places that are filled in.

    +++
    title = "Translate"
    order = 40
    [variables.language]
    description = "Language of the translation"
    default = "English"
    +++
    Translate all text into {{language}}. Keep the layout where it carries meaning.

The file's name without its ending is the prompt's name. Without a head (what stands between the two lines of plus
signs) all of the file is the words, and the title is made from the name.
"""

from __future__ import annotations

import difflib
import enum
import re
from collections.abc import Mapping
from typing import Any, NamedTuple

import msgspec

from kireji.core.errors import KirejiError
from kireji.core.structured.forms import AnswerForm

LONGEST_FILE = 64 * 1024
"""Bytes of a prompt's file."""
_LONGEST_NAME = 64
_LONGEST_TITLE = 60
_LONGEST_VALUE = 10_000
_FENCE = "+++"
_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_VARIABLE = re.compile(r"[a-z][a-z0-9_]*")
_PLACE = re.compile(r"\{\{\s*([a-z][a-z0-9_]*)\s*\}\}")
_AT_LINE = re.compile(r" \(at (?:line (\d+), column \d+|end of document)\)$")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


class VariableKind(enum.Enum):
    """Where a value comes from when none is given."""

    TEXT = "text"
    CHOICE = "choice"
    CLIPBOARD = "clipboard"
    """The text that was copied last."""
    SELECTION = "selection"
    """The text that is selected in another program."""
    DATE = "date"
    """Today."""
    CAPTURE = "capture"
    """A picture that goes along; its place in the words is taken out."""


class Variable(msgspec.Struct, frozen=True):
    """A place in a prompt.

    Args:
        description: What belongs there.
        default: Taken when nothing is given; None makes it required.
        kind: Where the value comes from.
        choices: Of a CHOICE.
    """

    description: str = ""
    default: str | None = None
    kind: VariableKind = VariableKind.TEXT
    choices: tuple[str, ...] = ()


class Prompt(msgspec.Struct, frozen=True):
    """One quick prompt.

    Args:
        name: Lower case letters, digits and hyphens; how the command line and the tray address it.
        title: What buttons and menus show.
        text: What is asked, with `{{variable}}` places.
        variables: The places by name.
        order: Smaller stands first.
        own: It is the person's, not one that came with the program.
        form: What the answer is.
        provider: Who is asked; empty for whoever is in force.
        model: Which model; the same.
        tools: Names of the tools that are offered, or of their sources; None as the settings say.
        schema: Of a table or fields: JSON schema of what is wanted, as JSON text; empty has it proposed.
        policy: Of a verdict: name of the policy; empty for the one in force.
        shortcut: Keys that capture and ask it, such as `Ctrl+Alt+T`; empty for none.
        tray: Whether it stands in the tray menu.
    """

    name: str
    title: str
    text: str
    variables: Mapping[str, Variable] = {}
    order: int = 100
    own: bool = False
    form: AnswerForm = AnswerForm.TEXT
    provider: str = ""
    model: str = ""
    tools: tuple[str, ...] | None = None
    schema: bytes = b""
    policy: str = ""
    shortcut: str = ""
    tray: bool = True

    def filled(self, values: Mapping[str, str]) -> str:
        """The words to ask. What a value holds is never looked at for places.

        Args:
            values: By variable; what is not given takes its default.

        Raises:
            KirejiError: A variable has no value, or a value belongs to no variable.
        """
        unknown = sorted(set(values) - set(self.variables))
        if unknown:
            known = ", ".join(self.variables) or "none"
            raise KirejiError(f"The prompt {self.name} has no variable {unknown[0]}.", f"It has: {known}.")

        def value(match: re.Match[str]) -> str:
            name = match.group(1)
            variable = self.variables.get(name)
            if variable is None:
                return match.group(0)
            given = values.get(name, variable.default)
            if given is None:
                raise KirejiError(f"The prompt {self.name} needs a value for {name}.", f"Give one with --var {name}=….")
            return given

        return _PLACE.sub(value, self.text)


def between_places(text: str) -> list[str]:
    """The words of a prompt without its places: what stands before the first, between them, and behind the last."""
    return _PLACE.split(text)[::2]


class PromptProblem(ValueError):
    """Why a file is no prompt.

    Args:
        reason: Half a sentence, without the file's name.
        line: Where in the file, counted from 1; 0 when it is not one line's fault.
    """

    def __init__(self, reason: str, line: int = 0) -> None:
        super().__init__(reason)
        self.reason = reason
        self.line = line


class ParsedPrompt(NamedTuple):
    """A prompt that can be used, and what its author should know all the same: half sentences."""

    prompt: Prompt
    remarks: tuple[str, ...] = ()


def parse(name: str, data: bytes, *, own: bool) -> ParsedPrompt:
    """Read a prompt's file.

    Args:
        name: The file's name without its ending.
        data: What it holds.
        own: Whether it is the person's.

    Raises:
        PromptProblem: It cannot be used.
    """
    if not _NAME.fullmatch(name) or len(name) > _LONGEST_NAME:
        raise PromptProblem("its name may only have small letters, digits and hyphens between them, 64 at most")
    head, text = _divided(_decoded(data))
    table = _table(head)
    title = _title(table.get("title", name.replace("-", " ").capitalize()))
    order = table.get("order", 100)
    if type(order) is not int or not -10_000 <= order <= 10_000:
        raise PromptProblem("order must be a whole number between -10000 and 10000")
    variables = _variables(table.get("variables", {}))
    if not text:
        raise PromptProblem("it has no words to ask")
    prompt = Prompt(name, title, text, variables, order, own)
    return ParsedPrompt(prompt, (*_unknown(table), *_loose(prompt)))


def _decoded(data: bytes) -> str:
    if len(data) > LONGEST_FILE:
        raise PromptProblem(f"it is longer than {LONGEST_FILE // 1024} KB")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise PromptProblem("it is not UTF-8 text", data[: error.start].count(b"\n") + 1) from error
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if found := _CONTROL.search(text):
        raise PromptProblem("it holds control characters", text[: found.start()].count("\n") + 1)
    return text


def _divided(text: str) -> tuple[str, str]:
    """The head and the words."""
    lines = text.split("\n")
    if lines[0].rstrip() != _FENCE:
        return "", text.strip()
    for number, line in enumerate(lines[1:], start=1):
        if line.rstrip() == _FENCE:
            return "\n".join(lines[1:number]), "\n".join(lines[number + 1 :]).strip()
    raise PromptProblem(f"its head has no end; write {_FENCE} on a line of its own", 1)


def _table(head: str) -> Mapping[str, Any]:
    if not head.strip():
        return {}
    import tomllib

    try:
        return tomllib.loads(head + "\n")
    except tomllib.TOMLDecodeError as error:
        words = str(error)
        found = _AT_LINE.search(words)
        within = int((found and found.group(1)) or head.count("\n") + 1)
        line = within + 1  # the head begins on the file's second line
        reason = words[: found.start()] if found else words
        raise PromptProblem(f"its head is not TOML ({reason[:1].lower()}{reason[1:]})", line) from error
    except RecursionError as error:
        raise PromptProblem("its head is nested too deeply") from error


def _title(value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise PromptProblem("title must be a text in quotes")
    if _CONTROL.search(value):
        raise PromptProblem("title holds control characters")
    title = " ".join(value.split())
    if len(title) > _LONGEST_TITLE:
        raise PromptProblem(f"title is longer than {_LONGEST_TITLE} letters")
    return title


def _variables(tables: object) -> Mapping[str, Variable]:
    if not isinstance(tables, Mapping):
        raise PromptProblem("variables must be tables, such as [variables.language]")
    return {name: _variable(name, table) for name, table in tables.items()}


def _variable(name: str, table: object) -> Variable:
    if not _VARIABLE.fullmatch(name) or len(name) > _LONGEST_NAME:
        raise PromptProblem(f"the variable {name[:_LONGEST_NAME]!r} may only have small letters, digits and _")
    if not isinstance(table, Mapping):
        raise PromptProblem(f"the variable {name} must be a table, [variables.{name}]")
    description, default = table.get("description", ""), table.get("default")
    if not isinstance(description, str) or not isinstance(default, str | None):
        raise PromptProblem(f"description and default of the variable {name} must be texts in quotes")
    if _CONTROL.search(description + (default or "")):
        raise PromptProblem(f"the variable {name} holds control characters")
    if len(description) + len(default or "") > _LONGEST_VALUE:
        raise PromptProblem(f"the variable {name} is longer than {_LONGEST_VALUE} letters")
    return Variable(" ".join(description.split()), default)


def _unknown(table: Mapping[str, Any]) -> list[str]:
    known = {"title": "", "order": "", "variables": ""}
    inner = [(f"variables.{name}.{key}", key) for name, each in table.get("variables", {}).items() for key in each]
    found = [_not_known(key, key, known) for key in table if key not in known]
    fields = ("description", "default")
    return found + [_not_known(path, key, fields) for path, key in inner if key not in fields]


def _not_known(path: str, key: str, known: Any) -> str:
    close = difflib.get_close_matches(key, known, n=1)
    return f"{path} means nothing there" + (f"; did you mean {close[0]}?" if close else "")


def _loose(prompt: Prompt) -> list[str]:
    """Places without a variable, and variables without a place."""
    places = dict.fromkeys(_PLACE.findall(prompt.text))
    without = [f"{{{{{name}}}}} has no [variables.{name}], so it is asked as it stands" for name in places]
    unused = [f"the variable {name} stands nowhere in its words" for name in prompt.variables if name not in places]
    return [each for each, name in zip(without, places, strict=True) if name not in prompt.variables] + unused
