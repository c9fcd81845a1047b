"""Counting and budgets from outside: what is counted, what may be spent, and what an ended process leaves."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.service import KEY, Rule, ServiceProcess, Text
from tests.support.program import kireji


@pytest.fixture
def service() -> Iterator[ServiceProcess]:
    with ServiceProcess(Rule(Text(["Because it is."]), times=None)) as process:
        yield process


@pytest.fixture
def variables(tmp_path: Path, service: ServiceProcess) -> dict[str, str]:
    home = tmp_path / "kireji"
    home.mkdir(mode=0o700)
    (home / "settings.toml").write_text("[local]\ndiscover = false\n[tools]\nenabled = false\n")
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "KIREJI_HOME": str(home),
        "ANTHROPIC_BASE_URL": service.base_url,
        "ANTHROPIC_API_KEY": KEY,
    }


def answered(service: ServiceProcess) -> int:
    """How many questions reached the service."""
    return sum(item["path"] == "/v1/messages" for item in service.control()["requests"])


def told(variables: dict[str, str], *arguments: str) -> dict[str, Any]:
    done = kireji([*arguments, "--json"], variables)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_an_exact_count_asks_the_service_and_stands_in_the_ledger(
    service: ServiceProcess, variables: dict[str, str], tmp_path: Path
) -> None:
    notes = tmp_path / "notes.txt"
    notes.write_text("A sentence of seven words stands here. " * 100)
    estimate, exact = told(variables, "count", str(notes)), told(variables, "count", str(notes), "--exact")
    assert (estimate["exact"], exact["exact"]) == (False, True)
    assert exact["cost"] > 0
    assert answered(service) == 0
    with closing(sqlite3.connect(Path(variables["KIREJI_HOME"]) / "kireji.db")) as database:
        assert database.execute("SELECT purpose FROM ledger WHERE kind = 'sent'").fetchall() == [("token count",)]


def test_questions_of_many_programs_never_pass_a_budget(service: ServiceProcess, variables: dict[str, str]) -> None:
    cap = 0.0003
    assert kireji(["budget", "--day", str(cap)], variables).returncode == 0

    def ask(number: int) -> int:
        return kireji(["ask", f"Why is it so, {number}?", "--max-tokens", "200"], variables).returncode

    with ThreadPoolExecutor(4) as pool:
        codes = list(pool.map(ask, range(8)))
    spent = told(variables, "budget")["day"]
    assert codes.count(0) == answered(service) >= 1
    assert 0 < spent["spent"] <= cap
    assert spent["running"] == 0


def test_a_refusal_is_one_line_that_says_what_to_do(service: ServiceProcess, variables: dict[str, str]) -> None:
    kireji(["budget", "--day", "0.0001"], variables)
    done = kireji(["ask", "Why?"], variables)
    assert done.returncode == 1
    lines = done.stderr.decode().strip().splitlines()
    assert any("The budget for today is $0.0001" in line and "kireji budget --day" in line for line in lines)
    assert answered(service) == 0
