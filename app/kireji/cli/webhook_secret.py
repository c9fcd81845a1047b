"""`kireji keys ... webhook`: the secret that signs what the person's own address is told of jobs."""

from __future__ import annotations

from kireji.cli.console import Console
from kireji.cli.keys import typed_key
from kireji.cli.work import DONE, Work
from kireji.core.errors import KirejiError
from kireji.core.secret import Secret
from kireji.services.application import Services
from kireji.services.credentials import WEBHOOK


def prepare(action: str, console: Console) -> Work:
    """Read the secret for `set`; the other actions need nothing.

    Args:
        action: set, new or delete.
        console: Where is read and written.
    """
    if action == "delete":
        return _delete(console)
    return _save(typed_key(WEBHOOK, console) if action == "set" else None, console)


def _address(services: Services) -> str:
    """Raises KirejiError: there is no address."""
    address = services.preferences.settings.jobs.webhook
    if not address:
        raise KirejiError(
            "A secret belongs to one address, and there is none.",
            "Enter the address that is to be told in settings.toml first: webhook under [jobs].",
        )
    return address


def _save(secret: Secret | None, console: Console) -> Work:
    async def work(services: Services) -> int:
        address = _address(services)
        if secret is not None:
            await services.credentials.save_webhook_secret(address, secret)
            console.line("The secret is saved.")
            return DONE
        shown = await services.credentials.new_webhook_secret(address)
        console.note("This secret is shown once; the receiver needs it to check signatures (Standard Webhooks).")
        console.line(shown)
        return DONE

    return work


def _delete(console: Console) -> Work:
    async def work(services: Services) -> int:
        removed = await services.credentials.delete_webhook_secret(_address(services))
        console.line("The secret is removed." if removed else "There was no secret.")
        return DONE

    return work
