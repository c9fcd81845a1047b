"""The editor of a policy: what is wrong with it, what controls change in its text, and saving."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton

from kireji.core.moderation.verdicts import Action
from kireji.ui.settings.policies.editor import OVERVIEW, TEXT
from tests.ui.settings.policies_support import HOUSE, page_over, world

pytestmark = pytest.mark.qt


async def test_what_is_wrong_is_said_with_its_line_while_it_is_written_and_leads_there() -> None:
    async with page_over(world()) as shown:
        editor = await shown.open()
        await shown.write(HOUSE.replace('"block"', '"forbid"').replace("version = 3", "version = 3\nauthor = 1"))
        words = [row.words() for row in editor.problems.rows]
        assert words == [
            "Line 22 · Error: action must be allow, review or block, not forbid.",
            "Line 4 · Remark: author means nothing here.",
        ]
        assert editor.state.text() == "1 error, 1 remark"
        QTest.keyClick(editor.problems.rows[0], Qt.Key.Key_Return)
        assert editor.code.line() == 22
        assert editor.code.field.hasFocus() or shown.page.focusWidget() is editor.code.field


async def test_saving_is_the_likeliest_step_only_where_something_was_written() -> None:
    async with page_over(world()) as shown:
        editor = await shown.open()
        assert editor.save.property("kind") == ""
        assert editor.chip.isHidden()  # it came with the program: nothing was saved
        await shown.write(HOUSE.replace("with care", "with much care"))
        assert editor.save.property("kind") == "primary"
        assert editor.chip.text() == "not saved"
        assert not editor.chip.isHidden()


async def test_another_part_keeps_the_keys_in_the_editor() -> None:
    async with page_over(world()) as shown:
        editor = await shown.open()
        editor.code.field.setFocus()
        editor.segments.press(OVERVIEW)
        focused = shown.page.window().focusWidget()
        assert isinstance(focused, QPushButton)
        assert editor.segments.isAncestorOf(focused)
        assert focused.isChecked()


async def test_typing_alone_has_it_read_after_a_moment() -> None:
    async with page_over(world()) as shown:
        editor = await shown.open()
        editor.code.go_to(1)
        QTest.keyClicks(editor.code.field, "x")
        await shown.until(lambda: editor.problems.rows)
        assert editor.problems.rows[0].words().startswith("Line 1 · Error: This is not TOML")


async def test_an_action_is_changed_by_control_and_the_comments_stay() -> None:
    async with page_over(world()) as shown:
        editor = await shown.open()
        level = editor.overview.cards[0].levels[0]
        assert level.chip.text() == "Review"
        level.action.choose(Action.BLOCK)
        assert editor.text() == HOUSE.replace('"review"               #', '"block"               #')
        await shown.read()
        assert level.chip.text() == "Block"
        editor.code.field.undo()
        await shown.read()
        assert (editor.text(), level.chip.text()) == (HOUSE, "Review")


async def test_a_contradiction_that_a_control_made_is_taken_back_with_it() -> None:
    async with page_over(world()) as shown:
        editor = await shown.open()
        graver = editor.overview.cards[0].levels[1]
        graver.action.choose(Action.ALLOW)
        await shown.read()
        assert "milder action" in editor.problems.rows[0].words()
        assert "has errors" in editor.overview.broken.text()
        graver.action.choose(Action.BLOCK)
        await shown.read()
        assert editor.problems.rows == []
        assert editor.overview.broken.isHidden()


async def test_changed_rules_are_saved_as_the_next_version() -> None:
    async with page_over(world()) as shown:
        editor = await shown.open()
        assert editor.save_next.isHidden()
        editor.overview.cards[0].levels[0].action.choose(Action.BLOCK)
        await shown.read()
        assert editor.save_next.text() == "Save as version 4"
        assert editor.save.text() == "Save, still version 3"
        assert "stands in the place of the one of this name" in editor.replaces.text()
        editor.save_next.click()
        await shown.until(lambda: "house" in shown.world.policies.files)
        await shown.until(lambda: editor.note.text() == "“House”, version 4, is saved.")
        saved = shown.world.policies.files["house"].decode()
        assert saved == HOUSE.replace('"review"               #', '"block"               #').replace(
            "version = 3", "version = 4"
        )
        assert not editor.touched


async def test_other_words_alone_need_no_other_version() -> None:
    async with page_over(world()) as shown:
        editor = await shown.open()
        await shown.write(HOUSE.replace("with care", "with much care"))
        assert editor.save_next.isHidden()
        assert editor.save.text() == "Save"


async def test_the_version_is_changed_by_control() -> None:
    async with page_over(world()) as shown:
        editor = await shown.open()
        editor.segments.press(OVERVIEW)
        editor.overview.version.field.setFocus()
        editor.overview.version.field.selectAll()
        QTest.keyClicks(editor.overview.version.field, "12")
        QTest.keyClick(editor.overview.version.field, Qt.Key.Key_Return)
        assert "version = 12\n" in editor.text()


async def test_what_cannot_be_used_is_not_saved_and_the_place_is_shown() -> None:
    async with page_over(world()) as shown:
        editor = await shown.open()
        await shown.write(HOUSE.replace('"block"', '"forbid"'))
        editor.segments.press(OVERVIEW)
        editor.save.click()
        await shown.until(lambda: "cannot be saved. Line 21" in editor.problem.text())
        assert (editor.segments.value(), editor.code.line()) == (TEXT, 21)
        assert shown.world.policies.files == {}


async def test_what_is_not_saved_is_asked_about() -> None:
    async with page_over(world()) as shown:
        editor = await shown.open()
        await shown.write(HOUSE + "# more\n")
        assert editor.chip.text() == "not saved"
        QTest.keyClick(editor.code.field, Qt.Key.Key_Escape)
        assert shown.page.editing
        assert "not saved" in editor.problem.text()
        editor.discard.click()
        assert not shown.page.editing
        await shown.open()
        QTest.keyClick(editor.code.field, Qt.Key.Key_Escape)
        assert not shown.page.editing


async def test_a_file_that_was_changed_elsewhere_is_not_written_over_unasked() -> None:
    made = world()
    made.policies.files["house"] = HOUSE.encode()
    async with page_over(made) as shown:
        editor = await shown.open()
        await shown.write(HOUSE + "# mine\n")
        made.policies.files["house"] = (HOUSE + "# theirs\n").encode()
        editor.save.click()
        await shown.until(lambda: not editor.changed_elsewhere.isHidden())
        assert made.policies.files["house"].endswith(b"# theirs\n")
        editor.changed_elsewhere.keep.click()
        await shown.until(lambda: made.policies.files["house"].endswith(b"# mine\n"))
        await shown.until(lambda: editor.changed_elsewhere.isHidden())


async def test_a_file_that_was_changed_elsewhere_is_shown_where_nothing_was_written() -> None:
    made = world()
    made.policies.files["house"] = HOUSE.encode()
    async with page_over(made) as shown:
        editor = await shown.open()
        made.policies.files["house"] = (HOUSE + "# theirs\n").encode()
        shown.presenter.show()
        await shown.until(lambda: editor.text().endswith("# theirs\n"))
        assert not editor.touched


async def test_a_name_that_another_own_policy_has_is_refused() -> None:
    made = world()
    made.policies.files["mine"] = HOUSE.encode()
    async with page_over(made) as shown:
        shown.page.new.click()
        QTest.keyClicks(shown.page.beginning.title, "X")
        shown.page.beginning.go.click()
        await shown.until(lambda: shown.page.editing)
        shown.editor.name_field.setText("mine")
        shown.editor.save.click()
        assert shown.editor.problem.text() == "You have another policy of this name. Choose another name."


async def test_signs_beyond_the_first_plane_do_not_move_what_is_changed() -> None:
    made = world(house=HOUSE.replace("Ours", "Ours 🦊🦊").replace("Cheap", "🦊 Cheap"))
    async with page_over(made) as shown:
        editor = await shown.open()
        before = editor.text()
        editor.overview.cards[0].levels[0].action.choose(Action.ALLOW)
        assert editor.text() == before.replace('"review"   ', '"allow"   ')
