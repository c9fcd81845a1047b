"""Quick prompts: a name, a title, and the words that are asked, with places that are filled in.

How they stand in files is told in `core.prompt_files`.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Mapping

import msgspec

from kireji.core.errors import KirejiError
from kireji.core.outside import quoted
from kireji.core.structured.forms import AnswerForm
from kireji.core.words import say

LANGUAGE = "language"
"""The variable that is filled with the person's language when nothing is given."""
LONGEST_OUTSIDE = 400_000
"""Characters of a text that comes from the clipboard or another program."""
PLACE = re.compile(r"\{\{\s*([a-z][a-z0-9_]*)\s*\}\}")
_QUOTATION = r"(?>(?:>[^\n]*(?:\n>[^\n]*)*)?)"
_SHORT_VALUE = r"[^\n]{0,200}?"
_AROUND = re.compile(rf"([ \t]*){PLACE.pattern}([ \t]*)")


class VariableKind(enum.Enum):
    """Where a value comes from when none is given."""

    TEXT = "text"
    CHOICE = "choice"
    CLIPBOARD = "clipboard"
    """The text that was copied last."""
    SELECTION = "selection"
    """The text that is selected in another program."""
    DATE = "date"
    """Today, as 2026-11-29: every model reads it the same way in every language."""
    CAPTURE = "capture"
    """A picture that goes along. Its place in the words is taken out; where there are several, it is the picture's
    number."""


ASKED = frozenset({VariableKind.TEXT, VariableKind.CHOICE})
"""What only the person can say."""
OUTSIDE = frozenset({VariableKind.CLIPBOARD, VariableKind.SELECTION})
"""Somebody else's words."""


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


_PICTURES = {AnswerForm.TABLE: 1, AnswerForm.FIELDS: 1, AnswerForm.TRANSLATION: 1, AnswerForm.COMPARISON: 2}


class Prompt(msgspec.Struct, frozen=True):
    """One quick prompt.

    Args:
        name: Lower case letters, digits and hyphens; how the command line and the tray address it.
        title: What buttons and menus show.
        text: What is asked, with `{{variable}}` places. Of a table or fields it is the wish, of a verdict the text that
            is judged; a translation and a comparison need none.
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

    @property
    def captures(self) -> tuple[str, ...]:
        """Its variables that are pictures."""
        return tuple(name for name, each in self.variables.items() if each.kind is VariableKind.CAPTURE)

    @property
    def pictures(self) -> int:
        """How many pictures must go along at least."""
        return max(len(self.captures), _PICTURES.get(self.form, 0))

    @property
    def takes_text(self) -> bool:
        """Whether it is about text from elsewhere, so that it can be asked without a picture."""
        return not self.pictures and any(each.kind in OUTSIDE for each in self.variables.values())

    @property
    def asked(self) -> tuple[str, ...]:
        """Its variables that the person is asked for; their language is known without asking."""
        return tuple(name for name, each in self.variables.items() if each.kind in ASKED and name != LANGUAGE)

    def filled(self, values: Mapping[str, str], *, quote: bool = True) -> str:
        """The words to ask. What a value holds is never looked at for places.

        Args:
            values: By variable; what is not given takes its default.
            quote: Mark what comes from the clipboard or another program as somebody else's words.

        Raises:
            KirejiError: Variables have no value, or a value belongs to no variable or is none of its choices.
        """
        given = self.complete(values)
        pictures = {name: str(number) for number, name in enumerate(self.captures, 1)}

        def value(match: re.Match[str]) -> str:
            before, name, behind = match.groups()
            variable = self.variables.get(name)
            if variable is None:
                return match.group(0)
            if quote and variable.kind in OUTSIDE:
                return _apart(quoted(given[name]), match)
            if name not in pictures:
                return f"{before}{given[name]}{behind}"
            return f"{before}{say('picture {number}', number=pictures[name])}{behind}" if len(pictures) > 1 else before

        return _AROUND.sub(value, self.text).strip()

    def with_values(self, values: Mapping[str, str]) -> Prompt:
        """The same prompt with its places filled for good, ready to be asked.

        Args:
            values: As of `filled`.

        Raises:
            KirejiError: As of `filled`.
        """
        text = self.filled(values, quote=self.form is not AnswerForm.VERDICT)
        variables = {}
        if self.form is AnswerForm.TRANSLATION and (language := self.complete(values).get(LANGUAGE)):
            variables[LANGUAGE] = Variable(default=language)
        return msgspec.structs.replace(self, text=text, variables=variables)

    def complete(self, values: Mapping[str, str]) -> dict[str, str]:
        """The values with the defaults of what is not given; pictures have none.

        Raises:
            KirejiError: As of `filled`.
        """
        self._check(values)
        found: dict[str, str] = {}
        missing: list[str] = []
        wanted = {*PLACE.findall(self.text), *((LANGUAGE,) if self.form is AnswerForm.TRANSLATION else ())}
        for name, variable in self.variables.items():
            value = values.get(name, variable.default)
            if value is not None:
                found[name] = value
            elif name in wanted and variable.kind is not VariableKind.CAPTURE:
                missing.append(name)
        if missing:
            *others, last = missing
            names = say("{names} and {last}", names=", ".join(others), last=last) if others else last
            raise KirejiError(
                say("The prompt {name} needs a value for {names}.", name=self.name, names=names),
                say("Give one with {options}.", options=" ".join(f"--var {each}=…" for each in missing)),
            )
        return found

    def _check(self, values: Mapping[str, str]) -> None:
        if unknown := sorted(set(values) - set(self.variables)):
            raise KirejiError(
                say("The prompt {name} has no variable {variable}.", name=self.name, variable=unknown[0]),
                say("It has: {names}.", names=", ".join(self.variables)) if self.variables else say("It has: none."),
            )
        for name, value in values.items():
            variable = self.variables[name]
            if variable.kind is VariableKind.CAPTURE:
                raise KirejiError(
                    say("{variable} of the prompt {name} is a picture, not a text.", variable=name, name=self.name),
                    say("Let a picture go along instead."),
                )
            if variable.kind is VariableKind.CHOICE and value not in variable.choices:
                raise KirejiError(
                    say("{variable} of the prompt {name} cannot be that.", variable=name, name=self.name),
                    say("Choose one of these: {choices}.", choices=", ".join(variable.choices)),
                )
            if variable.kind in OUTSIDE and len(value) > LONGEST_OUTSIDE:
                raise KirejiError(
                    say(
                        "The text for {variable} is longer than {most} characters.", variable=name, most=LONGEST_OUTSIDE
                    ),
                    say("Take a part of it."),
                )


def _apart(quote: str, match: re.Match[str]) -> str:
    """A quotation on lines of its own, so that it ends where it ends."""
    text, start, end = match.string, match.start(), match.end()
    before = text[text.rfind("\n", 0, start) + 1 : start]
    rest, _, following = text[end:].partition("\n")
    behind = "\n\n" if rest.strip() else "\n" if following.partition("\n")[0].strip() else ""
    return f"{chr(10) * 2 if before.strip() else ''}{quote}{behind}"


def question_pattern(prompt: Prompt) -> str:
    """The words of a prompt at the beginning of a question, whatever its places were filled with, as a regular
    expression; empty for a prompt that has no words of its own.
    """
    pieces = PLACE.split(prompt.text)
    if not any(piece.strip() for piece in pieces[::2]):
        return ""
    found = ""
    words = pieces[0].lstrip()
    for name, following in zip(pieces[1::2], pieces[2::2], strict=True):
        variable = prompt.variables.get(name)
        kind = variable.kind if variable is not None else VariableKind.TEXT
        if kind in OUTSIDE or kind is VariableKind.CAPTURE:
            # What surrounds a quotation or a picture is not what surrounds its place.
            value = _QUOTATION if kind in OUTSIDE else _SHORT_VALUE
            found += rf"{re.escape(words.rstrip())}\s{{0,4}}{value}\s{{0,4}}"
            words = following.lstrip()
        else:
            found += re.escape(words) + _SHORT_VALUE
            words = following
    return found + re.escape(words.rstrip())
