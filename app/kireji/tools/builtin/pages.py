"""The tool that fetches a page of the web."""

from __future__ import annotations

import asyncio
from typing import Annotated

from kireji.plugins import AsyncContext, Field, File, Image, ToolError, tool
from kireji.tools.builtin.page_text import told


@tool(read_only=True, open_world=True)
async def fetch_page(
    url: Annotated[str, Field(format="uri")], context: AsyncContext, start: Annotated[int, Field(ge=0)] = 0
) -> str | Image | File:
    """Fetch a page, text, picture or PDF from the web. Scripts do not run, nobody is signed in.

    Args:
        url: Whole address, http or https.
        start: Characters to skip, to go on with a long page.
    """
    page = await context.fetch(url)
    if page.location:
        raise ToolError(
            f"{page.url} leads to another place, {page.location}, which was not followed. Fetch that address if it is "
            f"wanted."
        )
    if page.status >= 400:
        raise ToolError(f"{page.url} answered with status {page.status}.")
    return await asyncio.to_thread(told, page, start)
