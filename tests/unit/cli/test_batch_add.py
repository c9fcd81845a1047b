"""`kireji batch add`, `estimate` and `dry-run`."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from kireji.core.errors import JobError, RateLimited
from kireji.core.jobs.states import JobState
from kireji.core.jobs.values import Mode, SourceKind
from kireji.core.models import Effort
from kireji.core.ports import EncodedPicture
from tests.fakes.provider import FakeProvider, answer
from tests.fakes.stores import MemorySettings
from tests.fakes.world import World
from tests.unit.cli.batch_scene import UNKNOWN, a_file, jobs, scene
from tests.unit.cli.conftest import Kireji, Terminal, TypedLines


@pytest.fixture
def world() -> World:
    return scene("one", "two", "one")


class TestAdd:
    def test_the_jobs_number_is_the_result_and_it_waits(self, world: World, kireji: Kireji, tmp_path: Path) -> None:
        done = kireji("batch", "add", a_file(tmp_path))
        assert (done.code, done.out) == (0, "1\n")
        assert done.err.splitlines()[-1] == "Job 1 waits, and nothing was sent: kireji batch run 1"
        assert [job.state for job in jobs(world)] == [JobState.READY]
        assert world.remote.asked == []

    def test_what_it_will_take_is_said(self, kireji: Kireji, tmp_path: Path) -> None:
        lines = kireji("batch", "add", a_file(tmp_path)).err.splitlines()
        assert lines[0] == "rows    2 (1 duplicate merged)"
        assert "price   half price, through the service's batches" in lines
        assert any(line.startswith("cost    $0.0") and line.endswith(" at most") for line in lines)
        assert "time    usually within 1 hour, at most 24 hours" in lines

    @pytest.mark.parametrize("action", ["add", "estimate"])
    def test_a_model_that_nobody_knows_is_said_before_anything_is_sent(
        self, kireji: Kireji, tmp_path: Path, action: str
    ) -> None:
        told = "in the list of Anthropic's models"
        assert told not in kireji("batch", action, a_file(tmp_path)).err
        assert f"gpt-4o-mini is not {told}" in kireji("batch", action, a_file(tmp_path), "-m", "gpt-4o-mini").err

    def test_that_there_is_no_key_is_said_and_the_job_is_made(
        self, world: World, kireji: Kireji, tmp_path: Path
    ) -> None:
        assert "No key" not in kireji("batch", "add", a_file(tmp_path), "-p", "anthropic").err
        world.key = ""
        world.keychain.secrets.clear()
        done = kireji("batch", "add", a_file(tmp_path), "-p", "anthropic")
        assert (done.code, done.out) == (0, "2\n")
        assert "Anthropic: No key is stored. Add one in Settings" in done.err

    def test_with_yes_it_runs(self, world: World, kireji: Kireji, tmp_path: Path) -> None:
        done = kireji("batch", "add", a_file(tmp_path), "--yes")
        assert (done.code, done.out) == (0, "1\n")
        assert done.err.splitlines()[-1] == "Job 1 runs while the app does, or with: kireji batch run 1"
        assert [job.state for job in jobs(world)] == [JobState.RUNNING]

    def test_the_plan_is_what_was_typed(self, world: World, kireji: Kireji, tmp_path: Path) -> None:
        schema = tmp_path / "schema.json"
        schema.write_text('{"type": "object"}')
        plan = ["-p", "anthropic", "-m", "fake-model", "--prompt", "Is {a} right?", "-s", "Be brief.", "--name", "Mine"]
        more = ["--max-tokens", "77", "--effort", "low", "--live", "--rows-per-batch", "5", "--reuse", "--schema"]
        assert kireji("batch", "add", a_file(tmp_path, "t.csv"), *plan, *more, str(schema)).code == 0
        [job] = jobs(world)
        assert job.kind is SourceKind.CSV
        assert (job.plan.name, job.plan.provider, job.plan.model) == ("Mine", "anthropic", "fake-model")
        assert (job.plan.prompt, job.plan.system, job.plan.schema) == (
            "Is {a} right?",
            "Be brief.",
            b'{"type": "object"}',
        )
        assert (job.plan.max_tokens, job.plan.effort, job.plan.mode) == (77, Effort.LOW, Mode.LIVE)
        assert (job.plan.rows_per_batch, job.plan.reuse) == (5, True)

    def test_whoever_stops_at_the_question_is_told_that_the_job_stays(
        self, world: World, kireji: Kireji, tmp_path: Path
    ) -> None:
        class Stopping(TypedLines):
            async def line(self) -> str:
                raise asyncio.CancelledError

        done = kireji("batch", "add", a_file(tmp_path), typed=Stopping(), err=Terminal())
        assert (done.code, [job.state for job in jobs(world)]) == (130, [JobState.READY])
        assert "Job 1 waits, and nothing was sent: kireji batch run 1" in done.err

    def test_what_may_be_left_out_is_part_of_the_plan_and_told(
        self, world: World, kireji: Kireji, tmp_path: Path
    ) -> None:
        added = kireji("batch", "add", a_file(tmp_path), "--drop", "temperature,seed")
        assert [job.plan.drop for job in jobs(world)] == [("temperature", "seed")]
        assert "left out  temperature, seed" in added.err
        assert "temperature, seed" in kireji("batch", "show", "1").out
        assert json.loads(kireji("batch", "show", "1", "--json").out)["drop"] == ["temperature", "seed"]

    @pytest.mark.parametrize("name", ["messages", "temperature,", "model"])
    def test_what_no_question_can_do_without_is_not_left_out(self, kireji: Kireji, tmp_path: Path, name: str) -> None:
        with pytest.raises(SystemExit) as refused:
            kireji("batch", "add", a_file(tmp_path), "--drop", name)
        assert refused.value.code == 2

    def test_a_job_is_called_as_its_file_and_has_the_settings_number_of_rows(
        self, world: World, kireji: Kireji, tmp_path: Path
    ) -> None:
        world.settings.tables["jobs"] = {"rows_per_batch": 50}
        kireji("batch", "add", a_file(tmp_path, "reviews of march.jsonl"))
        assert [(job.plan.name, job.plan.rows_per_batch) for job in jobs(world)] == [("reviews of march", 50)]

    def test_one_object_for_programs(self, kireji: Kireji, tmp_path: Path) -> None:
        found = json.loads(kireji("batch", "add", a_file(tmp_path), "--json").out)
        assert (found["id"], found["state"], found["rows"]["pending"], found["rows"]["same"]) == (1, "ready", 2, 1)
        assert found["estimate"]["price_share"] == 0.5
        assert found["bad"] == []

    def test_what_cannot_be_read_is_one_line(self, world: World, kireji: Kireji, tmp_path: Path) -> None:
        world.job_importer.failure = JobError("There is no rows.jsonl.", "Check its name.")
        done = kireji("batch", "add", str(tmp_path / "rows.jsonl"))
        assert (done.code, done.out, done.err) == (1, "", "kireji: There is no rows.jsonl. Check its name.\n")
        assert jobs(world) == []


class TestSources:
    @pytest.mark.parametrize(
        ("name", "kind"),
        [("a.jsonl", SourceKind.JSONL), ("a.CSV", SourceKind.CSV), ("a.png", SourceKind.PICTURES)],
    )
    def test_a_file_is_known_by_its_ending(
        self, world: World, kireji: Kireji, tmp_path: Path, name: str, kind: SourceKind
    ) -> None:
        assert kireji("batch", "add", a_file(tmp_path, name), "--prompt", "?").code == 0
        assert [job.kind for job in jobs(world)] == [kind]

    def test_a_file_without_ending_is_known_by_how_it_begins(
        self, world: World, kireji: Kireji, tmp_path: Path
    ) -> None:
        assert kireji("batch", "add", a_file(tmp_path, "requests")).code == 0
        assert [job.kind for job in jobs(world)] == [SourceKind.JSONL]

    def test_another_file_is_wrong_usage_that_names_what_can_be_read(self, kireji: Kireji, tmp_path: Path) -> None:
        (tmp_path / "a.txt").write_text("words")
        done = kireji("batch", "add", str(tmp_path / "a.txt"))
        assert (done.code, done.err.count("\n")) == (2, 1)
        assert "neither lines of JSON (.jsonl), nor a table (.csv), nor a picture" in done.err

    def test_a_folder(self, world: World, kireji: Kireji, tmp_path: Path) -> None:
        assert kireji("batch", "add", str(tmp_path), "--prompt", "?").code == 0
        assert [(job.kind, job.source) for job in jobs(world)] == [(SourceKind.FOLDER, tmp_path.name)]

    def test_several_files_only_when_all_are_pictures(self, world: World, kireji: Kireji, tmp_path: Path) -> None:
        pictures = [a_file(tmp_path, "a.png"), a_file(tmp_path, "b.jpg")]
        assert kireji("batch", "add", *pictures, "--prompt", "?").code == 0
        assert [(job.kind, job.source) for job in jobs(world)] == [(SourceKind.PICTURES, "2 pictures")]
        assert kireji("batch", "add", *pictures, a_file(tmp_path)).code == 2

    @pytest.mark.parametrize("words", [(), ("a.jsonl", "--last-captures", "3"), ("",), ("12",)])
    def test_nothing_and_too_much_are_wrong_usage(self, kireji: Kireji, words: tuple[str, ...]) -> None:
        done = kireji("batch", "add", *words)
        assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)

    def test_the_last_captures(self, world: World, kireji: Kireji) -> None:
        for number in range(3):
            asyncio.run(world.captures.put(EncodedPicture(b"picture %d" % number, "image/png", 7, 5)))
        assert kireji("batch", "add", "--last-captures", "2", "--prompt", "?").code == 0
        [job] = jobs(world)
        assert (job.kind, job.source, job.plan.name) == (
            SourceKind.PICTURES,
            "The last 2 captures",
            "The last 2 captures",
        )

    def test_no_captures_is_said(self, kireji: Kireji) -> None:
        done = kireji("batch", "add", "--last-captures", "2", "--prompt", "?")
        assert (done.code, done.err.splitlines()[-1]) == (
            1,
            "kireji: There are no captures yet. Capture something first, or name a folder.",
        )

    @pytest.mark.parametrize(("text", "why"), [("not json", "is no JSON"), ("[1]", "is no JSON schema")])
    def test_a_schema_that_is_none_is_told_before_anything_is_read(
        self, world: World, kireji: Kireji, tmp_path: Path, text: str, why: str
    ) -> None:
        (tmp_path / "schema.json").write_text(text)
        done = kireji("batch", "add", a_file(tmp_path), "--schema", str(tmp_path / "schema.json"))
        assert (done.code, why in done.err, jobs(world)) == (1, True, [])


class TestBadLines:
    @pytest.fixture
    def world(self) -> World:
        return scene("one", "two", bad=23)

    def test_nobody_there_nothing_is_added(self, world: World, kireji: Kireji, tmp_path: Path) -> None:
        done = kireji("batch", "add", a_file(tmp_path))
        lines = done.err.splitlines()
        assert (done.code, done.out, jobs(world)) == (1, "", [])
        assert lines[0] == "line 3: The JSON is broken at column 3."
        assert lines[19:] == [
            "line 22: The JSON is broken at column 22.",
            "and 3 more.",
            "kireji: 23 lines cannot be asked, so nothing was added. Correct them, or go on without them: --yes",
        ]

    def test_with_yes_it_goes_on_without_them(self, world: World, kireji: Kireji, tmp_path: Path) -> None:
        done = kireji("batch", "add", a_file(tmp_path), "--yes")
        assert (done.code, done.out) == (0, "1\n")
        assert "and 3 more: kireji batch bad 1" in done.err
        assert "rows    2 (23 bad lines left out)" in done.err
        assert [(job.state, job.counts.pending) for job in jobs(world)] == [(JobState.RUNNING, 2)]

    def test_a_person_is_asked(self, world: World, kireji: Kireji, tmp_path: Path) -> None:
        person = TypedLines("y")
        done = kireji("batch", "add", a_file(tmp_path), typed=person, err=Terminal())
        assert (done.code, done.out, person.forgotten) == (0, "1\n", 1)
        assert "Start without the bad lines? [y/N]" in done.err
        assert [job.state for job in jobs(world)] == [JobState.RUNNING]

    @pytest.mark.parametrize("typed", ["", "n", "no", "what?"])
    def test_whoever_does_not_say_yes_leaves_it_waiting(
        self, world: World, kireji: Kireji, tmp_path: Path, typed: str
    ) -> None:
        done = kireji("batch", "add", a_file(tmp_path), typed=TypedLines(typed), err=Terminal())
        assert (done.code, done.out) == (0, "1\n")
        assert [job.state for job in jobs(world)] == [JobState.READY]

    def test_a_program_gets_all_of_them(self, kireji: Kireji, tmp_path: Path) -> None:
        found = json.loads(kireji("batch", "add", a_file(tmp_path), "--json", "--yes").out)
        assert (len(found["bad"]), found["rows"]["invalid"]) == (23, 23)
        assert found["bad"][0]["line"] == 3
        assert found["bad"][0]["reason"] == "The JSON is broken at column 3."

    @pytest.mark.parametrize(("good", "bad"), [(2, 23), (0, 4)])
    def test_a_program_is_told_why_there_is_no_job(
        self, world: World, kireji: Kireji, tmp_path: Path, good: int, bad: int
    ) -> None:
        world.job_importer.rows = scene(*map(str, range(good)), bad=bad).job_importer.rows
        done = kireji("batch", "add", a_file(tmp_path), "--json")
        found = json.loads(done.out)
        assert (done.code, found["id"], found["invalid"], len(found["bad"])) == (1, None, bad, bad)
        assert jobs(world) == []

    def test_where_no_line_is_good_the_first_is_told_with_the_number_of_the_others(
        self, world: World, kireji: Kireji, tmp_path: Path
    ) -> None:
        world.job_importer.rows = scene(bad=30).job_importer.rows
        told = kireji("batch", "add", a_file(tmp_path)).err
        assert "Line 1 (and 29 more): The JSON is broken at column 1." in told
        world.job_importer.rows = scene(bad=1).job_importer.rows
        assert "asked. Line 1: The JSON is broken at column 1." in kireji("batch", "add", a_file(tmp_path)).err

    def test_only_bad_lines_make_no_job(self, world: World, kireji: Kireji, tmp_path: Path) -> None:
        world.job_importer.rows = scene(bad=2).job_importer.rows
        done = kireji("batch", "add", a_file(tmp_path), "--yes")
        assert (done.code, done.out, jobs(world)) == (1, "", [])
        assert "There is no row in it that could be asked" in done.err


class TestMoney:
    def test_over_the_budget_it_does_not_start_and_waits(self, world: World, kireji: Kireji, tmp_path: Path) -> None:
        world.settings = MemorySettings({"budget": {"day": 0.001}})
        done = kireji("batch", "add", a_file(tmp_path), "--yes")
        assert (done.code, done.out) == (1, "1\n")
        assert "The budget for today is $0.0010" in done.err.splitlines()[-2]
        assert done.err.splitlines()[-1] == "Job 1 waits: kireji batch run 1"
        assert [job.state for job in jobs(world)] == [JobState.READY]

    def test_where_nothing_is_started_the_budget_is_said_all_the_same(
        self, world: World, kireji: Kireji, tmp_path: Path
    ) -> None:
        world.settings = MemorySettings({"budget": {"day": 0.001}})
        done = kireji("batch", "add", a_file(tmp_path))
        assert (done.code, done.err.count("The budget for today is")) == (0, 1)

    def test_an_unknown_price_is_refused_under_a_budget_and_goes_with_yes(
        self, kireji: Kireji, world: World, tmp_path: Path
    ) -> None:
        world.remote = FakeProvider(models=(UNKNOWN,))
        world.settings = MemorySettings({"budget": {"day": 5.0}})
        assert kireji("batch", "add", a_file(tmp_path)).code == 0
        refused = kireji("batch", "run", "1")
        assert (refused.code, refused.err.count("\n"), "--yes" in refused.err) == (1, 1, True)
        assert "The price of fake-model is unknown" in refused.err
        assert kireji("batch", "add", a_file(tmp_path), "--yes").code == 0
        assert [job.state for job in jobs(world)] == [JobState.READY, JobState.RUNNING]

    def test_a_person_is_told_that_no_budget_holds_and_may_start_it(
        self, kireji: Kireji, world: World, tmp_path: Path
    ) -> None:
        world.remote = FakeProvider(models=(UNKNOWN,))
        world.settings = MemorySettings({"budget": {"day": 5.0}})
        done = kireji("batch", "add", a_file(tmp_path), typed=TypedLines("y"), err=Terminal())
        assert "Nobody knows what it will cost, so no budget can hold for it." in done.err
        assert [job.state for job in jobs(world)] == [JobState.RUNNING]

    def test_nobody_is_asked_about_what_may_not_start(self, kireji: Kireji, world: World, tmp_path: Path) -> None:
        world.settings = MemorySettings({"budget": {"day": 0.001}})
        done = kireji("batch", "add", a_file(tmp_path), typed=TypedLines("y"), err=Terminal())
        assert ("[y/N]" in done.err, "The budget for today is" in done.err) == (False, True)
        assert [job.state for job in jobs(world)] == [JobState.READY]

    def test_live_rows_are_said_to_cost_the_full_price(self, kireji: Kireji, tmp_path: Path) -> None:
        assert "full price: row by row, now" in kireji("batch", "add", a_file(tmp_path), "--live").err


class TestEstimate:
    def test_it_is_the_result_and_nothing_is_kept(self, world: World, kireji: Kireji, tmp_path: Path) -> None:
        done = kireji("batch", "estimate", a_file(tmp_path))
        assert (done.code, done.out.splitlines()[0], done.err) == (0, "rows    2 (1 duplicate merged)", "")
        assert jobs(world) == []

    def test_for_programs(self, kireji: Kireji, tmp_path: Path) -> None:
        found = json.loads(kireji("batch", "estimate", a_file(tmp_path), "--json").out)
        assert (found["rows"], found["duplicates"], found["invalid"]) == (2, 1, 0)
        assert 0 < found["cost"] < found["cost_at_most"]

    def test_of_a_job_that_there_is(self, world: World, kireji: Kireji, tmp_path: Path) -> None:
        kireji("batch", "add", a_file(tmp_path))
        assert kireji("batch", "estimate", "1").out.splitlines()[0] == "rows    2 (1 duplicate merged)"
        assert len(jobs(world)) == 1

    def test_bad_lines_are_listed_and_no_failure(self, world: World, kireji: Kireji, tmp_path: Path) -> None:
        world.job_importer.rows = scene("one", bad=1).job_importer.rows
        done = kireji("batch", "estimate", a_file(tmp_path))
        assert (done.code, done.err) == (0, "line 2: The JSON is broken at column 2.\n")


class TestDryRun:
    def test_the_answer_is_the_result_and_the_others_wait(self, world: World, kireji: Kireji, tmp_path: Path) -> None:
        world.remote.enqueue(answer("Yes."))
        done = kireji("batch", "dry-run", a_file(tmp_path))
        assert (done.code, done.out) == (0, "Yes.\n")
        assert done.err.splitlines()[-1] == "The other rows wait as job 1: kireji batch run 1"
        assert [(job.state, job.counts.succeeded, job.counts.pending) for job in jobs(world)] == [
            (JobState.READY, 1, 1)
        ]

    def test_a_row_of_a_job_by_its_number(self, world: World, kireji: Kireji, tmp_path: Path) -> None:
        kireji("batch", "add", a_file(tmp_path))
        world.remote.enqueue(answer("Two."))
        found = json.loads(kireji("batch", "dry-run", "1", "--row", "2", "--json").out)
        assert (found["job"], found["row"], found["text"], found["status"]) == (1, 2, "Two.", "succeeded")

    def test_a_row_that_is_not_there_is_told(self, world: World, kireji: Kireji, tmp_path: Path) -> None:
        done = kireji("batch", "dry-run", a_file(tmp_path), "--row", "9")
        assert (done.code, done.err) == (1, "kireji: There is no row 9. The last row is 3.\n")
        assert jobs(world) == []

    def test_a_row_that_does_not_wait_is_told(self, kireji: Kireji, tmp_path: Path) -> None:
        kireji("batch", "add", a_file(tmp_path))
        done = kireji("batch", "dry-run", "1", "--row", "3")
        assert (done.code, done.err.count("\n"), done.out) == (1, 1, "")

    def test_what_could_not_be_asked_leaves_no_job(self, world: World, kireji: Kireji, tmp_path: Path) -> None:
        world.remote.enqueue([RateLimited("Too many requests.", not_taken=True)])
        done = kireji("batch", "dry-run", a_file(tmp_path))
        assert (done.code, done.out, jobs(world)) == (1, "", [])

    def test_a_row_that_may_have_been_asked_keeps_its_job(self, world: World, kireji: Kireji, tmp_path: Path) -> None:
        world.remote.enqueue([JobError("It broke off.")])
        done = kireji("batch", "dry-run", a_file(tmp_path))
        assert (done.code, done.out) == (1, "")
        assert [job.counts.uncertain for job in jobs(world)] == [1]
        assert "kireji batch run 1" in done.err
