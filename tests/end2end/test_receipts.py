"""The real program: what it asks is in its ledger, receipts show it to the byte, and tampering is found."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.service import KEY, Rule, ServiceProcess, Text
from tests.support.desktop import Desktop
from tests.support.program import environment, kireji

ROOT = Path(__file__).resolve().parents[2]
PICTURE = ROOT / "resources" / "examples" / "error.png"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


def test_from_a_question_to_a_changed_ledger(module_desktop: Desktop, home: Path) -> None:
    with ServiceProcess(Rule(Text(["Well."]), times=None)) as service:
        variables = environment(
            module_desktop, KIREJI_HOME=str(home), ANTHROPIC_API_KEY=KEY, ANTHROPIC_BASE_URL=service.base_url
        )
        asked = kireji(["ask", "-i", str(PICTURE), "What went wrong?", "--receipt", "--json"], variables)
        assert asked.returncode == 0, asked.stderr
        [receipt] = [line for line in map(json.loads, asked.stdout.splitlines()) if line["type"] == "receipt"]
        body = kireji(["receipt", str(receipt["id"]), "-o", "-"], variables)
        whole = kireji(["receipt", "--verify"], variables)
    assert hashlib.sha256(body.stdout).hexdigest() == receipt["sha256"]
    assert b"What went wrong?" in body.stdout
    assert KEY.encode() not in body.stdout
    assert (whole.returncode, whole.stdout.splitlines()[0][:19]) == (0, b"The ledger is whole")
    mark = whole.stdout.decode().splitlines()[-1]
    with closing(sqlite3.connect(home / "kireji.db", isolation_level=None)) as connection:
        connection.execute("UPDATE ledger SET host = 'elsewhere.example' WHERE kind = 'sent'")
    changed = kireji(["receipt", "--verify", "--known", mark], variables)
    assert changed.returncode == 1
    assert b"Row 1: changed, or not written by this program." in changed.stdout
