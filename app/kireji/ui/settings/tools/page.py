"""Tools of models: where they come from, what they may do without asking, and what was decided."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from kireji.core.settings import ToolSettings
from kireji.core.tool_servers import NOTICE
from kireji.core.tools import SourceKind, SourceStatus
from kireji.ui.parts import Pair, button, label, spread
from kireji.ui.settings.cards import actions, tell
from kireji.ui.settings.pane import rows
from kireji.ui.settings.switch import SwitchRow
from kireji.ui.settings.tools.decision_log import LogCard
from kireji.ui.settings.tools.import_panel import ImportPanel
from kireji.ui.settings.tools.limits import LimitsCard
from kireji.ui.settings.tools.rights import RightsCard
from kireji.ui.settings.tools.server_form import ServerForm
from kireji.ui.settings.tools.source_list import SourceList
from kireji.ui.settings.tools.tab_order import TabOrder
from kireji.ui.theme import Theme
from kireji.ui.tokens import SPACE
from kireji.ui.translation import tr


class ToolsPage(QWidget):
    """The whole page.

    Args:
        theme: Colours and text size.
    """

    shown = Signal()
    """Somebody looks at it."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.enabled = SwitchRow(
            tr("Models may use tools"),
            tr("A tool lets a model do something: work something out, read a file, look at a page. You are asked "
               "first, unless you have allowed it."),
        )  # fmt: skip
        self.problem = label("", "error", wrap=True)
        self.own = SourceList(theme)
        self.plugins = PluginPart(theme)
        self.servers = ServerPart(theme)
        self.limits = LimitsCard(theme)
        self.rights = RightsCard()
        self.log = LogCard(theme)
        self._parts = (self.own, self.plugins, self.servers)
        self.setLayout(
            rows(
                self.enabled,
                self.problem,
                *self._parts,
                label(tr("What is allowed"), "title"),
                self.limits,
                self.rights,
                self.log,
            )
        )
        self.problem.hide()
        TabOrder(self)

    @property
    def lists(self) -> dict[SourceKind, SourceList]:
        """The cards of each kind of sources."""
        return {
            SourceKind.BUILT_IN: self.own,
            SourceKind.PLUGIN: self.plugins.list,
            SourceKind.MCP: self.servers.list,
        }

    def show_settings(self, settings: ToolSettings) -> None:
        """What holds now."""
        self.enabled.set_on(settings.enabled)
        self.limits.show_settings(settings)

    def show_sources(self, sources: Sequence[SourceStatus]) -> None:
        """All there are, in their order."""
        for kind, part in self.lists.items():
            part.show_sources([status for status in sources if status.kind is kind])
        self.plugins.show_empty(not self.plugins.list.ids())
        self.servers.show_empty(not self.servers.list.ids())

    def say(self, sentence: str) -> None:
        """What went wrong, where no other place on the page is about it; empty removes it."""
        tell(self.problem, sentence, "error")


class PluginPart(QWidget):
    """Plugins with their folder.

    Args:
        theme: Colours and text size.
    """

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.folder = button(tr("Open plugins folder"))
        self.reload = button(tr("Look again"), name=tr("Look for plugins again"))
        self.empty = label(
            tr("None yet. A plugin is a Python file with functions that a model may call; the folder opens with an "
               "example to begin with."),
            "muted",
            wrap=True,
        )  # fmt: skip
        self.example = button(tr("Open the folder with an example"), "primary")
        self.list = SourceList(theme)
        self._buttons = actions(self.folder, self.reload)
        layout = QVBoxLayout(self)
        spread(layout, 0, SPACE[2])
        layout.addWidget(Pair(label(tr("Plugins"), "title"), self._buttons))
        for widget in (self.empty, self.example, self.list):
            layout.addWidget(widget)
        self.show_empty(True)

    def show_empty(self, empty: bool) -> None:
        """Whether there is no plugin."""
        self.empty.setVisible(empty)
        self.example.setVisible(empty)
        self.folder.setVisible(not empty)


class ServerPart(QWidget):
    """Servers, and the ways in which more of them come.

    Args:
        theme: Colours and text size.
    """

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.add = button(tr("Add server…"))
        self.bring = button(tr("Import…"), name=tr("Import servers from other programs"))
        self.notice = label(tr(NOTICE), "muted", wrap=True)
        self.result = label("", "ok", wrap=True)
        self.form = ServerForm(theme)
        self.importing = ImportPanel()
        self.empty = label(
            tr("None yet. Add one with the command or address that its documentation names, or import those of "
               "another program."),
            "muted",
            wrap=True,
        )  # fmt: skip
        self.list = SourceList(theme)
        layout = QVBoxLayout(self)
        spread(layout, 0, SPACE[2])
        layout.addWidget(Pair(label(tr("MCP servers"), "title"), actions(self.add, self.bring)))
        for widget in (self.notice, self.form, self.importing, self.result, self.empty, self.list):
            layout.addWidget(widget)
        self.result.hide()
        self.show_empty(True)

    def show_empty(self, empty: bool) -> None:
        """Whether there is no server."""
        self.empty.setVisible(empty)

    def say(self, sentence: str, role: str = "ok") -> None:
        """What came of adding, importing or removing; empty removes it."""
        tell(self.result, sentence, role)
