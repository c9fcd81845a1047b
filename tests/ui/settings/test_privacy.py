"""The page "Privacy": what is hidden, what is kept, and what is true of both."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from kireji.core.errors import StoreFull
from kireji.core.ledger import Fault, Finding
from kireji.core.secrets.kinds import Kind
from tests.ui.settings.privacy_support import page_over, surroundings

pytestmark = pytest.mark.qt


async def test_what_holds_is_shown() -> None:
    async with page_over(surroundings(openrouter="ask", off=["phone"], words=["Ada"], keep_days=7)) as shown:
        page = shown.page
        values = {name: row.value() for name, row in page.hiding.policies.items()}
        assert values == {"anthropic": "always", "openrouter": "ask", "local": "never"}
        assert [kind for kind, row in page.hiding.kinds.items() if not row.is_on()] == [Kind.PHONE]
        assert [row.field.text() for row in page.words.words.rows] == ["Ada"]
        assert page.kept.days.field.text() == "7"


async def test_every_kind_but_the_own_words_has_a_switch_of_its_own() -> None:
    async with page_over(surroundings()) as shown:
        assert {*shown.page.hiding.kinds, Kind.OWN} == set(Kind)


async def test_a_policy_is_kept_for_its_provider_alone() -> None:
    async with page_over(surroundings()) as shown:
        shown.page.hiding.policies["openrouter"].choose("ask")
        await shown.until(lambda: shown.written == {"openrouter": "ask"})


async def test_a_kind_is_switched_off_and_on_again() -> None:
    async with page_over(surroundings(off=["phone"])) as shown:
        shown.page.hiding.kinds[Kind.MAIL].switch.click()
        await shown.until(lambda: shown.written == {"off": ["phone", "mail"]})
        shown.page.hiding.kinds[Kind.PHONE].switch.click()
        await shown.until(lambda: shown.written == {"off": ["mail"]})


@pytest.mark.parametrize(
    ("privacy", "chip"),
    [
        ({}, "on"),
        ({"anthropic": "never"}, "off for Anthropic"),
        ({"anthropic": "never", "openrouter": "never"}, "off"),
        ({"off": [kind.value for kind in Kind]}, "looks for nothing"),
        ({"off": [kind.value for kind in Kind if kind is not Kind.OWN]}, "looks for nothing"),
        ({"off": [kind.value for kind in Kind if kind is not Kind.OWN], "words": ["Ada"]}, "on"),
    ],
)
async def test_a_chip_says_whether_anything_is_hidden(privacy: dict[str, object], chip: str) -> None:
    async with page_over(surroundings(**privacy)) as shown:
        assert shown.page.hiding.chip.text() == chip


async def test_what_would_be_hidden_can_be_tried() -> None:
    async with page_over(surroundings(words=["Nightingale"])) as shown:
        trial = shown.page.hiding.trial
        trial.field.setPlainText("Nightingale: write to ada@example.org, card 4111 1111 1111 1111")
        await shown.until(trial.result.toPlainText)
        assert trial.result.toPlainText() == "[NAME_1]: write to [MAIL_1], card [CARD_1]"
        assert trial.sentence.text() == "Hidden from the service: own word (1), card (1), mail address (1)."


async def test_a_text_without_secrets_says_so() -> None:
    async with page_over(surroundings()) as shown:
        trial = shown.page.hiding.trial
        trial.field.setPlainText("Nothing to see here.")
        await shown.until(lambda: trial.sentence.text() == "Nothing in it would be hidden.")


async def test_what_is_tried_follows_the_settings() -> None:
    async with page_over(surroundings()) as shown:
        trial = shown.page.hiding.trial
        trial.field.setPlainText("ada@example.org")
        await shown.until(lambda: trial.result.toPlainText() == "[MAIL_1]")
        shown.page.hiding.kinds[Kind.MAIL].switch.click()
        await shown.until(lambda: trial.result.toPlainText() == "ada@example.org")


async def test_what_was_tried_is_forgotten_when_the_page_goes_away() -> None:
    async with page_over(surroundings()) as shown:
        trial = shown.page.hiding.trial
        trial.field.setPlainText("ada@example.org")
        await shown.until(trial.result.toPlainText)
        shown.presenter.leave()
        assert (trial.text(), trial.result.toPlainText(), trial.sentence.text()) == ("", "", "")


async def test_changes_from_outside_appear() -> None:
    async with page_over(surroundings()) as shown:
        shown.below.settings.tables["privacy"] = {"anthropic": "ask", "words": ["Ada", "Byron"]}
        await shown.preferences.refresh()
        assert shown.page.hiding.policies["anthropic"].value() == "ask"
        assert [row.field.text() for row in shown.page.words.words.rows] == ["Ada", "Byron"]


async def test_how_much_is_kept_is_told_and_can_be_deleted() -> None:
    below = surroundings(keep_contents=True)
    await below.sent.keep(b"x" * 2048)
    async with page_over(below) as shown:
        kept = shown.page.kept
        assert kept.amount.text() == "2 KiB in 1 file is kept now."
        kept.delete.click()
        assert kept.question.isVisible()
        assert shown.page.focusWidget() is kept.question.no
        kept.question.yes.click()
        await shown.until(lambda: kept.amount.text() == "No contents are kept now.")
        assert below.sent.kept_bytes == {}
        assert not kept.delete.isEnabled()


async def test_nothing_is_deleted_that_shall_be_kept() -> None:
    below = surroundings(keep_contents=True)
    await below.sent.keep(b"x")
    async with page_over(below) as shown:
        shown.page.kept.delete.click()
        shown.page.kept.question.no.click()
        assert below.sent.kept_bytes
        assert shown.page.kept.question.isHidden()


async def test_contents_that_cannot_be_deleted_are_said_to_be_there() -> None:
    below = surroundings(keep_contents=True)
    await below.sent.keep(b"x")
    async with page_over(below) as shown:
        below.sent.failure = StoreFull("The file is in use.", "Close the other program.")
        shown.page.kept.delete_confirmed.emit()
        await shown.until(lambda: shown.page.kept.amount.text() == "The file is in use. Close the other program.")


async def test_keeping_contents_is_switched_with_its_days() -> None:
    async with page_over(surroundings()) as shown:
        kept = shown.page.kept
        assert not kept.days.isEnabled()
        kept.contents.switch.click()
        await shown.until(kept.days.isEnabled)
        kept.days.field.selectAll()
        QTest.keyClicks(kept.days.field, "14")
        QTest.keyClick(kept.days.field, Qt.Key.Key_Return)
        await shown.until(lambda: shown.written == {"keep_contents": True, "keep_days": 14})


async def test_a_ledger_that_is_whole_is_said_to_be() -> None:
    async with page_over(surroundings()) as shown:
        shown.page.kept.check.click()
        await shown.until(lambda: shown.page.kept.result.text().startswith("The ledger is whole"))
        assert shown.page.kept.result.property("role") == "ok"


async def test_what_is_wrong_with_a_ledger_is_told_row_by_row() -> None:
    below = surroundings()
    below.ledger.findings = tuple(Finding(Fault.CHANGED, row, row) for row in range(1, 10))
    async with page_over(below) as shown:
        shown.page.kept.check.click()
        await shown.until(lambda: "Row 1" in shown.page.kept.result.text())
        lines = shown.page.kept.result.text().splitlines()
        assert lines[0] == "The ledger is not what was written."
        assert lines[-1] == "3 more places are wrong."
        assert shown.page.kept.result.property("role") == "error"
