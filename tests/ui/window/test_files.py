"""Files that go along with a question: dropped, pasted as too many words, looked at."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtTest import QTest

from kireji.core.desktop_ports import ClipboardContent
from kireji.core.sources import SourceKind
from kireji.ui.chat.attachment_row import AttachmentTile
from kireji.ui.chat.text_dialog import TextDialog
from tests.fakes.services import FakeSurroundings
from tests.ui.window.support import Stand, window_over

pytestmark = pytest.mark.qt


def tiles(stand: Stand) -> list[AttachmentTile]:
    return list(stand.window.chat.composer.attachments.tiles())


async def test_of_several_dropped_files_each_is_taken_for_what_it_is(tmp_path: Path) -> None:
    files = {"notes.md": "Grüße".encode("utf-16"), "bill.pdf": b"%PDF-1.7", "a.png": b"a picture", "a.zip": b"PK\3\4\0"}
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    (tmp_path / "folder").mkdir()
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(tmp_path / name)) for name in (*files, "folder")])
    copy, left, none = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    async with window_over(FakeSurroundings().with_key()) as stand:
        stand.window.dropEvent(QDropEvent(QPoint(9, 9).toPointF(), copy, mime, left, none))
        drafts = stand.presenter.chat.drafts
        await stand.until(lambda: len(tiles(stand)) == 3 and all(each.part for each in drafts.draft.attachments))
        assert [(tile._full_name, tile.fact()) for tile in tiles(stand)] == [
            ("notes.md", "Text, 7 B"),
            ("bill.pdf", "PDF, 8 B"),
            ("a.png", "1 × 1"),
        ]
        told = stand.window.chat.notice.sentence()
        assert "a.zip: This is an archive, which models cannot read. Attach text, a PDF or pictures." in told
        assert "folder" not in told
        sources = [(one.kind, one.place, one.name) for one in drafts.draft.sources]
        assert sources == [(SourceKind.FOLDER, str(tmp_path / "folder"), "folder")]


async def test_a_very_long_line_is_shown_by_its_beginning() -> None:
    async with window_over(FakeSurroundings().with_key()) as stand:
        dialog = TextDialog(stand.theme, 1, "a.json", "x" * 5_000_000, stand.window)
        assert len(dialog._body.toPlainText()) == 20_000
        assert not dialog._into_field.isEnabled()
        dialog.close()


async def test_words_without_end_become_a_file_below_the_field() -> None:
    below = FakeSurroundings().with_key()
    async with window_over(below) as stand:
        below.clipboard.content = ClipboardContent(text="x" * 5_000_000)
        QTest.keyClick(stand.window.chat.composer.field, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
        await stand.until(lambda: tiles(stand) and tiles(stand)[0].fact() == "Text, 4.8 MiB")
        assert (tiles(stand)[0]._full_name, stand.window.chat.composer.text()) == ("Pasted text", "")
