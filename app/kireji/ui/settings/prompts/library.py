"""The list of prompts."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, Signal
from PySide6.QtGui import QAction, QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QMenu, QVBoxLayout, QWidget

from kireji.core.prompts import Prompt
from kireji.ui.chat.header import ElidedLabel
from kireji.ui.parts import LivePair, button, label, restyle, separator, set_icon, spread, tip
from kireji.ui.settings.cards import Chip
from kireji.ui.settings.prompts.words import about
from kireji.ui.theme import Theme
from kireji.ui.tokens import SPACE
from kireji.ui.translation import mark, tr

EDIT, DUPLICATE, EXPORT, REMOVE, UP, DOWN = "edit", "duplicate", "export", "remove", "up", "down"
_MENU = ((DUPLICATE, mark("Duplicate")), (EXPORT, mark("Export…")), (REMOVE, mark("Remove")))


class Library(QFrame):
    """All prompts in the order of the menus.

    Args:
        theme: Colours and text size.
    """

    wanted = Signal(object, object)
    """What shall be done (`EDIT`, `DUPLICATE`, …) with the prompt of a name."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setProperty("kind", "card")
        self.setAccessibleName(tr("Your prompts"))
        self._theme = theme
        self.rows: list[LibraryRow] = []
        self._lines: list[QWidget] = []
        self._column = QVBoxLayout(self)
        spread(self._column, (SPACE[2], SPACE[1], SPACE[2], SPACE[1]), SPACE[1])

    def show_prompts(self, prompts: Sequence[Prompt], shipped: Collection[str]) -> None:
        """Show these.

        Args:
            prompts: In menu order.
            shipped: Names of those that came with the program.
        """
        kept = {row.prompt.name: row for row in self.rows}
        names = [prompt.name for prompt in prompts]
        focused = next((row for row in self.rows if row.has_keyboard()), None)
        for each in self._lines:
            self._column.removeWidget(each)
            each.hide()
            each.deleteLater()
        self._lines.clear()
        for name, row in kept.items():
            self._column.removeWidget(row)
            if name not in names:
                row.hide()
                row.deleteLater()
        self.rows = []
        for number, prompt in enumerate(prompts):
            if number:
                line = separator()
                self._lines.append(line)
                self._column.addWidget(line)
            row = kept.get(prompt.name) or self._made(prompt)
            row.show_prompt(prompt, shipped=prompt.name in shipped, first=not number, last=number == len(prompts) - 1)
            self.rows.append(row)
            self._column.addWidget(row)
            row.show()
        if focused is not None and focused in self.rows:
            focused.keep_focus()

    def row(self, name: str) -> LibraryRow | None:
        """The row of a prompt."""
        return next((row for row in self.rows if row.prompt.name == name), None)

    def _made(self, prompt: Prompt) -> LibraryRow:
        row = LibraryRow(self._theme, prompt)
        row.wanted.connect(self.wanted)
        return row


class LibraryRow(QWidget):
    """One prompt. Alt and an arrow key move it.

    Args:
        theme: Colours and text size.
        prompt: Which.
    """

    wanted = Signal(object, object)

    def __init__(self, theme: Theme, prompt: Prompt) -> None:
        super().__init__()
        self._theme = theme
        self.prompt = prompt
        self._shipped = False
        self.title = label("", "strong")
        self.chip = Chip()
        self.about = ElidedLabel("small")
        self.edit = button(tr("Edit"))
        self.up = button("", "quiet")
        self.down = button("", "quiet")
        self.more = button("", "quiet")
        self.menu: QMenu | None = None
        self._build()
        for each, what in ((self.edit, EDIT), (self.up, UP), (self.down, DOWN)):
            each.setProperty("what", what)
            each.clicked.connect(self._clicked)
        self.more.clicked.connect(self._open)
        for each in (self.edit, self.up, self.down, self.more):
            each.installEventFilter(self)
        theme.changed.connect(self._dress)
        self._dress()

    def _build(self) -> None:
        ends = QWidget()
        layout = QHBoxLayout(ends)
        spread(layout, 0, SPACE[0])
        for each in (self.up, self.down, self.edit, self.more):
            layout.addWidget(each)
        column = QVBoxLayout(self)
        spread(column, 0, 0)
        column.addWidget(LivePair(LivePair(self.title, self.chip, spread_out=False), ends))
        column.addWidget(self.about)

    def show_prompt(self, prompt: Prompt, *, shipped: bool, first: bool, last: bool) -> None:
        """What it is now.

        Args:
            prompt: The prompt.
            shipped: One of its name came with the program.
            first: It is the first of all.
            last: It is the last.
        """
        self.prompt, self._shipped = prompt, shipped
        words = (tr("changed") if shipped else tr("yours")) if prompt.own else ""
        self.title.setText(prompt.title)
        self.chip.setText(words)
        self.chip.setVisible(bool(words))
        self.chip.setAccessibleName(f"{prompt.title}: {words}")
        restyle(self.chip, state="ok" if prompt.own and not shipped else "idle")
        self.about.set_words(about(prompt))
        self.about.setVisible(bool(about(prompt)))
        self.up.setEnabled(not first)
        self.down.setEnabled(not last)
        names = (
            (self.edit, tr("Edit: {title}", title=prompt.title)),
            (self.up, tr("Move up: {title}", title=prompt.title)),
            (self.down, tr("Move down: {title}", title=prompt.title)),
            (self.more, tr("More: {title}", title=prompt.title)),
        )
        for each, name in names:
            each.setAccessibleName(name)
            each.setToolTip(tip(name))

    def has_keyboard(self) -> bool:
        """Whether the keyboard is in it, as soon as its window has it."""
        return self.window().focusWidget() in (self.up, self.down, self.edit, self.more)

    def keep_focus(self) -> None:
        """After it was moved, the keyboard stays at what moved it."""
        for each in (self.up, self.down, self.edit):
            if each.property("last") and each.isEnabled():
                each.setFocus(Qt.FocusReason.OtherFocusReason)
                return
        self.edit.setFocus(Qt.FocusReason.OtherFocusReason)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        """Alt with an arrow key moves the prompt; buttons would take the key for themselves."""
        if not isinstance(event, QKeyEvent) or event.type() != QEvent.Type.KeyPress:
            return False
        alt = event.modifiers() & Qt.KeyboardModifier.AltModifier
        if not alt or event.key() not in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            return False
        mover = self.up if event.key() == Qt.Key.Key_Up else self.down
        if mover.isEnabled():
            mover.click()
        return True

    def entries(self) -> Sequence[tuple[str, str]]:
        """What the menu offers: what it does and how it is called."""
        found = []
        for what, title in _MENU:
            if what != REMOVE or self.prompt.own:
                restores = what == REMOVE and self._shipped
                found.append((what, tr("Restore the one from Kireji") if restores else tr(title)))
        return found

    def _clicked(self) -> None:
        clicked = self.sender()
        for each in (self.up, self.down, self.edit):
            each.setProperty("last", each is clicked)
        self.wanted.emit(clicked.property("what"), self.prompt.name)

    def _open(self) -> None:
        if self.menu is None:
            self.menu = QMenu(self)
            self.menu.triggered.connect(self._chosen)
        self.menu.clear()
        for what, title in self.entries():
            self.menu.addAction(title).setData(what)
        rtl = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        corner = self.more.rect().bottomLeft() if rtl else self.more.rect().bottomRight()
        place = self.more.mapToGlobal(corner) + QPoint(0, SPACE[0])
        self.menu.popup(place if rtl else place - QPoint(self.menu.sizeHint().width(), 0))

    def _chosen(self, action: QAction) -> None:
        self.wanted.emit(action.data(), self.prompt.name)

    def _dress(self) -> None:
        colours = self._theme.colours
        for each, name in ((self.up, "arrow-up"), (self.down, "arrow-down"), (self.more, "ellipsis")):
            set_icon(each, self._theme, name, colours.muted)
