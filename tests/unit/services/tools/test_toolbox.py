"""Which tools there are, and which of them a conversation offers."""

from __future__ import annotations

import pytest

from kireji.core.errors import KirejiError, ToolSourceError
from kireji.core.history import NO_TOOLS, ConversationSetup
from kireji.core.tools import SourceState, Tool
from kireji.services.preferences import Preferences
from kireji.services.tools.toolbox import Offer, Toolbox
from tests.fakes.stores import MemorySettings
from tests.fakes.tools import FakeToolSource, FakeToolSources, MemoryOfferStore, make_tool

NEW = ConversationSetup()


class Shelf:
    """A toolbox over two kinds of sources."""

    def __init__(self, **settings: object) -> None:
        self.built_in = FakeToolSource(
            make_tool("time", "built-in"), make_tool("run_command", "built-in"), name="built-in"
        )
        self.plugin = FakeToolSource(make_tool("b"), make_tool("a"))
        self.offers = MemoryOfferStore()
        self.preferences = Preferences.read(MemorySettings({"tools": settings}))
        self.kinds = (FakeToolSources(self.built_in), FakeToolSources(self.plugin))
        self.toolbox = Toolbox(self.kinds, self.preferences, self.offers)

    async def names(self) -> list[str]:
        return [tool.name for tool in await self.toolbox.offered()]


def names(offer: Offer) -> list[str]:
    return [tool.name for tool in offer.tools]


async def test_tools_have_a_fixed_order_by_source_and_by_name() -> None:
    shelf = Shelf()
    assert [tool.name for tool in await shelf.toolbox.tools()] == ["run_command", "time", "probe__a", "probe__b"]


async def test_two_of_one_name_are_told_apart() -> None:
    shelf = Shelf()
    shelf.kinds[1].found.append(FakeToolSource(make_tool("a", "mcp:probe"), name="mcp:probe"))
    found = [tool.name for tool in await shelf.toolbox.tools()]
    assert len(set(found)) == len(found) == 5
    assert "probe__a" in found


async def test_commands_are_off_until_the_person_switches_them_on() -> None:
    assert await Shelf().names() == ["time", "probe__a", "probe__b"]
    assert await Shelf(commands=True).names() == ["run_command", "time", "probe__a", "probe__b"]


@pytest.mark.parametrize(
    ("off", "left"),
    [(["probe__a"], ["time", "probe__b"]), (["plugin:probe"], ["time"]), (["built-in"], ["probe__a", "probe__b"])],
)
async def test_what_is_switched_off_is_not_offered(off: list[str], left: list[str]) -> None:
    assert await Shelf(off=off).names() == left


async def test_nothing_is_offered_when_tools_are_off() -> None:
    assert await Shelf(enabled=False).names() == []


async def test_a_switch_is_written_into_the_settings_and_told() -> None:
    shelf = Shelf()
    seen: list[str] = []
    shelf.toolbox.changed.subscribe(seen.append)
    await shelf.toolbox.set_on("probe__a", False)
    await shelf.toolbox.set_on("plugin:probe", False)
    await shelf.toolbox.set_on("probe__a", True)
    await shelf.toolbox.set_on("run_command", True)
    assert shelf.preferences.settings.tools.off == ("plugin:probe",)
    assert shelf.preferences.settings.tools.commands
    assert seen == ["plugin:probe", "plugin:probe", "plugin:probe", "built-in"]


async def test_a_source_that_is_switched_off_says_so() -> None:
    status = await Shelf(off=["plugin:probe"]).toolbox.source("plugin:probe")
    assert status is not None
    assert status.state is SourceState.OFF


async def test_the_first_question_starts_nothing() -> None:
    shelf = Shelf()
    shelf.plugin.cold = True
    assert names(await shelf.toolbox.offer_for(NEW)) == ["time"]
    assert shelf.plugin.described == 0


async def test_a_conversation_keeps_the_list_it_began_with() -> None:
    shelf = Shelf()
    first = await shelf.toolbox.offer_for(NEW)
    shelf.plugin.tools = ()
    await shelf.toolbox.set_on("time", False)
    later = await shelf.toolbox.offer_for(ConversationSetup(tools=first.digest))
    assert (later.tools, later.digest) == (first.tools, first.digest)


async def test_a_list_that_is_gone_is_made_anew() -> None:
    offer = await Shelf().toolbox.offer_for(ConversationSetup(tools="gone"))
    assert names(offer) == ["time", "probe__a", "probe__b"]


async def test_the_list_stays_in_the_request_when_tools_are_switched_off_later_but_none_may_be_called() -> None:
    shelf = Shelf()
    first = await shelf.toolbox.offer_for(NEW)
    await shelf.preferences.set("tools.enabled", False)
    later = await shelf.toolbox.offer_for(ConversationSetup(tools=first.digest))
    assert (later.tools, later.frozen) == (first.tools, True)


async def test_a_conversation_without_tools_stays_without() -> None:
    assert await Shelf().toolbox.offer_for(ConversationSetup(tools=NO_TOOLS)) == Offer((), NO_TOOLS)


async def test_a_conversation_that_could_be_offered_none_is_offered_some_later() -> None:
    shelf = Shelf(enabled=False)
    assert await shelf.toolbox.offer_for(NEW) == Offer((), "")
    await shelf.preferences.set("tools.enabled", True)
    assert names(await shelf.toolbox.offer_for(NEW)) == ["time", "probe__a", "probe__b"]


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (["time"], ["time"]),
        (["probe"], ["probe__a", "probe__b"]),
        (["plugin:probe", "time"], ["time", "probe__a", "probe__b"]),
        (["run_command"], ["run_command"]),
        (["probe__b", "probe__a"], ["probe__a", "probe__b"]),
    ],
)
async def test_the_person_names_tools_and_sources_also_those_that_are_off(wanted: list[str], found: list[str]) -> None:
    offer = await Shelf(enabled=False).toolbox.offer_for(NEW, wanted)
    assert (names(offer), offer.named) == (found, True)


@pytest.mark.parametrize(
    ("settings", "wanted", "found"),
    [
        ({}, ["built-in"], ["time"]),
        ({"commands": True}, ["built-in"], ["run_command", "time"]),
        ({}, ["built-in", "run_command"], ["run_command", "time"]),
        ({"off": ["probe__a"]}, ["probe"], ["probe__b"]),
        ({"off": ["probe__a"]}, ["probe__a"], ["probe__a"]),
        ({"off": ["plugin:probe"]}, ["probe"], ["probe__a", "probe__b"]),
    ],
)
async def test_who_names_a_source_does_not_mean_those_of_its_tools_that_are_switched_off(
    settings: dict[str, object], wanted: list[str], found: list[str]
) -> None:
    assert names(await Shelf(**settings).toolbox.offer_for(NEW, wanted)) == found


async def test_no_name_switches_tools_off_for_the_conversation() -> None:
    assert (await Shelf().toolbox.offer_for(NEW, ())).digest == NO_TOOLS


async def test_a_name_that_is_nobodys_is_refused() -> None:
    with pytest.raises(KirejiError, match="There is no tool with the name nobody"):
        await Shelf().toolbox.offer_for(NEW, ["nobody"])


async def test_a_tool_is_found_as_it_is_now_under_the_name_it_was_offered() -> None:
    shelf = Shelf()
    offer = await shelf.toolbox.offer_for(NEW)
    changed: Tool = make_tool("a", schema=b'{"type":"object","required":["x"]}')
    shelf.plugin.tools = (changed,)
    found = await shelf.toolbox.find("probe__a", offer.tools)
    assert found is not None
    assert (found.tool.schema, found.status.id) == (changed.schema, "plugin:probe")
    assert await shelf.toolbox.find("probe__b", offer.tools) is None
    assert await shelf.toolbox.find("run_command", offer.tools) is None


async def test_a_source_that_has_changed_is_asked_anew_when_it_is_called() -> None:
    shelf = Shelf()
    offer = await shelf.toolbox.offer_for(NEW)
    shelf.plugin.cold = True
    assert await shelf.toolbox.find("probe__a", offer.tools) is not None
    assert shelf.plugin.described == 1


async def test_a_source_that_is_gone_has_no_tools() -> None:
    shelf = Shelf()
    offer = await shelf.toolbox.offer_for(NEW)
    shelf.kinds[1].found.clear()
    assert await shelf.toolbox.find("probe__a", offer.tools) is None


async def test_all_that_are_not_known_are_asked_and_one_that_fails_holds_up_no_other() -> None:
    shelf = Shelf()
    other = FakeToolSource(make_tool("c", "plugin:other"), name="plugin:other")
    shelf.kinds[1].found.append(other)
    shelf.plugin.cold = other.cold = True
    shelf.plugin.failure = ToolSourceError("It cannot be started.")
    await shelf.toolbox.refresh()
    assert (shelf.plugin.described, other.described, shelf.built_in.described) == (1, 1, 0)


async def test_a_source_nobody_has_cannot_be_described() -> None:
    with pytest.raises(ToolSourceError, match="There is no source of tools"):
        await Shelf().toolbox.describe("plugin:nobody")


async def test_all_kinds_are_closed() -> None:
    shelf = Shelf()
    await shelf.toolbox.aclose()
    assert all(kind.closed for kind in shelf.kinds)
