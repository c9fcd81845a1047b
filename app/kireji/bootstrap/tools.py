"""The tools of models, wired for one process."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from kireji.bootstrap.builtin import CallNeeds
    from kireji.bootstrap.waiting import Once
    from kireji.core.ports import CaptureStore, Clock, ImageCodec, KeyStore
    from kireji.core.tool_ports import ChildProcesses, OfferStore, PermissionStore, SchemaValidator, ToolSources
    from kireji.desktop.paths import Paths
    from kireji.services.preferences import Preferences
    from kireji.services.tools.calls import Contexts
    from kireji.services.tools.servers import ToolServers
    from kireji.services.tools.service import ToolService
    from kireji.storage.database import Database
    from kireji.storage.permissions import SqlitePermissionStore
    from kireji.storage.tool_descriptions import SqliteDescriptionStore
    from kireji.storage.tool_offers import SqliteOfferStore


def tool_service(
    kinds: Sequence[ToolSources],
    permission_store: PermissionStore,
    offers: OfferStore,
    validator: SchemaValidator,
    contexts: Contexts,
    codec: ImageCodec,
    captures: CaptureStore,
    preferences: Preferences,
    clock: Clock,
    servers: ToolServers,
    plugins: str = "",
) -> ToolService:
    """The services of tools over these ports.

    Args:
        kinds: Built-in tools, plugins, servers, in the order of the list.
        permission_store: Permissions and the log.
        offers: The lists that conversations began with.
        validator: Holds arguments to schemas.
        contexts: Makes what a source is given with a call.
        codec: For pictures in results.
        captures: Keeps these.
        preferences: The settings.
        clock: The time.
        servers: The person's servers.
        plugins: Path of the folder of the person's plugins.
    """
    from kireji.services.tools.approvals import Approvals
    from kireji.services.tools.gate import CallGate
    from kireji.services.tools.permissions import Permissions
    from kireji.services.tools.results import Results
    from kireji.services.tools.runner import ToolRunner
    from kireji.services.tools.service import ToolService
    from kireji.services.tools.toolbox import Toolbox

    toolbox = Toolbox(kinds, preferences, offers)
    permissions = Permissions(permission_store, toolbox, preferences, clock)
    approvals = Approvals()
    runner = ToolRunner(
        toolbox,
        permissions,
        CallGate(permissions, approvals),
        Results(codec, captures),
        validator,
        contexts,
        clock.monotonic,
    )
    return ToolService(toolbox, permissions, approvals, runner, servers, plugins)


class ToolStores(NamedTuple):
    """What is kept of tools.

    Args:
        permissions: Permissions and the log.
        offers: The lists that conversations began with.
        descriptions: What sources said of their tools.
    """

    permissions: SqlitePermissionStore
    offers: SqliteOfferStore
    descriptions: SqliteDescriptionStore


def tool_stores(database: Database) -> ToolStores:
    """The stores in the database; nothing is read before it is wanted."""
    from kireji.storage.permissions import SqlitePermissionStore
    from kireji.storage.tool_descriptions import SqliteDescriptionStore
    from kireji.storage.tool_offers import SqliteOfferStore

    return ToolStores(SqlitePermissionStore(database), SqliteOfferStore(database), SqliteDescriptionStore(database))


async def tools(
    stack: AsyncExitStack,
    paths: Paths,
    environ: Mapping[str, str],
    stores: ToolStores,
    codec: ImageCodec,
    captures: CaptureStore,
    preferences: Preferences,
    clock: Clock,
    keychain: KeyStore,
    needs_of_calls: CallNeeds,
    instead: tuple[ToolSources, ...] | None = None,
) -> ToolService:
    """Wire what there is; nothing is started before it is called.

    Args:
        stack: Unwires it.
        paths: Where plugins and the file of servers are.
        environ: The process's environment.
        stores: What is kept.
        codec: For pictures in results.
        captures: Keeps these.
        preferences: The settings.
        clock: The time.
        keychain: Has the secrets of servers.
        needs_of_calls: What running calls may ask for.
        instead: Sources in the place of all others, for tests.
    """
    from kireji.bootstrap.builtin import WaitingBuiltIn, contexts
    from kireji.bootstrap.plugins import PluginNeeds, WaitingPlugins
    from kireji.bootstrap.servers import ServerNeeds, WaitingFile, WaitingHosts, WaitingServers
    from kireji.bootstrap.waiting import Once
    from kireji.services.tools.servers import ToolServers
    from kireji.tools.validation import JsonSchemaValidator

    children, gate = Once(_children), needs_of_calls.outbox.gate
    stack.push_async_callback(_end, children)
    needs = ServerNeeds(
        paths,
        environ,
        children.get,
        stores.descriptions,
        keychain,
        gate,
        lambda: preferences.settings.network,
    )
    servers = await stack.enter_async_context(WaitingServers(needs))
    plugins = await stack.enter_async_context(
        WaitingPlugins(PluginNeeds(paths, environ, children.get, stores.descriptions))
    )
    kinds: tuple[ToolSources, ...] = (
        WaitingBuiltIn(paths, environ, preferences, children.get),
        plugins,
        servers,
    )
    service = tool_service(
        kinds if instead is None else instead,
        stores.permissions,
        stores.offers,
        JsonSchemaValidator(),
        contexts(needs_of_calls, preferences),
        codec,
        captures,
        preferences,
        clock,
        ToolServers(WaitingFile(paths), lambda: servers, WaitingHosts(environ), keychain),
        str(paths.plugins),
    )
    stack.push_async_callback(service.toolbox.aclose)
    return service


def _children() -> ChildProcesses:
    from kireji.tools.children import child_processes

    return child_processes()


async def _end(children: Once[ChildProcesses]) -> None:
    if children.made is not None:
        await children.made.aclose()
