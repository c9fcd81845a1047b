"""Trying a policy as it is being written."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from kireji.core.desktop_ports import ClipboardContent
from kireji.core.moderation.verdicts import Action
from kireji.ui.settings.policies.editor import TRIAL
from tests.fakes.provider import Hold, answer
from tests.ui.settings.policies_support import HOUSE, page_over, verdict, world

pytestmark = pytest.mark.qt


async def test_a_text_is_judged_by_what_is_written_and_not_saved() -> None:
    async with page_over(world(verdict("once"), verdict("once"))) as shown:
        editor = await shown.open()
        editor.segments.press(TRIAL)
        QTest.keyClicks(editor.trial.field, "Buy now")
        QTest.keyClick(editor.trial.field, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
        await shown.until(lambda: not editor.trial.content.isHidden())
        assert editor.trial.verdict.headline.text() == "Review: 1 finding"
        editor.overview.cards[0].levels[0].action.choose(Action.BLOCK)
        editor.trial.judge.click()
        await shown.until(lambda: editor.trial.verdict.headline.text() == "Block: 1 finding")
        assert "$" in editor.trial.cost.text() or "not known" in editor.trial.cost.text()
        assert shown.world.policies.files == {}
        assert await shown.world.conversations.load(1) is None


async def test_nothing_is_judged_while_it_is_typed() -> None:
    async with page_over(world()) as shown:
        editor = await shown.open()
        editor.segments.press(TRIAL)
        QTest.keyClicks(editor.trial.field, "Buy now")
        await shown.read()
        assert shown.world.remote.asked == []


async def test_an_example_is_judged_with_one_click_and_held_to_what_the_policy_says() -> None:
    async with page_over(world(verdict("once"), verdict("once"))) as shown:
        editor = await shown.open()
        example, counterexample = editor.overview.cards[0].tries
        assert example.accessibleName() == "Judge this example: Cheap watches, only today!"
        QTest.keyClick(example, Qt.Key.Key_Return)
        await shown.until(lambda: editor.trial.expected.text())
        assert editor.segments.value() == TRIAL
        assert editor.trial.expected.text() == "As the policy says: it is found in “Spam”."
        QTest.keyClick(counterexample, Qt.Key.Key_Return)
        await shown.until(lambda: editor.trial.expected.text().startswith("Not as the policy says"))


async def test_a_policy_with_errors_judges_nothing_and_says_so() -> None:
    async with page_over(world()) as shown:
        editor = await shown.open()
        await shown.write(HOUSE.replace('"block"', '"forbid"'))
        editor.segments.press(TRIAL)
        QTest.keyClicks(editor.trial.field, "Buy now")
        editor.trial.judge.click()
        await shown.until(lambda: "has errors" in editor.trial.problem.text())
        assert shown.world.remote.asked == []


async def test_nothing_to_judge_is_said() -> None:
    async with page_over(world()) as shown:
        editor = await shown.open()
        editor.trial.judge.click()
        await shown.until(lambda: editor.trial.problem.text())


async def test_it_can_be_stopped() -> None:
    hold = Hold()
    async with page_over(world([hold, *answer("{}")])) as shown:
        editor = await shown.open()
        editor.segments.press(TRIAL)
        editor.trial.show_text("Buy now")
        editor.trial.judge.click()
        await shown.until(lambda: shown.world.remote.asked)
        assert not editor.trial.judge.isEnabled()
        editor.trial.stop.click()
        await shown.until(lambda: "stopped" in editor.trial.problem.text())
        assert editor.trial.judge.isEnabled()


async def test_a_picture_is_pasted_judged_and_taken_away() -> None:
    made = world(verdict())
    made.clipboard.content = ClipboardContent(picture=b"PNG")
    async with page_over(made) as shown:
        editor = await shown.open()
        editor.segments.press(TRIAL)
        editor.trial.paste_picture.click()
        await shown.until(lambda: editor.trial.picture_name.text() == "pasted picture")
        editor.trial.judge.click()
        await shown.until(lambda: not editor.trial.content.isHidden())
        assert editor.trial.verdict.headline.text() == "Allow: nothing was found"
        assert len(made.remote.encoded[0].messages[0].images) == 1
        editor.trial.remove.click()
        editor.trial.judge.click()
        await shown.until(lambda: editor.trial.problem.text())
