from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from kireji.core.capturing import Action, CaptureMode, CaptureRequest, PromptKey
from kireji.core.desktop_ports import ClipboardContent
from kireji.core.errors import ClipboardError
from kireji.core.ports import Availability, EncodedPicture
from kireji.core.prompts import Prompt, Variable, VariableKind
from kireji.ui.actions import Actions
from kireji.ui.countdown import Countdown
from kireji.ui.theme import Theme
from tests.fakes.services import FakeSurroundings

pytestmark = pytest.mark.qt


@dataclass
class Scene:
    below: FakeSurroundings = field(default_factory=FakeSurroundings)
    captured: list[CaptureRequest] = field(default_factory=list)
    taken: list[tuple[ClipboardContent, str]] = field(default_factory=list)
    pictures: list[tuple[EncodedPicture, Prompt | None]] = field(default_factory=list)
    prompts: list[tuple[Prompt, Mapping[str, str], str]] = field(default_factory=list)
    shown: list[str] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    failed: list[BaseException] = field(default_factory=list)

    def take(self, content: ClipboardContent, token: str) -> None:
        self.taken.append((content, token))

    def take_picture(self, picture: EncodedPicture, prompt: Prompt | None) -> None:
        self.pictures.append((picture, prompt))

    def take_prompt(self, prompt: Prompt, values: Mapping[str, str], token: str) -> None:
        self.prompts.append((prompt, values, token))

    async def until(self, condition: Callable[[], object]) -> None:
        while not condition():  # noqa: ASYNC110 - what is waited for has no event of its own
            await asyncio.sleep(0)


@asynccontextmanager
async def actions_over(scene: Scene) -> AsyncIterator[Actions]:
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    theme = Theme(app)
    actions = Actions(
        scene.below.build(),
        theme,
        capture=scene.captured.append,
        take=scene.take,
        take_picture=scene.take_picture,
        take_prompt=scene.take_prompt,
        show_window=scene.shown.append,
        tell=scene.told.append,
        failed=scene.failed.append,
    )
    try:
        yield actions
    finally:
        await actions.aclose()
        theme.deleteLater()
        await asyncio.sleep(0)
    assert not scene.failed


def countdown() -> Countdown | None:
    found = [each for each in QApplication.topLevelWidgets() if isinstance(each, Countdown) and each.isVisible()]
    return found[0] if found else None


@pytest.mark.parametrize(
    ("action", "request_"),
    [
        (Action.CAPTURE, CaptureRequest()),
        (Action.WINDOW, CaptureRequest(CaptureMode.WINDOW)),
        (Action.SCREEN, CaptureRequest(CaptureMode.SCREEN)),
        (Action.ALL_SCREENS, CaptureRequest(CaptureMode.ALL)),
        (Action.LAST, CaptureRequest(CaptureMode.LAST)),
        (Action.ADD, CaptureRequest(add=True)),
    ],
)
async def test_captures_begin_at_once(action: Action, request_: CaptureRequest) -> None:
    scene = Scene()
    async with actions_over(scene) as actions:
        actions.do(action)
        assert scene.captured == [request_]


async def test_a_delay_is_counted_down_and_the_countdown_is_gone_before_the_capture() -> None:
    scene = Scene()
    async with actions_over(scene) as actions:
        actions.capture(CaptureRequest(CaptureMode.WINDOW, 0.3))
        await scene.until(countdown)
        assert not scene.captured
        await scene.until(lambda: scene.captured)
        assert scene.captured == [CaptureRequest(CaptureMode.WINDOW)]
        assert countdown() is None


async def test_the_countdown_never_takes_the_keyboard() -> None:
    scene = Scene()
    async with actions_over(scene) as actions:
        actions.capture(CaptureRequest(delay=60))
        await scene.until(countdown)
        window = countdown()
        assert window is not None
        assert window.windowFlags() & Qt.WindowType.WindowDoesNotAcceptFocus
        assert not window.isActiveWindow()


async def test_a_click_on_the_countdown_cancels() -> None:
    scene = Scene()
    async with actions_over(scene) as actions:
        actions.capture(CaptureRequest(delay=60))
        await scene.until(countdown)
        QTest.mouseClick(countdown(), Qt.MouseButton.LeftButton)
        await scene.until(lambda: not actions.counts_down)
        assert countdown() is None
        assert not scene.captured


async def test_asking_for_a_delay_once_more_cancels_it() -> None:
    scene = Scene()
    async with actions_over(scene) as actions:
        actions.do(Action.DELAYED)
        await scene.until(countdown)
        actions.do(Action.DELAYED)
        await scene.until(lambda: not actions.counts_down)
        assert countdown() is None
        assert not scene.captured


async def test_a_capture_without_delay_takes_the_place_of_one_that_waits() -> None:
    scene = Scene()
    async with actions_over(scene) as actions:
        actions.do(Action.DELAYED)
        await scene.until(countdown)
        actions.do(Action.CAPTURE)
        await scene.until(lambda: not actions.counts_down)
        assert scene.captured == [CaptureRequest()]


async def test_what_was_copied_goes_to_the_window_with_the_token() -> None:
    scene = Scene()
    scene.below.clipboard.content = ClipboardContent(text="a stack trace")
    async with actions_over(scene) as actions:
        actions.do(Action.CLIPBOARD, "token")
        await scene.until(lambda: scene.taken)
        assert scene.taken == [(ClipboardContent(text="a stack trace"), "token")]


async def test_what_is_selected_goes_to_the_window() -> None:
    scene = Scene()
    scene.below.clipboard.selected = "some words"
    async with actions_over(scene) as actions:
        actions.do(Action.SELECTION)
        await scene.until(lambda: scene.taken)
        assert scene.taken == [(ClipboardContent(text="some words"), "")]


@pytest.mark.parametrize(
    ("action", "words"), [(Action.CLIPBOARD, "nothing to ask about"), (Action.SELECTION, "No text is selected")]
)
async def test_nothing_there_is_said_in_one_sentence(action: Action, words: str) -> None:
    scene = Scene()
    async with actions_over(scene) as actions:
        actions.do(action)
        await scene.until(lambda: scene.told)
        assert words in scene.told[0]
        assert not scene.taken


async def test_a_clipboard_that_hangs_is_said() -> None:
    scene = Scene()
    scene.below.clipboard.failure = ClipboardError("The program that holds it does not answer.", "Copy it again.")
    async with actions_over(scene) as actions:
        actions.do(Action.CLIPBOARD)
        await scene.until(lambda: scene.told)
        assert scene.told == ["The program that holds it does not answer. Copy it again."]


async def test_where_selected_text_cannot_be_read_the_reason_is_said() -> None:
    scene = Scene()
    scene.below.clipboard.available = Availability(False, "It cannot be read here.", "Switch it on in Settings.")
    async with actions_over(scene) as actions:
        actions.do(Action.SELECTION)
        await scene.until(lambda: scene.told)
        assert scene.told == ["It cannot be read here. Switch it on in Settings."]


async def test_opening_brings_the_window_to_the_front_with_the_token() -> None:
    scene = Scene()
    async with actions_over(scene) as actions:
        actions.do(Action.OPEN, "token")
        assert scene.shown == ["token"]


@pytest.mark.parametrize(
    ("prompt", "found", "told"),
    [("", "", []), ("explain", "explain", []), ("gone", "", ["There is no quick prompt called gone."])],
    ids=["no prompt", "a prompt", "a prompt that is gone"],
)
async def test_a_picture_of_the_desktops_own_dialog_is_handed_over_with_its_prompt(
    prompt: str, found: str, told: list[str]
) -> None:
    scene, picture = Scene(), EncodedPicture(b"png", "image/png", 4, 3)
    async with actions_over(scene) as actions:
        actions.picked(picture, prompt)
        await scene.until(lambda: scene.pictures)
        [(taken, with_prompt)] = scene.pictures
        assert (taken, with_prompt.name if with_prompt is not None else "") == (picture, found)
        assert scene.told == told


async def test_keys_of_a_prompt_about_a_picture_capture_for_it() -> None:
    scene = Scene()
    async with actions_over(scene) as actions:
        actions.do(PromptKey("explain"))
        await scene.until(lambda: scene.captured)
        assert scene.captured == [CaptureRequest(prompt="explain")]


async def test_keys_of_a_prompt_about_text_read_it_before_a_window_comes_to_the_front() -> None:
    scene = Scene()
    prompt = Prompt("fix", "Fix", "{{text}}", {"text": Variable(kind=VariableKind.SELECTION)})
    scene.below.prompts.found = (prompt,)
    scene.below.clipboard.selected = "some words"
    async with actions_over(scene) as actions:
        actions.do(PromptKey("fix"), "token")
        await scene.until(lambda: scene.prompts)
        assert scene.prompts == [(prompt, {"text": "some words"}, "token")]
        scene.below.clipboard.selected = ""
        actions.do(PromptKey("fix"))
        await scene.until(lambda: scene.told)
        assert "none is selected" in scene.told[0]


async def test_a_prompt_that_has_gone_is_told() -> None:
    scene = Scene()
    async with actions_over(scene) as actions:
        actions.do(PromptKey("gone"))
        await scene.until(lambda: scene.told)
        assert scene.told == ["There is no quick prompt called gone."]
