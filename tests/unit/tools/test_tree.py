"""Which processes stand below one."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

import pytest

from kireji.tools.supervisor import tree
from kireji.tools.supervisor.tree import Tree, children, descendants

linux = pytest.mark.skipif(sys.platform != "linux", reason="/proc is Linux's")


@pytest.fixture
def family() -> Iterator[subprocess.Popen[bytes]]:
    """A shell with a child that has children, all there."""
    line = "(sleep 600 & sleep 600 & echo on; wait) & wait"
    with subprocess.Popen(["/bin/sh", "-c", line], stdout=subprocess.PIPE) as shell:
        assert shell.stdout is not None
        shell.stdout.readline()
        yield shell
        for each in (*descendants(shell.pid), shell.pid):
            subprocess.run(["kill", "-9", str(each)], check=False)


@linux
def test_all_below_a_process_are_found_parents_first(family: subprocess.Popen[bytes]) -> None:
    found = descendants(family.pid)
    assert len(found) == 3
    assert found[:1] == children(family.pid)
    assert sorted(found[1:]) == sorted(children(found[0]))


@linux
def test_a_kernel_that_does_not_list_children_is_read_through(family: subprocess.Popen[bytes]) -> None:
    assert sorted(tree._scanned(family.pid)) == sorted(descendants(family.pid))


@linux
def test_a_process_that_is_gone_has_nothing_below_it() -> None:
    assert descendants(2**22 + 1) == []


class Mac:
    """Processes of a system where orphans go to the first process.

    Args:
        monkeypatch: Lets the tree see them.
    """

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.parents: dict[int, int] = {}
        monkeypatch.setattr(tree, "LOOK_SECONDS", 0.25)
        monkeypatch.setattr(tree, "descendants", self._below)
        monkeypatch.setattr(tree, "_runs", self.parents.__contains__)

    def _below(self, pid: int) -> list[int]:
        found = [child for child, parent in self.parents.items() if parent == pid]
        return found + [each for child in found for each in self._below(child)]

    def end(self, pid: int) -> None:
        del self.parents[pid]
        for each, parent in self.parents.items():
            if parent == pid:
                self.parents[each] = 1


def test_where_orphans_go_elsewhere_they_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    mac = Mac(monkeypatch)
    mac.parents |= {20: 10, 30: 20, 40: 30}
    seen = Tree(10)
    assert seen.look() == [20, 30, 40]
    mac.end(30)
    assert seen.look() == [20, 40]
    mac.parents[50] = 40
    assert seen.look() == [20, 40, 50]


def test_those_that_have_ended_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    mac = Mac(monkeypatch)
    mac.parents |= {20: 10, 30: 20}
    seen = Tree(10)
    seen.look()
    mac.end(20)
    mac.end(30)
    assert seen.look() == []
