"""A check before sharing, beside a selection."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from kireji.core.moderation.verdicts import Action, Evidence, Finding, Verdict
from kireji.core.structured.forms import AnswerForm
from kireji.ui.overlay.forms.verdict_result import VerdictResult
from tests.fakes.provider import answer
from tests.ui.overlay.forms.support import FormStand

pytestmark = pytest.mark.qt

CHOOSE = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
CARD = Evidence("4012 8888", picture=0, boxes=((10, 20, 80, 36),))
NAME = Evidence("Anna", picture=0, boxes=((10, 60, 50, 76),))
FINDINGS = (
    Finding("payment", "serious", Action.BLOCK, 0.9, (CARD,), "A card's number."),
    Finding("person", "minor", Action.REVIEW, 0.6, (NAME,)),
)
VERDICT = Verdict("sharing", 1, Action.BLOCK, FINDINGS, "A card can be seen.")


async def checked(forms: FormStand, verdict: Verdict) -> VerdictResult:
    forms.script.result = verdict
    forms.stand.world.remote.enqueue(answer("{}"))
    await forms.cut_out()
    forms.stand.key(Qt.Key.Key_K, CHOOSE)
    await forms.done()
    held = forms.card.results.held
    assert isinstance(held, VerdictResult)
    return held


async def test_it_is_judged_by_the_policy_for_sharing(forms: FormStand) -> None:
    await checked(forms, VERDICT)
    ((form, given),) = forms.script.asked
    assert (form, given["policy"]) == (AnswerForm.VERDICT, "sharing")
    assert forms.card.question_text == "Check before sharing"


async def test_what_it_rests_on_is_numbered_on_the_frozen_picture(forms: FormStand) -> None:
    await checked(forms, VERDICT)
    over = forms.stand.presenter.asking.forms.over
    assert [mark.number for mark in over.marks] == [1, 2]
    assert [(rect.x(), rect.y()) for rect in over.marked_on(forms.stand.window)] == [(110, 120), (110, 160)]


async def test_evidence_that_is_chosen_stands_out(forms: FormStand) -> None:
    held = await checked(forms, VERDICT)
    held.verdict_view.choose(1, 0)
    over = forms.stand.presenter.asking.forms.over
    assert [(mark.number, mark.strong) for mark in over.marks] == [(1, False), (2, True)]


async def test_nothing_is_marked_where_all_is_well(forms: FormStand) -> None:
    held = await checked(forms, Verdict("sharing", 1, Action.ALLOW))
    assert forms.stand.presenter.asking.forms.over.marks == ()
    assert held.height_for(300) > 0


async def test_a_refusal_is_a_verdict(forms: FormStand) -> None:
    held = await checked(forms, Verdict("sharing", 1, Action.REVIEW, reason="The model declined.", refused=True))
    assert held.verdict_view.reason.text() == "The model declined."
