"""The page "Jobs" of the settings."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QGuiApplication

from kireji.core.ports import Availability
from kireji.core.secret import SecretName
from kireji.ui.settings.jobs_page import JobsPage
from tests.fakes.services import FakeKeyStore, FakeSurroundings
from tests.ui.window.support import Stand, window_over

pytestmark = pytest.mark.qt

ADDRESS = "https://example.org/jobs"


def told(**options: object) -> FakeSurroundings:
    below = FakeSurroundings()
    below.settings.tables = {"jobs": dict(options), "general": {"welcomed": True}}
    return below


async def opened(stand: Stand) -> JobsPage:
    stand.presenter.show_settings()
    settings = stand.presenter._settings
    assert settings is not None
    settings.pane.show_widget(settings.jobs_page)
    await stand.until(lambda: settings.jobs_page.webhook.chip.text())
    return settings.jobs_page


async def test_what_holds_is_shown_and_what_is_entered_is_kept() -> None:
    async with window_over(told(rows_per_batch=250)) as stand:
        page = await opened(stand)
        assert page.batch.field.text() == "250"
        assert page.at_once.field.text() == "4"
        page.batch.entered.emit(2_000)
        page.at_once.entered.emit(8)
        await stand.until(
            lambda: stand.below.settings.tables.get("jobs") == {"rows_per_batch": 2_000, "side_by_side": 8}
        )


async def test_without_an_address_nobody_is_told_and_there_is_no_secret_to_make() -> None:
    async with window_over(told()) as stand:
        page = await opened(stand)
        assert page.webhook.chip.text() == "off"
        assert not page.make.isVisible()


async def test_what_is_no_address_is_refused_where_it_was_typed() -> None:
    async with window_over(told()) as stand:
        page = await opened(stand)
        page.address.entered.emit("example")
        await stand.until(lambda: page.address.problem.text().startswith("The address must be an address that begins"))


async def test_a_new_secret_is_shown_once_and_kept_in_the_keychain() -> None:
    async with window_over(told(webhook=ADDRESS)) as stand:
        page = await opened(stand)
        assert page.webhook.chip.text() == "no secret"
        page.make.click()
        await stand.until(page.secret.isVisible)
        kept = stand.below.keychain.keys[SecretName("webhook", ADDRESS)]
        assert page.secret.text() == kept.reveal()
        assert page.webhook.chip.text() == "ready"
        page.copy.click()
        assert QGuiApplication.clipboard().text() == kept.reveal()
        stand.window.sidebar.new_clicked.emit()
        page = await opened(stand)
        assert page.secret.text() == ""
        assert page.webhook.chip.text() == "ready"


async def test_a_secret_belongs_to_its_address() -> None:
    async with window_over(told(webhook=ADDRESS)) as stand:
        page = await opened(stand)
        page.make.click()
        await stand.until(lambda: page.webhook.chip.text() == "ready")
        page.address.entered.emit("https://other.example/jobs")
        await stand.until(lambda: page.webhook.chip.text() == "no secret")
        assert not page.secret.isVisible()


async def test_without_a_keychain_it_is_said_what_to_do() -> None:
    below = told(webhook=ADDRESS)
    below.keychain = FakeKeyStore(Availability(False, "There is no keychain.", "Start one."))
    async with window_over(below) as stand:
        page = await opened(stand)
        page.make.click()
        await stand.until(lambda: "There is no keychain." in page.secret_state.text())
        assert not page.secret.isVisible()
