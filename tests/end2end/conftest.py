"""The place where the real program runs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.desktop import Desktop
from tests.support.outside import Seat
from tests.support.program import environment
from tests.support.x11 import x_client


@pytest.fixture
def seat(own_desktop: Desktop, tmp_path: Path) -> Iterator[Seat]:
    """A desktop of its own with an empty folder for the program's data."""
    home = own_desktop.home / "kireji"
    with x_client(own_desktop.display) as client:
        variables = environment(own_desktop, KIREJI_HOME=str(home))
        yield Seat(own_desktop, client, home, variables, tmp_path / "output")
