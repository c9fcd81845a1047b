"""The least PySide6 program that shows a tray icon."""

import sys

from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QApplication, QMenu, QSystemTrayIcon

app = QApplication(sys.argv)
app.setQuitOnLastWindowClosed(False)
menu = QMenu()
menu.addAction("Quit")
tray = QSystemTrayIcon(QIcon(sys.argv[1]))
tray.setContextMenu(menu)
tray.show()
app.exec()
