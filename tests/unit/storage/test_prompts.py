"""Prompts in folders: the program's own, the person's, and what can be wrong with them."""

from __future__ import annotations

import os
from pathlib import Path

import msgspec
import pytest

from kireji.core.errors import KirejiError, StoreError
from kireji.core.prompt_files import LONGEST_FILE
from kireji.core.prompts import Prompt, Variable
from kireji.core.structured.forms import AnswerForm
from kireji.resources import resource
from kireji.storage.prompts import FilePromptStore


@pytest.fixture
def shipped(tmp_path: Path) -> Path:
    return folder(tmp_path / "shipped", explain='+++\ntitle = "Explain"\norder = 10\n+++\nExplain.')


@pytest.fixture
def own(tmp_path: Path) -> Path:
    return folder(tmp_path / "own")


@pytest.fixture
def store(shipped: Path, own: Path) -> FilePromptStore:
    return FilePromptStore(shipped, own)


def folder(path: Path, **prompts: str) -> Path:
    path.mkdir()
    for name, text in prompts.items():
        (path / f"{name}.md").write_text(text)
    return path


async def names(store: FilePromptStore) -> list[str]:
    return [prompt.name for prompt in await store.prompts()]


async def test_the_shipped_prompts_can_all_be_used() -> None:
    store = FilePromptStore(resource("prompts"), Path("/nowhere"))
    prompts = {prompt.name: prompt for prompt in await store.prompts()}
    assert list(prompts) == [
        "explain", "explain-error", "extract-text", "table", "fields", "translate", "translate-in-place", "summarise",
        "alt-text", "reply", "rewrite", "compare", "review-code", "moderate",
    ]  # fmt: skip
    assert await store.problems() == ()
    values = {"rewrite": {"text": "Some words."}}
    texts = [prompt for prompt in prompts.values() if prompt.form is AnswerForm.TEXT]
    assert all(prompt.filled(values.get(prompt.name, {})) for prompt in texts)
    assert {prompt.form for prompt in prompts.values()} == set(AnswerForm)
    assert not any(prompt.own for prompt in prompts.values())


async def test_a_persons_own_prompt_replaces_a_shipped_one_and_others_join_in_their_order(
    store: FilePromptStore, own: Path
) -> None:
    (own / "explain.md").write_text("Explain to a child.")
    (own / "first.md").write_text('+++\ntitle = "First"\norder = 1\n+++\nx')
    found = await store.prompts()
    assert [(prompt.name, prompt.own) for prompt in found] == [("first", True), ("explain", True)]
    assert found[1].text == "Explain to a child."


async def test_a_file_that_cannot_be_used_is_told_and_the_shipped_one_stays(store: FilePromptStore, own: Path) -> None:
    (own / "explain.md").write_text("+++\ntitle = \n+++\nx")
    assert [prompt.own for prompt in await store.prompts()] == [False]
    [sentence] = await store.problems()
    assert sentence == "The prompt explain.md (line 2) cannot be used: its head is not TOML (invalid value)."


async def test_what_is_changed_added_or_removed_is_seen(store: FilePromptStore, own: Path) -> None:
    assert await names(store) == ["explain"]
    file = own / "mine.md"
    file.write_text("one")
    assert (await store.prompts())[1].text == "one"
    file.write_text("three")
    assert (await store.prompts())[1].text == "three"
    file.unlink()
    assert await names(store) == ["explain"]


async def test_what_has_not_changed_is_not_read_again(store: FilePromptStore, own: Path) -> None:
    (own / "mine.md").write_text("one")
    before = await store.prompts()
    assert await store.prompts() is before


async def test_a_folder_that_is_not_there_is_no_problem(shipped: Path) -> None:
    store = FilePromptStore(shipped, Path("/nowhere"))
    assert (await names(store), await store.problems()) == (["explain"], ())


async def test_a_folder_that_is_a_file_is_told(shipped: Path, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    [sentence] = await FilePromptStore(shipped, tmp_path / "file").problems()
    assert "cannot be read: not a directory" in sentence


async def test_what_is_no_file_is_never_waited_for(store: FilePromptStore, own: Path) -> None:
    os.mkfifo(own / "pipe.md")
    (own / "zero.md").symlink_to("/dev/zero")
    (own / "folder.md").mkdir()
    (own / "loop.md").symlink_to("loop.md")
    (own / "gone.md").symlink_to("nowhere")
    assert await names(store) == ["explain"]
    told = " ".join(await store.problems())
    assert told.count("it is not a file") == 3
    assert "gone.md cannot be used: no such file" in told
    assert "loop.md cannot be used: too many levels of symbolic links" in told


async def test_a_link_to_a_file_is_followed(store: FilePromptStore, own: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere.txt").write_text("Words.")
    (own / "linked.md").symlink_to(tmp_path / "elsewhere.txt")
    assert await names(store) == ["explain", "linked"]


async def test_a_huge_file_and_a_huge_number_of_files_are_bounded(store: FilePromptStore, own: Path) -> None:
    with (own / "aaa.md").open("wb") as file:
        file.truncate(LONGEST_FILE * 10_000)
    for number in range(250):
        (own / f"p{number:03}.md").write_text("x")
    assert len(await store.prompts()) == 1 + 199
    problems = await store.problems()
    assert any("more than 200 prompts" in each for each in problems)
    assert any("aaa.md cannot be used: it is longer than 64 KB" in each for each in problems)


async def test_other_files_and_hidden_ones_are_left_alone(store: FilePromptStore, own: Path) -> None:
    for name in (".hidden.md", "notes.txt", "mine.md~", ".#mine.md"):
        (own / name).write_text("x")
    assert (await names(store), await store.problems()) == (["explain"], ())


async def test_a_remark_is_a_sentence_about_its_file(store: FilePromptStore, own: Path) -> None:
    (own / "mine.md").write_text('+++\ntitel = "x"\n+++\nInto {{language}}.')
    assert isinstance((await store.prompts())[1], Prompt)
    assert await store.problems() == (
        "In the prompt mine.md: titel means nothing there; did you mean title?",
        "In the prompt mine.md: {{language}} has no [variables.language], so it is asked as it stands.",
    )


async def test_comments_and_unknown_keys_of_a_file_stay_when_it_is_changed(store: FilePromptStore, own: Path) -> None:
    (own / "mine.md").write_text(
        '+++\n# Mine alone.\ntitle = "Mine"  # short\norder = 3\nlater = true\n\n'
        '[variables.tone]\n# warm is best\ndefault = "warm"\n+++\nIn {{tone}}.'
    )
    mine = {prompt.name: prompt for prompt in await store.prompts()}["mine"]
    changed = msgspec.structs.replace(
        mine, model="m", text="As {{tone}}, {{size}}.", variables={**mine.variables, "size": Variable(default="small")}
    )
    await store.save(changed)
    assert (own / "mine.md").read_text() == (
        '+++\n# Mine alone.\ntitle = "Mine"  # short\norder = 3\nlater = true\nmodel = "m"\n\n'
        '[variables.tone]\n# warm is best\ndefault = "warm"\n\n[variables.size]\ndefault = "small"\n+++\n'
        "As {{tone}}, {{size}}.\n"
    )
    assert {prompt.name: prompt for prompt in await store.prompts()}["mine"] == changed


async def test_a_head_that_cannot_be_changed_in_place_is_written_anew(store: FilePromptStore, own: Path) -> None:
    (own / "mine.md").write_text('+++\nvariables = {tone = {default = "warm"}}\n+++\nIn {{tone}}.')
    mine = {prompt.name: prompt for prompt in await store.prompts()}["mine"]
    changed = msgspec.structs.replace(mine, variables={"tone": Variable("Tone", "cold")})
    assert await store.save(changed) == changed


async def test_a_folder_that_cannot_be_written_says_so(shipped: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    store = FilePromptStore(shipped, tmp_path / "file")
    with pytest.raises(StoreError):
        await store.save(Prompt("mine", "Mine", "x", own=True))


@pytest.mark.parametrize("name", ["nowhere.zip", ""])
async def test_a_file_that_cannot_be_imported_is_told_as_the_persons_own(
    store: FilePromptStore, tmp_path: Path, name: str
) -> None:
    with pytest.raises(KirejiError, match="cannot be read: ") as caught:
        await store.bundle(tmp_path / name)
    assert caught.value.hint.startswith("Check the name")
