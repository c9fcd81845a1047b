"""`kireji keys`: keys in the operating system's keychain. A key is never an argument and never printed."""

from __future__ import annotations

import argparse
import getpass

from kireji.cli.console import Console
from kireji.cli.work import DONE, FAILED, Work
from kireji.core.errors import AuthenticationFailed, KeyStoreError, KirejiError, ProviderError
from kireji.core.secret import Secret
from kireji.services.application import Services
from kireji.services.credentials import ADDRESSES


def prepare(arguments: argparse.Namespace, console: Console) -> Work:
    """Read the key for `set`; the other actions need nothing."""
    match arguments.action:
        case "set":
            return _set(arguments.provider, _typed_key(arguments.provider, console), console)
        case "delete":
            return _delete(arguments.provider, console)
        case "test":
            return _test(arguments.provider, console)
        case "list":
            return _list(console, as_json=arguments.json)
    raise ValueError(f"no such action: {arguments.action}")


def _typed_key(provider: str, console: Console) -> Secret:
    text = getpass.getpass(f"Key for {provider} (not shown): ").strip() if console.typed_at else console.piped_line()
    if not text:
        raise KirejiError("No key was given.", f"Type it at the prompt, or pipe it: kireji keys set {provider} < FILE")
    return Secret(text)


def _set(provider: str, secret: Secret, console: Console) -> Work:
    async def work(services: Services) -> int:
        await services.credentials.save(provider, secret)
        own = ADDRESSES[provider]
        address = services.credentials.address(provider)
        if services.credentials.in_environment(provider):
            console.note(f"{own.key_variable} is set and is used instead of the saved key.")
        if address != own.default_url:
            console.line(
                f"The key is saved for {own.default_url}. It was not tested, because {own.url_variable} is set."
            )
            return DONE
        try:
            found = await services.catalog.test_key(provider, secret)
        except AuthenticationFailed as error:
            raise KirejiError(f"The key is saved, but {provider} refuses it: {error.message}", error.hint) from error
        except ProviderError as error:
            console.line(f"The key is saved; it could not be tested: {error.sentence}")
            return DONE
        console.line(f"The key is saved and works: {provider} offers {_count(len(found), 'model')}.")
        return DONE

    return work


def _delete(provider: str, console: Console) -> Work:
    async def work(services: Services) -> int:
        removed = await services.credentials.delete(provider)
        console.line(f"The key for {provider} is removed." if removed else f"There was no key for {provider}.")
        if services.credentials.in_environment(provider):
            console.note(f"{ADDRESSES[provider].key_variable} is still set and is used.")
        return DONE

    return work


def _test(provider: str, console: Console) -> Work:
    async def work(services: Services) -> int:
        found = await services.catalog.test_key(provider)
        credential = await services.credentials.find(provider)
        console.line(
            f"The key from the {credential.source} works: {credential.base_url} offers {_count(len(found), 'model')}."
        )
        return DONE

    return work


def _list(console: Console, *, as_json: bool) -> Work:
    async def work(services: Services) -> int:
        rows = []
        code = DONE
        for provider in ADDRESSES:
            address = services.credentials.address(provider)
            try:
                credential = await services.credentials.find(provider)
                state, source = ("present" if credential.secret else "none"), credential.source
            except KeyStoreError as error:
                state, source, code = "unknown", "", FAILED
                console.note(f"kireji: {error.sentence}")
            rows.append({"provider": provider, "state": state, "source": source, "address": address})
        if as_json:
            console.object({"keys": rows})
        else:
            console.table(("PROVIDER", "STATE", "SOURCE", "ADDRESS"), [tuple(row.values()) for row in rows])
        return code

    return work


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
