"""What runs tools is tried with the example that comes with the program, and with a server in this process."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from kireji.core.errors import ToolSourceError
from kireji.resources import resource
from kireji.tools.mcp.loopback import try_servers
from kireji.tools.trial import try_plugin

EXAMPLE = resource("examples/plugins/word_count.py")


async def test_the_example_is_described_and_called(tmp_path: Path) -> None:
    assert await try_plugin(EXAMPLE, tmp_path, os.environ) == "A plugin was started, described and called."


async def test_an_example_that_answers_something_else_has_failed(tmp_path: Path) -> None:
    wrong = tmp_path / "word_count.py"
    wrong.write_text(EXAMPLE.read_text(encoding="utf-8").replace("return len(set(words)) if", "return 99 if not"))
    (tmp_path / "trial").mkdir()
    with pytest.raises(ToolSourceError, match="99"):
        await try_plugin(wrong, tmp_path / "trial", os.environ)


async def test_a_server_is_greeted_listed_and_called() -> None:
    assert (await try_servers()).startswith("A server was greeted, listed and called")
