"""Conversations whose first answer is more than words are named after what came of it."""

from __future__ import annotations

import pytest

from kireji.core.extraction.sheets import Column, Extraction, Sheet
from kireji.core.moderation.verdicts import Action, Verdict
from kireji.core.structured.comparison import Comparison, Difference
from kireji.core.structured.results import Result
from kireji.core.structured.translation import TextBlock, TranslatedBlock, Translation
from kireji.services.structured.naming import title_of_result

COLUMNS = (Column("Item"), Column("Price"))
BLOCK = TextBlock("Bitte nicht\nstören", (0, 0, 9, 9))


@pytest.mark.parametrize(
    ("result", "title"),
    [
        (Extraction((Sheet("Café Müller", COLUMNS, ()),)), "Table: Café Müller"),
        (Extraction((Sheet(" ", COLUMNS, ()),)), "Table: Item, Price"),
        (Extraction((Sheet("Invoice 7", COLUMNS, ()),), fields=True), "Fields: Invoice 7"),
        (Extraction(()), ""),
        (Translation("English", (TranslatedBlock(BLOCK, "Do not disturb"),)), "Translation into English: Bitte nicht"),
        (Comparison("The total has grown.", (), Difference(False, 0.1, ())), "Comparison: The total has grown."),
        (Verdict("workplace", 1, Action.ALLOW, text="You are late again"), "You are late again"),
        (Verdict("sharing", 1, Action.REVIEW, reason="It shows a name."), "Verdict: It shows a name."),
    ],
)
def test_it_says_the_form_and_what_it_is_about(result: Result, title: str) -> None:
    assert title_of_result(result) == title


def test_it_is_no_longer_than_any_other_title() -> None:
    title = title_of_result(Extraction((Sheet("word " * 100_000, COLUMNS, ()),)))
    assert title.startswith("Table: word")
    assert len(title) <= 60
