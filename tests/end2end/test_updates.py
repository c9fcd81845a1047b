"""Checks for updates from outside: the release is signed by `packaging/manifest`, the program is the real one."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from kireji import __version__
from tests.support.program import kireji

ROOT = Path(__file__).resolve().parents[2]


def manifest(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, ROOT / "packaging" / "manifest", *arguments]
    return subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False)


class Release:
    """A place on this computer where releases are published."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.public = manifest("keygen", folder / "key.pem").stdout.strip()
        self.package = folder / "kireji_9.0.0_amd64.deb"
        self.package.write_bytes(b"a package")
        self.answer = b""
        self.heads: list[str] = []
        self.url = ""

    def publish(self, version: str = "9.0.0", key: str = "key.pem", *more: object) -> None:
        notes = self.folder / "notes.md"
        notes.write_text("## What is new\n\n- Everything\n")
        place = ("--page", "https://kireji.example/", "--files-at", "https://kireji.example/files")
        made = ("make", version, *place, "--notes", notes, "-o", self.folder / "list.json", *more, "--", self.package)
        signed = ("sign", self.folder / "list.json", self.folder / key, "-o", self.folder / "signed.json")
        for arguments in (made, signed):
            done = manifest(*arguments)
            assert done.returncode == 0, done.stderr
        self.answer = (self.folder / "signed.json").read_bytes()


@contextmanager
def served(release: Release) -> Iterator[None]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            release.heads.append(f"{self.requestline}\n{self.headers}")
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(release.answer)))
            self.end_headers()
            self.wfile.write(release.answer)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    release.url = f"http://127.0.0.1:{server.server_port}/stable.json"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def release(tmp_path: Path) -> Iterator[Release]:
    made = Release(tmp_path)
    made.publish()
    with served(made):
        yield made


@pytest.fixture
def variables(tmp_path: Path, release: Release) -> dict[str, str]:
    home = tmp_path / "kireji"
    home.mkdir(mode=0o700)
    (home / "settings.toml").write_text(
        f'[local]\ndiscover = false\n[updates]\naddress = "{release.url}"\nkeys = ["{release.public}"]\n'
    )
    return {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "KIREJI_HOME": str(home)}


def test_a_newer_version_is_found_only_when_it_is_asked_for(release: Release, variables: dict[str, str]) -> None:
    assert b"Nothing is known of newer versions." in kireji(["updates"], variables).stdout
    assert release.heads == []
    done = kireji(["updates", "check"], variables)
    assert done.returncode == 0, done.stderr
    assert b"Kireji 9.0.0 is there" in done.stdout
    assert f"; {__version__} runs.".encode() in done.stdout
    (head,) = release.heads
    assert head.startswith("GET /stable.json HTTP/1.1\n")
    assert "kireji\n" in head
    assert __version__ not in head


def test_the_request_stands_among_what_left_this_computer(release: Release, variables: dict[str, str]) -> None:
    kireji(["updates", "check"], variables)
    found = json.loads(kireji(["receipt", "--json"], variables).stdout.splitlines()[0])
    told = json.dumps(found)
    assert "update check" in told
    assert release.url.split("/")[2] in told


def test_a_downloaded_file_is_held_to_what_was_signed(release: Release, variables: dict[str, str]) -> None:
    kireji(["updates", "check"], variables)
    good = kireji(["updates", "verify", str(release.package)], variables)
    assert good.returncode == 0, good.stderr
    release.package.write_bytes(b"another one")
    bad = kireji(["updates", "verify", str(release.package)], variables)
    assert bad.returncode == 1
    assert b"Do not install it." in bad.stderr


def test_a_list_that_somebody_else_has_signed_is_refused(release: Release, variables: dict[str, str]) -> None:
    assert manifest("keygen", release.folder / "foreign.pem").returncode == 0
    release.publish("10.0", "foreign.pem")
    done = kireji(["updates", "check"], variables)
    assert done.returncode == 1
    assert done.stderr.startswith(b"kireji: The list of versions is not signed by a key that is trusted here.")
    assert b"10.0" not in kireji(["updates"], variables).stdout


def test_an_older_list_is_refused_after_a_newer_one(release: Release, variables: dict[str, str]) -> None:
    kireji(["updates", "check"], variables)
    release.publish("8.0", "key.pem", "--date", "2026-01-01T00:00:00+00:00", "--days", "3000")
    done = kireji(["updates", "check"], variables)
    assert done.returncode == 1
    assert b"was offered again after the one of" in done.stderr


def test_the_maker_refuses_what_the_program_would(tmp_path: Path) -> None:
    package = tmp_path / "kireji_9_amd64.deb"
    package.write_bytes(b"x")
    at = ("--page", "http://kireji.example/", "--files-at", "https://kireji.example/")
    assert "https" in manifest("make", "9", *at, "--", package).stderr
    assert manifest("make", "nine", *at, "--", package).returncode == 1


def test_what_is_new_comes_from_the_changelog(release: Release) -> None:
    changelog = release.folder / "CHANGELOG.md"
    changelog.write_text("# Changelog\n\n## [9.0.0] - 2026-12-01\n\n- This\n\n## [8.0.0]\n\n- That\n")
    place = ("--page", "https://kireji.example/", "--files-at", "https://kireji.example/", "--changelog", changelog)
    made = manifest("make", "9.0.0", *place, "--", release.package)
    assert json.loads(made.stdout)["notes"] == {"en": "- This"}
    assert "says nothing about version 9.0.1" in manifest("make", "9.0.1", *place, "--", release.package).stderr


def test_a_private_key_is_private_and_never_written_over(tmp_path: Path) -> None:
    made = manifest("keygen", tmp_path / "key.pem")
    data = (tmp_path / "key.pem").read_bytes()
    assert (tmp_path / "key.pem").stat().st_mode & 0o777 == 0o600
    assert data.decode().splitlines()[1] not in made.stdout + made.stderr
    again = manifest("keygen", tmp_path / "key.pem")
    assert again.returncode == 1
    assert (tmp_path / "key.pem").read_bytes() == data
    assert manifest("public", tmp_path / "key.pem").stdout == made.stdout


def test_the_same_release_gives_the_same_bytes(release: Release) -> None:
    release.publish("9.0.0", "key.pem", "--date", "2026-11-30T00:00:00+00:00")
    first = release.answer
    release.publish("9.0.0", "key.pem", "--date", "2026-11-30T00:00:00+00:00")
    assert release.answer == first


def test_a_signed_release_is_checked_before_it_is_published(release: Release) -> None:
    signed = release.folder / "signed.json"
    assert manifest("verify", signed, release.package, "--key", release.public).returncode == 0
    other = manifest("keygen", release.folder / "other.pem").stdout.strip()
    assert manifest("verify", signed, "--key", release.public, "--key", other).returncode == 1
    assert manifest("sign", signed, release.folder / "other.pem", "-o", signed).returncode == 0
    assert manifest("verify", signed, "--key", release.public, "--key", other).returncode == 0
    release.package.write_bytes(b"changed")
    assert manifest("verify", signed, release.package, "--key", release.public).returncode == 1


def test_a_new_version_copies_what_an_older_one_has_left_and_the_copy_can_be_restored(tmp_path: Path) -> None:
    home = tmp_path / "kireji"
    home.mkdir(mode=0o700)
    with closing(sqlite3.connect(home / "kireji.db")) as connection:
        connection.executescript((ROOT / "tests" / "data" / "db" / "version-4.sql").read_text("utf-8"))
    (home / "settings.toml").write_text("[local]\ndiscover = false\n")
    variables = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "KIREJI_HOME": str(home)}
    listed = kireji(["history", "list", "--json"], variables)
    assert listed.returncode == 0, listed.stderr
    (copy,) = (home / "backups").iterdir()
    assert copy.name.startswith(f"kireji-before-version-{__version__}-")
    other = variables | {"KIREJI_HOME": str(tmp_path / "other")}
    restored = kireji(["history", "restore", str(copy), "--yes"], other)
    assert restored.returncode == 0, restored.stderr
    again = kireji(["history", "list", "--json"], other)
    assert [each["title"] for each in titles(again)] == [each["title"] for each in titles(listed)]
    kireji(["history", "list"], variables)
    assert list((home / "backups").iterdir()) == [copy]


def titles(done: subprocess.CompletedProcess[bytes]) -> list[dict[str, str]]:
    found = json.loads(done.stdout)
    return sorted(
        found.get("conversations", found) if isinstance(found, dict) else found, key=lambda each: each["title"]
    )
