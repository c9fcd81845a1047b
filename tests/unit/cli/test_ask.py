"""`kireji ask`."""

from __future__ import annotations

import asyncio
import os
import signal
from pathlib import Path

import pytest

from kireji.cli.console import Console
from kireji.cli.parser import parse
from kireji.cli.program import run
from kireji.core.errors import ConnectionFailed, Overloaded, PictureError
from kireji.core.events import PartDelta, PartFinished, PartStarted, TurnFinished
from kireji.core.messages import ImagePart, MessageState, StopReason, TextPart, ThinkingPart, Usage
from kireji.core.models import Effort, ModelInfo, Price
from kireji.core.requests import Delivery
from kireji.services.turns import GO_ON
from tests.fakes.desktop import screen_of
from tests.fakes.network import local_model, ollama
from tests.fakes.provider import FakeProvider, Hold, answer
from tests.fakes.stores import MemoryConversationStore
from tests.fakes.world import ROUTER_KEY, World
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


def test_piped_text_is_added_to_the_question_as_somebody_elses(world: World, kireji: Kireji) -> None:
    world.remote.enqueue(answer("a"))
    kireji("ask", "Summarise", piped="\ufeffZeile 1\nzwei\n".encode())
    assert stored(world)[0][0] == "Summarise\n\n> Zeile 1\n> zwei"


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


def test_a_picture_is_fetched_from_its_address(world: World, kireji: Kireji, tmp_path: Path) -> None:
    world.web.pictures["https://example.org/a.png"] = b"from the web"
    (tmp_path / "b.png").write_bytes(b"from a file")
    world.remote.enqueue(answer("a"))
    assert kireji("ask", "q", "-i", "https://example.org/a.png", "-i", str(tmp_path / "b.png")).code == 0
    [request] = world.remote.encoded
    assert [request.blobs[image.blob] for image in request.messages[0].images] == [b"from the web", b"from a file"]


def test_an_address_that_cannot_be_reached_asks_nothing(world: World, kireji: Kireji) -> None:
    result = kireji("ask", "q", "-i", "http://example.org/none.png")
    assert (result.code, result.err) == (1, "kireji: The address cannot be reached. Check it.\n")
    assert world.remote.asked == []


def test_what_is_no_picture_at_an_address_is_named_without_its_password(world: World, kireji: Kireji) -> None:
    world.web.pictures["https://me:hunter22@example.org/a"] = b"words"
    world.codec.failure = PictureError("This is not a picture.", "Use a PNG.")
    result = kireji("ask", "q", "-i", "https://me:hunter22@example.org/a")
    assert result.err == "kireji: https://example.org/a: This is not a picture. Use a PNG.\n"


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
        "kireji: Lost. Go on with: kireji ask --continue 1\n",
    )
    assert stored(world)[1] == ("half", MessageState.INTERRUPTED)


def test_an_answer_that_reached_its_limit_says_so_and_how_to_go_on(world: World, kireji: Kireji) -> None:
    world.remote.enqueue(answer("a", reason=StopReason.MAX_TOKENS))
    result = kireji("ask", "q", "--max-tokens", "20")
    assert (result.code, result.err) == (
        0,
        "The answer was cut at the maximum length. It can be continued. "
        "Go on with: kireji ask --continue 1, or allow more with --max-tokens.\n",
    )


def test_an_answer_that_was_not_given_says_so_once(world: World, kireji: Kireji) -> None:
    world.remote.enqueue(answer(reason=StopReason.REFUSAL))
    result = kireji("ask", "q")
    assert (result.code, result.out, result.err.count("\n")) == (1, "", 1)
    assert "declined" in result.err


@pytest.mark.parametrize("typed", [("--continue",), ("--continue", "1"), ("--continue=1",)])
def test_continue_without_a_question_goes_on_with_a_cut_answer(
    world: World, kireji: Kireji, typed: tuple[str, ...]
) -> None:
    world.remote.enqueue(answer("first half", reason=StopReason.MAX_TOKENS), answer(" second half"))
    kireji("ask", "q")
    result = kireji("ask", *typed, "--max-tokens", "999")
    assert (result.code, result.out) == (0, " second half\n")
    assert [text for text, _ in stored(world)] == ["q", "first half", GO_ON, " second half"]
    assert world.remote.encoded[-1].max_tokens == 999


def test_a_broken_answer_can_be_continued(world: World, kireji: Kireji) -> None:
    world.remote.enqueue([PartStarted(0, TextPart("")), PartDelta(0, "half"), ConnectionFailed("Lost.")], answer("b"))
    kireji("ask", "q")
    assert kireji("ask", "--continue").out == "b\n"


def test_an_answer_that_was_not_cut_is_not_continued(world: World, kireji: Kireji) -> None:
    world.remote.enqueue(answer("whole"))
    kireji("ask", "q")
    result = kireji("ask", "--continue")
    assert (result.code, result.err) == (
        1,
        "kireji: The last answer of conversation 1 was not cut, so there is nothing to go on with. "
        "Ask something: kireji ask --continue 1 PROMPT\n",
    )
    assert len(world.remote.asked) == 1


@pytest.mark.parametrize(("typed", "words"), [("--continue=7", "no conversation 7"), ("--continue", "no conversation")])
def test_nothing_to_continue_is_told(kireji: Kireji, typed: str, words: str) -> None:
    result = kireji("ask", typed)
    assert (result.code, words in result.err) == (1, True)


def test_all_options_reach_the_model(world: World, kireji: Kireji) -> None:
    world.remote.enqueue(answer("a"))
    typed = ["--stop", "END", "--stop", "\n\n", "--max-tokens", "77", "--effort", "high", "-s", "Be brief."]
    kireji("ask", "q", *typed)
    [request] = world.remote.encoded
    assert request.stop_sequences == ("END", "\n\n")
    assert (request.max_tokens, request.effort, request.system) == (77, Effort.HIGH, "Be brief.")


@pytest.mark.parametrize(("typed", "delivery"), [((), Delivery.STREAM), (("--no-stream",), Delivery.WHOLE)])
def test_no_stream_asks_for_the_answer_in_one_piece(
    world: World, kireji: Kireji, typed: tuple[str, ...], delivery: Delivery
) -> None:
    world.remote.enqueue(answer("a"))
    kireji("ask", "q", *typed)
    outgoing = world.remote.asked[0].cleared.outgoing
    assert outgoing is not None
    assert outgoing.delivery is delivery


def test_the_provider_that_is_named_answers(world: World, kireji: Kireji) -> None:
    world.router_key = ROUTER_KEY
    world.router.enqueue(answer("routed"))
    assert kireji("ask", "q", "-p", "openrouter", "-m", "author/model").out == "routed\n"
    assert world.router.encoded[0].model == "author/model"


def test_a_conversation_goes_on_with_whom_it_was_begun(world: World, kireji: Kireji) -> None:
    world.router_key = ROUTER_KEY
    world.router.enqueue(answer("one"), answer("two"))
    kireji("ask", "q", "-p", "openrouter", "-m", "author/model", "--effort", "high")
    assert kireji("ask", "--continue", "more").out == "two\n"
    assert world.router.encoded[1].model == "author/model"


def test_a_local_server_answers_when_it_is_named(world: World, kireji: Kireji) -> None:
    world.finder.servers = [ollama(local_model("gemma3"))]
    world.local.enqueue(answer("near"))
    assert kireji("ask", "q", "-p", "local").out == "near\n"


def test_who_answers_instead_is_said_on_one_line(world: World, kireji: Kireji) -> None:
    world.router_key = ROUTER_KEY
    world.settings.tables["models"] = {"fallback": ["openrouter", "device"]}
    world.remote.enqueue([Overloaded("Anthropic is overloaded.", "Try later.")])
    world.router.enqueue(answer("a"))
    result = kireji("ask", "q")
    assert (result.code, result.out, result.err.count("\n")) == (0, "a\n", 1)
    assert result.err.startswith("Anthropic is overloaded. OpenRouter answers with ")


def test_a_note_is_not_repeated_when_the_answer_is_cut_too(world: World, kireji: Kireji) -> None:
    world.router_key = ROUTER_KEY
    world.settings.tables["models"] = {"fallback": ["openrouter"]}
    world.remote.enqueue([Overloaded("Anthropic is overloaded.", "Try later.")])
    world.router.enqueue(answer("a", reason=StopReason.MAX_TOKENS))
    err = kireji("ask", "q").err
    assert (err.count("overloaded"), err.count("\n")) == (1, 2)


def test_the_named_provider_alone_is_asked(world: World, kireji: Kireji) -> None:
    world.router_key = ROUTER_KEY
    world.settings.tables["models"] = {"fallback": ["openrouter"]}
    world.remote.enqueue([Overloaded("Anthropic is overloaded.", "Try later.")])
    assert kireji("ask", "q", "-p", "anthropic").code == 1
    assert world.router.asked == []


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
    assert result.err == "Stopped. What had arrived is kept in the history. Go on with: kireji ask --continue 1\n"
    assert stored(world)[1] == ("half", MessageState.STOPPED)
    assert signal.getsignal(signal.SIGINT) is before


def test_what_another_model_reads_anew_is_told_from_a_cent_on(world: World, kireji: Kireji) -> None:
    prices = (Price(5.0, 25.0, 6.25, 0.5),)
    one, other = (ModelInfo("anthropic", name, name, 200_000, prices=prices) for name in ("opus-a", "opus-b"))
    world.remote = FakeProvider(models=(one, other))
    world.conversations = MemoryConversationStore(now=world.clock.now)
    for _ in range(3):
        world.remote.enqueue(answer("a", usage=Usage(300, 100, 0, 43_000)))
    first = kireji("ask", "q", "-m", "opus-a")
    same = kireji("ask", "q", "--continue", "-m", "opus-a")
    changed = kireji("ask", "q", "--continue", "-m", "opus-b")
    assert "anew" not in first.err + same.err
    assert "Another model reads 43,4" in changed.err
    assert "tokens anew: about $0.27" in changed.err
