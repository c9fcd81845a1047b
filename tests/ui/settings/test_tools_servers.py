"""The page "Tools": servers are added, imported, tested, switched off and removed."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QScrollArea, QWidget

from kireji.core.errors import SettingsError
from kireji.core.ports import Availability
from kireji.core.secret import Secret, SecretName
from kireji.core.tool_servers import Importable, ServerEntry, Stage, TestStep
from kireji.core.tools import SourceState
from kireji.ui.settings.tools.source_card import OFF, ON, REMOVE
from tests.fakes.services import FakeKeyStore, FakeSurroundings
from tests.fakes.tools import FakeToolSources
from tests.ui.settings.tools_support import Shown, ShownSource, git, own, page_over, with_sources

pytestmark = pytest.mark.qt

FOUND = Importable(
    "Claude Desktop",
    "/home/ada/claude_desktop_config.json",
    (
        ServerEntry("git", "uvx", ("mcp-server-git",)),
        ServerEntry("github", "npx", ("server-github",), {"GITHUB_TOKEN": "ghp_1"}),
        ServerEntry("off", "sleep", disabled=True),
        ServerEntry("odd", problem="It has neither a command nor an address. Add one of them."),
    ),
)
BROKEN = Importable("Cursor", "/home/ada/.cursor/mcp.json", problem="Line 3, column 7: a comma is missing.")
STEPS = (
    TestStep(Stage.ENTRY, True, "The entry is complete."),
    TestStep(Stage.COMMAND, False, "The program npx was not found.", "Install Node.js.", ("sh: npx: not found",)),
)


class FollowingSources(FakeToolSources):
    """Has a source for every entry in the file of servers, as the real ones do."""

    def follow(self, below: FakeSurroundings) -> None:
        self._below = below

    async def sources(self) -> tuple[ShownSource, ...]:  # type: ignore[override]
        entries = self._below.server_file.servers
        kept = {each.id: each for each in self.found}
        self.found = [kept.get(entry.source) or ShownSource(name=entry.source) for entry in entries]
        for entry, source in zip(entries, self.found, strict=True):
            source.state = SourceState.OFF if entry.disabled else SourceState.IDLE
        return tuple(self.found)  # type: ignore[arg-type]


def with_file(*entries: ServerEntry) -> FakeSurroundings:
    """Fakes in which these servers are in the file."""
    below = with_sources()
    sources = FollowingSources(*(ShownSource(name=entry.source) for entry in entries))
    sources.follow(below)
    below.tool_sources = sources
    below.server_file.servers = list(entries)
    return below


def write(shown: Shown, name: str, command: str) -> None:
    """Fill in the form, and press Enter."""
    form = shown.page.servers.form
    shown.page.servers.add.click()
    QTest.keyClicks(form.name, name)
    QTest.keyClicks(form.command, command)
    QTest.keyClick(form.command, Qt.Key.Key_Return)


async def test_a_server_is_added_by_keyboard_and_tested_at_once() -> None:
    below = with_file()
    below.probe.steps["git"] = STEPS
    async with page_over(below) as shown:
        assert shown.page.servers.empty.isVisible()
        write(shown, "git", 'uvx "mcp server" --repository /src')
        await shown.until(lambda: below.server_file.servers)
        entry = below.server_file.servers[0]
        assert (entry.name, entry.command, entry.args) == ("git", "uvx", ("mcp server", "--repository", "/src"))
        await shown.until(lambda: shown.page.servers.list.ids() == ("mcp:git",))
        await shown.until(shown.page.servers.form.isHidden)
        assert shown.page.servers.empty.isHidden()
        steps = shown.card("mcp:git").steps
        await shown.until(lambda: len(steps.words()) == 2)
        assert QApplication.focusWidget() is shown.card("mcp:git").test


async def test_the_stages_of_a_test_are_shown_one_by_one() -> None:
    below = with_file(ServerEntry("git", "npx"))
    below.probe.steps["git"] = STEPS
    below.probe.next_step.clear()
    async with page_over(below) as shown:
        card = shown.card("mcp:git")
        card.test.click()
        await shown.until(card.steps.words)
        assert card.steps.words() == ["… Entry read"]
        assert card.chip.text() == "starting…"
        below.probe.next_step.set()
        await shown.until(lambda: len(card.steps.words()) == 2 and "✗" in card.steps.words()[1])
        assert card.steps.words() == [
            "✓ Entry read The entry is complete.",
            "✗ Program or address found The program npx was not found. Install Node.js.\nWhat it wrote last:\n"
            "sh: npx: not found",
        ]


async def test_what_cannot_be_added_is_said_in_the_form() -> None:
    async with page_over(with_file(ServerEntry("git", "uvx"))) as shown:
        form = shown.page.servers.form
        shown.page.servers.add.click()
        QTest.keyClick(form.name, Qt.Key.Key_Return)
        assert form.problem.text() == "Give it a name, such as git."
        write(shown, "git", "uvx")
        assert form.problem.text() == "There is a server called git already. Choose another name."
        form.command.setText('uvx "open')
        form.go.click()
        assert form.problem.text() == "A quotation mark is missing in the command."
        assert len(shown.below.server_file.servers) == 1


async def test_the_form_and_what_is_wrong_in_it_are_brought_into_view() -> None:
    async with page_over(with_file()) as shown:
        area, form = QScrollArea(), shown.page.servers.form
        area.setWidgetResizable(True)
        area.setWidget(shown.page)
        area.resize(560, 420)
        area.show()
        shown.page.servers.add.click()
        await shown.until(lambda: _in_view(form.go, area))
        area.verticalScrollBar().setValue(0)
        write(shown, "no/name", "uvx")
        await shown.until(lambda: _in_view(form.problem, area) and _in_view(form.command, area))
        area.takeWidget()


def _in_view(widget: QWidget, area: QScrollArea) -> bool:
    place = QRect(widget.mapTo(area.viewport(), QPoint()), widget.size())
    return widget.isVisible() and area.viewport().rect().contains(place)


async def test_a_file_of_servers_that_cannot_be_understood_is_told_in_the_form() -> None:
    below = with_file()
    async with page_over(below) as shown:
        below.server_file.failure = SettingsError("mcp.json: line 3, column 7: a comma is missing.", "Correct it.")
        write(shown, "git", "uvx mcp-server-git")
        form = shown.page.servers.form
        await shown.until(form.problem.text)
        assert form.problem.text() == "mcp.json: line 3, column 7: a comma is missing. Correct it."
        assert form.go.isEnabled()
        below.server_file.failure = None


async def test_secrets_go_into_the_keychain_and_not_into_the_file() -> None:
    below = with_file()
    async with page_over(below) as shown:
        form = shown.page.servers.form
        shown.page.servers.add.click()
        form.fields.add.click()
        form.fields.add.click()
        token, plain = form.fields.rows
        QTest.keyClicks(token.name, "GITHUB_TOKEN")
        QTest.keyClicks(token.value, "ghp_secret")
        QTest.keyClicks(plain.name, "LANG")
        QTest.keyClicks(plain.value, "de")
        assert token.secret.isChecked()
        assert token.value.echoMode() is QLineEdit.EchoMode.Password
        assert not plain.secret.isChecked()
        write_into(form.name, "github")
        write_into(form.command, "npx server-github")
        form.go.click()
        await shown.until(lambda: below.server_file.servers)
        assert below.server_file.servers[0].env == {"GITHUB_TOKEN": "${keychain:github/GITHUB_TOKEN}", "LANG": "de"}
        assert below.keychain.keys == {SecretName("mcp", "github/GITHUB_TOKEN"): Secret("ghp_secret")}
        await shown.until(form.isHidden)
        assert form.fields.rows == ()


def write_into(field: QLineEdit, text: str) -> None:
    field.clear()
    QTest.keyClicks(field, text)


async def test_the_person_says_what_is_a_secret_whatever_it_is_called() -> None:
    below = with_file()
    async with page_over(below) as shown:
        form = shown.page.servers.form
        shown.page.servers.add.click()
        form.fields.add.click()
        [row] = form.fields.rows
        row.secret.click()
        QTest.keyClicks(row.name, "PLACE")
        QTest.keyClicks(row.value, "under the mat")
        write_into(form.name, "door")
        write_into(form.command, "door")
        form.go.click()
        await shown.until(lambda: below.server_file.servers)
        assert below.server_file.servers[0].env == {"PLACE": "${keychain:door/PLACE}"}


async def test_without_a_keychain_the_file_is_offered_and_not_taken_unasked() -> None:
    below = with_file()
    below.keychain = FakeKeyStore(Availability(False, "There is no keychain here.", "Install one."))
    async with page_over(below) as shown:
        form = shown.page.servers.form
        shown.page.servers.add.click()
        form.fields.add.click()
        QTest.keyClicks(form.fields.rows[0].name, "API_KEY")
        QTest.keyClicks(form.fields.rows[0].value, "k")
        write_into(form.name, "s")
        write_into(form.command, "s")
        form.go.click()
        await shown.until(form.to_file.isVisible)
        assert form.problem.text().startswith("There is no keychain here.")
        assert below.server_file.servers == []
        form.to_file.click()
        await shown.until(lambda: below.server_file.servers)
        assert below.server_file.servers[0].env == {"API_KEY": "k"}


async def test_a_snippet_from_documentation_fills_the_form() -> None:
    async with page_over(with_file()) as shown:
        form = shown.page.servers.form
        shown.page.servers.add.click()
        QGuiApplication.clipboard().setText(
            '{\n  "mcpServers": {\n    "github": {\n      "command": "npx",\n      "args": ["-y", "server github"],\n'
            '      "env": {"GITHUB_TOKEN": "x"}\n    }\n  }\n}'
        )
        form.name.paste()
        form.name.textEdited.emit(form.name.text())
        assert (form.name.text(), form.command.text()) == ("github", "npx -y 'server github'")
        [row] = form.fields.rows
        assert (row.name.text(), row.secret.isChecked()) == ("GITHUB_TOKEN", True)


async def test_an_address_is_added_with_its_headers() -> None:
    below = with_file()
    async with page_over(below) as shown:
        form = shown.page.servers.form
        shown.page.servers.add.click()
        form.way.choose("address")
        assert form.command.isHidden() or not form.command.isVisible()
        form.fields.add.click()
        QTest.keyClicks(form.fields.rows[0].name, "X-Team")
        QTest.keyClicks(form.fields.rows[0].value, "blue")
        write_into(form.name, "linear")
        write_into(form.address, "mcp.linear.example")
        QTest.keyClick(form.address, Qt.Key.Key_Return)
        assert form.problem.text().startswith("Its address begins with https://")
        write_into(form.address, "https://mcp.linear.example/mcp")
        QTest.keyClick(form.address, Qt.Key.Key_Return)
        await shown.until(lambda: below.server_file.servers)
        entry = below.server_file.servers[0]
        assert (entry.url, entry.headers, entry.command) == ("https://mcp.linear.example/mcp", {"X-Team": "blue"}, "")


async def test_escape_leaves_the_form_and_forgets_what_was_written() -> None:
    async with page_over(with_file()) as shown:
        form = shown.page.servers.form
        shown.page.servers.add.click()
        QTest.keyClicks(form.name, "git")
        QTest.keyClick(form.name, Qt.Key.Key_Escape)
        assert form.isHidden()
        shown.page.servers.add.click()
        assert form.name.text() == ""


async def test_servers_of_other_programs_are_chosen_and_imported() -> None:
    below = with_file(ServerEntry("git", "uvx"))
    below.other_hosts.found = [FOUND, BROKEN]
    async with page_over(below) as shown:
        importing = shown.page.servers.importing
        shown.page.servers.bring.click()
        await shown.until(lambda: len(importing.files()) == 2)
        rows = importing.files()[0].rows
        assert {name: (row.isEnabled(), row.is_on()) for name, row in rows.items()} == {
            "git": (False, False),
            "github": (True, True),
            "off": (True, False),
            "odd": (False, False),
        }
        assert importing.go.text() == "Import 1 server"
        rows["off"].switch.click()
        assert importing.go.text() == "Import 2 servers"
        importing.go.click()
        await shown.until(importing.isHidden)
        assert [entry.name for entry in below.server_file.servers] == ["git", "github", "off"]
        assert shown.page.servers.result.text() == "github, off are added; nothing was started."
        assert below.keychain.keys == {SecretName("mcp", "github/GITHUB_TOKEN"): Secret("ghp_1")}


async def test_where_no_other_program_has_servers_a_file_can_be_chosen() -> None:
    below = with_file()
    async with page_over(below) as shown:
        importing = shown.page.servers.importing
        shown.page.servers.bring.click()
        await shown.until(lambda: importing.sentence.text().startswith("No other program"))
        below.other_hosts.found = [FOUND]
        importing.file.click()
        assert importing.dialog is not None
        importing.dialog.fileSelected.emit(FOUND.path)
        importing.dialog.reject()
        await shown.until(importing.files)
        importing.go.click()
        await shown.until(lambda: [entry.name for entry in below.server_file.servers] == ["git", "github"])


async def test_a_file_that_is_no_import_says_why() -> None:
    async with page_over(with_file()) as shown:
        importing = shown.page.servers.importing
        shown.page.servers.bring.click()
        await shown.until(lambda: importing.sentence.text().startswith("No other program"))
        importing.file_chosen.emit("/nowhere.json")
        await shown.until(importing.files)
        assert not importing.go.isEnabled()
        said = [each.text() for each in importing.files()[0].findChildren(QLabel)]
        assert "There is no such file." in said


async def test_removing_a_server_asks_once_and_takes_its_secrets_along() -> None:
    below = with_file(ServerEntry("github", "npx", env={"GITHUB_TOKEN": "${keychain:github/GITHUB_TOKEN}"}))
    below.keychain.keys[SecretName("mcp", "github/GITHUB_TOKEN")] = Secret("x")
    async with page_over(below) as shown:
        card = shown.card("mcp:github")
        card.more.click()
        assert card.menu is not None
        next(each for each in card.menu.actions() if each.data() == REMOVE).trigger()
        assert card.removal.isVisible()
        assert len(below.server_file.servers) == 1
        card.removal.keep.click()
        assert card.removal.isHidden()
        card.removal.ask()
        card.removal.yes.click()
        await shown.until(lambda: shown.page.servers.list.ids() == ())
        assert below.server_file.servers == []
        assert below.keychain.keys == {}
        assert shown.page.servers.result.text() == "github is removed."


async def test_a_server_is_switched_off_in_its_own_file() -> None:
    below = with_file(ServerEntry("git", "uvx"))
    async with page_over(below) as shown:
        card = shown.card("mcp:git")
        card.more.click()
        assert card.menu is not None
        next(each for each in card.menu.actions() if each.data() == OFF).trigger()
        await shown.until(lambda: card.chip.text() == "switched off")
        assert below.server_file.servers[0].disabled
        assert not card.test.isEnabled()
        card.more.click()
        next(each for each in card.menu.actions() if each.data() == ON).trigger()
        await shown.until(lambda: card.chip.text() == "not started")


async def test_leaving_the_settings_forgets_a_secret_that_was_written() -> None:
    async with page_over(with_sources(own(), git())) as shown:
        form = shown.page.servers.form
        shown.page.servers.add.click()
        form.fields.add.click()
        QTest.keyClicks(form.fields.rows[0].value, "ghp_secret")
        shown.presenter.leave()
        assert form.isHidden()
        assert form.fields.rows == ()
