"""Runs a prompt whose answer is a table, fields, a verdict, a translation or a comparison, as a turn of a window."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from kireji.core.extraction.sheets import Extraction
from kireji.core.prompts import Prompt
from kireji.core.structured.comparison import Difference
from kireji.core.structured.forms import AnswerForm
from kireji.core.structured.questions import Asker
from kireji.core.structured.translation import Translation
from kireji.services.application import Services
from kireji.services.prompt_running import Seen, run
from kireji.services.structured.turn import Outcome
from kireji.services.turns import Observer, Question
from kireji.ui.chat.words import count
from kireji.ui.translation import mark, plural, tr

_BEGINNINGS = {
    AnswerForm.TABLE: mark("Reading the table…"),
    AnswerForm.FIELDS: mark("Reading the fields…"),
    AnswerForm.VERDICT: mark("Judging…"),
    AnswerForm.TRANSLATION: mark("Translating…"),
    AnswerForm.COMPARISON: mark("Comparing…"),
}


class FormRun(NamedTuple):
    """What is asked.

    Args:
        prompt: One whose form is not text.
        values: Of its variables.
    """

    prompt: Prompt
    values: Mapping[str, str]


async def run_form(
    services: Services, form: FormRun, question: Question, observe: Observer, progress: Callable[[str], None]
) -> Outcome:
    """Ask it in a conversation.

    Args:
        services: The use cases.
        form: What.
        question: The pictures that it is about, and what the person has typed besides; who shall answer.
        observe: Told what happens on the way, as with any question.
        progress: Told in a sentence how far it is.

    Raises:
        KirejiError: As of `services.prompt_running.run`.
    """
    prompt = form.prompt
    provider, model = question.provider, question.model
    if prompt.provider or prompt.model:
        provider = model = ""  # the prompt's own holds
    asker = Asker(provider, model, question.effort, question.conversation, question.setup, tell=observe)

    def seen(what: Seen) -> None:
        progress(words_of(prompt.form, what))

    return await run(
        services.habits(),
        prompt,
        form.values,
        question.images,
        asker,
        question.pictures,
        besides=question.text,
        observe=seen,
    )


def beginning(form: AnswerForm) -> str:
    """What is said while nothing has come yet."""
    return tr(_BEGINNINGS[form])


def words_of(form: AnswerForm, what: Seen) -> str:
    """How far it is."""
    match what:
        case Extraction(sheets=sheets, fields=fields):
            if fields and len(sheets) == 1 and len(sheets[0].rows) <= 1:
                number = sum(bool(cell.text) for row in sheets[0].rows for cell in row)
                told = plural(number, "1 field", "{n} fields", n=count(number))
            else:
                number = sum(len(sheet.rows) for sheet in sheets)
                told = plural(number, "1 row", "{n} rows", n=count(number))
            return f"{beginning(form)} {told}" if number else beginning(form)
        case Translation(blocks=blocks):
            done = sum(bool(block.text) for block in blocks)
            return tr("{words} {done} of {total}", words=beginning(form), done=count(done), total=count(len(blocks)))
        case Difference(boxes=boxes):
            told = plural(len(boxes), "1 region differs.", "{n} regions differ.", n=count(len(boxes)))
            return f"{beginning(form)} {told}"
    return beginning(form)
