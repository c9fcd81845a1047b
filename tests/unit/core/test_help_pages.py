from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kireji.core.help_pages import ORDER, anchor_of, close_names, find_page, read_page, read_pages, search, unwrapped
from kireji.core.help_text import plain_text

PROMPTS = """# Prompts

A *prompt* is a file. It can be changed.

## Writing one

```
# no heading
[prompts]
```

### Places to fill in

See [policies](policies.md#rules).
"""
PAGES = read_pages({"prompts": PROMPTS, "policies": "# Policies\n\nA policy judges.\n\n## Rules\n\nSee prompts.\n"})


def test_pages_stand_in_their_order_and_others_behind() -> None:
    names = [page.name for page in read_pages({"zebra": "# Z", "prompts": "# P", "capture": "# C", "apple": "# A"})]
    assert names == ["capture", "prompts", "apple", "zebra"]


def test_no_page_is_ordered_twice() -> None:
    assert len(set(ORDER)) == len(ORDER)


def test_a_page_is_cut_at_its_headings_and_not_in_code() -> None:
    page = read_page("prompts", PROMPTS)
    assert [(each.title, each.anchor) for each in page.sections] == [
        ("Prompts", ""),
        ("Writing one", "writing-one"),
        ("Places to fill in", "places-to-fill-in"),
    ]
    assert "# no heading" in page.sections[1].text


def test_lines_of_a_paragraph_become_one_and_those_of_code_and_tables_stay() -> None:
    text = "# T\n\nOne\ntwo\n\n- a\n  b\n- c\n\n```\nx\ny\n```\nend\n| a |\n| b |\n"
    wanted = "# T\n\nOne two\n\n- a b\n- c\n\n```\nx\ny\n```\nend\n| a |\n| b |\n"
    assert unwrapped(text) == wanted


def test_the_summary_is_the_first_sentence() -> None:
    assert read_page("prompts", PROMPTS).summary == "A prompt is a file."


def test_a_translated_page_stands_in_the_place_of_the_english_one_and_the_others_stay() -> None:
    pages = read_pages({"prompts": "# Prompts\n", "policies": "# Policies\n"}, {"prompts": "# Vorlagen\n"})
    assert [page.title for page in pages] == ["Vorlagen", "Policies"]


@pytest.mark.parametrize(
    ("title", "anchor"),
    [("Writing one", "writing-one"), ("What's new?", "whats-new"), ("Ctrl+A, B", "ctrla-b"), ("Über uns", "über-uns")],
)
def test_anchors_are_those_of_github(title: str, anchor: str) -> None:
    assert anchor_of(title) == anchor


@pytest.mark.parametrize("name", ["prompts", "Prompts", " PROMPTS ", "prompts.md"])
def test_a_page_is_found_by_name_or_title(name: str) -> None:
    found = find_page(PAGES, name)
    assert found is not None
    assert found.name == "prompts"


def test_a_wrong_name_has_close_ones() -> None:
    assert close_names(PAGES, "promts")[0] == "prompts"


def test_a_word_that_is_no_name_leads_to_the_pages_about_it() -> None:
    assert close_names(PAGES, "judges") == ["policies"]


def test_headings_are_found_before_words() -> None:
    assert [each.section.title for each in search(PAGES, "prompts")] == ["Prompts", "Writing one", "Rules"]


def test_all_words_must_stand_there() -> None:
    assert [each.section.anchor for each in search(PAGES, "fill policies")] == ["places-to-fill-in"]
    assert search(PAGES, "prompt zebra") == []


def test_an_excerpt_has_the_word_and_no_marks() -> None:
    [found] = search(PAGES, "changed")
    assert found.excerpt == "… It can be changed."
    [found] = search(PAGES, "judges")
    assert found.excerpt == "A policy judges."


@given(st.text(), st.text())
def test_any_text_can_be_read_and_searched(text: str, words: str) -> None:
    page = read_page("x", text)
    assert "".join(each.text for each in page.sections).split() == text.split()
    for found in search([page], words):
        assert found.page is page


def test_a_page_is_printed_as_plain_text() -> None:
    assert plain_text(read_page("prompts", PROMPTS), 60) == (
        "Prompts\n=======\n\nA prompt is a file. It can be changed.\n\nWriting one\n-----------\n\n"
        "    # no heading\n    [prompts]\n\nPlaces to fill in\n\nSee policies (kireji help policies).\n"
    )


def test_lists_and_tables_are_aligned_and_wrapped() -> None:
    text = "# T\n\n- **one** two three four five\n- six\n\n|Key|Does|\n|---|---|\n|`A`| one two three four|\n"
    assert plain_text(read_page("t", text), 24).split("\n")[3:] == [
        "- one two three four", "  five", "- six", "", "Key  Does", "A    one two three four", "",
    ]  # fmt: skip


def test_a_table_that_is_too_wide_stands_row_by_row() -> None:
    text = (
        "# T\n\n| Kind | When | What |\n| --- | --- | --- |\n| answer | you ask a question | words |\n| page | no | |\n"
    )
    assert plain_text(read_page("t", text), 40).split("\n")[3:] == [
        "answer", "  When: you ask a question", "  What: words", "", "page", "  When: no", "",
    ]  # fmt: skip


def test_a_picture_is_no_part_of_the_text() -> None:
    assert plain_text(read_page("t", "# T\n\n![A window](pictures/w.png)\n\nWords.\n"), 60) == "T\n=\n\nWords.\n"


@given(st.text(alphabet=st.characters(codec="utf-8")), st.integers(1, 120))
def test_any_text_can_be_printed(text: str, width: int) -> None:
    assert plain_text(read_page("x", text), width).endswith("\n")
