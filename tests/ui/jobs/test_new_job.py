"""A job is made: what it is about, what is asked, who answers, and where it runs."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton

from kireji.core.errors import JobError
from kireji.core.jobs.ports import BatchLimits
from kireji.core.jobs.values import JobSource, Mode, SourceHead, SourceKind
from kireji.ui.jobs.new_job_words import NewJobStart
from tests.fakes.services import FakeSurroundings
from tests.support.accessibility import unnamed
from tests.support.waiting import until_true
from tests.ui.jobs.new_job_support import MAILS, Making, making
from tests.ui.jobs.results_support import SCHEMA

pytestmark = pytest.mark.qt


def chips(made: Making) -> dict[str, QPushButton]:
    """What inserts columns into the prompt."""
    shown = made.form.prompt.chips.findChildren(QPushButton)
    return {each.text(): each for each in shown if each.isVisibleTo(made.dialog)}


async def test_nothing_can_be_checked_before_something_is_chosen(tmp_path: Path) -> None:
    async with making(tmp_path) as made:
        await made.open()
        assert made.dialog.hint.text() == "Choose what is asked about first."
        assert not made.dialog.check_button.isEnabled()


@pytest.mark.parametrize(
    ("name", "kind", "fact"),
    [
        ("rows.jsonl", SourceKind.JSONL, "Lines of JSON · 10 B"),
        ("rows.ndjson", SourceKind.JSONL, "Lines of JSON · 10 B"),
        ("mails.csv", SourceKind.CSV, "Table · 10 B"),
        ("shot.png", SourceKind.PICTURES, "Pictures · 1 picture"),
    ],
)
async def test_a_file_is_what_its_ending_says(tmp_path: Path, name: str, kind: SourceKind, fact: str) -> None:
    async with making(tmp_path) as made:
        await made.open(made.file(name))
        assert made.form.job_source is not None
        assert made.form.job_source.kind is kind
        assert made.form.source.fact.text() == fact


async def test_a_folder_is_its_pictures(tmp_path: Path) -> None:
    async with making(tmp_path) as made:
        made.jobs.heads[str(tmp_path)] = SourceHead(pictures=1284)
        await made.open(tmp_path)
        assert made.form.source.fact.text() == "Folder of pictures · 1,284 pictures"


async def test_a_folder_without_pictures_makes_no_job(tmp_path: Path) -> None:
    async with making(tmp_path) as made:
        made.jobs.heads[str(tmp_path)] = SourceHead()
        await made.open(tmp_path, prompt="What is it?")
        assert made.dialog.hint.text() == "There is no picture in it."


async def test_another_kind_of_file_is_refused_by_name(tmp_path: Path) -> None:
    async with making(tmp_path) as made:
        await made.open()
        made.form.source.dropped.emit((made.file("notes.docx"),))
        await until_true(made.form.source.problem.text)
        assert made.form.source.problem.text().startswith("“notes.docx” is neither lines of JSON")
        assert made.form.job_source is None


async def test_several_files_only_when_all_are_pictures(tmp_path: Path) -> None:
    async with making(tmp_path) as made:
        await made.open(made.file("a.png"), made.file("b.jpg"))
        source = made.form.job_source
        assert source is not None
        assert (source.kind, len(source.paths)) == (SourceKind.PICTURES, 2)
        made.form.source.dropped.emit((made.file("a.png"), made.file("mails.csv")))
        await until_true(made.form.source.problem.text)
        assert "One file or one folder makes a job" in made.form.source.problem.text()


async def test_what_is_dropped_is_the_source(tmp_path: Path) -> None:
    async with making(tmp_path) as made:
        await made.open()
        path = made.file("rows.jsonl")
        data = QMimeData()
        data.setUrls([QUrl.fromLocalFile(str(path))])
        card = made.form.source
        drop = QDropEvent(
            QPointF(5, 5), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
        )
        card.dropEvent(drop)
        await until_true(lambda: made.form.head is not None)
        assert made.form.source.title.accessibleName() == "rows.jsonl"


async def test_a_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    async with making(tmp_path) as made:
        await made.open()
        made.jobs.failure = JobError("mails.csv has no columns.", "The first row names them.")
        made.form.source.dropped.emit((made.file("mails.csv"),))
        await until_true(made.form.source.problem.text)
        assert made.form.source.problem.text() == "mails.csv has no columns. The first row names them."
        assert made.form.job_source is None


async def test_the_last_captures(tmp_path: Path) -> None:
    async with making(tmp_path) as made:
        await made.open()
        for number in range(3):
            made.below.captures.pictures[f"{number:064}"] = b"png"
        made.form.source.captures.click()
        await until_true(lambda: made.form.job_source)
        source = made.form.job_source
        assert source is not None
        assert source.kind is SourceKind.PICTURES
        assert source.label == "The last 3 captures"
        assert made.form.source.number.isVisibleTo(made.dialog)


async def test_without_captures_it_is_said_so(tmp_path: Path) -> None:
    async with making(tmp_path) as made:
        await made.open()
        made.form.source.captures.click()
        await until_true(made.form.source.problem.text)
        assert made.form.source.problem.text() == (
            "There are no captures yet. Capture something, then choose this again."
        )


async def test_columns_are_inserted_where_the_cursor_stands(tmp_path: Path) -> None:
    async with making(tmp_path) as made:
        await made.open(made.file("mails.csv", MAILS), prompt="Sort: !")
        field = made.form.prompt.field
        cursor = field.textCursor()
        cursor.setPosition(6)
        field.setTextCursor(cursor)
        chips(made)["{mail}"].click()
        assert made.form.prompt.text() == "Sort: {mail}!"


async def test_the_first_row_is_shown_as_it_will_be_asked(tmp_path: Path) -> None:
    async with making(tmp_path) as made:
        await made.open(made.file("mails.csv", MAILS), prompt="{subject}: {mail}")
        assert made.form.prompt.preview.text() == "Invoice: Dear team"


async def test_a_column_that_is_not_there_is_told(tmp_path: Path) -> None:
    async with making(tmp_path) as made:
        await made.open(made.file("mails.csv", MAILS), prompt="{subjekt}")
        assert "did you mean “subject”?" in made.form.prompt.problem.text()
        assert not made.dialog.check_button.isEnabled()


async def test_lines_need_no_prompt_of_their_own(tmp_path: Path) -> None:
    async with making(tmp_path) as made:
        await made.open(made.file("rows.jsonl"))
        assert made.dialog.check_button.isEnabled()


async def test_pictures_do(tmp_path: Path) -> None:
    async with making(tmp_path) as made:
        await made.open(made.file("a.png"))
        assert made.dialog.hint.text() == "Write a prompt."
        made.form.prompt.field.setPlainText("What is it?")
        assert made.dialog.check_button.isEnabled()


async def test_a_model_without_batches_is_asked_one_by_one(tmp_path: Path) -> None:
    async with making(tmp_path) as made:
        made.jobs.terms = None
        await made.open(made.file("rows.jsonl"))
        batch = made.form.where.radio(Mode.BATCH)
        assert not batch.isEnabled()
        assert "has no batch service for" in batch.accessibleDescription()
        assert made.form.where.mode() is Mode.LIVE


async def test_batches_that_take_no_pictures_of_this_computer(tmp_path: Path) -> None:
    async with making(tmp_path) as made:
        made.jobs.terms = BatchLimits(5_000, 200_000_000, 10_000_000, stored_pictures=False)
        await made.open(made.file("a.png"), prompt="What is it?")
        await until_true(lambda: not made.form.where.radio(Mode.BATCH).isEnabled())
        assert "take no pictures from this computer" in made.form.where.radio(Mode.BATCH).accessibleDescription()
        assert made.form.where.mode() is Mode.LIVE


async def test_both_ways_say_their_price(tmp_path: Path) -> None:
    async with making(tmp_path) as made:
        await made.open()
        assert made.form.where.radio(Mode.BATCH).text() == "Batch service: half price, within a day"
        assert made.form.where.radio(Mode.LIVE).text() == "Now, one by one: full price"


async def test_a_model_that_lines_name_holds_until_another_is_chosen(tmp_path: Path) -> None:
    async with making(tmp_path) as made:
        await made.open(made.file("rows.jsonl", SourceHead(bytes=10, model="claude-opus-5-5")))
        await until_true(lambda: "named in the file" in made.form.price.text())
        await made.read()
        assert made.added()[0].model == ""


async def test_the_schema_shows_its_columns(tmp_path: Path) -> None:
    async with making(tmp_path) as made:
        await made.open(made.file("rows.jsonl"))
        made.form.schema.show_text(SCHEMA.decode())
        assert made.form.schema.columns.text() == (
            "Columns: shop (text), total (number), items (whole number), paid (yes or no), lines (list)"
        )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"type": "object"', "This is no JSON: look at line 1, column 18."),
        ("[]", "A schema is a JSON object, in braces."),
        ("[" * 100_000, "The schema is nested too deeply."),
    ],
)
async def test_a_schema_that_is_none_is_told(tmp_path: Path, text: str, said: str) -> None:
    async with making(tmp_path) as made:
        await made.open(made.file("rows.jsonl"))
        made.form.schema.show_text(text)
        assert made.form.schema.problem.text() == said
        assert not made.dialog.check_button.isEnabled()


async def test_everything_that_was_filled_in_is_planned(tmp_path: Path) -> None:
    async with making(tmp_path) as made:
        path = made.file("mails.csv", MAILS)
        await made.open(path, prompt="{mail}", system="Answer in one word.")
        made.form.name.field.setText("Support mail")
        made.form.longest.field.setText("300")
        made.form.longest.field.setModified(True)
        made.form.longest.field.editingFinished.emit()
        made.form.schema.show_text(SCHEMA.decode())
        made.form.reuse.switch.click()
        made.form.where.choose(Mode.LIVE)
        await made.read()
        plan, source = made.added()
        assert source == JobSource(SourceKind.CSV, (str(path),), label="mails.csv")
        assert (plan.name, plan.prompt, plan.system) == ("Support mail", "{mail}", "Answer in one word.")
        assert (plan.max_tokens, plan.mode, plan.reuse) == (300, Mode.LIVE, True)
        assert plan.schema == SCHEMA
        assert plan.provider == "anthropic"


async def test_without_a_name_it_is_called_as_its_file(tmp_path: Path) -> None:
    async with making(tmp_path) as made:
        await made.open(made.file("Receipts 2026.jsonl"))
        await made.read()
        assert made.added()[0].name == "Receipts 2026"


async def test_the_reader_of_this_computer_answers_no_rows(tmp_path: Path) -> None:
    async with making(tmp_path, FakeSurroundings()) as made:
        made.presenter.open(NewJobStart(paths=(made.file("rows.jsonl"),)))
        await until_true(lambda: made.form.price.text())
        assert made.form.model.button.text() == "Choose a model"
        assert made.form.price.text() == "Nobody is set up who could answer. Add a key in the settings."
        await until_true(lambda: made.dialog.hint.text() == "Choose a model.")


async def test_everything_has_a_name_and_escape_closes(tmp_path: Path) -> None:
    async with making(tmp_path) as made:
        await made.open(made.file("mails.csv", MAILS), prompt="{mail}")
        made.form.schema.show_text(SCHEMA.decode())
        assert unnamed(made.dialog) == []
        QTest.keyClick(made.dialog, Qt.Key.Key_Escape)
        await until_true(lambda: made.presenter.dialog is None)


async def test_ctrl_enter_checks_from_within_a_field(tmp_path: Path) -> None:
    async with making(tmp_path) as made:
        await made.open(made.file("rows.jsonl"))
        made.dialog.activateWindow()
        await until_true(made.dialog.isActiveWindow)
        made.form.prompt.field.setFocus()
        QTest.keyClick(made.form.prompt.field, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
        await until_true(lambda: made.jobs.orders)
        assert made.form.prompt.text() == ""
