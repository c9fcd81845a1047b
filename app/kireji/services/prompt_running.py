"""Runs prompts whose answer is more than words: each by the service of its form."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

import msgspec

from kireji.core.errors import KirejiError
from kireji.core.extraction.sheets import Extraction
from kireji.core.messages import ImagePart, Sha256
from kireji.core.moderation.usual import USUAL_POLICY
from kireji.core.prompts import LANGUAGE, Prompt, Variable
from kireji.core.structured.asked import AskedForm
from kireji.core.structured.comparison import Difference
from kireji.core.structured.forms import AnswerForm
from kireji.core.structured.questions import Asker
from kireji.core.structured.translation import Translation
from kireji.core.words import mark, say
from kireji.services.extraction import Wanted
from kireji.services.habits import Habits
from kireji.services.structured.turn import Outcome

Seen: TypeAlias = Extraction | Translation | Difference | str
"""What has come so far of a table, fields or a translation; what the pixels say of a comparison; of a verdict the raw
answer."""

_TITLES = {
    AnswerForm.TEXT: mark("Answer"),
    AnswerForm.TABLE: mark("Table"),
    AnswerForm.FIELDS: mark("Fields"),
    AnswerForm.VERDICT: mark("Verdict"),
    AnswerForm.TRANSLATION: mark("Translation"),
    AnswerForm.COMPARISON: mark("Comparison"),
}
"""Of what is asked again: its prompt may be gone."""


def lacking(prompt: Prompt, pictures: int) -> str:
    """Why a prompt cannot be asked with so few pictures; empty when it can.

    Args:
        prompt: Which.
        pictures: How many go along.
    """
    if pictures >= prompt.pictures:
        return ""
    if prompt.pictures == 1:
        return say("“{title}” needs a picture. Capture or attach one.", title=prompt.title)
    return say("“{title}” needs {count} pictures. Capture or attach them.", title=prompt.title, count=prompt.pictures)


async def run(
    habits: Habits,
    prompt: Prompt,
    values: Mapping[str, str],
    images: Sequence[ImagePart],
    asker: Asker,
    pictures: Mapping[Sha256, bytes] | None = None,
    names: Sequence[str] = (),
    *,
    besides: str = "",
    observe: Callable[[Seen], None] = lambda _: None,
    began: Callable[[int], None] = lambda _: None,
) -> Outcome:
    """Ask a prompt whose form is not text; `Outcome.result` tells which it was.

    Args:
        habits: The services.
        prompt: Which; its provider and model hold where the asker names none.
        values: As `PromptValues.gather` gives them.
        images: Stored pictures, in the order of its variables; a comparison takes the first two.
        asker: On whose behalf.
        pictures: Bytes of those that are at hand.
        names: What people call the pictures.
        besides: What the person has typed beside it: a wish for a table or fields, text that is judged as well.
        observe: Told what has come so far.
        began: Told the conversation, once the question stands in it.

    Raises:
        KirejiError: A picture or a value is missing, or as of the form's service.
        ValueError: Its form is text.
    """
    if missing := lacking(prompt, len(images)):
        raise KirejiError(missing)
    asker = _on_behalf(prompt, asker)
    match prompt.form:
        case AnswerForm.TEXT:
            raise ValueError(f"{prompt.name} is asked like any question")
        case AnswerForm.TABLE | AnswerForm.FIELDS:
            wish = "\n\n".join(filter(None, (prompt.filled(values), besides.strip())))
            wanted = Wanted(prompt.form is AnswerForm.FIELDS, prompt.schema, wish)
            return await habits.extraction.extract(wanted, asker, images, pictures, names, observe=observe, began=began)
        case AnswerForm.VERDICT:
            # What is judged is material as a whole, so nothing in it is marked as somebody's words.
            text = "\n\n".join(filter(None, (prompt.filled(values, quote=False), besides.strip())))
            policy = await habits.moderation.policy(prompt.policy or USUAL_POLICY)
            return await habits.moderation.judge(policy, text, asker, images, pictures, observe=observe, began=began)
        case AnswerForm.TRANSLATION:
            language = prompt.complete(values).get(LANGUAGE) or "English"
            return await habits.translation.translate(
                images[0], language, asker, pictures, observe=observe, began=began
            )
        case AnswerForm.COMPARISON:
            return await habits.comparison.compare(images[0], images[1], asker, pictures, seen=observe, began=began)


async def run_again(
    habits: Habits,
    asked: AskedForm,
    images: Sequence[ImagePart],
    asker: Asker,
    pictures: Mapping[Sha256, bytes] | None = None,
    *,
    observe: Callable[[Seen], None] = lambda _: None,
    began: Callable[[int], None] = lambda _: None,
) -> Outcome:
    """Ask what an earlier question asked for, whatever became of the prompt that it was.

    Args:
        habits: The services.
        asked: What is kept beside that question.
        images: Its pictures.
        asker: On whose behalf; says which question is answered again, or replaced.
        pictures: Bytes of those that are at hand.
        observe: As of `run`.
        began: The same.

    Raises:
        KirejiError: As of `run`.
    """
    if asked.form is AnswerForm.TRANSLATION and not images:
        return await habits.translation.translate_text(asked.text, asked.language, asker, observe=observe, began=began)
    return await run(habits, prompt_of(asked), {}, images, asker, pictures, observe=observe, began=began)


def prompt_of(asked: AskedForm) -> Prompt:
    """A prompt that asks for the same."""
    variables = {LANGUAGE: Variable(default=asked.language)} if asked.language else {}
    schema = asked.schema.encode()
    title = say(_TITLES[asked.form])
    return Prompt(asked.form.value, title, asked.text, variables, form=asked.form, schema=schema, policy=asked.policy)


def _on_behalf(prompt: Prompt, asker: Asker) -> Asker:
    """The asker with the prompt's own provider and model, unless somebody was asked for explicitly."""
    if asker.provider or asker.model:
        return asker
    return msgspec.structs.replace(asker, provider=prompt.provider, model=prompt.model)
