"""Exporting the open conversation, or those that are selected in the list."""

from __future__ import annotations

from pathlib import Path

import pytest

from kireji.core.messages import ImagePart, Message, Role, TextPart
from kireji.core.transfer import Format, WholeMessage
from kireji.ui.sidebar.commands import Command, Order
from tests.fakes.services import FakeSurroundings
from tests.support.whole import NOON, said, talk
from tests.ui.window.support import Stand, window_over

pytestmark = pytest.mark.qt

PICTURE = WholeMessage("q", None, Message(Role.USER, (ImagePart("0" * 64, "image/png", 1, 1),)), NOON)


async def ending_offered(stand: Stand, rows: tuple[int, ...], form: Format) -> str:
    """The ending that the file dialog proposes."""
    stand.presenter.history.orders.do(Order(Command.EXPORT, rows))
    exporter = stand.presenter.exporter
    assert exporter is not None
    assert exporter.dialog is not None
    exporter.files = None
    exporter.dialog.set_form(form)
    exporter.dialog.choose.click()
    await stand.until(lambda: exporter.files is not None)
    files = exporter.files
    assert files is not None
    suffix = files.defaultSuffix()
    files.reject()
    return suffix


async def test_one_conversation_without_pictures_is_offered_as_one_file() -> None:
    below = FakeSurroundings()
    await below.whole.merge(talk(said("q", None, "Words only")))
    await below.whole.merge(talk(PICTURE, key="elsewhere:2"))
    async with window_over(below) as stand:
        assert await ending_offered(stand, (1,), Format.MARKDOWN) == "md"
        assert await ending_offered(stand, (2,), Format.MARKDOWN) == "zip"
        assert await ending_offered(stand, (2,), Format.HTML) == "html"
        assert await ending_offered(stand, (1, 2), Format.HTML) == "zip"


async def test_the_open_conversation_is_exported_and_it_is_said_where_to() -> None:
    below = FakeSurroundings()
    await below.whole.merge(talk(said("q", None, "Words only")))
    await below.conversations.create("Words only", Message(Role.USER, (TextPart("Words only"),)))
    async with window_over(below) as stand:
        await stand.until(lambda: stand.window.sidebar.list.rows.summary(1))
        stand.presenter.history.orders.do(Order(Command.EXPORT, (1,)))
        exporter = stand.presenter.exporter
        assert exporter is not None
        assert exporter.dialog is not None
        assert exporter.dialog.windowTitle() == "Export “Words only”"
        exporter.dialog.reject()
        exporter._place_chosen("/out.md")
        await stand.until(lambda: below.exports.written)
        assert [one.title for one in below.exports.written[Path("/out.md")]] == ["A talk"]
