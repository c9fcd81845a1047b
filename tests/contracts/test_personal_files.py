"""What every keeper of the person's data promises: in memory, and as files."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from kireji.core.errors import TransferError
from kireji.core.personal_data import Area, ErasePlan, PersonalFiles, Roots
from kireji.storage.personal.store import FilePersonalData
from tests.fakes.personal import MemoryPersonalFiles


class Held(NamedTuple):
    files: PersonalFiles
    target: Path
    memory: MemoryPersonalFiles | None

    def names(self) -> list[str]:
        """What the export holds."""
        if self.memory is not None:
            return self.memory.exported.get(self.target, [])
        return zipfile.ZipFile(self.target).namelist() if self.target.exists() else []


COUNTS = {"conversations": 0, "messages": 0, "pictures": 0, "jobs": 0, "lost": 0}


@pytest.fixture(params=["memory", "files"])
def held(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Held]:
    target = tmp_path / "out" / "all.zip"
    if request.param == "memory":
        memory = MemoryPersonalFiles()
        yield Held(memory, target, memory)
        return
    home = tmp_path / "home"
    (home / "prompts").mkdir(parents=True)
    (home / "prompts" / "mine.md").write_text("Say it in two words.")
    yield Held(FilePersonalData(Roots(home, home, home, home / "cache", home / "run")), target, None)


def test_what_is_kept_is_told_by_kind(held: Held) -> None:
    found = {each.area: each for each in held.files.kept()}
    assert found[Area.PROMPTS].files == 1
    assert found[Area.PROMPTS].size == 20


def test_nothing_is_marked_at_first(held: Held) -> None:
    assert held.files.marked() is None


def test_what_was_marked_is_known(held: Held) -> None:
    plan = ErasePlan(keep_settings=True, backups="/elsewhere")
    held.files.mark(plan)
    assert held.files.marked() == plan


def test_a_mark_can_be_taken_back(held: Held) -> None:
    held.files.mark(ErasePlan())
    held.files.unmark()
    assert held.files.marked() is None


def test_when_all_is_erased_nothing_is_kept_and_nothing_marked(held: Held) -> None:
    held.files.mark(ErasePlan())
    erased = held.files.erase(ErasePlan())
    assert erased.files >= 1
    assert erased.left == ()
    assert list(held.files.kept()) == []
    assert held.files.marked() is None


def test_an_export_has_its_name_when_it_is_whole(held: Held) -> None:
    writer = held.files.open_export(held.target, overwrite=False)
    writer.conversations().finish()
    writer.tables(lambda _: None)
    writer.files()
    assert held.names() == []
    writer.finish(COUNTS)
    assert {"kireji.json", "prompts/mine.md", "README.txt"} <= set(held.names())


def test_an_abandoned_export_leaves_nothing(held: Held) -> None:
    writer = held.files.open_export(held.target, overwrite=False)
    writer.files()
    writer.abandon()
    assert held.names() == []
    if held.memory is None:
        assert list(held.target.parent.iterdir()) == []


def test_an_export_is_a_zip(held: Held) -> None:
    with pytest.raises(TransferError, match="one zip file"):
        held.files.open_export(held.target.with_suffix(".tar"), overwrite=False)


def test_what_is_there_is_replaced_only_when_that_is_allowed(held: Held) -> None:
    held.files.open_export(held.target, overwrite=False).finish(COUNTS)
    with pytest.raises(TransferError, match="exists already"):
        held.files.open_export(held.target, overwrite=False)
    held.files.open_export(held.target, overwrite=True).abandon()


def test_a_folder_is_never_replaced_by_an_export(held: Held) -> None:
    if held.memory is not None:
        pytest.skip("there are no folders in memory")
    held.target.mkdir(parents=True)
    with pytest.raises(TransferError, match="is a folder"):
        held.files.open_export(held.target, overwrite=True)


@pytest.mark.parametrize("folder", ["prompts", "plugins-work/weather", "captures", "backups"])
def test_an_export_does_not_go_where_it_would_be_exported_or_deleted(tmp_path: Path, folder: str) -> None:
    home = tmp_path / "home"
    files = FilePersonalData(Roots(home, home, home, home / "cache", home / "run"))
    with pytest.raises(TransferError, match="exports and deletes"):
        files.open_export(home / folder / "all.zip", overwrite=False)
    assert not home.exists()


def test_an_export_may_lie_beside_what_is_kept(tmp_path: Path) -> None:
    files = FilePersonalData(Roots(tmp_path, tmp_path, tmp_path, tmp_path / "cache", tmp_path / "run"))
    files.open_export(tmp_path / "all.zip", overwrite=False).abandon()
