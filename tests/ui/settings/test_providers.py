from __future__ import annotations

import asyncio

import msgspec
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest

from kireji.core.errors import AuthenticationFailed, ConnectionFailed, KeyStoreLocked
from kireji.core.models import Balance, LocalServer
from kireji.core.secret import Secret, SecretName
from kireji.ui.models.words import Pick
from kireji.ui.settings.local_card import found_words, port_words
from kireji.ui.settings.presenter import SettingsPresenter
from kireji.ui.settings.provider_presenter import balance_words
from tests.fakes.network import local_model, ollama
from tests.fakes.services import FakeSurroundings
from tests.ui.window.support import Stand, window_over

pytestmark = pytest.mark.qt

ROUTER = SecretName("openrouter", "https://openrouter.ai/api/v1")
OWN_SERVER = "http://127.0.0.1:8000/v1"


def signed_in() -> FakeSurroundings:
    below = FakeSurroundings()
    below.keychain.keys[ROUTER] = Secret("sk-or-v1-test-0123456789")
    return below


def with_servers(*servers: LocalServer) -> FakeSurroundings:
    below = FakeSurroundings()
    below.finder.servers.extend(servers)
    return below


async def opened(stand: Stand) -> SettingsPresenter:
    """The settings, once every card says its state."""
    stand.presenter.show_settings()
    settings = stand.presenter._settings
    assert settings is not None
    page = settings.keys_page
    chips = (page.anthropic.chip, page.openrouter.chip, page.local.chip, page.device.chip)
    await stand.until(lambda: all(chip.text() not in ("", "testing…", "looking…") for chip in chips))
    return settings


def stored(stand: Stand, section: str) -> object:
    return stand.below.settings.tables.get(section, {})


# OpenRouter.


async def test_without_a_key_openrouter_offers_to_sign_in() -> None:
    async with window_over(FakeSurroundings()) as stand:
        card = (await opened(stand)).keys_page.openrouter
        assert card.chip.text() == "no key"
        assert not card.sign_in.isHidden()
        assert card.private.isHidden()


async def test_a_key_for_openrouter_shows_what_is_left() -> None:
    async with window_over(signed_in()) as stand:
        card = (await opened(stand)).keys_page.openrouter
        await stand.until(lambda: card.balance.text() == "$4.00 left of $5.00")
        assert card.sign_in.isHidden()


async def test_a_balance_that_cannot_be_had_is_not_shown() -> None:
    below = signed_in()
    below.signing.left = ConnectionFailed("The service was not reached.")
    async with window_over(below) as stand:
        settings = await opened(stand)
        await stand.until(lambda: not settings.keys.providers["openrouter"]._scope.running("test"))
        assert settings.keys_page.openrouter.balance.isHidden()


async def test_signing_in_waits_for_the_browser_and_keeps_the_key() -> None:
    below = FakeSurroundings()
    below.listener.callback.fields = {"code": "good"}
    async with window_over(below) as stand:
        settings = await opened(stand)
        shown: list[str] = []
        signing_in = settings.keys.providers["openrouter"].signing_in
        assert signing_in is not None
        signing_in.open_address = lambda address: shown.append(address) is None
        settings.keys_page.openrouter.sign_in.click()
        await stand.until(lambda: settings.keys_page.openrouter.chip.text() == "works · tested just now")
        assert below.keychain.keys == {ROUTER: Secret("sk-or-v1-signed-in")}
        assert shown[0].startswith("https://openrouter.ai/api/v1/auth?")
        assert settings.keys_page.openrouter.panel.isHidden()


async def waiting_for_a_browser(stand: Stand) -> SettingsPresenter:
    """Signing in has begun on a computer without a browser."""
    settings = await opened(stand)
    signing_in = settings.keys.providers["openrouter"].signing_in
    assert signing_in is not None
    signing_in.open_address = lambda _address: False
    card = settings.keys_page.openrouter
    card.sign_in.click()
    await stand.until(lambda: not card.panel.address.isHidden())
    return settings


async def test_without_a_browser_the_address_can_be_copied() -> None:
    async with window_over(FakeSurroundings()) as stand:
        panel = (await waiting_for_a_browser(stand)).keys_page.openrouter.panel
        panel.copy.click()
        assert QGuiApplication.clipboard().text() == panel.address.text()
        assert panel.address.text().startswith("https://openrouter.ai/")


async def test_giving_up_closes_the_page_that_waits() -> None:
    async with window_over(FakeSurroundings()) as stand:
        card = (await waiting_for_a_browser(stand)).keys_page.openrouter
        assert stand.below.listener.open
        card.panel.cancel.click()
        await stand.until(lambda: not stand.below.listener.open)
        assert card.panel.isHidden()


async def test_leaving_the_settings_gives_up_signing_in() -> None:
    async with window_over(FakeSurroundings()) as stand:
        settings = await waiting_for_a_browser(stand)
        settings.leave()
        await stand.until(lambda: not stand.below.listener.open)


async def test_a_declined_sign_in_is_said() -> None:
    below = FakeSurroundings()
    below.listener.callback.fields = {"error": "access_denied"}
    async with window_over(below) as stand:
        settings = await opened(stand)
        signing_in = settings.keys.providers["openrouter"].signing_in
        assert signing_in is not None
        signing_in.open_address = lambda _address: True
        panel = settings.keys_page.openrouter.panel
        settings.keys_page.openrouter.sign_in.click()
        await stand.until(lambda: panel.sentence.text().startswith("The sign-in was declined"))


async def test_privacy_is_on_until_it_is_switched_off() -> None:
    async with window_over(signed_in()) as stand:
        card = (await opened(stand)).keys_page.openrouter
        assert (card.private.is_on(), card.zero_retention.is_on()) == (True, False)
        card.private.switch.click()
        card.zero_retention.switch.click()
        await stand.until(lambda: stored(stand, "openrouter") == {"data_collection": "allow", "zero_retention": True})


async def test_the_default_model_is_picked_from_the_list() -> None:
    async with window_over(signed_in()) as stand:
        settings = await opened(stand)
        card = settings.keys_page.openrouter
        card.model.button.click()
        picking = settings.keys.providers["openrouter"]._default.picking
        assert picking.is_open
        picking.picked.emit(Pick("openrouter", "anthropic/fake-model"))
        await stand.until(lambda: stored(stand, "models") == {"openrouter": "anthropic/fake-model"})
        assert card.model.button.text() == "Fake model by way of OpenRouter"


@pytest.mark.parametrize(
    ("balance", "words"),
    [
        (Balance(used=1.8, limit=5.0, remaining=3.2), "$3.20 left of $5.00"),
        (Balance(used=1.2), "used $1.20, no limit"),
        (Balance(used=6.0, limit=5.0, remaining=-1.0), "$0.00 left of $5.00"),
        (Balance(free_tier=True), "used $0.00, no limit · free tier, no credit bought yet"),
    ],
)
def test_a_balance_in_words(balance: Balance, words: str) -> None:
    assert balance_words(balance) == words


# Keys of every provider.


async def test_a_keychain_that_does_not_open_is_said_on_the_card() -> None:
    below = FakeSurroundings()

    async def closed(_name: SecretName) -> Secret | None:
        raise KeyStoreLocked("The keychain does not answer.", "Unlock it.")

    below.keychain.get = closed  # type: ignore[method-assign]
    async with window_over(below) as stand:
        card = (await opened(stand)).keys_page.anthropic
        assert card.chip.text() == "keychain not open"
        assert card.sentence.text() == "The keychain does not answer. Unlock it."


async def test_a_key_from_the_environment_names_its_variable() -> None:
    async with window_over(FakeSurroundings(environ={"OPENROUTER_API_KEY": "sk-or-v1-environment"})) as stand:
        card = (await opened(stand)).keys_page.openrouter
        assert card.sentence.text() == "The key comes from OPENROUTER_API_KEY and is never stored."


async def test_a_password_in_an_address_is_not_shown() -> None:
    environ = {"ANTHROPIC_BASE_URL": "http://me:secret@gateway.example", "ANTHROPIC_API_KEY": "sk-ant-0123456789"}
    async with window_over(FakeSurroundings(environ=environ)) as stand:
        card = (await opened(stand)).keys_page.anthropic
        assert "Requests go to http://gateway.example, from the environment." in card.sentence.text()


# Local servers.


async def test_a_found_server_is_shown_with_what_its_models_can_do() -> None:
    models = (local_model("qwen2.5vl", sees=True), local_model("llama3.2"))
    async with window_over(with_servers(ollama(*models))) as stand:
        card = (await opened(stand)).keys_page.local
        assert card.chip.text() == "found Ollama on port 11434 · 2 models, 1 sees pictures"
        assert not card.model.isHidden()


async def test_no_server_is_no_failure() -> None:
    async with window_over(FakeSurroundings()) as stand:
        card = (await opened(stand)).keys_page.local
        assert card.chip.text() == "none found"
        assert card.sentence.text().startswith("Start Ollama")


async def test_looking_does_not_hold_the_page_up() -> None:
    below = FakeSurroundings()
    below.finder.hold = asyncio.Event()
    async with window_over(below) as stand:
        stand.presenter.show_settings()
        settings = stand.presenter._settings
        assert settings is not None
        await stand.until(lambda: settings.keys_page.device.chip.text())
        assert settings.keys_page.local.chip.text() == "looking…"
        below.finder.hold.set()
        await stand.until(lambda: settings.keys_page.local.chip.text() == "none found")


async def test_looking_again_finds_what_was_started_since() -> None:
    async with window_over(FakeSurroundings()) as stand:
        card = (await opened(stand)).keys_page.local
        stand.below.finder.servers.append(ollama(local_model("llama3.2")))
        card.look.click()
        await stand.until(lambda: card.chip.text() == "found Ollama on port 11434 · 1 model")


async def test_another_servers_address_is_kept_and_looked_at() -> None:
    async with window_over(FakeSurroundings()) as stand:
        card = (await opened(stand)).keys_page.local
        stand.below.finder.servers.append(msgspec.structs.replace(ollama(local_model("mine")), base_url=OWN_SERVER))
        card.address.setFocus()
        QTest.keyClicks(card.address, OWN_SERVER)
        QTest.keyClick(card.address, Qt.Key.Key_Return)
        await stand.until(lambda: card.chip.text() == "found Ollama on port 8000 · 1 model")
        assert stored(stand, "local") == {"address": OWN_SERVER}


async def test_what_is_no_address_is_refused_where_it_was_typed() -> None:
    async with window_over(FakeSurroundings()) as stand:
        card = (await opened(stand)).keys_page.local
        card.address_entered.emit("my computer")
        await stand.until(lambda: card.address_problem.text().startswith("The address must be an address"))
        assert stored(stand, "local") == {}


async def test_a_servers_key_is_kept_for_its_address_alone() -> None:
    below = FakeSurroundings()
    below.settings.tables = {"local": {"address": OWN_SERVER}, "general": {"welcomed": True}}
    async with window_over(below) as stand:
        card = (await opened(stand)).keys_page.local
        card.edit.click()
        card.form.field.setText("local-key-0123456789")
        card.form.go.click()
        await stand.until(lambda: below.keychain.keys)
        assert below.keychain.keys == {SecretName("local", OWN_SERVER): Secret("local-key-0123456789")}
        await stand.until(lambda: not card.remove.isHidden())
        card.remove.click()
        card.removal.yes.click()
        await stand.until(lambda: not below.keychain.keys)


async def test_an_address_from_the_environment_cannot_be_changed_here() -> None:
    async with window_over(FakeSurroundings(environ={"OPENAI_BASE_URL": OWN_SERVER})) as stand:
        card = (await opened(stand)).keys_page.local
        assert (card.address.text(), card.address.isEnabled()) == (OWN_SERVER, False)
        assert card.address_problem.text() == "It comes from OPENAI_BASE_URL."


async def test_switched_off_nobody_looks() -> None:
    async with window_over(FakeSurroundings()) as stand:
        card = (await opened(stand)).keys_page.local
        card.discover.switch.click()
        await stand.until(lambda: card.sentence.text() == "Nobody looks, because that is switched off.")


def test_several_servers_in_the_room_of_a_chip() -> None:
    servers = (ollama(local_model("a", sees=True), local_model("b", sees=True)), ollama())
    assert found_words(servers) == "2 found · 2 models, 2 see pictures"


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("http://127.0.0.1:1234/v1", "port 1234"),
        ("http://[::1]:1234/v1", "port 1234"),
        ("http://me:secret@models.example:8000/v1", "models.example:8000"),
        ("https://models.example/v1", "models.example"),
    ],
)
def test_where_a_server_answers_in_words(address: str, words: str) -> None:
    assert port_words(address) == words


async def test_a_refused_key_of_openrouter_is_not_kept() -> None:
    below = FakeSurroundings()
    below.router.models_error = AuthenticationFailed("The service refuses this key.", "Copy it again.")
    async with window_over(below) as stand:
        card = (await opened(stand)).keys_page.openrouter
        card.edit.click()
        card.form.field.setText("sk-or-v1-test-0123456789")
        card.form.go.click()
        await stand.until(lambda: card.form.result.text() == "The service refuses this key. Copy it again.")
        assert below.keychain.keys == {}
