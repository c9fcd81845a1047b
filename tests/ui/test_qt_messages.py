from __future__ import annotations

import logging

import pytest
from PySide6.QtCore import QMessageLogContext, QtMsgType

from kireji.ui import qt_messages


def test_an_address_that_no_browser_opened_is_not_written_down(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        words = "Unable to detect a web browser to launch 'https://x.example/auth?code=secret'"
        qt_messages._to_log(QtMsgType.QtWarningMsg, QMessageLogContext(), words)
    assert "secret" not in caplog.text
    assert "(an address)" in caplog.text
