"""A field in which a key is pasted."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from kireji.ui.parts import Pair, button, label, restyle, row_of, spread
from kireji.ui.settings.key_check import KeyResult, Outcome
from kireji.ui.tokens import SPACE
from kireji.ui.translation import tr

_SIGNS = 18
"""Least width of the field, in letters."""


class KeyForm(QWidget):
    """A hidden field for a key with what became of it.

    Args:
        provider: Whose keys are wanted, as people call it.
        cancellable: Whether there is a button that puts the form away.
    """

    entered = Signal(object)
    """The text of the key; it leaves this widget by no other way."""
    keep_untested = Signal(object)
    keep_for_session = Signal(object)
    cancelled = Signal()

    def __init__(self, provider: str, *, cancellable: bool = True) -> None:
        super().__init__()
        self.field = _KeyField()
        self.field.setEchoMode(QLineEdit.EchoMode.Password)
        self.field.setPlaceholderText(tr("Paste your {provider} key", provider=provider))
        self.field.setAccessibleName(tr("{provider} key", provider=provider))
        self.field.setMaxLength(1300)
        self.go = button(tr("Test and keep"), "primary")
        self.cancel = button(tr("Cancel"))
        self.anyway = button(tr("Keep it untested"))
        self.session = button(tr("Use for this session"))
        self.result = label("", "muted", wrap=True)
        self._build(cancellable=cancellable)
        self.field.textChanged.connect(self._edited)
        self.field.returnPressed.connect(self._submit)
        self.go.clicked.connect(self._submit)
        self.cancel.clicked.connect(self.cancelled)
        self.anyway.clicked.connect(self._anyway)
        self.session.clicked.connect(self._session)
        self._edited()

    def _build(self, *, cancellable: bool) -> None:
        layout = QVBoxLayout(self)
        spread(layout, 0, SPACE[1])
        layout.addWidget(Pair(self.field, row_of(self.go, self.cancel)))
        layout.addWidget(self.result)
        more = QHBoxLayout()
        spread(more, 0, SPACE[1])
        more.addWidget(self.anyway)
        more.addWidget(self.session)
        more.addStretch(1)
        layout.addLayout(more)
        self.cancel.setVisible(cancellable)
        self.result.hide()

    def clear(self) -> None:
        """Forget what was typed and said."""
        self.field.clear()
        self.result.hide()

    def show_busy(self) -> None:
        """The key is being tested."""
        self.say(tr("Testing the key with the service…"), "muted")
        self.go.setEnabled(False)
        self.anyway.hide()
        self.session.hide()

    def show_result(self, result: KeyResult) -> None:
        """What became of it; the field is emptied once the key is kept."""
        role = {Outcome.WORKS: "ok", Outcome.REFUSED: "error"}.get(result.outcome, "warn")
        if result.kept:
            self.field.clear()
        self.go.setEnabled(bool(self.field.text()))
        self.anyway.setVisible(result.outcome is Outcome.UNREACHED and not result.kept)
        self.session.setVisible(result.outcome is Outcome.NOT_KEPT)
        self.say(result.sentence, role)
        if not result.kept:
            self.field.setFocus()
            self.field.selectAll()

    def say(self, sentence: str, role: str) -> None:
        """One sentence below the field, in a role of the stylesheet."""
        self.result.setText(sentence)
        restyle(self.result, role=role)
        self.result.setVisible(bool(sentence))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and not self.cancel.isHidden():
            self.cancelled.emit()
            return
        super().keyPressEvent(event)

    def _edited(self) -> None:
        self.go.setEnabled(bool(self.field.text().strip()))
        self.anyway.hide()
        self.session.hide()

    def _submit(self) -> None:
        if self.go.isEnabled():
            self.entered.emit(self.field.text())

    def _anyway(self) -> None:
        self.keep_untested.emit(self.field.text())

    def _session(self) -> None:
        self.keep_for_session.emit(self.field.text())


class _KeyField(QLineEdit):
    """Needs room for the invitation to paste: where there is little, the buttons go below it."""

    def minimumSizeHint(self) -> QSize:
        hint = super().minimumSizeHint()
        return QSize(max(hint.width(), self.fontMetrics().averageCharWidth() * _SIGNS), hint.height())
