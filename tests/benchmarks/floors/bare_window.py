"""The least PySide6 program that shows a window, from the parts of Qt that Kireji uses."""

import sys

from PySide6 import QtDBus, QtSvg  # noqa: F401 - the same parts
from PySide6.QtWidgets import QApplication, QLabel

app = QApplication(sys.argv)
label = QLabel("A window")
label.show()
app.exec()
