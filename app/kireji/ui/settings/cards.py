"""Cards of the page "Keys & models": one per provider, each with its true state."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QSize, Qt, Signal
from PySide6.QtGui import QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QStyle,
    QStyleOptionButton,
    QStylePainter,
    QVBoxLayout,
    QWidget,
)

from kireji.ui.flow import FlowLayout
from kireji.ui.parts import LivePair, Pair, button, frame, label, restyle, spread
from kireji.ui.settings.key_check import KeyState
from kireji.ui.settings.key_form import KeyForm
from kireji.ui.settings.sign_in_panel import SignInPanel
from kireji.ui.settings.switch import SwitchRow
from kireji.ui.theme import Theme
from kireji.ui.tokens import SPACE
from kireji.ui.translation import tr

_NARROWEST_CHIP = 120
_ARROW = 20
"""Room for the arrow, in logical pixels."""


class Card(QFrame):
    """A provider's name with a chip that says its state, buttons at the end of that line, and room below.

    Args:
        title: The provider as people call it.
        buttons: What can be done with it; several break into rows where there is no room.
    """

    def __init__(self, title: str, *buttons: QWidget) -> None:
        super().__init__()
        self.setProperty("kind", "card")
        self._title = title
        self.chip = Chip()
        self.sentence = label("", "muted", wrap=True)
        self.sentence.hide()
        self._column = QVBoxLayout(self)
        spread(self._column, (SPACE[3] - 2, SPACE[2], SPACE[3] - 2, SPACE[2]), SPACE[1])
        self._heading = label(title, "strong")
        name = LivePair(self._heading, self.chip, spread_out=False)
        at_end = buttons[0] if len(buttons) == 1 else actions(*buttons)
        self._column.addWidget(LivePair(name, at_end) if buttons else name)
        self._column.addWidget(self.sentence)

    def add(self, *widgets: QWidget) -> None:
        """Put something below."""
        for widget in widgets:
            self._column.addWidget(widget)

    def set_title(self, title: str) -> None:
        """Call it by another name."""
        self._title = title
        self._heading.setText(title)

    def set_chip(self, words: str, kind: str) -> None:
        """The state in a few words.

        Args:
            words: The words.
            kind: ok, warn, error or idle.
        """
        self.chip.setText(words)
        self.chip.setAccessibleName(f"{self._title}: {words}")
        self.chip.setVisible(bool(words))
        restyle(self.chip, state=kind)

    def say(self, sentence: str, role: str = "muted") -> None:
        """A sentence below the name; empty removes it."""
        tell(self.sentence, sentence, role)


class Chip(QLabel):
    """A state in a few words, which are cut where there is no room for them; the tool tip has them all."""

    def __init__(self) -> None:
        super().__init__()
        self._words = ""
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setProperty("role", "chip")

    def setText(self, text: str) -> None:
        self._words = text
        super().setText(text)
        self.updateGeometry()
        self._elide()

    def text(self) -> str:
        return self._words

    def sizeHint(self) -> QSize:
        """For all of the words, whatever is shown now."""
        return super().sizeHint() + QSize(self._measure(self._words) - self._measure(super().text()), 0)

    def minimumSizeHint(self) -> QSize:
        hint = self.sizeHint()
        return QSize(min(hint.width(), _NARROWEST_CHIP), hint.height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._elide()

    def _elide(self) -> None:
        room = self.width() - super().sizeHint().width() + self._measure(super().text())
        fits = self._measure(self._words) <= room
        shown = self._words
        if not fits:
            shown = self.fontMetrics().elidedText(self._words, Qt.TextElideMode.ElideRight, room)
        super().setText(shown)
        self.setToolTip("" if fits or "<" in self._words else self._words)

    def _measure(self, words: str) -> int:
        # As a label measures: how far letters advance is less, by pixels in Arabic, and words would be cut that fit.
        return self.fontMetrics().size(Qt.TextFlag.TextSingleLine, words).width()


class ModelRow(QWidget):
    """A setting whose value is a model; pressing it opens the picker.

    Args:
        title: What it decides.
    """

    clicked = Signal()

    def __init__(self, title: str) -> None:
        super().__init__()
        self._title = title
        self.button = _ArrowButton()
        self.button.setAccessibleName(title)
        layout = QVBoxLayout(self)
        spread(layout)
        layout.addWidget(Pair(label(title, "muted"), self.button))
        self.button.clicked.connect(self.clicked)

    def show_model(self, name: str) -> None:
        """What holds now."""
        self.button.setText(name.replace("&", "&&"))
        self.button.setAccessibleName(f"{self._title}: {name}")


class _ArrowButton(QPushButton):
    """Looks like a list of choices, because what it opens is one."""

    def __init__(self) -> None:
        super().__init__()
        self.setAutoDefault(False)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    def sizeHint(self) -> QSize:
        return super().sizeHint() + QSize(_ARROW, 0)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QStylePainter(self)
        option = QStyleOptionButton()
        self.initStyleOption(option)
        option.text = ""
        painter.drawControl(QStyle.ControlElement.CE_PushButton, option)
        rtl = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        room = self.rect().adjusted(*((_ARROW, 0, 0, 0) if rtl else (0, 0, -_ARROW, 0)))
        words = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, room.width() - _ARROW // 2)
        flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextShowMnemonic
        painter.setPen(self.palette().buttonText().color())
        painter.drawText(room, flags, words)
        painter.setRenderHint(QStylePainter.RenderHint.Antialiasing)
        painter.setPen(QPen(self.palette().placeholderText().color(), 1.6))
        x, y = 16.0 if rtl else self.width() - 16.0, self.height() / 2 + 1.0
        painter.drawPolyline([QPointF(x - 4, y - 2), QPointF(x, y + 2), QPointF(x + 4, y - 2)])


class ProviderCard(Card):
    """A service that needs a key.

    Args:
        title: The provider as people call it.
        more: Buttons beside those for the key.
    """

    test_clicked = Signal()
    removal_confirmed = Signal()

    def __init__(self, title: str, *more: QPushButton) -> None:
        self.test = button(tr("Test"))
        self.edit = button(tr("Add key…"))
        self.remove = button(tr("Remove"))
        super().__init__(title, self.test, self.edit, self.remove, *more)
        self.form = KeyForm(title)
        self.removal = Removal()
        self.model = ModelRow(tr("Default model"))
        self.add(self.form, self.removal, self.model)
        self.test.setAccessibleName(tr("Test the {title} key", title=title))
        self.remove.setAccessibleName(tr("Remove the {title} key", title=title))
        self.edit.clicked.connect(self._open_form)
        self.form.cancelled.connect(self.close_form)
        self.test.clicked.connect(self.test_clicked)
        self.remove.clicked.connect(self._ask_removal)
        self.removal.confirmed.connect(self.removal_confirmed)
        self.form.hide()
        self.model.hide()
        self._show_buttons(KeyState("", "", ""))

    def show_state(self, state: KeyState) -> None:
        """What is known about the key."""
        self.set_chip(state.words, state.kind)
        self._show_buttons(state)
        self.model.setVisible(bool(state.source))
        self.say(about_key(state), "warn" if state.problem else "muted")

    def set_testing(self, testing: bool) -> None:
        """A test of the stored key runs."""
        self.test.setEnabled(not testing)
        if testing:
            self.set_chip(tr("testing…"), "idle")

    def close_form(self) -> None:
        """Put the form away and forget what was typed."""
        self.form.clear()
        if not self.form.isHidden():
            self.form.hide()
            self.edit.setFocus()

    def _show_buttons(self, state: KeyState) -> None:
        own = state.source in ("keychain", "session")
        self.edit.setText(tr("Replace key…") if own else tr("Add key…"))
        self.edit.setAccessibleName(f"{self.edit.text()} {self._title}")
        self.edit.setVisible(state.source != "environment")
        self.remove.setVisible(own)
        self.test.setVisible(bool(state.source))

    def _open_form(self) -> None:
        self.removal.hide()
        self.form.show()
        self.form.field.setFocus()

    def _ask_removal(self) -> None:
        self.close_form()
        self.removal.ask()


class OpenRouterCard(ProviderCard):
    """OpenRouter: a key, or signing in; what is left on the account; who may see what is sent."""

    sign_in_clicked = Signal()

    def __init__(self, theme: Theme) -> None:
        self.sign_in = button(tr("Sign in in browser"))
        super().__init__("OpenRouter", self.sign_in)
        self.panel = SignInPanel(theme)
        self.balance = label("", "muted", wrap=True)
        self.private = SwitchRow(
            tr("Only services that do not keep or train on what they are sent"),
            tr("OpenRouter passes questions on to other services; the others are then never used."),
        )
        self.zero_retention = SwitchRow(
            tr("Only services that keep nothing at all"),
            tr("Stricter: not even for a short time. Fewer models can answer."),
        )
        above = self._column.indexOf(self.model)
        self._column.insertWidget(above, self.balance)
        self._column.insertWidget(above, self.panel)
        self.add(self.private, self.zero_retention)
        self.panel.hide()
        self.balance.hide()
        self.sign_in.clicked.connect(self.sign_in_clicked)
        self.panel.begun.connect(self.close_form)
        self.panel.cancelled.connect(self._sign_in_cancelled)

    def show_state(self, state: KeyState) -> None:
        super().show_state(state)
        has_key = bool(state.source)
        self.sign_in.setVisible(not has_key and not state.address)
        for row in (self.private, self.zero_retention):
            row.setVisible(has_key)
        if not has_key:
            self.show_balance("")

    def _sign_in_cancelled(self) -> None:
        self.sign_in.setFocus(Qt.FocusReason.OtherFocusReason)

    def show_balance(self, words: str, role: str = "muted") -> None:
        """What is left on the account; empty when it is not known."""
        tell(self.balance, words, role)


class DeviceCard(Card):
    """The reader of this computer itself."""

    def __init__(self) -> None:
        super().__init__(tr("This computer"))

    def show_reader(self, *, ready: bool, reason: str, hint: str) -> None:
        """Whether it works here."""
        self.set_chip(tr("ready · reads text only") if ready else tr("not available"), "ok" if ready else "warn")
        sentence = tr("Reads the text in a capture without any network. No key needed.")
        self.say(sentence if ready else f"{reason} {hint}".strip())


class Removal(QWidget):
    """Asks once before a key is removed."""

    confirmed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.yes = button(tr("Remove the key"))
        self.keep = button(tr("Keep it"))
        layout = QHBoxLayout(self)
        spread(layout, 0, SPACE[1])
        words = label(tr("Remove the key from the keychain? It can be pasted again."), "muted", wrap=True)
        layout.addWidget(Pair(words, actions(self.yes, self.keep)))
        self.yes.clicked.connect(self._confirmed)
        self.keep.clicked.connect(self.hide)
        self.hide()

    def ask(self) -> None:
        """Show the question; the answer that changes nothing has the focus."""
        self.show()
        self.keep.setFocus()

    def _confirmed(self) -> None:
        self.hide()
        self.confirmed.emit()


def about_key(state: KeyState) -> str:
    """What a chip has no room for."""
    sentences = [state.problem]
    if state.variable:
        sentences.append(tr("The key comes from {variable} and is never stored.", variable=state.variable))
    if state.address:
        sentences.append(tr("Requests go to {address}, from the environment.", address=state.address))
    return " ".join(sentence for sentence in sentences if sentence)


def actions(*buttons: QWidget) -> QWidget:
    """Buttons side by side that break into rows where there is no room."""
    result = QWidget()
    layout = FlowLayout(SPACE[1], result)
    for each in buttons:
        layout.addWidget(each)
    return result


def tell(where: QLabel, sentence: str, role: str) -> None:
    """Show a sentence in a role of the stylesheet; an empty one takes no room."""
    where.setText(sentence)
    where.setVisible(bool(sentence))
    restyle(where, role=role)


def line() -> QFrame:
    """A thin line inside a card."""
    result = frame("line")
    result.setFixedHeight(1)
    return result
