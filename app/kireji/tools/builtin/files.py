"""Tools that read the person's files, where that was allowed."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import Annotated

from kireji.plugins import AsyncContext, Field, File, Image, tool
from kireji.tools.builtin import file_search, file_text
from kireji.tools.builtin.in_program import in_program, in_thread
from kireji.tools.contained import open_file, open_folder


@tool(read_only=True, open_world=False)
async def read_file(
    path: Annotated[str, Field(format="path")],
    context: AsyncContext,
    first_line: Annotated[int, Field(ge=1)] = 1,
    lines: Annotated[int, Field(ge=1)] = file_text.MOST_LINES,
) -> str | Image | File:
    """Read a file of the user: text, picture or PDF. Long text comes in parts; the head says how to go on.

    Args:
        path: Whole path; ~ is the home folder.
        first_line: Where to begin.
        lines: At most so many lines.
    """
    place = in_program(context).place("path")

    def read(stopped: Callable[[], bool]) -> str | Image | File:
        try:
            with open_file(place) as file:
                return file_text.read(file, place, first_line, lines)
        except OSError as error:
            raise file_text.failure(error, place) from error

    return await in_thread(read)


@tool(read_only=True, open_world=False)
async def list_folder(path: Annotated[str, Field(format="path")], context: AsyncContext) -> str:
    """List a folder of the user: names, sizes and times. Links are named, not followed.

    Args:
        path: Whole path; ~ is the home folder.
    """
    place = in_program(context).place("path")

    def read(stopped: Callable[[], bool]) -> str:
        try:
            with contextlib.closing(open_folder(place)) as folder:
                return file_text.listing(folder, place)
        except OSError as error:
            raise file_text.failure(error, place) from error

    return await in_thread(read)


@tool(read_only=True, open_world=False)
async def search_files(
    folder: Annotated[str, Field(format="path")], context: AsyncContext, name: str = "", text: str = ""
) -> str:
    """Find files below a folder of the user by name, by the text in them, or both; the first 200 matches.

    Args:
        folder: Whole path; ~ is the home folder.
        name: Pattern such as *.txt, or src/**/*.py for paths.
        text: Words in the file, in any case; no regular expression.
    """
    place = in_program(context).place("folder")
    wanted = file_search.wanted(name, text)

    def search(stopped: Callable[[], bool]) -> str:
        try:
            with contextlib.closing(open_folder(place)) as opened:
                return file_search.Search(wanted, stopped).run(opened, place)
        except OSError as error:
            raise file_text.failure(error, place) from error

    return await in_thread(search)
