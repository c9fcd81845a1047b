"""The page "Prompts": the list, the editor, ways in and out of files."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from kireji.core.prompt_bundles import Clash
from kireji.core.prompts import Prompt, Variable, VariableKind
from kireji.core.shortcuts import Shortcut
from kireji.core.structured.forms import AnswerForm
from kireji.storage.prompt_bundles import packed
from kireji.ui.settings.prompts.library import DOWN, DUPLICATE, EDIT, EXPORT, REMOVE, UP
from kireji.ui.settings.prompts.ordering import moved
from tests.fakes.desktop import FakeHotkeys
from tests.fakes.prompts import MemoryPromptStore
from tests.fakes.world import World
from tests.ui.settings.prompts_support import Shown, page_over

pytestmark = pytest.mark.qt

MINE = Prompt(
    "mine",
    "Mine",
    "In a {{tone}} tone: {{text}}",
    {
        "tone": Variable("Tone", "warm", VariableKind.CHOICE, ("warm", "cold")),
        "text": Variable("The text", kind=VariableKind.CLIPBOARD),
    },
    order=200,
    own=True,
)


def world(*more: Prompt) -> World:
    made = World()
    shipped = (Prompt("explain", "Explain", "Explain it.", order=10), Prompt("sum", "Sum up", "Sum up.", order=20))
    made.prompts = MemoryPromptStore(*shipped, *more)
    return made


def type_into(field: QWidget, text: str) -> None:
    field.setFocus()
    QTest.keyClick(field, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClicks(field, text)


def edit(shown: Shown, name: str) -> None:
    row = shown.page.library.row(name)
    assert row is not None
    row.edit.click()
    assert shown.page.editing


def stored(shown: Shown, name: str) -> Prompt:
    return next(prompt for prompt in shown.store.found if prompt.name == name)


async def test_all_prompts_are_listed_and_those_of_the_person_are_marked() -> None:
    own = Prompt("explain", "Explain to me", "x", order=10, own=True)
    made = world(MINE)
    await made.prompts.save(own)
    async with page_over(made) as shown:
        rows = [(row.title.text(), row.chip.text()) for row in shown.page.library.rows]
        assert rows == [("Explain to me", "changed"), ("Sum up", ""), ("Mine", "yours")]


async def test_problems_with_files_are_told() -> None:
    made = world()
    made.prompts.wrong = ("The prompt a.md (line 2) cannot be used: x.",)
    async with page_over(made) as shown:
        await shown.until(lambda: shown.page.problems.text() == "The prompt a.md (line 2) cannot be used: x.")


async def test_a_new_prompt_is_written_by_keys_alone() -> None:
    async with page_over(world()) as shown:
        shown.page.new.setFocus()
        QTest.keyClick(shown.page.new, Qt.Key.Key_Return)
        editor = shown.page.editor
        assert shown.page.focusWidget() is editor.title
        QTest.keyClicks(editor.title, "Find bugs")
        assert editor.name.text() == "find-bugs"
        type_into(editor.words.field, "Find the bugs in {{what}}.")
        [offer] = [each for each in editor.variables.findChildren(QWidget) if each.property("variable") == "what"]
        QTest.keyClick(offer, Qt.Key.Key_Return)
        QTest.keyClicks(editor.variables.rows[0].description, "Language")
        QTest.keyClick(editor.title, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
        await shown.until(lambda: not shown.page.editing)
        assert stored(shown, "find-bugs") == Prompt(
            "find-bugs", "Find bugs", "Find the bugs in {{what}}.", {"what": Variable("Language")}, 100, True
        )
        assert shown.page.sentence.text() == "“Find bugs” is saved."


async def test_a_prompt_without_a_title_is_not_saved_and_the_reason_is_said() -> None:
    async with page_over(world()) as shown:
        shown.page.new.click()
        editor = shown.page.editor
        editor.save.click()
        assert editor.problem.text() == "Give it a title."
        type_into(editor.title, "A")
        assert editor.problem.text() == "It cannot be saved: it has no words to ask."


async def test_a_name_that_another_own_prompt_has_is_refused() -> None:
    async with page_over(world(MINE)) as shown:
        shown.page.new.click()
        editor = shown.page.editor
        type_into(editor.title, "Other")
        type_into(editor.name, "mine")
        type_into(editor.words.field, "x")
        editor.save.click()
        assert editor.problem.text() == "You have another prompt of this name. Choose another name."


async def test_what_is_wrong_with_the_words_is_said_with_its_line_while_they_are_written() -> None:
    async with page_over(world(MINE)) as shown:
        edit(shown, "mine")
        editor = shown.page.editor
        editor.words.field.setPlainText("{{text}}\n{{tome}} and {{Tone}}")
        assert editor.remarks.text().splitlines() == [
            "Line 2: {{Tone}} is no place, since a name has only small letters, digits and _.",
            "Line 2: {{tome}} is no variable yet, so it is asked as it stands.",
            "The variable tone stands nowhere in its words.",
        ]


async def test_what_will_be_asked_is_shown_with_examples() -> None:
    async with page_over(world(MINE)) as shown:
        edit(shown, "mine")
        assert shown.page.editor.preview.text() == "In a warm tone:\n\n> ‹what was copied›"


async def test_a_choice_a_form_a_model_and_the_tray_are_edited() -> None:
    async with page_over(world(MINE)) as shown:
        edit(shown, "mine")
        editor = shown.page.editor
        tone = editor.variables.rows[0]
        tone.choices.setText("warm, cold, dry")
        tone.otherwise.choose("dry")
        editor.answer.tools.choose("these")
        editor.answer.names.setText("calculator, units")
        editor.use.tray.switch.click()
        editor.save.click()
        await shown.until(lambda: not shown.page.editing)
        saved = stored(shown, "mine")
        assert saved.variables["tone"] == Variable("Tone", "dry", VariableKind.CHOICE, ("warm", "cold", "dry"))
        assert (saved.tools, saved.tray) == (("calculator", "units"), False)


async def test_a_table_has_a_schema_that_is_checked() -> None:
    async with page_over(world()) as shown:
        shown.page.new.click()
        editor = shown.page.editor
        type_into(editor.title, "Receipt")
        editor.answer.form.choose(AnswerForm.FIELDS)
        editor.answer.schema.field.setPlainText("{")
        editor.save.click()
        assert "schema is not JSON" in editor.problem.text()
        editor.answer.schema.field.setPlainText('{"type": "object"}')
        editor.save.click()
        await shown.until(lambda: not shown.page.editing)
        assert stored(shown, "receipt").schema == b'{"type": "object"}'


async def test_escape_leaves_the_editor_only_when_nothing_was_written() -> None:
    async with page_over(world(MINE)) as shown:
        edit(shown, "mine")
        editor = shown.page.editor
        QTest.keyClicks(editor.title, "!")
        QTest.keyClick(editor.title, Qt.Key.Key_Escape)
        assert shown.page.editing
        assert "not saved" in editor.problem.text()
        editor.cancel.click()
        edit(shown, "mine")
        QTest.keyClick(editor.title, Qt.Key.Key_Escape)
        assert not shown.page.editing


async def test_a_copy_has_another_name_and_no_keys() -> None:
    async with page_over(world(MINE)) as shown:
        shown.page.library.wanted.emit(DUPLICATE, "mine")
        editor = shown.page.editor
        assert (editor.name.text(), editor.use.chord) == ("copy-of-mine", "")
        editor.save.click()
        await shown.until(lambda: not shown.page.editing)
        assert stored(shown, "copy-of-mine").text == MINE.text


async def test_a_changed_prompt_is_restored_and_an_own_one_removed() -> None:
    made = world(MINE)
    await made.prompts.save(Prompt("explain", "Explain to me", "x", order=10, own=True))
    async with page_over(made) as shown:
        row = shown.page.library.row("explain")
        assert row is not None
        assert ("remove", "Restore the one from Kireji") in row.entries()
        shown.page.library.wanted.emit(REMOVE, "explain")
        await shown.until(lambda: "holds again" in shown.page.sentence.text())
        assert stored(shown, "explain").title == "Explain"
        shown.page.library.wanted.emit(REMOVE, "mine")
        await shown.until(lambda: shown.page.library.row("mine") is None)


async def test_a_prompt_from_kireji_cannot_be_removed() -> None:
    async with page_over(world()) as shown:
        row = shown.page.library.row("sum")
        assert row is not None
        assert [what for what, _ in row.entries()] == [DUPLICATE, EXPORT]


async def test_keys_move_a_prompt_and_stay_with_it() -> None:
    async with page_over(world(MINE)) as shown:
        row = shown.page.library.row("mine")
        assert row is not None
        row.up.setFocus()
        QTest.keyClick(row.up, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
        await shown.until(lambda: [each.prompt.name for each in shown.page.library.rows] == ["explain", "mine", "sum"])
        assert shown.page.focusWidget() is row.up


def test_of_prompts_that_are_moved_as_few_as_possible_change() -> None:
    prompts = tuple(Prompt(name, name, "x", order=order) for name, order in (("a", 1), ("b", 2), ("c", 3), ("d", 50)))
    assert [(each.name, each.order) for each in moved(prompts, "d", -1)] == [("d", 3), ("c", 4)]
    assert [(each.name, each.order) for each in moved(prompts, "a", 1)] == [("a", 3), ("c", 4)]
    assert [(each.name, each.order) for each in moved(prompts, "c", 1)] == [("c", 60)]
    assert [(each.name, each.order) for each in moved(prompts, "b", -1)] == [("b", -9)]
    assert moved(prompts, "a", -1) == ()


async def test_keys_of_a_prompt_are_held_as_soon_as_it_is_saved() -> None:
    hotkeys = FakeHotkeys()
    async with page_over(world(MINE), hotkeys) as shown:
        edit(shown, "mine")
        recorder = shown.page.editor.use.recorder
        recorder.click()
        QTest.keyClick(recorder, Qt.Key.Key_R, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier)
        shown.page.editor.save.click()
        await shown.until(lambda: not shown.page.editing)
        assert Shortcut.parse("Ctrl+Alt+R") in hotkeys.holders
        shown.page.library.wanted.emit(REMOVE, "mine")
        await shown.until(lambda: Shortcut.parse("Ctrl+Alt+R") not in hotkeys.holders)


async def test_keys_that_are_ours_already_are_refused_in_a_sentence() -> None:
    async with page_over(world(MINE)) as shown:
        edit(shown, "mine")
        shown.page.editor.use.take("Ctrl+Shift+Space")
        shown.page.editor.save.click()
        sentence = "Ctrl+Shift+Space is already used for “Capture and ask”. Choose other keys."
        await shown.until(lambda: shown.page.editor.problem.text() == sentence)
        assert stored(shown, "mine").shortcut == ""


async def test_keys_that_another_program_has_are_told_when_the_prompt_is_saved() -> None:
    hotkeys = FakeHotkeys()
    chord = Shortcut.parse("Ctrl+Alt+T")
    assert chord is not None
    hotkeys.taken.add(chord)
    async with page_over(world(MINE), hotkeys) as shown:
        edit(shown, "mine")
        shown.page.editor.use.take("Ctrl+Alt+T")
        shown.page.editor.save.click()
        await shown.until(lambda: "already used by another program" in shown.page.sentence.text())


async def test_what_is_imported_shows_what_becomes_of_those_whose_names_others_have() -> None:
    async with page_over(world(MINE)) as shown:
        path = Path("/x.zip")
        shown.store.files[path] = packed(
            [("mine", b"Other words."), ("new", b'+++\nshortcut = "Ctrl+Alt+N"\n+++\nNew words.'), ("bad", b"")]
        )
        shown.page.import_chosen.emit(str(path))
        part = shown.page.importing
        await shown.until(lambda: not part.isHidden())
        assert list(part.rows) == ["mine"]
        assert part.rows["mine"].value() is Clash.KEEP_BOTH
        assert "bad.md cannot be used" in part.problems.text()
        assert "\u2068New\u2069 comes without its keys, Ctrl+Alt+N" in part.problems.text()
        part.rows["mine"].choose(Clash.REPLACE)
        part.go.click()
        await shown.until(lambda: shown.page.sentence.text() == "2 prompts are imported.")
        assert (stored(shown, "mine").text, stored(shown, "new").shortcut) == ("Other words.", "")


async def test_prompts_are_exported_where_the_person_says() -> None:
    async with page_over(world(MINE)) as shown:
        shown.page.export_chosen.emit(("explain", "sum", "mine"), "/somewhere/all")
        await shown.until(lambda: shown.page.sentence.text() == "Exported to /somewhere/all.zip.")
        assert Path("/somewhere/all.zip") in shown.store.files


async def test_everything_that_takes_the_keyboard_has_a_name() -> None:
    async with page_over(world(MINE)) as shown:
        edit(shown, "mine")
        nameless = [
            type(each).__name__
            for each in shown.page.findChildren(QWidget)
            if each.focusPolicy() & Qt.FocusPolicy.TabFocus
            and each.window() is shown.page.window()
            and not each.accessibleName()
        ]
        assert nameless == []


@pytest.mark.parametrize("what", [UP, DOWN, EDIT])
async def test_a_prompt_that_has_gone_meanwhile_is_left_alone(what: str) -> None:
    async with page_over(world()) as shown:
        shown.page.library.wanted.emit(what, "gone")
        assert not shown.page.editing
