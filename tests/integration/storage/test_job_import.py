"""Sources into jobs, by the real process, into a real queue."""

from __future__ import annotations

import asyncio
import json
import os
import resource
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from kireji.bootstrap.job_import import SWITCH, command
from kireji.core.errors import JobConflict, JobError, KirejiError, StoreFull
from kireji.core.jobs.ports import BatchLimits
from kireji.core.jobs.states import JobState, RowState
from kireji.core.jobs.values import ImportProgress, JobPlan, JobSource, LineKind, Row, SourceHead, SourceKind
from kireji.desktop.processes import origin_alive, process_origin
from kireji.storage.jobs.importer import ImportProcess
from kireji.storage.jobs.pictures import FileJobPictures
from kireji.storage.jobs.store import SqliteJobStore
from kireji.storage.jobs.tables import open_jobs
from tests.support.pictures import png
from tests.support.scarce_disk import with_full_disk

PLAN = JobPlan("a job", "anthropic", "m")
LIMITS = BatchLimits(100_000, 256_000_000, 32_000_000, True)
PROMPT = '{"prompt": "Question %d"}\n'


class Place:
    """A queue and its importer."""

    def __init__(self, folder: Path, store: SqliteJobStore) -> None:
        self.folder = folder
        self.store = store
        self.pictures = FileJobPictures(folder / "home" / "jobs" / "pictures")
        self.told: list[ImportProgress] = []
        self.limits: BatchLimits | None = LIMITS
        self.job = 0

    def importer(self, *prefix: str) -> ImportProcess:
        home = self.folder / "home"
        return ImportProcess(
            home / "jobs.db", home / "jobs" / "pictures", lambda *_: self.limits, [*prefix, *command()], os.environ
        )

    async def read(
        self,
        source: JobSource,
        plan: JobPlan = PLAN,
        *prefix: str,
        wins: bool = True,
        progress: Callable[[ImportProgress], None] | None = None,
    ) -> ImportProgress:
        self.job = await self.store.create(plan, source, process_origin())
        return await self.importer(*prefix).run(self.job, plan, source, progress or self.told.append, wins=wins)

    async def lines(self, data: str | bytes, plan: JobPlan = PLAN, *, wins: bool = True) -> list[Row]:
        """The rows of a JSONL file."""
        file = self.folder / "lines.jsonl"
        await asyncio.to_thread(file.write_bytes, data.encode() if isinstance(data, str) else data)
        await self.read(jsonl(file), plan, wins=wins)
        return await self.rows()

    async def table(self, data: str | bytes, prompt: str, name: str = "table.csv") -> list[Row]:
        file = self.folder / name
        await asyncio.to_thread(file.write_bytes, data.encode() if isinstance(data, str) else data)
        await self.read(JobSource(SourceKind.CSV, (str(file),)), JobPlan("a job", "anthropic", "m", prompt=prompt))
        return await self.rows()

    async def rows(self) -> list[Row]:
        return list(await self.store.rows(self.job))

    async def prompts(self) -> list[object]:
        """What the good rows ask."""
        found = [await self.store.input(self.job, row.number) for row in await self.rows()]
        return [json.loads(one.content).get("prompt") for one in found if one is not None]

    async def state(self) -> JobState:
        job = await self.store.job(self.job)
        assert job is not None
        return job.state


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[Place]:
    database = await open_jobs(tmp_path / "home" / "jobs.db")
    pictures = FileJobPictures(tmp_path / "home" / "jobs" / "pictures")
    yield Place(tmp_path, SqliteJobStore(database, origin_alive, pictures.drop))
    await database.close()


def jsonl(file: Path, most: int = 0) -> JobSource:
    return JobSource(SourceKind.JSONL, (str(file),), most)


def why(rows: list[Row]) -> dict[int, str]:
    """The reasons of refused rows, by line."""
    return {row.line: row.sentence for row in rows if row.state is RowState.INVALID}


# lines


async def test_lines_become_rows_in_their_order(place: Place) -> None:
    rows = await place.lines('{"prompt": "One", "id": "a"}\n{"prompt": "Two"}\n')
    assert [(row.number, row.line, row.id, row.state) for row in rows] == [
        (1, 1, "a", RowState.PENDING),
        (2, 2, "", RowState.PENDING),
    ]
    assert await place.prompts() == ["One", "Two"]
    assert await place.state() is JobState.READY


async def test_a_line_is_kept_as_it_was_read(place: Place) -> None:
    await place.lines('  {"prompt":  "One" }  \r\n')
    kept = await place.store.input(place.job, 1)
    assert kept is not None
    assert (kept.kind, kept.content) == (LineKind.PROMPT, b'{"prompt":  "One" }')


async def test_bad_lines_are_listed_and_good_ones_go_on(place: Place) -> None:
    rows = await place.lines(
        b'{"prompt": "One"}\n{"prompt": "Two\n{"prompt": "\xff"}\n{"prompt": "a\0"}\n{"prompt": "4"}\n'
    )
    assert {line: reason[:37] for line, reason in why(rows).items()} == {
        2: "The JSON is broken at column 12: unte",
        3: "The line is not UTF-8: there is a wro",
        4: "The JSON is broken at column 14: ther",
    }
    assert await place.prompts() == ["One", "4"]


async def test_the_numbers_of_a_job_tell_its_bad_and_equal_lines(place: Place) -> None:
    await place.lines(PROMPT % 1 + PROMPT % 2 + "x\n" + PROMPT % 1)
    job = await place.store.job(place.job)
    assert job is not None
    assert (job.counts.pending, job.counts.same, job.counts.invalid, job.counts.lines) == (2, 1, 1, 4)


async def test_empty_lines_are_no_rows_but_count_as_lines(place: Place) -> None:
    rows = await place.lines(f"\ufeff\n{PROMPT % 1}\n  \r\n{(PROMPT % 2).strip()}")
    assert [(row.number, row.line) for row in rows] == [(1, 2), (2, 5)]


async def test_the_mark_of_the_encoding_is_no_part_of_the_first_line(place: Place) -> None:
    await place.lines(f"\ufeff{PROMPT % 1}")
    assert await place.prompts() == ["Question 1"]


async def test_ids_that_stand_twice_are_refused_with_the_first_one(place: Place) -> None:
    rows = await place.lines('{"prompt": "1", "id": "a"}\n{"prompt": "2", "id": 7}\n{"prompt": "3", "id": "a"}\n')
    assert why(rows) == {3: "Line 3 has the id of line 1."}


async def test_equal_questions_are_asked_once_however_they_are_written(place: Place) -> None:
    rows = await place.lines('{"prompt": "One", "id": "a"}\n{"id": "b", "prompt": "O\\u006ee"}\n{"prompt": "Two"}\n')
    assert [(row.state, row.same_as) for row in rows] == [
        (RowState.PENDING, None),
        (RowState.SAME, 1),
        (RowState.PENDING, None),
    ]


async def test_whole_bodies_become_rows_too(place: Place) -> None:
    asked = '"messages": [{"role": "user", "content": "Why?"}]'
    rows = await place.lines(
        f'{{"custom_id": "p", "params": {{"model": "m", {asked}}}}}\n'
        f'{{"method": "POST", "url": "/v1/chat/completions", "body": {{"temperature": 0, {asked}}}}}\n'
    )
    kept = await place.store.input(place.job, 1)
    assert kept is not None
    assert (kept.kind, kept.content) == (LineKind.PARAMS, f'{{"model": "m", {asked}}}'.encode())
    [(line, reason)] = why(rows).items()
    assert (line, reason.partition(".")[0]) == (2, "“temperature” cannot be carried over to this service's form")


async def test_lines_that_name_another_model_are_refused_unless_the_person_chose_one(place: Place) -> None:
    line = '{"params": {"model": "%s", "messages": [{"role": "user", "content": "Why?"}]}}\n'
    rows = await place.lines(line % "m" + line % "other", wins=False)
    assert why(rows) == {2: "The line names the model other, the job asks m. Give the job a model, or split the file."}
    assert why(await place.lines(line % "m" + line % "other", wins=True)) == {}


EMBEDDING = '{"custom_id": "e", "method": "POST", "url": "/v1/embeddings", "body": {"model": "e5", "input": "Why?"}}'
"""A line that no job asks: it decides nothing for the others."""


async def test_a_line_that_is_refused_keeps_its_own_id(place: Place) -> None:
    rows = await place.lines(
        EMBEDDING + "\n" + '{"prompt": " ", "id": "p"}\n{"prompt": "1", "image": "none.png", "id": "i"}'
    )
    assert [(row.id, row.state) for row in rows] == [(id, RowState.INVALID) for id in "epi"]


async def test_the_model_that_lines_name_is_known_before_they_are_read(place: Place) -> None:
    file = place.folder / "lines.jsonl"
    asked = '{"params": {"model": "%s", "messages": [{"role": "user", "content": "Why?"}]}}'
    await asyncio.to_thread(file.write_text, 'x\n{"prompt": "1"}\n' + asked % "m7", "utf-8")
    assert await place.importer().named_model(jsonl(file)) == "m7"
    await asyncio.to_thread(file.write_text, EMBEDDING + "\n" + asked % "m7", "utf-8")
    assert await place.importer().named_model(jsonl(file)) == "m7"
    await asyncio.to_thread(file.write_text, PROMPT % 1, "utf-8")
    assert await place.importer().named_model(jsonl(file)) == ""
    with pytest.raises(JobError, match="There is no"):
        await place.importer().named_model(jsonl(place.folder / "missing.jsonl"))


async def test_only_so_many_good_lines_are_taken(place: Place) -> None:
    file = place.folder / "lines.jsonl"
    await asyncio.to_thread(file.write_text, "x\n" + "".join(PROMPT % number for number in range(9)), "utf-8")
    await place.read(jsonl(file, most=3))
    assert await place.prompts() == ["Question 0", "Question 1", "Question 2"]


async def test_a_line_of_40_mb_is_refused_and_the_next_one_read(place: Place) -> None:
    file = place.folder / "lines.jsonl"

    def write() -> None:
        with file.open("wb") as stream:
            stream.write(b'{"prompt": "')
            for _ in range(40):
                stream.write(b"x" * 1_000_000)
            stream.write(b'"}\n' + (PROMPT % 1).encode())

    await asyncio.to_thread(write)
    await place.read(jsonl(file))
    assert why(await place.rows()) == {1: "The line is larger than the 32 MB that one question may have."}
    assert await place.prompts() == ["Question 1"]


async def test_lines_that_could_not_be_read_when_they_are_sent_are_refused(place: Place) -> None:
    line = '{"params": {"messages": [{"role": "user", "content": "?"}], "metadata": %s}}\n'
    deep = "[" * 800 + "]" * 800
    rows = await place.lines(line % deep + line % ("9" * 5_000) + line % ("[" * 100 + "]" * 100))
    assert list(why(rows)) == [1, 2]
    assert why(rows)[1] == why(rows)[2] == "The line is nested too deeply, or holds a number with too many digits."


async def test_lines_over_the_services_limit_are_refused(place: Place) -> None:
    place.limits = BatchLimits(100, 10_000, 100, True)
    rows = await place.lines(PROMPT % 1 + '{"prompt": "' + "x" * 200 + '"}\n')
    assert list(why(rows)) == [2]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b'[{"prompt": "One"}]', "one JSON list"),
        ('{"prompt": "One"}\n'.encode("utf-16"), "UTF-16"),
    ],
)
async def test_files_that_are_no_lines_are_refused_as_a_whole(place: Place, data: bytes, reason: str) -> None:
    with pytest.raises(JobError, match=reason):
        await place.lines(data)
    assert await place.state() is JobState.IMPORTING


async def test_what_is_no_file_is_refused_and_not_waited_for(place: Place) -> None:
    os.mkfifo(place.folder / "pipe")
    for name, reason in (("missing", "There is no"), ("pipe", "not a regular file"), ("home", "is a folder")):
        with pytest.raises(JobError, match=reason):
            await place.read(jsonl(place.folder / name))


async def test_names_may_have_blanks_and_any_letters_and_be_links(place: Place) -> None:
    file = place.folder / "ein Ordner ä" / "Zeilen 行.jsonl"

    def write() -> Path:
        file.parent.mkdir()
        file.write_text(PROMPT % 1, "utf-8")
        link = place.folder / "link.jsonl"
        link.symlink_to(file)
        return link

    for path in (file, await asyncio.to_thread(write)):
        assert (await place.read(jsonl(path))).lines == 1


async def test_a_path_may_begin_in_the_current_folder(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(place.folder)
    await asyncio.to_thread((place.folder / "lines.jsonl").write_text, PROMPT % 1, "utf-8")
    assert (await place.read(jsonl(Path("lines.jsonl")))).lines == 1


async def test_a_file_that_shrinks_meanwhile_gives_what_was_read_of_it(place: Place) -> None:
    file = place.folder / "lines.jsonl"
    await asyncio.to_thread(file.write_text, (PROMPT % 1) * 400_000, "utf-8")

    def cut(_: ImportProgress) -> None:
        os.truncate(file, 0)

    read = await place.read(jsonl(file), progress=cut)
    assert 0 < read.lines <= 400_000
    assert len(await place.store.rows(place.job, limit=500_000)) == read.lines


async def test_a_file_that_is_deleted_meanwhile_is_read_to_its_end(place: Place) -> None:
    file = place.folder / "lines.jsonl"
    await asyncio.to_thread(file.write_text, (PROMPT % 1) * 200_000, "utf-8")
    read = await place.read(jsonl(file), progress=lambda _: file.unlink(missing_ok=True))
    assert read.lines == 200_000


# pictures of lines


async def test_pictures_are_found_beside_the_file_and_stored_once(place: Place) -> None:
    await asyncio.to_thread((place.folder / "ä cat.png").write_bytes, png(3, 2))
    await place.lines('{"prompt": "1", "image": "ä cat.png"}\n{"prompt": "2", "image": "./ä cat.png"}\n')
    first, second = [await place.store.input(place.job, number) for number in (1, 2)]
    assert first is not None
    assert second is not None
    assert first.pictures == second.pictures
    assert await place.pictures.get(first.pictures[0]) == png(3, 2)


async def test_a_picture_on_the_web_stays_an_address(place: Place) -> None:
    place.limits = BatchLimits(100, 10_000, 1_000, False)
    rows = await place.lines(
        '{"prompt": "1", "image": "https://example.org/a.png"}\n{"prompt": "2", "image": "a.png"}\n'
    )
    kept = await place.store.input(place.job, 1)
    assert kept is not None
    assert kept.pictures == ()
    assert why(rows) == {2: "This service's batches take pictures from the web only."}


async def test_addresses_that_no_service_can_fetch_are_refused(place: Place) -> None:
    links = ["https://user:pw@example.org/a.png", "https://169.254.169.254/a.png", "http://example.org/a.png"]
    rows = await place.lines("".join(f'{{"prompt": "1", "image": "{link}"}}\n' for link in links))
    assert why(rows) == {
        1: "The address of the picture has a name or a password in it, which no service takes.",
        2: "The picture is on this computer or near it, where no service can fetch it: 169.254.169.254.",
        3: "This service fetches pictures from https addresses only.",
    }


async def test_lines_whose_picture_cannot_go_along_are_refused(place: Place) -> None:
    await asyncio.to_thread((place.folder / "text.png").write_text, "hello", "utf-8")
    rows = await place.lines('{"prompt": "1", "image": "missing.png"}\n{"prompt": "2", "image": "text.png"}\n')
    assert why(rows)[1] == "There is no picture missing.png."
    assert why(rows)[2].startswith("text.png: This is not a picture.")


async def test_the_same_words_with_another_picture_are_another_question(place: Place) -> None:
    for name, side in (("a.png", 2), ("b.png", 3), ("c.png", 2)):
        await asyncio.to_thread((place.folder / name).write_bytes, png(side, side))
    rows = await place.lines("".join(f'{{"prompt": "?", "image": "{name}.png"}}\n' for name in "abc"))
    assert [row.same_as for row in rows] == [None, None, 1]


async def test_a_picture_counts_to_the_size_of_its_line(place: Place) -> None:
    await asyncio.to_thread((place.folder / "a.png").write_bytes, png(100, 100))
    place.limits = BatchLimits(100, 10_000, 500, True)
    assert list(why(await place.lines('{"prompt": "?", "image": "a.png"}\n'))) == [1]


# tables


async def test_a_table_fills_the_prompt(place: Place) -> None:
    rows = await place.table('id,text\nx,Hut\ny,"Ein\nBaum, groß"\n', "Translate {text}!")
    assert await place.prompts() == ["Translate Hut!", "Translate Ein\nBaum, groß!"]
    assert [(row.line, row.id) for row in rows] == [(2, "x"), (3, "y")]
    joined = await place.store.joined(place.job)
    assert joined[1].columns == {"id": "y", "text": "Ein\nBaum, groß"}


@pytest.mark.parametrize(
    "data",
    [
        b"a;b\n1;2,3\n",
        "a\tb\n1\t2,3\n".encode("utf-16"),
        '\ufeffa,b\r\n1,"2,3"\r\n'.encode(),
        b'a,b\n1,"2,3"',
    ],
)
async def test_tables_of_other_programs_are_understood(place: Place, data: bytes) -> None:
    await place.table(data, "{a} {b}")
    assert await place.prompts() == ["1 2,3"]


async def test_without_a_prompt_the_column_of_that_name_is_asked(place: Place) -> None:
    await place.table("Prompt,x\nWhy?,1\n", "")
    assert await place.prompts() == ["Why?"]


async def test_bad_rows_of_a_table_are_listed(place: Place) -> None:
    data = b"a,b\n1,2\n3\n\n4,5,6\n7,\xff\n,\n8,9\n"
    rows = await place.table(data, "{a}{b}")
    assert why(rows) == {
        3: "The row has no cell “b”.",
        5: "The row has 3 cells, the table 2 columns.",
        6: "The row is not UTF-8. Save the table as CSV UTF-8.",
    }
    assert await place.prompts() == ["12", "89"]


async def test_a_column_called_image_names_pictures(place: Place) -> None:
    await asyncio.to_thread((place.folder / "a.png").write_bytes, png(3, 2))
    await place.table("image,name\na.png,A\nhttps://example.org/b.png,B\n,C\n", "Who is {name}?")
    kept = [await place.store.input(place.job, number) for number in (1, 2, 3)]
    assert [len(one.pictures) for one in kept if one is not None] == [1, 0, 0]
    assert b"https://example.org/b.png" in kept[1].content  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("data", "prompt", "reason"),
    [
        ("text\nx\n", "{txt}", "did you mean “text”"),
        ("text\nx\n", "", "needs a prompt"),
        ("text\nx\n", "Hello", "names no column"),
        ("", "{a}", "no columns"),
    ],
)
async def test_a_prompt_that_does_not_fit_the_table_is_said_at_once(
    place: Place, data: str, prompt: str, reason: str
) -> None:
    with pytest.raises(JobError, match=reason):
        await place.table(data, prompt)


# folders and pictures

QUESTION = JobPlan("a job", "anthropic", "m", prompt="What is it?")


async def test_every_picture_of_a_folder_is_asked_about_in_the_order_of_people(place: Place) -> None:
    folder = place.folder / "in"

    def write() -> None:
        (folder / "b").mkdir(parents=True)
        (folder / ".hidden").mkdir()
        for number, name in enumerate(("10.png", "2.PNG", "b/1.png", ".hidden/1.png", ".x.png")):
            (folder / name).write_bytes(png(3, 2 + number))
        (folder / "readme.txt").write_text("no picture")
        (folder / "scan.tiff").write_bytes(b"II*\0")
        (folder / "loop").symlink_to(folder)

    await asyncio.to_thread(write)
    read = await place.read(JobSource(SourceKind.FOLDER, (str(folder),)), QUESTION)
    rows = await place.rows()
    assert [row.id or row.source for row in rows] == ["2.PNG", "10.png", "b/1.png", "scan.tiff"]
    assert why(rows)[4].startswith("scan.tiff: This is a file of another kind (TIFF).")
    assert (read.done, read.total, read.skipped) == (4, 4, 1)
    assert await place.prompts() == ["What is it?"] * 3


async def test_a_folder_without_pictures_is_no_source(place: Place) -> None:
    with pytest.raises(JobError, match="no pictures"):
        await place.read(JobSource(SourceKind.FOLDER, (str(place.folder / "home"),)), QUESTION)
    with pytest.raises(JobError, match="There is no"):
        await place.read(JobSource(SourceKind.FOLDER, (str(place.folder / "missing"),)), QUESTION)


async def test_pictures_need_a_question(place: Place) -> None:
    with pytest.raises(JobError, match="need a prompt"):
        await place.read(JobSource(SourceKind.FOLDER, (str(place.folder),)))


async def test_pictures_by_name_keep_their_order(place: Place) -> None:
    paths = [str(place.folder / name) for name in ("z.png", "a.png", "gone.png")]
    for side, path in enumerate(paths[:2], 2):
        await asyncio.to_thread(Path(path).write_bytes, png(side, side))
    await place.read(JobSource(SourceKind.PICTURES, tuple(paths)), QUESTION)
    rows = await place.rows()
    assert [row.source for row in rows[:2]] == ["z.png", "a.png"]
    assert list(why(rows)) == [3]


async def test_captures_are_counted_where_their_names_say_nothing(place: Place) -> None:
    path = place.folder / f"{'ab' * 32}.png"
    await asyncio.to_thread(path.write_bytes, png(5, 5))
    await place.read(JobSource(SourceKind.PICTURES, (str(path),)), QUESTION)
    assert [(row.source, row.id) for row in await place.rows()] == [("Capture 1", "")]


# the process


async def test_how_far_it_is_is_told(place: Place) -> None:
    await place.lines(PROMPT % 1)
    assert place.told[-1] == ImportProgress(1, 0, 25, 25, indexing=True)


async def test_who_is_cancelled_ends_the_process_and_its_job_can_be_removed(place: Place) -> None:
    file = place.folder / "lines.jsonl"
    await asyncio.to_thread(file.write_text, (PROMPT % 1) * 2_000_000, "utf-8")
    begun = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        reading = group.create_task(place.read(jsonl(file), progress=lambda _: begun.set()))
        await begun.wait()
        reading.cancel()
    assert processes_with(str(place.folder)) == []
    assert await place.state() is JobState.IMPORTING
    await place.store.remove(place.job)
    assert await place.store.job(place.job) is None


def processes_with(words: str) -> list[str]:
    """Command lines of running processes of ours that hold these words or read a job."""
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdecimal():
            try:
                parent = (folder / "stat").read_text().rpartition(")")[2].split()[1]
                line = (folder / "cmdline").read_bytes().decode(errors="replace")
            except OSError:
                continue
            if int(parent) == os.getpid() and ("job_import" in line or words in line):
                found.append(line)
    return found


async def test_a_process_that_is_killed_has_its_sentence_and_leaves_the_job_importing(place: Place) -> None:
    killing = '"$@" & child=$!; sleep 0.3; kill -9 $child; wait $child'
    file = place.folder / "lines.jsonl"
    await asyncio.to_thread(file.write_text, (PROMPT % 1) * 2_000_000, "utf-8")
    with pytest.raises(JobError, match="broke off"):
        await place.read(jsonl(file), PLAN, "sh", "-c", killing.replace('"$@" &', '"$@" <&0 &'), "sh")
    assert await place.state() is JobState.IMPORTING


async def test_the_process_ends_with_the_program_that_started_it(place: Place) -> None:
    file = place.folder / "lines.jsonl"
    await asyncio.to_thread(file.write_text, (PROMPT % 1) * 3_000_000, "utf-8")
    job = await place.store.create(PLAN, jsonl(file), process_origin())
    code = (
        "import asyncio, os, sys\nfrom pathlib import Path\n"
        "from kireji.bootstrap.job_import import command\n"
        "from kireji.core.jobs.values import *\nfrom kireji.storage.jobs.importer import ImportProcess\n"
        "home, file, job = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])\n"
        "importer = ImportProcess(home / 'jobs.db', home / 'p', lambda *_: None, command(), os.environ)\n"
        "said = lambda _: print('going on', flush=True)\n"
        "asyncio.run(importer.run(job, JobPlan('', 'anthropic', 'm'), JobSource(SourceKind.JSONL, (file,)), said))\n"
    )
    program = await asyncio.create_subprocess_exec(
        *(sys.executable, "-P", "-c", code, str(place.folder / "home"), str(file), str(job)), stdout=subprocess.PIPE
    )
    assert program.stdout is not None
    assert await program.stdout.readline() == b"going on\n"
    program.send_signal(signal.SIGKILL)
    await program.wait()
    await place.store.remove(job)  # removing waits for no lock that a process left behind
    assert await place.store.job(job) is None


async def test_a_job_that_is_removed_meanwhile_ends_the_reading(place: Place) -> None:
    file = place.folder / "lines.jsonl"
    await asyncio.to_thread(file.write_text, (PROMPT % 1) * 2_000_000, "utf-8")
    removing: list[asyncio.Task[None]] = []
    async with asyncio.TaskGroup() as group:

        def remove(_: ImportProgress) -> None:
            if not removing:
                removing.append(group.create_task(place.store.remove(place.job)))

        with pytest.raises(JobConflict):
            await place.read(jsonl(file), progress=remove)


async def test_a_full_disk_has_its_sentence(place: Place) -> None:
    file = place.folder / "lines.jsonl"
    await asyncio.to_thread(file.write_text, ('{"prompt": "' + "x" * 1_000 + '"}\n') * 20_000, "utf-8")
    with pytest.raises(StoreFull, match="no room left"):
        await place.read(jsonl(file), PLAN, *with_full_disk(place.folder / "home"))
    assert await place.state() is JobState.IMPORTING
    await place.store.remove(place.job)


async def test_the_frozen_program_becomes_the_process_by_its_switch(place: Place) -> None:
    file = place.folder / "lines.jsonl"
    await asyncio.to_thread(file.write_text, PROMPT % 1, "utf-8")
    home = place.folder / "home"
    program = [sys.executable, "-P", "-m", "kireji", SWITCH]
    importer = ImportProcess(home / "jobs.db", home / "pictures", lambda *_: None, program, os.environ)
    job = await place.store.create(PLAN, jsonl(file), process_origin())
    assert (await importer.run(job, PLAN, jsonl(file), place.told.append)).lines == 1


async def test_a_program_that_is_not_there_has_its_sentence(place: Place) -> None:
    await asyncio.to_thread((place.folder / "lines.jsonl").write_text, PROMPT % 1, "utf-8")
    with pytest.raises(KirejiError, match="broke off"):
        await place.read(jsonl(place.folder / "lines.jsonl"), PLAN, str(place.folder / "nothing"))


async def test_the_process_sees_no_key(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-ant-canary")
    looking = 'env > seen; exec "$@"'
    await asyncio.to_thread((place.folder / "lines.jsonl").write_text, PROMPT % 1, "utf-8")
    await place.read(jsonl(place.folder / "lines.jsonl"), PLAN, "sh", "-c", f"cd {place.folder}; {looking}", "sh")
    assert "canary" not in await asyncio.to_thread((place.folder / "seen").read_text, "utf-8")


async def test_a_broken_line_far_down_is_told_with_its_number(place: Place) -> None:
    lines = [b'{"prompt": "%d"}' % number for number in range(1, 100_001)]
    lines[70_000] = b'{"prompt": "70001"'
    await asyncio.to_thread((place.folder / "lines.jsonl").write_bytes, b"\n".join(lines))
    await place.read(jsonl(place.folder / "lines.jsonl"))
    [bad] = await place.store.rows(place.job, states=frozenset({RowState.INVALID}))
    assert (bad.line, bad.number) == (70_001, 70_001)
    assert bad.sentence == "The JSON is broken at column 19: expecting ',' delimiter."


async def test_a_million_lines_take_no_more_memory_than_a_thousand(place: Place) -> None:
    """A tenth of a million here; the benchmark takes all."""
    file = place.folder / "lines.jsonl"

    def write() -> None:
        with file.open("w", encoding="utf-8") as stream:
            for number in range(100_000):
                stream.write(f'{{"id": "{number}", "prompt": "{number} ' + "x" * 900 + '"}\n')

    await asyncio.to_thread(write)
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    assert (await place.read(jsonl(file))).lines == 100_000
    after = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    assert after <= max(before, 130_000)  # kB; Python with Pillow and SQLite takes 30,000 of them


async def test_columns_and_first_row_of_a_table_are_seen_at_a_glance(place: Place) -> None:
    file = place.folder / "mails.csv"
    await asyncio.to_thread(file.write_text, 'id;mail\n\n7;"Dear team,\nhello"\n8;x\n', "utf-8")
    head = await place.importer().head(JobSource(SourceKind.CSV, (str(file),)))
    assert head == SourceHead(bytes=34, columns=("id", "mail"), first=("7", "Dear team,\nhello"))


async def test_a_table_of_columns_alone_has_no_first_row(place: Place) -> None:
    file = place.folder / "mails.csv"
    await asyncio.to_thread(file.write_text, "id,mail\n", "utf-8")
    assert (await place.importer().head(JobSource(SourceKind.CSV, (str(file),)))).first == ()


async def test_pictures_of_a_folder_are_counted_at_a_glance(place: Place) -> None:
    (place.folder / "below").mkdir()
    for name in ("a.png", "below/b.jpg", "notes.txt"):
        (place.folder / name).touch()
    head = await place.importer().head(JobSource(SourceKind.FOLDER, (str(place.folder),)))
    assert head == SourceHead(pictures=2)


async def test_a_source_that_is_not_there_is_told_at_a_glance(place: Place) -> None:
    missing = str(place.folder / "missing")
    for kind in (SourceKind.JSONL, SourceKind.CSV, SourceKind.FOLDER):
        with pytest.raises(JobError, match="There is no"):
            await place.importer().head(JobSource(kind, (missing,)))


async def test_pictures_that_another_jobs_end_takes_away_are_there_again(place: Place) -> None:
    """Both jobs have the same picture; one is removed at every step of reading the other."""
    file = place.folder / "a.png"
    await asyncio.to_thread(file.write_bytes, png(5, 5))
    source = JobSource(SourceKind.PICTURES, (str(file),))
    await place.read(source, QUESTION)
    for _ in range(5):
        first = place.job
        async with asyncio.TaskGroup() as group:
            group.create_task(place.store.remove(first))
            await place.read(source, QUESTION)
        kept = await place.store.input(place.job, 1)
        assert kept is not None
        assert await place.pictures.get(kept.pictures[0]) == png(5, 5)
