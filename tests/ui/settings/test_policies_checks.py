"""Checking a policy against a labelled set from its page."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from kireji.ui.settings.policies.editor import CHECK, TRIAL
from tests.fakes.provider import Hold
from tests.ui.settings.policies_support import HOUSE, Shown, page_over, verdict, world

pytestmark = pytest.mark.qt


@pytest.fixture
def labelled(tmp_path: Path) -> Path:
    path = tmp_path / "mine.jsonl"
    lines = [
        {"id": "a1", "text": "Buy now", "category": "spam", "level": "once"},
        {"id": "a2", "text": "See you at noon", "categories": []},
    ]
    path.write_text("\n".join(json.dumps(line) for line in lines))
    return path


async def asked(shown: Shown, path: Path) -> None:
    check = shown.editor.check
    shown.editor.segments.press(CHECK)
    shown.page.set_chosen.emit(str(path))
    check.begin.click()
    await shown.until(lambda: not check.question.isHidden() or check.problem.text())


async def test_a_check_says_what_it_takes_before_anything_is_judged(labelled: Path) -> None:
    async with page_over(world(verdict("once"), verdict("once"))) as shown:
        await shown.open()
        await asked(shown, labelled)
        check = shown.editor.check
        assert check.estimate.text().startswith("2 questions to fake-model · ")
        assert check.go.text() == "Judge 2 items"
        assert shown.world.remote.asked == []
        check.cancel.click()
        assert check.question.isHidden()


async def test_a_report_shows_agreement_confusion_and_the_wrong_items(labelled: Path) -> None:
    async with page_over(world(verdict("once"), verdict("once"), verdict("flood"))) as shown:
        editor = await shown.open()
        await asked(shown, labelled)
        editor.check.go.click()
        report = editor.check.report
        await shown.until(lambda: not report.isHidden())
        assert report.headline.text() == "1 of 2 as labelled (50 %)"
        assert report.categories.cells() == [["1", "2", "1", "50 %", "100 %", "0.67", "0.00"]]
        assert report.done.cells() == [["·", "1 ✗", "·"], ["·", "1 ✓", "·"], ["·", "·", "·"]]
        assert report.confusion.cells() == [["1 ✓", "·"], ["1 ✗", "·"]]
        [row] = report.wrong.rows
        assert row.head.words() == "a2 · labelled nothing: Allow · given Spam: Review"
        row.head.click()
        assert row.text.text() == "See you at noon"
        row.attempt.click()
        assert editor.segments.value() == TRIAL
        await shown.until(lambda: not editor.trial.content.isHidden())
        assert editor.trial.text() == "See you at noon"


async def test_a_second_version_tells_what_has_changed(labelled: Path) -> None:
    async with page_over(world(verdict("once"), verdict("once"), verdict("once"), verdict())) as shown:
        editor = await shown.open()
        await asked(shown, labelled)
        editor.check.go.click()
        await shown.until(lambda: not editor.check.report.isHidden())
        await shown.write(HOUSE.replace("Unasked", "Unwanted").replace("version = 3", "version = 4"))
        await asked(shown, labelled)
        editor.check.go.click()
        await shown.until(lambda: editor.check.report.headline.text().startswith("2 of 2"))
        assert editor.check.report.changes.text() == "Now right (1): a2"


async def test_what_was_judged_before_it_was_stopped_is_shown(labelled: Path) -> None:
    hold = Hold()
    async with page_over(world([hold, *verdict("once")])) as shown:
        editor = await shown.open()
        await asked(shown, labelled)
        editor.check.go.click()
        await shown.until(lambda: shown.world.remote.asked)
        editor.check.stop.click()
        hold.release()
        await shown.until(lambda: not editor.check.report.isHidden())
        assert "1 of 2 were judged; the check is not kept." in editor.check.report.stopped.text()
        assert editor.check.report.headline.text() == "1 of 1 as labelled (100 %)"


async def test_a_set_that_names_other_categories_is_refused_with_its_line(labelled: Path) -> None:
    async with page_over(world(house=HOUSE.replace('name = "spam"', 'name = "spma"'))) as shown:
        await shown.open()
        await asked(shown, labelled)
        assert shown.editor.check.problem.text().splitlines() == [
            "The set mine.jsonl cannot be used with this policy.",
            "Line 1 · Error: There is no category spam; did you mean spma?",
        ]


async def test_the_shipped_set_of_the_same_name_is_proposed() -> None:
    made = world()
    made.policies.came["minors"] = HOUSE.encode()
    async with page_over(made) as shown:
        editor = await shown.open("minors")
        assert editor.check.set.value() == "minors"
