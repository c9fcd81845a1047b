"""A key by way of the browser."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import re

import pytest

from kireji.core.errors import ConnectionFailed, KirejiError
from kireji.core.secret import SecretName
from kireji.services.credentials import Credentials
from kireji.services.outbox import Outbox
from kireji.services.sign_in import SignInService, challenge_of
from tests.fakes.world import World

OWN = SecretName("openrouter", "https://openrouter.ai/api/v1")


class Browser:
    """Opens an address, and comes back with what the person decided."""

    def __init__(self, world: World, opens: bool = True, **fields: str) -> None:
        self._world = world
        self._opens = opens
        self._fields = fields
        self.opened: list[str] = []
        self.shown = asyncio.Event()

    def __call__(self, address: str) -> bool:
        assert self._world.listener.open
        self.opened.append(address)
        self.shown.set()
        self._world.listener.callback.fields = self._fields or None
        return self._opens


async def test_the_key_is_kept_and_the_exchange_stands_in_the_ledger() -> None:
    world = World()
    await world.services().sign_in.sign_in("openrouter", Browser(world, code="good"))
    assert world.keychain.secrets[OWN] == world.signing.key
    assert [(row.purpose, row.host) for row in world.ledger.rows] == [("sign-in", "openrouter.ai")]
    assert not world.listener.open


async def test_the_verifier_is_secret_fits_its_challenge_and_is_never_used_twice() -> None:
    world = World()
    browser = Browser(world, code="good")
    sign_in = world.services().sign_in
    await sign_in.sign_in("openrouter", browser)
    await sign_in.sign_in("openrouter", browser)
    (_, first), (_, second) = world.signing.exchanged
    assert first != second
    assert re.fullmatch(r"[A-Za-z0-9._~-]{43,128}", first)
    assert world.signing.asked == [challenge_of(first), challenge_of(second)]
    assert not any(first in address for address in browser.opened)


def test_a_challenge_is_the_hash_of_its_verifier() -> None:
    """The example of RFC 7636, appendix B."""
    verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
    assert challenge_of(verifier) == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
    assert base64.urlsafe_b64decode(challenge_of(verifier) + "=") == hashlib.sha256(verifier.encode()).digest()


async def test_a_key_may_be_for_this_session_alone() -> None:
    world = World()
    await world.services().sign_in.sign_in("openrouter", Browser(world, code="good"), session_only=True)
    assert OWN in world.session.secrets
    assert OWN not in world.keychain.secrets


async def test_a_key_from_another_address_is_kept_for_that_one_alone() -> None:
    world = World(environ={"OPENROUTER_BASE_URL": "http://127.0.0.1:99/api/v1"})
    await world.services().sign_in.sign_in("openrouter", Browser(world, code="good"))
    assert [name.base_url for name in world.keychain.secrets if name.provider == "openrouter"] == [
        "http://127.0.0.1:99/api/v1"
    ]


@pytest.mark.parametrize(
    ("fields", "words"),
    [({"error": "access_denied"}, "declined"), ({"state": "x"}, "without a code"), ({"code": ""}, "without a code")],
)
async def test_a_browser_that_brings_no_code_is_told(fields: dict[str, str], words: str) -> None:
    world = World()
    with pytest.raises(KirejiError, match=words) as caught:
        await world.services().sign_in.sign_in("openrouter", Browser(world, **fields))
    assert "Sign in again" in caught.value.hint
    assert world.signing.exchanged == []
    assert not world.listener.open


async def test_a_refused_code_leaves_no_key() -> None:
    world = World()
    with pytest.raises(ConnectionFailed):
        await world.services().sign_in.sign_in("openrouter", Browser(world, code="stale"))
    assert OWN not in world.keychain.secrets


async def test_without_any_browser_a_key_can_be_pasted() -> None:
    world = World()
    with pytest.raises(KirejiError, match="No browser") as caught:
        await world.services().sign_in.sign_in("openrouter", Browser(world, opens=False))
    assert "Paste a key" in caught.value.hint


async def test_nobody_is_waited_for_without_end() -> None:
    world = World()
    credentials = Credentials(world.keychain, world.session, {}, world.clock)
    sign_in = SignInService(
        {"openrouter": world.signing}, lambda: world.listener, credentials, Outbox(world.ledger), patience=0.01
    )
    with pytest.raises(KirejiError, match="Nobody came back"):
        await sign_in.sign_in("openrouter", Browser(world))
    assert not world.listener.open


async def test_giving_up_closes_the_page() -> None:
    world = World()
    browser = Browser(world)
    async with asyncio.TaskGroup() as group:
        task = group.create_task(world.services().sign_in.sign_in("openrouter", browser))
        await browser.shown.wait()
        task.cancel()
    assert task.cancelled()
    assert not world.listener.open


async def test_a_provider_without_sign_in_says_how_to_add_a_key() -> None:
    world = World()
    sign_in = world.services().sign_in
    assert sign_in.offers("openrouter")
    assert not sign_in.offers("anthropic")
    with pytest.raises(KirejiError) as caught:
        await sign_in.sign_in("anthropic", Browser(world))
    assert "kireji keys set anthropic" in caught.value.hint
