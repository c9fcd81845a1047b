"""Rules of the house that neither the type checker, ruff nor import-linter can see."""

from __future__ import annotations

import ast
import functools
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
APP = ROOT / "app" / "kireji"
TESTS = ROOT / "tests"
MODULES = sorted(APP.rglob("*.py"))
LONGEST_MODULE = 400
COLOUR = re.compile(r"(?:^|:\s*)#(?:[0-9a-fA-F]{3,4}|[0-9a-fA-F]{6}|[0-9a-fA-F]{8})\b|\brgba?\(\s*\d")
"""A colour as a value of its own, in a style sheet, or as a function with numbers."""


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@functools.cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


@functools.cache
def nodes_of(path: Path) -> tuple[ast.AST, ...]:
    """All of a module's nodes: most rules look at each, and to walk costs more than to look."""
    return tuple(ast.walk(tree_of(path)))


@pytest.fixture(scope="module", autouse=True)
def _forget() -> Iterator[None]:
    """Later tests of this process need not carry millions of nodes."""
    yield
    for each in (tree_of, nodes_of, docstrings):
        each.cache_clear()


def calls(path: Path) -> Iterator[tuple[int, ast.Call]]:
    for node in nodes_of(path):
        if isinstance(node, ast.Call):
            yield node.lineno, node


def attribute_calls(path: Path, *names: str) -> Iterator[tuple[int, str]]:
    """Line and source of every call `something.name(...)`."""
    for line, call in calls(path):
        if isinstance(call.func, ast.Attribute) and call.func.attr in names:
            yield line, ast.unparse(call.func)


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_modules_are_short(path: Path) -> None:
    length = len(path.read_text(encoding="utf-8").splitlines())
    assert length <= LONGEST_MODULE, f"{name_of(path)} has {length} lines: split it by subject"


def test_tasks_are_started_by_a_scope_or_a_group() -> None:
    found = [
        f"{name_of(path)}:{line} {source}"
        for path in MODULES
        if name_of(path) != "app/kireji/ui/aio.py"
        for line, source in attribute_calls(path, "create_task")
        if "loop" in source.lower()
    ]
    assert found == []


def test_nobody_starts_a_nested_event_loop() -> None:
    """`exec` and `exec_` of dialogs, menus, drags and event loops: the tasks of asyncio stand still meanwhile."""
    found = [
        f"{name_of(path)}:{line} {source}"
        for path in sorted((APP / "ui").rglob("*.py"))
        for line, source in attribute_calls(path, "exec", "exec_", "processEvents")
    ]
    assert found == []


def test_files_are_asked_for_by_a_dialog_that_opens_none() -> None:
    asked = re.compile(r"\bQFileDialog(\(|\.get)")
    texts = {name_of(path): path.read_text(encoding="utf-8") for path in MODULES}
    found = [name for name, text in texts.items() if asked.search(text) and name != "app/kireji/ui/file_dialog.py"]
    assert found == []


def test_only_the_outbox_clears_requests() -> None:
    allowed = {"app/kireji/services/outbox.py", "tests/support/cleared.py"}
    found = {
        name_of(path)
        for path in (*MODULES, *TESTS.rglob("*.py"))
        if re.search(r"ClearedRequest\s*\.\s*issue", path.read_text(encoding="utf-8"))  # parsing all takes seconds
        for node in nodes_of(path)
        if isinstance(node, ast.Attribute) and ast.unparse(node) == "ClearedRequest.issue"
    }
    assert found == allowed


def test_the_clearance_is_known_to_its_module_alone() -> None:
    found = {name_of(path) for path in MODULES if "_CLEARANCE" in path.read_text(encoding="utf-8")}
    assert found == {"app/kireji/core/requests.py"}


NETWORK = re.compile(
    r"httpx|httpcore|http\b|urllib\.request|urllib3|requests|aiohttp|socket|ssl|ftplib|smtplib|xmlrpc"
    r"|PySide6\.Qt(Network|Web)"
)
LOCAL_SOCKETS = {
    *("app/kireji/desktop/display.py", "app/kireji/desktop/instance.py", "app/kireji/desktop/machine.py"),
    *("app/kireji/tools/children.py", "app/kireji/tools/supervised.py"),
    *(f"app/kireji/tools/supervisor/{name}.py" for name in ("keeper", "process", "wire")),
}
"""The display's and the other instance's sockets, the look at the kernel's routes, which sends nothing, and the pairs
of sockets between this program and the processes that keep its tools."""


def imports(path: Path) -> Iterator[tuple[int, str]]:
    """Line and full name of everything that is imported."""
    for node in nodes_of(path):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)


GATED = {"app/kireji/tools/mcp/http.py"}
"""The protocol's client brings a network library of its own (httpx2); each of its requests passes the outbox's gate."""


def test_only_the_outboxs_way_leads_to_the_network() -> None:
    found = [
        f"{name_of(path)}:{line} {name}"
        for path in MODULES
        if APP / "providers" not in path.parents
        for line, name in imports(path)
        if NETWORK.match(name) and not (name == "socket" and name_of(path) in LOCAL_SOCKETS)
        if not (name == "httpx2" and name_of(path) in GATED)
    ]
    found += [
        f"{name_of(path)}:{line} {source}"
        for path in MODULES
        for line, source in attribute_calls(path, "open_connection", "create_connection", "create_datagram_endpoint")
    ]
    assert found == []


def test_only_links_that_a_person_chose_and_our_folders_are_handed_to_other_programs() -> None:
    found = {name_of(path) for path in MODULES for _ in attribute_calls(path, "openUrl")}
    assert found == {
        "app/kireji/ui/chat/transcript/selecting.py",
        "app/kireji/ui/settings/opening.py",
        "app/kireji/ui/settings/signing_in.py",
    }


def test_keys_are_revealed_to_the_keychain_and_the_request_alone() -> None:
    found = {name_of(path) for path in MODULES for _ in attribute_calls(path, "reveal")}
    assert found == {
        "app/kireji/desktop/keystore.py",
        "app/kireji/providers/anthropic.py",
        "app/kireji/providers/sending.py",
        "app/kireji/providers/webhook.py",
        "app/kireji/services/credentials.py",
        "app/kireji/tools/mcp/resolution.py",
    }


@functools.cache
def docstrings(path: Path) -> set[ast.AST]:
    """Constants that stand alone as a statement: documentation, not values."""
    return {
        node.value for node in nodes_of(path) if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }


def test_colours_stand_among_the_tokens_alone() -> None:
    found = [
        f"{name_of(path)}:{node.lineno} {node.value!r}"
        for path in sorted((APP / "ui").rglob("*.py"))
        if name_of(path) != "app/kireji/ui/tokens.py"
        for node in nodes_of(path)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and COLOUR.search(node.value)
        if node not in docstrings(path)
    ]
    assert found == []


def test_no_colour_is_made_of_numbers() -> None:
    found = [
        f"{name_of(path)}:{line} {ast.unparse(call)}"
        for path in sorted((APP / "ui").rglob("*.py"))
        if name_of(path) != "app/kireji/ui/tokens.py"
        for line, call in calls(path)
        if ast.unparse(call.func) in ("QColor", "QColor.fromRgb", "qRgb", "qRgba")
        if call.args and all(isinstance(argument, ast.Constant) for argument in call.args)
    ]
    assert found == []


SHOWN = re.compile(
    "label|button|setText|setPlaceholderText|setToolTip|setAccessibleName|setAccessibleDescription|setWindowTitle"
    "|setTitle|addAction|addMenu|addItem|QAction|QMenu|ChoiceRow|SwitchRow|TextRow|NumberRow|set_words|set_chip"
    "|show_notice|show_result|_?say|_?tell"
)
"""Calls whose words a person reads."""
NAMES_OF_THINGS = frozenset({"Kireji", "Anthropic", "OpenRouter", "PDF", "http://proxy.example:3128"})
"""Words that are the same in every language."""
TRANSLATED = frozenset({"tr", "plural", "mark", "say"})


def bare_words(node: ast.expr) -> Iterator[str]:
    """Words in an expression that pass no function for translation."""
    if isinstance(node, ast.Call):
        if isinstance(node.func, ast.Name) and node.func.id in TRANSLATED:
            return
        for each in node.args:
            yield from () if isinstance(each, ast.Constant) else bare_words(each)
    elif isinstance(node, ast.Constant):
        if isinstance(node.value, str) and any(sign.isalpha() for sign in node.value):
            yield node.value
    elif isinstance(node, ast.FormattedValue):
        yield from bare_words(node.value)
    elif isinstance(node, ast.IfExp):
        yield from bare_words(node.body)
        yield from bare_words(node.orelse)
    elif isinstance(node, ast.JoinedStr | ast.BinOp | ast.BoolOp):
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.expr):
                yield from bare_words(child)


def test_texts_that_people_read_can_be_translated() -> None:
    found = [
        f"{name_of(path)}:{line} {words!r}"
        for path in sorted((APP / "ui").rglob("*.py"))
        for line, call in calls(path)
        if SHOWN.fullmatch(call.func.attr if isinstance(call.func, ast.Attribute) else ast.unparse(call.func))
        if not (isinstance(call.func, ast.Name) and call.func.id == "say")
        for argument in (*call.args[:1], *(each.value for each in call.keywords if each.arg == "name"))
        for words in bare_words(argument)
        if words.strip() not in NAMES_OF_THINGS
    ]
    assert found == []


def test_nothing_moves_by_itself() -> None:
    """Who wants less movement is not asked: there is none, and no setting to find."""
    found = [
        f"{name_of(path)}:{line} {name}"
        for path in MODULES
        for line, name in imports(path)
        if re.search(r"Animation|QTimeLine|QGraphicsEffect|QMovie|QScroller", name)
    ]
    assert found == []


def test_unit_tests_need_no_qt() -> None:
    found = [
        name_of(path)
        for path in sorted((TESTS / "unit").rglob("*.py"))
        if re.search("PySide6|kireji.ui", path.read_text(encoding="utf-8"))
        for node in nodes_of(path)
        if (
            isinstance(node, ast.Import)
            and any(alias.name.startswith(("PySide6", "kireji.ui")) for alias in node.names)
        )
        or (isinstance(node, ast.ImportFrom) and (node.module or "").startswith(("PySide6", "kireji.ui")))
    ]
    assert found == []


def test_everything_but_the_windows_works_without_qt() -> None:
    """Every module outside `ui`, imported where PySide6 cannot be."""
    modules = [
        ".".join(path.relative_to(APP.parent).with_suffix("").parts).removesuffix(".__init__")
        for path in MODULES
        if APP / "ui" not in path.parents and path.name != "__main__.py"
    ]
    code = "import sys; sys.modules['PySide6'] = sys.modules['qasync'] = None\n"
    code += "".join(f"import {module}\n" for module in modules)
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr


def test_the_process_of_a_plugin_loads_little() -> None:
    """It starts within a call; asyncio is for plugins with `async def`, docstrings are read once for each version."""
    code = (
        "import sys, kireji.tools.host\n"
        "heavy = ('PySide6', 'httpx', 'sqlite3', 'asyncio', 'docstring_parser', 'jsonschema', 'pydantic', 'mcp')\n"
        "print([name for name in heavy if name in sys.modules])"
    )
    result = subprocess.run([sys.executable, "-P", "-c", code], capture_output=True, text=True, check=False)
    assert (result.stdout, result.stderr) == ("[]\n", "")


def test_there_is_no_package_called_packaging_beside_the_code() -> None:
    """With an `__init__.py` that folder would hide the library of the same name."""
    assert not (ROOT / "packaging" / "__init__.py").exists()


def test_qt_keeps_its_references() -> None:
    """PySide6 6.12.0 gives back True without owning a reference and aborts Python 3.11 after some 570 signals."""
    code = (
        "from PySide6.QtCore import QObject, Signal\n"
        "class Sender(QObject):\n"
        "    said = Signal(bool, object)\n"
        "sender, seen = Sender(), []\n"
        "sender.said.connect(lambda yes, nothing: seen.append(yes))\n"
        "for _ in range(10_000): sender.said.emit(True, None)\n"
        "assert len(seen) == 10_000"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr


# the lock


def locked() -> str:
    return (ROOT / "requirements.lock").read_text(encoding="utf-8")


def canonical(requirement: str) -> str:
    return re.split(r"[^A-Za-z0-9._-]", requirement)[0].lower().replace("_", "-")


def test_the_lock_names_no_host() -> None:
    assert not re.search(r"://|index-url|find-links|^--", locked(), re.MULTILINE)


def test_every_locked_package_has_hashes() -> None:
    for block in re.split(r"\n(?=[a-z0-9])", locked())[1:]:
        assert "--hash=sha256:" in block, block.splitlines()[0]


def test_the_lock_holds_what_the_project_needs_in_its_two_parts() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    runtime, development = locked().split("# Development")
    names = [set(re.findall(r"^([a-z0-9._-]+)==", part, re.MULTILINE)) for part in (runtime, development)]
    assert {canonical(each) for each in project["project"]["dependencies"]} <= names[0]
    assert {canonical(each) for each in project["dependency-groups"]["dev"]} <= names[0] | names[1]
    assert not names[0] & names[1]
