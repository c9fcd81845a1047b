"""Files of prompts that others have made."""

from __future__ import annotations

import io
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kireji.core.errors import TransferError
from kireji.core.prompt_bundles import Clash, clashes, placed
from kireji.core.prompt_files import LONGEST_FILE
from kireji.core.prompts import Prompt
from kireji.storage.prompt_bundles import packed, unpacked


def archive(**entries: bytes) -> bytes:
    return packed([(name.replace("_", "-"), data) for name, data in entries.items()])


def odd(*entries: tuple[str, bytes, int]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as zipped:
        for name, data, mode in entries:
            info = zipfile.ZipInfo(name)
            info.external_attr = mode << 16
            zipped.writestr(info, data, zipfile.ZIP_DEFLATED)
    return made.getvalue()


def names(data: bytes) -> list[str]:
    return [each.prompt.name for each in unpacked("a.zip", data).found]


def test_a_file_of_words_is_a_prompt_named_after_it() -> None:
    [found] = unpacked("Find the Bug.md", b"Find the bug.").found
    assert (found.prompt.name, found.prompt.text, found.source) == ("find-the-bug", "Find the bug.", b"Find the bug.")


def test_the_same_prompts_make_the_same_archive() -> None:
    assert archive(a=b"x", b=b"y") == archive(a=b"x", b=b"y")


def test_prompts_in_folders_of_an_archive_are_found_and_what_is_none_is_passed_over() -> None:
    data = odd(("mine/a.md", b"x", 0o644), ("b.txt", b"y", 0o644), ("__MACOSX/._a.md", b"z", 0o644), ("c/", b"", 0))
    assert names(data) == ["a"]


@pytest.mark.parametrize("name", ["../a.md", "/etc/a.md", "x/../../a.md", "..\\a.md", "C:\\a.md"])
def test_a_path_that_leads_out_of_the_archive_is_left_out(name: str) -> None:
    bundle = unpacked("a.zip", odd((name, b"x", 0o644)))
    assert bundle.found == ()
    assert "its place in the archive is no place for a file" in bundle.problems[0]


def test_a_link_is_left_out() -> None:
    bundle = unpacked("a.zip", odd(("a.md", b"/etc/passwd", 0o120777)))
    assert (bundle.found, "it is a link" in bundle.problems[0]) == ((), True)


def test_an_entry_that_is_far_larger_than_a_prompt_is_not_unpacked() -> None:
    bundle = unpacked("a.zip", odd(("a.md", b"0" * 50_000_000, 0o644), ("b.md", b"x", 0o644)))
    assert [each.prompt.name for each in bundle.found] == ["b"]
    assert "longer than a prompt can be" in bundle.problems[0]


def test_an_entry_that_lies_about_its_size_is_not_believed() -> None:
    data = odd(("a.md", b"0" * (4 * LONGEST_FILE), 0o644))
    size = (4 * LONGEST_FILE).to_bytes(4, "little")
    try:
        bundle = unpacked("a.zip", data.replace(size, (10).to_bytes(4, "little")))
    except TransferError:
        return
    assert all(len(each.source) <= LONGEST_FILE for each in bundle.found)


def test_an_archive_with_thousands_of_entries_is_refused() -> None:
    with pytest.raises(TransferError, match="more files than an archive of prompts can"):
        unpacked("a.zip", odd(*((f"{number}.txt", b"", 0o644) for number in range(2001))))


def test_an_archive_without_a_prompt_says_so() -> None:
    with pytest.raises(TransferError, match=r"a\.zip has no prompts in it"):
        unpacked("a.zip", odd(("a.txt", b"x", 0o644)))


def test_a_broken_prompt_is_told_with_its_line_and_the_others_are_taken() -> None:
    bundle = unpacked("a.zip", archive(a=b'+++\nform = "tabel"\n+++\nx', b=b"y"))
    assert [each.prompt.name for each in bundle.found] == ["b"]
    assert bundle.problems[0].startswith("The prompt a.md (line 2) cannot be used: form must be one of")


def test_keys_come_only_when_they_are_asked_for() -> None:
    [found] = unpacked("a.md", b'+++\nshortcut = "Ctrl+Alt+X"\n+++\nx').found
    assert (found.prompt.shortcut, found.shortcut) == ("", "Ctrl+Alt+X")


@given(st.binary(max_size=200).map(lambda data: b"PK" + data) | st.binary(max_size=200))
def test_no_bytes_make_it_fail_otherwise_than_by_saying_why(data: bytes) -> None:
    try:
        unpacked("a.zip", data)
    except TransferError as error:
        del error


def test_an_archive_that_is_cut_says_so() -> None:
    with pytest.raises(TransferError, match="damaged, or encrypted"):
        unpacked("a.zip", archive(a=b"x" * 1000)[:60])


THERE = {"a": Prompt("a", "A", "old", own=True), "b": Prompt("b", "B", "same", own=True)}


def test_only_prompts_that_differ_clash() -> None:
    bundle = unpacked("x.zip", archive(a=b"new", b=b"same", c=b"fresh"))
    assert clashes(bundle, THERE) == ("a",)
    assert [each.prompt.name for each in placed(bundle, THERE, {"a": Clash.SKIP})] == ["c"]


def test_a_prompt_whose_name_another_has_takes_another_name_unless_told_otherwise() -> None:
    bundle = unpacked("x.zip", archive(a=b"new"))
    assert [each.prompt.name for each in placed(bundle, THERE, {})] == ["a-2"]
    assert [each.prompt.name for each in placed(bundle, THERE, {"a": Clash.REPLACE})] == ["a"]
