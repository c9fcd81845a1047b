"""Under which names there may be keys of ours, for keychains that list nothing."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from kireji.core.errors import KirejiError
from kireji.core.secret import SecretName
from kireji.core.settings import Settings
from kireji.core.tool_servers import SECRETS
from kireji.services.credentials import ADDRESSES, WEBHOOK, Credentials, without_password
from kireji.services.tools.servers import ToolServers

_KEPT = re.compile(r"\$\{keychain:([^}]+)\}")


async def likely_keys(
    credentials: Credentials, settings: Settings, servers: ToolServers, usual: Iterable[str]
) -> Sequence[SecretName]:
    """The services' own addresses, those of the settings, those at which servers of models usually are, and what the
    list of servers of tools refers to.

    Args:
        credentials: Knows the addresses in force.
        settings: What holds now.
        servers: The person's servers of tools.
        usual: Addresses of servers of models on this computer.
    """
    names = [
        SecretName(provider, without_password(address.rstrip("/")))
        for provider, known in ADDRESSES.items()
        for address in (known.default_url, credentials.address(provider))
        if address
    ]
    for address in (settings.local.address, *usual):
        if address:
            names.append(SecretName("local", without_password(address.rstrip("/"))))
    if settings.jobs.webhook:
        names.append(SecretName(WEBHOOK, without_password(settings.jobs.webhook.rstrip("/"))))
    try:
        entries = await servers.entries()
    except KirejiError:  # the file cannot be read: what it refers to is not known
        entries = ()
    for entry in entries:
        for value in (*entry.env.values(), *entry.headers.values()):
            names += [SecretName(SECRETS, found) for found in _KEPT.findall(value)]
    return tuple(dict.fromkeys(names))
