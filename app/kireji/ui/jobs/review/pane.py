"""The reviewer's page in the main window: the rows at the side, the one at hand in full, what is decided below."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QResizeEvent, QShortcut, QShowEvent
from PySide6.QtWidgets import QBoxLayout, QFrame, QHBoxLayout, QVBoxLayout, QWidget

from kireji.core.jobs.reviews import ReviewCounts, ReviewFilter, ReviewItem, ReviewOrder
from kireji.core.moderation.policies import Policy
from kireji.ui.chat.header import HEADER, ElidedLabel
from kireji.ui.jobs.review import words
from kireji.ui.jobs.review.decision_bar import DecisionBar
from kireji.ui.jobs.review.item_list import ReviewList
from kireji.ui.jobs.review.item_model import ReviewModel
from kireji.ui.jobs.review.item_page import ItemPage
from kireji.ui.jobs.work_row import WorkRow
from kireji.ui.models.segments import Segments
from kireji.ui.parts import ChoiceBox, Pair, button, frame, label, restyle, row_of, separator, set_icon, spread
from kireji.ui.theme import Theme
from kireji.ui.tokens import SPACE
from kireji.ui.translation import tr

_BESIDE_FROM = 760
"""Logical pixels from which the row stands beside the list, at the usual text size."""
_LIST_WIDTH = 300


class ReviewPane(QWidget):
    """Shows what is to be decided; holds no state of the program.

    Args:
        theme: Colours and text size.
    """

    menu_clicked = Signal()
    back_clicked = Signal()
    """The results of the job shall be shown again."""
    filter_chosen = Signal(object)
    """A `ReviewFilter`."""
    order_chosen = Signal(object)
    """A `ReviewOrder`."""
    shown = Signal()
    """It came into view: what it shows may have changed meanwhile."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._policy: Policy | None = None
        self.setAccessibleName(tr("Review"))
        self.header = _Header(theme)
        self.filters = Segments(tr("Which rows are shown"))
        self.order = ChoiceBox()
        self.order.setAccessibleName(tr("Order"))
        self.work = WorkRow(tr("Review"))
        self.model = ReviewModel(self._spoken)
        self.model.setParent(self)
        self.list = ReviewList(theme, self.model)
        self.empty = label("", "muted", wrap=True)
        self.page = ItemPage(theme)
        self.decisions = DecisionBar(theme)
        self._side = QWidget()
        self._row = frame("inspector")
        self._open = False
        self._shortcuts: list[QShortcut] = []
        self._build()
        self._connect()

    def _build(self) -> None:
        for value, said in words.orders():
            self.order.addItem(said, value)
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.empty.hide()
        top = QWidget()
        above = QVBoxLayout(top)
        spread(above, (SPACE[3], SPACE[2], SPACE[3], SPACE[1]), SPACE[1])
        above.addWidget(Pair(self.filters, self.order))
        above.addWidget(self.work)
        side = QVBoxLayout(self._side)
        spread(side, (SPACE[2], 0, SPACE[1], 0))
        side.addWidget(self.list, 1)
        side.addWidget(self.empty, 1)
        row = QVBoxLayout(self._row)
        spread(row)
        row.addWidget(self.page, 1)
        row.addWidget(separator())
        row.addWidget(self.decisions)
        self._box = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        spread(self._box)
        self._box.addWidget(self._side)
        self._box.addWidget(self._row, 1)
        outer = QVBoxLayout(self)
        spread(outer)
        outer.addWidget(self.header)
        outer.addWidget(top)
        outer.addLayout(self._box, 1)

    def _connect(self) -> None:
        self.header.menu.clicked.connect(self.menu_clicked)
        self.header.back.clicked.connect(self.back_clicked)
        self.filters.chosen.connect(self._filter)
        self.order.activated.connect(self._order)
        self.list.entered.connect(self.open_row)
        self.page.closed.connect(self.close_row)
        self.decisions.form_closed.connect(self._to_rows)
        keys = (
            ("A", self.decisions.accept.click),
            ("O", self.decisions.overrule.click),
            ("U", self.decisions.undo.click),
            ("J", self.decisions.forth.click),
            ("K", self.decisions.back.click),
        )
        for letter, slot in keys:
            self._shortcuts.append(self._shortcut(letter, slot))
        self._shortcuts.append(self._shortcut("Ctrl+Z", self.decisions.undo.click))
        self._shortcut("Alt+Left", self.back_clicked)
        self._shortcut("Ctrl+S", self.header.export.click)

    def _shortcut(self, keys: str, slot: object) -> QShortcut:
        shortcut = QShortcut(QKeySequence(keys), self)
        shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        shortcut.activated.connect(slot)
        return shortcut

    def show_job(self, name: str, policy: Policy | None) -> None:
        """Whose verdicts they are.

        Args:
            name: Of the job.
            policy: By which it judges.
        """
        self._policy = policy
        version = (
            "" if policy is None else tr("{policy}, version {version}", policy=policy.title, version=policy.version)
        )
        self.header.show_job(name, version)
        self.list.show_policy(policy)

    def show_counts(self, counts: ReviewCounts, wanted: ReviewFilter) -> None:
        """How many rows there are by filter, and how far deciding is."""
        choices = words.filters(counts)
        if wanted.value not in [value for value, _ in choices]:
            title = next(said for each, said in words.FILTERS if each is wanted)
            choices.append((wanted.value, f"{tr(title)} 0"))
        self.filters.show_choices(choices, wanted.value)
        self.filters.rename(choices)
        self.decisions.show_progress(*words.progress(counts, wanted))

    def show_order(self, order: ReviewOrder) -> None:
        """How rows are sorted."""
        self.order.setCurrentIndex(max(0, self.order.findData(order.value)))

    def show_emptiness(self, sentence: str) -> None:
        """Say why there is no row; empty shows the list."""
        self.empty.setText(sentence)
        self.empty.setVisible(bool(sentence))
        self.list.setVisible(not sentence)
        if sentence:
            self.page.clear()
            self.decisions.close_form()
            self.decisions.show_item(None, None)
            self._open = False
            self._arrange()

    @property
    def undo_possible(self) -> bool:
        """Whether there is a decision that can be taken back."""
        return self.decisions.undo.isEnabled()

    @property
    def beside(self) -> bool:
        """Whether the row stands beside the list."""
        return self.width() >= _BESIDE_FROM * max(1.0, self._theme.scale)

    def open_row(self) -> None:
        """Show the row where the list stands, if there is no room beside it."""
        if not self.beside:
            self._open = True
            self._arrange()
            self.page.area.setFocus(Qt.FocusReason.OtherFocusReason)

    def close_row(self) -> None:
        """Show the list again."""
        self._open = False
        self._arrange()
        self.list.setFocus(Qt.FocusReason.OtherFocusReason)

    def leave(self) -> None:
        """Esc: out of what was opened last."""
        if self.decisions.form_open:
            self.decisions.close_form()
        elif self._open and not self.beside:
            self.close_row()
        else:
            self.back_clicked.emit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._arrange()
        self.shown.emit()

    def _arrange(self) -> None:
        beside = self.beside
        self._side.setVisible(beside or not self._open)
        self._row.setVisible(beside or self._open)
        self.page.set_beside(beside)
        if beside:
            width = max(self._theme.px(_LIST_WIDTH), int(self.width() * 0.34))
            self._side.setFixedWidth(min(width, self.width() // 2))
        else:
            self._side.setMinimumWidth(0)
            self._side.setMaximumWidth(16_777_215)
        restyle(self._row, kind="inspector" if beside else "bare")

    def _to_rows(self) -> None:
        where = self.list if self.list.isVisible() else self.page.area
        where.setFocus(Qt.FocusReason.OtherFocusReason)

    def _filter(self, value: object) -> None:
        self.filter_chosen.emit(ReviewFilter(str(value)))

    def _order(self, place: int) -> None:
        self.order_chosen.emit(ReviewOrder(str(self.order.itemData(place))))

    def _spoken(self, item: ReviewItem) -> str:
        return words.spoken(item, self._policy)


class _Header(QFrame):
    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setProperty("kind", "header")
        self._theme = theme
        self.menu = button("", "quiet", name=tr("Show the conversations"))
        self.back = button(tr("Results"), "quiet", name=tr("Back to the results of the job"))
        self._sign = label("", "muted")
        self.title = ElidedLabel("lead")
        self.policy = ElidedLabel("small")
        self.export = button(tr("Export…"), name=tr("Export the decisions (Ctrl+S)"))
        layout = QHBoxLayout(self)
        spread(layout, (SPACE[2], 0, SPACE[3], 1), SPACE[2])
        layout.addWidget(self.menu)
        layout.addWidget(row_of(self.back, self._sign))
        layout.addWidget(self.title, 1000)
        layout.addWidget(self.policy, 500)
        layout.addStretch(1)
        layout.addWidget(self.export)
        self.menu.hide()
        theme.changed.connect(self._dress)
        self._dress()

    def show_job(self, name: str, policy: str) -> None:
        self.title.set_words(tr("Review of {name}", name=name))
        self.policy.set_words(policy)

    def _dress(self) -> None:
        self.setFixedHeight(max(HEADER, self._theme.px(HEADER - 16)))
        set_icon(self.menu, self._theme, "menu", self._theme.colours.muted)
        self._sign.setText("‹" if self.layoutDirection() == Qt.LayoutDirection.RightToLeft else "›")
