"""The ways in which context comes: a folder, a web page, an earlier conversation."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QObject, QPoint, Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFileDialog, QMenu, QWidget

from kireji.core.errors import KirejiError
from kireji.core.history import ConversationSummary
from kireji.core.sources import Source, SourceKind
from kireji.services.application import Services
from kireji.ui.aio import TaskScope
from kireji.ui.chat.context.addresses import addresses_in, short_address
from kireji.ui.chat.context.conversation_panel import ConversationPanel
from kireji.ui.chat.context.page_panel import PagePanel
from kireji.ui.chat.conversation import OpenConversation
from kireji.ui.chat.draft import folder_source
from kireji.ui.chat.drafts import Drafts
from kireji.ui.chat.pane import ChatPane
from kireji.ui.file_dialog import FileDialog
from kireji.ui.models.popup import Popup
from kireji.ui.theme import Theme
from kireji.ui.translation import tr

log = logging.getLogger(__name__)

_LISTED = 50


class Adding(QObject):
    """Offers what can go along, and adds what is chosen to the draft.

    Args:
        services: The history, and the clock.
        pane: Where it shows.
        theme: For the panels.
        drafts: What has been prepared.
        conversation: Which one is open; it is no earlier one.
    """

    context_wanted = Signal(object)
    """It shall be shown what goes along; the button that was pressed."""

    def __init__(
        self, services: Services, pane: ChatPane, theme: Theme, drafts: Drafts, conversation: OpenConversation
    ) -> None:
        super().__init__(pane)
        self._services = services
        self._pane = pane
        self._theme = theme
        self._drafts = drafts
        self._conversation = conversation
        self._scope = TaskScope("adding", self._failed)
        self._menu: QMenu | None = None
        self._folder = ""
        self._pages: PagePanel | None = None
        self._conversations: ConversationPanel | None = None
        self._page_popup: Popup | None = None
        self._conversation_popup: Popup | None = None
        pane.composer.attach_clicked.connect(self._attach)

    async def aclose(self) -> None:
        """Show nothing more."""
        await self._scope.aclose()

    def close(self) -> None:
        """Put away what is open."""
        for popup in (self._page_popup, self._conversation_popup):
            if popup is not None:
                popup.close_panel()

    def _attach(self) -> None:
        self.open(self._pane.composer.attach)

    def open(self, anchor: object) -> None:
        """Offer what can go along.

        Args:
            anchor: The button that was pressed.
        """
        assert isinstance(anchor, QWidget)
        if self._menu is not None:
            self._menu.deleteLater()
        self._menu = menu = QMenu(anchor)
        menu.addAction(tr("Files or pictures…")).triggered.connect(self._drafts.intake.choose_files)
        menu.addAction(tr("Folder or repository…")).triggered.connect(self._choose_folder)
        menu.addAction(tr("Web page…")).triggered.connect(self._ask_page)
        for address in addresses_in(self._pane.composer.text()):
            action = menu.addAction(tr("Web page {address}", address=short_address(address).replace("&", "&&")))
            action.setData(address)
            action.triggered.connect(self._add_named_page)
        menu.addAction(tr("Earlier conversation…")).triggered.connect(self._ask_conversation)
        if self._pane.composer.attachments.has_tiles() and anchor is self._pane.composer.attach:
            menu.addSeparator()
            menu.addAction(tr("What goes along…")).triggered.connect(self._show_context)
        above = anchor is self._pane.composer.attach
        rtl = anchor.layoutDirection() == Qt.LayoutDirection.RightToLeft
        size = menu.sizeHint()
        corner = QPoint(anchor.width() - size.width() if rtl else 0, -size.height() if above else anchor.height())
        menu.popup(anchor.mapToGlobal(corner))

    @property
    def menu(self) -> QMenu | None:
        """What was offered last."""
        return self._menu

    def _show_context(self) -> None:
        self.context_wanted.emit(self._pane.composer.attach)

    # Folders.

    def _choose_folder(self) -> None:
        dialog = FileDialog(self._pane.window(), tr("Add a folder or a repository"), self._folder)
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.filesSelected.connect(self._folders_chosen)
        dialog.open()

    def _folders_chosen(self, folders: Sequence[str]) -> None:
        paths = [Path(folder) for folder in folders]
        if paths:
            self._folder = str(paths[0].parent)
        self._drafts.add_sources([folder_source(path) for path in paths])

    # Web pages.

    def _ask_page(self) -> None:
        if self._pages is None or self._page_popup is None:
            self._pages = PagePanel(self._theme)
            self._pages.chosen.connect(self._page_chosen)
            self._page_popup = Popup(self._theme, self._pages)
        self._pages.show_address("")
        self._page_popup.open_at(self._pane.composer.attach)

    def _page_chosen(self, address: object) -> None:
        self.close()
        self._add_page(str(address))

    def _add_named_page(self) -> None:
        sender = self.sender()
        if isinstance(sender, QAction):
            self._add_page(str(sender.data()))

    def _add_page(self, address: str) -> None:
        self._drafts.add_sources([Source(SourceKind.PAGE, address, short_address(address))])

    # Earlier conversations.

    def _ask_conversation(self) -> None:
        if self._conversations is None or self._conversation_popup is None:
            self._conversations = panel = ConversationPanel(self._theme)
            panel.searched.connect(self._search)
            panel.chosen.connect(self._conversation_chosen)
            self._conversation_popup = Popup(self._theme, panel)
        self._conversation_popup.open_at(self._pane.composer.attach)
        self._search("")

    def _search(self, words: object) -> None:
        self._scope.restart(self._find(str(words)), name="find")

    async def _find(self, words: str) -> None:
        store = self._services.conversations
        if words:
            hits = await store.search(words, _LISTED)
            found = list(dict.fromkeys(hit.conversation for hit in hits))
        else:
            found = list(await store.recent(_LISTED))
        here = self._conversation.number
        if self._conversations is not None:
            now = self._services.clock.now().astimezone()
            self._conversations.show_found([one for one in found if one.id != here], now)

    def _conversation_chosen(self, summary: object) -> None:
        assert isinstance(summary, ConversationSummary)
        self.close()
        self._drafts.add_sources([Source(SourceKind.CONVERSATION, str(summary.id), summary.title)])

    def _failed(self, error: BaseException) -> None:
        if isinstance(error, KirejiError):
            self._pane.show_notice(error.sentence)
            return
        log.error("adding context failed", exc_info=error)
        self._pane.show_notice(tr("Something in Kireji failed. The log has the details; please try again."))
