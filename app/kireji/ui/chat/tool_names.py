"""Tools as people know them."""

from __future__ import annotations

import re
from collections.abc import Iterable

from kireji.core.tools import Tool
from kireji.ui.chat.permission.wording import title_words
from kireji.ui.translation import mark, tr

_OWN = {
    "time": mark("Look at the clock"),
    "calculate": mark("Calculate"),
    "convert_units": mark("Convert units"),
    "read_clipboard": mark("Read the clipboard"),
    "capture_screen": mark("Capture the screen"),
    "read_file": mark("Read a file"),
    "list_folder": mark("List a folder"),
    "search_files": mark("Search in files"),
    "fetch_page": mark("Fetch a web page"),
    "run_command": mark("Run a command"),
}
"""The built-in tools, which have no source in their names."""
_BUILT_IN = "built-in"
_APART = re.compile(r"(.+?)__(.+)", re.DOTALL)


class ToolNames:
    """Remembers how tools are called by whoever made them; others are called by the names they were offered under."""

    def __init__(self) -> None:
        self._titles: dict[str, str] = {}

    def learn(self, tools: Iterable[Tool]) -> bool:
        """These are there.

        Returns:
            Whether any of them is called differently now.
        """
        new = {tool.name: name_of(tool) for tool in tools}
        changed = any(self._titles.get(name) != title for name, title in new.items())
        self._titles |= new
        return changed

    def name(self, offered: str) -> str:
        """A tool, by the name it was offered under."""
        return self._titles.get(offered) or name_by_wire(offered)


def name_of(tool: Tool) -> str:
    """A tool as people know it: its title, behind the name of the plugin or server that it comes from."""
    if tool.source == _BUILT_IN:
        return name_by_wire(tool.name)
    source = tool.source.partition(":")[2] or tool.source
    return title_words(f"{source}: {tool.title or tool.own_name}")


def name_by_wire(offered: str) -> str:
    """A tool of which nothing but its name is known."""
    if offered in _OWN:
        return tr(_OWN[offered])
    if found := _APART.fullmatch(offered):
        return title_words(f"{found[1]}: {found[2]}")
    return title_words(offered) or tr("Tool")
