"""The reviewer's page: what waits is listed, decided about with keys alone, undone, and stays decided."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from kireji.core.jobs.reviews import Decision, ReviewFilter
from kireji.core.jobs.reviews import Review as Stored
from kireji.core.jobs.values import Outcome
from kireji.core.moderation.verdicts import Action
from kireji.ui.jobs.review import words
from kireji.ui.jobs.review.exporting import LABELS, form_of
from tests.support.accessibility import unnamed
from tests.support.waiting import until_true
from tests.ui.jobs.review_support import CLEAN, HARSH, REFUSED, RUDE, review_of

pytestmark = pytest.mark.qt

INSULT, JAB, HELLO = "You are worthless.", "What an idiot.", "Good morning"
ROWS = [(JAB, RUDE), (INSULT, HARSH), (HELLO, CLEAN), ("Something terrible", REFUSED), ("Lost", Outcome.ERRORED)]
ALL = ReviewFilter.ALL.value
KEY = Qt.Key


async def test_what_waits_for_a_person_comes_first_and_the_gravest_above() -> None:
    async with review_of(ROWS) as review:
        await review.shows(1)
        assert review.rows() == [1, 4]
        assert review.pane.filters.value() == "review"


async def test_a_job_of_which_nothing_waits_shows_all_of_it() -> None:
    async with review_of([(INSULT, HARSH), (HELLO, CLEAN)]) as review:
        await review.shows(1)
        assert review.rows() == [1, 2]


async def test_filters_say_how_many_rows_they_list() -> None:
    async with review_of(ROWS) as review:
        await review.shows(1)
        assert [each for _, each in words.filters(await counts(review))] == [
            "To review 2", "Block 1", "Allow 1", "Refused 1", "Failed 1", "Decided 0", "All 5",
        ]  # fmt: skip
        review.pane.filters.press("block")
        await review.shows(2)


async def counts(review: object) -> object:
    reviewing = await review.made.jobs.reviewing()  # type: ignore[attr-defined]
    return await reviewing.counts(review.job.id)  # type: ignore[attr-defined]


async def test_a_row_shows_its_text_with_the_evidence_marked_and_what_the_policy_says() -> None:
    async with review_of(ROWS) as review:
        await review.shows(1)
        assert review.pane.page.view.text.marked() == ("idiot",)
        assert review.pane.page.category.title.text() == "Harassment"
        assert "rude (Review): A single insult" in review.pane.page.category.levels.text()


async def test_a_accepts_and_goes_on() -> None:
    async with review_of(ROWS) as review:
        await review.shows(1)
        review.press(KEY.Key_A)
        await review.shows(4)
        await until_true(lambda: review.pane.decisions.progress.text() == "1 of 2 decided")
        assert await review.decided() == {1: ("review", "harassment", "")}


async def test_o_overrules_with_an_action_a_category_and_a_note() -> None:
    async with review_of(ROWS) as review:
        await review.shows(1)
        review.press(KEY.Key_O)
        form = review.pane.decisions.form
        assert form.note.hasFocus()
        QTest.keyClicks(form.note, "A joke among friends")
        form.action.press("allow")
        form.category.setCurrentIndex(0)
        QTest.keyClick(form.note, KEY.Key_Return)
        await review.shows(4)
        await until_true(lambda: review.pane.undo_possible)
        assert await review.decided() == {1: ("allow", "", "A joke among friends")}
        assert review.pane.list.hasFocus()


async def test_esc_leaves_the_form_and_decides_nothing() -> None:
    async with review_of(ROWS) as review:
        await review.shows(1)
        review.press(KEY.Key_O)
        QTest.keyClick(review.pane.decisions.form.note, KEY.Key_Escape)
        assert not review.pane.decisions.form_open
        assert await review.decided() == {}


async def test_letters_that_are_typed_into_the_note_decide_nothing() -> None:
    async with review_of(ROWS) as review:
        await review.shows(1)
        review.press(KEY.Key_O)
        QTest.keyClicks(review.pane.decisions.form.note, "ajoku")
        assert review.pane.decisions.form.note.text() == "ajoku"
        assert review.at() == 1


@pytest.mark.parametrize(("key", "modifier"), [(KEY.Key_U, 0), (KEY.Key_Z, 1)])
async def test_u_takes_the_last_decision_back_and_goes_there(key: Qt.Key, modifier: int) -> None:
    async with review_of(ROWS) as review:
        await review.shows(1)
        review.press(KEY.Key_A)
        await until_true(lambda: review.pane.undo_possible)
        review.press(key, Qt.KeyboardModifier.ControlModifier if modifier else Qt.KeyboardModifier.NoModifier)
        await review.shows(1)
        assert await review.decided() == {}


async def test_undoing_gives_back_what_stood_before() -> None:
    async with review_of(ROWS) as review:
        await review.shows(1)
        reviewing = await review.made.jobs.reviewing()
        [item] = await reviewing.items(review.job.id, [1])
        await reviewing.overrule(review.job.id, item, Action.BLOCK, "", "first")
        await until_true(lambda: not review.pane.page.decided.isHidden())
        review.press(KEY.Key_A)
        await until_true(lambda: review.pane.undo_possible)
        review.press(KEY.Key_U)
        await until_true(lambda: not review.pane.undo_possible)
        await review.shows(1)
        assert await review.decided() == {1: ("block", "", "first")}


async def test_j_and_k_go_through_the_rows() -> None:
    async with review_of(ROWS) as review:
        await review.shows(1)
        review.press(KEY.Key_J)
        await review.shows(4)
        review.press(KEY.Key_K)
        await review.shows(1)


async def test_a_decided_row_stays_in_its_place_until_the_list_is_made_anew() -> None:
    async with review_of(ROWS) as review:
        await review.shows(1)
        review.press(KEY.Key_A)
        await until_true(lambda: review.pane.undo_possible)
        assert review.rows() == [1, 4]
        review.pane.filters.press(ALL)
        await until_true(lambda: len(review.rows()) == 5)
        review.pane.filters.press("review")
        await until_true(lambda: review.rows() == [4])


async def test_a_row_without_a_verdict_cannot_be_accepted_but_decided() -> None:
    async with review_of(ROWS) as review:
        await review.shows(1)
        review.pane.filters.press("failed")
        await review.shows(5)
        assert not review.pane.decisions.accept.isEnabled()
        assert review.pane.page.sentence.text() == "It is errored."
        review.press(KEY.Key_O)
        QTest.keyClick(review.pane.decisions.form.note, KEY.Key_Return)
        await until_true(lambda: review.pane.undo_possible)
        assert (await review.decided())[5][0] == "allow"


async def test_a_refusal_is_a_verdict_that_can_be_accepted() -> None:
    async with review_of(ROWS) as review:
        await review.shows(1)
        review.press(KEY.Key_J)
        await review.shows(4)
        assert "declined" in review.pane.page.view.headline.text()
        review.press(KEY.Key_A)
        await until_true(lambda: review.pane.undo_possible)
        assert (await review.decided())[4][0] == "review"


async def test_what_another_decides_is_seen_and_not_decided_over_unseen() -> None:
    async with review_of(ROWS) as review:
        await review.shows(1)
        store = review.made.world.job_reviews
        await store.decide(review.job.id, 1, Stored(Decision.OVERRULED, Action.BLOCK, "", "elsewhere"), None)
        review.press(KEY.Key_A)
        await until_true(lambda: "elsewhere" in review.pane.decisions.sentence.text())
        assert (await review.decided())[1] == ("block", "", "elsewhere")
        await until_true(lambda: "elsewhere" in review.pane.page.decision.text())


async def test_what_other_processes_decide_is_seen_without_being_asked_for() -> None:
    async with review_of(ROWS) as review:
        await review.shows(1)
        store = review.made.world.job_reviews
        await store.decide(review.job.id, 1, Stored(Decision.ACCEPTED, Action.REVIEW), None)
        review.made.jobs.written.publish(None)
        await until_true(lambda: "Accepted" in review.pane.page.decision.text())
        assert review.pane.decisions.progress.text() == "1 of 2 decided"


async def test_rows_that_come_while_the_job_runs_stand_below_those_that_are_there() -> None:
    async with review_of([(JAB, RUDE), ("Another idiot", None)]) as review:
        await review.shows(1)
        await review.record({2: RUDE})
        await until_true(lambda: review.rows() == [1, 2])
        assert review.at() == 1


async def test_fast_keys_decide_every_row_once() -> None:
    async with review_of([(f"idiot {number}", RUDE) for number in range(1, 31)]) as review:
        await review.shows(1)
        await until_true(lambda: review.pane.model.known(30) is not None)
        for _ in range(30):
            review.press(KEY.Key_A)
        await until_true(lambda: review.pane.decisions.progress.text() == "30 of 30 decided")
        assert len(await review.decided()) == 30


async def test_thousands_of_rows_are_listed_and_few_of_them_fetched() -> None:
    async with review_of([("idiot", RUDE)] * 2_000) as review:
        await review.shows(1)
        assert review.pane.model.rowCount() == 2_000
        assert review.pane.model.known(1_500) is None
        QTest.keyClick(review.pane.list, KEY.Key_End)
        await review.shows(2_000)


async def test_in_a_narrow_window_the_row_takes_the_place_of_the_list_and_gives_it_back() -> None:
    async with review_of(ROWS, (480, 700)) as review:
        await until_true(lambda: review.at() == 1)
        assert not review.pane.page.isVisible()
        QTest.keyClick(review.pane.list, KEY.Key_Return)
        assert review.pane.page.isVisible()
        assert not review.pane.list.isVisible()
        await review.shows(1)
        review.press(KEY.Key_A)
        await until_true(lambda: review.pane.undo_possible)
        review.presenter.escape()
        assert review.pane.list.isVisible()


async def test_decisions_are_exported() -> None:
    async with review_of(ROWS) as review:
        await review.shows(1)
        review.press(KEY.Key_A)
        await until_true(lambda: review.pane.undo_possible)
        review.presenter.export()
        assert review.presenter.exporter.files is not None
        review.presenter.exporter.files.fileSelected.emit("/out/decisions.csv")
        review.presenter.exporter.files.reject()
        await until_true(lambda: "/out/decisions.csv" in review.made.world.job_writer.files)
        lines = list(
            csv.DictReader(io.StringIO(review.made.world.job_writer.files["/out/decisions.csv"].decode("utf-8-sig")))
        )
        assert [(line["id"], line["decision"]) for line in lines[:2]] == [("c-1", "accepted"), ("c-2", "")]


async def test_the_name_follows_what_is_chosen_to_be_written_there_and_back() -> None:
    async with review_of(ROWS) as review:
        await review.shows(1)
        review.presenter.export()
        files = review.presenter.exporter.files
        assert files is not None
        csv_words, lines_words, labels_words = files.nameFilters()
        named = []
        for words in (labels_words, lines_words, csv_words):
            files.filterSelected.emit(words)
            named.append(Path(files.selectedFiles()[0]).name)
        files.reject()
        stem = named[-1].removesuffix(".csv")
        assert named == [f"{stem}{LABELS}", f"{stem}.jsonl", f"{stem}.csv"]


@pytest.mark.parametrize(("name", "form"), [("a.csv", "csv"), ("a.jsonl", "jsonl"), (f"a{LABELS}", "labels")])
def test_the_ending_of_a_name_says_what_is_written(name: str, form: str) -> None:
    assert form_of(Path(name).name).value == form


async def test_everything_has_a_name_for_screen_readers() -> None:
    async with review_of(ROWS) as review:
        await review.shows(1)
        review.press(KEY.Key_O)
        assert unnamed(review.pane) == []
