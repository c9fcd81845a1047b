"""Runs a prompt whose answer is a table, fields, a verdict, a translation or a comparison, as a turn of a window."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import NamedTuple

import msgspec

from kireji.core.extraction.sheets import Extraction
from kireji.core.prompts import Prompt
from kireji.core.structured.asked import AskedForm
from kireji.core.structured.comparison import Difference
from kireji.core.structured.forms import AnswerForm
from kireji.core.structured.questions import Asker
from kireji.core.structured.translation import Translation
from kireji.services.application import Services
from kireji.services.prompt_running import Seen, prompt_of, run, run_again
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
        asked: What an earlier question asked for, where that is asked again; the prompt then only stands for it.
    """

    prompt: Prompt
    values: Mapping[str, str]
    asked: AskedForm | None = None


async def as_before(services: Services, question: Question, asked: AskedForm) -> tuple[FormRun | None, Question]:
    """An earlier question that is asked again, or edited, as it was asked: for more than words.

    Args:
        services: The use cases.
        question: Says which one, with what the person has changed of it.
        asked: What is kept beside the earlier one.

    Returns:
        What is asked, None for words: where the words of a question that had none of the person's were changed, or a
        document goes along; and the question with its pictures.

    Raises:
        StoreError: The environment's fault.
    """
    again, conversation = question.again, question.conversation
    earlier = again if again is not None else question.edit
    assert conversation is not None
    assert earlier is not None
    found = await services.conversations.messages(conversation, [earlier])
    if not found:
        return None, question
    if again is not None:
        question = replace(question, images=found[0].message.images)
    elif question.documents or question.sources:
        return None, question
    elif asked.has_words:
        asked = msgspec.structs.replace(asked, text=question.text)
    elif question.text.strip() != found[0].message.text.strip():
        return None, question
    return FormRun(prompt_of(asked), {}, asked), question


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
    asker = Asker(
        provider,
        model,
        question.effort,
        question.conversation,
        question.setup,
        again=question.again,
        edit=question.edit,
        hide=question.hide,
        unpriced=question.unpriced,
        tell=observe,
    )

    def seen(what: Seen) -> None:
        progress(words_of(prompt.form, what))

    if form.asked is not None:
        return await run_again(services.habits(), form.asked, question.images, asker, question.pictures, observe=seen)
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
