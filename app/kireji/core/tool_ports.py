"""What the services need of tools, and tools of the services; adapters satisfy it by shape, as in `ports`."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from kireji.core.permissions import Decision, Grant
    from kireji.core.publisher import Publisher
    from kireji.core.tools import Arguments, SourceStatus, Tool, ToolOutput


class ClippedContent(NamedTuple):
    """What the clipboard held, for a tool.

    Args:
        text: Plain text; empty when there is none.
        picture: Bytes of a picture file; empty when there is none.
    """

    text: str = ""
    picture: bytes = b""


class FetchedPage(NamedTuple):
    """What an address gave.

    Args:
        url: Where it was found in the end.
        status: HTTP status.
        media_type: As the server says.
        body: Its bytes, decoded from any transfer encoding.
        charset: As the server says; empty if it does not.
        location: Where it leads on, when that is another host, which is not followed; empty otherwise.
    """

    url: str
    status: int
    media_type: str
    body: bytes
    charset: str = ""
    location: str = ""

    @property
    def text(self) -> str:
        """The body as text, in the character set that the server says, or UTF-8; what does not fit it is replaced."""
        try:
            return self.body.decode(self.charset or "utf-8", errors="replace")
        except LookupError:  # a character set that nobody knows
            return self.body.decode(errors="replace")


class CallContext(Protocol):
    """What a running call may ask of the program. Each of these passes permissions, and the outbox where bytes leave.

    All raise ToolRefused when the person or a rule says no; the sentence is for the model.
    """

    @property
    def call_id(self) -> str: ...
    @property
    def seconds(self) -> float:
        """How long the call may take in all."""

    @property
    def paths(self) -> Mapping[str, str]:
        """Arguments that name a file or folder, as the call was allowed for them: whole, with every link followed.

        Built-in tools open these and nothing else; empty for what could not be told.
        """

    def progress(self, text: str, fraction: float | None = None) -> None:
        """Say how far it is; shown beside the call."""

    async def clipboard(self) -> ClippedContent:
        """Raises ClipboardError, ToolRefused."""

    async def capture(self) -> bytes:
        """A picture file of the screen under the pointer, as the person has allowed it.

        Raises:
            CaptureError: It could not be captured.
            ToolRefused: The person said no.
        """

    async def fetch(self, url: str) -> FetchedPage:
        """What an address gives to a GET without cookies or keys; redirects to another host are not followed.

        Raises:
            ProviderError: It was not reached, or is too large.
            ToolRefused: The person said no.
        """

    async def read(self, path: str) -> bytes:
        """The bytes of a file inside the folders that the person has granted.

        Raises:
            ToolRefused: It lies elsewhere and the person said no, or it cannot be read.
        """


class FileReader(Protocol):
    """Reads exactly the file that was allowed."""

    def read(self, path: str, most: int) -> bytes:
        """The first bytes of a file. Blocks.

        Args:
            path: Whole, with every link followed; a link that stands on the way by now is not followed.
            most: How many bytes.

        Raises:
            OSError: It is none, is not there, leads elsewhere, or may not be read.
        """


class ToolSource(Protocol):
    """Something that has tools: the program itself, a plugin, a server."""

    @property
    def id(self) -> str: ...
    def status(self) -> SourceStatus:
        """How it stands; at once, nothing is started."""

    async def known(self) -> Sequence[Tool] | None:
        """Its tools as far as they are known without starting anything; None when they are not.

        Raises:
            StoreError: What is known could not be read.
        """

    async def describe(self) -> Sequence[Tool]:
        """Its tools, asked anew; starts what must be started, and keeps what it hears for `known`.

        Raises:
            ToolSourceError: It cannot be started or says nonsense; the sentence says what to do.
        """

    async def call(self, tool: Tool, arguments: Arguments, context: CallContext) -> ToolOutput:
        """Run one call. Cancelling it ends the work as far as the source can.

        The caller has validated the arguments, asked the person, and limits the time.

        Raises:
            ToolSourceError: It crashed, hung, or broke its protocol; nothing else is ever raised.
        """

    async def preview(self, tool: Tool, arguments: Arguments) -> str:
        """What a call would change or send, for the person to see before it runs; empty when that is unknown."""

    async def aclose(self) -> None:
        """End what it has started. It can be called again afterwards."""


class ToolSources(Protocol):
    """A kind of sources, looked up anew whenever its list is wanted: files come and go.

    Attributes:
        changed: Publishes the id of a source whose status or tools changed, on the loop's thread.
    """

    @property
    def changed(self) -> Publisher[str]: ...
    async def sources(self) -> Sequence[ToolSource]:
        """Those there are now, in a fixed order; the same object for the same source. Fast: nothing is started.

        A source that cannot work (a broken file, a wrong entry) is among them, and its status says why.
        """

    async def aclose(self) -> None: ...


class SchemaFlaw(NamedTuple):
    """What is wrong with a JSON schema itself.

    Args:
        place: Names and numbers that lead to it.
        words: What, in English, without a full stop.
    """

    place: tuple[str | int, ...]
    words: str


class SchemaValidator(Protocol):
    """Holds arguments to a JSON schema."""

    def flaw(self, schema: bytes) -> SchemaFlaw | None:
        """What is wrong with a schema that a person has written; None when nothing is."""

    def fits(self, schema: bytes, arguments: object) -> bool:
        """Whether they are seen to fit at once; False says nothing, and `problem` tells. Does not block."""

    def problem(self, schema: bytes, arguments: object) -> str:
        """What is wrong with them, in one sentence for the model that names the place; empty when nothing is."""


class DescriptionStore(Protocol):
    """What sources said of their tools, kept by fingerprint so that nothing need be started to offer them."""

    async def described(self, source: str, fingerprint: str) -> Sequence[Tool] | None:
        """None when nothing is kept under this fingerprint."""

    async def keep_description(self, source: str, fingerprint: str, tools: Sequence[Tool]) -> None:
        """Replaces what was kept of this source."""


class PermissionStore(Protocol):
    """Permissions, whose hints are believed, and the log of decisions. All raise StoreError."""

    async def grants(self) -> Sequence[Grant]:
        """All of them, newest first, ended ones included."""

    async def grant(self, grant: Grant) -> Grant:
        """Keep one; returned with its number."""

    async def revoke(self, grant: int) -> bool:
        """Take one back; False when there was none."""

    async def trusted(self) -> Mapping[str, str]:
        """Sources whose hints are believed, with the fingerprint for which that holds."""

    async def set_trusted(self, source: str, fingerprint: str) -> None:
        """Believe the hints of a source as it is now; an empty fingerprint ends that."""

    async def log(self, decision: Decision) -> int:
        """Write a decision down before it takes effect; returns its number."""

    async def decisions(self, limit: int = 100, conversation: int | None = None) -> Sequence[Decision]:
        """Newest first."""

    async def forget_decisions(self, before: datetime) -> int:
        """Delete old ones; returns how many."""


class OfferStore(Protocol):
    """Lists of tools as they were offered, so that a conversation goes on with the list it began with."""

    async def keep_offer(self, tools: Sequence[Tool]) -> str:
        """Keep a list; the same list is kept once. Returns its digest."""

    async def offer(self, digest: str) -> Sequence[Tool] | None:
        """The list; None when it is not there any more."""


class ChildProcess(Protocol):
    """A program that runs under the supervisor.

    Its standard streams are pipes of this process; `stderr` goes into its log unless asked for.
    """

    @property
    def pid(self) -> int: ...
    @property
    def returncode(self) -> int | None:
        """None while it runs; negative for a signal, as in `subprocess`."""

    async def read(self, limit: int = 65536) -> bytes:
        """What it writes on its standard output; empty at the end."""

    async def write(self, data: bytes) -> None:
        """Raises BrokenPipeError or ConnectionResetError when it no longer reads."""

    def close_stdin(self) -> None: ...
    async def wait(self) -> int:
        """Wait for its end; returns the return code."""

    async def end(self, grace: float = 2.0) -> None:
        """Close its input, wait `grace` seconds, then end it and everything it has started; returns when it is gone."""


class ChildProcesses(Protocol):
    """Starts programs under one supervisor, which ends all of them when this process is gone, however it went."""

    async def start(
        self,
        command: Sequence[str],
        *,
        environ: Mapping[str, str],
        folder: str,
        log: str = "",
    ) -> ChildProcess:
        """Start a program.

        Args:
            command: The program, as a whole path, and its arguments.
            environ: All of its environment.
            folder: Where it works.
            log: File that takes its standard error, at most 1 MB of the latest; empty merges it into the output.

        Raises:
            ToolSourceError: It could not be started; the sentence names the program and the reason.
        """

    async def aclose(self) -> None:
        """End all of them and the supervisor."""
