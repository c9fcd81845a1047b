"""Version, licence, where things are kept, and whose work this stands on."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from kireji import __version__
from kireji.ui.parts import button, label, spread
from kireji.ui.settings.opening import open_folder
from kireji.ui.settings.pane import rows
from kireji.ui.settings.places import Places
from kireji.ui.tokens import SPACE
from kireji.ui.translation import mark, tr

_THIRD_PARTIES = (
    ("Qt for Python (PySide6), Qt 6", "LGPL-3.0"),
    ("qasync", "BSD-2-Clause"),
    ("httpx, httpx-sse", "BSD-3-Clause, MIT"),
    ("truststore", "MIT"),
    ("mss", "MIT"),
    ("keyring, SecretStorage, jeepney", "MIT, BSD-3-Clause, MIT"),
    ("msgspec", "BSD-3-Clause"),
    ("platformdirs", "MIT"),
    ("tomlkit", "MIT"),
    ("Pillow", "MIT-CMU"),
    ("markdown-it-py", "MIT"),
    ("Pygments", "BSD-2-Clause"),
    (mark("RapidOCR, its PP-OCR models"), "Apache-2.0"),
    ("ONNX Runtime", "MIT"),
    (mark("Lucide icons"), "ISC"),
)


class AboutPage(QWidget):
    """The whole page.

    Args:
        places: Where things are kept.
    """

    def __init__(self, places: Places) -> None:
        super().__init__()
        words = tr("Cut out a piece of the screen, ask, and read the answer as it streams.")
        self.setLayout(
            rows(
                label(f"Kireji {__version__}", "lead"),
                label(f"{words} {tr('Free software under the MIT licence.')}", "muted", wrap=True),
                _Place(tr("Conversations and captures"), places.data),
                _Place(tr("Settings"), places.settings),
                _Place(tr("Logs"), places.logs),
                _Thanks(),
            )
        )


class _Place(QFrame):
    def __init__(self, title: str, path: Path) -> None:
        super().__init__()
        self.setProperty("kind", "card")
        self._path = path
        row = QHBoxLayout(self)
        spread(row, (SPACE[3] - 2, SPACE[2], SPACE[3] - 2, SPACE[2]), SPACE[2])
        words = QVBoxLayout()
        spread(words, 0, SPACE[0] // 2)
        words.addWidget(label(title, "strong", wrap=True))
        shown = label(str(path), "muted", wrap=True)
        shown.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        words.addWidget(shown)
        row.addLayout(words, 1)
        show = button(tr("Open folder"))
        show.setAccessibleName(tr("Open the folder: {title}", title=title))
        show.clicked.connect(self._open)
        row.addWidget(show)

    def _open(self) -> None:
        open_folder(self._path)


class _Thanks(QWidget):
    def __init__(self) -> None:
        super().__init__()
        layout = QVBoxLayout(self)
        spread(layout, 0, SPACE[0])
        layout.addWidget(label(tr("Stands on the work of"), "strong"))
        for name, licence in _THIRD_PARTIES:
            row = QHBoxLayout()
            spread(row, 0, SPACE[1])
            row.addWidget(label(tr(name), "muted", wrap=True), 1)
            row.addWidget(label(licence, "muted"))
            layout.addLayout(row)
