"""What the store of prompts promises, asked of the real one and of the fake."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from kireji.core.errors import KirejiError
from kireji.core.prompt_files import written
from kireji.core.prompt_ports import PromptStore
from kireji.core.prompts import Prompt, Variable, VariableKind
from kireji.storage.prompts import FilePromptStore
from tests.fakes.prompts import MemoryPromptStore

EXPLAIN = Prompt("explain", "Explain", "Explain what is shown.", order=10)
MINE = Prompt(
    "mine",
    "Mine",
    "In a {{tone}} tone.",
    {"tone": Variable("Tone", "warm", VariableKind.CHOICE, ("warm", "cold"))},
    own=True,
)


@pytest.fixture(params=["real", "fake"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> PromptStore:
    if request.param == "fake":
        return MemoryPromptStore(EXPLAIN)
    shipped = tmp_path / "shipped"
    shipped.mkdir()
    (shipped / "explain.md").write_bytes(written(EXPLAIN))
    return FilePromptStore(shipped, tmp_path / "data" / "own")


async def names(store: PromptStore) -> list[str]:
    return [prompt.name for prompt in await store.prompts()]


async def test_what_is_saved_is_there(store: PromptStore) -> None:
    assert await store.save(MINE) == MINE
    assert await store.prompts() == (EXPLAIN, MINE)


async def test_what_is_saved_again_stands_in_the_place_of_what_was_there(store: PromptStore) -> None:
    await store.save(MINE)
    changed = msgspec.structs.replace(MINE, text="Otherwise, {{tone}}.", order=5)
    await store.save(changed)
    assert await store.prompts() == (changed, EXPLAIN)


async def test_an_own_prompt_stands_in_the_place_of_a_shipped_one_until_it_is_removed(store: PromptStore) -> None:
    await store.save(msgspec.structs.replace(EXPLAIN, text="Explain to a child."))
    assert [(prompt.text, prompt.own) for prompt in await store.prompts()] == [("Explain to a child.", True)]
    assert await store.shipped() == {"explain": EXPLAIN}
    assert await store.remove("explain")
    assert await store.prompts() == (EXPLAIN,)
    assert not await store.remove("explain")


@pytest.mark.parametrize("name", ["nothing", "../x", ""])
async def test_what_is_not_there_cannot_be_removed(store: PromptStore, name: str) -> None:
    assert not await store.remove(name)


async def test_a_prompt_can_take_another_name(store: PromptStore) -> None:
    await store.save(MINE)
    await store.save(msgspec.structs.replace(MINE, name="ours"), replacing="mine")
    assert await names(store) == ["explain", "ours"]


async def test_a_shipped_prompt_that_is_kept_under_another_name_stays(store: PromptStore) -> None:
    await store.save(msgspec.structs.replace(EXPLAIN, name="explain-it", own=True), replacing="explain")
    assert sorted(await names(store)) == ["explain", "explain-it"]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"name": "../evil"}, "its name may only have small letters"),
        ({"text": ""}, "it has no words to ask"),
        ({"variables": {"tone": Variable(kind=VariableKind.CHOICE)}}, "a choice without choices"),
        ({"title": "x" * 61}, "title is longer"),
    ],
)
async def test_what_contradicts_itself_is_not_saved(store: PromptStore, change: dict[str, object], reason: str) -> None:
    with pytest.raises(KirejiError, match=reason):
        await store.save(msgspec.structs.replace(MINE, **change))
    assert await names(store) == ["explain"]


async def test_one_prompt_is_exported_as_it_is_and_comes_back(store: PromptStore, tmp_path: Path) -> None:
    await store.save(MINE)
    await store.export(["mine"], tmp_path / "theirs.md")
    [found] = (await store.bundle(tmp_path / "theirs.md")).found
    assert found.prompt == msgspec.structs.replace(MINE, name="theirs")
    assert found.source == await store.source("mine")


async def test_several_prompts_are_exported_as_one_archive_and_come_back(store: PromptStore, tmp_path: Path) -> None:
    await store.save(MINE)
    await store.export(["mine", "explain"], tmp_path / "all.zip")
    bundle = await store.bundle(tmp_path / "all.zip")
    assert [each.prompt.name for each in bundle.found] == ["mine", "explain"]
    assert bundle.problems == ()


async def test_several_prompts_do_not_go_into_a_file_for_one(store: PromptStore, tmp_path: Path) -> None:
    await store.save(MINE)
    with pytest.raises(KirejiError, match=r"its name ends in \.zip"):
        await store.export(["mine", "explain"], tmp_path / "all.md")


async def test_a_prompt_that_is_not_there_cannot_be_exported(store: PromptStore, tmp_path: Path) -> None:
    with pytest.raises(KirejiError, match="There is no quick prompt nothing"):
        await store.export(["nothing"], tmp_path / "a.md")
    with pytest.raises(KirejiError, match="There is no quick prompt"):
        await store.source("../nothing")
