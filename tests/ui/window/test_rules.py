"""The person's own rules for answers, as they look in the window."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from tests.fakes.provider import answer
from tests.fakes.services import FakeSurroundings
from tests.ui.window.support import Stand, window_over

pytestmark = pytest.mark.qt


def below(*masks: str, stop: str = "/END +HERE/") -> FakeSurroundings:
    around = FakeSurroundings(redacts=True).with_key()
    around.settings.tables["privacy"] = {"masks": list(masks), "stops": [stop]}
    return around


async def ask(stand: Stand, *deltas: str) -> None:
    stand.below.provider.enqueue(answer(*deltas))
    stand.window.chat.composer.set_text("Why?")
    field = stand.window.chat.composer.focusProxy()
    assert field is not None
    QTest.keyClick(field, Qt.Key.Key_Return)
    await stand.until(lambda: len(stand.shown()) == 2 and not stand.presenter.chat.streaming)


async def test_an_answer_is_masked_in_words_and_code() -> None:
    async with window_over(below("secret")) as stand:
        await ask(stand, "The **sec", "ret** is\n\n```\nsecr", "et = 1\n```")
        assert "secret" not in stand.shown()[1]
        assert stand.shown()[1].count("▇▇▇") == 2


async def test_an_answer_that_a_rule_ended_says_so_below_it() -> None:
    async with window_over(below()) as stand:
        await ask(stand, "One. END", " HERE Two.")
        item = stand.window.chat.transcript.messages[-1]
        assert stand.shown()[1].strip() == "One."
        assert item.ending.sentence == "Your stop rule /END +HERE/ ended the answer here."  # type: ignore[union-attr]
