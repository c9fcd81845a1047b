"""Where the rows of a new job run: through a batch service, or now, one by one."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QLabel, QRadioButton, QVBoxLayout, QWidget

from kireji.core.jobs.ports import BatchLimits
from kireji.core.jobs.values import Mode
from kireji.ui.jobs.new_job_words import where_about, where_title
from kireji.ui.parts import label, spread
from kireji.ui.tokens import SPACE
from kireji.ui.translation import tr

_MODES = (Mode.BATCH, Mode.LIVE)


class WhereChoice(QWidget):
    """Two choices, each with its price and what it means; one that cannot be had says why."""

    chosen = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName(tr("Where it runs"))
        self._wanted = Mode.BATCH
        self._group = QButtonGroup(self)
        self._radios: dict[Mode, QRadioButton] = {}
        self._about: dict[Mode, QLabel] = {}
        layout = QVBoxLayout(self)
        spread(layout, 0, SPACE[1])
        for number, mode in enumerate(_MODES):
            radio = self._radios[mode] = QRadioButton(where_title(mode, None))
            about = self._about[mode] = label("", "small", wrap=True)
            about.setContentsMargins(SPACE[4] - 2, 0, 0, 0)
            self._group.addButton(radio, number)
            holder = QWidget()
            column = QVBoxLayout(holder)
            spread(column, 0, 2)
            column.addWidget(radio)
            column.addWidget(about)
            layout.addWidget(holder)
        self._radios[Mode.BATCH].setChecked(True)
        self._group.idClicked.connect(self._clicked)

    def show_terms(self, provider: str, model: str, limits: BatchLimits | None, *, pictures: bool) -> None:
        """Say what holds for a model.

        Args:
            provider: Whose.
            model: As people know it.
            limits: Of its batches; None when it has none.
            pictures: Whether rows have pictures of this computer.
        """
        can = {}
        for mode in _MODES:
            about, can[mode] = where_about(mode, provider, model, limits, pictures=pictures)
            radio = self._radios[mode]
            radio.setText(where_title(mode, limits))
            radio.setAccessibleDescription(about)
            radio.setEnabled(can[mode])
            self._about[mode].setText(about)
        # What the person wanted holds again as soon as it can be had.
        self._radios[self._wanted if can[self._wanted] else Mode.LIVE].setChecked(True)

    def mode(self) -> Mode:
        """Which one is chosen."""
        return _MODES[self._group.checkedId()]

    def choose(self, mode: Mode) -> None:
        """As if the person chose it."""
        self._radios[mode].click()

    def radio(self, mode: Mode) -> QRadioButton:
        """The button of one of them."""
        return self._radios[mode]

    def _clicked(self, number: int) -> None:
        self._wanted = _MODES[number]
        self.chosen.emit()
