"""The windows of receipts: what left this computer, and what would leave."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest

from kireji.core.history import Sent
from kireji.core.ledger import Fault, Finding
from kireji.core.messages import Usage
from kireji.core.receipts import Evidence, Receipt
from kireji.ui.receipts.dialog import ReceiptDialog
from kireji.ui.receipts.page import prepared
from tests.fakes.provider import answer
from tests.fakes.services import FakeSurroundings
from tests.integration.providers.conftest import png
from tests.ui.window.support import Stand, window_over

pytestmark = pytest.mark.qt

SOURCE = {"type": "base64", "media_type": "image/png", "data": base64.b64encode(png(40, 30)).decode()}


@pytest.fixture
async def stand() -> AsyncIterator[Stand]:
    async with window_over(FakeSurroundings().with_key()) as stand:
        yield stand


async def ask(stand: Stand, words: str) -> None:
    stand.below.provider.enqueue(answer("Well.", usage=Usage(1200, 34, cost=0.0012)))
    before = len(stand.below.ledger.rows)
    stand.window.chat.composer.sent.emit(words)
    await stand.until(lambda: len(stand.below.ledger.rows) > before and stand.below.ledger.rows[-1].answer)


async def opened(stand: Stand) -> ReceiptDialog:
    stand.window.inspector.receipt.click()
    await stand.until(lambda: stand.presenter.receipts.dialog)
    dialog = stand.presenter.receipts.dialog
    assert dialog is not None
    await stand.until(lambda: dialog.page.toPlainText())
    return dialog


async def test_the_receipt_of_the_newest_request_is_shown(stand: Stand) -> None:
    await ask(stand, "my words")
    dialog = await opened(stand)
    text = dialog.page.toPlainText()
    row = stand.below.ledger.rows[-1]
    assert dialog.list.count() == 1
    for words in ("This matches what was sent", row.host, row.model, row.digest, "my words", "1,200 read, 34 written"):
        assert words in text


async def test_another_request_is_chosen_by_the_keyboard(stand: Stand) -> None:
    await ask(stand, "first words")
    await ask(stand, "second words")
    dialog = await opened(stand)
    assert dialog.list.count() == 2
    QTest.keyClick(dialog.list, Qt.Key.Key_Down)
    digest = stand.below.ledger.rows[0].digest
    await stand.until(lambda: digest in dialog.page.toPlainText())


async def test_everything_that_left_is_listed_on_demand(stand: Stand) -> None:
    await ask(stand, "first words")
    stand.window.new_clicked.emit()
    await ask(stand, "other words")
    dialog = await opened(stand)
    assert dialog.list.count() == 1
    dialog.everything.click()
    await stand.until(lambda: dialog.list.count() == 2)


async def test_without_a_conversation_everything_is_listed(stand: Stand) -> None:
    dialog = await opened(stand)
    assert not dialog.here.isEnabled()
    assert dialog.page.toPlainText() == "Nothing has left this computer."
    assert not dialog.copy.isEnabled()


async def test_what_leaves_while_the_window_is_open_comes_to_the_list(stand: Stand) -> None:
    await ask(stand, "first words")
    dialog = await opened(stand)
    await ask(stand, "second words")
    await stand.until(lambda: dialog.list.count() == 2)


async def test_the_exact_bytes_can_be_copied(stand: Stand) -> None:
    await ask(stand, "my words")
    dialog = await opened(stand)
    await stand.until(dialog.copy.isEnabled)
    dialog.copy.click()
    copied = QGuiApplication.clipboard().text().encode()
    assert hashlib.sha256(copied).hexdigest() == stand.below.ledger.rows[-1].digest


async def test_verify_says_in_a_sentence_what_it_found(stand: Stand) -> None:
    await ask(stand, "my words")
    dialog = await opened(stand)
    dialog.verify.click()
    await stand.until(lambda: "The ledger is whole" in dialog.found.text())
    assert dialog.found.property("role") == "ok"
    assert dialog.mark.text() == f"1:{'0' * 64}"
    stand.below.ledger.findings = (Finding(Fault.CHANGED, 3, 3),) * 9
    dialog.verify.click()
    await stand.until(lambda: "Row 3: changed" in dialog.found.text())
    assert dialog.found.property("role") == "error"
    assert "3 more places are wrong." in dialog.found.text()


async def test_what_will_be_sent_is_shown_before(stand: Stand) -> None:
    stand.window.chat.composer.set_text("not sent yet")
    stand.window.inspector.ahead.click()
    await stand.until(lambda: stand.presenter.receipts.ahead)
    dialog = stand.presenter.receipts.ahead
    assert dialog is not None
    text = dialog.page.toPlainText()
    assert "Nothing has been sent." in text
    assert "not sent yet" in text
    assert stand.below.ledger.rows == []
    assert not dialog.list.isVisible()
    assert not dialog.verify.isVisible()
    shown = next(line for line in text.splitlines() if len(line) == 64)
    await ask(stand, "not sent yet")
    assert stand.below.ledger.rows[-1].digest == shown


async def test_without_a_question_that_is_said(stand: Stand) -> None:
    stand.window.inspector.ahead.click()
    await stand.until(lambda: "Write a question first" in stand.window.chat.notice.sentence())
    assert stand.presenter.receipts.ahead is None


async def test_escape_closes_the_window_and_it_opens_again(stand: Stand) -> None:
    dialog = await opened(stand)
    await stand.until(dialog.isActiveWindow)
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    await stand.until(lambda: stand.presenter.receipts.dialog is None)
    again = await opened(stand)
    assert again is not dialog


async def test_the_list_stands_above_the_receipt_where_there_is_no_room_beside_it(stand: Stand) -> None:
    await ask(stand, "my words")
    dialog = await opened(stand)
    dialog.resize(800, 600)
    await stand.until(lambda: dialog.list.mapTo(dialog, dialog.list.rect().topRight()).x() < dialog.page.x())
    dialog.resize(400, 600)
    await stand.until(lambda: dialog.list.mapTo(dialog, dialog.list.rect().bottomLeft()).y() < dialog.page.y())


async def test_everything_has_a_name_for_screen_readers(stand: Stand) -> None:
    dialog = await opened(stand)
    assert dialog.list.accessibleName()
    assert dialog.page.accessibleName()
    assert all(one.accessibleName() for one in dialog.tab_stops())


async def test_pictures_are_shown_as_they_were_sent_and_open_large(stand: Stand) -> None:
    body = json.dumps({"messages": [{"role": "user", "content": [{"type": "image", "source": SOURCE}]}]}).encode()
    sent = Sent(1, datetime(2026, 3, 1, tzinfo=UTC), "anthropic", "h", "m", "answer", len(body), "d", 1)
    shown = prepared(Receipt(sent, Evidence.KEPT, body))
    assert (shown.pictures[0].width(), shown.pictures[0].height()) == (40, 30)
    dialog = await opened(stand)
    dialog.show_receipt(shown)
    assert "\N{OBJECT REPLACEMENT CHARACTER}" in dialog.page.document().toRawText()
    seen: list[object] = []
    dialog.page.picture_chosen.connect(seen.append)
    dialog.page.anchorClicked.emit(QUrl("picture:0"))
    dialog.page.anchorClicked.emit(QUrl("picture:9"))
    dialog.page.anchorClicked.emit(QUrl("https://h.example"))
    assert seen == [shown.pictures[0]]


async def test_a_long_text_is_cut_and_says_so(stand: Stand) -> None:
    body = json.dumps({"messages": [{"role": "user", "content": "word " * 3000}] * 80}).encode()
    sent = Sent(1, datetime(2026, 3, 1, tzinfo=UTC), "anthropic", "h", "m", "answer", len(body), "d", 1)
    dialog = await opened(stand)
    dialog.show_receipt(prepared(Receipt(sent, Evidence.KEPT, body)))
    text = dialog.page.toPlainText()
    assert "… and 9,000 more characters" in text
    assert "20 earlier messages are not shown here" in text


async def test_what_is_not_what_was_sent_cannot_be_copied_as_if_it_were(stand: Stand) -> None:
    sent = Sent(1, datetime(2026, 3, 1, tzinfo=UTC), "anthropic", "h", "m", "answer", 2, "d", 1)
    dialog = await opened(stand)
    dialog.show_receipt(prepared(Receipt(sent, Evidence.DIFFERENT, b"{}", note="The settings have changed.")))
    assert not dialog.copy.isEnabled()
    assert "This is not what was sent" in dialog.page.toPlainText()
    assert "The settings have changed." in dialog.page.toPlainText()
