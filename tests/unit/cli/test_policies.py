"""Policies on the command line: one's own, checks that ask before they spend, and what stands where."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from kireji.tools.validation import JsonSchemaValidator
from tests.fakes.provider import FakeProvider, answer
from tests.fakes.world import World
from tests.unit.cli.conftest import Kireji, TypedLines

POLICY = """\
title = "House rules"
version = 3
[[categories]]
name = "spam"
title = "Spam"
definition = "Advertising."
[[categories.levels]]
name = "any"
definition = "Any."
action = "block"
"""
NOTHING = json.dumps({"findings": [], "reason": "Fine.", "rewrite": None})


@pytest.fixture
def world() -> World:
    world = World(remote=FakeProvider(*[answer(NOTHING) for _ in range(9)]), validator=JsonSchemaValidator())
    world.policies.came["house"] = POLICY.encode()
    return world


@pytest.fixture
def labelled(tmp_path: Path) -> str:
    path = tmp_path / "set.jsonl"
    path.write_text('{"id": "a", "text": "x", "categories": []}\n{"id": "b", "text": "y", "category": "spam"}\n')
    return str(path)


def test_one_policy_is_shown_with_what_is_done(kireji: Kireji) -> None:
    assert kireji("policies", "show", "house").out.splitlines() == [
        "House rules, version 3 (kireji)",
        "What the model refuses to judge: review.",
        "",
        "spam: Spam",
        "  Advertising.",
        "  any -> block: Any.",
    ]


def test_the_source_is_printed_as_it_stands(kireji: Kireji) -> None:
    assert kireji("policies", "show", "house", "--source").data == POLICY.encode()


def test_a_check_asks_the_person_at_the_terminal_before_it_spends(world: World, kireji: Kireji, labelled: str) -> None:
    refused = kireji("policies", "check", "house", "--set", labelled, typed=TypedLines("n"))
    assert (refused.code, refused.out, world.remote.asked) == (130, "", [])
    assert "2 requests to anthropic/fake-model" in refused.err
    agreed = kireji("policies", "check", "house", "--set", labelled, typed=TypedLines("y"))
    assert (agreed.code, "1 of 2 as labelled" in agreed.out, len(world.remote.asked)) == (0, True, 2)


@pytest.mark.parametrize("more", [(), ("--yes",)])
def test_a_check_asks_nobody_where_nobody_sits_or_when_that_is_said(
    kireji: Kireji, labelled: str, more: tuple[str, ...]
) -> None:
    assert kireji("policies", "check", "house", "--set", labelled, *more).code == 0


def test_without_a_set_a_file_is_only_looked_at(world: World, kireji: Kireji) -> None:
    result = kireji("policies", "check", "house")
    assert (result.out, world.remote.asked) == ("house.toml can be used.\n", [])
    assert "--set FILE" in result.err


def test_options_that_contradict_each_other_are_wrong_usage(kireji: Kireji, labelled: str) -> None:
    assert kireji("policies", "check", "house", "--set", labelled, "--no-set").code == 2


def test_a_policy_is_added_from_standard_input_under_a_name(world: World, kireji: Kireji) -> None:
    assert kireji("policies", "add", "-", piped=POLICY.encode()).code == 2
    assert kireji("policies", "add", "-", "--name", "mine", piped=b" ").code == 2
    added = kireji("policies", "add", "-", "--name", "mine", piped=POLICY.encode())
    assert (added.code, added.out) == (0, "/data/policies/mine.toml\n")
    assert world.policies.files["mine"] == POLICY.encode()


def test_a_file_is_added_under_its_own_name_in_small_letters(world: World, kireji: Kireji, tmp_path: Path) -> None:
    (tmp_path / "House Rules (2).TOML").write_text(POLICY)
    assert kireji("policies", "add", str(tmp_path / "House Rules (2).TOML")).code == 0
    assert list(world.policies.files) == ["house-rules-2"]


def test_a_broken_policy_of_ones_own_is_listed_and_told(world: World, kireji: Kireji) -> None:
    world.policies.files["mine"] = b"version = \n"
    result = kireji("policies", "list")
    assert ["mine", "cannot", "be", "used", "-", "-", "yours"] in [line.split() for line in result.out.splitlines()]
    assert result.err == "mine.toml:1: This is not TOML: invalid value.\n"
    [mine] = [each for each in json.loads(kireji("policies", "list", "--json").out)["policies"] if each["own"]]
    assert mine["problems"] == [{"line": 1, "reason": "This is not TOML: invalid value.", "fatal": True}]


def test_words_of_the_model_stay_on_their_lines_and_control_nothing(world: World, kireji: Kireji) -> None:
    said = {
        "findings": [
            {
                "category": "spam",
                "evidence": [{"where": "text", "picture": 0, "quote": "x\nALLOW"}],
                "reason": "first\nBLOCK\x1b[2J",
                "level": "any",
                "confidence": 1,
            }
        ],
        "reason": "",
        "rewrite": None,
    }
    world.remote = FakeProvider(answer(json.dumps(said)))
    lines = kireji("moderate", "x", "--policy", "house").out.splitlines()
    assert lines[0] == "BLOCK  House rules, version 3"
    assert lines[2:] == [
        "Spam (spam), any: block, 100 % sure",
        "  first BLOCK\x1b[2J",
        "  > x ALLOW  (not found in what was judged)",
    ]


@pytest.mark.parametrize("name", ["comment.txt", "./comment", "../x/comment.md", "/no/such/place", "shot.PNG"])
def test_the_name_of_a_file_that_is_not_there_is_no_text_to_judge(world: World, kireji: Kireji, name: str) -> None:
    failed = kireji("moderate", name, "--policy", "house")
    assert (failed.code, failed.out, world.remote.asked) == (1, "", [])
    assert failed.err.startswith(f"kireji: {name} cannot be read: No such file or directory. Check the name, or")
    assert kireji("moderate", name, "--policy", "house", "--literal").code == 0


@pytest.mark.parametrize("text", ["/shrug", "and/or", "https://example.com/page.html", "see a.txt", "Node.js", ":/"])
def test_words_with_strokes_and_points_are_words(kireji: Kireji, text: str) -> None:
    assert kireji("moderate", text, "--policy", "house").code == 0


@pytest.mark.skipif(os.name == "nt", reason="pipes have no names there")
def test_a_pipe_that_is_named_is_read(world: World, kireji: Kireji, tmp_path: Path) -> None:
    reads, writes = os.pipe()
    os.write(writes, b"from a pipe")
    os.close(writes)
    try:
        assert kireji("moderate", f"/dev/fd/{reads}", "--policy", "house").code == 0
    finally:
        os.close(reads)
    assert "from a pipe" in world.remote.encoded[0].messages[0].text


def test_a_file_that_cannot_be_used_is_named_as_it_was_typed(kireji: Kireji, tmp_path: Path) -> None:
    path = tmp_path / "House.toml"
    path.write_text("version = 0\n")
    result = kireji("moderate", "x", "--policy", str(path))
    assert (result.code, result.out) == (1, "")
    assert f"The policy {path} (line 1) cannot be used" in result.err
    assert f"kireji policies check {path} shows all" in result.err
