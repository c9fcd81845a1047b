"""`history export`, `import`, `backup` and `restore`."""

from __future__ import annotations

import asyncio
import io
import json
from pathlib import Path

import pytest

from kireji.cli.console import Console
from kireji.cli.parser import parse
from kireji.cli.program import run
from kireji.cli.transfer import sentence
from kireji.core.errors import StoreFull, StoreTooNew
from kireji.core.transfer import Format, Found, ImportReport, Problem, WholeConversation
from tests.fakes.provider import answer
from tests.fakes.transfer import FakeSource
from tests.fakes.world import World
from tests.support.whole import said, talk
from tests.unit.cli.conftest import Kireji, Terminal

TALK = talk(said("q", None, "What is the tide?"), said("a", "q", "High at four."))
BACKUP = Path("/backup.zip")


def hold(world: World, *conversations: WholeConversation) -> None:
    for conversation in conversations:
        asyncio.run(world.whole.merge(conversation))


@pytest.fixture
def with_backup(world: World) -> World:
    world.backups.sources[BACKUP] = FakeSource([Found(TALK)])
    return world


class TestExport:
    def test_the_path_is_the_result(self, world: World, kireji: Kireji) -> None:
        hold(world, TALK)
        done = kireji("history", "export", "1", "-o", "talk.md")
        assert (done.code, done.out, done.err) == (0, "talk.md\n", "")
        assert (world.exports.forms, len(world.exports.written[Path("talk.md")])) == ([Format.MARKDOWN], 1)

    def test_all_of_them_in_another_form(self, world: World, kireji: Kireji) -> None:
        hold(world, TALK, talk(said("q", None, "?"), key="elsewhere:2"))
        done = kireji("history", "export", "--all", "--format", "json", "-o", "out", "--json")
        assert json.loads(done.out) == {"path": "out", "conversations": 2, "messages": 3, "pictures": 0, "lost": 0}

    def test_without_a_number_the_latest_is_exported(self, world: World, kireji: Kireji) -> None:
        world.remote.enqueue(answer("first answer"))
        kireji("ask", "one")
        hold(world, TALK)
        assert kireji("history", "export", "-o", "a.md").code == 0
        assert list(world.exports.written) == [Path("a.md")]

    def test_without_a_path_it_gets_a_free_name_here(
        self, world: World, kireji: Kireji, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(tmp_path)
        hold(world, TALK)
        name = kireji("history", "export", "1").out.strip()
        assert name.startswith("kireji-export-")
        assert name.endswith(".zip")
        Path(name).write_text("")
        assert kireji("history", "export", "1").out.strip() == name.replace(".zip", "-2.zip")

    def test_nothing_is_overwritten_without_being_told(self, world: World, kireji: Kireji) -> None:
        hold(world, TALK)
        kireji("history", "export", "1", "-o", "a.md")
        done = kireji("history", "export", "1", "-o", "a.md")
        assert (done.code, "exists already" in done.err) == (1, True)
        assert kireji("history", "export", "1", "-o", "a.md", "--overwrite").code == 0

    def test_an_unknown_number_is_told_and_leaves_nothing(self, world: World, kireji: Kireji) -> None:
        done = kireji("history", "export", "9", "-o", "a.md")
        assert (done.code, done.err) == (
            1,
            "kireji: There is no conversation 9. List them with: kireji history list\n",
        )
        assert world.exports.written == {}

    def test_numbers_and_all_do_not_go_together(self, kireji: Kireji) -> None:
        assert kireji("history", "export", "1", "--all").code == 2

    def test_an_empty_history_has_nothing_to_export(self, kireji: Kireji) -> None:
        done = kireji("history", "export", "--all")
        assert (done.code, "nothing to export" in done.err) == (1, True)


class TestImport:
    def test_what_came_and_what_did_not_is_said(self, world: World, kireji: Kireji) -> None:
        steps = [Found(TALK, ("canvas",)), Problem("file.json, conversation 2", "It is damaged.")]
        world.exports.sources[Path("/a.zip")] = FakeSource(steps)
        done = kireji("history", "import", "/a.zip")
        assert (done.code, done.out) == (0, "1 conversation and 2 messages added.\n")
        assert done.err.splitlines() == [
            "Kept as a note in the text: canvas (1).",
            "Not read: file.json, conversation 2: It is damaged.",
        ]

    def test_a_second_time_nothing_is_new(self, world: World, kireji: Kireji) -> None:
        world.exports.sources[Path("/a.zip")] = FakeSource([Found(TALK)])
        kireji("history", "import", "/a.zip")
        assert kireji("history", "import", "/a.zip").out == "Nothing new: 1 conversation is there already.\n"

    def test_lost_pictures_that_come_back_are_told(self) -> None:
        assert sentence(ImportReport(pictures=1, present=2)) == "1 lost picture is there again; nothing else is new."
        looked = ImportReport(pictures=2, present=2, only_looked=True)
        assert sentence(looked) == "2 lost pictures would be there again; nothing else is new."

    def test_when_nothing_can_be_read_it_has_failed(self, world: World, kireji: Kireji) -> None:
        world.exports.sources[Path("/a.zip")] = FakeSource([Problem("file.json, conversation 1", "It is damaged.")])
        done = kireji("history", "import", "/a.zip")
        assert done.out == "Nothing was added: there is no conversation in it that can be read.\n"
        assert (done.code, done.err) == (1, "Not read: file.json, conversation 1: It is damaged.\n")

    def test_a_dry_run_adds_nothing(self, world: World, kireji: Kireji) -> None:
        world.exports.sources[Path("/a.zip")] = FakeSource([Found(TALK)])
        value = json.loads(kireji("history", "import", "/a.zip", "--dry-run", "--json").out)
        assert (value["dry_run"], value["conversations"], value["messages"]) == (True, 1, 2)
        assert world.whole.held == {}

    def test_what_was_removed_since_comes_back_if_asked_for(self, world: World, kireji: Kireji) -> None:
        world.exports.sources[Path("/a.zip")] = FakeSource([Found(TALK)])
        world.whole.deleted.add(TALK.key)
        assert "did not come back" in kireji("history", "import", "/a.zip").err
        assert kireji("history", "import", "/a.zip", "--removed").out.startswith("1 conversation and 2 messages added")

    def test_what_is_not_there_is_told(self, kireji: Kireji) -> None:
        done = kireji("history", "import", "/missing.zip")
        assert (done.code, done.out) == (1, "")
        assert done.err == "kireji: /missing.zip is not there. Check the name.\n"

    def test_another_service_is_wrong_usage(self, kireji: Kireji) -> None:
        with pytest.raises(SystemExit) as caught:
            kireji("history", "import", "/a.zip", "--from", "elsewhere")
        assert caught.value.code == 2

    def test_progress_is_for_terminals_only(self, world: World, kireji: Kireji) -> None:
        world.exports.sources[Path("/a.zip")] = FakeSource([Found(TALK)])
        assert kireji("history", "import", "/a.zip").err == ""
        terminal = Terminal()
        run(parse(["history", "import", "/a.zip"]), world.build, Console(None, io.StringIO(), terminal))
        assert terminal.getvalue() == "\r\x1b[K1 conversations read\r\x1b[K"


class TestBackup:
    def test_the_path_is_the_result_and_the_check_is_said(self, kireji: Kireji) -> None:
        done = kireji("history", "backup", "/b.zip")
        assert (done.code, done.out) == (0, "/b.zip\n")
        assert done.err == "Checked: 3 conversations, 12 messages, 2 pictures, 14.0 MB.\n"

    def test_without_a_path_it_goes_to_the_others(self, kireji: Kireji) -> None:
        value = json.loads(kireji("history", "backup", "--json").out)
        assert value["path"].startswith("/backups/kireji-2026-11-22-")
        assert (value["checked"], value["schema"], value["lost"]) == (True, 4, 0)

    def test_a_failure_is_one_line_with_the_next_step(self, world: World, kireji: Kireji) -> None:
        world.backups.failure = StoreFull("There is no room.", "Free some space.")
        done = kireji("history", "backup")
        assert (done.code, done.err) == (1, "kireji: There is no room. Free some space.\n")


class TestRestore:
    def test_it_asks_first_and_says_what_would_come(self, with_backup: World) -> None:
        for reply, code in (("n\n", 1), ("y\n", 0)):
            stdin, out, err = Terminal(reply), io.StringIO(), io.StringIO()
            assert run(parse(["history", "restore", str(BACKUP)]), with_backup.build, Console(stdin, out, err)) == code
            assert "1 conversation and 2 messages would be added." in err.getvalue()
        assert out.getvalue() == "1 conversation and 2 messages added.\n"

    def test_where_nobody_can_be_asked_it_wants_yes(self, with_backup: World, kireji: Kireji) -> None:
        done = kireji("history", "restore", str(BACKUP))
        assert (done.code, "--yes" in done.err) == (2, True)
        assert kireji("history", "restore", str(BACKUP), "--yes").code == 0
        assert len(with_backup.whole.held) == 1

    def test_a_dry_run_changes_nothing(self, with_backup: World, kireji: Kireji) -> None:
        done = kireji("history", "restore", str(BACKUP), "--dry-run")
        assert done.out == "1 conversation and 2 messages would be added.\n"
        assert (with_backup.whole.held, with_backup.backups.backups) == ({}, [])

    def test_what_was_removed_comes_back_if_asked_for(self, with_backup: World, kireji: Kireji) -> None:
        with_backup.whole.deleted.add(TALK.key)
        done = kireji("history", "restore", str(BACKUP), "--yes")
        assert "1 conversation that you removed did not come back; --removed does that." in done.err
        assert kireji("history", "restore", str(BACKUP), "--yes", "--removed").out.startswith("1 conversation and 2")

    def test_a_newer_version_is_refused(self, with_backup: World, kireji: Kireji) -> None:
        def refuse(path: Path) -> FakeSource:
            raise StoreTooNew(f"{path.name} was made by a newer version.", "Update Kireji; nothing was changed.")

        with_backup.backups.open = refuse  # type: ignore[method-assign]
        assert kireji("history", "restore", str(BACKUP), "--yes").code == 1
