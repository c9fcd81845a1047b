"""Encrypted connections are tried without a network."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from kireji.desktop.own_certificate import make_certificate
from kireji.providers import tls_trial
from kireji.providers.tls_trial import HOST, try_tls


def test_a_trusted_certificate_is_taken_and_a_strange_one_refused(tmp_path: Path) -> None:
    found = try_tls(*make_certificate(tmp_path, HOST))
    assert (found.version, found.refused) == ("TLSv1.3", True)
    assert found.library.startswith("OpenSSL")


def test_nothing_is_connected(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_arguments: object) -> None:
        raise AssertionError("a connection")

    monkeypatch.setattr(socket.socket, "connect", refused)
    assert try_tls(*make_certificate(tmp_path, HOST)).refused


def test_a_program_that_trusts_everybody_is_found_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    trusting = tls_trial.trusting
    monkeypatch.setattr(tls_trial, "trusting", lambda _store, _file: trusting("", str(tmp_path / "certificate.pem")))
    assert not try_tls(*make_certificate(tmp_path, HOST)).refused
