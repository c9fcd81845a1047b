"""One piece of evidence as a button: what is quoted, and where it stands."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout

from kireji.core.moderation.verdicts import Evidence
from kireji.ui.content_button import ContentButton
from kireji.ui.parts import label, restyle, spread
from kireji.ui.results import verdict_words as words
from kireji.ui.theme import Theme
from kireji.ui.tokens import SPACE
from kireji.ui.translation import tr

_LONGEST = 600
"""Characters of a quote that are shown."""


class EvidenceRow(ContentButton):
    """A quote on a ground of its own; pressing it shows where it stands.

    Args:
        theme: Colours and text size.
        evidence: What it shows.
        pictures: How many were judged; 0 where nobody knows.
    """

    def __init__(self, theme: Theme, evidence: Evidence, pictures: int = 0) -> None:
        super().__init__("quoted")
        self._theme = theme
        self.evidence = evidence
        quote = evidence.quote if len(evidence.quote) <= _LONGEST else f"{evidence.quote[:_LONGEST]}…"
        said = quote if evidence.shown else tr("“{words}”", words=quote)
        place = words.evidence_place(evidence, pictures)
        self._quote = label(said, wrap=True)
        self._place = label(place, "trouble" if words.doubtful(evidence) else "small", wrap=True)
        for each in (self._quote, self._place):
            each.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        column = QVBoxLayout(self)
        spread(column, (SPACE[2], SPACE[1] - 2, SPACE[2], SPACE[1] - 2), 0)
        column.addWidget(self._quote)
        column.addWidget(self._place)
        self._place.setVisible(bool(place))
        self.setAccessibleName(f"{said} ({place})" if place else said)
        self.setText("")

    def place_words(self) -> str:
        """Where it stands, as it is said."""
        return self._place.text()

    def set_chosen(self, chosen: bool) -> None:
        """Whether it is the one that is shown."""
        restyle(self, state="on" if chosen else "")
