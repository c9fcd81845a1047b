"""How `kireji ask` fills a quick prompt, and answers one that gives more than words."""

from __future__ import annotations

import argparse
import os
from typing import Any, NamedTuple

import msgspec

from kireji.cli.console import Console
from kireji.cli.prompts import find, persons_language
from kireji.cli.work import DONE, WrongUsage
from kireji.core.models import Effort
from kireji.core.prompts import Prompt
from kireji.core.structured.questions import Asker
from kireji.services.application import Services
from kireji.services.structured.turn import Outcome
from kireji.services.turns import Question


class Chosen(NamedTuple):
    """A prompt that is asked.

    Args:
        prompt: Which.
        values: Of all its variables.
    """

    prompt: Prompt
    values: dict[str, str]


async def chosen_prompt(services: Services, arguments: argparse.Namespace) -> Chosen:
    """The prompt of `--prompt` with the values of `--var`, of the clipboard and of what is selected.

    Raises:
        KirejiError: There is none, or a value is missing.
        ClipboardError: Clipboard or selection cannot be read here.
    """
    prompt = await find(services, arguments.quick)
    language = persons_language(os.environ)
    return Chosen(prompt, await services.prompt_values.gather(prompt, dict(arguments.values), language))


def as_prompt_wishes(arguments: argparse.Namespace, prompt: Prompt) -> None:
    """Let the prompt say who answers and with which tools, where the command line says nothing of it."""
    if not arguments.provider and not arguments.model:
        arguments.provider, arguments.model = prompt.provider, prompt.model
    if arguments.tools is None:
        arguments.tools = prompt.tools


async def answer_in_form(
    services: Services, chosen: Chosen, question: Question, arguments: argparse.Namespace, console: Console
) -> int:
    """Have a prompt answered whose answer is a table, fields, a verdict, a translation or a comparison, and print it.

    Args:
        services: The use cases.
        chosen: The prompt.
        question: What was typed beside it, with the pictures.
        arguments: Of `ask`.
        console: Where to.

    Raises:
        WrongUsage: An option goes only with answers in words.
        KirejiError: As of `prompt_running.run`.
    """
    from kireji.services.prompt_running import run

    _fits(chosen.prompt, arguments)
    asker = Asker(
        arguments.provider,
        arguments.model,
        Effort(arguments.effort) if arguments.effort else None,
        question.conversation,
        attended=console.typed_at,
        hide=not arguments.no_redact,
        unpriced=arguments.yes,
    )
    outcome = await run(
        services.habits(),
        chosen.prompt,
        chosen.values,
        question.images,
        asker,
        question.pictures,
        besides=question.text,
    )
    if arguments.json:
        console.object(_value(chosen.prompt, outcome))
    else:
        console.line(outcome.words)
    if outcome.answer.note:
        console.note(outcome.answer.note)
    return DONE


def _fits(prompt: Prompt, arguments: argparse.Namespace) -> None:
    given = {
        "--tools": arguments.tools is not None,
        "--stop": bool(arguments.stop),
        "--system": arguments.system is not None,
        "--max-tokens": arguments.max_tokens is not None,
        "-f": bool(arguments.context or arguments.pages or arguments.earlier),
    }
    if wrong := [option for option, is_given in given.items() if is_given]:
        raise WrongUsage(
            f"{wrong[0]} does not go with --prompt {prompt.name}, whose answer is a {prompt.form.value} and no text"
        )


def _value(prompt: Prompt, outcome: Outcome) -> dict[str, Any]:
    return {
        "form": prompt.form.value,
        "result": msgspec.to_builtins(outcome.result),
        "words": outcome.words,
        "provider": outcome.answer.provider,
        "model": outcome.answer.model,
        "conversation": outcome.conversation,
    }
