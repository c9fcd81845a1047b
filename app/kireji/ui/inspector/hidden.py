"""What of the last question stayed on this computer, by kind."""

from __future__ import annotations

from collections.abc import Mapping

from kireji.core.secrets.kinds import Kind
from kireji.ui.chat.words import count
from kireji.ui.covers.words import kind_name
from kireji.ui.inspector.section import Section
from kireji.ui.theme import Theme
from kireji.ui.translation import tr


class HiddenSection(Section):
    """A row for each kind of which something was hidden; the whole is there only when there is one.

    Args:
        theme: Colours and text size.
    """

    def __init__(self, theme: Theme) -> None:
        super().__init__("hidden", tr("Hidden for you"), theme)
        for kind in Kind:
            self.add_row(kind.value, kind_name(kind))
            self.show_row(kind.value, shown=False)
        self.hide()

    def show_counts(self, counts: Mapping[str, int]) -> None:
        """Show how much was hidden.

        Args:
            counts: By the names of `core.secrets.kinds.Kind`, as the ledger holds them.
        """
        for kind in Kind:
            self.set_value(kind.value, count(counts.get(kind.value, 0)))
            self.show_row(kind.value, shown=bool(counts.get(kind.value)))
        self.setVisible(any(counts.values()))
