"""Keys and models: a card per provider with its true state, and who answers."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QKeyEvent, Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from kireji.ui.parts import Pair, button, label, restyle, row_of, spread
from kireji.ui.settings.key_check import KeyResult, KeyState, Outcome
from kireji.ui.settings.pane import ChoiceRow, rows
from kireji.ui.tokens import SPACE

EFFORTS = (
    ("low", "Low: quick and cheap"),
    ("medium", "Medium"),
    ("high", "High"),
    ("xhigh", "Very high"),
    ("max", "Most: slow and dear"),
    ("", "The model decides"),
)
OFFLINE = (("device", "Use this computer"), ("error", "Say so"))


class KeyForm(QWidget):
    """A hidden field for a key with what became of it.

    Args:
        provider: As people call it.
        verb: On the button.
        cancellable: Whether there is a button that puts the form away.
    """

    entered = Signal(object)
    """The text of the key; it leaves this widget by no other way."""
    keep_untested = Signal(object)
    keep_for_session = Signal(object)
    cancelled = Signal()

    def __init__(self, provider: str, verb: str = "Test and keep", *, cancellable: bool = True) -> None:
        super().__init__()
        self.field = QLineEdit()
        self.field.setEchoMode(QLineEdit.EchoMode.Password)
        self.field.setPlaceholderText(f"Paste your {provider} key")
        self.field.setAccessibleName(f"{provider} key")
        self.field.setMaxLength(1300)
        self.go = button(verb, "primary")
        self.cancel = button("Cancel")
        self.anyway = button("Keep it untested")
        self.session = button("Use for this session")
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
        self._say("Testing the key with the service…", "muted")
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
        self._say(result.sentence, role)
        if not result.kept:
            self.field.setFocus()
            self.field.selectAll()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and not self.cancel.isHidden():
            self.cancelled.emit()
            return
        super().keyPressEvent(event)

    def _say(self, sentence: str, role: str) -> None:
        self.result.setText(sentence)
        restyle(self.result, role=role)
        self.result.setVisible(bool(sentence))

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


class ProviderCard(QFrame):
    """One provider: its name, the state of its key, and what can be done.

    Args:
        title: The provider as people call it.
    """

    test_clicked = Signal()
    removal_confirmed = Signal()

    def __init__(self, title: str) -> None:
        super().__init__()
        self.setProperty("kind", "card")
        self._title = title
        self.chip = label("", "chip")
        self.test = button("Test")
        self.edit = button("Add key…")
        self.remove = button("Remove")
        self.form = KeyForm(title)
        self._sentence = label("", "muted", wrap=True)
        self._confirm = QWidget()
        self._really = button("Remove the key")
        self._keep = button("Keep it")
        self._build()
        self.edit.clicked.connect(self._open_form)
        self.form.cancelled.connect(self.close_form)
        self.test.clicked.connect(self.test_clicked)
        self.remove.clicked.connect(self._ask_removal)
        self._really.clicked.connect(self._removal_confirmed)
        self._keep.clicked.connect(self._confirm.hide)
        self.form.hide()
        self._confirm.hide()

    def _build(self) -> None:
        layout = QVBoxLayout(self)
        spread(layout, (SPACE[3] - 2, SPACE[2], SPACE[3] - 2, SPACE[2]), SPACE[1])
        name = Pair(label(self._title, "strong"), self.chip, spread_out=False)
        layout.addWidget(Pair(name, row_of(self.test, self.edit, self.remove)))
        layout.addWidget(self._sentence)
        layout.addWidget(self.form)
        confirm = QHBoxLayout(self._confirm)
        spread(confirm, 0, SPACE[1])
        confirm.addWidget(label("Remove the key from the keychain? It can be pasted again.", "muted", wrap=True), 1)
        confirm.addWidget(self._really)
        confirm.addWidget(self._keep)
        layout.addWidget(self._confirm)

    def show_state(self, state: KeyState) -> None:
        """What is known about the key."""
        self.set_chip(state.words, state.kind)
        own = state.source in ("keychain", "session")
        self.edit.setText("Replace key…" if own else "Add key…")
        self.edit.setAccessibleName(f"{self.edit.text()} {self._title}")
        self.edit.setVisible(state.source != "environment")
        self.remove.setVisible(own)
        self.test.setVisible(bool(state.source))
        sentences = [state.problem]
        if state.source == "environment":
            sentences.append("The key comes from ANTHROPIC_API_KEY and is never stored.")
        if state.address:
            sentences.append(f"Requests go to {state.address}, from the environment.")
        self._sentence.setText(" ".join(sentence for sentence in sentences if sentence))
        self._sentence.setVisible(bool(self._sentence.text()))

    def set_chip(self, words: str, kind: str) -> None:
        """The state in a few words.

        Args:
            words: The words.
            kind: ok, warn, error or idle.
        """
        self.chip.setText(words)
        self.chip.setAccessibleName(f"{self._title}: {words}")
        restyle(self.chip, state=kind)

    def set_testing(self, testing: bool) -> None:
        """A test of the stored key runs."""
        self.test.setEnabled(not testing)
        if testing:
            self.set_chip("testing…", "idle")

    def close_form(self) -> None:
        """Put the form away and forget what was typed."""
        self.form.clear()
        self.form.hide()
        self.edit.setFocus()

    def _open_form(self) -> None:
        self._confirm.hide()
        self.form.show()
        self.form.field.setFocus()

    def _ask_removal(self) -> None:
        self.close_form()
        self._confirm.show()
        self._keep.setFocus()

    def _removal_confirmed(self) -> None:
        self._confirm.hide()
        self.removal_confirmed.emit()


class KeysPage(QWidget):
    """The whole page."""

    def __init__(self) -> None:
        super().__init__()
        self.place = label("", "muted", wrap=True)
        self.anthropic = ProviderCard("Anthropic")
        self.device = QFrame()
        self.device_chip = label("", "chip")
        self.device_sentence = label("", "muted", wrap=True)
        self.model = ChoiceRow("Default model")
        self.effort = ChoiceRow("Effort", EFFORTS)
        self.offline = ChoiceRow("When the network is down", OFFLINE)
        self._build_device()
        layout = rows(self.place, self.anthropic, self.device, self.model, self.effort, self.offline)
        self.setLayout(layout)

    def _build_device(self) -> None:
        self.device.setProperty("kind", "card")
        layout = QVBoxLayout(self.device)
        spread(layout, (SPACE[3] - 2, SPACE[2], SPACE[3] - 2, SPACE[2]), SPACE[1])
        layout.addWidget(Pair(label("On this computer", "strong"), self.device_chip, spread_out=False))
        layout.addWidget(self.device_sentence)

    def show_device(self, *, ready: bool, reason: str, hint: str) -> None:
        """Whether the text reader works here."""
        self.device_chip.setText("ready · reads text only" if ready else "not available")
        restyle(self.device_chip, state="ok" if ready else "warn")
        sentence = "Reads the text in a capture without any network. No key needed."
        self.device_sentence.setText(sentence if ready else f"{reason} {hint}".strip())
