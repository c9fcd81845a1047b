"""The settings inside the main window: a list of pages and the page."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QComboBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from kireji.ui.chat.header import HEADER, ElidedLabel
from kireji.ui.parts import ChoiceBox, Pair, button, caption, frame, label, set_icon, spread
from kireji.ui.theme import Theme
from kireji.ui.tokens import SPACE
from kireji.ui.translation import tr

_PAGES_WIDTH = 190
_NARROW = 600
_WIDEST_PAGE = 576


class SettingsPane(QWidget):
    """Frame of the settings.

    Args:
        theme: Colours and text size.
        pages: Title and content, in order.
    """

    menu_clicked = Signal()
    help_clicked = Signal()
    page_shown = Signal(object)
    """The page's widget."""

    def __init__(self, theme: Theme, pages: Sequence[tuple[str, QWidget]]) -> None:
        super().__init__()
        self._theme = theme
        self._pages = tuple(pages)
        self.header = _Header(theme)
        self._column = frame("pages")
        self._short = ChoiceBox()
        self._short.setAccessibleName(tr("Settings page"))
        self._group = QButtonGroup(self)
        self._stack = QStackedWidget()
        self._problems = label("", "warn", wrap=True)
        self._body = QHBoxLayout()
        self._build()
        self.header.menu.clicked.connect(self.menu_clicked)
        self.header.help.clicked.connect(self.help_clicked)
        self._group.idClicked.connect(self._entry_clicked)
        self._short.activated.connect(self.show_page)
        self.show_page(0)

    def _build(self) -> None:
        outer = QVBoxLayout(self)
        spread(outer)
        outer.addWidget(self.header)
        outer.addLayout(self._body, 1)
        spread(self._body)
        column = QVBoxLayout(self._column)
        spread(column, (SPACE[2] - 2, SPACE[3], SPACE[2] - 2, SPACE[3]), 0)
        for number, (title, page) in enumerate(self._pages):
            entry = button(title, "nav")
            entry.setCheckable(True)
            self._group.addButton(entry, number)
            column.addWidget(entry)
            self._short.addItem(title)
            self._stack.addWidget(_scrolled(title, page))
        column.addStretch(1)
        self._body.addWidget(self._column)
        right = QVBoxLayout()
        spread(right)
        self._short_row = QWidget()
        short = QHBoxLayout(self._short_row)
        spread(short, (SPACE[3], SPACE[2], SPACE[3], 0))
        short.addWidget(self._short)
        short.addStretch(1)
        right.addWidget(self._short_row)
        self._problems.setContentsMargins(SPACE[5], SPACE[3], SPACE[5], SPACE[1])
        right.addWidget(self._problems)
        right.addWidget(self._stack, 1)
        self._body.addLayout(right, 1)
        self._problems.hide()

    def show_page(self, number: int) -> None:
        """Show one page by its place in the list."""
        self._stack.setCurrentIndex(number)
        self._short.setCurrentIndex(number)
        self._group.button(number).setChecked(True)
        self.page_shown.emit(self._pages[number][1])

    def show_widget(self, page: QWidget) -> None:
        """Show one page by its widget."""
        number = next(number for number, (_, each) in enumerate(self._pages) if each is page)
        self._group.button(number).setFocus(Qt.FocusReason.OtherFocusReason)
        self.show_page(number)

    def _entry_clicked(self, number: int) -> None:
        # A click gives these buttons no focus; the ring would stay at the entry that had it.
        self._group.button(number).setFocus(Qt.FocusReason.MouseFocusReason)
        self.show_page(number)

    def page(self) -> QWidget:
        """The page that is shown."""
        return self._pages[self._stack.currentIndex()][1]

    def show_problems(self, sentences: Sequence[str]) -> None:
        """What in the settings file could not be used."""
        heading = tr("Some settings could not be used:") + "\n" if len(sentences) > 1 else ""
        self._problems.setText(heading + "\n".join(sentences))
        self._problems.setVisible(bool(sentences))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        growth = max(1.0, self._theme.scale)
        narrow = self.width() < _NARROW * growth
        self._column.setVisible(not narrow)
        self._column.setFixedWidth(round(_PAGES_WIDTH * growth))
        self._short_row.setVisible(narrow)


class _Header(QFrame):
    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setProperty("kind", "header")
        self._theme = theme
        self.menu = button("", "quiet", name=tr("Show the conversations"))
        self.help = button(tr("Help"), "quiet", name=tr("Help about this page (F1)"))
        self.help.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # F1 is its key; Tab goes from the pages to their settings
        title = ElidedLabel("lead")
        title.set_words(tr("Settings"))
        layout = QHBoxLayout(self)
        spread(layout, (SPACE[4] - 4, 0, SPACE[2], 1), SPACE[2])
        layout.addWidget(self.menu)
        layout.addWidget(title)
        layout.addStretch(1)
        layout.addWidget(self.help)
        self.menu.hide()
        theme.changed.connect(self._dress)
        self._dress()

    def _dress(self) -> None:
        self.setFixedHeight(max(HEADER, self._theme.px(HEADER - 16)))
        set_icon(self.menu, self._theme, "menu", self._theme.colours.muted)


def _scrolled(title: str, page: QWidget) -> QScrollArea:
    holder = QWidget()
    holder.setProperty("kind", "page")
    layout = QVBoxLayout(holder)
    spread(layout, (SPACE[5], SPACE[4], SPACE[5], SPACE[4]), SPACE[3])
    heading = label(title, "title")
    layout.addWidget(heading)
    row = QHBoxLayout()
    spread(row)
    page.setMaximumWidth(_WIDEST_PAGE)
    row.addWidget(page, 1000)
    row.addStretch(1)
    layout.addLayout(row)
    layout.addStretch(1)
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setWidget(holder)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    return area


class ChoiceRow(QWidget):
    """One setting with a list of choices.

    Args:
        title: What it decides.
        choices: Value and words.
        name: For screen readers, where the title alone does not say what it decides.
    """

    chosen = Signal(object)
    """The value that the person chose."""

    def __init__(self, title: str, choices: Sequence[tuple[object, str]] = (), name: str = "") -> None:
        super().__init__()
        self._values: list[object] = []
        self._box = ChoiceBox()
        self._box.setAccessibleName(name or title)
        self._box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        layout = QVBoxLayout(self)
        spread(layout)
        layout.addWidget(Pair(caption(title, self._box), self._box))
        self._box.activated.connect(self._activated)
        self.set_choices(choices)

    def set_choices(self, choices: Sequence[tuple[object, str]]) -> None:
        """Offer these."""
        self._box.clear()
        self._values = [value for value, _ in choices]
        self._box.addItems([words for _, words in choices])

    def set_value(self, value: object) -> None:
        """Show what holds; a value that is not offered is added."""
        if value not in self._values:
            self._values.append(value)
            self._box.addItem(str(value))
        self._box.setCurrentIndex(self._values.index(value))

    def value(self) -> object:
        """What is shown."""
        return self._values[self._box.currentIndex()]

    def choose(self, value: object) -> None:
        """As if the person had chosen it."""
        self.set_value(value)
        self.chosen.emit(value)

    def _activated(self, index: int) -> None:
        self.chosen.emit(self._values[index])


def rows(*widgets: QWidget | QLabel) -> QVBoxLayout:
    """A column of widgets with the distance that settings have."""
    layout = QVBoxLayout()
    spread(layout, 0, SPACE[3])
    for widget in widgets:
        layout.addWidget(widget)
    return layout
