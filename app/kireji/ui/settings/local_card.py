"""The card of the model servers on this computer."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from kireji.core.models import LocalServer, ModelInfo
from kireji.ui.models.words import abilities, tokens
from kireji.ui.parts import Pair, button, caption, label, set_icon, spread
from kireji.ui.settings.cards import Card, Chip, ModelRow, Removal, actions, line, tell
from kireji.ui.settings.fields import LineField
from kireji.ui.settings.key_check import KeyState
from kireji.ui.settings.key_form import KeyForm
from kireji.ui.settings.switch import SwitchRow
from kireji.ui.theme import Theme
from kireji.ui.tokens import SPACE
from kireji.ui.translation import plural, tr

_SHOWN = 6
"""Models of one server before a button shows the rest."""


class LocalCard(Card):
    """Servers that were found, with their models; an address for another one, and its key.

    Args:
        theme: Colours and text size.
    """

    look_clicked = Signal()
    address_entered = Signal(object)
    """The address as typed; empty for none."""
    removal_confirmed = Signal()

    def __init__(self, theme: Theme) -> None:
        self._theme = theme
        self.look = button("", "quiet", name=tr("Look again"))
        super().__init__(tr("Local server"), self.look)
        self._list = QWidget()
        self._rows = QVBoxLayout(self._list)
        spread(self._rows, 0, SPACE[1])
        self.model = ModelRow(tr("Default model"))
        self.discover = SwitchRow(
            tr("Look for servers on this computer"), tr("On the usual ports of Ollama, llama.cpp and LM Studio.")
        )
        self.address = LineField(tr("Address of another model server"), "http://127.0.0.1:8000/v1")
        self.address_problem = label("", "error", wrap=True)
        self.key_chip = Chip()
        self.edit = button(tr("Add key…"), name=tr("Add a key for this server"))
        self.remove = button(tr("Remove"), name=tr("Remove the key of this server"))
        self.form = KeyForm("server's")
        self.removal = Removal()
        self._key = Pair(
            Pair(label(tr("Its key, if it wants one"), "muted"), self.key_chip, spread_out=False),
            actions(self.edit, self.remove),
        )
        self._build()
        self.look.clicked.connect(self.look_clicked)
        self.address.editingFinished.connect(self._address_entered)
        self.edit.clicked.connect(self._open_form)
        self.form.cancelled.connect(self.close_form)
        self.remove.clicked.connect(self._ask_removal)
        self.removal.confirmed.connect(self.removal_confirmed)
        theme.changed.connect(self._dress)
        self._dress()

    def _build(self) -> None:
        words = caption(tr("Address of another server"), self.address)
        self.add(self._list, self.model, line(), self.discover, Pair(words, self.address))
        self.add(self.address_problem, self._key, self.form, self.removal)
        for hidden in (self._list, self.model, self.address_problem, self._key, self.form):
            hidden.hide()

    # What was found.

    def show_looking(self) -> None:
        """Somebody looks just now; what was found before stays."""
        self.look.setEnabled(False)
        self.set_chip(tr("looking…"), "idle")

    def show_servers(self, servers: Sequence[LocalServer], problem: str = "") -> None:
        """What answered.

        Args:
            servers: Each with its models.
            problem: Why there is none, or none that can be used.
        """
        self.look.setEnabled(True)
        self.set_chip(found_words(servers), "ok" if any(server.models for server in servers) else "idle")
        self.say(problem)
        self._clear()
        for server in servers:
            self._rows.addWidget(_Models(server, named=len(servers) > 1))
        self._list.setVisible(any(server.models for server in servers))
        self.model.setVisible(any(server.models for server in servers))

    def _clear(self) -> None:
        while (item := self._rows.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()

    # Another server.

    def show_address(self, address: str, *, fixed: str = "") -> None:
        """The address in force.

        Args:
            address: Without a password; empty for none.
            fixed: The environment variable that it comes from, so that it cannot be changed here.
        """
        if not self.address.hasFocus():
            self.address.setText(address)
            self.address.setModified(False)
        self.address.setEnabled(not fixed)
        self.discover.setEnabled(not address)
        tell(self.address_problem, tr("It comes from {fixed}.", fixed=fixed) if fixed else "", "muted")
        self._key.setVisible(bool(address))

    def refuse_address(self, sentence: str) -> None:
        """What was typed is no address."""
        tell(self.address_problem, sentence, "error")

    def show_key(self, state: KeyState) -> None:
        """What is known about that server's key."""
        own = state.source in ("keychain", "session")
        self.key_chip.setText(state.words)
        self.edit.setText(tr("Replace key…") if own else tr("Add key…"))
        self.edit.setVisible(state.source != "environment")
        self.remove.setVisible(own)

    def close_form(self) -> None:
        """Put the form away and forget what was typed."""
        self.form.clear()
        if not self.form.isHidden():
            self.form.hide()
            self.edit.setFocus()

    def _address_entered(self) -> None:
        if self.address.isModified():
            self.address.setModified(False)
            self.address_entered.emit(self.address.text().strip())

    def _dress(self) -> None:
        set_icon(self.look, self._theme, "refresh-cw", self._theme.colours.muted)

    def _open_form(self) -> None:
        self.removal.hide()
        self.form.show()
        self.form.field.setFocus()

    def _ask_removal(self) -> None:
        self.close_form()
        self.removal.ask()


class _Models(QWidget):
    """The models of one server."""

    def __init__(self, server: LocalServer, *, named: bool) -> None:
        super().__init__()
        self._rest: list[QWidget] = []
        self._column = QVBoxLayout(self)
        spread(self._column, 0, SPACE[0])
        if named:
            self._column.addWidget(
                label(tr("{name} at {place}", name=server.name, place=port_words(server.base_url)), "section")
            )
        for number, model in enumerate(server.models):
            row = Pair(label(model.name or model.id, "value"), label(can_words(model), "small"))
            self._column.addWidget(row)
            if number >= _SHOWN:
                row.hide()
                self._rest.append(row)
        self._more = button(plural(len(server.models), "Show the model", "Show all {n} models"), "quiet")
        self._column.addWidget(self._more)
        self._more.setVisible(bool(self._rest))
        self._more.clicked.connect(self._show_rest)

    def _show_rest(self) -> None:
        for row in self._rest:
            row.show()
        self._more.hide()


def found_words(servers: Sequence[LocalServer]) -> str:
    """What was found, in the room of a chip."""
    if not servers:
        return tr("none found")
    models = [model for server in servers for model in server.models]
    seeing = sum(model.sees_images for model in models)
    first = servers[0]
    where = (
        tr("found {name} on {place}", name=first.name, place=port_words(first.base_url))
        if len(servers) == 1
        else plural(len(servers), "1 found", "{n} found")
    )
    how_many = tr("no model") if not models else plural(len(models), "1 model", "{n} models")
    sight = plural(seeing, ", 1 sees pictures", ", {n} see pictures") if seeing else ""
    return f"{where} · {how_many}{sight}"


def port_words(base_url: str) -> str:
    """Where a server answers, without its scheme and path; a port of this computer as such."""
    host = base_url.split("://", 1)[-1].split("/", 1)[0].rsplit("@", 1)[-1]
    name, colon, port = host.rpartition(":")
    here = name in ("127.0.0.1", "localhost", "[::1]")
    return tr("port {port}", port=port) if colon and here else host


def can_words(model: ModelInfo) -> str:
    """What a model can do, in a line."""
    can = [ability.words for ability in abilities(model)]
    if not model.sees_images:
        can.insert(0, tr("cannot see pictures"))
    context = tokens(model.context_tokens)
    return " · ".join([*can, *([f"{context} context"] if context else [])])
