"""How the network is reached: proxy, certificates, and whether it works."""

from __future__ import annotations

from PySide6.QtCore import QDir, Signal
from PySide6.QtWidgets import QFileDialog, QFrame, QVBoxLayout, QWidget

from kireji.core.settings import NetworkSettings
from kireji.ui.file_dialog import FileDialog
from kireji.ui.parts import Pair, button, label, spread
from kireji.ui.settings.cards import actions, tell
from kireji.ui.settings.fields import TextRow
from kireji.ui.settings.pane import ChoiceRow, rows
from kireji.ui.tokens import SPACE
from kireji.ui.translation import mark, tr

SYSTEM, NONE, ADDRESS = "system", "none", "address"
_WAYS = ((SYSTEM, mark("As the system has it")), (NONE, mark("No proxy")), (ADDRESS, mark("This address")))


class NetworkPage(QWidget):
    """The whole page."""

    proxy_chosen = Signal(object)
    """"system", "none", or an address."""
    file_chosen = Signal(object)
    """Path of a file of certificates; empty for none."""

    def __init__(self) -> None:
        super().__init__()
        self.proxy = ChoiceRow(tr("Proxy"), [(value, tr(words)) for value, words in _WAYS])
        self.address = TextRow(tr("Address of the proxy"), "http://proxy.example:3128")
        self.in_force = label("", "muted", wrap=True)
        self.no_proxy = TextRow(tr("Hosts without proxy"), "intranet.example, 10.0.0.0/8")
        self.choose = button(tr("Choose a file…"))
        self.remove = button(tr("Remove"), name=tr("Trust the system's certificates alone"))
        self.file = label("", "value", wrap=True)
        self.file_state = label("", "muted", wrap=True)
        self.test = button(tr("Test connection"))
        self.result = label("", "muted", wrap=True)
        self._dialog: QFileDialog | None = None
        intro = label(tr("This computer's own model servers are always reached directly."), "muted", wrap=True)
        proxies = QVBoxLayout()
        spread(proxies, 0, SPACE[2])
        whole = QWidget()
        whole.setLayout(proxies)
        for widget in (self.proxy, self.address, self.in_force, self.no_proxy):
            proxies.addWidget(widget)
        self.setLayout(rows(intro, whole, self._certificates(), self._testing()))
        self.address.hide()
        self.remove.hide()
        self.result.hide()
        self.proxy.chosen.connect(self._way_chosen)
        self.address.entered.connect(self._address_entered)
        self.choose.clicked.connect(self._choose_file)
        self.remove.clicked.connect(self._remove_file)

    def _certificates(self) -> QFrame:
        card = QFrame()
        card.setProperty("kind", "card")
        layout = QVBoxLayout(card)
        spread(layout, (SPACE[3] - 2, SPACE[2], SPACE[3] - 2, SPACE[2]), SPACE[1])
        layout.addWidget(Pair(label(tr("Extra certificates"), "strong"), actions(self.choose, self.remove)))
        layout.addWidget(self.file)
        layout.addWidget(self.file_state)
        return card

    def _testing(self) -> QWidget:
        area = QWidget()
        layout = QVBoxLayout(area)
        spread(layout, 0, SPACE[1])
        layout.addWidget(actions(self.test))
        layout.addWidget(self.result)
        return area

    def show_settings(self, network: NetworkSettings, shown_address: str) -> None:
        """What holds now.

        Args:
            network: The settings.
            shown_address: The proxy's address without a password; empty when the settings name none.
        """
        way = network.proxy if network.proxy in (SYSTEM, NONE) else ADDRESS
        self.proxy.set_value(way)
        self.address.setVisible(way == ADDRESS)
        self.address.show_text(shown_address)
        self.address.say("")
        self.no_proxy.show_text(network.no_proxy)
        self.no_proxy.setVisible(way != NONE)

    def show_in_force(self, sentence: str, *, works: bool = True) -> None:
        """The proxy that is used now."""
        tell(self.in_force, sentence, "muted" if works else "warn")

    def show_file(self, path: str, sentence: str, role: str) -> None:
        """The file of certificates, and whether it can be used."""
        tell(self.file, path, "value")
        tell(self.file_state, sentence, role)
        self.remove.setVisible(bool(path))

    def show_testing(self) -> None:
        """The test runs."""
        self.test.setEnabled(False)
        tell(self.result, tr("Testing…"), "muted")

    def show_result(self, sentence: str, role: str) -> None:
        """How the test came out."""
        self.test.setEnabled(True)
        tell(self.result, sentence, role)

    def _way_chosen(self, way: object) -> None:
        self.address.setVisible(way == ADDRESS)
        if way != ADDRESS:
            self.proxy_chosen.emit(way)
            return
        self.address.field.setFocus()
        if text := self.address.field.text().strip():
            self.proxy_chosen.emit(text)

    def _address_entered(self, text: object) -> None:
        if text:
            self.proxy_chosen.emit(text)
        else:
            self.address.say(tr("Enter an address, or choose another way above."), "warn")

    def _choose_file(self) -> None:
        dialog = FileDialog(self, tr("Choose a file of certificates"), QDir.homePath())
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setNameFilters([tr("Certificates (*.pem *.crt *.cer)"), tr("All files (*)")])
        dialog.fileSelected.connect(self.file_chosen.emit)
        dialog.finished.connect(dialog.deleteLater)
        self._dialog = dialog
        dialog.open()

    def _remove_file(self) -> None:
        self.file_chosen.emit("")
