"""What assistive technology and the keyboard find on the frozen screen."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from tests.support.accessibility import tree, unnamed
from tests.ui.overlay.support import Overlay, until

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
