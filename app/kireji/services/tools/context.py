"""What a call that runs may have of the program: the clipboard, the screen, pages and files, each as far as allowed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import NamedTuple

from kireji.core.desktop_ports import Clipboard
from kireji.core.errors import RedactionFailed, ToolRefused
from kireji.core.places import host_of
from kireji.core.provider_ports import WebPages
from kireji.core.requests import ClearedRequest, OutgoingRequest
from kireji.core.tool_ports import CallContext, ClippedContent, FetchedPage, FileReader
from kireji.core.tools import BUILT_IN, Arguments, Outside
from kireji.core.words import say
from kireji.services.capture import CaptureService
from kireji.services.outbox import Outbox
from kireji.services.preferences import Preferences
from kireji.services.tools.calls import Permitted, RunningCall

LARGEST_FILE = 32_000_000
"""Bytes of a file that a plugin gets."""


class Surroundings(NamedTuple):
    """What calls may ask for.

    Args:
        clipboard: Reads what was copied.
        capture: Takes the picture.
        pages: Gives what fetches pages.
        outbox: Records what leaves.
        files: Reads files.
        preferences: The hosts that the person has named.
    """

    clipboard: Clipboard
    capture: CaptureService
    pages: Callable[[], WebPages]
    outbox: Outbox
    files: FileReader
    preferences: Preferences


def contexts(around: Surroundings) -> Callable[[RunningCall], CallContext]:
    """Makes what sources are given with their calls.

    Args:
        around: What they may ask for.
    """
    return lambda running: _Context(running, around)


class _Context:
    """Satisfies `core.tool_ports.CallContext`.

    A built-in tool was judged with the call itself, and gets what its own name says. Everything else is judged when it
    is asked for. What a call has been given counts as words from outside for all that it asks for afterwards, so that
    nothing that was read can leave without a card.

    Args:
        running: The call.
        around: What it may ask for.
    """

    def __init__(self, running: RunningCall, around: Surroundings) -> None:
        self._running = running
        self._around = around
        self._given: set[Outside] = set()

    @property
    def call_id(self) -> str:
        return self._running.call_id

    @property
    def seconds(self) -> float:
        return self._running.time.seconds

    @property
    def paths(self) -> Mapping[str, str]:
        return self._running.facts.paths

    def progress(self, text: str, fraction: float | None = None) -> None:
        self._running.progress(text, fraction)

    async def clipboard(self) -> ClippedContent:
        await self._permitted("read_clipboard", {})
        held = await self._around.clipboard.read()
        self._given.add(Outside.CLIPBOARD)
        return ClippedContent(held.text or "\n".join(held.files), held.picture)

    async def capture(self) -> bytes:
        await self._permitted("capture_screen", {})
        picture = await self._around.capture.seen()
        self._given.add(Outside.SCREEN)
        return picture.data

    async def fetch(self, url: str) -> FetchedPage:
        permitted = await self._permitted("fetch_page", {"url": url})
        host = host_of(url)
        if not host or host not in permitted.facts.hosts.values():
            raise ToolRefused(say("This address is not the one that was allowed."))
        grant, hosts = permitted.passage.grant, self._around.preferences.settings.tools.hosts
        # Whoever allows all pages has not thought of the machines nearby; whoever has read the address, has.
        near = permitted.passage.by_person or (grant is not None and grant.pattern.host == host)
        anywhere = host in {each.lower() for each in hosts}
        try:
            self._around.outbox.check_address(url, self._running.facts.conversation)
            page = await self._around.pages().fetch(self._record, url, near=near, anywhere=anywhere)
        except RedactionFailed as error:
            raise ToolRefused(error.message) from error
        self._given.add(Outside.WEB)
        return page

    async def read(self, path: str) -> bytes:
        permitted = await self._permitted("read_file", {"path": path})
        place = permitted.facts.paths.get("path", "")
        if not place:
            raise ToolRefused(say("A file is named by its whole path."))
        try:
            data = await asyncio.to_thread(self._around.files.read, place, LARGEST_FILE + 1)
        except OSError as error:
            raise ToolRefused(
                say("{path} cannot be read: {reason}.", path=path, reason=error.strerror or error)
            ) from error
        if len(data) > LARGEST_FILE:
            most = LARGEST_FILE // 1_000_000
            raise ToolRefused(say("{path} is larger than {most} MB.", path=path, most=most))
        self._given.add(Outside.FILE)
        return data

    async def _permitted(self, name: str, arguments: Arguments) -> Permitted:
        """Passes when the call may have what a built-in tool gives.

        Raises:
            ToolRefused: It may not.
        """
        facts = self._running.facts
        if facts.tool.source != BUILT_IN:
            return await self._running.permit(name, arguments, frozenset(self._given))
        if facts.tool.own_name != name:
            raise ToolRefused(say("This tool was not allowed to do that."))
        return Permitted(facts, self._running.passage)

    async def _record(self, outgoing: OutgoingRequest) -> ClearedRequest:
        return await self._around.outbox.gate(outgoing, self._running.facts.conversation)
