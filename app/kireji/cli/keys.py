"""`kireji keys`: keys in the operating system's keychain. A key is never an argument and never printed."""

from __future__ import annotations

import argparse
import getpass

from kireji.cli.console import Console
from kireji.cli.values import balance_words
from kireji.cli.work import DONE, FAILED, Work
from kireji.core.errors import AuthenticationFailed, ConnectionFailed, KeyStoreError, KirejiError, ProviderError
from kireji.core.secret import Secret
from kireji.services.application import Services
from kireji.services.credentials import ADDRESSES, WEBHOOK, Credential
from kireji.services.local_servers import LOCAL


def prepare(arguments: argparse.Namespace, console: Console) -> Work:
    """Read the key for `set`; the other actions need nothing."""
    if arguments.action != "list" and arguments.provider == WEBHOOK:
        from kireji.cli.webhook_secret import prepare as prepare_webhook

        return prepare_webhook(arguments.action, console)
    match arguments.action:
        case "set":
            return _set(arguments.provider, typed_key(arguments.provider, console), console)
        case "delete":
            return _delete(arguments.provider, console)
        case "test":
            return _test(arguments.provider, console)
        case "login":
            from kireji.cli.login import sign_in

            return sign_in(arguments.provider, console)
        case "list":
            return _list(console, as_json=arguments.json)
    raise ValueError(f"no such action: {arguments.action}")


def typed_key(provider: str, console: Console) -> Secret:
    """A key from a hidden prompt or standard input.

    Raises:
        KirejiError: There is none.
    """
    text = getpass.getpass(f"Key for {provider} (not shown): ").strip() if console.typed_at else console.piped_line()
    if not text:
        raise KirejiError("No key was given.", f"Type it at the prompt, or pipe it: kireji keys set {provider} < FILE")
    return Secret(text)


def _kept_for(services: Services, provider: str) -> str:
    """The address that a stored key goes to; empty when there is none."""
    if provider == LOCAL:
        return services.preferences.settings.local.address.rstrip("/")
    return services.credentials.own_address(provider)


def _in_force(services: Services, provider: str) -> str:
    """The address that the next request goes to; empty for servers that are yet to be found."""
    return services.local_servers.address if provider == LOCAL else services.credentials.address(provider)


def _set(provider: str, secret: Secret, console: Console) -> Work:
    async def work(services: Services) -> int:
        address, known = _kept_for(services, provider), ADDRESSES[provider]
        if not address and services.credentials.address(provider):
            raise KirejiError(
                f"{known.url_variable} is set, and an address from the environment takes no stored key.",
                f"Put the key into {known.key_variable}.",
            )
        await services.credentials.save(provider, secret, address=address)
        if services.credentials.in_environment(provider):
            console.note(f"{known.key_variable} is set and is used instead of the saved key.")
        if _in_force(services, provider) != address:
            shown = services.credentials.shown_address(provider, address)
            console.line(f"The key is saved for {shown}. It was not tested, because {known.url_variable} is set.")
            return DONE
        try:
            await services.catalog.test_key(provider, secret, address=address if provider == LOCAL else "")
        except AuthenticationFailed as error:
            raise KirejiError(f"The key is saved, but it does not work: {error.message}", error.hint) from error
        except ProviderError as error:
            console.line(f"The key is saved; it could not be tested: {error.sentence}")
            return DONE
        console.line("The key is saved and works.")
        return DONE

    return work


def _delete(provider: str, console: Console) -> Work:
    async def work(services: Services) -> int:
        removed = await services.credentials.delete(provider, address=_kept_for(services, provider))
        console.line(f"The key for {provider} is removed." if removed else f"There was no key for {provider}.")
        if services.credentials.in_environment(provider):
            console.note(f"{ADDRESSES[provider].key_variable} is still set and is used.")
        return DONE

    return work


def _test(provider: str, console: Console) -> Work:
    async def work(services: Services) -> int:
        address = _in_force(services, provider)
        if provider == LOCAL and not address:
            return await _test_found(services, console)
        shown = services.credentials.shown_address(provider, address)
        balance = await services.catalog.balance(provider)  # it is refused to a wrong key, as the list is
        if balance is None:
            says = f"{shown} offers {_count(len(await services.catalog.test_key(provider)), 'model')}"
        else:
            says = f"{shown} says: {balance_words(balance)}"
        credential = await services.credentials.find(provider, address=address)
        console.line(f"{_subject(credential)}: {says}.")
        return DONE

    return work


def _subject(credential: Credential) -> str:
    if credential.secret is None:
        return "It works without a key"
    return f"The key from the {credential.source} works"


async def _test_found(services: Services, console: Console) -> int:
    """What stands on the usual ports of this computer needs no key, so what is told is who answers."""
    servers = await services.local_servers.find(0.0)
    if not servers:
        raise ConnectionFailed(
            "No model server answers on this computer.",
            "Start Ollama, llama.cpp or LM Studio, or enter the server's address in Settings.",
            provider=LOCAL,
        )
    for server in servers:
        console.line(
            f"It works without a key: {server.name} at {server.base_url} offers {_count(len(server.models), 'model')}."
        )
    return DONE


def _list(console: Console, *, as_json: bool) -> Work:
    async def work(services: Services) -> int:
        rows: list[dict[str, str]] = []
        problem = ""
        for provider in ADDRESSES:
            address = _in_force(services, provider)
            state, source = "unknown", ""
            if not problem or services.credentials.in_environment(provider):
                try:
                    credential = await services.credentials.find(provider, address=address)
                    state, source = ("present" if credential.secret else "none"), credential.source
                except KeyStoreError as error:  # it would say the same of every other key, or be waited for as long
                    problem = error.sentence
            shown = services.credentials.shown_address(provider, address)
            rows.append({"provider": provider, "state": state, "source": source, "address": shown})
        if problem:
            console.note(f"kireji: {problem}")
        if as_json:
            console.object({"keys": rows})
        else:
            cells = [tuple(value or "-" for value in row.values()) for row in rows]
            console.table(("PROVIDER", "STATE", "SOURCE", "ADDRESS"), cells)
        return FAILED if problem else DONE

    return work


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
