"""`kireji batch` from outside: the real program, its queue in a file, and a service that counts what it was asked."""

from __future__ import annotations

import csv
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.service import KEY, Orders, ServiceProcess
from tests.service.openrouter import KEY as ROUTER_KEY
from tests.service.personas import PersonaProcess
from tests.support.outside import Seat
from tests.support.pictures import png
from tests.support.program import COMMAND, kireji, running, wait_until_up
from tests.support.terminal import at_terminal
from tests.support.x11 import wait_until

MODEL = "claude-haiku-4-5"
SCHEMA = {
    "type": "object",
    "properties": {
        "name": {"type": "string"},
        "count": {"type": "integer"},
        "share": {"type": "number"},
        "fits": {"type": "boolean"},
    },
    "required": ["name", "count", "share", "fits"],
    "additionalProperties": False,
}
QUICK = Orders(hint=1.0)


class Place:
    """A folder for the program's data, and files.

    Args:
        folder: Empty.
        service: Who answers.
        variables: What the program finds in its environment besides.
    """

    def __init__(self, folder: Path, service: ServiceProcess, variables: dict[str, str]) -> None:
        home = folder / "kireji"
        home.mkdir(mode=0o700, exist_ok=True)
        (home / "settings.toml").write_text("[local]\ndiscover = false\n[tools]\nenabled = false\n")
        self.folder = folder
        self.service = service
        self.variables = {"PATH": os.environ["PATH"], "HOME": str(folder), "KIREJI_HOME": str(home)} | variables

    def file(self, name: str, *lines: object) -> str:
        """A file with these lines: text as it is, everything else as JSON."""
        path = self.folder / name
        path.write_text("".join(f"{line if isinstance(line, str) else json.dumps(line)}\n" for line in lines))
        return str(path)

    def questions(self, number: int, name: str = "questions.jsonl") -> str:
        """A file with so many different questions."""
        return self.file(name, *({"prompt": f"question {each}"} for each in range(1, number + 1)))

    def batch(self, *arguments: str, code: int = 0) -> tuple[str, str]:
        """Run one command; what it printed, and what it said."""
        done = kireji(["batch", *arguments], self.variables)
        out, err = done.stdout.decode(), done.stderr.decode()
        assert done.returncode == code, (arguments, done.returncode, out, err)
        assert "Traceback" not in err
        return out, err

    def refused(self, *arguments: str, code: int = 1) -> str:
        """Run a command that fails; the one line that says why."""
        out, err = self.batch(*arguments, code=code)
        assert (out, err.count("\n")) == ("", 1), (out, err)
        return err

    def add(self, path: str, *more: str) -> str:
        """A job that runs, without anybody working it yet; its number."""
        return self.batch("add", path, "-m", MODEL, "--yes", *more)[0].strip()

    def show(self, job: str = "1") -> dict[str, Any]:
        return dict(json.loads(self.batch("show", job, "--json")[0]))

    def results(self, job: str = "1", *more: str) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.batch("results", job, *more)[0].splitlines()]

    def start(self, *arguments: str) -> subprocess.Popen[bytes]:
        """A command that is left to itself."""
        return subprocess.Popen(
            [*COMMAND, "batch", *arguments], env=self.variables, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )

    def counted(self) -> dict[str, Any]:
        """What the service has seen of batches."""
        return dict(self.service.control(batches={"answered": True})["batches"])

    def check_once(self, rows: int) -> None:
        """Every row was asked and answered exactly once, and nothing lies at the service."""
        counted = self.counted()
        found = [counted[name] for name in ("twice", "paid", "distinct", "most", "orphaned")]
        assert found == [0, rows, rows, 1, 0]


@pytest.fixture
def service() -> Iterator[ServiceProcess]:
    with ServiceProcess(batches=QUICK) as process:
        yield process


@pytest.fixture
def place(tmp_path: Path, service: ServiceProcess) -> Place:
    return Place(tmp_path, service, {"ANTHROPIC_BASE_URL": service.base_url, "ANTHROPIC_API_KEY": KEY})


def ended(process: subprocess.Popen[bytes]) -> tuple[int, str]:
    """How a command ended, and what it said."""
    _, err = process.communicate(timeout=60)
    return process.returncode, err.decode()


def states(place: Place) -> list[str]:
    """Of the batches of the first job that have not ended."""
    return [each["state"] for each in place.show()["under_way"]]


def asked_live(service: ServiceProcess) -> int:
    """Questions that were asked one by one."""
    return sum(item["path"] in ("/v1/messages", "/v1/chat/completions") for item in service.control()["requests"])


class TestIn:
    def test_three_shapes_of_lines_are_asked_and_answered_in_their_order(self, place: Place) -> None:
        body = {"model": MODEL, "max_tokens": 50, "messages": [{"role": "user", "content": "as params"}]}
        other = {"model": MODEL, "max_tokens": 50, "messages": [{"role": "user", "content": "as body"}]}
        path = place.file(
            "shapes.jsonl",
            {"prompt": "as prompt", "id": "first"},
            {"custom_id": "second", "params": body},
            {"custom_id": "third", "method": "POST", "url": "/v1/chat/completions", "body": other},
            {"prompt": "as prompt"},
        )
        place.add(path)
        place.batch("run", "1")
        found = place.results()
        assert [each["id"] for each in found] == ["first", "second", "third", "4"]
        assert [each["text"].rpartition(": ")[2] for each in found] == [
            "as prompt",
            "as params",
            "as body",
            "as prompt",
        ]
        assert [each["cached"] for each in found] == [False, False, False, True]
        assert all(each["status"] == "succeeded" for each in found)
        assert [each["usage"]["output_tokens"] > 0 for each in found] == [True, True, True, False]
        place.check_once(3)

    def test_what_the_service_does_not_take_is_refused_or_left_out_when_the_person_says_so(self, place: Place) -> None:
        asked = [{"max_tokens": 9, "messages": [{"role": "user", "content": f"question {each}"}]} for each in (1, 2)]
        path = place.file("tuned.jsonl", *({kind: one | {"temperature": 0}} for kind, one in zip(
            ("body", "params"), asked, strict=True)))  # fmt: skip
        told = place.refused("add", path, "-m", MODEL)
        assert "Line 1 (and 1 more): “temperature” cannot be carried over" in told
        assert "--drop temperature" in told
        job = place.add(path, "--drop", "temperature")
        place.batch("run", job)
        assert [each["status"] for each in place.results(job)] == ["succeeded"] * 2

    def test_a_table_with_a_template_and_a_schema_becomes_a_table_with_typed_columns(self, place: Place) -> None:
        table = place.file("reviews.csv", "who,text", 'Ann,"Good, and cheap."', "Bob,Bad.")
        schema = place.file("schema.json", SCHEMA)
        place.add(table, "--prompt", "{who} says: {text}", "--schema", schema)
        place.batch("run", "1")
        out = place.folder / "out.csv"
        place.batch("results", "1", "-o", str(out))
        with out.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
        assert [(row["who"], row["text"], row["status"]) for row in rows] == [
            ("Ann", "Good, and cheap.", "succeeded"),
            ("Bob", "Bad.", "succeeded"),
        ]
        assert {(row["name"], row["count"], row["share"], row["fits"]) for row in rows} == {
            ("words", "1", "1.5", "true")
        }
        assert [each["data"]["count"] for each in place.results()] == [1, 1]
        place.check_once(2)

    def test_a_folder_of_pictures(self, place: Place) -> None:
        folder = place.folder / "receipts"
        folder.mkdir()
        for number in (10, 9, 1):
            (folder / f"receipt {number}.png").write_bytes(png(40 + number, 30))
        (folder / "notes.txt").write_text("no picture")
        place.add(str(folder), "--prompt", "What was paid?")
        place.batch("run", "1")
        found = place.results()
        assert [each["id"] for each in found] == ["receipt 1.png", "receipt 9.png", "receipt 10.png"]
        assert all("received 1 picture(s) and these words: What was paid?" in each["text"] for each in found)
        assert place.counted()["made"] == 1

    def test_results_as_lines_in_a_file(self, place: Place) -> None:
        place.add(place.questions(3))
        place.batch("run", "1")
        out = place.folder / "out.jsonl"
        printed, err = place.batch("results", "1", "-o", str(out))
        assert (printed, err) == (f"{out}\n", "3 rows written.\n")
        assert out.read_text() == place.batch("results", "1")[0]

    def test_bad_lines_stop_a_script_and_yes_goes_on_without_them(self, place: Place) -> None:
        path = place.file("mixed.jsonl", {"prompt": "good"}, "{broken", {"nothing": 1}, {"prompt": "good too"})
        out, err = place.batch("add", path, "-m", MODEL, code=1)
        lines = err.splitlines()
        assert out == ""
        assert [line.split(":")[0] for line in lines] == ["line 2", "line 3", "kireji"]
        assert "--yes" in lines[-1]
        assert json.loads(place.batch("list", "--json")[0])["jobs"] == []
        number = place.add(path)
        place.batch("run", number)
        assert [each["status"] for each in place.results(number)] == ["succeeded", "errored", "errored", "succeeded"]
        assert place.batch("bad", number)[0].startswith("line 2: ")
        place.check_once(2)

    def test_the_dry_run_asks_one_row_which_is_not_paid_for_again(self, place: Place) -> None:
        out, err = place.batch("dry-run", place.questions(4), "-m", MODEL, "--row", "2")
        assert out.endswith("these words: question 2\n")
        assert err.splitlines()[-1] == "The other rows wait as job 1: kireji batch run 1"
        assert (asked_live(place.service), place.counted()["made"]) == (1, 0)
        place.batch("run", "1")
        assert [each["status"] for each in place.results()] == ["succeeded"] * 4
        assert (asked_live(place.service), place.counted()["paid"]) == (1, 3)

    def test_an_estimate_sends_nothing_and_keeps_nothing(self, place: Place) -> None:
        out, _ = place.batch("estimate", place.questions(100), "-m", MODEL, "--json")
        estimate = json.loads(out)
        assert (estimate["rows"], estimate["price_share"], estimate["over_budget"]) == (100, 0.5, None)
        assert 0 < estimate["cost"] < estimate["cost_at_most"]
        assert place.batch("list")[0] == ""
        assert place.counted()["made"] == 0

    def test_answers_of_an_earlier_job_are_taken_when_that_is_wanted(self, place: Place) -> None:
        place.add(place.questions(3))
        place.batch("run")
        number = place.add(place.questions(4, "more.jsonl"), "--reuse")
        place.batch("run", number)
        assert [each["cached"] for each in place.results(number)] == [True, True, True, False]
        place.check_once(4)


class TestMoney:
    def test_over_the_budget_it_waits_until_the_budget_is_raised(self, place: Place) -> None:
        kireji(["budget", "--day", "0.0001"], place.variables)
        out, err = place.batch("add", place.questions(3), "-m", MODEL, "--yes", code=1)
        assert out == "1\n"
        assert "The budget for today is $0.0001" in err.splitlines()[-2]
        assert "The budget for today" in place.refused("run", "1")
        assert place.counted()["made"] == 0
        kireji(["budget", "--day", "5"], place.variables)
        place.batch("run", "1")
        place.check_once(3)

    def test_what_a_job_has_cost_stands_in_the_budget(self, place: Place) -> None:
        place.add(place.questions(3))
        place.batch("run", "1")
        spent = json.loads(kireji(["budget", "--json"], place.variables).stdout)["day"]
        assert spent["spent"] == pytest.approx(place.show()["cost"])
        assert spent["running"] == 0
        assert 0 < spent["spent"] < place.show()["estimate"]["cost_at_most"]


class TestOrders:
    def test_paused_resumed_called_back_and_tried_again(self, place: Place) -> None:
        place.service.control(batches={"seconds": None})
        place.add(place.questions(6), "--rows-per-batch", "2")
        place.batch("pause", "1")
        assert "kireji batch resume 1" in place.refused("run", "1")
        assert place.counted()["made"] == 0
        place.batch("resume", "1")
        with place.start("run", "1") as worker:
            wait_until(lambda: place.counted()["made"] == 3, "all is sent")
            done = place.start("cancel", "1")
            code, err = ended(done)
            assert (code, err) == (0, "Job 1 was cancelled: 0 answered, 6 called back; $0.00.\n")
            assert ended(worker)[0] == 0
        assert [each["status"] for each in place.results()] == ["canceled"] * 6
        assert [each["cancelling"] for each in place.counted()["batches"]] == [True] * 3
        place.service.control(batches={"seconds": 0.0})
        assert "Waiting again: 6 rows." in place.batch("retry", "1")[1]
        place.batch("run", "1")
        assert [each["status"] for each in place.results()] == ["succeeded"] * 6
        counted = place.counted()
        assert (counted["made"], counted["paid"], counted["most"]) == (6, 6, 1)

    def test_ctrl_c_while_it_is_called_back_leaves_it_so(self, place: Place) -> None:
        place.service.control(batches={"seconds": None, "cancel_seconds": 3.0})
        place.add(place.questions(2))
        worker = place.start("run", "1")
        wait_until(lambda: states(place) == ["submitted"], "it is with the service")
        worker.send_signal(signal.SIGINT)
        ended(worker)
        canceller = place.start("cancel", "1")
        wait_until(lambda: states(place) == ["cancelling"], "it is called back")
        canceller.send_signal(signal.SIGINT)
        assert ended(canceller) == (130, "It is still being called back; kireji batch cancel 1 waits for it.\n")
        assert place.batch("cancel", "1")[1] == "Job 1 was cancelled: 0 answered, 2 called back; $0.00.\n"

    def test_only_rows_that_failed_are_tried_again(self, place: Place) -> None:
        place.service.control(batches={"expire": 1, "fail": 2})
        place.add(place.questions(6))
        _, err = place.batch("run", "1")
        assert err.startswith("Job 1 has ended: 3 answered, 2 failed, 1 expired; $")
        assert "kireji batch retry 1" in err.splitlines()[-1]
        assert len(place.results("1", "--failed")) == 3
        place.service.control(batches={"expire": 0, "fail": 0})
        place.batch("retry", "1")
        place.batch("run", "1")
        assert [each["status"] for each in place.results()] == ["succeeded"] * 6
        place.check_once(6)

    def test_results_can_be_read_while_the_rest_runs(self, place: Place) -> None:
        place.add(place.questions(4), "--rows-per-batch", "2")
        place.service.control(batches={"seconds": None})
        with place.start("run", "1") as worker:
            wait_until(lambda: states(place) == ["submitted"] * 2, "all is with the service")
            shown = place.show()
            assert (shown["rows"]["taken"], len(shown["under_way"]), shown["batches"]) == (4, 2, 2)
            assert shown["with_service_since"] is not None
            out, err = place.batch("results", "1")
            assert (out, err) == ("", "4 rows have not ended yet and are left out.\n")
            place.service.control(batches={"finish": True})
            assert ended(worker)[0] == 0
        assert place.batch("remove", "1", "--yes")[1] == "Job 1 is removed.\n"
        assert "There is no job 1" in place.refused("show", "1")


class TestInterrupted:
    def test_killed_and_run_again_nothing_is_lost_or_sent_twice(self, place: Place) -> None:
        place.service.control(batches={"seconds": None})
        place.add(place.questions(40), "--rows-per-batch", "10")
        worker = place.start("run", "1")
        wait_until(lambda: states(place) == ["submitted"] * 4, "all is with the service")
        worker.kill()
        worker.communicate()
        place.service.control(batches={"finish": True})
        place.batch("run", "1")
        assert [each["status"] for each in place.results()] == ["succeeded"] * 40
        assert place.counted()["made"] == 4
        place.check_once(40)

    def test_ctrl_c_leaves_the_job_with_the_service_and_says_so(self, place: Place) -> None:
        place.service.control(batches={"seconds": None})
        place.add(place.questions(5))
        worker = place.start("run", "1")
        wait_until(lambda: place.show()["with_service_since"] is not None, "it is with the service")
        worker.send_signal(signal.SIGINT)
        code, err = ended(worker)
        assert (code, err) == (130, "The job goes on at the service; kireji batch run 1 collects it.\n")
        place.service.control(batches={"finish": True})
        place.batch("run", "1")
        place.check_once(5)

    def test_ctrl_c_while_a_file_is_read_leaves_nothing(self, place: Place) -> None:
        path = place.folder / "large.jsonl"
        with path.open("w") as file:
            file.writelines(f'{{"prompt": "question {number}"}}\n' for number in range(400_000))
        reader = place.start("add", str(path), "-m", MODEL)
        wait_until(lambda: (place.folder / "kireji" / "jobs.db").exists(), "it is begun")
        wait_until(lambda: json.loads(place.batch("list", "--json")[0])["jobs"], "the job is there")
        reader.send_signal(signal.SIGINT)
        assert ended(reader)[0] == 130
        assert json.loads(place.batch("list", "--json")[0])["jobs"] == []

    def test_an_answer_that_was_swallowed_is_found_in_the_services_list(self, place: Place) -> None:
        place.service.control(batches={"swallow": 1})
        place.add(place.questions(5))
        place.batch("run", "1")
        assert [each["status"] for each in place.results()] == ["succeeded"] * 5
        assert place.counted()["made"] == 1
        place.check_once(5)


class TestRefused:
    def test_a_key_that_is_revoked_stops_it_and_the_next_one_goes_on(self, place: Place) -> None:
        place.service.control(batches={"seconds": None})
        place.add(place.questions(5))
        with place.start("run", "1") as worker:
            wait_until(lambda: place.show()["with_service_since"] is not None, "it is with the service")
            place.service.control(keys=["sk-ant-another-key-0123"])
            code, err = ended(worker)
        assert code == 1
        assert err.splitlines()[-1].startswith("kireji: Job 1: ")
        assert err.splitlines()[-1].endswith("kireji batch resume 1")
        assert place.show()["state"] == "needs you"
        sentence = place.show()["sentence"].removesuffix("Then resume the job.")
        assert sentence in place.refused("run", "1")
        place.service.control(keys=[KEY], batches={"finish": True})
        place.batch("resume", "1")
        place.batch("run", "1")
        assert place.counted()["made"] == 1
        place.check_once(5)

    def test_out_of_credit_stops_it_with_what_is_done(self, place: Place) -> None:
        place.add(place.questions(4), "--rows-per-batch", "4")
        place.service.control(
            batches={"refuse": [{"kind": "status", "status": 400, "error": "invalid_request_error",
                                 "message": "Your credit balance is too low to access the Anthropic API."}]}
        )  # fmt: skip
        _, err = place.batch("run", "1", code=1)
        assert "credit" in err.splitlines()[-1]
        assert (place.show()["state"], place.show()["rows"]["pending"]) == ("needs you", 4)
        place.batch("resume", "1")
        place.batch("run", "1")
        place.check_once(4)

    def test_every_failure_is_one_line(self, place: Place) -> None:
        (place.folder / "notes.txt").write_text("words")
        empty = place.file("empty.jsonl")
        table = place.file("table.csv", "a,b", "1,2")
        assert "notes.txt" in place.refused("add", str(place.folder / "notes.txt"), code=2)
        assert "missing.jsonl" in place.refused("add", str(place.folder / "missing.jsonl"), "-m", MODEL)
        place.refused("add", empty, "-m", MODEL)
        place.refused("add", table, "-m", MODEL)
        place.refused("add", table, "-m", MODEL, "--prompt", "{c}")
        place.refused("add", place.questions(2), "--schema", str(place.folder / "missing.json"))
        place.refused("add", str(place.folder), "-m", MODEL)
        place.refused("results", "1", "-o", "out.pdf", code=2)
        for action in ("show", "run", "results", "estimate", "dry-run"):
            assert "There is no job 9" in place.refused(action, "9")
        assert json.loads(place.batch("list", "--json")[0])["jobs"] == []


class TestTogether:
    def test_two_commands_work_one_queue_and_nothing_is_sent_twice(self, place: Place) -> None:
        place.service.control(batches={"seconds": 0.3})
        for number in range(2):
            path = place.file(f"{number}.jsonl", *({"prompt": f"{number}, {each}"} for each in range(30)))
            place.add(path, "--rows-per-batch", "5")
        workers = [place.start("run"), place.start("run"), place.start("run", "2")]
        assert [ended(worker)[0] for worker in workers] == [0, 0, 0]
        assert [each["status"] for number in "12" for each in place.results(number)] == ["succeeded"] * 60
        assert place.counted()["made"] == 12
        place.check_once(60)

    def test_the_app_and_a_command_work_one_queue(self, seat: Seat, service: ServiceProcess, tmp_path: Path) -> None:
        place = Place(tmp_path, service, {})
        address = {"ANTHROPIC_BASE_URL": service.base_url, "ANTHROPIC_API_KEY": KEY}
        place.variables = seat.variables | address
        service.control(batches={"seconds": 0.3})
        with running(place.variables, output=seat.output) as app:
            wait_until_up(seat.home, app)
            place.add(place.questions(40), "--rows-per-batch", "4")
            place.batch("run", "1")
            assert [each["status"] for each in place.results()] == ["succeeded"] * 40
            assert place.counted()["made"] == 10
            place.check_once(40)

    def test_a_command_shows_what_the_app_does(self, seat: Seat, service: ServiceProcess, tmp_path: Path) -> None:
        place = Place(tmp_path, service, {})
        place.variables = seat.variables | {"ANTHROPIC_BASE_URL": service.base_url, "ANTHROPIC_API_KEY": KEY}
        service.control(batches={"seconds": None})
        with running(place.variables, output=seat.output) as app:
            wait_until_up(seat.home, app)
            place.add(place.questions(6))
            wait_until(lambda: place.show()["with_service_since"] is not None, "the app has sent it", 40)
            with place.start("run", "1", "--json") as worker:
                assert worker.stdout is not None
                assert json.loads(worker.stdout.readline())["rows"]["taken"] == 6
                service.control(batches={"finish": True})
                out, _ = worker.communicate(timeout=60)
                assert json.loads(out.splitlines()[-1])["state"] == "finished"
        place.check_once(6)


class TestOthers:
    def test_openrouters_batches_where_the_model_has_them(self, tmp_path: Path) -> None:
        with PersonaProcess("openrouter", key=ROUTER_KEY, batches=QUICK) as service:
            address = {"OPENROUTER_BASE_URL": service.base_url, "OPENROUTER_API_KEY": ROUTER_KEY}
            place = Place(tmp_path, service, address)
            _, err = place.batch("add", place.questions(4), "-p", "openrouter", "-m", "openai/gpt-test", "--yes")
            assert "half price, through the service's batches" in err
            place.batch("run", "1")
            assert [each["status"] for each in place.results()] == ["succeeded"] * 4
            place.check_once(4)

    def test_rows_go_live_where_there_are_no_batches_and_that_is_said(self, tmp_path: Path) -> None:
        with PersonaProcess("llamacpp") as service:
            place = Place(tmp_path, service, {"OPENAI_BASE_URL": f"{service.base_url}/v1"})
            _, err = place.batch("add", place.questions(5), "-p", "local", "--yes")
            assert "full price: row by row, now" in err
            place.batch("run", "1")
            assert [each["status"] for each in place.results()] == ["succeeded"] * 5
            assert asked_live(service) == 5

    def test_live_by_choice(self, place: Place) -> None:
        place.add(place.questions(4), "--live")
        place.batch("run", "1")
        assert [each["status"] for each in place.results()] == ["succeeded"] * 4
        assert (asked_live(place.service), place.counted()["made"]) == (4, 0)


@pytest.mark.skipif(sys.platform == "win32", reason="pseudo-terminals are POSIX")
class TestTerminal:
    def command(self, *arguments: str) -> Sequence[str]:
        return [*COMMAND, "batch", *arguments]

    def test_a_person_is_asked_before_it_starts(self, place: Place) -> None:
        with at_terminal(self.command("add", place.questions(3), "-m", MODEL), place.variables) as seated:
            seated.wait_for(b"Start? [y/N]")
            assert b"half price" in seated.shown
            seated.type(b"y\n")
            out, _ = seated.program.communicate(timeout=60)
        assert (out, seated.program.returncode) == (b"1\n", 0)
        assert place.show()["state"] == "running"

    def test_a_bar_is_drawn_on_one_line_and_taken_away(self, place: Place) -> None:
        place.service.control(batches={"seconds": None})
        place.add(place.questions(10), "--rows-per-batch", "5")
        with at_terminal(self.command("run", "1"), place.variables) as seated:
            seated.wait_for(b"10 with the service since ")
            assert b"[--------------------] 0 % \xc2\xb7 0 of 10 rows" in seated.shown  # before it had so much to say
            assert b"\n" not in seated.shown
            wait_until(lambda: states(place) == ["submitted"] * 2, "all is with the service")
            place.service.control(batches={"finish": True})
            seated.wait_for(b"Job 1 has ended: 10 answered")
            last = seated.shown.split(b"\r\x1b[K")[-1]
            assert last.startswith(b"Job 1 has ended")

    def test_reading_a_large_file_shows_lines_and_bytes(self, place: Place) -> None:
        path = place.folder / "large.jsonl"
        with path.open("w") as file:
            file.writelines(f'{{"prompt": "question {number}"}}\n' for number in range(200_000))
        with at_terminal(self.command("add", str(path), "-m", MODEL), place.variables) as seated:
            seated.wait_for(b" MB")
            assert b"reading large.jsonl" in seated.shown
            seated.wait_for(b"Start? [y/N]")

    def test_ctrl_c_at_the_terminal(self, place: Place) -> None:
        place.service.control(batches={"seconds": None})
        place.add(place.questions(3))
        with at_terminal(self.command("run", "1"), place.variables) as seated:
            seated.wait_for(b"3 with the service since ")
            seated.type(b"\x03")
            seated.wait_for(b"kireji batch run 1 collects it")
            assert seated.program.wait(30) == 130


def test_a_reader_that_leaves_early_is_no_failure(place: Place) -> None:
    place.add(place.questions(200))
    place.batch("run", "1")
    done = subprocess.run(
        ["sh", "-c", '"$@" | head -n 1', "sh", *COMMAND, "batch", "results", "1"],
        env=place.variables, capture_output=True, timeout=60, check=True,
    )  # fmt: skip
    assert done.stderr == b""
    assert done.stdout.count(b"\n") == 1
