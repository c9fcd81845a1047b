"""What Qt itself complains about, in the same log as everything else."""

from __future__ import annotations

import logging
import re

from PySide6.QtCore import QMessageLogContext, QtMsgType, qInstallMessageHandler

log = logging.getLogger("kireji.qt")

_LEVELS = {
    QtMsgType.QtDebugMsg: logging.DEBUG,
    QtMsgType.QtInfoMsg: logging.INFO,
    QtMsgType.QtWarningMsg: logging.WARNING,
    QtMsgType.QtCriticalMsg: logging.ERROR,
    QtMsgType.QtFatalMsg: logging.CRITICAL,
}


def _to_log(kind: QtMsgType, context: QMessageLogContext, message: str) -> None:
    # The address of a sign-in that no browser could open is nobody's business later.
    said = re.sub(r"https?://[^\s'\"]+", "(an address)", message)
    log.log(_LEVELS.get(kind, logging.WARNING), "%s: %s", context.category or "default", said)


def install() -> None:
    """Send Qt's messages to the log from here on; in a windowed build nobody sees them otherwise."""
    qInstallMessageHandler(_to_log)


def remove() -> None:
    """Give Qt its own way back, before the log is closed."""
    qInstallMessageHandler(None)
