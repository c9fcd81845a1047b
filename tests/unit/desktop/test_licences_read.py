"""The licences that the program shows: collected ones, and those of an environment."""

from __future__ import annotations

import json
from pathlib import Path

from kireji import resources
from kireji.core.about import Part, without_home
from kireji.desktop.licences import CollectedLicences, InstalledLicences, licences


def collected(folder: Path) -> Path:
    (folder / "licences" / "texts").mkdir(parents=True)
    part = {"name": "Qt", "version": "6.11.3", "licence": "LGPL-3.0-only", "kind": "qt", "texts": ["0123456789abcdef"]}
    index = {"format": "kireji-licences", "version": 1, "parts": [part]}
    (folder / "licences" / "index.json").write_text(json.dumps(index))
    (folder / "licences" / "texts" / "0123456789abcdef.txt").write_text("the text\n")
    return folder


def test_a_build_shows_what_was_collected_for_it(tmp_path: Path) -> None:
    found = licences(collected(tmp_path))
    assert found.collected
    assert found.parts() == (Part("Qt", "6.11.3", "LGPL-3.0-only", "qt", ("0123456789abcdef",)),)
    assert found.text("0123456789abcdef") == "the text\n"


def test_a_text_is_only_looked_for_among_the_texts(tmp_path: Path) -> None:
    found = CollectedLicences(collected(tmp_path) / "licences")
    assert found.text("../index") == "This text cannot be read."
    assert found.text("ffffffffffffffff") == "This text cannot be read."


def test_an_index_that_is_damaged_shows_nothing(tmp_path: Path) -> None:
    (tmp_path / "index.json").write_text("{")
    assert CollectedLicences(tmp_path).parts() == ()


def test_a_checkout_shows_what_is_installed() -> None:
    found = licences(resources.folder())
    assert not found.collected
    parts = {part.name: part for part in found.parts()}
    assert parts["qasync"].licence == "BSD-2-Clause"
    assert "Redistribution and use" in found.text(parts["qasync"].texts[0])


def test_a_checkout_shows_itself_first() -> None:
    found = licences(resources.folder())
    first = found.parts()[0]
    assert (first.name, first.licence) == ("Kireji", "MIT")
    assert "Permission is hereby granted" in found.text(first.texts[0])


def test_without_a_licence_file_of_its_own_it_still_lists(tmp_path: Path) -> None:
    assert InstalledLicences(tmp_path / "LICENSE").parts()[0].texts == ()


def test_the_home_of_a_person_is_not_named() -> None:
    home = Path("/home/ada")
    assert without_home(home / "x" / "y", home) == "~/x/y"
    assert without_home(home, home) == "~"
    assert without_home(Path("/mnt/data"), home) == str(Path("/mnt/data"))
