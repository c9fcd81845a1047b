from __future__ import annotations

import asyncio

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from kireji.core.errors import AuthenticationFailed, SettingsError
from kireji.core.ports import Availability
from kireji.ui.welcome import WelcomePage
from tests.fakes.network import local_model, ollama
from tests.fakes.services import FakeKeyStore, FakeSurroundings
from tests.ui.window.support import CHORD, Stand, window_over

pytestmark = pytest.mark.qt

FROM_ENVIRONMENT = "There is a key for Anthropic in the environment (ANTHROPIC_API_KEY)."


def page_of(stand: Stand) -> WelcomePage:
    presenter = stand.presenter._welcome
    assert presenter is not None
    return presenter.page


async def test_the_first_start_shows_one_page_and_nothing_else() -> None:
    async with window_over(FakeSurroundings(), welcomed=False) as stand:
        assert stand.window.page() == "welcome"
        assert not stand.window.sidebar.isVisible()


async def test_going_on_without_a_key_is_remembered() -> None:
    async with window_over(FakeSurroundings(), welcomed=False) as stand:
        assert page_of(stand)._finish.text() == "Go on without a key"
        page_of(stand)._finish.click()
        await stand.until(lambda: stand.below.settings.tables == {"general": {"welcomed": True}})
        assert stand.window.page() == "chat"


async def test_a_working_key_is_kept_and_said() -> None:
    async with window_over(FakeSurroundings(), welcomed=False) as stand:
        page = page_of(stand)
        page.form.field.setText("sk-ant-canary-0123456789")
        page.form.go.click()
        await stand.until(lambda: page._finish.text() == "Done")
        assert (
            page._found_words.text() == "Anthropic: The service accepts this key. It is kept in your system keychain."
        )
        assert len(stand.below.keychain.keys) == 1


async def test_a_refused_key_is_said_and_can_be_corrected() -> None:
    below = FakeSurroundings()
    below.provider.models_error = AuthenticationFailed("The service refuses this key.", "Copy it again.")
    async with window_over(below, welcomed=False) as stand:
        page = page_of(stand)
        page.form.field.setText("sk-ant-canary-0123456789")
        page.form.go.click()
        await stand.until(lambda: page.form.result.text() == "The service refuses this key. Copy it again.")
        assert not page.form.isHidden()
        assert page._finish.text() == "Go on without a key"


async def test_a_key_in_the_environment_is_found() -> None:
    below = FakeSurroundings(environ={"ANTHROPIC_API_KEY": "sk-ant-canary-0123456789"})
    async with window_over(below, welcomed=False) as stand:
        await stand.until(lambda: page_of(stand)._found_words.text() == FROM_ENVIRONMENT)


async def test_a_missing_keychain_is_said() -> None:
    none = Availability(False, "There is no keychain here.", "Install one.")
    async with window_over(FakeSurroundings(keychain=FakeKeyStore(none)), welcomed=False) as stand:
        await stand.until(lambda: page_of(stand)._without.text().startswith("There is no keychain here."))


async def test_trying_the_shortcut_is_answered_here() -> None:
    async with window_over(FakeSurroundings(), welcomed=False) as stand:
        assert stand.window.testing_shortcut
        stand.hotkeys.press(CHORD)
        assert page_of(stand)._shortcut.text() == "It works."
        page_of(stand)._finish.click()
        assert not stand.window.testing_shortcut


async def test_a_taken_shortcut_leads_to_choosing_another() -> None:
    async with window_over(FakeSurroundings(), welcomed=False, taken=True) as stand:
        page_of(stand)._choose.click()
        assert stand.window.page() == "settings"
        settings = stand.presenter._settings
        assert settings is not None
        assert settings.pane.page() is settings.shortcuts_page


async def test_who_broke_the_settings_file_is_no_newcomer() -> None:
    below = FakeSurroundings()
    below.settings.failure = SettingsError("settings.toml cannot be read.", "Correct it.")
    async with window_over(below, welcomed=False) as stand:
        assert stand.window.page() == "chat"


async def test_a_key_goes_to_the_provider_that_its_beginning_names() -> None:
    async with window_over(FakeSurroundings(), welcomed=False) as stand:
        page = page_of(stand)
        page.form.field.setText("sk-or-v1-canary-0123456789")
        page.form.go.click()
        await stand.until(lambda: page._finish.text() == "Done")
        assert [name.provider for name in stand.below.keychain.keys] == ["openrouter"]


async def test_a_key_of_nobody_is_sent_nowhere() -> None:
    async with window_over(FakeSurroundings(), welcomed=False) as stand:
        page = page_of(stand)
        page.form.field.setText("sk-proj-canary-0123456789")
        page.form.go.click()
        assert page.form.result.text().startswith("That is neither an Anthropic key")
        assert (stand.below.provider.asked, stand.below.router.asked) == ([], [])


async def test_a_local_server_is_offered_and_used() -> None:
    below = FakeSurroundings()
    below.finder.servers.append(ollama(local_model("llama3.2"), local_model("qwen2.5vl", sees=True)))
    async with window_over(below, welcomed=False) as stand:
        page = page_of(stand)
        await stand.until(lambda: not page._local_row.isHidden())
        assert page._local_words.text() == ("Ollama is running here with qwen2.5vl. Nothing would leave this computer.")
        page.local.click()
        await stand.until(lambda: page._finish.text() == "Done")
        assert below.settings.tables["models"] == {"local": "qwen2.5vl", "provider": "local"}


async def test_the_page_does_not_wait_for_local_servers() -> None:
    below = FakeSurroundings()
    below.finder.hold = asyncio.Event()
    async with window_over(below, welcomed=False) as stand:
        await stand.until(lambda: below.finder.looks)
        page = page_of(stand)
        assert page.isVisible()
        assert page._local_row.isHidden()
        page._finish.click()
        assert stand.window.page() == "chat"


async def test_signing_in_is_enough() -> None:
    below = FakeSurroundings()
    below.listener.callback.fields = {"code": "good"}
    async with window_over(below, welcomed=False) as stand:
        presenter = stand.presenter._welcome
        assert presenter is not None
        presenter.signing_in.open_address = lambda _address: True
        presenter.page.sign_in.click()
        await stand.until(lambda: presenter.page._found_words.text() == "You are signed in with OpenRouter.")


async def test_a_keychain_that_does_not_open_is_not_claimed_to_keep_keys() -> None:
    locked = Availability(False, "The keychain does not answer.", "Unlock it.")
    async with window_over(FakeSurroundings(keychain=FakeKeyStore(locked)), welcomed=False) as stand:
        page = page_of(stand)
        await stand.until(lambda: page._without.text().startswith("The keychain does not answer."))
        assert "keychain" not in page._how.text()


async def test_a_cancelled_sign_in_leaves_the_keyboard_at_its_button_and_old_failures_gone() -> None:
    async with window_over(FakeSurroundings(), welcomed=False) as stand:
        page = page_of(stand)
        page.form.field.setText("not a key")
        page.form.go.click()
        await stand.until(lambda: page.form.result.text())
        page.sign_in.click()
        assert page.form.result.isHidden()
        page.panel.cancel.click()
        assert stand.window.focusWidget() is page.sign_in


async def test_enter_presses_the_button_that_has_the_focus() -> None:
    async with window_over(FakeSurroundings(), welcomed=False) as stand:
        finish = page_of(stand)._finish
        finish.setFocus()
        QTest.keyClick(finish, Qt.Key.Key_Return)
        await stand.until(lambda: stand.window.page() == "chat")
