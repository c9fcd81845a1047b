"""`kireji prompts`: the quick prompts, and how `ask` finds and fills one."""

from __future__ import annotations

import argparse
import difflib
from collections.abc import Mapping

from kireji.cli.console import Console
from kireji.cli.work import DONE, Work
from kireji.core.errors import KirejiError
from kireji.core.prompts import Prompt
from kireji.services.application import Services

_LANGUAGE = "language"
"""The variable that is filled with the person's language when nothing is given."""

_LANGUAGES = {
    "ar": "Arabic", "bg": "Bulgarian", "cs": "Czech", "da": "Danish", "de": "German", "el": "Greek", "es": "Spanish",
    "et": "Estonian", "fa": "Persian", "fi": "Finnish", "fr": "French", "he": "Hebrew", "hi": "Hindi", "hr": "Croatian",
    "hu": "Hungarian", "id": "Indonesian", "it": "Italian", "ja": "Japanese", "ko": "Korean", "lt": "Lithuanian",
    "lv": "Latvian", "nb": "Norwegian Bokmål", "nl": "Dutch", "pl": "Polish", "pt": "Portuguese", "ro": "Romanian",
    "ru": "Russian", "sk": "Slovak", "sl": "Slovenian", "sr": "Serbian", "sv": "Swedish", "th": "Thai",
    "tr": "Turkish", "uk": "Ukrainian", "vi": "Vietnamese", "zh": "Chinese",
}  # fmt: skip


def prepare(arguments: argparse.Namespace, console: Console) -> Work:
    """Nothing is read beforehand."""
    if arguments.action == "list":
        return _list(console, as_json=arguments.json)
    return _show(arguments.name, console, as_json=arguments.json)


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


def with_language(prompt: Prompt, values: Mapping[str, str], environ: Mapping[str, str]) -> Mapping[str, str]:
    """The values with the person's own language where the prompt wants one and none was given.

    Args:
        prompt: Which.
        values: What was given.
        environ: Tells the language as the C library reads it (LC_ALL, LC_MESSAGES, LANG).
    """
    if _LANGUAGE not in prompt.variables or _LANGUAGE in values:
        return values
    set_ = next((environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if environ.get(name)), "")
    language = _LANGUAGES.get(set_.split(".")[0].split("_")[0].lower())
    return {**values, _LANGUAGE: language} if language else values


def _list(console: Console, *, as_json: bool) -> Work:
    async def work(services: Services) -> int:
        found = await services.prompts.prompts()
        problems = await services.prompts.problems()
        if as_json:
            console.object({"prompts": [_value(prompt) for prompt in found], "problems": list(problems)})
            return DONE
        if found:
            rows = [
                (prompt.name, prompt.title, ", ".join(prompt.variables) or "-", _source(prompt)) for prompt in found
            ]
            console.table(("NAME", "TITLE", "VARIABLES", "FROM"), rows)
        for problem in problems:
            console.note(problem)
        return DONE

    return work


def _show(name: str, console: Console, *, as_json: bool) -> Work:
    async def work(services: Services) -> int:
        prompt = await find(services, name)
        if as_json:
            console.object(_value(prompt))
            return DONE
        console.line(f"{prompt.title} ({_source(prompt)})")
        for key, variable in prompt.variables.items():
            default = "needs a value" if variable.default is None else f"else {variable.default}"
            console.line(f"  --var {key}=…  {variable.description or key}; {default}")
        console.line(f"\n{prompt.text}")
        return DONE

    return work


def _value(prompt: Prompt) -> dict[str, object]:
    return {
        "name": prompt.name,
        "title": prompt.title,
        "text": prompt.text,
        "variables": {
            name: {"description": variable.description, "default": variable.default}
            for name, variable in prompt.variables.items()
        },
        "order": prompt.order,
        "own": prompt.own,
    }


def _source(prompt: Prompt) -> str:
    return "yours" if prompt.own else "kireji"
