"""Rules of git, one by one; that all together mean what git means is shown beside git itself."""

from __future__ import annotations

import pytest

from kireji.sources.ignoring import Rules, parsed


@pytest.mark.parametrize(
    ("rule", "name", "folders", "folder", "ignored"),
    [
        ("build", "build", ("a", "b"), False, True),
        ("build/", "build", (), False, None),
        ("build/", "build", (), True, True),
        ("*.pyc", "x.pyc", ("deep", "down"), False, True),
        ("/top.txt", "top.txt", ("a",), False, None),
        ("/top.txt", "top.txt", (), False, True),
        ("doc/*.txt", "a.txt", ("doc",), False, True),
        ("doc/*.txt", "a.txt", ("doc", "more"), False, None),
        ("doc/**/a.txt", "a.txt", ("doc", "more", "yet"), False, True),
        ("doc/**", "doc", (), True, None),
        ("doc/**", "a", ("doc",), False, True),
        ("!keep.log", "keep.log", (), False, False),
        (r"\!odd", "!odd", (), False, True),
        ("[a-c]?[!x]", "azy", (), False, True),
        ("[a-c]?[!x]", "azx", (), False, None),
        ("name  ", "name", (), False, True),
        (r"name\ ", "name ", (), False, True),
        ("# a comment", "# a comment", (), False, None),
    ],
)
def test_a_rule_means(rule: str, name: str, folders: tuple[str, ...], folder: bool, ignored: bool | None) -> None:
    assert Rules(rule).ignores(name, folders, folder=folder) is ignored


def test_the_last_rule_that_fits_counts() -> None:
    rules = Rules("*.log\n!keep.log\nkeep.*\n!*.log")
    assert rules.ignores("keep.log", (), folder=False) is False


def test_rules_of_a_folder_below_are_about_paths_from_there() -> None:
    rules = Rules("/x", depth=1)
    assert (rules.ignores("x", ("a",), folder=False), rules.ignores("x", ("a", "b"), folder=False)) == (True, None)


def test_rules_of_a_folder_above_see_the_whole_path() -> None:
    assert Rules("app/src/*.c", above=("app",)).ignores("main.c", ("src",), folder=False) is True


@pytest.mark.parametrize("line", ["[a", "a\\", "!", "/", "//", "", "a//b"])
def test_a_line_that_means_nothing_is_passed_over(line: str) -> None:
    assert list(parsed(line)) == []


def test_a_hostile_rule_takes_no_more_steps_than_it_has_signs_times_those_of_the_name() -> None:
    # With a regular expression, as libraries make it of this line, one such name takes longer than anybody waits.
    rule = "*a" * 200 + "*b"
    assert Rules(rule).ignores("a" * 255, (), folder=False) is None
