"""`kireji extract`."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from kireji.core.errors import RequestRejected
from kireji.core.messages import StopReason
from kireji.core.tool_ports import SchemaFlaw
from tests.fakes.provider import FakeProvider, answer
from tests.fakes.reader import FakeReader
from tests.fakes.tools import FakeValidator
from tests.fakes.world import World
from tests.unit.cli.conftest import Kireji, Terminal

COLUMN = {"unit": "", "choices": []}
TABLE = json.dumps(
    {
        "tables": [
            {
                "title": "",
                "columns": [COLUMN | {"name": "Item", "type": "text"}, COLUMN | {"name": "Price", "type": "currency"}],
                "rows": [["Tea", "€3.50"], ["Cake", "€1,204.20"]],
            }
        ]
    }
)
FIELDS = json.dumps({"title": "", "fields": [COLUMN | {"name": "Shop", "type": "text", "value": "Tea"}]})
SCHEMA = '{"type": "object", "properties": {"shop": {"type": "string"}}}'


@pytest.fixture
def world() -> World:
    reader = FakeReader(("Item Price", "Tea €3.50", "Cake €1,204.20"))
    return World(remote=FakeProvider(answer(TABLE)), reader=reader)


@pytest.fixture
def picture(tmp_path: Path) -> str:
    path = tmp_path / "bill.png"
    path.write_bytes(b"\x89PNG bill")
    return str(path)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    result = tmp_path / "bills"
    result.mkdir()
    for name in ("bill 2.png", "bill 10.png", "notes.txt", ".hidden.png"):
        (result / name).write_bytes(b"\x89PNG " + name.encode())
    return result


def test_piped_on_it_is_csv(kireji: Kireji, picture: str) -> None:
    outcome = kireji("extract", "-i", picture)
    assert (outcome.code, outcome.err) == (0, "")
    assert outcome.data == "Item,Price (€)\r\nTea,3.5\r\nCake,1204.2\r\n".encode()


def test_on_a_terminal_it_is_markdown_as_on_the_picture(kireji: Kireji, picture: str) -> None:
    outcome = kireji("extract", "-i", picture, out=Terminal(), err=io.StringIO())
    assert outcome.out == "| Item |     Price |\n| ---- | --------: |\n| Tea  |     €3.50 |\n| Cake | €1,204.20 |\n"


@pytest.mark.parametrize(
    ("option", "begins"), [("--csv", "Item,Price"), ("--tsv", "Item\tPrice"), ("--markdown", "| Item |")]
)
def test_the_form_can_be_chosen(kireji: Kireji, picture: str, option: str, begins: str) -> None:
    assert kireji("extract", "-i", picture, option).out.startswith(begins)


def test_json_has_every_cell_with_all_that_is_known(kireji: Kireji, picture: str) -> None:
    found = json.loads(kireji("extract", "-i", picture, "--json").out)
    sheet = found["sheets"][0]
    assert [column["name"] for column in sheet["columns"]] == ["Item", "Price"]
    cell = sheet["rows"][1][1]
    assert (cell["text"], cell["value"], cell["type"], cell["unit"], cell["presence"], len(cell["box"])) == (
        "€1,204.20",
        1204.2,
        "currency",
        "€",
        "found",
        4,
    )
    assert (found["conversation"], found["provider"], found["sources"]) == (1, "anthropic", ["bill.png"])


def test_the_ending_says_as_what_a_file_is_written(kireji: Kireji, picture: str, world: World, tmp_path: Path) -> None:
    outcome = kireji("extract", "-i", picture, "-o", str(tmp_path / "t.xlsx"))
    assert (outcome.code, outcome.out) == (0, f"{tmp_path / 't.xlsx'}\n")
    assert world.sheet_files.written[str(tmp_path / "t.xlsx")].startswith(b"XLSX")


def test_a_form_that_was_named_holds_whatever_the_ending(kireji: Kireji, picture: str, world: World) -> None:
    assert kireji("extract", "-i", picture, "--tsv", "-o", "/out/t.txt").code == 0
    assert world.sheet_files.written["/out/t.txt"].startswith(b"Item\tPrice")


def test_what_was_written_is_told_as_json(kireji: Kireji, picture: str) -> None:
    found = json.loads(kireji("extract", "-i", picture, "-o", "/out/t.csv", "--json").out)
    assert (found["path"], found["sheets"], found["rows"], found["doubtful"]) == ("/out/t.csv", 1, 2, 0)


def test_a_file_that_is_there_stays_and_nothing_is_asked(kireji: Kireji, picture: str, world: World) -> None:
    world.sheet_files.written["/out/t.csv"] = b"old"
    outcome = kireji("extract", "-i", picture, "-o", "/out/t.csv")
    assert (outcome.code, world.remote.asked) == (1, [])
    assert "exists already" in outcome.err
    assert kireji("extract", "-i", picture, "-o", "/out/t.csv", "--overwrite").code == 0


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("only", "words"),
        ("-i", "PICTURE", "-o", "table"),
        ("-i", "PICTURE", "-o", "table.doc"),
        ("-i", "PICTURE", "--overwrite"),
        ("-i", ""),
    ],
)
def test_wrong_usage_is_told_and_nothing_is_asked(
    kireji: Kireji, picture: str, world: World, arguments: tuple[str, ...]
) -> None:
    outcome = kireji("extract", *(picture if word == "PICTURE" else word for word in arguments))
    assert (outcome.code, outcome.err.count("\n"), world.remote.asked) == (2, 1, [])


@pytest.mark.parametrize("pair", [("--csv", "--json"), ("--tsv", "--markdown"), ("--fields", "--schema=x")])
def test_what_excludes_each_other_is_wrong_usage(kireji: Kireji, picture: str, pair: tuple[str, str]) -> None:
    with pytest.raises(SystemExit) as ended:
        kireji("extract", "-i", picture, *pair)
    assert ended.value.code == 2


def test_words_say_what_is_wanted(kireji: Kireji, picture: str, world: World) -> None:
    kireji("extract", "-i", picture, "only", "the", "drinks")
    assert world.remote.encoded[0].messages[0].text.endswith("only the drinks")


def test_fields_are_rows_of_one(kireji: Kireji, picture: str, world: World) -> None:
    world.remote = FakeProvider(answer(FIELDS))
    assert kireji("extract", "-i", picture, "--fields").out == "Shop\r\nTea\r\n"


def test_a_schema_says_what_is_wanted(kireji: Kireji, picture: str, world: World, tmp_path: Path) -> None:
    world.remote = FakeProvider(answer('{"shop": "Tea"}'))
    (tmp_path / "s.json").write_text(SCHEMA)
    found = json.loads(kireji("extract", "-i", picture, "--schema", str(tmp_path / "s.json"), "--json").out)
    assert found["data"] == [{"shop": "Tea"}]


def test_a_schema_that_is_no_json_is_told_with_its_line(
    kireji: Kireji, picture: str, world: World, tmp_path: Path
) -> None:
    (tmp_path / "s.json").write_text('{\n"type": "object",,\n}')
    outcome = kireji("extract", "-i", picture, "--schema", str(tmp_path / "s.json"))
    assert (outcome.code, world.remote.asked) == (1, [])
    assert f"{tmp_path / 's.json'}: The schema is not valid JSON: line 2: " in outcome.err


def test_a_flaw_in_a_schema_is_told_with_its_line(kireji: Kireji, picture: str, world: World, tmp_path: Path) -> None:
    assert isinstance(world.validator, FakeValidator)
    world.validator.schema_flaw = SchemaFlaw(("type",), "'objekt' is no type")
    (tmp_path / "s.json").write_text('{\n"type": "objekt"\n}')
    outcome = kireji("extract", "-i", picture, "--schema", str(tmp_path / "s.json"))
    assert "line 2, type: 'objekt' is no type." in outcome.err


def test_a_folder_is_taken_as_people_count(kireji: Kireji, folder: Path, world: World) -> None:
    world.remote = FakeProvider(answer(TABLE), answer(TABLE))
    found = json.loads(kireji("extract", "-i", str(folder), "--json").out)
    assert found["sources"] == ["bill 2.png", "bill 10.png"]
    assert found["sheets"][0]["sources"] == ["bill 2.png"] * 2 + ["bill 10.png"] * 2


def test_a_picture_that_fails_beside_others_is_told(kireji: Kireji, folder: Path, world: World) -> None:
    world.remote = FakeProvider([RequestRejected("It is too large.")], answer(TABLE))
    outcome = kireji("extract", "-i", str(folder))
    assert outcome.code == 1
    assert outcome.out.startswith("Item,Price (€),Source\r\nTea,3.5,bill ")
    assert ".png: It is too large.\n" in outcome.err


def test_a_picture_beside_others_that_has_no_table_is_told_and_nothing_has_failed(
    kireji: Kireji, folder: Path, world: World
) -> None:
    world.remote = FakeProvider(answer('{"tables": []}'), answer(TABLE))
    outcome = kireji("extract", "-i", str(folder))
    assert (outcome.code, outcome.out.count("\n")) == (0, 3)
    assert ".png: There is nothing on it that was asked for.\n" in outcome.err


def test_rows_of_an_answer_that_was_cut_are_printed_and_the_rest_is_missed(
    kireji: Kireji, picture: str, world: World
) -> None:
    world.remote = FakeProvider(answer(TABLE[: TABLE.index(', ["Cake"')], reason=StopReason.MAX_TOKENS))
    outcome = kireji("extract", "-i", picture)
    assert (outcome.code, outcome.out) == (1, "Item,Price (€)\r\nTea,3.5\r\n")
    assert outcome.err.startswith("bill.png: The answer was cut before its end")


def test_the_same_picture_under_two_names_is_taken_once(kireji: Kireji, folder: Path, world: World) -> None:
    (folder / "bill 3.png").write_bytes((folder / "bill 2.png").read_bytes())
    world.remote = FakeProvider(answer(TABLE), answer(TABLE))
    outcome = kireji("extract", "-i", str(folder))
    assert (outcome.code, len(world.remote.asked)) == (0, 2)
    assert outcome.err == "bill 3.png is the same picture as bill 2.png; it is taken once.\n"


def test_a_folder_without_pictures_is_told(kireji: Kireji, tmp_path: Path) -> None:
    outcome = kireji("extract", "-i", str(tmp_path))
    assert (outcome.code, outcome.err.count("\n")) == (1, 1)
    assert "no pictures" in outcome.err


def test_a_folder_with_too_many_is_told_before_any_is_read(kireji: Kireji, tmp_path: Path) -> None:
    for number in range(101):
        (tmp_path / f"{number}.png").touch()
    outcome = kireji("extract", "-i", str(tmp_path))
    assert outcome.code == 1
    assert "At most 100" in outcome.err
    assert "batch add" in outcome.err


def test_a_file_that_is_not_there_is_told(kireji: Kireji, tmp_path: Path) -> None:
    outcome = kireji("extract", "-i", str(tmp_path / "none.png"))
    assert (outcome.code, outcome.err.count("\n")) == (1, 1)


def test_a_refusal_is_a_failure_with_a_sentence(kireji: Kireji, picture: str, world: World) -> None:
    world.remote = FakeProvider(answer("", reason=StopReason.REFUSAL))
    outcome = kireji("extract", "-i", picture)
    assert (outcome.code, outcome.out) == (1, "")
    assert outcome.err == "kireji: The model declined to answer. Ask another model, or for something else.\n"


def test_a_picture_without_tables_gives_nothing_and_says_so(kireji: Kireji, picture: str, world: World) -> None:
    world.remote = FakeProvider(answer('{"tables": []}'))
    outcome = kireji("extract", "-i", picture)
    assert (outcome.code, outcome.out, outcome.err) == (0, "", "No table was found on the picture.\n")


def test_cells_that_are_not_on_the_picture_are_told(kireji: Kireji, picture: str, world: World) -> None:
    world.reader = FakeReader(("Item Price", "Tea €3.50", "€1,204.20"))
    outcome = kireji("extract", "-i", picture)
    assert outcome.err == "Item, row 2: Cake – Not found on the picture.\n"


def test_an_answer_that_never_fits_is_a_failure(kireji: Kireji, picture: str, world: World) -> None:
    world.remote = FakeProvider(answer("none"), answer("none"))
    outcome = kireji("extract", "-i", picture)
    assert (outcome.code, outcome.out, outcome.err.count("\n")) == (1, "", 1)
    assert "twice" in outcome.err


def test_a_region_of_the_screen_is_taken(kireji: Kireji, world: World) -> None:
    assert kireji("extract", "--screen", "0,0,20,10").code == 0
    assert len(world.remote.encoded[0].messages[0].images) == 1


@pytest.mark.parametrize("data", [b"", b" \n", b"\xef\xbb\xbf"])
def test_a_schema_file_without_a_schema_is_not_taken_for_none(
    world: World, kireji: Kireji, picture: str, tmp_path: Path, data: bytes
) -> None:
    path = tmp_path / "schema.json"
    path.write_bytes(data)
    failed = kireji("extract", "-i", picture, "--schema", str(path))
    assert (failed.code, failed.err) == (1, f"kireji: {path} is empty. Name a file with a JSON schema.\n")
    assert world.remote.asked == []
    assert kireji("extract", "-i", picture, "--schema", "").code == 2


def test_a_schema_may_begin_with_a_byte_order_mark(kireji: Kireji, picture: str, tmp_path: Path, world: World) -> None:
    world.remote = FakeProvider(answer(json.dumps({"shop": "Tea"})))
    path = tmp_path / "schema.json"
    path.write_text(SCHEMA, encoding="utf-8-sig")
    assert kireji("extract", "-i", picture, "--schema", str(path)).code == 0


def test_a_form_that_contradicts_the_name_of_the_file_is_wrong_usage(
    world: World, kireji: Kireji, picture: str
) -> None:
    wrong = kireji("extract", "-i", picture, "--markdown", "-o", "/out/t.xlsx")
    assert wrong.code == 2
    assert "--markdown does not go with /out/t.xlsx, whose ending says something else" in wrong.err
    assert world.remote.asked == []
    assert kireji("extract", "-i", picture, "--csv", "-o", "/out/t.csv").code == 0
