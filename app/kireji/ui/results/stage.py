"""The pictures of a result: one or two side by side, how large they are, and which of several is shown."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

from PySide6.QtCore import QSize, Signal
from PySide6.QtGui import QImage, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QVBoxLayout, QWidget

from kireji.ui.models.segments import Segments
from kireji.ui.parts import button, label, set_icon, spread
from kireji.ui.results.box_marks import PlacedBox
from kireji.ui.results.picture_boxes import PictureBoxes
from kireji.ui.theme import Theme
from kireji.ui.tokens import SPACE
from kireji.ui.translation import tr


class PictureStage(QWidget):
    """Shows pictures with their boxes; two move together.

    Args:
        theme: Colours and text size.
    """

    chosen = Signal(object)
    """The key of the box that was clicked or gone to; None for none."""
    entered = Signal(object)
    """The key of a box whose part of the result shall have the keyboard."""
    choice_made = Signal(object)
    """One of the choices above the pictures, as `show_choices` was given them."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.choices = Segments(tr("What is shown"))
        self.first = PictureBoxes(theme, tr("Picture"))
        self.second = PictureBoxes(theme, tr("Second picture"))
        self._holders = (QWidget(), QWidget())
        self._captions = (label("", "small"), label("", "small"))
        self.smaller = button("", "quiet", name=tr("Smaller"))
        self.larger = button("", "quiet", name=tr("Larger"))
        self.fit = button(tr("Fit"), "quiet", name=tr("Show all of the picture"))
        self.sentence = label("", "muted", wrap=True)
        self._pair = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._build()
        for view, other in ((self.first, self.second), (self.second, self.first)):
            view.chosen.connect(self._chosen)
            view.entered.connect(self.entered)
            view.viewed.connect(other.take_view)
        self.choices.chosen.connect(self.choice_made)
        self.smaller.clicked.connect(self._smaller)
        self.larger.clicked.connect(self._larger)
        self.fit.clicked.connect(self._fit)
        theme.changed.connect(self._dress)
        self._dress()

    def _build(self) -> None:
        bar = QHBoxLayout()
        spread(bar, (SPACE[2], SPACE[0], SPACE[1], SPACE[0]), SPACE[0])
        bar.addWidget(self.choices, 1000)
        bar.addStretch(1)
        for each in (self.smaller, self.fit, self.larger):
            bar.addWidget(each)
        spread(self._pair, 0, 1)
        for holder, view, said in zip(self._holders, (self.first, self.second), self._captions, strict=True):
            side = QVBoxLayout(holder)
            spread(side, 0, 0)
            said.setContentsMargins(SPACE[2], 0, SPACE[2], SPACE[0])
            side.addWidget(said)
            side.addWidget(view, 1)
            self._pair.addWidget(holder, 1)
        self.sentence.setContentsMargins(SPACE[2], SPACE[1], SPACE[2], SPACE[1])
        self.sentence.hide()
        column = QVBoxLayout(self)
        spread(column, 0, 0)
        column.addLayout(bar)
        column.addWidget(self.sentence)
        column.addLayout(self._pair, 1)
        self._show_second(visible=False)

    def show_choices(self, choices: Sequence[tuple[str, str]], value: str) -> None:
        """What can be chosen above the pictures; fewer than two show none.

        Args:
            choices: Value and words of each.
            value: Which one holds.
        """
        self.choices.show_choices(choices, value)
        self.choices.setVisible(len(choices) > 1)

    def show_pictures(self, pictures: Sequence[QImage], captions: Sequence[str] = ()) -> None:
        """Show one picture, or two side by side.

        Args:
            pictures: One or two; none shows an empty place.
            captions: What stands above each.
        """
        self.first.show_picture(pictures[0] if pictures else QImage())
        self._show_second(visible=len(pictures) > 1)
        if len(pictures) > 1:
            self.second.show_picture(pictures[1])
        for number, said in enumerate(self._captions):
            words = captions[number] if number < len(captions) else ""
            said.setText(words)
            said.setVisible(bool(words) and number < max(1, len(pictures)))
        self._turn()

    def say(self, sentence: str) -> None:
        """A sentence above the pictures, such as that one is no longer there; empty removes it."""
        self.sentence.setText(sentence)
        self.sentence.setVisible(bool(sentence))

    @property
    def pair_shown(self) -> bool:
        """Whether there are two pictures."""
        return not self._holders[1].isHidden()

    def show_boxes(self, boxes: Sequence[PlacedBox], second: Sequence[PlacedBox] = ()) -> None:
        """Draw boxes over the pictures."""
        self.first.show_boxes(boxes)
        self.second.show_boxes(second)

    def choose(self, key: Hashable | None) -> None:
        """Highlight a box on all pictures."""
        self.first.choose(key)
        self.second.choose(key)

    def _chosen(self, key: Hashable | None) -> None:
        for view in (self.first, self.second):
            if view.current != key:
                view.choose(key)
        self.chosen.emit(key)

    def _show_second(self, *, visible: bool) -> None:
        self._holders[1].setVisible(visible)
        self._captions[1].setVisible(visible and bool(self._captions[1].text()))

    def _turn(self) -> None:
        """Two stand beside each other, or one below the other, as they are seen larger."""
        sizes = [view.picture_size() for view in (self.first, self.second)]
        width, height = max(1, self.width()), max(1, self.height())
        wide, high = (max(1, *(part(size) for size in sizes)) for part in (QSize.width, QSize.height))
        beside = min(width / (2 * wide), height / high)
        below = min(width / wide, height / (2 * high))
        direction = QBoxLayout.Direction.LeftToRight if beside >= below else QBoxLayout.Direction.TopToBottom
        self._pair.setDirection(direction)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._turn()

    def _smaller(self) -> None:
        self.first.zoom(-1)

    def _larger(self) -> None:
        self.first.zoom(1)

    def _fit(self) -> None:
        self.first.zoom_to_fit()

    def _dress(self) -> None:
        muted = self._theme.colours.muted
        set_icon(self.larger, self._theme, "zoom-in", muted)
        set_icon(self.smaller, self._theme, "zoom-out", muted)
