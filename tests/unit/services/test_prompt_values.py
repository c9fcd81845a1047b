"""Values for the places of prompts."""

from __future__ import annotations

import pytest

from kireji.core.desktop_ports import ClipboardContent
from kireji.core.errors import ClipboardError, KirejiError
from kireji.core.ports import Availability
from kireji.core.prompts import Prompt, Variable, VariableKind
from kireji.services.prompt_values import PromptValues
from tests.fakes.world import World


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def values(world: World) -> PromptValues:
    return PromptValues(world.clipboard, world.clock)


def about(**kinds: Variable) -> Prompt:
    return Prompt("p", "P", " ".join(f"{{{{{name}}}}}" for name in kinds), kinds)


async def test_nothing_is_looked_up_for_a_value_that_is_given(world: World, values: PromptValues) -> None:
    world.clipboard.failure = ClipboardError("It does not answer.")
    prompt = about(a=Variable(kind=VariableKind.CLIPBOARD))
    assert await values.gather(prompt, {"a": "given"}) == {"a": "given"}


async def test_the_clipboard_is_not_read_for_a_prompt_that_does_not_want_it(world: World, values: PromptValues) -> None:
    world.clipboard.failure = ClipboardError("It does not answer.")
    assert await values.gather(about(a=Variable(default="x")), {}) == {"a": "x"}


async def test_a_clipboard_that_does_not_answer_is_told_unless_there_is_a_default(
    world: World, values: PromptValues
) -> None:
    world.clipboard.failure = ClipboardError("It does not answer.")
    with pytest.raises(ClipboardError, match="does not answer"):
        await values.gather(about(a=Variable(kind=VariableKind.CLIPBOARD)), {})
    assert await values.gather(about(a=Variable("", "-", VariableKind.CLIPBOARD)), {}) == {"a": "-"}


async def test_an_empty_clipboard_takes_the_default(world: World, values: PromptValues) -> None:
    world.clipboard.content = ClipboardContent()
    assert await values.gather(about(a=Variable("", "nothing", VariableKind.CLIPBOARD)), {}) == {"a": "nothing"}


async def test_a_selection_that_cannot_be_read_here_says_why(world: World, values: PromptValues) -> None:
    world.clipboard.available = Availability(False, "Wayland keeps it.", "Copy it instead.")
    with pytest.raises(ClipboardError, match="Wayland keeps it"):
        await values.gather(about(a=Variable(kind=VariableKind.SELECTION)), {})


async def test_nothing_selected_is_told_with_the_next_step(world: World, values: PromptValues) -> None:
    world.clipboard.selected = " "
    with pytest.raises(KirejiError) as caught:
        await values.gather(about(a=Variable(kind=VariableKind.SELECTION)), {})
    assert caught.value.hint == "Select some text in any program, then ask again."


async def test_the_persons_language_is_known_without_asking(values: PromptValues) -> None:
    prompt = about(language=Variable(default="English"))
    assert await values.gather(prompt, {}, "Finnish") == {"language": "Finnish"}
    assert await values.gather(prompt, {}) == {"language": "English"}
    assert prompt.asked == ()


def test_a_form_begins_with_what_was_given_last_and_a_choice_always_has_a_value(values: PromptValues) -> None:
    prompt = about(a=Variable(), b=Variable("", "x"), c=Variable("", None, VariableKind.CHOICE, ("m", "n")))
    assert values.last(prompt) == {"a": "", "b": "x", "c": "m"}
    values.remember(prompt, {"a": "1", "b": "2", "c": "n"})
    assert values.last(prompt) == {"a": "1", "b": "2", "c": "n"}
    other = about(a=Variable(), b=Variable("", "x"), c=Variable("", None, VariableKind.CHOICE, ("m", "o")))
    assert values.last(other)["c"] == "m"
