"""What assistive technology and the keyboard find on the frozen screen."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible

from kireji.ui.announcer import ScreenReader
from kireji.ui.theme import Theme
from tests.fakes.desktop import FakeCapture
from tests.fakes.provider import answer
from tests.support.accessibility import tree, unnamed
from tests.ui.overlay.support import Overlay, noise, overlay, until
from tests.ui.overlay.world import OverlayWorld

pytestmark = pytest.mark.qt


def said(stand: Overlay) -> str:
    return " ".join(node.name for node in tree(stand.window))


async def test_everything_has_a_name_beside_a_selection(stand: Overlay) -> None:
    await stand.capture()
    stand.drag((100, 100), (300, 200))
    await until(lambda: stand.presenter.stage.bar.model.isVisible(), "the model's name")
    assert unnamed(stand.window) == []
    assert "Question" in said(stand)


async def test_everything_has_a_name_on_the_card_of_an_answer(stand: Overlay) -> None:
    await stand.ask()
    await until(lambda: "Go on in the main window" in said(stand) or "Open" in said(stand), "the answer's card")
    assert unnamed(stand.window) == []


async def test_everything_has_a_name_in_the_help(stand: Overlay) -> None:
    await stand.capture()
    stand.key(Qt.Key.Key_F1)
    await until(lambda: "Keys" in said(stand), "the help")
    assert unnamed(stand.window) == []


async def test_the_answer_is_said_by_sentence_with_its_end(
    theme: Theme, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[tuple[str, bool]] = []
    monkeypatch.setattr(ScreenReader, "say", lambda _self, text, *, urgent: said.append((text, urgent)))
    world = OverlayWorld()
    world.screen = FakeCapture(noise()[0])
    world.remote.enqueue(answer("The first ", "sentence. And a second"))
    QAccessible.setActive(True)
    async with overlay(world, theme, tmp_path) as stand:
        await stand.ask()
        await until(lambda: said, "the answer to be said")
    QAccessible.setActive(False)
    assert said == [("The first sentence. And a second Answer finished.", False)]
