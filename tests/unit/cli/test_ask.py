"""`kireji ask`."""

from __future__ import annotations

import asyncio
import json
import os
import signal
from pathlib import Path
from typing import Any

import pytest

from kireji.cli.console import Console
from kireji.cli.parser import parse
from kireji.cli.program import run
from kireji.core.errors import ConnectionFailed, Overloaded, PictureError
from kireji.core.events import PartDelta, PartFinished, PartStarted, TurnFinished
from kireji.core.messages import ImagePart, MessageState, StopReason, TextPart, ThinkingPart, Usage
from tests.fakes.desktop import screen_of
from tests.fakes.provider import Hold, answer
from tests.fakes.world import World
from tests.unit.cli.conftest import Closed, Kireji, Terminal


def stored(world: World, conversation: int = 1) -> list[tuple[str, MessageState]]:
    loaded = asyncio.run(world.conversations.load(conversation))
    assert loaded is not None
    return [(message.message.text, message.state) for message in loaded.messages]


def test_the_answer_is_printed_with_one_line_end(world: World, kireji: Kireji) -> None:
    world.remote.enqueue(answer("It is ", "a key."))
    result = kireji("ask", "Why?")
    assert (result.code, result.out, result.err) == (0, "It is a key.\n", "")
    assert stored(world) == [("Why?", MessageState.COMPLETE), ("It is a key.", MessageState.COMPLETE)]


def test_an_answer_that_ends_its_line_gets_no_second_end(world: World, kireji: Kireji) -> None:
    world.remote.enqueue(answer("a\n"))
    assert kireji("ask", "Why?").out == "a\n"


def test_words_are_printed_as_they_come(world: World) -> None:
    class Watched(Terminal):
        pieces: list[str] = []  # noqa: RUF012 # one test, one stream

        def write(self, text: str) -> int:
            self.pieces.append(text)
            return super().write(text)

    world.remote.enqueue(answer("It ", "is."))
    out = Watched()
    run(parse(["ask", "q"]), world.build, Console(None, out, None))
    assert [piece for piece in out.pieces if piece] == ["It ", "is.", "\n"]


def test_blocks_of_text_are_kept_apart_and_thinking_is_not_shown(world: World, kireji: Kireji) -> None:
    world.remote.enqueue(
        [
            PartStarted(0, ThinkingPart("")),
            PartDelta(0, "hm"),
            PartFinished(0, ThinkingPart("hm")),
            PartStarted(1, TextPart("")),
            PartDelta(1, "one"),
            PartFinished(1, TextPart("one")),
            PartFinished(2, TextPart("two")),
            TurnFinished(StopReason.END_TURN, b"[]"),
        ]
    )
    assert kireji("ask", "q").out == "one\n\ntwo\n"


def test_piped_text_is_added_to_the_question(world: World, kireji: Kireji) -> None:
    world.remote.enqueue(answer("a"))
    kireji("ask", "Summarise", piped="\ufeffZeile 1\nzwei\n".encode())
    assert stored(world)[0][0] == "Summarise\n\nZeile 1\nzwei"


def test_piped_text_alone_is_a_question(world: World, kireji: Kireji) -> None:
    world.remote.enqueue(answer("a"))
    assert kireji("ask", piped=b"Why?").code == 0
    assert stored(world)[0][0] == "Why?"


@pytest.mark.parametrize("piped", [None, b"", b" \n"])
def test_nothing_to_ask_is_wrong_usage(kireji: Kireji, piped: bytes | None) -> None:
    result = kireji("ask", piped=piped)
    assert (result.code, result.out) == (2, "")
    assert result.err == 'kireji ask: There is nothing to ask. Try: kireji ask -i FILE "What is this?"\n'


def test_a_picture_on_standard_input_is_refused_with_the_way_to_do_it(kireji: Kireji) -> None:
    result = kireji("ask", "q", piped=b"\x89PNG\r\n\x1a\n\xff\xfe")
    assert (result.code, result.err) == (
        1,
        "kireji: Standard input is not UTF-8 text. Pass pictures with -i FILE.\n",
    )


def test_pictures_go_with_the_question(world: World, kireji: Kireji, tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(b"first")
    (tmp_path / "b.png").write_bytes(b"second")
    world.remote.enqueue(answer("a"))
    assert kireji("ask", "q", "-i", str(tmp_path / "a.png"), "-i", str(tmp_path / "b.png")).code == 0
    [request] = world.remote.encoded
    assert [request.blobs[image.blob] for image in request.messages[0].images] == [b"first", b"second"]


def test_a_region_of_the_screen_goes_with_the_question(world: World, kireji: Kireji) -> None:
    world.screen.screens = (screen_of(100, 100),)
    world.remote.enqueue(answer("a"))
    assert kireji("ask", "q", "--screen", "90,90,20,20").code == 0
    [image] = world.remote.encoded[0].messages[0].images
    assert isinstance(image, ImagePart)
    assert (image.width, image.height) == (10, 10)


def test_a_region_outside_the_screen_asks_nothing(world: World, kireji: Kireji) -> None:
    world.screen.screens = (screen_of(100, 100),)
    result = kireji("ask", "q", "--screen", "100,0,5,5")
    assert result.code == 1
    assert result.err.startswith("kireji: The region 100,0,5,5 lies outside every screen.")
    assert world.remote.asked == []


@pytest.mark.parametrize("name", ["missing.png", ".", "nul\0byte"])
def test_a_file_that_cannot_be_read_is_named(kireji: Kireji, name: str, tmp_path: Path) -> None:
    result = kireji("ask", "q", "-i", name if "\0" in name else str(tmp_path / name))
    assert result.code == 1
    assert "cannot be read" in result.err
    assert result.err.count("\n") == 1


def test_a_file_without_an_end_is_refused(kireji: Kireji) -> None:
    assert "/dev/zero is larger than 100 MB." in kireji("ask", "q", "-i", "/dev/zero").err


def test_a_file_that_is_no_picture_is_named(world: World, kireji: Kireji, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("words")
    world.codec.failure = PictureError("This is not a picture.", "Use a PNG.")
    result = kireji("ask", "q", "-i", str(tmp_path / "a.txt"))
    assert (result.code, result.err) == (1, f"kireji: {tmp_path / 'a.txt'}: This is not a picture. Use a PNG.\n")


def test_the_reason_for_another_reader_goes_to_standard_error(world: World, kireji: Kireji, tmp_path: Path) -> None:
    world.key = ""
    world.device.enqueue(answer("KeyError"))
    (tmp_path / "a.png").write_bytes(b"x")
    result = kireji("ask", "-i", str(tmp_path / "a.png"))
    assert (result.code, result.out, result.err) == (0, "KeyError\n", "No key is stored.\n")


def test_a_failure_is_one_line_and_code_one(world: World, kireji: Kireji) -> None:
    world.remote.enqueue([Overloaded("The service is overloaded.", "Try later.")])
    result = kireji("ask", "q")
    assert (result.code, result.out, result.err) == (1, "", "kireji: The service is overloaded. Try later.\n")


def test_a_cut_answer_is_shown_kept_and_failed(world: World, kireji: Kireji) -> None:
    world.remote.enqueue([PartStarted(0, TextPart("")), PartDelta(0, "half"), ConnectionFailed("Lost.", "Ask again.")])
    result = kireji("ask", "q")
    assert (result.code, result.out, result.err) == (
        1,
        "half\n",
        "kireji: Lost. Ask again. Go on with: kireji ask --continue 1.\n",
    )
    assert stored(world)[1] == ("half", MessageState.INTERRUPTED)


def test_an_answer_that_reached_its_limit_says_so(world: World, kireji: Kireji) -> None:
    world.remote.enqueue(answer("a", reason=StopReason.MAX_TOKENS))
    result = kireji("ask", "q", "--max-tokens", "20")
    assert result.code == 0
    assert "--max-tokens" in result.err


def test_continue_goes_on_with_the_latest(world: World, kireji: Kireji) -> None:
    world.remote.enqueue(answer("a"), answer("b"))
    kireji("ask", "one")
    kireji("ask", "--continue", "two")
    assert [text for text, _ in stored(world)] == ["one", "a", "two", "b"]


@pytest.mark.parametrize(
    ("argument", "words"), [("--continue", "no conversation to"), ("--continue=9", "no conversation 9")]
)
def test_a_conversation_that_is_not_there_is_told(kireji: Kireji, argument: str, words: str) -> None:
    result = kireji("ask", "q", argument)
    assert result.code == 1
    assert words in result.err


def lines(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def test_json_is_one_object_per_event(world: World, kireji: Kireji) -> None:
    world.remote.enqueue(answer("ä", "\n"))
    result = kireji("ask", "q", "--json")
    found = lines(result.out)
    assert [each["type"] for each in found] == ["question", "begin", "usage", "text", "text", "usage", "end"]
    assert "".join(each["text"] for each in found if each["type"] == "text") == "ä\n"
    assert (found[-1]["state"], found[-1]["stop"], found[-1]["text"]) == ("complete", "end_turn", "ä\n")


def test_json_tells_thinking_apart(world: World, kireji: Kireji) -> None:
    world.remote.enqueue([PartStarted(0, ThinkingPart("")), PartDelta(0, "hm"), *answer("a")[1:]])
    kinds = [each["type"] for each in lines(kireji("ask", "q", "--json").out)]
    assert "thinking" in kinds


def test_json_without_streaming_is_one_object(world: World, kireji: Kireji) -> None:
    world.remote.enqueue(answer("whole", usage=Usage(3, 4, cost=0.5)))
    result = kireji("ask", "q", "--json", "--no-stream")
    [found] = lines(result.out)
    assert (found["conversation"], found["text"], found["provider"]) == (1, "whole", "anthropic")
    assert (found["usage"]["output_tokens"], found["usage"]["cost"], found["saved"]) == (4, 0.5, True)


def test_a_failure_in_json_stands_in_the_object_and_on_standard_error(world: World, kireji: Kireji) -> None:
    world.remote.enqueue([Overloaded("Busy.", "Try later.")])
    result = kireji("ask", "q", "--json", "--no-stream")
    [found] = lines(result.out)
    assert (result.code, found["state"], found["error"]) == (1, "failed", "Busy. Try later.")
    assert result.err == "kireji: Busy. Try later.\n"


def test_without_streaming_the_text_comes_whole(world: World, kireji: Kireji) -> None:
    world.remote.enqueue(answer("It ", "is.\n"))
    assert kireji("ask", "q", "--no-stream").out == "It is.\n"


def test_a_terminal_is_not_steered_by_an_answer(world: World, kireji: Kireji) -> None:
    world.remote.enqueue(answer("\x1b[2", "Jred\x07\n"))
    assert kireji("ask", "q", out=Terminal()).out == "red\n"


def test_a_pipe_gets_the_answer_as_it_is(world: World, kireji: Kireji) -> None:
    world.remote.enqueue(answer("\x1b[2Jred"))
    assert kireji("ask", "q").out == "\x1b[2Jred\n"


def test_when_the_reader_has_gone_the_turn_is_stopped_quietly(world: World, kireji: Kireji) -> None:
    world.remote.enqueue([PartStarted(0, TextPart("")), PartDelta(0, "first"), PartDelta(0, "second"), Hold()])
    result = kireji("ask", "q", out=Closed(after=3))
    assert (result.code, result.err) == (0, "")
    assert stored(world)[1] == ("firstsecond", MessageState.STOPPED)


def test_an_interrupt_stops_the_turn_and_keeps_what_had_arrived(world: World, kireji: Kireji) -> None:
    class Interrupt(Hold):
        async def wait(self) -> None:
            os.kill(os.getpid(), signal.SIGINT)
            await super().wait()

    before = signal.getsignal(signal.SIGINT)
    world.remote.enqueue([PartStarted(0, TextPart("")), PartDelta(0, "half"), Interrupt()])
    result = kireji("ask", "q")
    assert (result.code, result.out) == (130, "half\n")
    assert stored(world)[1] == ("half", MessageState.STOPPED)
    assert signal.getsignal(signal.SIGINT) is before
