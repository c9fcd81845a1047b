"""Between the windows of receipts and the services."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtGui import QGuiApplication, QKeySequence, QShortcut

from kireji.core.errors import KirejiError
from kireji.core.history import Sent
from kireji.core.receipts import Receipt
from kireji.services import receipt_words
from kireji.services.application import Services
from kireji.services.turns import Question
from kireji.ui.aio import TaskScope
from kireji.ui.main_window import MainWindow
from kireji.ui.receipts import keys
from kireji.ui.theme import Theme
from kireji.ui.translation import plural, tr

if TYPE_CHECKING:  # loaded when a receipt is first wanted
    from kireji.ui.receipts.dialog import ReceiptDialog

log = logging.getLogger(__name__)

_LISTED = 500
_FINDINGS = 6
"""What is wrong is told so often, then how much more there is."""


class ReceiptsPresenter(QObject):
    """Opens the windows of receipts and fills them; each of the two is open once at most.

    Args:
        services: The use cases.
        window: Over which they open.
        theme: The look.
        current: The open conversation.
        question: What would be asked now; None when there is nothing to ask.
    """

    def __init__(
        self,
        services: Services,
        window: MainWindow,
        theme: Theme,
        current: Callable[[], int | None],
        question: Callable[[], Awaitable[Question | None]],
    ) -> None:
        super().__init__(window)
        self._services = services
        self._window = window
        self._theme = theme
        self._current = current
        self._question = question
        self._scope = TaskScope("receipts", self._failed)
        self._dialog: ReceiptDialog | None = None
        self._ahead: ReceiptDialog | None = None
        self._conversation: int | None = None
        self._wanted: int | None = None
        self._receipt: Receipt | None = None
        self._would: Receipt | None = None
        self._unsubscribe = services.outbox.recorded.subscribe(self._recorded)
        window.inspector.receipt_clicked.connect(self.show)
        window.inspector.ahead_clicked.connect(self.show_ahead)
        window.chat.composer.field.receipt_wanted.connect(self.show_ahead)
        QShortcut(QKeySequence(keys.RECEIPT), window).activated.connect(self.show)
        QShortcut(QKeySequence(keys.AHEAD), window).activated.connect(self.show_ahead)

    async def aclose(self) -> None:
        """Close what is open."""
        self._unsubscribe()
        for dialog in (self._dialog, self._ahead):
            if dialog is not None:
                dialog.close()
        await self._scope.aclose()

    @property
    def dialog(self) -> ReceiptDialog | None:
        """The window with what has left, while it is open."""
        return self._dialog

    @property
    def ahead(self) -> ReceiptDialog | None:
        """The window with what would leave, while it is open."""
        return self._ahead

    def show(self) -> None:
        """Open the receipts of the open conversation."""
        from kireji.ui.receipts.dialog import ReceiptDialog

        if self._dialog is None:
            dialog = self._dialog = ReceiptDialog(self._theme, self._window)
            dialog.chosen.connect(self._chosen)
            dialog.scope_chosen.connect(self._list_again)
            dialog.verify_clicked.connect(self._verify)
            dialog.copy_clicked.connect(self._copy)
            dialog.finished.connect(self._closed)
        self._conversation = self._current()
        self._dialog.offer_conversation(self._conversation is not None)
        self._dialog.show()
        self._dialog.raise_()
        self._dialog.activateWindow()
        self._list_again()

    def show_of(self, question: object) -> None:
        """Open them at what was sent with one question.

        Args:
            question: Its row in the history; None for the newest.
        """
        self._wanted = question if isinstance(question, int) else None
        self.show()

    def show_everything(self) -> None:
        """Open the receipts of all that has left."""
        self.show()
        if self._dialog is not None:
            self._dialog.everything.setChecked(True)

    def show_ahead(self) -> None:
        """Show what would be sent if the person asked now."""
        self._scope.restart(self._look_ahead(), name="ahead")

    async def _look_ahead(self) -> None:
        from kireji.ui.receipts.dialog import ReceiptDialog
        from kireji.ui.receipts.page import prepared

        question = await self._question()
        if question is None:
            self._window.chat.show_notice(tr("Write a question first; then you can see what will be sent."))
            return
        receipt = await self._services.receipts.before(question)
        if receipt is None:
            self._window.chat.show_notice(tr("Nothing will leave this computer: it answers by itself."))
            return
        shown = await asyncio.to_thread(prepared, receipt)
        self._would = receipt
        if self._ahead is None:
            dialog = self._ahead = ReceiptDialog(self._theme, self._window, ahead=True)
            dialog.copy_clicked.connect(self._copy_ahead)
            dialog.finished.connect(self._closed_ahead)
        self._ahead.show_receipt(shown)
        self._ahead.show()
        self._ahead.raise_()
        self._ahead.activateWindow()

    def _list_again(self, _everything: object = None) -> None:
        self._scope.restart(self._list(), name="list")

    async def _list(self) -> None:
        dialog = self._dialog
        if dialog is None:
            return
        everything = dialog.everything.isChecked()
        rows = await self._services.receipts.recent(_LISTED, None if everything else self._conversation)
        if self._dialog is dialog:
            dialog.show_rows(rows, self._wanted)
            self._wanted = None

    def _chosen(self, sent: object) -> None:
        assert isinstance(sent, Sent)
        self._scope.restart(self._show(sent), name="receipt")

    async def _show(self, sent: Sent) -> None:
        from kireji.ui.receipts.page import prepared

        self._receipt = None
        receipt = await self._services.receipts.of(sent)
        shown = await asyncio.to_thread(prepared, receipt)
        if self._dialog is not None:
            self._receipt = receipt
            self._dialog.show_receipt(shown)

    def _verify(self) -> None:
        self._scope.restart(self._check(), name="verify")

    async def _check(self) -> None:
        dialog = self._dialog
        if dialog is None:
            return
        dialog.show_result([tr("Checking…")], "muted")
        found = await self._services.receipts.verify()
        told = [receipt_words.finding(one) for one in found.findings[:_FINDINGS]]
        if (more := len(found.findings) - _FINDINGS) > 0:
            told.append(plural(more, "1 more place is wrong.", "{n} more places are wrong."))
        role = "error" if not found.intact else "ok" if found.witnessed else "warn"
        if self._dialog is dialog:
            sentences = [receipt_words.outcome(found), *told]
            dialog.show_result(sentences, role, receipt_words.limits(found), receipt_words.mark_of(found))

    def _copy(self) -> None:
        _copy(self._receipt)

    def _copy_ahead(self) -> None:
        _copy(self._would)

    def _recorded(self, conversation: int | None) -> None:
        dialog = self._dialog
        if dialog is not None and (dialog.everything.isChecked() or conversation == self._conversation):
            self._list_again()

    def _closed(self, _result: object = None) -> None:
        self._dialog = self._receipt = None

    def _closed_ahead(self, _result: object = None) -> None:
        self._ahead = self._would = None

    def _failed(self, error: BaseException) -> None:
        if not isinstance(error, KirejiError):
            log.error("a task of the receipts failed", exc_info=error)
        sentence = error.sentence if isinstance(error, KirejiError) else tr("Something in Kireji failed.")
        if self._dialog is not None:
            self._dialog.show_result([sentence], "error")
        else:
            self._window.chat.show_notice(sentence)


def _copy(receipt: Receipt | None) -> None:
    if receipt is not None and receipt.body is not None:
        QGuiApplication.clipboard().setText(receipt.body.decode("utf-8", "replace"))
