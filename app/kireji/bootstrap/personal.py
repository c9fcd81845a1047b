"""The person's data as a whole, wired when it is first wanted; and deleting it, before or after everything else."""

from __future__ import annotations

import os
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from kireji.core.desktop_ports import Autostart
    from kireji.core.personal_data import Erased, Roots
    from kireji.core.ports import KeyStore
    from kireji.core.secret import SecretName
    from kireji.desktop.paths import Paths
    from kireji.services.credentials import Credentials
    from kireji.services.jobs.service import JobService
    from kireji.services.personal_data import PersonalData
    from kireji.services.preferences import Preferences
    from kireji.services.tools.servers import ToolServers
    from kireji.services.transfer import TransferService


def late_personal_data(
    paths: Paths,
    preferences: Preferences,
    transfer: Callable[[], TransferService],
    jobs: JobService,
    keychain: KeyStore,
    credentials: Credentials,
    servers: ToolServers,
    autostart: Autostart,
    *,
    app: bool,
) -> Callable[[], PersonalData]:
    """What gives the one of this process.

    Args:
        paths: Where things are kept.
        preferences: The settings.
        transfer: Exports conversations.
        jobs: The jobs.
        keychain: Holds keys.
        credentials: Knows to whom keys go.
        servers: The person's servers of tools.
        autostart: The entry for the session's start.
        app: Whether this process is the app itself.
    """

    @cache
    def made() -> PersonalData:
        from kireji.bootstrap import network
        from kireji.desktop.holders import holders
        from kireji.desktop.instance import runs
        from kireji.services.likely_keys import likely_keys
        from kireji.services.personal_data import PersonalData
        from kireji.storage.personal.store import FilePersonalData

        def users() -> Sequence[str]:
            others = holders((paths.database, paths.jobs_database))
            return others or (("Kireji",) if not app and runs(paths) else ())

        async def likely() -> Sequence[SecretName]:
            return await likely_keys(credentials, preferences.settings, servers, network.usual_addresses())

        return PersonalData(
            FilePersonalData(roots(paths)),
            transfer,
            jobs,
            keychain,
            likely,
            autostart,
            lambda: preferences.settings.backup,
            users,
        )

    return made


def roots(paths: Paths) -> Roots:
    """The folders as storage knows them."""
    from kireji.core.personal_data import Roots

    return Roots(paths.data, paths.config, paths.state, paths.cache, paths.runtime)


def is_marked(paths: Paths) -> bool:
    """Whether everything is to go; a look at one name, because each start takes it."""
    return os.path.lexists(paths.state / "deleting")


def erase_marked(paths: Paths, *, again: bool) -> Erased | None:
    """Delete what was marked; nobody of this process may have a file of it open any more.

    Args:
        paths: Where things are kept.
        again: An earlier process was to do it and was ended in the middle.

    Returns:
        What became of it; None when nothing was marked.

    Raises:
        StoreError: Another process uses the data. What had begun is taken up later, what had not is forgotten.
    """
    from kireji import diagnostics
    from kireji.core.errors import StoreError
    from kireji.desktop.introduction_xdg import withdraw
    from kireji.storage.personal.store import FilePersonalData

    files = FilePersonalData(roots(paths))
    plan = files.marked()
    if plan is None:
        return None
    diagnostics.stop()
    try:
        erased = files.erase(plan)
        withdraw(os.environ)  # an AppImage's entry in the menu; written anew when the image is started again
        return erased
    except StoreError:
        if not again:
            files.unmark()
        raise


def take_up(paths: Paths) -> None:
    """Go on with a deletion that was ended in the middle, before a command begins.

    Raises:
        KirejiError: The app is at it, or another process uses the data.
    """
    from kireji.core.errors import KirejiError
    from kireji.core.words import say
    from kireji.desktop.instance import InstanceLock

    lock = InstanceLock.acquire(paths)
    if lock is None:
        raise KirejiError(say("Kireji is deleting everything."), say("Wait until it has ended, then try again."))
    try:
        erase_marked(paths, again=True)
    finally:
        lock.release()


def erase_now(paths: Paths) -> Erased | None:
    """Delete what a command has marked, after its services were closed; None when it has marked nothing.

    Raises:
        KirejiError: The app was started meanwhile, or another process uses the data; nothing was deleted.
    """
    from kireji.core.errors import KirejiError
    from kireji.core.words import say
    from kireji.desktop.instance import InstanceLock
    from kireji.storage.personal.store import FilePersonalData

    if not is_marked(paths):
        return None
    lock = InstanceLock.acquire(paths)
    if lock is None:
        FilePersonalData(roots(paths)).unmark()
        raise KirejiError(say("Kireji was started meanwhile, so nothing was deleted."), say("Quit it, then try again."))
    try:
        return erase_marked(paths, again=False)
    finally:
        lock.release()
