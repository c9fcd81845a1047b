"""The pages that travel with the program, held against what the windows really have."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable

import pytest
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QApplication, QWidget

from kireji.resources import texts
from kireji.ui.help.addresses import OF_HELP, Target, target_of
from kireji.ui.help.opening import help_window, pages
from kireji.ui.jobs.results_pane import ResultsPane
from kireji.ui.jobs.review.pane import ReviewPane
from kireji.ui.keyboard_dialog import _SECTIONS
from kireji.ui.overlay.hints import KEYS
from kireji.ui.results.page import ResultPage
from kireji.ui.results.sheet_view import SheetView
from kireji.ui.settings.help_topics import TOPICS
from kireji.ui.theme import Theme
from kireji.ui.window_presenter import _HELP
from tests.unit.test_translate import tool

pytestmark = pytest.mark.qt

TEXTS = texts("help")
PAGES = {page.name: page for page in pages()}
ROW = re.compile(r"^\| (.+?) \| (.+) \|$", re.MULTILINE)
EMPHASIS = re.compile(r"(?<![*\w])\*([^*\n]+(?:\n[^*\n]+)?)\*(?!\*)")


@pytest.fixture
def theme(qapp: QApplication) -> Theme:
    return Theme(qapp)


def keys_of(title: str) -> list[tuple[str, str]]:
    """The table below a heading of the page about keys, without its head."""
    section = next(each for each in PAGES["keyboard"].sections if each.title == title)
    return ROW.findall(section.text)[2:]


def test_the_page_of_keys_says_what_the_list_in_the_overlay_says() -> None:
    assert keys_of("On the frozen screen") == [(keys, words) for keys, words in KEYS]


@pytest.mark.parametrize(("title", "entries"), _SECTIONS, ids=[title for title, _ in _SECTIONS])
def test_the_page_of_keys_says_what_the_list_of_the_window_says(
    title: str, entries: tuple[tuple[str, str], ...]
) -> None:
    assert keys_of(title) == [(keys, words) for words, keys in entries]


def shortcuts(widget: QWidget) -> set[str]:
    return {each.key().toString() for each in widget.findChildren(QShortcut)}


@pytest.mark.parametrize(
    ("title", "make"),
    [
        ("Results of jobs", lambda theme: [ResultsPane(theme)]),
        ("Reviewing verdicts", lambda theme: [ReviewPane(theme)]),
        ("Tables and other results", lambda theme: [ResultPage(theme), SheetView(theme)]),
        ("In this help", lambda theme: [help_window(theme)]),
    ],
)
async def test_the_page_of_keys_has_those_of_every_other_page(
    title: str, make: Callable[[Theme], list[QWidget]], theme: Theme
) -> None:
    made = make(theme)
    listed = {QKeySequence(keys).toString() for keys, _ in keys_of(title)}
    held = set[str]().union(*map(shortcuts, made))
    for each in made:
        each.deleteLater()
    await asyncio.sleep(0)
    assert listed <= held, "keys that do nothing"
    assert held - listed <= {"Alt+Up", "Alt+Down", "Return", "Enter", "Ctrl+F4"}, "keys that nobody is told of"


def test_help_is_offered_for_pages_and_headings_that_exist() -> None:
    wanted = [*(topic for _, topic in TOPICS), *_HELP.values()]
    for topic in wanted:
        name, _, anchor = topic.partition("#")
        assert anchor in {section.anchor for section in PAGES[name].sections} | {""}, topic


def test_every_page_can_be_opened_from_the_contents(theme: Theme) -> None:
    window = help_window(theme)
    titles = [window.contents.list.item(row).text() for row in range(window.contents.list.count())]
    assert titles == [page.title for page in PAGES.values()]
    window.deleteLater()


def test_names_of_things_in_the_windows_are_what_the_windows_say() -> None:
    """What stands in italics is the name of a page, a button or a switch, word for word."""
    known = {text.strip(" …") for text in tool.collect(tool.sources())}
    wrong = []
    for name, text in TEXTS.items():
        for found in EMPHASIS.findall(re.sub(r"^```.*?^```|`[^`\n]*`", "", text, flags=re.MULTILINE | re.DOTALL)):
            words = " ".join(found.split()).rstrip("…")
            parts = [words] if words in known else words.split(", ")
            wrong += [f"{name}: {part}" for part in parts if part.strip(" …") not in known]
    assert wrong == []


def test_links_of_pages_stay_in_the_help() -> None:
    assert target_of(OF_HELP.link("prompts.md#the-file")) == Target("prompts", "the-file")
    assert target_of(OF_HELP.link("#the-file")) == Target("", "the-file")


@pytest.mark.parametrize(
    "address", ["../secrets.md", "file:///etc/passwd", "javascript:x", "C:/x.md", "kireji:help/x", "a/b.md", ""]
)
def test_other_addresses_lead_nowhere(address: str) -> None:
    assert OF_HELP.link(address) == ""


@pytest.mark.parametrize("address", ["../icons/x.png", "/etc/x.png", "https://a.example/x.png", "pictures/../x.png"])
def test_a_page_shows_pictures_of_the_help_alone(address: str) -> None:
    assert OF_HELP.picture(address) == ""
