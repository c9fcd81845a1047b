"""Quick prompts as a row of chips."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QPushButton, QSizePolicy, QWidget

from kireji.ui.flow import FlowLayout
from kireji.ui.parts import button
from kireji.ui.quick_prompts import QuickPrompt
from kireji.ui.tokens import SPACE
from kireji.ui.translation import tr

_KEYS = 9


class PromptRow(QWidget):
    """The first prompts as chips; the rest opens as a menu.

    Args:
        most: How many chips there are at most.
        longest: Letters of the longest title that becomes a chip; 0 takes all.
        rest: Whether a chip opens the menu of the others.
        parent: As usual in Qt.
    """

    chosen = Signal(object)
    """A `QuickPrompt`."""

    def __init__(self, most: int, *, longest: int = 0, rest: bool = True, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._most = most
        self._longest = longest
        self._prompts: tuple[QuickPrompt, ...] = ()
        self._chips: dict[QPushButton, QuickPrompt] = {}
        self._rest: tuple[QuickPrompt, ...] = ()
        self._menu: QMenu | None = None
        self._with_rest = rest
        self._layout = FlowLayout(SPACE[0], self)
        self._more: QPushButton | None = None
        self.setAccessibleName(tr("Quick prompts"))

    @property
    def prompts(self) -> tuple[QuickPrompt, ...]:
        """All of them, in the order of their keys."""
        return self._prompts

    def set_prompts(self, prompts: Sequence[QuickPrompt]) -> None:
        """Offer these; nothing is rebuilt when they are the same as before."""
        if tuple(prompts) == self._prompts:
            return
        self._prompts = tuple(prompts)
        for chip in self._chips:
            self._layout.removeWidget(chip)
            chip.hide()
            chip.deleteLater()
        self._chips.clear()
        if self._more is not None:
            self._layout.removeWidget(self._more)
        for number, prompt in enumerate(self._prompts, 1):
            if len(self._chips) < self._most and prompt.ready and self._is_short(prompt):
                self._add(prompt, number)
        shown = {prompt.name for prompt in self._chips.values()}
        self._rest = tuple(prompt for prompt in self._prompts if prompt.name not in shown)
        self._show_more()
        self.updateGeometry()

    def _show_more(self) -> None:
        if self._more is None and self._with_rest and self._rest:
            self._more = self._chip(tr("More…"), tr("More quick prompts"))
            self._more.clicked.connect(self._open)
        if self._more is not None:
            self._layout.addWidget(self._more)
            self._more.setVisible(bool(self._rest))

    def _is_short(self, prompt: QuickPrompt) -> bool:
        return not self._longest or len(prompt.title) <= self._longest

    def _add(self, prompt: QuickPrompt, number: int) -> None:
        key = f" (Alt+{number})" if number <= _KEYS else ""
        chip = self._chip(prompt.title, "")
        chip.setToolTip(tr("Ask this at once") + key)
        chip.clicked.connect(self._clicked)
        self._chips[chip] = prompt
        self._layout.addWidget(chip)
        chip.show()

    def _chip(self, text: str, name: str) -> QPushButton:
        made = button(text, "chip", name=name)
        made.setParent(self)
        made.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        return made

    def choose(self, number: int) -> bool:
        """The prompt of that number was chosen by a key, 1 … 9; False when there is none."""
        if not 1 <= number <= len(self._prompts):
            return False
        self.chosen.emit(self._prompts[number - 1])
        return True

    @property
    def chips(self) -> tuple[QPushButton, ...]:
        """The chips that stand for prompts."""
        return tuple(self._chips)

    def one_row(self) -> int:
        """The width of all chips beside each other, in logical pixels."""
        return self._layout.sizeHint().width()

    def _clicked(self) -> None:
        chip = self.sender()
        if isinstance(chip, QPushButton) and chip in self._chips:
            self.chosen.emit(self._chips[chip])

    def _open(self) -> None:
        if self._more is None:
            return
        if self._menu is None:
            self._menu = QMenu(self)
            self._menu.triggered.connect(self._from_menu)
        self._menu.clear()
        for prompt in self._rest:
            action = QAction(prompt.title.replace("&", "&&"), self._menu)
            action.setData(prompt.name)
            self._menu.addAction(action)
        rtl = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        corner = self._more.rect().bottomRight() if rtl else self._more.rect().bottomLeft()
        place = self._more.mapToGlobal(corner) + QPoint(0, SPACE[0])
        if rtl:
            place -= QPoint(self._menu.sizeHint().width(), 0)
        self._menu.popup(place)

    def _from_menu(self, action: object) -> None:
        if isinstance(action, QAction):
            for prompt in self._rest:
                if prompt.name == action.data():
                    self.chosen.emit(prompt)
                    return
