"""Newer versions: whether they are looked for, what was found, and where it is to be had."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from kireji.core.updates import ReleaseFile
from kireji.ui.chat.answer_view import AnswerView
from kireji.ui.chat.words import size
from kireji.ui.parts import button, label, spread
from kireji.ui.settings.cards import Card, actions, line, tell
from kireji.ui.settings.fields import TextRow
from kireji.ui.settings.pane import rows
from kireji.ui.settings.switch import SwitchRow
from kireji.ui.theme import Theme
from kireji.ui.tokens import SPACE
from kireji.ui.translation import tr

_EXAMPLE = "https://"
_HIGHEST = 320
"""Pixels of the notes before they scroll by themselves."""


class UpdatesPage(QWidget):
    """The whole page.

    Args:
        theme: Colours and text size.
    """

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.check = button(tr("Check now"), name=tr("Check for a newer version now"))
        self.state = Card("Kireji", self.check)
        self.state.set_chip("", "idle")
        self.problem = label("", "warn", wrap=True)
        self.allow = SwitchRow(
            tr("Look for a newer version once a day"),
            tr(
                "One request for a signed list, the same from everybody: it says nothing about you, this computer or "
                "your version. Nothing is downloaded or installed."
            ),
        )
        self.release = ReleaseCard(theme)
        self.address = TextRow(tr("Address of the list"), _EXAMPLE, wide=True)
        self.keys = TextRow(tr("Public keys that it must be signed by"), tr("base64, separated by commas"), wide=True)
        self.trusted = label("", "muted", wrap=True)
        self.state.add(self.problem, line(), self.allow)
        source = QWidget()
        layout = QVBoxLayout(source)
        spread(layout, 0, SPACE[1])
        layout.addWidget(label(tr("Where the list comes from"), "strong", wrap=True))
        for widget in (self.address, self.keys, self.trusted):
            layout.addWidget(widget)
        self.setLayout(rows(self.state, self.release, source))
        self.problem.hide()
        self.release.hide()

    def show_state(self, title: str, chip: tuple[str, str], sentence: str) -> None:
        """How it stands.

        Args:
            title: The version that runs.
            chip: The state in a few words, and its kind.
            sentence: What else is to be said.
        """
        self.state.set_title(title)
        self.state.set_chip(*chip)
        self.state.say(sentence)

    def show_problem(self, sentence: str) -> None:
        """What went wrong when it was last asked; empty when nothing did."""
        tell(self.problem, sentence, "warn")

    def show_asking(self, *, possible: bool, allowed: bool) -> None:
        """Whether it can be asked, and whether it may by itself."""
        self.check.setEnabled(possible)
        self.allow.switch.setEnabled(possible or allowed)
        self.allow.set_on(allowed)

    def show_source(self, address: str, keys: Sequence[str], trusted: str) -> None:
        """What the person has set, and whose word counts."""
        self.address.show_text(address)
        self.keys.show_text(", ".join(keys))
        tell(self.trusted, trusted, "muted")

    def show_usual_address(self, address: str) -> None:
        """What is asked where nothing is entered; empty for nowhere."""
        self.address.field.setPlaceholderText(address or _EXAMPLE)


class ReleaseCard(Card):
    """A newer version.

    Args:
        theme: Colours and text size.
    """

    skip_clicked = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__("")
        self._theme = theme
        self.notes = AnswerView(theme)
        self.notes.setAccessibleName(tr("What is new"))
        self.notes.setMinimumHeight(1)
        self.how = _selectable("value")
        self.file = _selectable("muted")
        self.page = button(tr("Open the download page"), "primary")
        self.skip = button(tr("Skip this version"))
        self.address = label("", "muted", wrap=True)
        self.add(self.notes, line(), self.how, self.file, actions(self.page, self.skip), self.address)
        self.notes.height_changed.connect(self._grew)
        self.skip.clicked.connect(self.skip_clicked)

    def show_release(self, title: str, date: str, notes: str, how: str, address: str) -> None:
        """What is there.

        Args:
            title: The version, in words.
            date: When it was published.
            notes: Markdown.
            how: How it is installed, in a sentence.
            address: Of the download page.
        """
        self.set_title(title)
        self.set_chip(date, "idle")
        if notes != self.notes.markdown():
            self.notes.set_markdown(notes)
            self.notes.read_from_the_beginning()
        self.notes.setVisible(bool(notes))
        tell(self.how, how, "value")
        tell(self.address, address, "muted")

    def show_file(self, file: ReleaseFile | None) -> None:
        """The file for this system; None where there is none."""
        words = ""
        if file is not None:
            words = tr("{name}, {size}\nSHA-256 {sum}", name=file.name, size=size(file.size), sum=_grouped(file.sha256))
        tell(self.file, words, "muted")

    def show_skipped(self, skipped: bool) -> None:
        """Whether the person does not want to hear of it."""
        self.skip.setText(tr("Do not skip it") if skipped else tr("Skip this version"))

    def _grew(self, height: object) -> None:
        assert isinstance(height, int)
        self.notes.setFixedHeight(max(1, min(height, self._theme.px(_HIGHEST))))


def _selectable(role: str) -> QLabel:
    made = label("", role, wrap=True)
    made.setTextInteractionFlags(
        Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
    )
    return made


def _grouped(digest: str) -> str:
    """In groups, so that it breaks into lines and can be compared by eye."""
    return " ".join(digest[start : start + 8] for start in range(0, len(digest), 8))
