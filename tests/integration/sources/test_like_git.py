"""The rules of git are understood as git itself understands them."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from kireji.sources.walking import Walk

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="git itself is asked")

_PATHS = [
    *(f"{one}" for one in ("foo.py", "a.log", "ab", "x y", "#c", "!n", "[z]", "-", "]")),
    *(f"{one}/{two}" for one in ("a", "build", "doc") for two in ("foo.py", "a.log", "Z")),
    *(f"a/{one}/{two}" for one in ("build", "b", "doc") for two in ("foo", "a.log", "ab")),
    "a/b/build/doc/foo.py",
]
_PIECES = st.sampled_from(
    ["a", "b", "foo", "build", "doc", "*", "?", "**", "/", "/", ".py", ".log", "[ab]", "[!a]", "[a-z]", "[z", "]",
     "\\", "\\!", "!", "#", " ", "[[:alpha:]]", "[^f]", "[]-]", "-", "x y"]
)  # fmt: skip
_LINES = st.lists(_PIECES, min_size=1, max_size=6).map("".join)
_RULES = st.lists(_LINES, max_size=4)
_GIT = {
    "PATH": os.environ["PATH"],
    "HOME": "/nowhere",
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": os.devnull,
}


@pytest.fixture(scope="module")
def repository() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="rules-"))
    subprocess.run(["git", "init", "-q", str(folder)], check=True, env=_GIT)
    for path in _PATHS:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text("x")
    yield folder
    shutil.rmtree(folder)


def _git(repository: Path) -> set[str]:
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--others", "--exclude-standard"],
        cwd=repository,
        env=_GIT,
        check=True,
        capture_output=True,
    )
    return set(filter(None, listed.stdout.decode().split("\0")))


def _ours(repository: Path) -> set[str]:
    walk = Walk(os.path.realpath(repository), {})
    for _ in walk.run():
        pass
    return {entry.name for entry in walk.found.entries}


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(top=_RULES, inner=_RULES, excluded=_RULES)
@example(["*", "!*/", "!*.py"], [], [])
@example(["/a/**", "!a/b/"], [], [])
@example(["a/**/foo*"], ["!foo"], [])
@example(["**/build", "doc/"], ["!build/"], ["*.log"])
@example(["[z/[[:alpha:]]", "a***b", "***/doc"], [], [])
@example(["[[:alpha:]]*", "!f[^a]o.py"], [], [])
@example(["\\#c", "\\!n", "x\\ y  "], [], [])
def test_the_same_files_are_left_as_git_leaves(
    repository: Path, top: Sequence[str], inner: Sequence[str], excluded: Sequence[str]
) -> None:
    (repository / ".gitignore").write_text("\n".join(top))
    (repository / "a" / ".gitignore").write_text("\n".join(inner))
    (repository / ".git" / "info" / "exclude").write_text("\n".join(excluded))
    assert _ours(repository) == _git(repository)
