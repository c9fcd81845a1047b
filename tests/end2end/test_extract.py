"""Tables out of real pictures: by the real program and its real reader, into files that other programs open."""

from __future__ import annotations

import base64
import csv
import datetime
import io
import json
import os
import random
import shutil
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from PIL import Image

from tests.service import KEY, Delivery, Rule, ServiceProcess, Text
from tests.support.known_secrets import KEYS
from tests.support.outside import Seat
from tests.support.program import COMMAND, kireji, showing
from tests.support.scarce_disk import with_folder_read_only, with_full_disk
from tests.support.table_picture import table_picture
from tests.support.x11 import wait_until

ROWS = (
    ("Item", "Quantity", "Price", "Delivered"),
    ("Green tea", "12", "$3.50", "2026-11-03"),
    ("Lemon cake", "1,204", "$14.25", "2026-11-14"),
    ("Water", "7", "$1.00", "2026-11-29"),
)
PICTURE = table_picture(ROWS, (220, 160, 140, 200), "Northwind Deliveries")
OTHER = table_picture(ROWS, (240, 160, 140, 200), "Northwind Deliveries")
TYPES = ("text", "number", "currency", "date")


def table(*rows: tuple[str, ...]) -> str:
    columns = [
        {"name": name, "type": type, "unit": "", "choices": []} for name, type in zip(ROWS[0], TYPES, strict=True)
    ]
    return json.dumps({"tables": [{"title": "Northwind Deliveries", "columns": columns, "rows": rows}]})


def field(name: str, value: str, type: str) -> dict[str, Any]:
    return {"name": name, "type": type, "value": value, "unit": "", "choices": []}


BILL = (("Item", "Amount"), ("Green tea", "$7.00"), ("Lemon cake", "$4.50"), ("Total", "$12.50"))
BILLED = {
    "tables": [
        {
            "title": "",
            "columns": [
                {"name": "Item", "type": "text", "unit": "", "choices": []},
                {"name": "Amount", "type": "currency", "unit": "", "choices": []},
            ],
            "rows": BILL[1:],
        }
    ]
}
FIELDS = {
    "title": "Northwind Deliveries",
    "fields": [field("Item", "Green tea", "text"), field("Price", "$3.50", "currency")],
}
OWN = {"company": "Northwind Deliveries", "items": [{"name": "Green tea", "price": 3.5}, {"name": "Water", "price": 1}]}
SCHEMA = {
    "type": "object",
    "properties": {
        "company": {"type": "string"},
        "items": {
            "type": "array",
            "items": {"type": "object", "properties": {"name": {"type": "string"}, "price": {"type": "number"}}},
        },
    },
}


@pytest.fixture(scope="module")
def service() -> Iterator[ServiceProcess]:
    rules = [
        Rule(Text([table(*ROWS[1:], ("Champagne", "1", "$88.00", "2026-11-29"))]), contains="invented", times=None),
        Rule(Text(['{"tables": ', "[]}"], delivery=Delivery(hold_after=1)), contains="held"),
        Rule(Text(["There is ", "no table."]), contains="broken", times=None),
        Rule(Text(["There is ", "still no table."]), contains="does not fit", times=None),
        Rule(Text([json.dumps(BILLED)]), contains="the bill", times=None),
        Rule(Text([json.dumps(FIELDS)]), contains="Give the fields", times=None),
        Rule(Text([json.dumps(OWN)]), contains="what the schema asks for", times=None),
        Rule(Text([table(*ROWS[1:])]), times=None),
    ]
    with ServiceProcess(*rules) as process:
        yield process


@pytest.fixture
def home(service: ServiceProcess, tmp_path: Path) -> dict[str, str]:
    """A server: no display, no bus; with a key."""
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "XDG_RUNTIME_DIR": str(tmp_path / "run"),
        "KIREJI_HOME": str(tmp_path / "kireji"),
        "ANTHROPIC_BASE_URL": service.base_url,
        "ANTHROPIC_API_KEY": KEY,
    }


@pytest.fixture
def picture(tmp_path: Path) -> str:
    path = tmp_path / "delivery.png"
    path.write_bytes(PICTURE)
    return str(path)


def done(result: subprocess.CompletedProcess[bytes], code: int = 0) -> str:
    assert result.returncode == code, result.stderr.decode()
    assert b"Traceback" not in result.stderr
    return result.stdout.decode()


def test_a_table_is_piped_on_as_csv_with_every_cell_found(home: dict[str, str], picture: str) -> None:
    result = kireji(["extract", "-i", picture], home)
    assert list(csv.reader(io.StringIO(done(result)))) == [
        ["Item", "Quantity", "Price ($)", "Delivered"],
        ["Green tea", "12", "3.5", "2026-11-03"],
        ["Lemon cake", "1204", "14.25", "2026-11-14"],
        ["Water", "7", "1", "2026-11-29"],
    ]
    assert result.stderr == b""


def test_json_has_places_that_lie_on_the_picture(home: dict[str, str], picture: str) -> None:
    (sheet,) = json.loads(done(kireji(["extract", "-i", picture, "--json"], home)))["sheets"]
    cells = [cell for row in sheet["rows"] for cell in row]
    assert {cell["presence"] for cell in cells} == {"found"}
    left, top, right, bottom = sheet["rows"][1][1]["box"]  # 1,204
    assert 24 + 200 < left < right < 24 + 220 + 160
    assert 24 + 40 + 2 * 40 - 12 < top < bottom < 24 + 40 + 3 * 40 + 12


def test_a_conversation_that_began_with_a_table_goes_on_in_words(
    service: ServiceProcess, home: dict[str, str], picture: str
) -> None:
    done(kireji(["extract", "-i", picture], home))
    done(kireji(["ask", "--continue", "1", "Which is the dearest?"], home))
    body = service.requests[-1]["body"]
    assert "output_config" not in body or "format" not in body["output_config"]
    assert [turn["role"] for turn in body["messages"]] == ["user", "assistant", "user"]
    assert "Lemon cake" in json.dumps(body["messages"][1])


@pytest.mark.parametrize(
    ("option", "begins"), [("--tsv", "Item\tQuantity\t"), ("--markdown", "**Northwind Deliveries**")]
)
def test_other_forms(home: dict[str, str], picture: str, option: str, begins: str) -> None:
    assert done(kireji(["extract", "-i", picture, option], home)).startswith(begins)


def test_what_is_not_on_the_picture_is_told(home: dict[str, str], picture: str) -> None:
    result = kireji(["extract", "-i", picture, "--csv", "invented"], home)
    assert "Champagne" in done(result)
    told = result.stderr.decode().splitlines()
    assert told[0] == "Item, row 4: Champagne – Not found on the picture."
    assert all(line.split(":")[0].endswith("row 4") for line in told)


def test_a_total_that_is_wrong_is_told_and_marked(home: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "bill.png").write_bytes(table_picture(BILL, (220, 140)))
    result = kireji(["extract", "-i", str(tmp_path / "bill.png"), "--json", "the bill"], home)
    (sheet,) = json.loads(done(result))["sheets"]
    assert [each["holds"] for each in sheet["sums"]] == [False]
    told = "Amount, row 3: $12.50 stands there, but the cells above add up to 11.50."
    assert result.stderr.decode() == f"{told}\n"
    done(kireji(["extract", "-i", str(tmp_path / "bill.png"), "-o", str(tmp_path / "b.xlsx"), "the bill"], home))
    assert openpyxl.load_workbook(tmp_path / "b.xlsx").worksheets[0]["B4"].comment.text == told


def test_fields(home: dict[str, str], picture: str) -> None:
    assert done(kireji(["extract", "-i", picture, "--fields"], home)) == "Item,Price ($)\r\nGreen tea,3.5\r\n"


def test_a_schema_of_ones_own(home: dict[str, str], picture: str, tmp_path: Path) -> None:
    (tmp_path / "schema.json").write_text(json.dumps(SCHEMA))
    found = json.loads(
        done(kireji(["extract", "-i", picture, "--schema", str(tmp_path / "schema.json"), "--json"], home))
    )
    assert found["data"] == [OWN]
    assert [len(sheet["rows"]) for sheet in found["sheets"]] == [1, 2]


def questions(service: ServiceProcess) -> list[dict[str, Any]]:
    """What was asked so far."""
    return [item["body"] for item in service.requests if item["path"] == "/v1/messages"]


def test_who_answers_can_be_named(service: ServiceProcess, home: dict[str, str], picture: str) -> None:
    found = json.loads(
        done(kireji(["extract", "-i", picture, "-p", "anthropic", "-m", "claude-opus-5-5", "--json"], home))
    )
    assert (found["provider"], found["model"]) == ("anthropic", "claude-opus-5-5")
    assert questions(service)[-1]["model"] == "claude-opus-5-5"


def test_keys_on_a_picture_are_painted_over_unless_they_shall_not_be(
    service: ServiceProcess, home: dict[str, str], tmp_path: Path
) -> None:
    secret = KEYS["github"](random.Random(3))
    picture = tmp_path / "keys.png"
    picture.write_bytes(table_picture((("Name", "Token"), ("deploy", secret)), (200, 700)))
    result = kireji(["extract", "-i", str(picture)], home)
    done(result)
    done(kireji(["extract", "-i", str(picture), "--no-redact"], home))
    hidden, shown = (sent(question) for question in questions(service)[-2:])
    assert "Hidden from the service: key (1)." in result.stderr.decode()
    assert shown.tobytes() == Image.open(picture).convert("RGB").tobytes()
    place = (340, 66, 500, 86)
    assert hidden.crop(place).getcolors() == [(160 * 20, (0, 0, 0))]


def sent(question: dict[str, Any]) -> Image.Image:
    """The picture of a question as the service got it."""
    (block,) = [block for block in question["messages"][0]["content"] if block["type"] == "image"]
    return Image.open(io.BytesIO(base64.b64decode(block["source"]["data"]))).convert("RGB")


def test_a_price_that_is_not_known_needs_a_yes_where_there_is_a_budget(
    service: ServiceProcess, home: dict[str, str], picture: str
) -> None:
    done(kireji(["budget", "--day", "5"], home))
    command = ["extract", "-i", picture, "-m", "claude-opus-4-5-20251101"]
    before = len(questions(service))
    assert "price" in kireji(command, home).stderr.decode()
    assert len(questions(service)) == before
    done(kireji([*command, "--yes"], home))
    assert len(questions(service)) == before + 1


def test_an_interrupt_leaves_the_question_and_says_nothing_more(
    service: ServiceProcess, home: dict[str, str], picture: str
) -> None:
    process = subprocess.Popen(
        [*COMMAND, "extract", "-i", picture, "held"], env=home, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    wait_until(lambda: any(item["held"] for item in service.control()["requests"]), "half an answer", seconds=60)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert (process.returncode, out, err) == (130, b"", b"")
    messages = json.loads(done(kireji(["history", "show", "--json"], home)))["messages"]
    assert [message["state"] for message in messages] == ["complete", "stopped"]


def test_a_folder_with_a_damaged_picture_gives_the_others(home: dict[str, str], tmp_path: Path) -> None:
    folder = tmp_path / "many"
    folder.mkdir()
    files = (("2.png", PICTURE), ("10.png", OTHER), ("3.png", PICTURE[:300]), ("notes.txt", b"no picture"))
    for name, data in files:
        (folder / name).write_bytes(data)
    result = kireji(["extract", "-i", str(folder)], home)
    rows = list(csv.reader(io.StringIO(done(result, 1))))
    assert [row[-1] for row in rows] == ["Source", *["2.png"] * 3, *["10.png"] * 3]
    assert result.stderr.decode().startswith("3.png: ")
    listed = json.loads(done(kireji(["history", "list", "--json"], home)))["conversations"]
    assert len(listed) == 1


def test_a_picture_of_one_pixel_is_asked_about_like_any_other(home: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "dot.png").write_bytes(table_picture((("",),), (1,)))
    result = kireji(["extract", "-i", str(tmp_path / "dot.png"), "--json"], home)
    (sheet,) = json.loads(done(result))["sheets"]
    assert {cell["presence"] for row in sheet["rows"] for cell in row} == {"missing"}


def test_an_answer_that_is_no_table_is_told_and_kept(home: dict[str, str], picture: str) -> None:
    result = kireji(["extract", "-i", picture, "broken"], home)
    assert (done(result, 1), result.stderr.count(b"\n")) == ("", 1)
    last = json.loads(done(kireji(["history", "show", "--json"], home)))["messages"][-1]
    assert (last["state"], last["text"]) == ("failed", "There is still no table.")


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["-i", "EMPTY"], 1, "no pictures in"),
        (["-i", "EMPTY/none.png"], 1, "cannot be read"),
        (["-i", "PICTURE", "-o", "EMPTY/none/t.csv"], 1, "There is no folder"),
        (["-i", "PICTURE", "-o", "EMPTY"], 2, "no ending"),
        (["-i", "PICTURE", "-o", "PICTURE"], 2, "no ending"),
        (["-i", "PICTURE", "--schema", "PICTURE"], 1, "not valid JSON"),
        (["-i", "PICTURE", "-p", "openrouter"], 1, "key"),
        ([], 2, "There is no picture"),
    ],
)
def test_what_cannot_be_done_has_its_sentence(
    home: dict[str, str], picture: str, tmp_path: Path, arguments: list[str], code: int, words: str
) -> None:
    (tmp_path / "empty").mkdir()
    named = [word.replace("EMPTY", str(tmp_path / "empty")).replace("PICTURE", picture) for word in arguments]
    result = kireji(["extract", *named], home)
    assert done(result, code) == ""
    assert words in result.stderr.decode()
    assert result.stderr.count(b"\n") == 1


def test_a_file_stays_unless_it_may_be_replaced(home: dict[str, str], picture: str, tmp_path: Path) -> None:
    target = tmp_path / "t.csv"
    target.write_text("mine")
    result = kireji(["extract", "-i", picture, "-o", str(target)], home)
    done(result, 1)
    assert target.read_text() == "mine"
    assert done(kireji(["extract", "-i", picture, "-o", str(target), "--overwrite"], home)) == f"{target}\n"
    assert target.read_bytes().startswith(b"\xef\xbb\xbfItem,")


@pytest.mark.parametrize("prefix", [with_full_disk, with_folder_read_only])
def test_a_place_that_takes_nothing_has_its_sentence(
    home: dict[str, str], picture: str, tmp_path: Path, prefix: Any
) -> None:
    folder = tmp_path / "scarce"
    folder.mkdir()
    command = [*COMMAND, "extract", "-i", picture, "-o", str(folder / "t.xlsx")]
    run = subprocess.run([*prefix(folder), *command], env=home, capture_output=True, check=False)
    assert run.returncode == 1, run.stderr
    assert run.stderr.count(b"\n") == 1
    assert b"t.xlsx" in run.stderr
    assert b"Traceback" not in run.stderr


def test_a_region_of_the_screen_becomes_a_spreadsheet(seat: Seat, service: ServiceProcess, tmp_path: Path) -> None:
    (tmp_path / "t.png").write_bytes(PICTURE)
    variables = seat.variables | {"ANTHROPIC_BASE_URL": service.base_url, "ANTHROPIC_API_KEY": KEY}
    target = tmp_path / "t.xlsx"
    with showing(seat.variables, "tests.support.picture_window", 30, 40, tmp_path / "t.png"):
        result = kireji(["extract", "--screen", "30,40,768,248", "-o", str(target)], variables)
    assert (done(result), result.stderr) == (f"{target}\n", b"")
    page = openpyxl.load_workbook(target)["Northwind Deliveries"]
    assert [cell.value for cell in page[3]] == ["Lemon cake", 1204, 14.25, datetime.datetime(2026, 11, 14)]


# --- other programs ------------------------------------------------------------------------------------------------

OFFICE = shutil.which("soffice")


@pytest.mark.skipif(OFFICE is None, reason="LibreOffice (soffice) is not here")
def test_the_spreadsheet_opens_in_libreoffice_with_the_same_values(
    home: dict[str, str], picture: str, tmp_path: Path
) -> None:
    done(kireji(["extract", "-i", picture, "-o", str(tmp_path / "t.xlsx"), "invented"], home))
    assert converted(tmp_path / "t.xlsx", "pdf", tmp_path).read_bytes().startswith(b"%PDF-")
    book = openpyxl.load_workbook(converted(tmp_path / "t.xlsx", "xlsx", tmp_path))
    page = book["Northwind Deliveries"]
    assert [[cell.value for cell in row] for row in page] == [
        ["Item", "Quantity", "Price ($)", "Delivered"],
        ["Green tea", 12, 3.5, datetime.datetime(2026, 11, 3)],
        ["Lemon cake", 1204, 14.25, datetime.datetime(2026, 11, 14)],
        ["Water", 7, 1, datetime.datetime(2026, 11, 29)],
        ["Champagne", 1, 88, datetime.datetime(2026, 11, 29)],
    ]
    assert page["A5"].comment.text.strip() == "Not found on the picture."
    assert page.auto_filter.ref == "A1:D5"
    assert page["A1"].font.bold
    assert book.sheetnames == ["Northwind Deliveries", "Notes"]


def converted(path: Path, form: str, folder: Path) -> Path:
    """What LibreOffice makes of a spreadsheet."""
    assert OFFICE is not None
    profile = f"-env:UserInstallation={(folder / 'office').as_uri()}"
    command = [OFFICE, profile, "--headless", "--convert-to", form, "--outdir", str(folder / "out"), str(path)]
    subprocess.run(command, check=True, capture_output=True, timeout=100)
    return folder / "out" / f"{path.stem}.{form}"
