"""Values for the places of prompts: what the desktop and the calendar know, and what the person gave last."""

from __future__ import annotations

from collections.abc import Mapping

from kireji.core.desktop_ports import Clipboard
from kireji.core.errors import ClipboardError, KirejiError
from kireji.core.ports import Clock
from kireji.core.prompts import ASKED, LANGUAGE, OUTSIDE, PLACE, Prompt, VariableKind
from kireji.core.words import say


class PromptValues:
    """Gathers them.

    Args:
        clipboard: What other programs have copied and selected; read only for a prompt that wants it.
        clock: Which day it is.
    """

    def __init__(self, clipboard: Clipboard, clock: Clock) -> None:
        self._clipboard = clipboard
        self._clock = clock
        self._given: dict[str, dict[str, str]] = {}

    async def gather(self, prompt: Prompt, given: Mapping[str, str], language: str = "") -> dict[str, str]:
        """Every value that a prompt needs; what comes from the clipboard or another program is as it stands there.

        Args:
            prompt: Which.
            given: What the person gave; nothing is looked up for these.
            language: The person's own, in English, for prompts that ask for one; empty leaves it to their default.

        Raises:
            KirejiError: Values are missing; the sentence names them. Or one is none of its choices.
            ClipboardError: Clipboard or selection cannot be read, and there is no default.
        """
        values = {**given, **await self.outside(prompt, given)}
        for name, variable in prompt.variables.items():
            if name in values:
                continue
            if variable.kind is VariableKind.DATE:
                values[name] = self._clock.now().astimezone().date().isoformat()
            elif name == LANGUAGE and language and variable.kind is VariableKind.TEXT:
                values[name] = language
        return prompt.complete(values)

    async def outside(self, prompt: Prompt, given: Mapping[str, str] | None = None) -> dict[str, str]:
        """What a prompt takes from the clipboard and from what is selected, as it stands there now.

        Args:
            prompt: Which.
            given: What was given already; it is not looked up.

        Raises:
            KirejiError: There is no text, and no default.
            ClipboardError: It cannot be read, and there is no default.
        """
        values: dict[str, str] = {}
        used = set(PLACE.findall(prompt.text))
        for name, variable in prompt.variables.items():
            if variable.kind in OUTSIDE and name in used and name not in (given or {}):
                found = await self._outside(prompt, variable.kind, optional=variable.default is not None)
                if found.strip():
                    values[name] = found
        return values

    async def _outside(self, prompt: Prompt, kind: VariableKind, *, optional: bool) -> str:
        copied = kind is VariableKind.CLIPBOARD
        try:
            if copied:
                found = (await self._clipboard.read()).text
            else:
                available = self._clipboard.selection_availability()
                if not available.ok:
                    raise ClipboardError(available.reason, available.hint)
                found = await self._clipboard.read_selection()
        except ClipboardError:
            if optional:
                return ""
            raise
        if found.strip() or optional:
            return found
        if copied:
            raise KirejiError(
                say("“{title}” is about the clipboard, and there is no text in it.", title=prompt.title),
                say("Copy some text, then ask again."),
            )
        raise KirejiError(
            say("“{title}” is about the selected text, and none is selected.", title=prompt.title),
            say("Select some text in any program, then ask again."),
        )

    def last(self, prompt: Prompt) -> Mapping[str, str]:
        """What a form for this prompt begins with: what the person gave last, else the default, else nothing.

        A choice always has a value.
        """
        given = self._given.get(prompt.name, {})
        values: dict[str, str] = {}
        for name in prompt.asked:
            variable = prompt.variables[name]
            value = given.get(name, variable.default or "")
            if variable.kind is VariableKind.CHOICE and value not in variable.choices:
                value = variable.default or variable.choices[0]
            values[name] = value
        return values

    def remember(self, prompt: Prompt, values: Mapping[str, str]) -> None:
        """What the person gave, until the program ends: it may be anybody's letter, so it is not written down."""
        asked = {name: value for name, value in values.items() if prompt.variables[name].kind in ASKED}
        self._given[prompt.name] = asked
