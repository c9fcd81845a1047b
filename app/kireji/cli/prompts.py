"""`kireji prompts`: the quick prompts, and how a command finds one."""

from __future__ import annotations

import argparse
import difflib
from collections.abc import Mapping

import msgspec

from kireji.cli.console import Console
from kireji.cli.work import DONE, Work
from kireji.core.errors import KirejiError
from kireji.core.prompts import Prompt, Variable, VariableKind
from kireji.core.structured.forms import AnswerForm
from kireji.services.application import Services

_LANGUAGES = {
    "ar": "Arabic", "bg": "Bulgarian", "cs": "Czech", "da": "Danish", "de": "German", "el": "Greek", "es": "Spanish",
    "et": "Estonian", "fa": "Persian", "fi": "Finnish", "fr": "French", "he": "Hebrew", "hi": "Hindi", "hr": "Croatian",
    "hu": "Hungarian", "id": "Indonesian", "it": "Italian", "ja": "Japanese", "ko": "Korean", "lt": "Lithuanian",
    "lv": "Latvian", "nb": "Norwegian Bokmål", "nl": "Dutch", "pl": "Polish", "pt": "Portuguese", "ro": "Romanian",
    "ru": "Russian", "sk": "Slovak", "sl": "Slovenian", "sr": "Serbian", "sv": "Swedish", "th": "Thai",
    "tr": "Turkish", "uk": "Ukrainian", "vi": "Vietnamese", "zh": "Chinese",
}  # fmt: skip


def prepare(arguments: argparse.Namespace, console: Console) -> Work:
    """Read what is added or brought in.

    Raises:
        WrongUsage: Options that do not go together.
        KirejiError: A file or standard input cannot be read.
    """
    match arguments.action:
        case "list":
            return _list(console, as_json=arguments.json)
        case "show":
            return _show(arguments.name, console, as_json=arguments.json)
        case "remove":
            return _remove(arguments.name, console, as_json=arguments.json)
        case _:
            from kireji.cli import prompt_files

            return prompt_files.prepare(arguments, console)


async def find(services: Services, name: str) -> Prompt:
    """The quick prompt of that name.

    Raises:
        KirejiError: There is none.
    """
    prompts = {prompt.name: prompt for prompt in await services.prompts.prompts()}
    if (found := prompts.get(name)) is not None:
        return found
    broken = next((each for each in await services.prompts.problems() if f" {name}.md " in each), "")
    if broken:
        raise KirejiError(broken, "Correct the file.")
    close = difflib.get_close_matches(name, prompts, n=1)
    hint = f"Did you mean {close[0]}?" if close else "List them with: kireji prompts list"
    raise KirejiError(f"There is no quick prompt {name}.", hint)


def persons_language(environ: Mapping[str, str]) -> str:
    """The English name of the person's own language; empty where the system does not say.

    Args:
        environ: Tells the language as the C library reads it (LC_ALL, LC_MESSAGES, LANG).
    """
    set_ = next((environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if environ.get(name)), "")
    return _LANGUAGES.get(set_.split(".")[0].split("_")[0].lower(), "")


def _list(console: Console, *, as_json: bool) -> Work:
    async def work(services: Services) -> int:
        found = await services.prompts.prompts()
        problems = await services.prompts.problems()
        if as_json:
            console.object({"prompts": [value_of(prompt) for prompt in found], "problems": list(problems)})
            return DONE
        if found:
            rows = [
                (prompt.name, prompt.title, prompt.form.value, ", ".join(prompt.variables) or "-", _source(prompt))
                for prompt in found
            ]
            console.table(("NAME", "TITLE", "ANSWER", "VARIABLES", "FROM"), rows)
        for problem in problems:
            console.note(problem)
        return DONE

    return work


def _show(name: str, console: Console, *, as_json: bool) -> Work:
    async def work(services: Services) -> int:
        prompt = await find(services, name)
        if as_json:
            console.object(value_of(prompt))
            return DONE
        console.line(f"{prompt.title} ({_source(prompt)})")
        for line in _particulars(prompt):
            console.line(f"  {line}")
        for key, variable in prompt.variables.items():
            console.line(f"  --var {key}=…  {variable.description or key}; {_wanted(key, variable)}")
        if prompt.text:
            console.line(f"\n{prompt.text}")
        return DONE

    return work


def _particulars(prompt: Prompt) -> list[str]:
    """What it has beside words and variables, one line each."""
    told = (
        ("answer", "" if prompt.form is AnswerForm.TEXT else prompt.form.value),
        ("asks", " ".join(filter(None, (prompt.provider, prompt.model)))),
        ("tools", "" if prompt.tools is None else ", ".join(prompt.tools) or "none"),
        ("policy", prompt.policy),
        ("keys", prompt.shortcut),
        ("tray", "" if prompt.tray else "not in its menu"),
    )
    return [f"{what}: {words}" for what, words in told if words]


def _wanted(name: str, variable: Variable) -> str:
    if variable.kind is VariableKind.CHOICE:
        kind = f"one of {', '.join(variable.choices)}"
        return f"{kind}; else {variable.default}" if variable.default is not None else kind
    by_itself = {
        VariableKind.CLIPBOARD: "else what was copied",
        VariableKind.SELECTION: "else what is selected",
        VariableKind.DATE: "else today",
        VariableKind.CAPTURE: "a picture, given with -i or --screen",
    }
    if variable.kind in by_itself:
        return by_itself[variable.kind]
    return "needs a value" if variable.default is None else f"else {variable.default}"


def _remove(name: str, console: Console, *, as_json: bool) -> Work:
    async def work(services: Services) -> int:
        prompt = await find(services, name)
        if not await services.prompts.remove(name):
            raise KirejiError(
                f"{prompt.name} came with Kireji and cannot be removed.",
                "To have it out of the tray, add one of the same name with tray = false.",
            )
        shipped = name in await services.prompts.shipped()
        if as_json:
            console.object({"removed": name, "shipped": shipped})
        else:
            console.line(f"Removed {name}." + (" The one that came with Kireji holds again." if shipped else ""))
        return DONE

    return work


def value_of(prompt: Prompt) -> dict[str, object]:
    """A prompt as `--json` prints it."""
    return {
        "name": prompt.name,
        "title": prompt.title,
        "text": prompt.text,
        "variables": {name: _value_of_variable(variable) for name, variable in prompt.variables.items()},
        "order": prompt.order,
        "own": prompt.own,
        "form": prompt.form.value,
        "provider": prompt.provider,
        "model": prompt.model,
        "tools": None if prompt.tools is None else list(prompt.tools),
        "schema": msgspec.json.decode(prompt.schema) if prompt.schema else None,
        "policy": prompt.policy,
        "shortcut": prompt.shortcut,
        "tray": prompt.tray,
    }


def _value_of_variable(variable: Variable) -> dict[str, object]:
    return {
        "type": variable.kind.value,
        "description": variable.description,
        "default": variable.default,
        "choices": list(variable.choices),
    }


def _source(prompt: Prompt) -> str:
    return "yours" if prompt.own else "kireji"
