from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit
from pytestqt.qtbot import QtBot

from kireji.core.capturing import Action
from kireji.core.errors import AuthenticationFailed, ConnectionFailed
from kireji.core.ports import Availability
from kireji.core.secret import Secret, SecretName
from kireji.core.settings import Theme as ThemeChoice
from kireji.ui.parts import button
from kireji.ui.settings.cards import Card, ProviderCard
from kireji.ui.settings.chord_recorder import chord_of
from kireji.ui.settings.presenter import SettingsPresenter
from kireji.ui.tokens import DARK
from tests.fakes.services import FakeKeyStore, FakeSurroundings
from tests.ui.window.support import CHORD, Stand, window_over

pytestmark = pytest.mark.qt

KEY = "sk-ant-canary-0123456789"
OWN = SecretName("anthropic", "https://api.anthropic.com")


async def opened(stand: Stand) -> SettingsPresenter:
    stand.presenter.show_settings()
    settings = stand.presenter._settings
    assert settings is not None
    await stand.until(lambda: settings.keys_page.anthropic.chip.text() not in ("", "testing…"))
    return settings


def paste(card: ProviderCard, text: str = KEY) -> None:
    card.edit.click()
    card.form.field.setText(text)
    QTest.keyClick(card.form.field, Qt.Key.Key_Return)


async def test_without_a_key_the_row_says_so() -> None:
    async with window_over(FakeSurroundings()) as stand:
        card = (await opened(stand)).keys_page.anthropic
        assert (card.chip.text(), card.edit.text()) == ("no key", "Add key…")
        assert card.remove.isHidden()


async def test_a_stored_key_is_tested_when_the_page_opens() -> None:
    async with window_over(FakeSurroundings().with_key()) as stand:
        card = (await opened(stand)).keys_page.anthropic
        await stand.until(lambda: card.chip.text() == "works · tested just now")
        assert [sent.purpose for sent in stand.below.ledger.rows if sent.provider == "anthropic"] == ["key test"]


async def test_a_refused_stored_key_is_shown_as_refused() -> None:
    below = FakeSurroundings().with_key()
    below.provider.models_error = AuthenticationFailed("The service refuses this key.", "Replace it.")
    async with window_over(below) as stand:
        card = (await opened(stand)).keys_page.anthropic
        await stand.until(lambda: card.chip.text() == "refused · tested just now")


async def test_a_key_from_the_environment_cannot_be_removed_here() -> None:
    async with window_over(FakeSurroundings(environ={"ANTHROPIC_API_KEY": KEY})) as stand:
        card = (await opened(stand)).keys_page.anthropic
        await stand.until(lambda: card.chip.text() == "works · from the environment · tested just now")
        assert card.remove.isHidden()


async def test_an_accepted_key_is_kept() -> None:
    async with window_over(FakeSurroundings()) as stand:
        card = (await opened(stand)).keys_page.anthropic
        paste(card)
        await stand.until(lambda: card.chip.text() == "works · tested just now")
        assert stand.below.keychain.keys == {OWN: Secret(KEY)}
        assert card.form.field.text() == ""


async def test_a_refused_key_is_not_kept() -> None:
    below = FakeSurroundings()
    below.provider.models_error = AuthenticationFailed("The service refuses this key.", "Copy it again.")
    async with window_over(below) as stand:
        card = (await opened(stand)).keys_page.anthropic
        paste(card)
        await stand.until(lambda: card.form.result.text() == "The service refuses this key. Copy it again.")
        assert below.keychain.keys == {}


async def test_an_untested_key_is_kept_only_when_the_person_says_so() -> None:
    below = FakeSurroundings()
    below.provider.models_error = ConnectionFailed("The service was not reached.", "Check the network.")
    async with window_over(below) as stand:
        card = (await opened(stand)).keys_page.anthropic
        paste(card)
        await stand.until(lambda: not card.form.anyway.isHidden())
        assert below.keychain.keys == {}
        card.form.anyway.click()
        await stand.until(lambda: below.keychain.keys)
        await stand.until(lambda: card.chip.text().startswith("not reached"))


async def test_text_that_cannot_be_a_key_is_sent_nowhere() -> None:
    async with window_over(FakeSurroundings()) as stand:
        card = (await opened(stand)).keys_page.anthropic
        paste(card, "my secret pass phrase")
        await stand.until(lambda: card.form.result.text().startswith("That is not a key."))
        assert stand.below.provider.asked == []


async def test_without_a_keychain_the_key_serves_this_session() -> None:
    none = Availability(False, "There is no keychain here.", "Install one.")
    async with window_over(FakeSurroundings(keychain=FakeKeyStore(none))) as stand:
        settings = await opened(stand)
        card = settings.keys_page.anthropic
        assert "this session only" in settings.keys_page.place.text()
        paste(card)
        await stand.until(lambda: not card.form.session.isHidden())
        card.form.session.click()
        await stand.until(lambda: stand.below.session.keys)
        await stand.until(lambda: card.chip.text() == "works · for this session · tested just now")


async def test_removing_asks_once() -> None:
    async with window_over(FakeSurroundings().with_key()) as stand:
        card = (await opened(stand)).keys_page.anthropic
        await stand.until(lambda: card.chip.text().startswith("works"))
        card.remove.click()
        assert stand.below.keychain.keys
        card.removal.yes.click()
        await stand.until(lambda: card.chip.text() == "no key")
        assert stand.below.keychain.keys == {}


async def test_the_key_field_is_hidden_and_forgets() -> None:
    async with window_over(FakeSurroundings()) as stand:
        card = (await opened(stand)).keys_page.anthropic
        card.edit.click()
        card.form.field.setText(KEY)
        assert card.form.field.echoMode() is QLineEdit.EchoMode.Password
        card.form.cancel.click()
        assert card.form.field.text() == ""


async def test_choices_are_written_to_the_settings() -> None:
    async with window_over(FakeSurroundings()) as stand:
        answers = (await opened(stand)).keys_page.answers
        answers.provider.choose("anthropic")
        answers.effort.choose("high")
        answers.longest.entered.emit(4096)
        await stand.until(
            lambda: (
                stand.below.settings.tables.get("models")
                == {"provider": "anthropic", "effort": "high", "max_tokens": 4096}
            )
        )


async def test_the_look_changes_at_once() -> None:
    async with window_over(FakeSurroundings()) as stand:
        settings = await opened(stand)
        settings.appearance_page.theme.choose(ThemeChoice.DARK)
        settings.appearance_page.text_size.choose(1.5)
        await stand.until(lambda: stand.theme.scale == 1.5)
        assert stand.theme.colours is DARK


async def test_what_the_settings_file_got_wrong_is_said() -> None:
    below = FakeSurroundings()
    below.settings.tables = {"general": {"welcomed": True}, "models": {"effort": "huge"}}
    async with window_over(below) as stand:
        settings = await opened(stand)
        assert "models.effort must be one of" in settings.pane._problems.text()


async def test_a_held_shortcut_can_be_tried() -> None:
    async with window_over(FakeSurroundings()) as stand:
        page = (await opened(stand)).shortcuts_page.rows[Action.CAPTURE]
        assert page.chip.text() == "ready"
        page.try_it.click()
        assert stand.window.testing_shortcut
        stand.hotkeys.press(CHORD)
        assert page.sentence.text() == "It works. The keys arrived."
        assert not stand.window.testing_shortcut


async def test_another_chord_is_recorded_held_and_kept() -> None:
    async with window_over(FakeSurroundings()) as stand:
        page = (await opened(stand)).shortcuts_page.rows[Action.CAPTURE]
        page.recorder.click()
        QTest.keyClick(
            page.recorder, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier
        )
        assert (stand.shortcut.state().chord, page.chip.text()) == ("Ctrl+Alt+K", "ready")
        await stand.until(lambda: stand.below.settings.tables.get("shortcuts") == {"capture": "Ctrl+Alt+K"})


async def test_a_key_without_modifier_is_not_taken_and_the_page_says_why() -> None:
    async with window_over(FakeSurroundings()) as stand:
        page = (await opened(stand)).shortcuts_page.rows[Action.CAPTURE]
        page.recorder.click()
        QTest.keyClick(page.recorder, Qt.Key.Key_B, Qt.KeyboardModifier.ShiftModifier)
        assert page.recorder.listens
        assert "together with Ctrl, Alt or Super" in page.sentence.text()


async def test_the_page_that_is_clicked_has_the_focus() -> None:
    async with window_over(FakeSurroundings()) as stand:
        pane = (await opened(stand)).pane
        first, second = pane._group.buttons()[:2]
        first.setFocus()
        second.click()
        assert pane.window().focusWidget() is second


async def test_a_taken_chord_is_refused_and_the_old_one_stays() -> None:
    async with window_over(FakeSurroundings()) as stand:
        page = (await opened(stand)).shortcuts_page.rows[Action.CAPTURE]
        chord = chord_of(Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
        assert chord is not None
        stand.hotkeys.taken.add(chord)
        page.recorder.recorded.emit("Ctrl+K")
        assert page.sentence.text() == "Ctrl+K is already used by another program. Choose another shortcut."
        assert stand.shortcut.state().chord == CHORD


async def test_a_shortcut_that_is_taken_from_the_start_is_said() -> None:
    async with window_over(FakeSurroundings(), taken=True) as stand:
        page = (await opened(stand)).shortcuts_page.rows[Action.CAPTURE]
        assert page.chip.text() == "taken by another program"
        assert page.try_it.isHidden()


@pytest.mark.parametrize(
    ("key", "modifiers", "expected"),
    [
        (Qt.Key.Key_Space, Qt.KeyboardModifier.ControlModifier, "Ctrl+Space"),
        (Qt.Key.Key_PageUp, Qt.KeyboardModifier.AltModifier, "Alt+PageUp"),
        (Qt.Key.Key_F5, Qt.KeyboardModifier.NoModifier, "F5"),
        (Qt.Key.Key_Plus, Qt.KeyboardModifier.ControlModifier, "Ctrl++"),
        (Qt.Key.Key_Backtab, Qt.KeyboardModifier.MetaModifier | Qt.KeyboardModifier.ShiftModifier, "Shift+Super+Tab"),
        (Qt.Key.Key_Print, Qt.KeyboardModifier.NoModifier, "Print"),
    ],
)
def test_keys_become_chords(key: Qt.Key, modifiers: Qt.KeyboardModifier, expected: str) -> None:
    assert str(chord_of(key, modifiers)) == expected


@pytest.mark.parametrize("key", [Qt.Key.Key_A, Qt.Key.Key_Shift, Qt.Key.Key_Control])
def test_keys_that_people_type_with_are_no_chord(key: Qt.Key) -> None:
    assert chord_of(key, Qt.KeyboardModifier.ShiftModifier) is None


def test_a_chip_is_not_cut_while_a_button_can_go_below_it(qtbot: QtBot) -> None:
    card = Card("Local server", button("Look again"))
    qtbot.addWidget(card)
    card.set_chip("found Ollama on port 11434 · 3 models, 2 see pictures", "ok")
    wide = card.chip.sizeHint().width()
    card.resize(wide + 60, 200)
    card.show()
    QApplication.sendPostedEvents()
    assert card.chip.width() >= wide


async def test_what_somebody_else_wrote_into_the_file_appears() -> None:
    async with window_over(FakeSurroundings()) as stand:
        settings = await opened(stand)
        stand.below.settings.tables["appearance"] = {"theme": "dark"}
        stand.below.settings.tables["models"] = {"effort": "huge"}
        await stand.services.preferences.refresh()
        assert settings.appearance_page.theme.value() is ThemeChoice.DARK
        assert stand.theme.colours is DARK
        assert "models.effort must be one of" in settings.pane._problems.text()


async def test_receipts_of_everything_open_from_the_page_of_privacy() -> None:
    async with window_over(FakeSurroundings()) as stand:
        settings = await opened(stand)
        settings.pane.show_widget(settings.privacy_page)
        settings.privacy_page.kept.receipts.click()
        dialog = stand.presenter.receipts.dialog
        assert dialog is not None
        assert dialog.everything.isChecked()
