"""Tools that see what the person has before them: the clipboard and the screen."""

from __future__ import annotations

from kireji.plugins import AsyncContext, Image, ToolError, tool

_MOST_CHARACTERS = 60_000


@tool(read_only=True, open_world=False, seconds=30)
async def read_clipboard(context: AsyncContext) -> str | list[str | Image]:
    """Read what the user has copied: text or a picture. Only when they speak of it."""
    held = await context.clipboard()
    found: list[str | Image] = []
    if held.text.strip():
        cut = len(held.text) - _MOST_CHARACTERS
        note = f"\n\n({cut:,} more characters are left out.)" if cut > 0 else ""
        found.append(held.text[:_MOST_CHARACTERS] + note)
    if held.picture:
        found.append(Image(held.picture))
    if not found:
        raise ToolError("The clipboard is empty.")
    return found[0] if isinstance(found[0], str) and len(found) == 1 else found


@tool(read_only=True, open_world=False, seconds=60)
async def capture_screen(context: AsyncContext) -> Image:
    """Take a picture of the user's screen as it is now. Only when what they ask needs it."""
    return await context.capture()
