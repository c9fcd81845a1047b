"""The panel in which the address of a web page is given."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout

from kireji.ui.chat.context.addresses import page_address
from kireji.ui.panel import Panel
from kireji.ui.parts import button, label, spread
from kireji.ui.settings.fields import LineField
from kireji.ui.theme import Theme
from kireji.ui.tokens import SPACE
from kireji.ui.translation import tr

_WIDTH = 420


class PagePanel(Panel):
    """A field for an address; Enter takes it.

    Args:
        theme: Text size.
    """

    chosen = Signal(object)
    """The address."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.setAccessibleName(tr("Web page"))
        self.field = LineField(tr("Address of the web page"), "https://")
        self._problem = label("", "error", wrap=True)
        self.add = button(tr("Add the page"), "primary")
        layout = QVBoxLayout(self)
        spread(layout, SPACE[3], SPACE[1])
        layout.addWidget(label(tr("Web page"), "strong"))
        explained = tr("Its words go along with the question, as far as there is room.")
        layout.addWidget(label(explained, "muted", wrap=True))
        layout.addWidget(self.field)
        layout.addWidget(self._problem)
        row = QHBoxLayout()
        spread(row, (0, SPACE[0], 0, 0), SPACE[1])
        row.addStretch(1)
        row.addWidget(self.add)
        layout.addLayout(row)
        self._problem.hide()
        self.add.clicked.connect(self._take)
        self.field.returnPressed.connect(self._take)
        self.field.textEdited.connect(self._typed)

    def show_address(self, address: str) -> None:
        """Begin with an address, or with none."""
        self.field.setText(address)
        self.field.selectAll()
        self._say("")

    def problem(self) -> str:
        """What is wrong with what was typed."""
        return self._problem.text()

    def start(self) -> None:
        self.field.setFocus(Qt.FocusReason.OtherFocusReason)

    def wanted_size(self, room: QSize) -> QSize:
        scale = min(1.5, max(1.0, self._theme.scale))
        width = min(round(_WIDTH * scale), room.width())
        layout = self.layout()
        assert layout is not None
        return QSize(width, layout.totalHeightForWidth(width)).boundedTo(room)

    def _take(self) -> None:
        if address := page_address(self.field.text()):
            self.chosen.emit(address)
        else:
            self._say(tr("This is no address of a web page. One looks like https://example.com/page."))

    def _typed(self, _text: str) -> None:
        self._say("")

    def _say(self, sentence: str) -> None:
        if sentence != self._problem.text() or self._problem.isHidden() == bool(sentence):
            self._problem.setText(sentence)
            self._problem.setVisible(bool(sentence))
            self.resized.emit()
