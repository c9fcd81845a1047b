from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtWidgets import QFileDialog

from kireji.core.errors import AuthenticationFailed, ConnectionFailed
from kireji.ui.settings.network_presenter import file_state, in_force
from kireji.ui.settings.presenter import SettingsPresenter
from tests.fakes.network import FakeSystemProxies
from tests.fakes.services import FakeSurroundings
from tests.ui.window.support import Stand, window_over

pytestmark = pytest.mark.qt


async def opened(stand: Stand) -> SettingsPresenter:
    stand.presenter.show_settings()
    settings = stand.presenter._settings
    assert settings is not None
    await stand.until(lambda: settings.network_page.in_force.text())
    return settings


def network(stand: Stand) -> object:
    return stand.below.settings.tables.get("network", {})


def with_network(**options: str) -> FakeSurroundings:
    below = FakeSurroundings()
    below.settings.tables = {"network": dict(options), "general": {"welcomed": True}}
    return below


async def test_the_proxy_in_force_is_shown() -> None:
    async with window_over(FakeSurroundings()) as stand:
        page = (await opened(stand)).network_page
        assert page.in_force.text() == "In force: none; the system names no proxy."
        page.proxy.choose("none")
        await stand.until(lambda: page.in_force.text() == "Every host is reached directly.")
        assert network(stand) == {"proxy": "none"}


async def test_an_address_is_kept_once_it_was_typed() -> None:
    async with window_over(FakeSurroundings()) as stand:
        page = (await opened(stand)).network_page
        page.proxy.choose("address")
        assert network(stand) == {}
        page.address.entered.emit("http://proxy.example:3128")
        await stand.until(lambda: page.in_force.text() == "In force: http://proxy.example:3128.")


async def test_what_is_no_address_is_refused_where_it_was_typed() -> None:
    async with window_over(FakeSurroundings()) as stand:
        page = (await opened(stand)).network_page
        page.proxy.choose("address")
        page.address.entered.emit("proxy")
        await stand.until(lambda: page.address.problem.text().startswith("The proxy must be"))
        assert page.proxy.value() == "address"


async def test_a_proxys_password_is_neither_shown_nor_lost() -> None:
    async with window_over(with_network(proxy="http://me:secret@proxy.example:3128")) as stand:
        page = (await opened(stand)).network_page
        assert page.address.field.text() == "http://proxy.example:3128"
        assert "secret" not in page.in_force.text()
        page.proxy.choose("address")
        assert stand.services.preferences.settings.network.proxy == "http://me:secret@proxy.example:3128"


async def test_a_file_of_certificates_is_kept_and_looked_at(tmp_path: Path) -> None:
    place = tmp_path / "own.pem"
    place.write_text("-----BEGIN CERTIFICATE-----")
    async with window_over(FakeSurroundings()) as stand:
        page = (await opened(stand)).network_page
        page.file_chosen.emit(str(place))
        await stand.until(lambda: page.file_state.text().startswith("The file can be read."))
        assert page.file.text() == str(place)
        page.remove.click()
        await stand.until(lambda: page.file.isHidden())


def test_a_file_that_is_gone_is_said(tmp_path: Path) -> None:
    assert file_state(str(tmp_path / "gone.pem"))[0].startswith("This file is not there.")


def test_a_file_without_certificates_is_said(tmp_path: Path) -> None:
    place = tmp_path / "notes.txt"
    place.write_text("nothing")
    assert file_state(str(place))[0].startswith("There are no certificates")


def test_a_folder_is_no_file_of_certificates(tmp_path: Path) -> None:
    assert file_state(str(tmp_path))[1] == "error"


async def test_the_connection_is_tested_with_the_key_of_who_answers() -> None:
    async with window_over(FakeSurroundings().with_key()) as stand:
        page = (await opened(stand)).network_page
        page.test.click()
        await stand.until(lambda: page.result.text() == "Anthropic was reached and accepts the key.")


async def test_a_refused_key_proves_the_connection() -> None:
    below = FakeSurroundings().with_key()
    below.provider.models_error = AuthenticationFailed("The service refuses this key.")
    async with window_over(below) as stand:
        page = (await opened(stand)).network_page
        page.test.click()
        await stand.until(lambda: page.result.text().startswith("Anthropic was reached, but does not take the key."))


async def test_a_failed_connection_says_why() -> None:
    below = FakeSurroundings().with_key()
    below.provider.models_error = ConnectionFailed("The certificate of the proxy is not trusted.", "Choose its file.")
    async with window_over(below) as stand:
        page = (await opened(stand)).network_page
        page.test.click()
        await stand.until(lambda: page.result.text() == "The certificate of the proxy is not trusted. Choose its file.")


async def test_without_any_key_nothing_is_sent_for_a_test() -> None:
    async with window_over(FakeSurroundings()) as stand:
        page = (await opened(stand)).network_page
        page.test.click()
        await stand.until(lambda: page.result.text().startswith("There is no key and no server to test it with."))
        assert stand.below.provider.asked == []


async def test_the_connection_is_tested_with_the_local_server_where_that_answers() -> None:
    below = FakeSurroundings()
    below.settings.tables = {"models": {"provider": "local"}, "general": {"welcomed": True}}
    async with window_over(below) as stand:
        page = (await opened(stand)).network_page
        page.test.click()
        await stand.until(lambda: page.result.text().startswith("No model server"))
        assert stand.below.provider.asked == []


async def test_a_proxy_that_is_not_followed_is_said_with_the_next_step() -> None:
    problem = "The desktop's proxy is a script, which is not followed. Enter its address here."
    async with window_over(FakeSurroundings(system_proxies=FakeSystemProxies(problem=problem))) as stand:
        page = (await opened(stand)).network_page
        assert page.in_force.text() == problem
        assert page.in_force.property("role") == "warn"


@pytest.mark.parametrize(
    ("proxy", "address", "sentence"),
    [
        ("system", "http://p.example:1", "In force: http://p.example:1, from the system."),
        ("system", "", "In force: none; the system names no proxy."),
        ("none", "", "Every host is reached directly."),
        ("http://me:secret@own.example:2", "http://own.example:2", "In force: http://own.example:2."),
    ],
)
def test_the_proxy_in_force_in_words(proxy: str, address: str, sentence: str) -> None:
    assert in_force(proxy, address) == sentence


async def test_a_file_of_certificates_is_chosen_in_a_dialog(tmp_path: Path) -> None:
    async with window_over(FakeSurroundings()) as stand:
        page = (await opened(stand)).network_page
        page.choose.click()
        dialog = page.findChild(QFileDialog)
        assert isinstance(dialog, QFileDialog)
        dialog.fileSelected.emit(str(tmp_path / "none.pem"))
        dialog.reject()
        await stand.until(lambda: page.file.text() == str(tmp_path / "none.pem"))
