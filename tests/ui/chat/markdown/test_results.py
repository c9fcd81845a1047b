"""Words of results stand in the transcript as they are, whatever signs are in them."""

from __future__ import annotations

import pytest

from kireji.core.extraction.markdown import escaped
from kireji.core.moderation.policies import Policy
from kireji.core.moderation.verdicts import Action, Finding, Verdict
from kireji.core.moderation.words import words_of
from tests.ui.chat.markdown.reading import blocks, words

ODD = (
    "[MAIL_1] and [KEY_2]",
    "(82 % sure)",
    "a [link](https://example.org)",
    "![x](y)",
    "[x]",
    "$5 and $x$",
    "a_b *c* `d`",
    "[a]: https://example.org",
)


@pytest.mark.parametrize("text", [text for text in ODD if "$" not in text])
def test_a_cell_is_no_formula_and_no_link(text: str) -> None:
    assert words(escaped(text)) == text


@pytest.mark.parametrize("text", ODD)
def test_a_verdict_shows_what_the_model_wrote(text: str) -> None:
    finding = Finding("spam", "some", Action.REVIEW, 0.82, (), text)
    verdict = Verdict("mine", 1, Action.REVIEW, (finding,), text)
    shown = [block.text for block in blocks(words_of(verdict, Policy("mine", "Mine [1]", 1, "", ())))]
    assert shown[0] == "For review by the policy “Mine [1]”, version 1."
    assert shown[1].splitlines()[0].startswith("spam, some: for review (82 % sure)")
    assert shown[-1] == text
