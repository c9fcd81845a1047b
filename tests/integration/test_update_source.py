"""What a build says about where it looks for newer versions."""

from __future__ import annotations

from pathlib import Path

import pytest

from kireji import resources
from kireji.bootstrap.updates import built_in_source
from kireji.core.update_ports import UpdateSource
from tests.support.releases import Signer

KEY = Signer().text


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "updates").mkdir()
    monkeypatch.setattr(resources, "folder", lambda: tmp_path)
    return tmp_path / "updates" / "source.json"


def test_a_checkout_names_nobody() -> None:
    assert built_in_source() == UpdateSource()


def test_a_build_names_an_address_and_keys(folder: Path) -> None:
    folder.write_text(f'{{"address": "https://kireji.example/x.json", "keys": ["{KEY}"]}}')
    assert built_in_source() == UpdateSource("https://kireji.example/x.json", (KEY,))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        '{"address": 3, "keys": []}',
        '{"keys": []}',
        '{"address": "http://kireji.example/", "keys": []}',
        '{"address": "https://kireji.example/", "keys": ["no key"]}',
        '{"address": "https://kireji.example/", "keys": "AAAA"}',
    ],
)
def test_what_cannot_be_used_counts_as_nobody(folder: Path, text: str) -> None:
    folder.write_text(text)
    assert built_in_source() == UpdateSource()


def test_a_build_without_it_names_nobody(folder: Path) -> None:
    assert not folder.exists()
    assert built_in_source() == UpdateSource()
