"""How `kireji ask` fills a quick prompt, and answers one that gives more than words."""

from __future__ import annotations

import argparse
import os
from typing import Any, NamedTuple

import msgspec

from kireji.cli.console import Console
from kireji.cli.prompts import find, persons_language
from kireji.cli.receipt import last_row, tell
from kireji.cli.work import DONE, FAILED, WrongUsage
from kireji.core.errors import ClipboardError, KirejiError
from kireji.core.extraction.markdown import nothing_on_it
from kireji.core.extraction.sheets import Extraction
from kireji.core.models import Effort
from kireji.core.moderation.verdicts import Verdict
from kireji.core.prompts import OUTSIDE, Prompt
from kireji.core.structured.forms import AnswerForm
from kireji.core.structured.questions import Asker
from kireji.services.application import Services
from kireji.services.prompt_running import lacking, run
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
    language, given = persons_language(os.environ), dict(arguments.values)
    try:
        return Chosen(prompt, await services.prompt_values.gather(prompt, given, language))
    except ClipboardError as error:
        outside = [name for name, each in prompt.variables.items() if each.kind in OUTSIDE and name not in given]
        raise ClipboardError(error.message, f"Say it with --var {outside[0]}=…" if outside else error.hint) from error


def check_pictures(prompt: Prompt, pictures: int) -> None:
    """See that a prompt gets as many pictures as it takes.

    Raises:
        KirejiError: They are too few.
        WrongUsage: Some would not be looked at.
    """
    if missing := lacking(prompt, pictures):
        raise KirejiError(missing, "At the command line: -i FILE, or --screen X,Y,W,H")
    most = {AnswerForm.TRANSLATION: 1, AnswerForm.COMPARISON: 2}.get(prompt.form, pictures)
    if pictures > most:
        raise WrongUsage(f"--prompt {prompt.name} takes {most} picture{'s' * (most > 1)}, and these are {pictures}")


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
    _fits(chosen.prompt, arguments, question.text)
    check_pictures(chosen.prompt, len(question.images))
    told = _Receipt(services, console, await last_row(services)) if arguments.receipt else None
    asker = Asker(
        arguments.provider,
        arguments.model,
        Effort(arguments.effort) if arguments.effort else None,
        question.conversation,
        attended=console.typed_at,
        hide=not arguments.no_redact,
        unpriced=arguments.yes,
    )
    try:
        outcome = await run(
            services.habits(),
            chosen.prompt,
            chosen.values,
            question.images,
            asker,
            question.pictures,
            besides=question.text,
            began=told.began if told else lambda _: None,
        )
    finally:
        if told:
            await told.tell()
    if arguments.json:
        console.object(_value(chosen.prompt, outcome))
    else:
        console.line(outcome.words)
    if outcome.answer.note:
        console.note(outcome.answer.note)
    return DONE if _whole(outcome) else FAILED


def _whole(outcome: Outcome) -> bool:
    """Whether all came that was asked for."""
    match outcome.result:
        case Verdict():
            return True  # it says itself what is done when the model refuses
        case Extraction(failed=failed):
            return not outcome.answer.refusal and all(why == nothing_on_it() for _, why in failed)
    return not outcome.answer.refusal


class _Receipt:
    """Tells what has left, however it ended."""

    def __init__(self, services: Services, console: Console, before: int) -> None:
        self._services = services
        self._console = console
        self._before = before
        self._conversation: int | None = None

    def began(self, conversation: int) -> None:
        """The question stands there."""
        self._conversation = conversation

    async def tell(self) -> None:
        """On standard error."""
        if self._conversation is not None:
            await tell(self._services, self._conversation, self._before, self._console, as_json=False)


def _fits(prompt: Prompt, arguments: argparse.Namespace, besides: str) -> None:
    if besides and prompt.form in (AnswerForm.TRANSLATION, AnswerForm.COMPARISON):
        raise WrongUsage(f"--prompt {prompt.name} is about pictures alone, so words beside it mean nothing")
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
