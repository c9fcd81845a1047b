"""Pictures of rows on disk, and how rows come to have them."""

from __future__ import annotations

import base64
import os
from pathlib import Path

import pytest

from kireji.core.errors import StoreCorrupt
from kireji.core.messages import ImagePart
from kireji.core.ports import EncodedPicture
from kireji.imaging.codec import PillowCodec
from kireji.storage.jobs.pictures import FileJobPictures
from kireji.storage.jobs.row_pictures import LARGEST_FILE, PictureRefused, RowPictures
from tests.support.pictures import png


class Counting:
    """The real codec, and how often it was asked."""

    def __init__(self) -> None:
        self.asked = 0

    def __call__(self, data: bytes) -> EncodedPicture:
        self.asked += 1
        return PillowCodec().encode_file(data)


def stored(folder: Path) -> list[str]:
    return [file.name for file in folder.rglob("*") if file.is_file()]


@pytest.fixture
def encode() -> Counting:
    return Counting()


@pytest.fixture
def pictures(tmp_path: Path, encode: Counting) -> RowPictures:
    (tmp_path / "in").mkdir()
    return RowPictures(tmp_path / "in", encode, FileJobPictures(tmp_path / "kept" / "pictures"))


def refused(pictures: RowPictures, name: str) -> str:
    with pytest.raises(PictureRefused) as caught:
        pictures.get(name)
    return caught.value.sentence


async def test_a_picture_is_kept_under_the_hash_of_its_bytes(tmp_path: Path, pictures: RowPictures) -> None:
    (tmp_path / "in" / "ä b.png").write_bytes(png(3, 2))
    part = pictures.get("ä b.png")
    store = FileJobPictures(tmp_path / "kept" / "pictures")
    assert (part.media_type, part.width, part.height) == ("image/png", 3, 2)
    assert await store.get(part) == png(3, 2)
    file = tmp_path / "kept" / "pictures" / part.blob[:2] / f"{part.blob}.png"
    assert file.stat().st_mode & 0o777 == 0o600


def test_the_same_file_is_read_once(tmp_path: Path, pictures: RowPictures, encode: Counting) -> None:
    (tmp_path / "in" / "a.png").write_bytes(png(3, 2))
    assert pictures.get("a.png") == pictures.get(str(tmp_path / "in" / "a.png"))
    pictures.settle()
    pictures.get("a.png")
    assert encode.asked == 1


def test_a_file_that_changes_is_read_again(tmp_path: Path, pictures: RowPictures) -> None:
    (tmp_path / "in" / "a.png").write_bytes(png(3, 2))
    before = pictures.get("a.png")
    (tmp_path / "in" / "a.png").write_bytes(png(3, 3))
    assert pictures.get("a.png") != before


def test_the_same_picture_under_two_names_is_stored_once(tmp_path: Path, pictures: RowPictures) -> None:
    for name in ("a.png", "b.png"):
        (tmp_path / "in" / name).write_bytes(png(3, 2))
    assert pictures.get("a.png") == pictures.get("b.png")
    assert len(stored(tmp_path / "kept")) == 1


def test_what_is_deleted_before_its_row_is_written_is_written_again(tmp_path: Path, pictures: RowPictures) -> None:
    (tmp_path / "in" / "a.png").write_bytes(png(3, 2))
    part = pictures.get("a.png")
    FileJobPictures(tmp_path / "kept" / "pictures").drop([(part.blob, part.media_type)])
    assert stored(tmp_path / "kept") == []
    pictures.restore()
    assert stored(tmp_path / "kept") == [f"{part.blob}.png"]


def test_what_was_deleted_with_another_job_is_read_again(tmp_path: Path, pictures: RowPictures) -> None:
    (tmp_path / "in" / "a.png").write_bytes(png(3, 2))
    part = pictures.get("a.png")
    pictures.settle()
    FileJobPictures(tmp_path / "kept" / "pictures").drop([(part.blob, part.media_type)])
    assert pictures.get("a.png") == part
    assert stored(tmp_path / "kept") == [f"{part.blob}.png"]


def test_how_much_is_held_in_memory_is_known(tmp_path: Path, pictures: RowPictures) -> None:
    (tmp_path / "in" / "a.png").write_bytes(png(30, 20))
    part = pictures.get("a.png")
    assert pictures.held == pictures.size(part) > 0
    pictures.settle()
    assert pictures.held == 0


def test_a_picture_may_stand_in_the_line_itself(pictures: RowPictures) -> None:
    address = f"data:image/png;base64,{base64.b64encode(png(3, 2)).decode()}"
    assert pictures.get(address).width == 3
    assert "base64" in refused(pictures, "data:image/png;base64,???")
    assert "not a picture" in refused(pictures, "data:image/png;base64,aGFsbG8=")


def test_large_pictures_are_shrunk_as_everywhere(tmp_path: Path, pictures: RowPictures) -> None:
    (tmp_path / "in" / "a.png").write_bytes(png(2_500, 10))
    assert pictures.get("a.png").width == 2_000


def test_links_are_followed(tmp_path: Path, pictures: RowPictures) -> None:
    (tmp_path / "in" / "a.png").write_bytes(png(3, 2))
    (tmp_path / "in" / "link.png").symlink_to("a.png")
    assert pictures.get("link.png").width == 3


def test_pictures_that_cannot_go_along_are_refused_with_the_reason(tmp_path: Path, pictures: RowPictures) -> None:
    (tmp_path / "in" / "text.png").write_text("hello")
    (tmp_path / "in" / "broken.png").write_bytes(png(30, 20)[:80])
    (tmp_path / "in" / "empty.png").write_bytes(b"")
    (tmp_path / "in" / "folder").mkdir()
    os.mkfifo(tmp_path / "in" / "pipe.png")
    with (tmp_path / "in" / "huge.png").open("wb") as file:
        file.truncate(LARGEST_FILE + 1)
    assert refused(pictures, "missing.png") == "There is no picture missing.png."
    assert refused(pictures, "text.png").startswith("text.png: This is not a picture.")
    assert refused(pictures, "broken.png").startswith("broken.png: The PNG file is damaged.")
    assert refused(pictures, "empty.png").startswith("empty.png: The file is empty.")
    assert refused(pictures, "folder") == "folder is a folder."
    assert refused(pictures, "pipe.png") == "pipe.png is not a file."
    assert "larger than 64 MB" in refused(pictures, "huge.png")
    assert "cannot be read" in refused(pictures, "a\0b.png")
    assert "not on this computer" in refused(pictures, "\\\\server\\share\\a.png")


def test_what_would_make_a_reader_wait_is_refused_though_the_system_calls_it_a_file(
    tmp_path: Path, pictures: RowPictures, monkeypatch: pytest.MonkeyPatch
) -> None:
    os.mkfifo(tmp_path / "in" / "log.png")
    writer = os.open(tmp_path / "in" / "log.png", os.O_RDWR)
    monkeypatch.setattr("kireji.storage.jobs.row_pictures.stat.S_ISREG", lambda mode: True)
    try:
        assert refused(pictures, "log.png") == "log.png is not a file."
    finally:
        os.close(writer)


async def test_a_picture_that_was_changed_on_disk_is_not_given_out(tmp_path: Path) -> None:
    store = FileJobPictures(tmp_path)
    part = store.keep(PillowCodec().encode_file(png(3, 2)))
    (tmp_path / part.blob[:2] / f"{part.blob}.png").write_bytes(png(3, 3))
    with pytest.raises(StoreCorrupt):
        await store.get(part)
    store.keep(PillowCodec().encode_file(png(3, 2)))
    assert await store.get(part) == png(3, 2)


@pytest.mark.parametrize("blob", ["", "../../secret", "AB" * 32])
async def test_a_name_in_a_row_is_no_path(tmp_path: Path, blob: str) -> None:
    with pytest.raises(StoreCorrupt):
        await FileJobPictures(tmp_path).get(ImagePart(blob, "image/png", 1, 1))


async def test_what_is_missing_is_said(tmp_path: Path) -> None:
    with pytest.raises(StoreCorrupt, match="missing or damaged"):
        await FileJobPictures(tmp_path).get(ImagePart("ab" * 32, "image/png", 1, 1))
