"""Plugins in processes of their own: what they are told, what they give back, and what they may ask for."""

from __future__ import annotations

import asyncio
import os
import shutil
from pathlib import Path

import pytest

from kireji.core.errors import ClipboardError, ToolRefused, ToolSourceError
from kireji.core.tool_ports import FetchedPage
from kireji.core.tools import FileOutput, Outside, PictureOutput, SourceState, TextOutput
from kireji.resources import resource
from tests.integration.tools.hosts import Answers, error_of, plugins, text_of, until

COUNT = """
@tool(read_only=True, open_world=False)
def count(text: str, unique: bool = False) -> int:
    '''Count words.'''
    words = text.split()
    return len(set(words)) if unique else len(words)
"""


async def test_a_tool_is_called_with_its_arguments(tmp_path: Path) -> None:
    async with plugins(tmp_path) as made:
        made.write("plugin", COUNT)
        assert text_of(await made.call("count", {"text": "a b a"})) == "3"
        assert text_of(await made.call("count", {"text": "a b a", "unique": True})) == "2"


async def test_the_tools_say_what_their_file_says(tmp_path: Path) -> None:
    async with plugins(tmp_path) as made:
        made.write("plugin", COUNT)
        tool = (await made.tools())["count"]
    assert (tool.name, tool.source, tool.title, tool.description) == (
        "plugin__count",
        "plugin:plugin",
        "Count",
        "Count words.",
    )
    assert (tool.hints.read_only, tool.hints.open_world, tool.hints.pure) == (True, False, False)
    assert tool.gives is Outside.TOOL


async def test_the_examples_work(tmp_path: Path) -> None:
    shutil.copytree(resource("examples/plugins"), tmp_path / "plugins")
    page = FetchedPage("https://a.example/", 200, "text/html", b"<title> Hello </title>")
    async with plugins(tmp_path) as made:
        assert text_of(await made.call("word_count", {"text": "a b"}, plugin="word_count")) == "2"
        square = await made.call("colour_square", {"colour": "red"}, plugin="pictures")
        assert isinstance(square.content[0], PictureOutput)
        context = Answers(capture=b"picture", fetch=page)
        seen = await made.call("look", plugin="pictures", context=context)
        assert seen.content == (TextOutput("A picture of 7 bytes:"), PictureOutput(b"picture"))
        assert text_of(await made.call("page_title", {"url": page.url}, plugin="pictures", context=context)) == "Hello"
        assert context.asked == [("capture",), ("fetch", "https://a.example/")]
        assert context.told == [("Taking a picture", None)]


RESULTS = {
    "'text'": [TextOutput("text")],
    "None": [],
    "3": [TextOutput("3")],
    "{'a': [1, None]}": [TextOutput('{"a":[1,null]}')],
    "['a', 'b']": [TextOutput('["a","b"]')],
    "Image(b'png')": [PictureOutput(b"png")],
    "['see', Image(b'png')]": [TextOutput("see"), PictureOutput(b"png")],
    "File(b'a,b', 'text/csv', 'a.csv')": [FileOutput(b"a,b", "text/csv", "a.csv")],
    "'half \\ud800'": [TextOutput("half ?")],
    "__import__('pathlib').Path('a')": [TextOutput('"a"')],
}


@pytest.mark.parametrize("result", RESULTS)
async def test_what_a_tool_gives_back(result: str, tmp_path: Path) -> None:
    async with plugins(tmp_path) as made:
        made.write("plugin", f"@tool\ndef give(): return {result}")
        assert list((await made.call("give")).content) == RESULTS[result]


FAILURES = {
    "raise ToolError('Not today.')": "Not today.",
    "raise ToolError": "The tool failed.",
    "raise ValueError('wrong')": "ValueError: wrong (plugin.py, line 7)",
    "return object()": "The tool gave back something that JSON cannot hold: object is none of its types.",
    "return [float]": "The tool gave back something that JSON cannot hold: type is none of its types.",
    "return {'a': Image(b'')}": "The tool gave back something that JSON cannot hold: Image is given back alone or in a "
    "list, not inside of something else.",
    "from PIL import Image; return Image.new('L', (1, 1))": "The tool gave back something that JSON cannot hold: save "
    "the PIL.Image picture into bytes and give back kireji.plugins.Image(bytes).",
    "return give": "The tool gave back something that JSON cannot hold: function is none of its types.",
}


@pytest.mark.parametrize("kind", ["def", "async def"])
@pytest.mark.parametrize("code", FAILURES)
async def test_a_failure_is_told(code: str, kind: str, tmp_path: Path) -> None:
    async with plugins(tmp_path) as made:
        made.write("plugin", f"@tool\n{kind} give():\n    {code}")
        assert error_of(await made.call("give")) == FAILURES[code]


async def test_what_is_raised_is_in_the_log_as_a_whole(tmp_path: Path) -> None:
    async with plugins(tmp_path) as made:
        made.write("plugin", "@tool\ndef give():\n    print('before')\n    raise ValueError('wrong')")
        await made.call("give")
        log = (await made.source()).status().log
    text = await asyncio.to_thread(lambda: Path(log).read_text(encoding="utf-8"))
    assert text.startswith("before\n")
    assert "Traceback" in text
    assert "ValueError: wrong" in text


async def test_arguments_that_do_not_fit_are_told(tmp_path: Path) -> None:
    async with plugins(tmp_path) as made:
        made.write("plugin", COUNT)
        assert error_of(await made.call("count", {"text": 3})).startswith(
            "The arguments do not fit: text: Expected `str`"
        )


async def test_a_place_in_the_arguments_is_told_first(tmp_path: Path) -> None:
    async with plugins(tmp_path) as made:
        made.write("plugin", "import datetime\n@tool\ndef give(days: list[datetime.date]) -> int: return 1")
        told = error_of(await made.call("give", {"days": ["2026-02-01", "2026-02-30"]}))
    assert told == "The arguments do not fit: days[1]: Invalid RFC3339 encoded date."


async def test_a_whole_number_may_be_written_with_a_point(tmp_path: Path) -> None:
    async with plugins(tmp_path) as made:
        made.write("plugin", "@tool\ndef give(lines: list[int]) -> str: return repr(lines)")
        assert text_of(await made.call("give", {"lines": [3.0, 4]})) == "[3, 4]"
        assert error_of(await made.call("give", {"lines": [3.5]})).startswith("The arguments do not fit: lines[0]: ")


async def test_half_characters_in_arguments_are_told(tmp_path: Path) -> None:
    async with plugins(tmp_path) as made:
        made.write("plugin", COUNT)
        assert error_of(await made.call("count", {"text": "\ud800"})).startswith("The arguments do not fit: ")


async def test_what_cannot_be_sent_is_not_given(tmp_path: Path) -> None:
    async with plugins(tmp_path) as made:
        made.write("plugin", CONTEXT)
        output = await made.call("plain", {"what": "clipboard"}, context=Answers(clipboard=("\ud800", b"")))
        assert error_of(output) == "Something in Kireji failed; the log says more."
        again = await made.call("plain", {"what": "clipboard"}, context=Answers(clipboard=("words", b"")))
        assert "words" in text_of(again)


# the context

CONTEXT = """
@tool
def plain(what: str, context: Context) -> str:
    return str(getattr(context, what)())

@tool
async def awaited(what: str, context: AsyncContext) -> str:
    return str(await getattr(context, what)())

@tool
async def awaited_too(context: Context) -> str:
    return (await context.clipboard()).text

@tool
def opened(path: str, context: Context) -> str:
    context.progress("Reading", 0.5)
    with context.open(path) as file:
        return file.read().decode()

@tool
def refused(context: Context) -> str:
    try:
        context.capture()
    except Refused as problem:
        return f"{type(problem).__name__}: {problem}"
"""


@pytest.mark.parametrize("tool", ["plain", "awaited"])
async def test_a_context_gives_what_the_program_gives(tool: str, tmp_path: Path) -> None:
    async with plugins(tmp_path) as made:
        made.write("plugin", CONTEXT)
        output = await made.call(tool, {"what": "clipboard"}, context=Answers(clipboard=("words", b"png")))
        assert text_of(output) == "ClippedContent(text='words', picture=b'png')"


async def test_an_awaited_context_may_be_annotated_either_way(tmp_path: Path) -> None:
    async with plugins(tmp_path) as made:
        made.write("plugin", CONTEXT)
        assert text_of(await made.call("awaited_too", context=Answers(clipboard=("words", b"")))) == "words"


async def test_a_file_is_opened_through_the_program(tmp_path: Path) -> None:
    async with plugins(tmp_path) as made:
        made.write("plugin", CONTEXT)
        context = Answers(read=b"contents")
        assert text_of(await made.call("opened", {"path": "/a"}, context=context)) == "contents"
    assert context.asked == [("read", "/a")]
    assert context.told == [("Reading", 0.5)]


async def test_a_refusal_is_an_exception_in_the_plugin(tmp_path: Path) -> None:
    async with plugins(tmp_path) as made:
        made.write("plugin", CONTEXT)
        assert text_of(await made.call("refused")) == "Refused: The person said no."


@pytest.mark.parametrize(
    "error", [ToolRefused("No."), ClipboardError("It hangs.", "Try again."), RuntimeError("a bug")]
)
async def test_what_the_program_cannot_give_is_the_tools_error(error: Exception, tmp_path: Path) -> None:
    async with plugins(tmp_path) as made:
        made.write("plugin", CONTEXT)
        output = await made.call("plain", {"what": "clipboard"}, context=Answers(clipboard=error))
    expected = getattr(error, "sentence", "Something in Kireji failed; the log says more.")
    assert error_of(output) == expected


# side by side


async def test_calls_run_side_by_side(tmp_path: Path) -> None:
    """Each call waits for all others: they only end if all of them have begun."""
    async with plugins(tmp_path) as made:
        made.write(
            "plugin",
            """
            import asyncio, threading
            gate, agate = threading.Barrier(10), asyncio.Barrier(10)
            @tool
            def plain() -> int: return gate.wait()
            @tool
            async def awaited() -> int: return await agate.wait()
            """,
        )
        await made.tools()
        results = await asyncio.gather(
            *(made.call("plain") for _ in range(10)), *(made.call("awaited") for _ in range(10))
        )
    assert sorted(map(text_of, results)) == sorted([*map(str, range(10))] * 2)


async def test_one_process_serves_all_calls(tmp_path: Path) -> None:
    async with plugins(tmp_path) as made:
        made.write("plugin", "@tool\ndef pid() -> int: return os.getpid()")
        pids = {text_of(await made.call("pid")) for _ in range(3)}
        assert pids == {str((await made.source()).pid)}


# the process


async def test_nothing_is_started_before_a_tool_is_wanted(tmp_path: Path) -> None:
    async with plugins(tmp_path) as made:
        made.write("plugin", COUNT)
        source = await made.source()
        assert await source.known() is None
        assert (source.pid, source.status().state) == (None, SourceState.IDLE)


async def test_what_is_known_of_a_version_needs_no_process(tmp_path: Path) -> None:
    async with plugins(tmp_path) as made:
        made.write("plugin", COUNT)
        tools = await (await made.source()).describe()
        kept = made.descriptions
    async with plugins(tmp_path) as again:
        again.sources._hosting = again.sources._hosting._replace(descriptions=kept)
        source = await again.source()
        assert await source.known() == tools
        assert source.pid is None


async def test_it_works_in_a_folder_of_its_own_without_keys(tmp_path: Path) -> None:
    environ = {**os.environ, "ANTHROPIC_API_KEY": "secret", "HTTPS_PROXY": "http://proxy", "KIREJI_HOME": "/home"}
    async with plugins(tmp_path, environ) as made:
        made.write("plugin", "@tool\ndef see() -> list[str]: return [os.getcwd(), *sorted(os.environ)]")
        folder, *names = await _json(made, "see")
    assert folder == str(tmp_path / "plugins-work" / "plugin")
    assert {"ANTHROPIC_API_KEY", "HTTPS_PROXY", "KIREJI_HOME", "PYTHONPATH"}.isdisjoint(names)
    assert "PATH" in names


async def _json(made: object, tool: str) -> list[str]:
    import json

    found: list[str] = json.loads(text_of(await made.call(tool)))  # type: ignore[attr-defined]
    return found


async def test_it_ends_when_it_has_rested_and_is_started_again(tmp_path: Path) -> None:
    async with plugins(tmp_path, idle_seconds=0.2) as made:
        made.write("plugin", "@tool\ndef pid() -> int: return os.getpid()")
        first = text_of(await made.call("pid"))
        source = await made.source()
        await until(lambda: source.pid is None)
        assert source.status().state is SourceState.IDLE
        assert text_of(await made.call("pid")) != first


async def test_a_changed_file_is_another_plugin(tmp_path: Path) -> None:
    async with plugins(tmp_path) as made:
        made.write("plugin", "@tool\ndef old() -> int: return 1")
        first = await made.source()
        assert list(await made.tools()) == ["old"]
        before = first.status().fingerprint
        made.write("plugin", "@tool\ndef newer() -> int: return 2")
        source = await made.source()
        assert source is first
        assert source.status().fingerprint != before
        assert await source.known() is None
        assert list(await made.tools()) == ["newer"]
        assert text_of(await made.call("newer")) == "2"


async def test_a_change_that_nobody_has_seen_yet_is_not_run(tmp_path: Path) -> None:
    async with plugins(tmp_path) as made:
        made.write("plugin", COUNT)
        source = await made.source()
        made.write("plugin", COUNT + "\nopen('ran', 'w')")
        with pytest.raises(ToolSourceError, match="It has changed just now; try again"):
            await source.describe()
    assert not (tmp_path / "plugins-work" / "plugin" / "ran").exists()


async def test_a_call_that_was_begun_for_one_version_is_not_run_by_another(tmp_path: Path) -> None:
    async with plugins(tmp_path) as made:
        made.write("plugin", COUNT)
        source = await made.source()
        tool = next(iter(await source.describe()))
        await source.aclose()

        async def called() -> None:
            with pytest.raises(ToolSourceError, match="has changed just now"):
                await source.call(tool, {"text": "a"}, Answers())

        async with asyncio.TaskGroup() as group:
            group.create_task(called())
            await asyncio.sleep(0)  # it waits for its process
            made.write("plugin", COUNT + "\nopen('ran', 'w')")
            await made.source()


async def test_compiled_code_beside_a_plugin_is_not_trusted(tmp_path: Path) -> None:
    async with plugins(tmp_path) as made:
        made.write("plugin/__init__", "from .words import give")
        words = made.write("plugin/words", "@tool\ndef give() -> str: return 'source'")
        import importlib.util
        import py_compile

        stamp = words.stat()
        evil = words.read_text().replace("'source'", "'poison'")
        words.write_text(evil)
        py_compile.compile(str(words), importlib.util.cache_from_source(str(words)), doraise=True)
        words.write_text(evil.replace("'poison'", "'source'"))
        os.utime(words, ns=(stamp.st_atime_ns, stamp.st_mtime_ns))
        assert text_of(await made.call("give")) == "source"


async def test_status_changes_are_published(tmp_path: Path) -> None:
    async with plugins(tmp_path) as made:
        made.write("plugin", COUNT)
        source = await made.source()
        seen = []
        made.sources.changed.subscribe(lambda _: seen.append(source.status().state))
        await source.describe()
        assert seen[0] is SourceState.STARTING
        assert seen[-1] is SourceState.READY
