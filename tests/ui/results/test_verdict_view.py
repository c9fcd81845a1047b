"""A verdict as people see it: what shall be done, what it rests on, and what does not stand in what was judged."""

from __future__ import annotations

import msgspec
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel

from kireji.core.moderation.policies import Category, Level, Policy
from kireji.core.moderation.verdicts import Action, Evidence, Finding, Verdict
from kireji.ui.results.verdict_view import VerdictView
from kireji.ui.theme import Theme
from tests.support.accessibility import unnamed

pytestmark = pytest.mark.qt

TEXT = "😀 You are such an idiot. Call 0170 1234567."


def quoted(words: str) -> Evidence:
    start = TEXT.find(words)
    return Evidence(words, start, start + len(words)) if start >= 0 else Evidence(words)


INSULT = Finding(
    "harassment", "severe", Action.BLOCK, 0.94, (quoted("such an idiot"), quoted("worthless")), "It insults somebody."
)
NUMBER = Finding("personal-data", "contact", Action.REVIEW, 0.35, (quoted("0170 1234567"),), "A private number.")
VERDICT = Verdict("community", 3, Action.BLOCK, (INSULT, NUMBER), "It insults.", "We disagree.", text=TEXT)
POLICY = Policy(
    "community",
    "General community",
    3,
    "",
    (Category("harassment", "Harassment & insults", "", (Level("severe", "A threat.", Action.BLOCK),)),),
)


def shown(verdict: Verdict, policy: Policy | None = POLICY) -> VerdictView:
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    view = VerdictView(Theme(app))
    view.show_verdict(verdict, policy)
    view.resize(500, 900)
    view.show()
    app.processEvents()
    return view


def said(view: VerdictView) -> list[str]:
    return [each.text() for each in view.findChildren(QLabel) if each.isVisible() and each.text()]


async def test_it_begins_with_what_shall_be_done_and_by_which_policy() -> None:
    view = shown(VERDICT)
    assert view.headline.text() == "Block: 2 findings"
    assert view.policy.text() == "General community, version 3"


async def test_categories_have_the_names_that_the_policy_gives_them() -> None:
    words = said(shown(VERDICT))
    assert "Harassment & insults" in words
    assert "Personal data" in words  # which the policy does not know any more


async def test_confidence_is_said_in_words_and_as_a_number() -> None:
    words = said(shown(VERDICT))
    assert "The model is very sure (0.94)." in words
    assert "The model is only guessing (0.35)." in words


async def test_evidence_is_marked_in_the_text_whatever_signs_stand_before_it() -> None:
    assert set(shown(VERDICT).text.marked()) == {"such an idiot", "0170 1234567"}


async def test_what_the_model_quotes_and_nobody_wrote_is_said_to_be_missing() -> None:
    places = [row.place_words() for row in shown(VERDICT).evidence_rows()]
    assert places == ["in the text", "not found in what was judged", "in the text"]


async def test_of_a_single_picture_it_is_not_said_that_it_is_the_first() -> None:
    on_picture = Evidence("idiot", picture=0, boxes=((0, 0, 9, 9),))
    finding = Finding("harassment", "severe", Action.BLOCK, 0.94, (on_picture, Evidence("you", picture=0)))
    verdict = Verdict("community", 3, Action.BLOCK, (finding,), pictures=1)
    assert [row.place_words() for row in shown(verdict).evidence_rows()] == ["", "place unknown"]
    of_two = msgspec.structs.replace(verdict, pictures=2)
    assert [row.place_words() for row in shown(of_two).evidence_rows()] == [
        "on picture 1",
        "on picture 1, place unknown",
    ]


async def test_the_keyboard_reaches_evidence_and_shows_it() -> None:
    view = shown(VERDICT)
    told: list[object] = []
    view.evidence_chosen.connect(told.append)
    row = view.evidence_rows()[2]
    row.setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(row, Qt.Key.Key_Return)
    assert told == [NUMBER.evidence[0]]
    assert row.property("state") == "on"


async def test_a_click_on_marked_words_chooses_their_evidence() -> None:
    view = shown(VERDICT)
    told: list[object] = []
    view.evidence_chosen.connect(told.append)
    cursor = view.text.document().find("idiot")
    QTest.mouseClick(view.text.viewport(), Qt.MouseButton.LeftButton, pos=view.text.cursorRect(cursor).center())
    assert told == [INSULT.evidence[0]]


async def test_the_suggested_version_can_be_copied() -> None:
    view = shown(VERDICT)
    view.copy.click()
    assert QGuiApplication.clipboard().text() == "We disagree."


async def test_a_refusal_reads_as_one() -> None:
    view = shown(Verdict("community", 3, Action.REVIEW, reason="The model declined to answer.", refused=True))
    assert view.headline.text() == "Review: the model declined to judge"
    assert not view.rewrite.isVisible()


async def test_nothing_found_is_said_calmly() -> None:
    view = shown(Verdict("community", 2, Action.ALLOW, text="Hello"))
    assert view.headline.text() == "Allow: nothing was found"
    assert view.policy.text() == "General community, version 2 (now version 3)"


async def test_what_the_model_writes_is_never_markup() -> None:
    finding = Finding("x", "<b>y</b>", Action.BLOCK, 1.0, (Evidence("<img src=x>"),), "<a href=x>z</a>")
    assert "“<img src=x>”" in said(shown(Verdict("p", 1, Action.BLOCK, (finding,))))


async def test_everything_in_it_has_a_name() -> None:
    assert unnamed(shown(VERDICT)) == []


async def test_hundreds_of_findings_are_bounded() -> None:
    many = tuple(Finding("x", "y", Action.REVIEW, 0.5, (Evidence("z" * 9_000),) * 50) for _ in range(300))
    view = shown(Verdict("p", 1, Action.REVIEW, many))
    assert "260 more findings are not shown." in said(view)
