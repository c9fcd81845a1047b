"""What is asked of the person before pictures leave for an answer that is no words."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from PySide6.QtCore import Qt

from kireji.core.structured.translation import TextBlock, TranslatedBlock, Translation
from kireji.ui.overlay.card_state import CardState
from kireji.ui.theme import Theme
from tests.fakes.desktop import FakeCapture
from tests.fakes.provider import answer
from tests.fakes.reader import WaitingReader
from tests.fakes.stores import MemorySettings
from tests.ui.overlay.forms.support import TABLE, FormStand
from tests.ui.overlay.support import noise, overlay, until
from tests.ui.overlay.world import OverlayWorld

pytestmark = pytest.mark.qt

CHOOSE = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
LINES = ("key: sk-ant-api03-Ab3dEf6hIj9lMn2pQr5tUv8x", "and a longer line behind it, which does not belong to the key.")
LOOKING = "Looking through the picture before it leaves…  Esc cancels"
UNTRANSLATED = Translation("English", (TranslatedBlock(TextBlock("key", (0, 0, 9, 9)), ""),))


@asynccontextmanager
async def asking(theme: Theme, folder: Path, reader: WaitingReader, policy: str) -> AsyncIterator[FormStand]:
    world = OverlayWorld(redacts=True, reader=reader, settings=MemorySettings({"privacy": {"anthropic": policy}}))
    world.screen = FakeCapture(noise()[0])
    async with overlay(world, theme, folder) as stand:
        redaction = stand.services.outbox.redaction
        assert redaction is not None
        redaction.asker = stand.services.chat.consents.ask_in_turn
        forms = FormStand(stand)
        forms.script.result = TABLE
        stand.world.remote.enqueue(answer("{}"))
        await forms.cut_out()
        yield forms


def quick() -> WaitingReader:
    reader = WaitingReader(LINES)
    reader.go_on.set()
    return reader


async def test_the_person_decides_in_the_card(theme: Theme, tmp_path: Path) -> None:
    async with asking(theme, tmp_path, quick(), "ask") as forms:
        forms.stand.key(Qt.Key.Key_T, CHOOSE)
        await until(lambda: forms.card.isVisible() and forms.card.asked.consent, "the card that asks")
        assert forms.stand.world.remote.asked == []
        consent = forms.card.asked.consent
        assert consent is not None
        consent.default.click()
        await forms.done()
        (request,) = forms.stand.world.remote.encoded
        assert b" without " in next(iter(request.blobs.values()))


async def test_esc_brings_the_selection_back_and_nothing_was_asked(theme: Theme, tmp_path: Path) -> None:
    async with asking(theme, tmp_path, quick(), "ask") as forms:
        forms.stand.key(Qt.Key.Key_T, CHOOSE)
        await until(lambda: forms.card.isVisible() and forms.card.asked.consent, "the card that asks")
        forms.stand.key(Qt.Key.Key_Escape)
        await until(lambda: not forms.card.isVisible(), "the card to go")
        assert forms.stand.shown
        assert await forms.stand.conversations.latest() is None


async def test_that_it_is_looked_through_is_said_although_something_is_known_already(
    theme: Theme, tmp_path: Path
) -> None:
    reader = WaitingReader(LINES)
    async with asking(theme, tmp_path, reader, "always") as forms:
        forms.script.early, forms.script.result = [UNTRANSLATED], UNTRANSLATED
        forms.stand.key(Qt.Key.Key_L, CHOOSE)
        await forms.stand.card_says(LOOKING)
        assert forms.card.state is CardState.WAITING
        reader.go_on.set()
        await forms.done()
