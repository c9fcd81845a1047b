"""What the services need of the file of servers and of the servers themselves; adapters satisfy it by shape."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from kireji.core.publisher import Publisher
    from kireji.core.tool_servers import Importable, ServerEntry, TestStep


class ServerFile(Protocol):
    """The file of servers. All of it blocks as long as the disk does.

    All raise SettingsError when the file is there and cannot be understood; it is left as it is then. Writing keeps the
    order and all that is unknown here. Writing raises StoreError when the disk is at fault.
    """

    @property
    def path(self) -> str: ...
    def entries(self) -> Sequence[ServerEntry]:
        """In the order of the file; none when there is no file. Those that cannot be used say why."""

    def problem(self, entry: ServerEntry) -> str:
        """Why an entry could not be used if it were put into the file; empty when it could. Reads nothing."""

    def put(self, entry: ServerEntry) -> None:
        """Add a server at the end, or replace the one of this name where it stands."""

    def remove(self, name: str) -> bool:
        """False when there was none."""

    def set_disabled(self, name: str, disabled: bool) -> bool:
        """False when there was none."""


class OtherHosts(Protocol):
    """The files in which other programs name their servers. Blocks as long as the disk does."""

    def find(self) -> Sequence[Importable]:
        """Those that are there, with at least one server or a problem."""

    def read(self, path: str) -> Importable:
        """Any file."""


class ServerProbe(Protocol):
    """The servers as sources of tools."""

    @property
    def changed(self) -> Publisher[str]: ...
    async def reload(self) -> None:
        """Look at the file again now: end servers that were changed or removed, and tell of it."""

    async def test(self, name: str, told: Callable[[TestStep], None] | None = None) -> Sequence[TestStep]:
        """Go all the way to a server's tools, starting it unless it runs; up to the first stage that fails.

        Args:
            name: Which.
            told: Told of each stage as it passes or fails; of one that runs already, only what is done again.
        """
