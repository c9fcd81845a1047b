"""The guide for authors of plugins: its code is that of the example, and the example works in the real process."""

from __future__ import annotations

import re
import shutil
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image as Picture

from kireji.core.errors import ToolRefused
from kireji.core.tool_ports import FetchedPage
from kireji.core.tools import FileOutput, PictureOutput, TextOutput
from kireji.resources import resource
from kireji.tools.validation import JsonSchemaValidator
from tests.integration.tools.hosts import Answers, error_of, plugins, text_of

GUIDE = resource("help/plugins.md").read_text(encoding="utf-8")
EXAMPLE = resource("examples/plugins/charts.py")
BLOCKS = re.findall(r"^```python\n(.*?)^```", GUIDE, re.MULTILINE | re.DOTALL)
TABLE = b"item,amount,note\nTea,1.5,hot\nRice,2.25,\n"
BARS = [{"label": "Tea", "value": 3}, {"label": "Rice", "value": 1.5}]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "plugins").mkdir()
    shutil.copy(EXAMPLE, tmp_path / "plugins")
    return tmp_path


def test_every_piece_of_code_in_the_guide_is_a_plugin_or_stands_in_the_example() -> None:
    code = EXAMPLE.read_text(encoding="utf-8")
    assert len(BLOCKS) > 4
    assert [block for block in BLOCKS if "import" not in block.partition("\n")[0] and block not in code] == []


async def test_the_smallest_plugin_of_the_guide_works(tmp_path: Path) -> None:
    [smallest] = [block for block in BLOCKS if "import" in block.partition("\n")[0]]
    async with plugins(tmp_path) as made:
        made.write("words", smallest, begin="")
        tool = (await made.tools("words"))["word_count"]
        assert tool.description == "Count the words of a text."
        answer = await made.call("word_count", {"text": "a b a", "unique": True}, plugin="words")
        assert text_of(answer) == "2"


async def test_the_chart_is_a_picture_with_bars_as_long_as_their_values(folder: Path) -> None:
    async with plugins(folder) as made:
        answer = await made.call("bar_chart", {"bars": BARS, "colour": "green", "width": 212}, plugin="charts")
    words, picture = answer.content
    assert words == TextOutput("From the top: 1. Tea: 3; 2. Rice: 1.5")
    assert isinstance(picture, PictureOutput)
    with Picture.open(BytesIO(picture.data)) as drawn:
        green = [sum(drawn.getpixel((x, y)) == (71, 112, 62) for x in range(212)) for y in (15, 43)]
    assert green == [199, 99]


async def test_what_does_not_fit_is_told_as_the_guide_says(folder: Path) -> None:
    async with plugins(folder) as made:
        tool = (await made.tools("charts"))["bar_chart"]
    problem = JsonSchemaValidator().problem(tool.schema, {"bars": [{"label": "Tea", "value": -3}]})
    assert f"`{problem}.`" in GUIDE or f"`{problem}`" in GUIDE


async def test_a_tool_error_tells_the_model_in_the_authors_words(folder: Path) -> None:
    bars = [{"label": "Tea", "value": 0}]
    async with plugins(folder) as made:
        answer = await made.call("bar_chart", {"bars": bars}, plugin="charts")
    assert error_of(answer) == "All bars are empty: there is nothing to draw."


async def test_a_file_comes_through_the_context(folder: Path) -> None:
    context = Answers(read=TABLE)
    async with plugins(folder) as made:
        answer = await made.call("sum_columns", {"path": "/table.csv"}, plugin="charts", context=context)
    assert text_of(answer) == '{"amount":3.75}'
    assert context.asked == [("read", "/table.csv")]
    assert context.told[0] == ("Reading the file", None)


async def test_a_page_comes_through_the_context(folder: Path) -> None:
    page = FetchedPage("https://a.example/t.csv", 200, "text/csv", TABLE)
    context = Answers(fetch=page)
    async with plugins(folder) as made:
        answer = await made.call("sum_web_columns", {"url": page.url}, plugin="charts", context=context)
    assert text_of(answer) == '{"amount":3.75}'


async def test_a_page_that_is_not_there_is_told(folder: Path) -> None:
    context = Answers(fetch=FetchedPage("https://a.example/t.csv", 404, "text/html", b"no"))
    async with plugins(folder) as made:
        answer = await made.call(
            "sum_web_columns", {"url": "https://a.example/t.csv"}, plugin="charts", context=context
        )
    assert error_of(answer) == "https://a.example/t.csv answered 404."


async def test_a_no_is_told_to_the_model_without_the_author_doing_anything(folder: Path) -> None:
    context = Answers(read=ToolRefused("The person did not allow it."))
    async with plugins(folder) as made:
        answer = await made.call("sum_columns", {"path": "/table.csv"}, plugin="charts", context=context)
    assert error_of(answer) == "The person did not allow it."


async def test_the_clipboard_becomes_a_file(folder: Path) -> None:
    context = Answers(clipboard=("a\tb, c\n", b""))
    async with plugins(folder) as made:
        answer = await made.call("clipboard_as_csv", {}, plugin="charts", context=context)
    assert answer.content == (FileOutput(b'a,"b, c"\r\n', "text/csv", "copied.csv"),)
