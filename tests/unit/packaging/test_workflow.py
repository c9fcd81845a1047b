"""The workflow that builds for three systems: nothing in it has more rights than it needs, and what it calls is there.

It has never run; actionlint and shellcheck have read it.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from tests.support import packaging

FILE = packaging.ROOT / ".github" / "workflows" / "build.yml"
WORKFLOW: dict[Any, Any] = yaml.safe_load(FILE.read_text("utf-8"))
JOBS: dict[str, dict[str, Any]] = WORKFLOW["jobs"]
BUILDS = ("linux", "windows", "macos")


def steps() -> Iterator[dict[str, Any]]:
    for job in JOBS.values():
        yield from job["steps"]


def scripts(job: str) -> str:
    return "\n".join(step.get("run", "") for step in JOBS[job]["steps"])


def test_it_may_read_and_nothing_else() -> None:
    assert WORKFLOW["permissions"] == {"contents": "read"}
    assert not any("permissions" in job for job in JOBS.values())


def test_a_stranger_s_change_is_built_without_secrets() -> None:
    assert "pull_request_target" not in WORKFLOW[True]  # YAML 1.1 reads the key `on` as true


def test_secrets_are_given_to_tags_alone() -> None:
    for job in JOBS.values():
        for holder in (job, *job["steps"]):
            for value in holder.get("env", {}).values():
                if "secrets." in str(value):
                    guard = f"{holder.get('if', '')} {value}"
                    assert "refs/tags/v" in guard or "env.RELEASE == 'true'" in guard
    assert not re.search(r"secrets\.", "".join(scripts(job) for job in JOBS))


def test_every_secret_is_explained() -> None:
    explained = "\n".join(line for line in FILE.read_text("utf-8").splitlines() if line.startswith("#"))
    named = set(re.findall(r"secrets\.(\w+)", FILE.read_text("utf-8")))
    assert {name for name in named if name not in explained} == set()


def test_what_others_have_written_is_pinned_to_one_commit() -> None:
    used = [step["uses"] for step in steps() if "uses" in step]
    assert used
    assert [name for name in used if not re.fullmatch(r"actions/[\w-]+@[0-9a-f]{40}", name)] == []
    lines = [line for line in FILE.read_text("utf-8").splitlines() if " uses: " in line]
    assert all(re.search(r" # v\d+\.\d+\.\d+$", line) for line in lines)


def test_what_others_write_in_names_never_becomes_a_script() -> None:
    assert not any("${{" in step.get("run", "") for step in steps())


def test_the_checkout_leaves_no_password_behind() -> None:
    checkouts = [step for step in steps() if step.get("uses", "").startswith("actions/checkout")]
    assert len(checkouts) == len(JOBS)
    assert all(step["with"]["persist-credentials"] is False for step in checkouts)


def test_every_job_has_an_end() -> None:
    assert all(0 < job["timeout-minutes"] <= 120 for job in JOBS.values())


def test_the_tests_are_those_of_continuous_integration() -> None:
    assert ".ci/run" in scripts("tests")


@pytest.mark.parametrize("job", BUILDS)
def test_each_system_builds_and_tries_what_it_has_built(job: str) -> None:
    said = scripts(job)
    assert "packaging/build" in said
    assert "--self-test" in said
    assert said.index("packaging/build") < said.index("--self-test")
    assert JOBS[job]["steps"][-1]["uses"].startswith("actions/upload-artifact")
    assert JOBS[job]["steps"][-1]["with"]["if-no-files-found"] == "error"


def test_sums_are_made_of_everything_that_was_built() -> None:
    assert set(JOBS["release"]["needs"]) == set(BUILDS) | {"tests"}
    assert "sha256sum" in scripts("release")


def test_a_release_without_a_key_is_said_to_have_no_signed_list() -> None:
    assert "::notice::The secret UPDATES_KEY is not set" in scripts("release")


def test_what_it_calls_is_there() -> None:
    called = {word for job in JOBS for word in re.findall(r"(?<![\w./$])(?:packaging|\.ci)/[\w./-]+", scripts(job))}
    assert called
    assert {word for word in called if not (packaging.ROOT / word).exists()} == set()


def test_the_switches_of_the_build_are_known() -> None:
    typed = set(re.findall(r"packaging/build((?: --\w+)+)", "\n".join(map(scripts, BUILDS))))
    command = [sys.executable, str(packaging.ROOT / "packaging" / "build"), "--help"]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert {switch for group in typed for switch in group.split() if switch not in told} == set()
