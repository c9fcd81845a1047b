"""`kireji keys login`: signing in in the browser instead of pasting a key."""

from __future__ import annotations

import threading
import webbrowser
from collections.abc import Callable
from contextlib import suppress

from kireji.cli.console import Console
from kireji.cli.work import DONE, Work
from kireji.core.errors import KeyStoreUnavailable
from kireji.services.application import Services
from kireji.services.credentials import ADDRESSES, without_keychain
from kireji.services.names import title


def sign_in(provider: str, console: Console, start: Callable[[str], object] = webbrowser.open) -> Work:
    """Sign in, keep the key, and say what it is good for.

    Args:
        provider: Whose.
        console: The standard streams.
        start: Shows a page in a browser; may wait until the browser is closed.
    """

    def show(address: str) -> bool:
        console.note(
            f"Sign in to {title(provider)} in the browser. If no page opens, open this address yourself: {address}"
        )
        # A thread that nobody waits for: a browser may be this process's child for hours, and Ctrl+C must end it at
        # once. Whether a page has come up cannot be told from what it returns, so the address is said in any case.
        threading.Thread(target=_started, args=(start, address), name="browser", daemon=True).start()
        return True

    async def work(services: Services) -> int:
        credentials, known = services.credentials, ADDRESSES[provider]
        keychain = await credentials.keychain()
        if not keychain.ok:  # said before the person has gone all the way
            raise KeyStoreUnavailable(keychain.reason, without_keychain(provider))
        await services.sign_in.sign_in(provider, show)
        console.line(f"You are signed in to {title(provider)}; the key is kept in the keychain.")
        if credentials.in_environment(provider):
            console.note(f"{known.key_variable} is set and is used instead of the saved key.")
        elif credentials.address(provider) != known.default_url:
            console.note(f"It is not used while {known.url_variable} is set.")
        return DONE

    return work


def _started(start: Callable[[str], object], address: str) -> None:
    with suppress(webbrowser.Error, OSError):
        start(address)
