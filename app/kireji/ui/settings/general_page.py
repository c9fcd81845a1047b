"""Start with the session, notifications, and how captures behave."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from kireji.core.ports import Availability
from kireji.core.settings import CaptureSettings, GeneralSettings
from kireji.ui.parts import label
from kireji.ui.settings.cards import tell
from kireji.ui.settings.pane import ChoiceRow, rows
from kireji.ui.settings.switch import SwitchRow
from kireji.ui.translation import plural, tr

DELAYS = (2.0, 3.0, 5.0, 10.0, 15.0, 30.0)


class GeneralPage(QWidget):
    """The whole page."""

    def __init__(self) -> None:
        super().__init__()
        self.autostart = SwitchRow(
            tr("Start when you log in"),
            tr("Stays in the tray, with the shortcuts ready. Nothing is opened and nothing is sent."),
        )
        self.autostart_state = label("", "muted", wrap=True)
        self.notify = SwitchRow(
            tr("Notify when an answer is ready"),
            tr(
                "Only for answers that took a while and that no window shows. It holds your question, never the "
                "answer. "
                "Regions that are watched always tell."
            ),
        )
        self.delay = ChoiceRow(tr("“Capture after a delay” waits"), _with(DELAYS[0]))
        self.picker = SwitchRow(
            tr("Always use the desktop's own dialog to cut out a region"),
            tr("Otherwise only where the desktop does not let Kireji freeze the screen."),
        )
        self.copy_selection = SwitchRow(
            tr("Ask about selected text by copying it"),
            tr(
                "Kireji presses the copy keys in the program in front, reads the text and puts your clipboard back as "
                "it "
                "was. Never in terminals, where these keys stop programs."
            ),
        )
        self.setLayout(
            rows(self.autostart, self.autostart_state, self.notify, self.delay, self.picker, self.copy_selection)
        )
        self.autostart_state.hide()

    def show_settings(self, general: GeneralSettings, capture: CaptureSettings) -> None:
        """What holds now."""
        self.notify.set_on(general.notify)
        self.delay.set_choices(_with(capture.delay))
        self.delay.set_value(capture.delay)
        self.picker.set_on(capture.desktop_picker)
        self.copy_selection.set_on(capture.copy_selection)

    def show_autostart(self, available: Availability, *, on: bool) -> None:
        """Whether the system says that the program will start."""
        self.autostart.switch.setEnabled(available.ok)
        self.autostart.set_on(on)
        tell(self.autostart_state, "" if available.ok else f"{available.reason} {available.hint}".strip(), "muted")

    def show_autostart_failure(self, sentence: str) -> None:
        """It could not be switched."""
        tell(self.autostart_state, sentence, "error")

    def show_possible(self, *, picker: bool, copying: bool) -> None:
        """Leave out what means nothing here.

        Args:
            picker: The desktop has such a dialog.
            copying: Selected text cannot be read without copying it.
        """
        self.picker.setVisible(picker)
        self.copy_selection.setVisible(copying)


def seconds_words(seconds: float) -> str:
    """A number of seconds, which need not be whole."""
    if seconds == int(seconds):
        return plural(int(seconds), "1 second", "{n} seconds")
    return tr("{seconds} seconds", seconds=f"{seconds:g}")


def _with(seconds: float) -> tuple[tuple[float, str], ...]:
    """The usual delays and the one that was written into the file."""
    return tuple((each, seconds_words(each)) for each in sorted({*DELAYS, seconds}))
