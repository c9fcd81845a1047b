"""A result in the main window: the pictures at one side, what came of them at the other."""

from __future__ import annotations

from collections.abc import Hashable

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QMenu,
    QPushButton,
    QScrollArea,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from kireji.ui.chat.header import HEADER, ElidedLabel, open_below
from kireji.ui.parts import button, label, row_of, set_icon, spread
from kireji.ui.results.content import ResultContent
from kireji.ui.results.stage import PictureStage
from kireji.ui.settings.cards import Chip, tell
from kireji.ui.theme import Theme
from kireji.ui.tokens import SPACE
from kireji.ui.translation import tr

_BESIDE_FROM = 820
"""Logical pixels from which the two stand beside each other, at the usual text size."""
_WORDS_FROM = 620
"""From which buttons have words."""


class ResultPage(QWidget):
    """A header with what can be done, the pictures, and one content.

    Args:
        theme: Colours and text size.
        back: What the button that leads back says, and what it says to who hears it; None for the conversation.
    """

    menu_clicked = Signal()
    back_clicked = Signal()
    copy_chosen = Signal(str)
    """One of the content's forms."""
    save_clicked = Signal()

    def __init__(self, theme: Theme, back: tuple[str, str] | None = None) -> None:
        super().__init__()
        self._theme = theme
        self.header = _Header(theme, *(back or (tr("Conversation"), tr("Back to the conversation"))))
        self.stage = PictureStage(theme)
        self.content: ResultContent | None = None
        self.notice = label("", "muted", wrap=True)
        self._side = QWidget()
        self._slot = QVBoxLayout()
        self._split = QSplitter()
        self._build()
        self.header.menu.clicked.connect(self.menu_clicked)
        self.header.back.clicked.connect(self.back_clicked)
        self.header.copy.clicked.connect(self._open_copies)
        self.header.save.clicked.connect(self.save_clicked)
        self.stage.chosen.connect(self._box_chosen)
        self.stage.entered.connect(self._box_entered)
        for keys, slot in (
            ("Alt+Left", self.back_clicked),
            ("Ctrl+S", self.header.save.click),
            ("Ctrl+Shift+C", self.header.copy.click),
            ("F6", self._other_side),
        ):
            shortcut = QShortcut(QKeySequence(keys), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(slot)

    def _build(self) -> None:
        self.setAccessibleName(tr("Result"))
        self.notice.hide()
        side = QVBoxLayout(self._side)
        spread(side, (SPACE[3], SPACE[2], SPACE[3], SPACE[2]), SPACE[1])
        side.addWidget(self.notice)
        side.addLayout(self._slot, 1)
        self._split.setChildrenCollapsible(False)
        self._split.setHandleWidth(5)
        self._split.addWidget(self.stage)
        self._split.addWidget(self._side)
        self._split.setStretchFactor(0, 1)
        self._split.setStretchFactor(1, 1)
        outer = QVBoxLayout(self)
        spread(outer)
        outer.addWidget(self.header)
        outer.addWidget(self._split, 1)

    def show_content(self, content: ResultContent, title: str, chip: str, *, scrolls: bool) -> None:
        """Show another result.

        Args:
            content: A widget of its own; the one before goes.
            title: What it is of.
            chip: What it is.
            scrolls: Whether it is as high as it needs to be, so that the page lets it scroll.
        """
        self._clear()
        self.content = content
        content.went.connect(self._went)
        content.boxes_changed.connect(self.draw_boxes)
        if scrolls:
            area = QScrollArea()
            area.setWidgetResizable(True)
            area.setFrameShape(QFrame.Shape.NoFrame)
            area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
            area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            content.setProperty("kind", "page")
            area.setWidget(content)
            self._slot.addWidget(area, 1)
        else:
            self._slot.addWidget(content, 1)
        content.show()
        self.header.show_result(title, chip)
        self.header.copy.setVisible(bool(content.copies()))
        self.say("")
        self._arrange()

    def show_coming(self, title: str, sentence: str) -> None:
        """A result is on its way; the one before is gone.

        Args:
            title: What it is of.
            sentence: What it waits for.
        """
        self._clear()
        self.clear_pictures(any_come=True)
        self.header.show_result(title, "")
        self.header.copy.hide()
        self.header.save.hide()
        self.say(sentence)
        self._arrange()

    def clear_pictures(self, *, any_come: bool) -> None:
        """Those of the result before are gone; where none come, what came of it has all the room.

        Args:
            any_come: Whether this result has pictures.
        """
        self.stage.show_pictures(())
        self.stage.show_boxes(())
        self.stage.choose(None)
        self.stage.say("")
        self.stage.show_choices((), "")
        self.stage.setVisible(any_come)

    def say(self, sentence: str, role: str = "muted") -> None:
        """A sentence above the content; empty removes it."""
        tell(self.notice, sentence, role)

    def draw_boxes(self) -> None:
        """The boxes of the pictures that are shown are others now."""
        if self.content is not None:
            self.stage.show_boxes(self.content.boxes(self.picture), self.content.boxes(self.second_picture))

    picture = 0
    """Which of the result's pictures is shown first."""
    second_picture = 1
    """Which is shown beside it, where two are."""
    picture_wanted = Signal(int)
    """A picture that is not shown now is wanted, because something that stands on it was gone to."""

    def _clear(self) -> None:
        while (item := self._slot.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.hide()
                old.deleteLater()
        self.content = None

    def _went(self, key: Hashable | None) -> None:
        if self.content is None:
            return
        if key is not None:
            wanted = self.content.picture_of(key)
            if wanted != self.picture and not self.stage.pair_shown:
                self.picture_wanted.emit(wanted)
        self.stage.choose(key)

    def _box_chosen(self, key: Hashable | None) -> None:
        if self.content is not None:
            self.content.choose(key)

    def _box_entered(self, key: Hashable | None) -> None:
        if self.content is not None:
            self._box_chosen(key)
            self.content.focus()

    def _other_side(self) -> None:
        if self.stage.first.hasFocus() or self.stage.second.hasFocus():
            if self.content is not None:
                self.content.focus()
        else:
            self.stage.first.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _open_copies(self) -> None:
        if self.content is None:
            return
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for form, words in self.content.copies():
            menu.addAction(words).setData(form)
        menu.triggered.connect(self._copy_triggered)
        open_below(menu, self.header.copy, at_end=True)

    def _copy_triggered(self, action: object) -> None:
        self.copy_chosen.emit(str(action.data()))  # type: ignore[attr-defined]

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def _arrange(self) -> None:
        grown = max(1.0, self._theme.scale)
        beside = self.width() >= _BESIDE_FROM * min(grown, 1.2)
        wanted = Qt.Orientation.Horizontal if beside else Qt.Orientation.Vertical
        if self._split.orientation() != wanted or not any(self._split.sizes()):
            self._split.setOrientation(wanted)
            length = self.width() if beside else self.height()
            part = 0.48 if beside else 0.4
            self._split.setSizes([round(length * part), round(length * (1 - part))])
        self.header.fold(narrow=self.width() < _WORDS_FROM * grown)


class _Header(QFrame):
    def __init__(self, theme: Theme, back: str, back_heard: str) -> None:
        super().__init__()
        self.setProperty("kind", "header")
        self._back_words = back
        self._theme = theme
        self._narrow = False
        self.menu = button("", "quiet", name=tr("Show the conversations"))
        self.back = button(back, "quiet", name=back_heard)
        self._sign = label("", "muted")
        self.title = ElidedLabel("lead")
        self.chip = Chip()
        self.copy = button(tr("Copy"), name=tr("Copy the result"))
        self.save = button(tr("Save…"), name=tr("Save the result"))
        layout = QHBoxLayout(self)
        spread(layout, (SPACE[2], 0, SPACE[3], 1), SPACE[2])
        layout.addWidget(self.menu)
        layout.addWidget(row_of(self.back, self._sign))
        layout.addWidget(self.title, 1000)
        layout.addWidget(self.chip, 0, Qt.AlignmentFlag.AlignVCenter)
        layout.addStretch(1)
        for each in (self.copy, self.save):
            layout.addWidget(each)
        self.menu.hide()
        theme.changed.connect(self._dress)
        self._dress()

    def show_result(self, title: str, chip: str) -> None:
        self.title.set_words(" ".join(title.split()))
        self.chip.setText(chip)
        self.chip.setAccessibleName(chip)

    def fold(self, *, narrow: bool) -> None:
        """Where there is little room, buttons have no words and the chip goes."""
        self._narrow = narrow
        self._dress()

    def _dress(self) -> None:
        self.setFixedHeight(max(HEADER, self._theme.px(HEADER - 16)))
        colours = self._theme.colours
        set_icon(self.menu, self._theme, "menu", colours.muted)
        self.chip.setVisible(not self._narrow)
        self._show_words(self.copy, "" if self._narrow else tr("Copy"), "copy")
        self._show_words(self.save, "" if self._narrow else tr("Save…"), "save")
        self.back.setText("" if self._narrow else self._back_words)
        mirrored = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        if self._narrow:
            set_icon(self.back, self._theme, "chevron-right" if mirrored else "chevron-left", colours.muted)
        else:
            self.back.setIcon(type(self.back.icon())())
        self._sign.setText("" if self._narrow else "‹" if mirrored else "›")

    def _show_words(self, target: QPushButton, words: str, sign: str) -> None:
        target.setText(words)
        set_icon(target, self._theme, sign, self._theme.colours.muted, 15)
