"""Model servers on this computer: looked for when somebody needs to know, and no oftener."""

from __future__ import annotations

import asyncio

import pytest

from kireji.core.models import LocalServer
from kireji.services.local_servers import is_loopback
from tests.fakes.network import USUAL, FakeFinder, local_model, ollama
from tests.fakes.world import World


def world_with(*servers: LocalServer, **environ: str) -> World:
    return World(finder=FakeFinder(*servers), environ=environ)


async def test_nobody_looks_before_somebody_asks() -> None:
    world = world_with(ollama())
    world.services()
    assert world.finder.looks == []


async def test_a_look_stands_in_the_ledger() -> None:
    world = world_with(ollama(local_model("llama3")))
    [found] = await world.services().local_servers.find()
    assert found.name == "Ollama"
    assert [(row.purpose, row.host) for row in world.ledger.rows] == [("local server", "127.0.0.1:11434")]


async def test_a_look_counts_for_thirty_seconds() -> None:
    world = world_with()
    servers = world.services().local_servers
    await servers.find()
    world.clock.advance(29)
    await servers.find()
    assert len(world.finder.looks) == 1
    world.clock.advance(2)
    await servers.find()
    assert len(world.finder.looks) == 2
    await servers.find(0.0)
    assert len(world.finder.looks) == 3


async def test_those_who_ask_at_the_same_time_share_one_look() -> None:
    world = world_with(ollama())
    servers = world.services().local_servers
    one, two = await asyncio.gather(servers.find(), servers.find())
    assert one == two == servers.found
    assert len(world.finder.looks) == 1


async def test_one_who_gives_up_does_not_disturb_the_other() -> None:
    world = world_with(ollama())
    world.finder.hold = asyncio.Event()
    servers = world.services().local_servers
    async with asyncio.TaskGroup() as group:
        impatient = group.create_task(servers.find())
        await asyncio.sleep(0)
        patient = group.create_task(servers.find())
        await asyncio.sleep(0)
        impatient.cancel()
        world.finder.hold.set()
    assert len(patient.result()) == 1


@pytest.mark.parametrize(
    ("environ", "local", "looks"),
    [
        ({}, {}, [(USUAL,)]),
        ({}, {"discover": False}, []),
        ({}, {"address": "http://localhost:9000/v1/"}, [("http://localhost:9000/v1",)]),
        ({"OPENAI_BASE_URL": "http://[::1]:9/v1"}, {"address": "http://localhost:9000/v1"}, [("http://[::1]:9/v1",)]),
        ({"OPENAI_BASE_URL": "https://models.example/v1"}, {}, []),
    ],
)
async def test_where_is_looked_is_the_persons_choice(
    environ: dict[str, str], local: dict[str, object], looks: list[tuple[str, ...]]
) -> None:
    world = world_with(**environ)
    world.settings.tables["local"] = local
    await world.services().local_servers.find()
    assert world.finder.looks == looks


async def test_a_changed_address_is_looked_at_at_once() -> None:
    world = world_with()
    services = world.services()
    await services.local_servers.find()
    await services.preferences.set("local.address", "http://127.0.0.1:9/v1")
    await services.local_servers.find()
    assert world.finder.looks[-1] == ("http://127.0.0.1:9/v1",)


async def test_a_change_of_what_answers_is_published() -> None:
    world = world_with()
    services = world.services()
    seen: list[str] = []
    services.catalog.changed.subscribe(seen.append)
    await services.local_servers.find()
    assert seen == []
    world.finder.servers.append(ollama())
    await services.local_servers.find(0.0)
    assert seen == ["local"]


@pytest.mark.parametrize(
    ("url", "here"),
    [
        ("http://127.0.0.1:1/v1", True),
        ("http://127.9.9.9/v1", True),
        ("http://localhost:1/v1", True),
        ("http://[::1]:1/v1", True),
        ("http://192.168.1.5/v1", False),
        ("http://127.0.0.1.example/v1", False),
        ("http://localhost@evil.example/v1", False),
        ("http://[::", False),
        ("", False),
    ],
)
def test_this_computer_is_told_from_others_by_the_text_of_the_address(url: str, here: bool) -> None:
    assert is_loopback(url) is here
