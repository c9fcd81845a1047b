"""`kireji data` and `kireji about`, over fakes."""

from __future__ import annotations

import io
import json
from pathlib import Path

from kireji.cli.console import Console
from kireji.cli.data import finish
from kireji.cli.parser import parse
from kireji.cli.program import run
from kireji.core.errors import StoreError, StoreFull
from kireji.core.personal_data import Erased, ErasePlan
from kireji.core.secret import Secret, SecretName
from tests.fakes.world import World
from tests.support.whole import said, talk
from tests.unit.cli.conftest import Closed, Full, Kireji, Terminal

NAME = SecretName("openrouter", "https://openrouter.ai/api/v1")


class TestShow:
    def test_each_kind_is_a_line(self, kireji: Kireji) -> None:
        done = kireji("data", "show")
        assert done.code == 0
        assert "Conversations  1      4.1 KB" in done.out
        assert "Prompts        1      20 bytes" in done.out

    def test_as_json(self, kireji: Kireji) -> None:
        found = json.loads(kireji("data", "show", "--json").out)
        assert found["bytes"] == 4116
        assert found["kept"][0] == {"what": "history", "folder": "/home/ada/kireji", "files": 1, "bytes": 4096}


class TestExport:
    def test_the_path_is_the_result(self, world: World, kireji: Kireji, tmp_path: Path) -> None:
        world.whole.held[1] = talk(said("q", None, "What is the tide?"), said("a", "q", "High at four."))
        done = kireji("data", "export", str(tmp_path / "all.zip"), "--json")
        found = json.loads(done.out)
        assert (found["path"], found["conversations"], found["messages"]) == (str(tmp_path / "all.zip"), 1, 2)
        assert world.personal.exported[tmp_path / "all.zip"][-1] == "README.txt"

    def test_a_name_that_is_no_zip_is_refused(self, kireji: Kireji) -> None:
        done = kireji("data", "export", "all.tar")
        assert (done.code, "ends with .zip" in done.err) == (1, True)

    def test_a_failure_is_told_and_leaves_nothing(self, world: World, kireji: Kireji) -> None:
        world.personal.failure = StoreFull("There is no room left.", "Free some space.")
        done = kireji("data", "export", "all.zip")
        assert (done.code, done.err) == (1, "kireji: There is no room left. Free some space.\n")
        assert world.personal.exported == {}


class TestDelete:
    def test_without_a_person_to_ask_it_wants_yes(self, world: World, kireji: Kireji) -> None:
        assert kireji("data", "delete").code == 2
        assert world.personal.plan is None

    def test_yes_marks_everything_and_takes_the_keys(self, world: World, kireji: Kireji) -> None:
        world.keychain.secrets[NAME] = Secret("sk-or-12345678")
        assert kireji("data", "delete", "--yes").code == 0
        assert world.personal.plan == ErasePlan()
        assert world.keychain.secrets == {}

    def test_settings_and_keys_can_stay(self, world: World, kireji: Kireji) -> None:
        world.keychain.secrets[NAME] = Secret("sk-or-12345678")
        assert kireji("data", "delete", "--yes", "--keep-settings", "--keep-keys").code == 0
        assert world.personal.plan == ErasePlan(keep_settings=True)
        assert NAME in world.keychain.secrets

    def test_backups_elsewhere_go_only_when_asked(self, world: World, kireji: Kireji) -> None:
        world.settings.tables["backup"] = {"folder": "/disk"}
        kireji("data", "delete", "--yes")
        assert world.personal.plan == ErasePlan()
        kireji("data", "delete", "--yes", "--backups-too")
        assert world.personal.plan == ErasePlan(backups="/disk")

    def test_a_person_types_the_word(self, world: World) -> None:
        err = io.StringIO()
        console = Console(Terminal("delete\n"), io.StringIO(), err)
        assert run(parse(["data", "delete"]), world.build, console) == 0
        assert world.personal.plan == ErasePlan()
        assert "This goes for good:" in err.getvalue()

    def test_another_word_deletes_nothing(self, world: World) -> None:
        err = io.StringIO()
        console = Console(Terminal("yes\n"), io.StringIO(), err)
        assert run(parse(["data", "delete"]), world.build, console) == 1
        assert "Nothing was deleted." in err.getvalue()
        assert world.personal.plan is None

    def test_while_another_process_uses_the_data_nothing_goes(self, world: World, kireji: Kireji) -> None:
        world.keychain.secrets[NAME] = Secret("sk-or-12345678")
        world.data_users.append("kireji (process 7)")
        done = kireji("data", "delete", "--yes")
        assert (done.code, "This still uses your data: kireji (process 7)." in done.err) == (1, True)
        assert world.personal.plan is None
        assert NAME in world.keychain.secrets


class TestFinish:
    def test_it_says_what_went_and_what_stayed(self) -> None:
        out = io.StringIO()
        erased = Erased(12, 3_400_000, (), 2)
        assert finish(parse(["data", "delete", "--yes"]), lambda: erased, Console(None, out, None)) == 0
        assert out.getvalue().splitlines() == [
            "Deleted: 12 files, 3.4 MB.",
            "Left alone, because it is not Kireji's: 2 other files or folders beside it.",
        ]

    def test_what_could_not_be_deleted_fails(self) -> None:
        out = io.StringIO()
        erased = Erased(1, 10, ("/x/y: permission denied",))
        assert finish(parse(["data", "delete", "--yes", "--json"]), lambda: erased, Console(None, out, None)) == 1
        assert json.loads(out.getvalue())["left"] == ["/x/y: permission denied"]

    def test_a_database_that_is_used_is_told(self) -> None:
        err = io.StringIO()

        def refuse() -> Erased:
            raise StoreError("Another Kireji still uses it.", "End it.")

        assert finish(parse(["data", "delete", "--yes"]), refuse, Console(None, None, err)) == 1
        assert err.getvalue() == "kireji: Another Kireji still uses it. End it.\n"

    def test_where_nobody_reads_the_exit_code_says_it(self) -> None:
        agreed = parse(["data", "delete", "--yes"])
        assert finish(agreed, lambda: Erased(12, 3_400_000), Console(None, Closed(), None)) == 0
        assert finish(agreed, lambda: Erased(0, 0, ("/x/y: permission denied",)), Console(None, Closed(), None)) == 1

    def test_a_full_disk_behind_the_result_is_told(self) -> None:
        err = io.StringIO()
        agreed = parse(["data", "delete", "--yes"])
        assert finish(agreed, lambda: Erased(12, 3_400_000), Console(None, Full(), err)) == 1
        assert err.getvalue() == "kireji: The result could not be written: No space left on device. Free some space.\n"


class TestAbout:
    def test_versions_for_a_report(self, kireji: Kireji) -> None:
        done = kireji("about")
        assert done.out == "Kireji  0.1.0\nData    ~/.local/share/kireji\n"

    def test_the_same_as_json(self, kireji: Kireji) -> None:
        assert json.loads(kireji("about", "--json").out)["Kireji"] == "0.1.0"

    def test_licences_are_a_table(self, kireji: Kireji) -> None:
        assert "Qt      6.11.3   LGPL-3.0-only" in kireji("about", "--licences").out

    def test_the_texts_of_one_part(self, kireji: Kireji) -> None:
        out = kireji("about", "qt").out
        assert out.startswith("Qt 6.11.3: LGPL-3.0-only\nhttps://download.qt.io/\n\nGNU LESSER")

    def test_a_part_that_is_not_there_is_told(self, kireji: Kireji) -> None:
        done = kireji("about", "nothing", "such")
        assert (done.code, done.err) == (1, "There is no part called nothing such.\n")
