"""What the store of policies promises, asked of the files and of the fake."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from kireji.core.errors import KirejiError
from kireji.core.moderation.ports import PolicyStore
from kireji.storage.policies import FilePolicyStore
from tests.fakes.habits import MemoryPolicyStore

POLICY = """\
title = "{title}"
version = {version}
[[categories]]
name = "spam"
definition = "Unasked advertising."
[[categories.levels]]
name = "any"
definition = "Any."
action = "block"
"""


def policy(title: str, version: int = 1) -> bytes:
    return POLICY.format(title=title, version=version).encode()


@dataclass(frozen=True)
class Scene:
    """A store, and how something is shipped in it."""

    store: PolicyStore
    ship: Callable[[str, bytes], object]


@pytest.fixture(params=["real", "fake"])
def scene(request: pytest.FixtureRequest, tmp_path: Path) -> Scene:
    if request.param == "fake":
        fake = MemoryPolicyStore()
        return Scene(fake, fake.came.__setitem__)
    shipped = tmp_path / "shipped"
    shipped.mkdir()
    store = FilePolicyStore(shipped, tmp_path / "data" / "policies")
    return Scene(store, lambda name, data: (shipped / f"{name}.toml").write_bytes(data))


async def test_without_files_there_is_none(scene: Scene) -> None:
    assert await scene.store.policies() == {}


async def test_shipped_and_own_ones_stand_by_title(scene: Scene) -> None:
    scene.ship("a", policy("Zebra"))
    await scene.store.save("b", policy("apple"))
    found = await scene.store.policies()
    assert list(found) == ["b", "a"]
    assert [parsed.policy is not None and parsed.policy.own for parsed in found.values()] == [True, False]


async def test_ones_own_replaces_the_shipped_one_of_its_name_until_it_is_removed(scene: Scene) -> None:
    scene.ship("a", policy("Shipped"))
    await scene.store.save("a", policy("Own"))
    assert await scene.store.read("a") == policy("Own")
    assert [parsed.policy and parsed.policy.title for parsed in (await scene.store.policies()).values()] == ["Own"]
    assert await scene.store.remove("a") is True
    assert await scene.store.read("a") == policy("Shipped")
    assert await scene.store.remove("a") is False


async def test_a_broken_one_is_kept_told_and_does_not_fall_back_to_the_shipped_one(scene: Scene) -> None:
    scene.ship("a", policy("Shipped"))
    await scene.store.save("a", b"version = \n")
    parsed = (await scene.store.policies())["a"]
    assert parsed.policy is None
    assert [problem.line for problem in parsed.problems] == [1]
    assert await scene.store.read("a") == b"version = \n"


async def test_saving_again_is_seen(scene: Scene) -> None:
    await scene.store.save("a", policy("One"))
    await scene.store.policies()
    await scene.store.save("a", policy("One", 2))
    parsed = (await scene.store.policies())["a"]
    assert parsed.policy is not None
    assert parsed.policy.version == 2


@pytest.mark.parametrize("name", ["", "..", "../a", "a/b", "A", "a.toml", "a" * 65, "é", "a\n"])
async def test_nothing_but_a_name_is_written_read_or_removed(scene: Scene, name: str) -> None:
    with pytest.raises(KirejiError):
        await scene.store.save(name, policy("x"))
    with pytest.raises(KirejiError):
        await scene.store.read(name)
    assert await scene.store.remove(name) is False


class TestFiles:
    """What only files can do."""

    @pytest.fixture
    def own(self, tmp_path: Path) -> Path:
        folder = tmp_path / "own"
        folder.mkdir()
        return folder

    @pytest.fixture
    def store(self, own: Path) -> FilePolicyStore:
        return FilePolicyStore(own.parent / "shipped", own)

    async def test_what_has_not_changed_is_not_read_again(self, store: FilePolicyStore, own: Path) -> None:
        (own / "a.toml").write_bytes(policy("One"))
        first = await store.policies()
        assert (await store.policies())["a"] is first["a"]

    async def test_what_is_no_file_is_told_and_never_opened(self, store: FilePolicyStore, own: Path) -> None:
        (own / "folder.toml").mkdir()
        os.mkfifo(own / "pipe.toml")
        (own / "gone.toml").symlink_to(own / "nowhere")
        found = await store.policies()
        assert {name: parsed.problems[0].reason for name, parsed in found.items()} == {
            "folder": "It is not a file.",
            "pipe": "It is not a file.",
            "gone": "It cannot be read: no such file or directory.",
        }

    async def test_a_link_is_followed_and_what_it_points_to_is_written(
        self, store: FilePolicyStore, own: Path, tmp_path: Path
    ) -> None:
        (tmp_path / "elsewhere.toml").write_bytes(policy("One"))
        (own / "a.toml").symlink_to(tmp_path / "elsewhere.toml")
        await store.save("a", policy("Two"))
        assert (own / "a.toml").is_symlink()
        assert (tmp_path / "elsewhere.toml").read_bytes() == policy("Two")

    async def test_links_that_point_at_each_other_are_an_error_in_words(
        self, store: FilePolicyStore, own: Path
    ) -> None:
        (own / "a.toml").symlink_to(own / "b.toml")
        (own / "b.toml").symlink_to(own / "a.toml")
        assert set(await store.policies()) == {"a", "b"}
        with pytest.raises(KirejiError):
            await store.save("a", policy("x"))

    async def test_a_huge_file_is_told_and_none_is_written(self, store: FilePolicyStore, own: Path) -> None:
        (own / "a.toml").write_bytes(b"#" * 2_000_000)
        assert (await store.policies())["a"].problems[0].reason == "The file is longer than 256 KB."
        with pytest.raises(KirejiError):
            await store.read("a")
        with pytest.raises(KirejiError):
            await store.save("b", b"#" * 2_000_000)

    async def test_of_very_many_files_the_first_left_out_says_so(self, store: FilePolicyStore, own: Path) -> None:
        for number in range(203):
            (own / f"p{number:03}.toml").write_bytes(policy("x"))
        found = await store.policies()
        assert len(found) == 201
        assert found["p200"].policy is None

    async def test_other_files_hidden_ones_and_folders_are_passed_over(self, store: FilePolicyStore, own: Path) -> None:
        (own / "sets").mkdir()
        (own / ".a.toml.part").write_bytes(b"x")
        (own / ".hidden.toml").write_bytes(b"x")
        (own / "notes.txt").write_bytes(b"x")
        assert await store.policies() == {}
