"""The page "Policies": the list, and ways in and out of it."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from kireji.ui.settings.policies.policy_list import DUPLICATE, EXPORT, REMOVE
from tests.ui.settings.policies_support import HOUSE, page_over, world

pytestmark = pytest.mark.qt


async def test_shipped_own_changed_and_broken_policies_are_told_apart() -> None:
    made = world()
    made.policies.came["other"] = HOUSE.replace('"House"', '"Other"').encode()
    made.policies.files["other"] = HOUSE.replace('"House"', '"Other of mine"').encode()
    made.policies.files["mine"] = HOUSE.replace('"House"', '"Mine"').encode()
    made.policies.files["torn"] = HOUSE.replace('"block"', '"forbid"').encode()
    async with page_over(made) as shown:
        rows = {row.name: (row.title.text(), row.chip.text()) for row in shown.page.list.rows}
        assert rows == {
            "house": ("House", ""),
            "mine": ("Mine", "yours"),
            "other": ("Other of mine", "changed"),
            "torn": ("torn", "cannot be used"),
        }
        torn = shown.page.list.row("torn")
        assert torn is not None
        assert torn.problem.text().startswith("Line 21 · Error: ")
        assert shown.page.list.rows[0].about.text() == "Version 3 · 1 category · What our forum takes down."


async def test_a_new_policy_begins_with_a_template_that_can_be_used() -> None:
    async with page_over(world()) as shown:
        shown.page.new.setFocus()
        QTest.keyClick(shown.page.new, Qt.Key.Key_Return)
        QTest.keyClicks(shown.page.beginning.title, "Our forum")
        QTest.keyClick(shown.page.beginning.title, Qt.Key.Key_Return)
        await shown.until(lambda: shown.page.editing)
        await shown.read()
        editor = shown.editor
        assert (editor.written_name(), editor.parsed.policy and editor.parsed.policy.title) == (
            "our-forum",
            "Our forum",
        )
        assert editor.parsed.problems == ()
        editor.save.click()
        await shown.until(lambda: "our-forum" in shown.world.policies.files)
        assert b"# the mildest level first" in shown.world.policies.files["our-forum"]


async def test_a_copy_keeps_the_comments_and_counts_from_one() -> None:
    async with page_over(world()) as shown:
        shown.page.list.wanted.emit(DUPLICATE, "house")
        assert shown.page.beginning.title.text() == "Copy of House"
        shown.page.beginning.go.click()
        await shown.until(lambda: shown.page.editing)
        await shown.read()
        policy = shown.editor.parsed.policy
        assert policy is not None
        assert (policy.name, policy.title, policy.version) == ("copy-of-house", "Copy of House", 1)
        assert "# Ours, with care." in shown.editor.text()


async def test_a_changed_policy_is_restored_and_an_own_one_removed() -> None:
    made = world()
    made.policies.files["house"] = HOUSE.replace('"House"', '"House of mine"').encode()
    made.policies.files["mine"] = HOUSE.replace('"House"', '"Mine"').encode()
    async with page_over(made) as shown:
        row = shown.page.list.row("house")
        assert row is not None
        assert (REMOVE, "Restore the one from Kireji") in row.entries()
        shown.page.list.wanted.emit(REMOVE, "house")
        await shown.until(lambda: "holds again" in shown.page.sentence.text())
        assert row.title.text() == "House"
        assert [what for what, _ in row.entries()] == [DUPLICATE, EXPORT]
        shown.page.list.wanted.emit(REMOVE, "mine")
        await shown.until(lambda: shown.page.list.row("mine") is None)


async def test_a_file_is_imported_into_the_editor_and_exported_as_it_is(tmp_path: Path) -> None:
    async with page_over(world()) as shown:
        source, target = tmp_path / "Our Rules.toml", tmp_path / "out.toml"
        source.write_bytes(HOUSE.replace("\n", "\r\n").encode())
        shown.page.import_chosen.emit(str(source))
        await shown.until(lambda: shown.page.editing)
        assert shown.editor.written_name() == "our-rules"
        shown.editor.save.click()
        await shown.until(lambda: "our-rules" in shown.world.policies.files)
        shown.page.export_chosen.emit("our-rules", str(target))
        await shown.until(target.exists)
        await shown.until(lambda: "Exported to" in shown.page.sentence.text())
        assert target.read_bytes() == shown.world.policies.files["our-rules"]


@pytest.mark.parametrize(
    ("data", "told"),
    [(b'title = "\xff"', "is not UTF-8 text"), (b"#" * 20_000, "too long to be shown"), (None, "cannot be read")],
)
async def test_a_file_that_is_no_policy_text_is_refused_in_a_sentence(
    tmp_path: Path, data: bytes | None, told: str
) -> None:
    path = tmp_path / "x.toml"
    if data is not None:
        path.write_bytes(data)
    async with page_over(world()) as shown:
        shown.page.import_chosen.emit(str(path))
        await shown.until(lambda: told in shown.page.sentence.text())
        assert not shown.page.editing
