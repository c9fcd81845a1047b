"""The quiet line below an answer or a question: what can be done with it."""

from __future__ import annotations

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QMenu, QPushButton, QWidget

from kireji.ui.flow import FlowLayout
from kireji.ui.parts import button, label, set_icon, spread
from kireji.ui.theme import Theme
from kireji.ui.tokens import SPACE
from kireji.ui.translation import tr

_COPIED_MILLISECONDS = 1500
_ICON = 14


class Branches(QWidget):
    """Walks through messages that stand beside each other.

    Args:
        theme: Colours and text size.
        alternatives: Their numbers, oldest first.
        shown: Which of them is shown.
    """

    chosen = Signal(object)
    """The number of a message that shall be shown instead."""

    def __init__(self, theme: Theme, alternatives: tuple[int, ...], shown: int) -> None:
        super().__init__()
        self._alternatives = alternatives
        self._at = alternatives.index(shown) if shown in alternatives else 0
        count = len(alternatives)
        mirrored = self.isRightToLeft()
        self.back = button("", "quiet", name=tr("The version before"))
        self.forth = button("", "quiet", name=tr("The next version"))
        place = tr("{number} / {count}", number=self._at + 1, count=count)
        self._place = label(place, "small", name=tr("Version {number} of {count}", number=self._at + 1, count=count))
        set_icon(self.back, theme, "chevron-right" if mirrored else "chevron-left", theme.colours.muted, _ICON)
        set_icon(self.forth, theme, "chevron-left" if mirrored else "chevron-right", theme.colours.muted, _ICON)
        self.back.setEnabled(self._at > 0)
        self.forth.setEnabled(self._at + 1 < count)
        layout = QHBoxLayout(self)
        spread(layout)
        for each in (self.back, self._place, self.forth):
            layout.addWidget(each)
        self.back.clicked.connect(self._go_back)
        self.forth.clicked.connect(self._go_forth)

    def _go_back(self) -> None:
        self.chosen.emit(self._alternatives[self._at - 1])

    def _go_forth(self) -> None:
        self.chosen.emit(self._alternatives[self._at + 1])


class _Foot(QWidget):
    """A row of quiet buttons.

    Args:
        theme: Colours and text size.
        item: What the signals tell.
    """

    copy_clicked = Signal(object)
    branch_clicked = Signal(object)

    def __init__(self, theme: Theme, item: object) -> None:
        super().__init__()
        self._theme = theme
        self._item = item
        self.row = FlowLayout(SPACE[0], self)
        self.copy = self._add(tr("Copy"), "copy")
        self.copy.clicked.connect(self._copy)
        self._copied = QTimer(self, singleShot=True, interval=_COPIED_MILLISECONDS)
        self._copied.timeout.connect(self._forget_copied)

    def _add(self, words: str, icon: str, name: str = "") -> QPushButton:
        made = button(words, "quiet", name=name)
        set_icon(made, self._theme, icon, self._theme.colours.muted, _ICON)
        self.row.addWidget(made)
        return made

    def add_branches(self, alternatives: tuple[int, ...], shown: int) -> None:
        """Offer the messages beside it, when there are any."""
        if len(alternatives) > 1:
            branches = Branches(self._theme, alternatives, shown)
            branches.chosen.connect(self.branch_clicked)
            self.row.addWidget(branches)

    def _copy(self) -> None:
        self.copy_clicked.emit(self._item)
        self.say_copied()

    def say_copied(self) -> None:
        """Show for a moment that it was copied."""
        self.copy.setText(tr("Copied"))
        set_icon(self.copy, self._theme, "check", self._theme.colours.ok, _ICON)
        self._copied.start()

    def _forget_copied(self) -> None:
        self.copy.setText(tr("Copy"))
        set_icon(self.copy, self._theme, "copy", self._theme.colours.muted, _ICON)


class AnswerFoot(_Foot):
    """Below an answer.

    Args:
        theme: Colours and text size.
        item: What the signals tell.
    """

    rich_clicked = Signal(object)
    regenerate_clicked = Signal(object)
    regenerate_with_clicked = Signal(object)
    """The item, and this widget's button for the place of a list."""
    run_on_clicked = Signal(object)
    """The prompt shall be run on many rows."""

    def __init__(self, theme: Theme, item: object) -> None:
        super().__init__(theme, item)
        self.more_copy, _ = self._more(self.copy, tr("Other ways to copy"))
        menu = QMenu(self.more_copy)
        self.as_markdown = menu.addAction(tr("Copy as Markdown"))
        self.as_rich_text = menu.addAction(tr("Copy as rich text"))
        self._attach(self.more_copy, menu, self._copy_action)
        self.again = self._add("", "rotate-cw", tr("Answer again"))
        self.again.clicked.connect(self._regenerate)
        self.more_again, self._pair_again = self._more(self.again, tr("Other ways to answer again"))
        again = QMenu(self.more_again)
        self.same_model = again.addAction(tr("Again with the same model"))
        self.other_model = again.addAction(tr("With another model…"))
        again.addSeparator()
        self.run_on = again.addAction(tr("Run this prompt on…"))
        self._attach(self.more_again, again, self._again_action)

    def _more(self, beside: QPushButton, name: str) -> tuple[QPushButton, QWidget]:
        """A button that belongs to another, close beside it, and what holds both."""
        made = button("", "quiet", name=name)
        made.setProperty("narrow", True)
        set_icon(made, self._theme, "chevron-down", self._theme.colours.muted, _ICON)
        pair = QWidget()
        layout = QHBoxLayout(pair)
        spread(layout)
        self.row.removeWidget(beside)
        layout.addWidget(beside)
        layout.addWidget(made)
        self.row.addWidget(pair)
        return made, pair

    def _attach(self, opener: QPushButton, menu: QMenu, chosen: object) -> None:
        # Not setMenu, whose arrow the stylesheet cannot place.
        opener.setProperty("menu", menu)
        opener.clicked.connect(self._open_menu)
        menu.triggered.connect(chosen)

    def _open_menu(self) -> None:
        opener = self.sender()
        assert isinstance(opener, QPushButton)
        menu = opener.property("menu")
        assert isinstance(menu, QMenu)
        menu.popup(opener.mapToGlobal(opener.rect().bottomLeft()))

    def _copy_action(self, action: QAction) -> None:
        (self.rich_clicked if action is self.as_rich_text else self.copy_clicked).emit(self._item)
        self.say_copied()

    def _again_action(self, action: QAction) -> None:
        if action is self.same_model:
            self.regenerate_clicked.emit(self._item)
        elif action is self.run_on:
            self.run_on_clicked.emit(self._item)
        else:
            self.regenerate_with_clicked.emit((self._item, self.more_again))

    def _regenerate(self) -> None:
        self.regenerate_clicked.emit(self._item)

    def offer_again(self, *, on: bool) -> None:
        """Whether it can be answered again."""
        self._pair_again.setVisible(on)

    def add_model(self, words: str) -> None:
        """Say who answered."""
        self.row.addWidget(label(words, "small"))


class QuestionFoot(_Foot):
    """Below a question.

    Args:
        theme: Colours and text size.
        item: What the signals tell.
    """

    edit_clicked = Signal(object)

    def __init__(self, theme: Theme, item: object) -> None:
        super().__init__(theme, item)
        self.copy.setText("")
        self.copy.setAccessibleName(tr("Copy the question"))
        self.copy.setToolTip(tr("Copy the question"))
        set_icon(self.copy, theme, "copy", theme.colours.muted, _ICON)
        self.edit = self._add("", "pencil", tr("Edit the question and ask again"))
        self.edit.clicked.connect(self._edit)

    def say_copied(self) -> None:
        set_icon(self.copy, self._theme, "check", self._theme.colours.ok, _ICON)
        self._copied.start()

    def _forget_copied(self) -> None:
        set_icon(self.copy, self._theme, "copy", self._theme.colours.muted, _ICON)

    def _edit(self) -> None:
        self.edit_clicked.emit(self._item)
