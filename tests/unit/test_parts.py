"""What the program's code imports is found in the code itself, and what is missing is named."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from kireji.bootstrap import parts
from kireji.core.self_reports import PartsReport

CODE = """
from typing import TYPE_CHECKING
import json, os.path
if TYPE_CHECKING:
    from only_for_the_type_checker import Nothing
    import neither
from package import value, module
def late():
    import inside
    class Within:
        def deeper(self):
            from deep import below
"""


def test_imports_are_found_wherever_they_stand_but_for_the_type_checkers() -> None:
    found = {wanted.module: wanted.names for wanted in parts._imports(compile(CODE, "code", "exec"))}
    assert found == {
        "typing": ("TYPE_CHECKING",),
        "json": (),
        "os.path": (),
        "package": ("value", "module"),
        "inside": (),
        "deep": ("below",),
    }


@pytest.fixture
def built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The resources of a build that brings the list of its parts."""
    monkeypatch.setattr(parts, "folder", lambda: tmp_path)
    (tmp_path / "icons").mkdir()
    (tmp_path / "icons" / "one.svg").write_text("<svg/>")
    listed = {"modules": ["json", "kireji.core.errors"], "files": {"icons/one.svg": 6}}
    (tmp_path / parts.LIST).write_text(json.dumps(listed))
    return tmp_path


def test_a_build_with_all_its_parts(built: Path) -> None:
    assert parts.look_at_parts() == PartsReport(2, 1, [])


def test_a_file_that_is_missing_or_cut_is_named(built: Path) -> None:
    (built / "icons" / "one.svg").write_text("<sv")
    assert parts.look_at_parts().problems == ["icons/one.svg is not as it was built"]
    (built / "icons" / "one.svg").unlink()
    assert parts.look_at_parts().problems == ["icons/one.svg is missing"]


def test_a_module_that_is_missing_is_named_with_the_reason(built: Path) -> None:
    (built / parts.LIST).write_text(json.dumps({"modules": ["json", "left.out"], "files": {}}))
    (problem,) = parts.look_at_parts().problems
    assert problem == "left.out (No module named 'left')"
