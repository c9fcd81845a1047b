"""How kinds of variables and forms of answers are called, and what is wrong with a prompt that is being written."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import msgspec

from kireji.core.errors import KirejiError
from kireji.core.prompt_files import Remark, is_name, parse, remarks_on, written
from kireji.core.prompt_heads import PromptProblem
from kireji.core.prompts import LANGUAGE, PLACE, Prompt, Variable, VariableKind
from kireji.core.structured.forms import AnswerForm
from kireji.ui.chat.words import apart
from kireji.ui.translation import mark, plural, tr

_PREVIEW = 4_000
"""Characters of the preview."""

KINDS: Mapping[VariableKind, str] = {
    VariableKind.TEXT: mark("Text that I type"),
    VariableKind.CHOICE: mark("A choice"),
    VariableKind.CLIPBOARD: mark("The clipboard"),
    VariableKind.SELECTION: mark("The selected text"),
    VariableKind.DATE: mark("Today's date"),
    VariableKind.CAPTURE: mark("A picture"),
}
FORMS: Mapping[AnswerForm, str] = {
    AnswerForm.TEXT: mark("Words"),
    AnswerForm.TABLE: mark("A table"),
    AnswerForm.FIELDS: mark("Fields"),
    AnswerForm.VERDICT: mark("A verdict"),
    AnswerForm.TRANSLATION: mark("A translation in place"),
    AnswerForm.COMPARISON: mark("A comparison"),
}
ABOUT_WORDS: Mapping[AnswerForm, str] = {
    AnswerForm.TEXT: mark("What is asked. {{name}} is a place that is filled in."),
    AnswerForm.TABLE: mark("What you wish besides, such as “only the line items”; may be empty."),
    AnswerForm.FIELDS: mark("What you wish besides, such as “names and dates only”; may be empty."),
    AnswerForm.VERDICT: mark("The text that is judged, such as {{text}}; empty judges the picture alone."),
    AnswerForm.TRANSLATION: mark("A translation needs no words, only a variable named language."),
    AnswerForm.COMPARISON: mark("A comparison needs no words."),
}
_SHORT: Mapping[AnswerForm, str] = {
    AnswerForm.TABLE: mark("Gives a table"),
    AnswerForm.FIELDS: mark("Gives fields"),
    AnswerForm.VERDICT: mark("Gives a verdict"),
    AnswerForm.TRANSLATION: mark("Gives a translation in place"),
    AnswerForm.COMPARISON: mark("Gives a comparison"),
}


def about(prompt: Prompt) -> str:
    """What a prompt is in one line: its keys, the form of its answer, the beginning of its words."""
    form = _SHORT.get(prompt.form)
    words = PLACE.sub(lambda place: apart(place.group()), " ".join(prompt.text[:200].split()))
    told = [prompt.shortcut, tr(form) if form is not None else "", apart(words) if words else ""]
    return " · ".join(filter(None, told))


def wrong(prompt: Prompt, title_is_own: bool, taken: Collection[str]) -> str:
    """Why a prompt cannot be saved; empty when it can.

    Args:
        prompt: As it is being written.
        title_is_own: Whether the person has given it a title.
        taken: Names that other prompts of the person have.
    """
    if not title_is_own:
        return tr("Give it a title.")
    if not is_name(prompt.name):
        return tr("Its name may only have small letters, digits and hyphens between them.")
    if prompt.name in taken:
        return tr("You have another prompt of this name. Choose another name.")
    try:
        parse(prompt.name, written(prompt), own=True)
    except PromptProblem as problem:
        return tr("It cannot be saved: {reason}.", reason=problem.reason)
    except UnicodeEncodeError:
        return tr("It holds signs that cannot be written.")
    return ""


def remarks(prompt: Prompt) -> Sequence[Remark]:
    """What the person should know of the words."""
    return remarks_on(prompt.text, prompt.variables, prompt.form)


def told(remark: Remark) -> str:
    """A remark as a sentence, with its line."""
    if remark.place:
        place = f"{{{{{remark.place}}}}}"
        return tr(
            "Line {line}: {place} is no variable yet, so it is asked as it stands.", line=remark.line, place=place
        )
    sentence = remark.reason if remark.reason.endswith("?") else f"{remark.reason}."
    if remark.line:
        return tr("Line {line}: {sentence}", line=remark.line, sentence=sentence)
    return sentence[:1].upper() + sentence[1:]


def preview(prompt: Prompt, today: str) -> str:
    """What would be asked, with examples in the places that are filled when it is asked.

    Args:
        prompt: As it is being written.
        today: The date as it is filled in.
    """
    values = {name: _example(name, variable, today) for name, variable in prompt.variables.items()}
    captures = prompt.captures
    loose = {
        name: msgspec.structs.replace(each, kind=VariableKind.TEXT) if each.kind is VariableKind.CHOICE else each
        for name, each in prompt.variables.items()
    }
    try:
        text = msgspec.structs.replace(prompt, variables=loose).filled(
            {name: value for name, value in values.items() if name not in captures},
            quote=prompt.form is AnswerForm.TEXT,
        )
    except KirejiError:  # what is wrong is said beside the words
        text = prompt.text
    if prompt.form is AnswerForm.TRANSLATION:
        text = tr("Into: {language}", language=values.get(LANGUAGE, ""))
    parts = [text[:_PREVIEW]]
    if prompt.pictures:
        parts.append(plural(prompt.pictures, "With one picture.", "With {n} pictures."))
    return "\n\n".join(filter(None, parts))


def _example(name: str, variable: Variable, today: str) -> str:
    match variable.kind:
        case VariableKind.DATE:
            return today
        case VariableKind.CLIPBOARD:
            return tr("‹what was copied›")
        case VariableKind.SELECTION:
            return tr("‹what is selected›")
        case VariableKind.CHOICE:
            return variable.default or (variable.choices[0] if variable.choices else f"‹{name}›")
        case _:
            return variable.default or f"‹{variable.description or name}›"
