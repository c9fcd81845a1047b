"""The variables of a prompt, each with where its value comes from."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from kireji.core.prompts import ASKED, Variable, VariableKind
from kireji.ui.parts import Pair, button, caption, frame, label, set_icon, spread
from kireji.ui.settings.cards import actions
from kireji.ui.settings.fields import LineField
from kireji.ui.settings.pane import ChoiceRow
from kireji.ui.settings.prompts.words import KINDS
from kireji.ui.settings.tools.seeing import bring_into_view
from kireji.ui.theme import Theme
from kireji.ui.tokens import SPACE
from kireji.ui.translation import tr

_SEPARATORS = ",;\n"
_WITH_DEFAULT = frozenset({VariableKind.TEXT, VariableKind.CLIPBOARD, VariableKind.SELECTION})


class VariableList(QWidget):
    """All variables, and a button for the next.

    Args:
        theme: Colours and text size.
    """

    changed = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.rows: list[VariableRow] = []
        self.none = label(tr("None yet. Write {{name}} into the words, or add one here."), "muted", wrap=True)
        self.add = button(tr("Add a variable"))
        self.missing: list[str] = []
        self._offers = actions()
        self._column = QVBoxLayout()
        spread(self._column, 0, SPACE[1])
        layout = QVBoxLayout(self)
        spread(layout, 0, SPACE[1])
        layout.addWidget(self.none)
        layout.addLayout(self._column)
        layout.addWidget(self._offers)
        layout.addWidget(self.add, 0, Qt.AlignmentFlag.AlignLeading)
        self._offers.hide()
        self.add.clicked.connect(self._add)

    def variables(self) -> Mapping[str, Variable]:
        """As they are written; a name that stands there twice counts once."""
        return {row.name.text().strip(): row.variable() for row in self.rows if row.name.text().strip()}

    def show_variables(self, variables: Mapping[str, Variable]) -> None:
        """Show these."""
        while self.rows:
            self._drop(self.rows[-1])
        for name, variable in variables.items():
            self._append(name, variable)
        self._show_none()

    def offer(self, names: list[str]) -> None:
        """Offer to make variables of places that have none."""
        if names == self.missing:
            return
        self.missing = names
        layout = self._offers.layout()
        assert layout is not None
        while (item := layout.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.hide()
                old.deleteLater()
        for name in names:
            offer = button(tr("Make {name} a variable", name=name), "chip")
            offer.setProperty("variable", name)
            offer.clicked.connect(self._offer_taken)
            layout.addWidget(offer)
        self._offers.setVisible(bool(names))

    def _offer_taken(self) -> None:
        self._append(str(self.sender().property("variable")), Variable())
        self._show_none()
        self.rows[-1].description.setFocus(Qt.FocusReason.OtherFocusReason)
        bring_into_view(self.rows[-1])
        self.changed.emit()

    def _add(self) -> None:
        self._append("", Variable())
        self._show_none()
        self.rows[-1].name.setFocus(Qt.FocusReason.OtherFocusReason)
        bring_into_view(self.rows[-1])
        self.changed.emit()

    def _append(self, name: str, variable: Variable) -> None:
        row = VariableRow(self._theme, name, variable)
        row.changed.connect(self.changed)
        row.removed.connect(self._removed)
        self.rows.append(row)
        self._column.addWidget(row)
        row.show()

    def _removed(self, row: object) -> None:
        assert isinstance(row, VariableRow)
        self._drop(row)
        self._show_none()
        self.add.setFocus(Qt.FocusReason.OtherFocusReason)
        self.changed.emit()

    def _drop(self, row: VariableRow) -> None:
        self.rows.remove(row)
        self._column.removeWidget(row)
        row.hide()
        row.deleteLater()

    def _show_none(self) -> None:
        self.none.setVisible(not self.rows)


class VariableRow(QWidget):
    """One variable.

    Args:
        theme: Colours and text size.
        name: What stands in the braces.
        variable: What it is.
    """

    changed = Signal()
    removed = Signal(object)
    """This row."""

    def __init__(self, theme: Theme, name: str, variable: Variable) -> None:
        super().__init__()
        self._theme = theme
        self._card = frame("card")
        self.name = LineField(tr("Name of the variable"), tr("tone"))
        self.kind = ChoiceRow(tr("It is filled with"), [(kind, tr(words)) for kind, words in KINDS.items()])
        self.description = LineField(tr("What belongs there"), tr("Tone of the reply"))
        self.choices = LineField(tr("Choices, with commas between them"), tr("friendly, formal, brief"))
        self.default = LineField(tr("Otherwise"), tr("nothing: then it must be given"))
        self.otherwise = ChoiceRow(tr("Chosen at first"))
        self.remove = button("", "quiet")
        self._choices_row = Pair(caption(tr("Choices"), self.choices), self.choices)
        self._default_row = Pair(caption(tr("Otherwise"), self.default), self.default)
        self._build()
        self._show(name, variable)
        for field in (self.name, self.description, self.choices, self.default):
            field.textChanged.connect(self._edited)
        self.kind.chosen.connect(self._kind_chosen)
        self.otherwise.chosen.connect(self._edited)
        self.remove.clicked.connect(self._remove)
        theme.changed.connect(self._dress)
        self._dress()

    def _build(self) -> None:
        outer = QVBoxLayout(self)
        spread(outer)
        outer.addWidget(self._card)
        column = QVBoxLayout(self._card)
        spread(column, (SPACE[2], SPACE[1], SPACE[2], SPACE[1]), SPACE[0])
        first = QHBoxLayout()
        spread(first, 0, SPACE[1])
        first.addWidget(self.name, 1)
        first.addWidget(self.remove)
        column.addLayout(first)
        about = Pair(caption(tr("What belongs there"), self.description), self.description)
        for widget in (self.kind, about, self._choices_row, self.otherwise, self._default_row):
            column.addWidget(widget)

    def variable(self) -> Variable:
        """As it is written."""
        kind = self.kind.value()
        assert isinstance(kind, VariableKind)
        description = " ".join(self.description.text().split())
        if kind is VariableKind.CHOICE:
            choices = self._written_choices()
            first = str(self.otherwise.value()) if choices else ""
            return Variable(description, first if first in choices else None, kind, choices)
        default = self.default.text().strip() if kind in _WITH_DEFAULT else ""
        return Variable(description, default or None, kind)

    def _written_choices(self) -> tuple[str, ...]:
        text = self.choices.text()
        for sign in _SEPARATORS[1:]:
            text = text.replace(sign, ",")
        return tuple(dict.fromkeys(filter(None, (each.strip() for each in text.split(",")))))

    def _show(self, name: str, variable: Variable) -> None:
        self.name.setText(name)
        self.description.setText(variable.description)
        self.choices.setText(", ".join(variable.choices))
        self.default.setText(variable.default or "")
        self.kind.set_value(variable.kind)
        self._offer_choices(variable.default or "")
        self._show_kind(variable.kind)

    def _offer_choices(self, chosen: str) -> None:
        choices = self._written_choices()
        none = ("", tr("Nothing: it is asked for"))
        self.otherwise.set_choices([none, *((choice, choice) for choice in choices)])
        self.otherwise.set_value(chosen if chosen in choices else "")

    def _show_kind(self, kind: object) -> None:
        choice = kind is VariableKind.CHOICE
        self.description.setPlaceholderText(tr("Tone of the reply") if kind in ASKED else "")
        self._choices_row.setVisible(choice)
        self.otherwise.setVisible(choice)
        self._default_row.setVisible(kind in _WITH_DEFAULT)

    def _kind_chosen(self, kind: object) -> None:
        self._show_kind(kind)
        self.changed.emit()

    def _edited(self) -> None:
        if self.sender() is self.choices:
            self._offer_choices(str(self.otherwise.value()))
        self.remove.setAccessibleName(tr("Remove {what}", what=self.name.text() or tr("the variable")))
        self.changed.emit()

    def _remove(self) -> None:
        self.removed.emit(self)

    def _dress(self) -> None:
        set_icon(self.remove, self._theme, "x", self._theme.colours.muted)
        self.remove.setAccessibleName(tr("Remove {what}", what=self.name.text() or tr("the variable")))
