from __future__ import annotations

import os
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QUrl
from PySide6.QtGui import QImage

from kireji.core.desktop_ports import ClipboardContent
from kireji.core.errors import DocumentError
from kireji.ui.chat.draft import Attachment, Draft
from kireji.ui.chat.sources import Given, IsFolder, dropped, given_by, read_file, takes

pytestmark = pytest.mark.qt


def names(given: Given) -> list[str]:
    return [source.name for source in given.sources]


def test_copied_files_come_before_the_icon_and_the_path_that_stand_beside_them() -> None:
    given = given_by(ClipboardContent(b"icon", ("file:///tmp/a%20b.png", "file:///tmp/c.gif"), "/tmp/a b.png"))
    assert (names(given), given.text) == (["a b.png", "c.gif"], "")


def test_the_words_of_a_table_come_before_a_picture_of_them() -> None:
    assert given_by(ClipboardContent(b"picture", (), "1\t2")) == Given(text="1\t2")


def test_a_copied_picture_is_taken_although_its_address_is_there_as_text() -> None:
    given = given_by(ClipboardContent(b"picture", (), "https://example.org/page"))
    assert (names(given), given.text) == (["Pasted picture"], "")


def test_a_lone_address_of_a_picture_is_fetched_and_one_of_a_page_is_text() -> None:
    assert names(given_by(ClipboardContent(text="https://example.org/a.png"))) == ["a.png"]
    assert given_by(ClipboardContent(text="https://example.org/a")) == Given(text="https://example.org/a")
    page = ClipboardContent(files=("https://example.org/a",))
    assert given_by(page) == Given(text="https://example.org/a")


def test_the_address_of_a_file_that_stands_in_text_is_only_text() -> None:
    assert given_by(ClipboardContent(text="file:///etc/a.png")) == Given(text="file:///etc/a.png")


def test_a_file_on_another_computer_is_refused() -> None:
    given = given_by(ClipboardContent(files=("file://elsewhere.example/share/a.png",)))
    assert given.sources == ()
    assert given.problem == "A file on another computer was not attached. Copy it to this one first."


def test_a_picture_dragged_out_of_a_page_is_itself_and_not_its_address() -> None:
    mime = QMimeData()
    mime.setUrls([QUrl("https://example.org/a.png")])
    mime.setText("https://example.org/a.png")
    mime.setImageData(QImage(4, 4, QImage.Format.Format_RGB32))
    assert takes(mime)
    given = dropped(mime)
    assert (names(given), given.text) == (["Dropped picture"], "")


def test_a_dropped_file_is_read_even_where_pixels_are_offered() -> None:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile("/tmp/ü 1.png")])
    mime.setImageData(QImage(4, 4, QImage.Format.Format_RGB32))
    assert names(dropped(mime)) == ["ü 1.png"]


def test_dropped_words_are_plain() -> None:
    mime = QMimeData()
    mime.setHtml("<b>bold</b><img src='file:///etc/passwd'>")
    mime.setText("bold")
    assert dropped(mime) == Given(text="bold")


def test_what_has_none_of_it_is_not_taken() -> None:
    mime = QMimeData()
    mime.setData("application/x-other", b"1")
    assert not takes(mime)


def test_a_named_pipe_does_not_wait_for_its_other_end(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.png"
    os.mkfifo(pipe)
    with pytest.raises(DocumentError, match="not a file that can be read"):
        read_file(pipe)


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match="cannot be read"):
        read_file(tmp_path / "none.png")


def test_a_folder_is_no_file_but_a_source(tmp_path: Path) -> None:
    with pytest.raises(IsFolder) as raised:
        read_file(tmp_path)
    assert raised.value.path == tmp_path


def test_a_file_that_is_too_large_is_not_read_whole(tmp_path: Path) -> None:
    large = tmp_path / "large.png"
    with large.open("wb") as file:
        file.truncate(80 * 1024 * 1024)
    with pytest.raises(DocumentError, match="larger than 64 MB"):
        read_file(large)


def test_what_is_quoted_comes_before_the_own_words() -> None:
    assert Draft("Why? ", quote="one\n\n  two\n").question == "> one\n>\n>   two\n\nWhy?"
    assert Draft("", quote="one\ntwo").question == "> one\n> two"
    assert Draft(" Why? ").question == "Why?"


def test_what_was_changed_since_it_went_out_stays() -> None:
    asked = Draft("Why?", (Attachment(1, "a"),), "quoted")
    now = Draft("Why? And how", (Attachment(1, "a"), Attachment(2, "b")), "quoted")
    assert now.less(asked) == Draft("Why? And how", (Attachment(2, "b"),))
    assert asked.less(asked) == Draft()
