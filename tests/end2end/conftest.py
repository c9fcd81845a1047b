"""The place where the real program runs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.desktop import Desktop, desktop
from tests.support.outside import Seat
from tests.support.program import environment
from tests.support.x11 import x_client


@pytest.fixture(scope="module")
def module_desktop() -> Iterator[Desktop]:
    """One desktop for the tests of a file: what a program leaves on it is gone when the program has ended."""
    with desktop() as result:
        yield result


@pytest.fixture
def seat(module_desktop: Desktop, tmp_path: Path) -> Iterator[Seat]:
    """An empty folder for the program's data, on a desktop that other tests of the file have used."""
    with _seat(module_desktop, tmp_path) as result:
        yield result


@pytest.fixture
def seat_of_its_own(own_desktop: Desktop, tmp_path: Path) -> Iterator[Seat]:
    """The same on a desktop that the test may ruin."""
    with _seat(own_desktop, tmp_path) as result:
        yield result


@contextmanager
def _seat(where: Desktop, folder: Path) -> Iterator[Seat]:
    home = where.home / folder.name
    home.mkdir(mode=0o700)
    # Whoever runs these tests may have a model server of their own, which would answer in the reader's place.
    (home / "settings.toml").write_text("[local]\ndiscover = false\n")
    with x_client(where.display) as client:
        yield Seat(where, client, home, environment(where, KIREJI_HOME=str(home)), folder / "output")
