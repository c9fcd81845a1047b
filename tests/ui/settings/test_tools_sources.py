"""The page "Tools": sources with their state, their tools, and what may be done without asking."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest

from kireji.core.errors import ToolSourceError
from kireji.core.permissions import Grant, Pattern
from kireji.core.tools import SourceState
from kireji.ui.settings.tools.source_card import COPY, OFF, ON
from kireji.ui.settings.tools.tool_rows import ToolRow
from tests.fakes.services import FakeSurroundings
from tests.fakes.tools import FakeToolSources, make_tool
from tests.ui.settings.tools_support import ShownSource, broken, git, own, page_over, weather, with_sources
from tests.ui.window.support import window_over

pytestmark = pytest.mark.qt


def grant(number: int, source: str, tool: str, *, allows: bool, fingerprint: str = "f1") -> Grant:
    now = FakeSurroundings().clock.now()
    return Grant(number, tool, source, fingerprint, allows, Pattern(), None, None, now - timedelta(days=1))


async def test_each_source_says_how_it_stands_and_how_many_tools_it_has() -> None:
    idle = git()
    idle.state, idle.cold = SourceState.IDLE, True
    async with page_over(with_sources(own(), weather(), broken(), idle)) as shown:
        words = [shown.card(each.id).chip.text() for each in shown.below.tool_sources.found]
        assert words == ["ready", "ready", "failed", "not started"]
        folds = [shown.card(each.id).fold.line.text() for each in (own(), weather(), idle)]
        assert folds == ["3 tools", "1 tool", "Tools"]


async def test_a_source_that_failed_says_file_line_reason_and_path() -> None:
    async with page_over(with_sources(broken())) as shown:
        card = shown.card("plugin:broken")
        said = card.sentence.text().replace("\u200b", "")
        assert said == "/plugins/broken.py:12: the type complex cannot be used. Use str."
        assert card.origin.text().replace("\u200b", "") == "/plugins/broken.py"
        assert card.fold.isHidden()


async def test_opening_the_page_and_its_cards_starts_nothing() -> None:
    cold = git()
    cold.state, cold.cold = SourceState.IDLE, True
    async with page_over(with_sources(own(), cold)) as shown:
        card = await shown.opened("mcp:git")
        assert card.body is not None
        assert card.body.sentence.text().startswith("Its tools are not known yet")
        assert cold.described == 0
        assert shown.below.probe.reloads == 0


async def test_an_open_card_shows_each_tool_with_what_it_may_do() -> None:
    below = with_sources(own(), git())
    below.permissions.kept[1] = grant(1, "mcp:git", "log", allows=True)
    below.permissions.kept[2] = grant(2, "mcp:git", "commit", allows=False)
    async with page_over(below) as shown:
        await shown.opened("built-in")
        await shown.opened("mcp:git")
        words = {
            row.tool.own_name: row.permission.text().removesuffix(" ▾")
            for card in ("built-in", "mcp:git")
            for row in shown.card(card).findChildren(ToolRow)
            if not row.permission.isHidden()
        }
        assert words == {"calculate": "allowed", "read_file": "ask", "log": "allowed", "commit": "denied"}


async def test_a_tool_is_switched_off_and_on() -> None:
    async with page_over(with_sources(own(), weather())) as shown:
        await shown.opened("plugin:weather")
        row = shown.row("plugin:weather", "weather__forecast")
        assert row.switch.isChecked()
        row.switch.click()
        await shown.until(lambda: shown.below.settings.tables.get("tools") == {"off": ["weather__forecast"]})
        await shown.until(lambda: row.permission.isHidden())
        row.switch.click()
        await shown.until(lambda: shown.below.settings.tables.get("tools") == {"off": []})


async def test_a_tool_is_denied_and_the_denial_taken_back() -> None:
    async with page_over(with_sources(weather())) as shown:
        await shown.opened("plugin:weather")
        row = shown.row("plugin:weather", "weather__forecast")
        row.permission.click()
        assert row.menu is not None
        row.menu.actions()[0].trigger()
        await shown.until(lambda: row.permission.text() == "denied ▾")
        row.permission.click()
        assert [action.text() for action in row.menu.actions()] == ["Deny it from now on", "Take the denial back"]
        assert [action.isEnabled() for action in row.menu.actions()] == [False, True]
        row.menu.actions()[1].trigger()
        await shown.until(lambda: row.permission.text() == "ask ▾")
        assert shown.below.permissions.kept == {}


async def test_trust_is_given_to_a_source_as_it_is_now() -> None:
    plugin = weather()
    async with page_over(with_sources(plugin)) as shown:
        body = (await shown.opened("plugin:weather")).body
        assert body is not None
        assert "ends when its file changes" in body.trust.switch.accessibleDescription()
        body.trust.switch.click()
        await shown.until(lambda: shown.below.permissions._trusted == {"plugin:weather": "f1"})
        plugin.fingerprint = "f2"
        shown.below.tool_sources.changed.publish("plugin:weather")
        await shown.until(lambda: not body.trust.is_on())


async def test_the_programs_own_tools_need_no_trust() -> None:
    async with page_over(with_sources(own())) as shown:
        card = await shown.opened("built-in")
        assert card.body is not None
        assert card.body.trust.parent() is None
        assert not card.test.isVisible()


async def test_a_plugin_is_read_anew_and_says_why_when_that_fails() -> None:
    plugin = weather()
    async with page_over(with_sources(plugin)) as shown:
        card = shown.card("plugin:weather")
        plugin.failure = ToolSourceError("weather.py:3: a name is missing.", "Give it one.")
        plugin.state, plugin.detail = SourceState.FAILED, "weather.py:3: a name is missing. Give it one."
        card.test.click()
        await shown.until(lambda: card.chip.text() == "failed")
        assert card.sentence.text().startswith("weather.py:3")
        plugin.failure, plugin.state, plugin.detail = None, SourceState.READY, ""
        card.test.click()
        await shown.until(lambda: card.chip.text() == "ready")
        assert plugin.described == 2


async def test_a_source_is_switched_off_and_on_in_its_menu() -> None:
    async with page_over(with_sources(weather())) as shown:
        card = shown.card("plugin:weather")
        card.more.click()
        assert card.menu is not None
        next(each for each in card.menu.actions() if each.data() == OFF).trigger()
        await shown.until(lambda: card.chip.text() == "switched off")
        card.more.click()
        next(each for each in card.menu.actions() if each.data() == ON).trigger()
        await shown.until(lambda: card.chip.text().startswith("ready"))


async def test_what_is_known_of_a_source_is_copied() -> None:
    async with page_over(with_sources(broken())) as shown:
        card = shown.card("plugin:broken")
        card.more.click()
        assert card.menu is not None
        next(each for each in card.menu.actions() if each.data() == COPY).trigger()
        copied = QGuiApplication.clipboard().text()
        assert copied.splitlines()[:2] == ["plugin:broken", "/plugins/broken.py"]
        assert "\u200b" not in copied


async def test_a_source_that_comes_or_goes_is_shown_where_it_stands() -> None:
    async with page_over(with_sources(own(), git())) as shown:
        shown.below.tool_sources.found.insert(1, weather())
        shown.below.tool_sources.changed.publish("plugin:weather")
        await shown.until(lambda: shown.page.plugins.list.ids() == ("plugin:weather",))
        assert shown.page.plugins.empty.isHidden()
        del shown.below.tool_sources.found[1]
        shown.below.tool_sources.changed.publish("plugin:weather")
        await shown.until(lambda: shown.page.plugins.list.ids() == ())
        assert not shown.page.plugins.empty.isHidden()


async def test_a_card_that_is_open_stays_open_and_follows_its_tools() -> None:
    server = git()
    async with page_over(with_sources(server)) as shown:
        await shown.opened("mcp:git")
        server.tools = (*server.tools, make_tool("push", "mcp:git"))
        shown.below.tool_sources.changed.publish("mcp:git")
        await shown.until(lambda: len(shown.card("mcp:git").findChildren(ToolRow)) == 3)
        assert shown.card("mcp:git").is_open


async def test_of_many_tools_some_are_shown_and_the_rest_on_demand() -> None:
    many = ShownSource(*(make_tool(f"tool_{number:02}", "mcp:many") for number in range(40)), name="mcp:many")
    async with page_over(with_sources(many)) as shown:
        body = (await shown.opened("mcp:many")).body
        assert body is not None
        assert sum(row.isVisible() for row in body.rows.findChildren(ToolRow)) == 12
        assert body.rows.more.text() == "Show all 40 tools"
        body.rows.more.click()
        assert all(row.isVisible() for row in body.rows.findChildren(ToolRow))


async def test_what_a_source_says_of_itself_can_disguise_nothing() -> None:
    tool = make_tool("look", "mcp:liar")
    lies = type(tool)(
        tool.name, tool.own_name, tool.source, "Harm\u202eless\nAllowed by you", "<b>Reads.</b> Sends.", b"{}", b"{}"
    )
    async with page_over(with_sources(ShownSource(lies, name="mcp:liar"))) as shown:
        await shown.opened("mcp:liar")
        row = shown.row("mcp:liar", tool.name)
        assert row.title.text() == "Harmless"
        assert row.description.text() == "<b>Reads.</b> Sends."
        assert row.description.textFormat() is Qt.TextFormat.PlainText


async def test_fifty_plugins_and_twenty_servers_do_not_hold_the_page_up() -> None:
    many = [ShownSource(make_tool("look", f"plugin:p{n}"), name=f"plugin:p{n}") for n in range(50)]
    many += [ShownSource(make_tool("look", f"mcp:s{n}"), name=f"mcp:s{n}") for n in range(20)]
    below = with_sources()
    async with page_over(below) as shown:
        below.tool_sources.found = list(many)
        shown.presenter.sources.refresh()
        await shown.until(lambda: len(shown.page.plugins.list.ids()) == 50)
        assert len(tuple(shown.page.plugins.list.cards())) < 50
        await shown.until(lambda: len(tuple(shown.page.plugins.list.cards())) == 50)
        await shown.until(lambda: len(tuple(shown.page.servers.list.cards())) == 20)
        ids = [card.status.id for card in shown.page.plugins.list.cards()]
        assert sorted(ids) == sorted(each.id for each in many[:50])


async def test_tab_goes_through_the_page_as_one_reads_it() -> None:
    below = with_sources(own(), git())
    async with page_over(below) as shown:
        await shown.opened("mcp:git")
        below.tool_sources.found.insert(1, weather())
        below.tool_sources.changed.publish("plugin:weather")
        await shown.until(lambda: shown.page.plugins.list.ids())
        card = shown.card("plugin:weather")
        await shown.until(lambda: card.more.nextInFocusChain() is card.fold.line)
        chain: list[str] = []
        stop = shown.page.enabled.switch.nextInFocusChain()
        while stop is not shown.page.enabled.switch:
            if stop.isVisible() and stop.focusPolicy() & Qt.FocusPolicy.TabFocus:
                chain.append(stop.accessibleName())
            stop = stop.nextInFocusChain()
        assert chain[:12] == [
            "Kireji: 3 tools",
            "Open plugins folder",
            "Look for plugins again",
            "Reload: weather",
            "More about weather",
            "weather: 1 tool",
            "Add server…",
            "Import servers from other programs",
            "Test: git",
            "More about git",
            "git: 2 tools",
            "Commit: ask. Change",
        ]


async def test_models_may_use_no_tools_when_the_person_says_so() -> None:
    async with page_over(with_sources(own())) as shown:
        assert shown.page.enabled.is_on()
        shown.page.enabled.switch.click()
        await shown.until(lambda: shown.below.settings.tables.get("tools") == {"enabled": False})


async def test_commands_are_off_until_they_are_switched_on_and_say_what_that_means() -> None:
    async with page_over(with_sources(own())) as shown:
        commands = shown.page.limits.commands
        assert not commands.is_on()
        assert "you are asked every time" in commands.switch.accessibleDescription()
        await shown.opened("built-in")
        commands.switch.click()
        await shown.until(lambda: shown.row("built-in", "run_command").switch.isChecked())


async def test_folders_are_granted_with_the_dialog_and_taken_back() -> None:
    async with page_over(with_sources(own())) as shown:
        limits = shown.page.limits
        limits.add_folder.click()
        assert limits.dialog is not None
        limits.dialog.fileSelected.emit("/home/ada/src")
        limits.dialog.reject()
        await shown.until(lambda: [row.text for row in limits.folders.rows()] == ["/home/ada/src"])
        await shown.until(lambda: shown.below.settings.tables.get("tools") == {"folders": ["/home/ada/src"]})
        limits.folders.rows()[0].remove.click()
        await shown.until(lambda: limits.folders.rows() == ())


async def test_hosts_are_entered_by_keyboard_and_held_to_what_a_host_is() -> None:
    async with page_over(with_sources(own())) as shown:
        limits = shown.page.limits
        for wrong in ("two words", "*.example.org", "-x", "http://"):
            limits.host.setText(wrong)
            QTest.keyClick(limits.host, Qt.Key.Key_Return)
            assert limits.problem.text().startswith("That is no host."), wrong
        limits.host.setText("https://Docs.Python.org/3/")
        QTest.keyClick(limits.host, Qt.Key.Key_Return)
        await shown.until(lambda: [row.text for row in limits.hosts.rows()] == ["docs.python.org"])
        limits.host.setText("docs.python.org")
        limits.add_host.click()
        assert limits.problem.text() == "docs.python.org is in the list already."


async def test_an_empty_folder_of_plugins_is_opened_with_an_example(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[Path] = []
    monkeypatch.setattr("kireji.ui.settings.tools.presenter.open_folder", opened.append)
    async with page_over(with_sources(own()), tmp_path / "plugins") as shown:
        assert shown.page.plugins.folder.isHidden()
        shown.page.plugins.example.click()
        await shown.until(lambda: opened)
        assert opened == [tmp_path / "plugins"]
        assert [path.name for path in (tmp_path / "plugins").iterdir()] == ["word_count.py"]


async def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "plugins").write_text("a file")
    async with page_over(with_sources(own()), tmp_path / "plugins") as shown:
        shown.page.plugins.example.click()
        await shown.until(shown.page.problem.text)
        assert "cannot be written: file exists" in shown.page.problem.text()


async def test_the_page_stands_in_the_settings_and_reads_nothing_until_it_is_looked_at() -> None:
    below = with_sources(own())
    async with window_over(below) as stand:
        stand.presenter.show_settings()
        settings = stand.presenter._settings
        assert settings is not None
        assert settings.tools_page.own.ids() == ()
        settings.pane.show_widget(settings.tools_page)
        await stand.until(lambda: settings.tools_page.own.ids() == ("built-in",))
        settings.pane.show_page(0)
        below.tool_sources.found.append(weather())
        below.tool_sources.changed.publish("plugin:weather")
        assert settings.tools_page.plugins.list.ids() == ()


async def test_the_page_says_that_traffic_of_others_is_not_in_the_ledger() -> None:
    below = with_sources()
    below.tool_sources = FakeToolSources()
    async with page_over(below) as shown:
        notice = shown.page.servers.notice.text()
        assert "what it sends, and to whom, is not recorded in the list of what left this computer" in notice


async def test_what_a_conversation_offers_leads_to_the_page_of_tools() -> None:
    async with window_over(with_sources(own())) as stand:
        stand.presenter.chat._tools._open_settings()
        assert stand.window.page() == "settings"
        settings = stand.presenter._settings
        assert settings is not None
        assert settings.pane.page() is settings.tools_page
        await stand.until(settings.tools_page.own.ids)
