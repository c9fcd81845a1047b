"""Looks for newer versions, wired when they are first wanted."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kireji.core.ports import Clock
    from kireji.core.provider_ports import Gate
    from kireji.core.update_ports import ReleaseLists, UpdateSource
    from kireji.desktop.paths import Paths
    from kireji.providers.http import HttpClient
    from kireji.services.preferences import Preferences
    from kireji.services.updates import Updates

log = logging.getLogger(__name__)


def make_updates(
    paths: Paths, environ: Mapping[str, str], http: HttpClient, gate: Gate, preferences: Preferences, clock: Clock
) -> Updates:
    """Wire them.

    Args:
        paths: Where things are kept.
        environ: The process's environment.
        http: Sends the requests.
        gate: The way out.
        preferences: The settings.
        clock: The time.
    """
    from kireji.desktop.installed import installation
    from kireji.desktop.signatures import Ed25519Checker
    from kireji.services.updates import Updates
    from kireji.storage.update_memory import UpdateMemoryFile

    def lists() -> ReleaseLists:
        from kireji.providers.releases import ReleaseFetcher

        return ReleaseFetcher(http)

    memory = UpdateMemoryFile(paths.state / "updates.json")
    return Updates(built_in_source(), lists, gate, Ed25519Checker, memory, preferences, clock, installation(environ))


def built_in_source() -> UpdateSource:
    """What the build says about where lists come from; a checkout says nothing."""
    import msgspec

    from kireji.core.update_ports import UpdateSource
    from kireji.core.updates import is_local, is_secure, key_of
    from kireji.resources import resource

    try:
        source = msgspec.json.decode(resource("updates/source.json").read_bytes(), type=dict[str, object])
        address, keys = msgspec.convert((source["address"], source["keys"]), type=tuple[str, tuple[str, ...]])
        for key in keys:
            key_of(key)
        if address and not (is_secure(address) or is_local(address)):
            raise ValueError("the address is not https")
    except (OSError, KeyError, ValueError, msgspec.MsgspecError) as error:
        log.warning("what the build says about updates cannot be used: %s", error)
        return UpdateSource()
    return UpdateSource(address, keys)
