"""Prompts of which more than words comes, and that need a word of the person, beside a selection."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from kireji.core.capturing import CaptureRequest
from kireji.core.prompts import Prompt, Variable
from kireji.core.structured.forms import AnswerForm
from kireji.ui.prompt_form import PromptForm
from tests.fakes.provider import answer
from tests.ui.overlay.forms.support import TABLE, FormStand
from tests.ui.overlay.support import until

pytestmark = pytest.mark.qt

OWN = Prompt(
    "open-items", "Open items", "Only what is open at {{place}}.", {"place": Variable("Shop")},
    form=AnswerForm.TABLE, own=True,
)  # fmt: skip


def asked_for(forms: FormStand) -> PromptForm:
    form = forms.stand.presenter.stage.bar.findChild(PromptForm)
    assert form is not None
    return form


async def chosen(forms: FormStand) -> None:
    forms.stand.world.prompts.found += (OWN,)
    forms.script.result = TABLE
    forms.stand.world.remote.enqueue(answer("{}"))


async def finished(forms: FormStand) -> None:
    await forms.done()
    ((form, given),) = forms.script.asked
    assert (form, given["wish"]) == (AnswerForm.TABLE, "Only what is open at Green Market.")
    assert forms.card.results.held is not None


async def test_what_a_prompt_for_a_table_lacks_is_asked_for_in_the_bar(forms: FormStand) -> None:
    await chosen(forms)
    await forms.cut_out()
    bar = forms.stand.presenter.stage.bar
    names = [prompt.name for prompt in bar._prompts.prompts]
    assert names[-1] == "open-items"
    bar._prompts.choose(len(names))
    forms.stand.type("Green Market")
    forms.stand.key(Qt.Key.Key_Return)
    await finished(forms)


async def test_without_it_nothing_is_asked(forms: FormStand) -> None:
    await chosen(forms)
    await forms.cut_out()
    bar = forms.stand.presenter.stage.bar
    bar._prompts.choose(len(bar._prompts.prompts))
    forms.stand.key(Qt.Key.Key_Return)
    assert bar.sentence == "Write what belongs there first: Shop"
    assert forms.script.asked == []


async def test_chosen_in_the_tray_it_asks_as_soon_as_something_is_selected(forms: FormStand) -> None:
    await chosen(forms)
    await forms.stand.capture(CaptureRequest(prompt="open-items"))
    forms.stand.drag((100, 100), (300, 200))
    await until(lambda: forms.stand.presenter.stage.bar.findChild(PromptForm) is not None, "what it lacks")
    await until(lambda: asked_for(forms).fields["place"].hasFocus(), "the keyboard")
    forms.stand.type("Green Market")
    forms.stand.key(Qt.Key.Key_Return)
    await finished(forms)


async def test_in_the_card_it_asks_about_the_same_picture(forms: FormStand) -> None:
    await chosen(forms)
    forms.stand.world.remote.enqueue(answer("{}"))
    await forms.cut_out()
    forms.stand.key(Qt.Key.Key_T, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    await forms.done()
    forms.card.prompts.choose(len(forms.card.prompts.prompts))
    forms.stand.type("Green Market")
    forms.stand.key(Qt.Key.Key_Return)
    await until(lambda: len(forms.script.asked) == 2, "the second question")
    assert forms.script.asked[1][1]["wish"] == "Only what is open at Green Market."
    assert forms.script.asked[1][1]["images"] == forms.script.asked[0][1]["images"]
