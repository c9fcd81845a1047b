"""The pages that travel with the program say what is so: links, commands, options, settings, kinds of requests."""

from __future__ import annotations

import argparse
import re
import shlex
from collections.abc import Iterator

import pytest

from kireji.cli.parser import whole_parser
from kireji.core import prompt_files
from kireji.core.help_pages import FIRST, ORDER, HelpPage, read_pages
from kireji.core.jobs.lines import LineReader
from kireji.core.jobs.values import JobPlan
from kireji.core.moderation import policy_file
from kireji.core.requests import Purpose
from kireji.core.settings import Settings
from kireji.resources import resource, texts

TEXTS = texts("help")
COMMANDS = whole_parser()
PAGES = {page.name: page for page in read_pages(TEXTS)}
LINK = re.compile(r"(!?)\[[^\]]*\]\(([^)]+)\)")
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
INLINE = re.compile(r"`(kireji [^`]+|keys [^`]+|mcp test)`")
SETTING = re.compile(r"`\[(\w+)\] (\w+)`")
LONGEST_LINE = 120


def anchors(page: HelpPage) -> set[str]:
    return {section.anchor for section in page.sections}


def links() -> Iterator[tuple[str, str, str]]:
    """Page, sign before it, and address."""
    for name, text in TEXTS.items():
        for sign, address in LINK.findall(BLOCK.sub("", text)):
            yield name, sign, address


def test_every_page_has_its_place_and_every_place_its_page() -> None:
    assert list(PAGES) == list(ORDER)
    assert FIRST in PAGES


@pytest.mark.parametrize("name", ORDER)
def test_a_page_has_one_title_and_says_in_a_sentence_what_it_is_about(name: str) -> None:
    text = BLOCK.sub("", TEXTS[name])
    assert text.startswith("# ")
    assert len(re.findall(r"^# ", text, re.MULTILINE)) == 1
    assert PAGES[name].summary.endswith((".", ":"))


@pytest.mark.parametrize("name", ORDER)
def test_no_two_headings_of_a_page_have_the_same_anchor(name: str) -> None:
    assert len(anchors(PAGES[name])) == len(PAGES[name].sections)


def test_links_lead_to_pages_and_headings_that_exist() -> None:
    wrong = []
    for name, sign, address in links():
        if sign or address.startswith("https://"):
            continue
        page, _, anchor = address.partition("#")
        target = PAGES.get(page.removesuffix(".md") if page else name)
        if target is None or anchor not in anchors(target) | {""}:
            wrong.append(f"{name}: {address}")
    assert wrong == []


def test_pictures_are_there() -> None:
    pictures = {address for _, sign, address in links() if sign}
    there = {f"pictures/{path.name}" for path in resource("help/pictures").glob("*.png")}
    assert pictures <= there
    assert {path for path in there if not path.endswith("-dark.png")} == pictures


def test_titles_are_all_different() -> None:
    assert len({page.title for page in PAGES.values()}) == len(PAGES)


@pytest.mark.parametrize("name", ORDER)
def test_lines_can_be_read_in_an_editor(name: str) -> None:
    long = [line for line in TEXTS[name].split("\n") if len(line) > LONGEST_LINE and not line.startswith(("|", "{"))]
    assert long == []


# Commands


def commands() -> Iterator[tuple[str, list[str]]]:
    for name, text in TEXTS.items():
        for language, block in BLOCK.findall(text):
            if not language:
                for line in re.sub(r"\w+=\$\((.*?)\)$", r"\1", block, flags=re.MULTILINE).split("\n"):
                    for piece in re.split(r"&&|\|", line):
                        if re.match(r"\s*(kireji|\./run) ", piece):
                            yield name, shlex.split(piece)
        for piece in INLINE.findall(BLOCK.sub("", text)):
            yield name, shlex.split(piece if piece.startswith("kireji") else f"kireji {piece}")


def unknown(words: list[str]) -> str:
    """What in a command does not exist; empty when all does."""
    parser: argparse.ArgumentParser = COMMANDS
    for word in words[1:]:
        if word == "--":
            break
        if word.startswith("-") and len(word) > 1:
            option = word.partition("=")[0]
            if option not in parser._option_string_actions:
                return f"{parser.prog} has no {option}"
            continue
        below = next((each for each in parser._actions if isinstance(each, argparse._SubParsersAction)), None)
        if below is not None:
            if word not in below.choices:
                return f"{parser.prog} has no {word}"
            parser = below.choices[word]
    return ""


def test_commands_and_their_options_exist() -> None:
    found = list(commands())
    assert len(found) > 80
    assert [f"{name}: {shlex.join(words)}: {wrong}" for name, words in found if (wrong := unknown(words))] == []


def test_the_test_of_commands_sees_what_is_wrong() -> None:
    assert unknown(["kireji", "ask", "--nonsense", "x"]) == "kireji ask has no --nonsense"
    assert unknown(["kireji", "keys", "steal"]) == "kireji keys has no steal"


def test_the_page_of_commands_has_all_of_them() -> None:
    below = next(each for each in COMMANDS._actions if isinstance(each, argparse._SubParsersAction))
    listed = set(re.findall(r"^\| `kireji (\w+)`", TEXTS["command-line"], re.MULTILINE))
    assert listed == set(below.choices)


def test_settings_that_are_named_exist() -> None:
    tree = Settings()
    wrong = [
        f"{name}: [{section}] {option}"
        for name, text in TEXTS.items()
        for section, option in SETTING.findall(text)
        if not hasattr(getattr(tree, section, None), option)
    ]
    assert wrong == []


# Files


def block_of(page: str, beginning: str) -> str:
    """The block of code that begins so."""
    return next(block for _, block in BLOCK.findall(TEXTS[page]) if block.startswith(beginning))


def test_the_prompt_that_is_shown_is_one() -> None:
    parsed = prompt_files.parse("reply", block_of("prompts", "+++").encode(), own=True)
    assert (parsed.prompt.title, list(parsed.prompt.variables), parsed.remarks) == ("Reply", ["tone"], ())


def test_the_policy_that_is_shown_is_one_and_nothing_is_wrong_with_it() -> None:
    parsed = policy_file.parse("house", block_of("policies", "title").encode())
    assert parsed.policy is not None
    assert parsed.problems == ()


def test_the_lines_of_jobs_that_are_shown_can_be_asked() -> None:
    lines = block_of("jobs", "{").splitlines()
    assert [LineReader(JobPlan("a job", "anthropic", "")).read(line.encode()).id for line in lines] == ["row 1", "2"]


# Privacy


def test_the_privacy_page_names_every_kind_of_request_that_the_program_can_make() -> None:
    """A new kind of request, which is a new purpose in the ledger, must be explained before it can be released."""
    rows = re.findall(r"^\| `([a-z -]+)` \|(.+)\|(.+)\|(.+)\|$", TEXTS["privacy"], re.MULTILINE)
    assert {kind for kind, *_ in rows} == {purpose.value for purpose in Purpose}
    assert all(len(cell.strip()) > 3 for _, *cells in rows for cell in cells)
