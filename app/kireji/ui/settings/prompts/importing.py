"""Prompts of a file, before they are taken in: what becomes of each whose name another one has."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QVBoxLayout

from kireji.core.prompt_bundles import Clash, PromptBundle, clashes
from kireji.core.prompts import Prompt
from kireji.ui.chat.words import apart
from kireji.ui.parts import button, label, spread
from kireji.ui.settings.cards import actions, tell
from kireji.ui.settings.pane import ChoiceRow
from kireji.ui.settings.tools.seeing import bring_into_view
from kireji.ui.tokens import SPACE
from kireji.ui.translation import mark, plural, tr

_ANSWERS = (
    (Clash.KEEP_BOTH, mark("Keep both")),
    (Clash.REPLACE, mark("Replace mine")),
    (Clash.SKIP, mark("Leave it out")),
)
_MOST_PROBLEMS = 5


class ImportPart(QFrame):
    """Takes no room until a file was chosen."""

    confirmed = Signal(object)
    """What becomes of those whose names others have: names to `Clash`."""
    cancelled = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("kind", "card")
        self.sentence = label("", "", wrap=True)
        self.problems = label("", "warn", wrap=True)
        self.rows: dict[str, ChoiceRow] = {}
        self.go = button(tr("Import"), "primary", name=tr("Import the prompts"))
        self.cancel = button(tr("Cancel"), name=tr("Import nothing"))
        self._column = QVBoxLayout()
        spread(self._column, 0, SPACE[0])
        layout = QVBoxLayout(self)
        spread(layout, (SPACE[2], SPACE[2], SPACE[2], SPACE[2]), SPACE[1])
        layout.addWidget(label(tr("Import prompts"), "strong"))
        layout.addWidget(self.sentence)
        layout.addLayout(self._column)
        layout.addWidget(self.problems)
        layout.addWidget(actions(self.go, self.cancel))
        self.go.clicked.connect(self._confirm)
        self.cancel.clicked.connect(self.cancelled)
        self.hide()

    def open(self, bundle: PromptBundle, there: Mapping[str, Prompt]) -> None:
        """Show what a file holds.

        Args:
            bundle: Its prompts.
            there: The prompts that there are, by name.
        """
        for row in self.rows.values():
            self._column.removeWidget(row)
            row.hide()
            row.deleteLater()
        self.rows = {}
        titles = {each.prompt.name: each.prompt.title for each in bundle.found}
        for name in clashes(bundle, there):
            row = ChoiceRow(
                tr("{title} ({name}) is another one", title=apart(titles[name]), name=name),
                [(clash, tr(words)) for clash, words in _ANSWERS],
            )
            self.rows[name] = row
            self._column.addWidget(row)
        self.sentence.setText(plural(len(bundle.found), "The file has 1 prompt.", "The file has {n} prompts."))
        keys = [
            tr("{title} comes without its keys, {keys}; set them in its editor.", title=apart(titles[each.prompt.name]),
               keys=each.shortcut)
            for each in bundle.found if each.shortcut
        ]  # fmt: skip
        told = [*bundle.problems[:_MOST_PROBLEMS], *keys[:_MOST_PROBLEMS]]
        tell(self.problems, "\n".join(told), "warn")
        self.go.setEnabled(bool(bundle.found))
        self.show()
        (self.go if bundle.found else self.cancel).setFocus(Qt.FocusReason.OtherFocusReason)
        bring_into_view(self)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.cancelled.emit()
            return
        super().keyPressEvent(event)

    def _confirm(self) -> None:
        self.confirmed.emit({name: row.value() for name, row in self.rows.items()})
