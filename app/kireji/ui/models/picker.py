"""The panel in which a model is searched and chosen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QEvent, QObject, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QLineEdit, QListView, QVBoxLayout

from kireji.services.catalog import ProviderModels
from kireji.ui.chat.words import provider_name
from kireji.ui.icons import icon
from kireji.ui.instructions import Instructions
from kireji.ui.models.delegate import RowDelegate
from kireji.ui.models.list_model import Index, RowModel
from kireji.ui.models.rows import Kind, Row, rows
from kireji.ui.models.segments import Segments
from kireji.ui.models.words import EFFORTS, Pick, matches
from kireji.ui.panel import Panel
from kireji.ui.parts import Pair, button, label, separator, spread
from kireji.ui.settings.switch import SwitchRow
from kireji.ui.theme import Theme
from kireji.ui.tokens import SPACE
from kireji.ui.translation import tr

WIDTH = 440
_HEIGHT = 520
_LEAST_LIST = 96
_LIST_KEYS = {
    Qt.Key.Key_Down: 1,
    Qt.Key.Key_Up: -1,
}
_PAGE = {Qt.Key.Key_PageDown: 6, Qt.Key.Key_PageUp: -6}
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class ModelPicker(Panel):
    """A search field, the models by provider, and below them the effort and the default.

    The keyboard stays in the search field: arrows move through the list, Enter takes the marked model.

    Args:
        theme: Colours and text size.
        with_effort: Whether effort is chosen here too.
        with_default: Whether a model can be made its provider's default here.
        with_instructions: Whether the conversation's instructions are written here too.
        with_lasting: Whether it can be chosen here that the model answers the questions that follow too.
    """

    picked = Signal(object)
    """A `Pick`: a model was taken."""
    effort_picked = Signal(object)
    """A `Pick`: the same model shall work harder or less hard; the panel stays."""
    default_wanted = Signal(object)
    """A `Pick`: this model shall be its provider's default."""
    settings_clicked = Signal()

    def __init__(
        self,
        theme: Theme,
        *,
        with_effort: bool = True,
        with_default: bool = True,
        with_instructions: bool = False,
        with_lasting: bool = False,
    ) -> None:
        super().__init__()
        self._theme = theme
        self._with_effort, self._with_default = with_effort, with_default
        self._groups: Sequence[ProviderModels] = ()
        self._servers: Mapping[str, str] = {}
        self._chosen = Pick()
        self._foot = (False, False)
        self.setAccessibleName(tr("Choose a model"))
        self.search = QLineEdit()
        self.search.setPlaceholderText(tr("Search models"))
        self.search.setAccessibleName(tr("Search models"))
        self.search.setClearButtonEnabled(False)
        self._glass = self.search.addAction(
            icon("search", theme.colours.muted), QLineEdit.ActionPosition.LeadingPosition
        )
        self._glass.setText(tr("Search models"))
        self._model = RowModel()
        self.list = _List(theme, self._model)
        self._effort_name = label(tr("Effort"), "muted")
        self.effort = Segments(tr("Effort"))
        self._effort = Pair(self._effort_name, self.effort)
        self.default = button("", "quiet")
        self.lasting = SwitchRow(tr("Also for the questions that follow")) if with_lasting else None
        self.instructions = Instructions(theme) if with_instructions else None
        self._line = separator()
        self._build()
        self._connect()
        self._dress()
        self._show_foot()

    def _build(self) -> None:
        layout = QVBoxLayout(self)
        spread(layout, SPACE[2], SPACE[1])
        layout.addWidget(self.search)
        layout.addWidget(self.list, 1)
        layout.addWidget(self._line)
        layout.addWidget(self._effort)
        layout.addWidget(self.default, 0, Qt.AlignmentFlag.AlignLeading)
        if self.lasting is not None:
            layout.addWidget(self.lasting)
        if self.instructions is not None:
            layout.addWidget(separator())
            layout.addWidget(label(tr("Instructions"), "muted"))
            layout.addWidget(self.instructions)

    def _connect(self) -> None:
        self.search.textChanged.connect(self._searched)
        self.search.installEventFilter(self)
        self.list.clicked.connect(self._take)
        self.list.moved.connect(self._show_foot)
        self.effort.chosen.connect(self._effort_chosen)
        self.default.clicked.connect(self._default_clicked)
        self._theme.changed.connect(self._dress)

    # What is shown.

    def show_models(self, groups: Sequence[ProviderModels], servers: Mapping[str, str], chosen: Pick) -> None:
        """Show what there is; the marked row stays marked when it is still there.

        Args:
            groups: In the order to show.
            servers: Names of local servers by base URL.
            chosen: What is in force.
        """
        marked = self.marked() or chosen
        self._groups, self._servers, self._chosen = groups, servers, chosen
        scrolled = self.list.verticalScrollBar().value()
        self._fill()
        if not self._mark(marked) and not self._mark(chosen):
            self._mark_first()
        else:
            self.list.verticalScrollBar().setValue(scrolled)
            self.list.scrollTo(self.list.currentIndex())
        self._show_foot()

    def start(self) -> None:
        """Ready to be used anew: nothing searched, the keyboard in the search field."""
        self.search.clear()
        if self.lasting is not None:
            self.lasting.set_on(False)
        if not self._mark(self._chosen):
            self._mark_first()
        current = self.list.currentIndex()
        if current.isValid():
            self.list.scrollTo(current, QAbstractItemView.ScrollHint.PositionAtCenter)
        self.search.setFocus(Qt.FocusReason.OtherFocusReason)

    def marked(self) -> Pick | None:
        """The model that Enter would take."""
        row = self._model.row(self.list.currentIndex())
        if row is None or row.info is None:
            return None
        return Pick(row.provider, row.info.id, self._chosen.effort)

    def shown_rows(self) -> Sequence[Row]:
        """Every row as it stands."""
        found = (self._model.row(self._model.index(number, 0)) for number in range(self._model.rowCount()))
        return tuple(row for row in found if row is not None)

    def wanted_size(self, room: QSize) -> QSize:
        scale = min(1.5, max(1.0, self._theme.scale))
        width = min(round(WIDTH * scale), room.width())
        layout = self.layout()
        assert layout is not None
        around = layout.totalHeightForWidth(width) if layout.hasHeightForWidth() else layout.totalSizeHint().height()
        needed = around - self.list.sizeHint().height() + max(self.list.rows_height(), self.list.minimumHeight())
        return QSize(width, min(needed, round(_HEIGHT * scale))).boundedTo(room)

    def _fill(self) -> None:
        self._model.fill(rows(self._groups, self._servers, self.search.text()), self._chosen)
        self.resized.emit()

    def _mark(self, pick: Pick) -> bool:
        index = self._model.find(pick)
        self.list.setCurrentIndex(index)
        return index.isValid()

    def _mark_first(self) -> None:
        """Mark the first model whose own name was searched, else the first row of all."""
        query = self.search.text()
        for number, row in enumerate(self.shown_rows() if query.strip() else ()):
            if row.info is not None and matches(row.info, "", query):
                self.list.setCurrentIndex(self._model.index(number, 0))
                return
        self.list.setCurrentIndex(self._model.step(-1, 1))

    def _show_foot(self) -> None:
        row = self._model.row(self.list.currentIndex())
        info = row.info if row is not None else None
        efforts = [effort.value for effort in info.efforts] if info is not None else []
        shows_effort = self._with_effort and bool(efforts)
        shows_default = self._with_default and info is not None and info.provider != "device"
        self._effort.setVisible(shows_effort)
        self.default.setVisible(shows_default)
        self._line.setVisible(shows_effort or shows_default or self.lasting is not None)
        if shows_effort:
            self.effort.show_choices([(value, tr(EFFORTS[value])) for value in ("", *efforts)], self._chosen.effort)
        if shows_default and row is not None and info is not None:
            name, is_default = provider_name(row.provider), info.id == row.default
            words = (
                tr("This is the default for {name}", name=name)
                if is_default
                else tr("Make default for {name}", name=name)
            )
            self.default.setText(words.replace("&", "&&"))
            self.default.setAccessibleName(words)
            self.default.setEnabled(not is_default)
        if (shows_effort, shows_default) != self._foot:
            self._foot = (shows_effort, shows_default)
            self.resized.emit()

    # What is done.

    def _searched(self, _text: str) -> None:
        marked = self.marked()
        self._fill()
        if self.search.text().strip() or marked is None or not self._mark(marked):
            self._mark_first()
        self.list.scrollTo(self.list.currentIndex())
        self._show_foot()

    def _take(self, index: Index) -> None:
        row = self._model.row(index)
        if row is None:
            return
        if row.kind is Kind.PROBLEM:
            self.settings_clicked.emit()
        elif row.info is not None:
            allowed = {effort.value for effort in row.info.efforts}
            effort = self._chosen.effort if self._chosen.effort in allowed else ""
            self.picked.emit(Pick(row.provider, row.info.id, effort))

    def _effort_chosen(self, value: object) -> None:
        if (marked := self.marked()) is not None:
            self._chosen = Pick(marked.provider, marked.model, str(value))
            self._fill()
            self._mark(self._chosen)
            self.effort_picked.emit(self._chosen)

    def _default_clicked(self) -> None:
        if (marked := self.marked()) is not None:
            self.default_wanted.emit(marked)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.search and event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            return self._search_key(event)
        return False

    def _search_key(self, event: QKeyEvent) -> bool:
        key = Qt.Key(event.key())
        if key in _ENTER:
            self._take(self.list.currentIndex())
            return True
        if key in _LIST_KEYS:
            self.list.go(_LIST_KEYS[key])
            return True
        if key in _PAGE:
            for _ in range(abs(_PAGE[key])):
                self.list.go(1 if _PAGE[key] > 0 else -1)
            return True
        return False

    def _dress(self) -> None:
        self._glass.setIcon(icon("search", self._theme.colours.muted, self._theme.px(16)))


class _List(QListView):
    moved = Signal()
    """Another row is marked."""

    def __init__(self, theme: Theme, model: RowModel) -> None:
        super().__init__()
        self._rows = model
        self.setModel(model)
        self.setItemDelegate(RowDelegate(theme, self))
        self.setAccessibleName(tr("Models"))
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # the search field has the keyboard and moves the mark
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setMouseTracking(True)
        self.setMinimumHeight(_LEAST_LIST)
        theme.changed.connect(self.scheduleDelayedItemsLayout)

    def rows_height(self) -> int:
        """What all rows need, in logical pixels."""
        rows = sum(self.sizeHintForRow(number) for number in range(self._rows.rowCount()))
        return rows + 2 * self.frameWidth()

    def go(self, direction: int) -> None:
        """Mark the next row that can be taken, up (-1) or down (1)."""
        found = self._rows.step(self.currentIndex().row(), direction)
        if found.isValid():
            self.setCurrentIndex(found)
        elif direction < 0:
            self.scrollToTop()

    def currentChanged(self, current: Index, previous: Index) -> None:
        super().currentChanged(current, previous)
        self.moved.emit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.oldSize().width() != event.size().width():
            self.scheduleDelayedItemsLayout()
