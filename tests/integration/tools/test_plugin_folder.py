"""Which plugins there are, and what is said of those that cannot be used."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import pytest

from kireji.core.errors import ToolSourceError
from kireji.core.tools import SourceState
from kireji.tools import host_launch
from kireji.tools.installed_plugins import InstalledPlugins
from tests.integration.tools.hosts import plugins, text_of

GIVE = "@tool\ndef give() -> int: return 1\n"


async def test_files_and_packages_are_plugins_in_the_order_of_their_names(tmp_path: Path) -> None:
    async with plugins(tmp_path) as made:
        for name in ("zeta", "Beta", "alpha/__init__", "_private", ".hidden", "notes/other"):
            made.write(name, GIVE)
        (made.folder / "readme.txt").write_text("no plugin")
        found = await made.sources.sources()
        assert [source.id for source in found] == ["plugin:alpha", "plugin:Beta", "plugin:zeta"]
        assert await made.sources.sources() == found


async def test_without_the_folder_there_are_none(tmp_path: Path) -> None:
    async with plugins(tmp_path) as made:
        assert await made.sources.sources() == []


async def test_a_plugin_that_is_taken_away_is_gone_with_its_process(tmp_path: Path) -> None:
    async with plugins(tmp_path) as made:
        path = made.write("plugin", GIVE)
        await made.call("give")
        source = await made.source()
        path.unlink()
        assert await made.sources.sources() == []
        await source.aclose()
        assert source.pid is None


async def test_a_package_is_one_plugin_with_all_of_its_code(tmp_path: Path) -> None:
    async with plugins(tmp_path) as made:
        made.write("plugin/__init__", "from .words import give")
        made.write("plugin/words", GIVE)
        assert text_of(await made.call("give")) == "1"
        before = (await made.source()).status().fingerprint
        made.write("plugin/words", GIVE.replace("1", "2"))
        assert (await made.source()).status().fingerprint != before
        assert text_of(await made.call("give")) == "2"


async def test_of_two_plugins_with_one_name_the_second_says_so(tmp_path: Path) -> None:
    async with plugins(tmp_path) as made:
        file, package = made.write("plugin", GIVE), made.write("plugin/__init__", GIVE)
        first, second = await made.sources.sources()
        assert (first.id, second.id) == ("plugin:plugin", "plugin:plugin#2")
        assert text_of(await made.call("give")) == "1"
        status = second.status()
        assert status.state is SourceState.FAILED
        assert status.detail == (
            f"There are two plugins with the name plugin: {package} is used, and {file} is not. Rename one of them."
        )
        assert await second.known() == ()
        with pytest.raises(ToolSourceError, match="Rename one of them"):
            await second.describe()


async def test_a_plugin_called_like_a_module_of_python_is_no_danger_to_it(tmp_path: Path) -> None:
    async with plugins(tmp_path) as made:
        made.write("json", GIVE)
        made.write("other", "import json\n@tool\ndef give() -> str: return json.dumps([1])")
        assert text_of(await made.call("give", plugin="json")) == "1"
        assert text_of(await made.call("give", plugin="other")) == "[1]"


# broken plugins

BROKEN = {
    "no Python": ("def give(:", 1, "SyntaxError: invalid syntax."),
    "no such module": (
        "import nowhere",
        1,
        "ModuleNotFoundError: No module named 'nowhere'. Install the library that holds it where Kireji itself is "
        f"installed: {sys.prefix}.",
    ),
    "an exception": ("x = 1\n1 / 0", 2, "ZeroDivisionError: division by zero."),
    "it leaves": ("import sys\nsys.exit(3)", 2, "SystemExit: 3."),
    "no tools": ("x = 1", 0, "It has no function that is marked with @tool."),
    "a type": (
        "from kireji.plugins import tool\n@tool\ndef give(\n    what: complex,\n): ...",
        4,
        "The parameter what of give has the type complex, which is not supported: complex is nothing that JSON can "
        "carry.",
    ),
    "a model of pydantic": (
        "from kireji.plugins import tool\nfrom pydantic import BaseModel\nclass What(BaseModel): ...\n"
        "@tool\ndef give(\n    what: What,\n): ...",
        6,
        "The parameter what of give has the type What, which is not supported: What is nothing that JSON can carry; "
        "write a dataclass.",
    ),
    "a wrong option": (
        "from kireji.plugins import tool\n@tool(readonly=True)\ndef give(): ...",
        2,
        "TypeError: @tool has no option readonly; there are name, title, description, read_only, open_world, "
        "asks_always, seconds.",
    ),
    "a name that is no option": (
        "from kireji.plugins import tool\n@tool('other')\ndef give(): ...",
        2,
        "TypeError: @tool marks functions; a name is an option: @tool(name='other').",
    ),
    "a method": (
        "from kireji.plugins import tool\nclass Box:\n    @tool\n    def give(self): ...",
        4,
        "@tool marks give, a method of Box; write a function outside of the class.",
    ),
    "a method of an object": (
        "from kireji.plugins import tool\nclass Box:\n    def give(self): ...\ngive = tool(Box().give)",
        4,
        "TypeError: @tool marks functions; 'give' is a method: mark a function that calls it.",
    ),
    "two of one name": (
        "from kireji.plugins import tool\n@tool\ndef give(): ...\n@tool(name='give')\ndef other(): ...",
        5,
        "There are two tools with the name give.",
    ),
    "no text": ("x = '\x00'", 0, "SyntaxError: source code string cannot contain null bytes."),
}


@pytest.mark.parametrize("case", BROKEN)
async def test_a_broken_plugin_says_file_line_and_reason(case: str, tmp_path: Path) -> None:
    code, line, reason = BROKEN[case]
    async with plugins(tmp_path) as made:
        path = made.write("plugin", code, begin="")
        source = await made.source()
        with pytest.raises(ToolSourceError) as caught:
            await source.describe()
        where = f"{path}, line {line}: " if line else f"{path}: "
        assert caught.value.message == where + reason
        status = source.status()
        assert (status.state, status.detail) == (SourceState.FAILED, caught.value.sentence)
        assert await source.known() == ()


async def test_an_error_inside_a_package_names_the_file_inside(tmp_path: Path) -> None:
    async with plugins(tmp_path) as made:
        made.write("plugin/__init__", "from .words import give", begin="")
        inside = made.write("plugin/words", "x = 1\nx.y", begin="")
        with pytest.raises(ToolSourceError) as caught:
            await made.tools()
    assert caught.value.message == f"{inside}, line 2: AttributeError: 'int' object has no attribute 'y'."


@pytest.mark.parametrize(
    ("plugin", "code", "advice"),
    [
        (
            "plugin",
            "import beside",
            "A plugin of several files is a folder: put this one into it as __init__.py, and write: "
            "from . import beside.",
        ),
        ("plugin/__init__", "import inside", "Inside of a plugin's folder, write: from . import inside."),
        ("plugin/__init__", "from plugin import inside", "Inside of a plugin's folder, write: from . import NAME."),
    ],
)
async def test_how_a_plugin_imports_its_own_files_is_told(plugin: str, code: str, advice: str, tmp_path: Path) -> None:
    async with plugins(tmp_path) as made:
        path = made.write(plugin, code, begin="")
        made.write("beside", GIVE)
        made.write("plugin/inside", GIVE)
        with pytest.raises(ToolSourceError) as caught:
            await made.tools()
    name = code.split()[1]
    assert caught.value.message == f"{path}, line 1: ModuleNotFoundError: No module named '{name}'. {advice}"


@pytest.mark.parametrize("marks", ["@tool\n@functools.cache", "@functools.cache\n@tool"])
async def test_a_function_that_remembers_its_results_is_a_tool(marks: str, tmp_path: Path) -> None:
    async with plugins(tmp_path) as made:
        made.write("plugin", f"import functools\n{marks}\ndef give() -> float: return time.time()")
        assert text_of(await made.call("give")) == text_of(await made.call("give"))


async def test_a_corrected_plugin_works(tmp_path: Path) -> None:
    async with plugins(tmp_path) as made:
        made.write("plugin", "def")
        with pytest.raises(ToolSourceError):
            await made.tools()
        made.write("plugin", GIVE)
        assert (await made.source()).status().state is SourceState.IDLE
        assert text_of(await made.call("give")) == "1"


@pytest.mark.parametrize("kind", ["pipe", "folder", "broken link", "large"])
async def test_what_is_no_file_of_code_says_so(kind: str, tmp_path: Path) -> None:
    async with plugins(tmp_path) as made:
        made.folder.mkdir()
        path = made.folder / "plugin.py"
        match kind:
            case "pipe":
                os.mkfifo(path)
            case "folder":
                path.mkdir()
            case "broken link":
                path.symlink_to(tmp_path / "nowhere")
            case "large":
                path.write_bytes(b"#" * (9 * 1024 * 1024))
        found = await made.sources.sources()
        if kind == "folder":
            assert found == []
        else:
            assert found[0].status().state is SourceState.FAILED
            assert str(path) in found[0].status().detail


# installed plugins


def distribution(folder: Path, name: str, entries: str) -> None:
    """An installed distribution, as pip leaves it."""
    info = folder / f"{name}-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(entries)


def command_with(folder: Path) -> list[str]:
    """The process of a plugin where a folder of packages is installed."""
    code = f"import sys; sys.path.append({str(folder)!r}); from kireji.tools.host import main; main(['test'])"
    return [sys.executable, "-P", "-c", code]


def located(folder: Path, module: str) -> str | None:
    for path in (folder / f"{module}.py", folder / module / "__init__.py"):
        if path.is_file():
            return str(path)
    return None


@pytest.mark.parametrize("entry", ["shapes", "shapes:give", "shapes:TOOLS", "shapes.inner"])
async def test_an_installed_plugin_is_found_without_importing_it(entry: str, tmp_path: Path) -> None:
    site = tmp_path / "site"
    distribution(site, "shapes", f"[console_scripts]\nx = y\n\n[kireji.tools]\nshapes-of-things = {entry}\n")
    distribution(site, "other", "[console_scripts]\nkireji.tools = y\n")
    (site / "shapes").mkdir()
    code = (
        "from kireji.plugins import tool\n@tool\ndef give() -> int: return 1\nTOOLS = [give]\nopen('imported', 'w')\n"
    )
    (site / "shapes" / "__init__.py").write_text(code)
    (site / "shapes" / "inner.py").write_text("from shapes import give\n")
    installed = InstalledPlugins([str(site), str(tmp_path / "nowhere")], lambda module: located(site, module))
    async with plugins(tmp_path, installed=installed, command=lambda name: command_with(site)) as made:
        source = await made.source("shapes-of-things")
        assert not [name for _, _, names in os.walk(tmp_path) for name in names if name == "imported"]
        assert source.status().origin == entry
        assert source.plugin.files == (str(site / "shapes" / "__init__.py"), str(site / "shapes" / "inner.py"))
        assert text_of(await made.call("give", plugin="shapes-of-things")) == "1"


async def test_an_installed_plugin_comes_and_goes_with_its_distribution(tmp_path: Path) -> None:
    site = tmp_path / "site"
    distribution(site, "shapes", "[kireji.tools]\nshapes = shapes\n")
    installed = InstalledPlugins([str(site)], lambda module: None)
    assert [each.name for each in installed.found()] == ["shapes"]
    shutil.rmtree(site / "shapes-1.0.dist-info")
    os.utime(site, ns=(1, 1))
    assert list(installed.found()) == []


async def test_an_entry_point_without_its_module_says_so(tmp_path: Path) -> None:
    site = tmp_path / "site"
    distribution(site, "shapes", "[kireji.tools]\nshapes = shapes\n")
    async with plugins(tmp_path, installed=InstalledPlugins([str(site)], lambda module: None)) as made:
        assert (await made.source("shapes")).status().detail == (
            "The module of shapes is not installed. Install it again."
        )


def test_this_computers_own_packages_are_looked_through() -> None:
    assert all(each.name for each in InstalledPlugins().found())


# the frozen program


async def test_the_program_itself_becomes_the_process_of_a_plugin(tmp_path: Path) -> None:
    def command(name: str) -> list[str]:
        return [sys.executable, "-P", "-m", "kireji", host_launch.SWITCH, name]

    async with plugins(tmp_path, command=command) as made:
        made.write("plugin", "@tool\ndef give() -> str: return ' '.join(sys.argv)")
        assert text_of(await made.call("give")) == "plugin"


def test_the_frozen_program_starts_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    monkeypatch.setattr(sys, "executable", "/opt/kireji/kireji")
    assert host_launch.command("words") == ["/opt/kireji/kireji", "--plugin-host", "words"]


def test_no_key_reaches_the_process_of_a_plugin() -> None:
    assert host_launch.environment({"PATH": "/bin", "OPENAI_API_KEY": "x"}) == {"PATH": "/bin"}
