"""Whose work is in the program: a list to search, and the texts of each part."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QFocusEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QFrame,
    QListWidget,
    QListWidgetItem,
    QPlainTextEdit,
    QVBoxLayout,
    QWidget,
)

from kireji.core.about import Part
from kireji.services.about import matching
from kireji.ui.chat.words import count
from kireji.ui.parts import button, label, spread
from kireji.ui.settings.cards import Card, actions, tell
from kireji.ui.settings.fields import LineField
from kireji.ui.settings.tools.seeing import bring_current_into_view, bring_into_view
from kireji.ui.tokens import MEASURE, SPACE
from kireji.ui.translation import plural, tr

_LINES = 12
"""Of the list, before it scrolls."""
_PART = Qt.ItemDataRole.UserRole


class LicenceList(Card):
    """All parts; Enter or a click shows the texts of one."""

    part_chosen = Signal(object)
    """A `Part`."""

    def __init__(self) -> None:
        super().__init__(tr("Licences"))
        self.set_chip("", "idle")
        self.search = LineField(tr("Search the parts"), tr("Name or licence"))
        self.list = _Parts()
        self.list.setProperty("kind", "receipts")
        self.list.setAccessibleName(tr("Parts of the program"))
        self.list.setFrameShape(QFrame.Shape.NoFrame)
        self.list.setUniformItemSizes(True)
        self.list.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.list.setTabKeyNavigation(False)
        self.nothing = label("", "muted")
        self._parts: Sequence[Part] = ()
        self.list.hide()
        self.say(tr("Looking what there is…"))
        self.add(self.search, self.list, self.nothing)
        tell(self.nothing, "", "muted")
        self.search.textChanged.connect(self._fill)
        self.list.itemActivated.connect(self._activated)
        self.list.itemClicked.connect(self._activated)

    def show_parts(self, parts: Sequence[Part], *, collected: bool) -> None:
        """Show them all.

        Args:
            parts: In order.
            collected: Whether they were collected for this very build.
        """
        if not parts:
            self.say(tr("The list of parts cannot be read. Install Kireji again."), "warn")
            return
        number = plural(
            len(parts), "Stands on the work of others: 1 part.", "Stands on the work of others: {n} parts.",
            n=count(len(parts)),
        )  # fmt: skip
        where = "" if collected else tr("This runs from its source: listed is what is installed in its environment.")
        self.say(f"{number} {where}".strip())
        self._parts = parts
        self._fill(self.search.text())

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange) and hasattr(self, "list"):
            self._set_height()

    def _fill(self, words: str) -> None:
        found = matching(self._parts, words)
        self.list.clear()
        for part in found:
            item = QListWidgetItem(_line(part))
            item.setData(_PART, part)
            self.list.addItem(item)
        if found:
            self.list.setCurrentRow(0)
        tell(self.nothing, tr("No part is called that.") if self._parts and not found else "", "muted")
        self.list.setVisible(bool(found))
        self._set_height()

    def _set_height(self) -> None:
        row = self.list.sizeHintForRow(0) if self.list.count() else self.fontMetrics().height()
        self.list.setFixedHeight(row * min(_LINES, max(1, self.list.count())) + 2)

    def _activated(self, item: QListWidgetItem) -> None:
        self.part_chosen.emit(item.data(_PART))


class _Parts(QListWidget):
    """Inside a page that scrolls, too: where the keyboard is stays in view."""

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        bring_into_view(self)
        bring_current_into_view(self)

    def currentChanged(
        self, current: QModelIndex | QPersistentModelIndex, previous: QModelIndex | QPersistentModelIndex
    ) -> None:
        super().currentChanged(current, previous)
        if self.hasFocus():
            bring_current_into_view(self)


class LicenceDialog(QDialog):
    """The texts of one part.

    Args:
        part: Which.
        text: All its texts; empty where it brings none.
        parent: Over which it opens.
    """

    def __init__(self, part: Part, text: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(part.title)
        self.body = QPlainTextEdit()
        self.body.setProperty("kind", "exact")
        self.body.setReadOnly(True)
        self.body.setTabChangesFocus(True)
        self.body.setAccessibleName(tr("Licence of {name}", name=part.title))
        self.body.setPlainText(text or tr("This part brings no text of its licence; its source says more."))
        close = button(tr("Close"))
        source = label(part.source, "muted", wrap=True)
        source.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        source.setVisible(bool(part.source))
        layout = QVBoxLayout(self)
        spread(layout, SPACE[3], SPACE[2])
        within = tr("within {name}", name=part.within) if part.within else ""
        layout.addWidget(label(f"{part.title} {within}".strip(), "lead", wrap=True))
        layout.addWidget(label(part.licence or tr("Its metadata names no licence."), "strong", wrap=True))
        layout.addWidget(source)
        layout.addWidget(self.body, 1)
        layout.addWidget(actions(close))
        close.clicked.connect(self.close)
        room = parent.screen().availableSize() * 0.85
        growth = max(1.0, self.fontMetrics().height() / 17)
        self.resize(min(round(MEASURE * growth), room.width()), min(round(560 * growth), room.height()))
        self.body.setFocus()


def _line(part: Part) -> str:
    licence = part.licence or tr("not said")
    return f"{part.title}  ·  {licence}"
