"""The Debian package, made of a small program that stands for the built one."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from email.parser import Parser
from pathlib import Path

import pytest

from kireji import __version__
from tests.support.packaging import ROOT, module
from tests.support.stand_in import library, stand_in

deb, libraries = module("deb"), module("libraries")

pytestmark = pytest.mark.skipif(shutil.which("dpkg-deb") is None, reason="dpkg is not installed")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return stand_in(tmp_path_factory.mktemp("dist") / "kireji")


@pytest.fixture(scope="module")
def package(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = deb.make(built, tmp_path_factory.mktemp("out"), quick=True)
    assert isinstance(made, Path)
    return made


@pytest.fixture(scope="module")
def unpacked(package: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("root")
    subprocess.run(["dpkg-deb", "--raw-extract", str(package), str(folder)], check=True)
    return folder


def test_the_command_leads_to_the_program(unpacked: Path) -> None:
    assert os.readlink(unpacked / "usr/bin/kireji") == "/opt/kireji/kireji"
    assert os.access(unpacked / "opt/kireji/kireji", os.X_OK)
    assert os.readlink(unpacked / "opt/kireji/_internal/libown.so") == "libown.so.1"


def test_everything_belongs_to_root_and_can_be_read_by_all(package: Path) -> None:
    listed = subprocess.run(["dpkg-deb", "--contents", str(package)], capture_output=True, text=True, check=True)
    kinds = {}
    for line in listed.stdout.splitlines():
        mode, owner, _, _, _, path = line.split(maxsplit=5)
        assert owner == "root/root"
        kinds[path.partition(" -> ")[0]] = mode
    assert kinds["./opt/kireji/kireji"] == "-rwxr-xr-x"
    assert kinds["./opt/kireji/_internal/libown.so.1"] == "-rw-r--r--"
    assert kinds["./opt/kireji/_internal/kireji/_resources/words.txt"] == "-rw-r--r--"
    assert {mode for path, mode in kinds.items() if path.endswith("/")} == {"drwxr-xr-x"}


def test_its_fields_say_what_it_is(package: Path, unpacked: Path) -> None:
    control = Parser().parsestr((unpacked / "DEBIAN/control").read_text("utf-8"))
    machine = subprocess.run(["dpkg", "--print-architecture"], capture_output=True, text=True, check=True).stdout
    assert control["Package"] == "kireji"
    assert control["Version"] == f"{__version__}-1"
    assert control["Architecture"] == machine.strip()
    assert package.name == f"kireji_{__version__}-1_{machine.strip()}.deb"
    assert control["Depends"].startswith("libc6 (>= 2.")
    assert "libxcb1" in control["Depends"]
    assert 100 < int(control["Installed-Size"]) < 1000
    assert "gnome-keyring" in control["Recommends"]


def test_its_address_leads_nowhere() -> None:
    assert deb.MAINTAINER.endswith(".invalid>")


def test_nothing_of_it_runs_when_it_is_installed_or_removed(unpacked: Path) -> None:
    assert sorted(path.name for path in (unpacked / "DEBIAN").iterdir()) == ["control", "md5sums"]


def test_its_sums_are_those_of_its_files(unpacked: Path) -> None:
    lines = (unpacked / "DEBIAN/md5sums").read_text().splitlines()
    sums = {line.split("  ", 1)[1]: line.split("  ", 1)[0] for line in lines}
    files = [path for path in unpacked.rglob("*") if path.is_file() and not path.is_symlink()]
    for file in files:
        if file.parent.name != "DEBIAN":
            digest = hashlib.md5(file.read_bytes(), usedforsecurity=False).hexdigest()
            assert sums.pop(str(file.relative_to(unpacked))) == digest
    assert sums == {}


def test_the_same_folder_gives_the_same_bytes(built: Path, package: Path, tmp_path: Path) -> None:
    copy = tmp_path / "elsewhere"
    shutil.copytree(built, copy, symlinks=True)
    for path in copy.rglob("*"):
        if not path.is_symlink():
            os.utime(path, (1, 1))
    before = os.umask(0o077)
    try:
        again = deb.make(copy, tmp_path / "out", quick=True)
    finally:
        os.umask(before)
    assert again.read_bytes() == package.read_bytes()


def test_its_licence_is_the_projects(unpacked: Path) -> None:
    text = (unpacked / "usr/share/doc/kireji/copyright").read_text("utf-8")
    paragraphs = Parser().parsestr(text.partition("\n\n")[2])
    assert paragraphs["License"].startswith("Expat")
    assert "Permission is hereby granted" in text
    assert paragraphs["Copyright"] in (ROOT / "LICENSE").read_text("utf-8")


def test_parts_are_listed_with_their_licences_and_the_place_of_the_texts(tmp_path: Path) -> None:
    index = tmp_path / "_internal/kireji/_resources/licences/index.json"
    index.parent.mkdir(parents=True)
    index.write_text('{"parts": [{"name": "ink", "version": "1.2", "licence": "MIT"}]}')
    text = deb.copyright_text(tmp_path, "/opt/kireji")
    assert " /opt/kireji/_internal/kireji/_resources/licences," in text
    assert "\n  ink 1.2: MIT\n" in text
    header = text.partition("\n\n")[0]
    assert all(line.startswith((" ", "Format:", "Upstream-Name:", "Comment:")) for line in header.splitlines())


def test_a_build_of_another_version_is_refused(tmp_path: Path) -> None:
    old = stand_in(tmp_path / "kireji", "0.0.1")
    with pytest.raises(ValueError, match=r"says it is kireji 0\.0\.1"):
        deb.make(old, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_folder_without_a_program_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="packaging/build makes it"):
        deb.make(tmp_path, tmp_path / "out")


def test_a_library_that_nobody_knows_stops_it(built: Path, tmp_path: Path) -> None:
    copy = tmp_path / "kireji"
    shutil.copytree(built, copy, symlinks=True)
    strange = tmp_path / "libstrange.so.7"
    library(strange)
    library(copy / "libneeds.so", strange)
    with pytest.raises(libraries.UnknownLibrary, match=r"libneeds\.so needs libstrange\.so\.7"):
        deb.make(copy, tmp_path / "out", quick=True)
    shutil.copyfile(strange, copy / "_internal" / strange.name)
    assert deb.make(copy, tmp_path / "out", quick=True).exists()


def test_a_package_that_was_not_finished_is_not_there(
    built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stopped = tmp_path / "bin" / "dpkg-deb"
    stopped.parent.mkdir()
    stopped.write_text('#!/bin/sh\nfor last; do :; done\necho half > "$last"\nexit 1\n')
    stopped.chmod(0o755)
    monkeypatch.setenv("PATH", f"{stopped.parent}:{os.environ['PATH']}")
    with pytest.raises(subprocess.CalledProcessError):
        deb.make(built, tmp_path / "out", quick=True)
    assert list((tmp_path / "out").iterdir()) == []


def test_a_package_that_was_renamed_is_asked_for_by_both_names() -> None:
    needed = libraries.Needs({"libglib-2.0.so.0": "x", "libc.so.6": "x", "ld-linux-x86-64.so.2": "x"}, (2, 34))
    assert libraries.depends(needed) == ["libc6 (>= 2.34)", "libglib2.0-0 | libglib2.0-0t64"]
