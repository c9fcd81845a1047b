"""A question with several who could answer it: who is asked, what each one gets, and what the person is told."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from kireji.core.errors import (
    AuthenticationFailed,
    ConnectionFailed,
    KeyStoreUnavailable,
    KirejiError,
    ModelUnavailable,
    Overloaded,
    RateLimited,
    ReaderError,
    ReplayRefused,
)
from kireji.core.events import ModelEvent, PartDelta, PartFinished, PartStarted, TurnFinished
from kireji.core.history import ConversationSetup, StoredMessage
from kireji.core.messages import (
    ImagePart,
    LinkedImagePart,
    Message,
    MessageState,
    Role,
    StopReason,
    TextPart,
    ToolCallPart,
    ToolResultPart,
)
from kireji.core.models import Effort, ModelInfo
from kireji.core.ports import EncodedDocument, EncodedPicture
from kireji.core.requests import Delivery, Routing, Thinking
from kireji.core.secret import Secret
from kireji.services.turns import AnswerBegins, AnswerEnds, Question, TurnEvent, can_continue, continue_question
from tests.fakes.network import FakeFinder, local_model, ollama
from tests.fakes.provider import FakeProvider, Step, answer
from tests.fakes.reader import FakeReader
from tests.fakes.world import ROUTER_KEY, World

BUSY = Overloaded("Anthropic is overloaded.", "Try again in a minute.", provider="anthropic")
CALL = ToolCallPart("c1", "look_up", "{}")


async def ask(world: World, question: Question) -> tuple[StoredMessage, list[TurnEvent]]:
    seen: list[TurnEvent] = []
    return await world.services().chat.ask(question, seen.append), seen


async def picture(world: World) -> ImagePart:
    return await world.captures.put(EncodedPicture(b"\x89PNG", "image/png", 4, 3))


def notes(seen: Sequence[TurnEvent]) -> list[str]:
    return [event.note for event in seen if isinstance(event, AnswerBegins)]


def falling_back(*order: str, **world: object) -> World:
    made = World(router_key=ROUTER_KEY, **world)  # type: ignore[arg-type]
    made.settings.tables["models"] = {"fallback": list(order)}
    return made


def asked_rows(world: World) -> list[str]:
    return [row.provider for row in world.ledger.rows if row.purpose == "answer"]


async def test_the_next_in_the_order_answers_and_it_is_said() -> None:
    world = falling_back("openrouter", "device")
    world.remote.enqueue([BUSY])
    world.router.enqueue(answer("It is a key."))
    stored, seen = await ask(world, Question("q"))
    assert (stored.provider, stored.model, stored.state) == (
        "openrouter",
        "anthropic/fake-model",
        MessageState.COMPLETE,
    )
    assert notes(seen)[1] == "Anthropic is overloaded. OpenRouter answers with anthropic/fake-model."
    assert stored.error == notes(seen)[1]
    assert asked_rows(world) == ["anthropic", "openrouter"]


async def test_those_who_cannot_work_are_passed_over() -> None:
    world = falling_back("openrouter", "local", "device")
    world.router_key = ""
    world.remote.enqueue([BUSY])
    world.device.enqueue(answer("KeyError"))
    stored, _ = await ask(world, Question("q", images=(await picture(world),)))
    assert stored.provider == "device"
    assert asked_rows(world) == ["anthropic"]


async def test_a_local_server_stands_in() -> None:
    world = falling_back("local", finder=FakeFinder(ollama(local_model("llava", sees=True))))
    world.remote.enqueue([BUSY])
    world.local.enqueue(answer("It is a key."))
    stored, _ = await ask(world, Question("q"))
    assert (stored.provider, stored.model) == ("local", "llava")


async def test_a_local_server_that_is_gone_is_stood_in_for() -> None:
    world = falling_back("openrouter")
    world.settings.tables["models"] = {"provider": "local", "fallback": ["openrouter"]}
    world.router.enqueue(answer("It is a key."))
    stored, seen = await ask(world, Question("q"))
    assert stored.provider == "openrouter"
    assert notes(seen)[0].startswith("The local server: No model server answers on this computer. OpenRouter answers")


async def test_a_local_server_answers_without_a_keychain() -> None:
    world = World(key="", finder=FakeFinder(ollama(local_model("llava", sees=True))))
    world.keychain.failure = KeyStoreUnavailable("There is no keychain.", "Use this session only.")
    world.local.enqueue(answer("It is a key."))
    stored, _ = await ask(world, Question("q", provider="local"))
    assert (stored.provider, stored.state) == ("local", MessageState.COMPLETE)


async def test_the_environments_key_goes_to_the_server_that_the_environment_names() -> None:
    world = World(environ={"OPENAI_BASE_URL": "http://127.0.0.1:11434", "OPENAI_API_KEY": "sk-openai-0000"})
    world.finder.servers.append(ollama(local_model("llava"), base_url="http://127.0.0.1:11434"))
    world.local.enqueue(answer("It is a key."))
    await ask(world, Question("q", provider="local"))
    assert [asked.secret for asked in world.local.asked] == [Secret("sk-openai-0000")]


async def test_when_all_fail_all_are_told_and_the_last_one_stands_in_the_row() -> None:
    world = falling_back("openrouter", "device")
    world.remote.enqueue([BUSY])
    world.router.enqueue([RateLimited("OpenRouter takes no more.", "Wait a minute.")])
    stored, _ = await ask(world, Question("q"))
    assert (stored.state, stored.provider) == (MessageState.FAILED, "openrouter")
    assert stored.error == "Anthropic is overloaded. OpenRouter takes no more. Wait a minute."


async def test_a_wrong_key_of_one_who_stands_in_does_not_end_the_order() -> None:
    world = falling_back("openrouter", "device")
    world.remote.enqueue([BUSY])
    world.router.enqueue([AuthenticationFailed("OpenRouter refused the key.")])
    world.device.enqueue(answer("KeyError"))
    stored, _ = await ask(world, Question("q", images=(await picture(world),)))
    assert stored.provider == "device"


@pytest.mark.parametrize(
    ("first", "question"),
    [
        ([AuthenticationFailed("The key was refused.")], Question("q")),
        ([BUSY], Question("q", provider="anthropic")),
        ([PartStarted(0, TextPart("")), PartDelta(0, "half"), BUSY], Question("q")),
    ],
    ids=["a wrong key", "asked for by name", "after the first words"],
)
async def test_nobody_stands_in(first: list[Step], question: Question) -> None:
    world = falling_back("openrouter")
    world.remote.enqueue(first)
    stored, _ = await ask(world, question)
    assert stored.provider == "anthropic"
    assert asked_rows(world) == ["anthropic"]


async def test_an_answer_that_broke_off_is_continued_by_the_person() -> None:
    world = World()
    world.remote.enqueue([PartStarted(0, TextPart("")), PartDelta(0, "It is"), BUSY], answer(" a key."))
    cut, _ = await ask(world, Question("q"))
    assert cut.state is MessageState.INTERRUPTED
    assert can_continue(cut)
    rest, _ = await ask(world, continue_question(1))
    assert [message.role for message in world.remote.encoded[1].messages] == [Role.USER, Role.ASSISTANT, Role.USER]
    assert world.remote.encoded[1].messages[1].text == "It is"
    assert not can_continue(rest)


@pytest.mark.parametrize(
    ("reason", "text", "continues"),
    [
        (StopReason.MAX_TOKENS, "half", True),
        (StopReason.MAX_TOKENS, "", False),
        (StopReason.END_TURN, "whole", False),
        (StopReason.CONTEXT_FULL, "half", True),
        (StopReason.REFUSAL, "half", False),
    ],
)
async def test_only_what_was_cut_after_some_words_can_be_continued(
    reason: StopReason, text: str, continues: bool
) -> None:
    world = World()
    world.remote.enqueue(answer(text, reason=reason) if text else [TurnFinished(reason)])
    stored, _ = await ask(world, Question("q", provider="anthropic"))
    assert can_continue(stored) is continues


async def test_what_a_model_began_before_it_declined_is_not_sent_again() -> None:
    world = World()
    world.remote.enqueue(answer("half", reason=StopReason.REFUSAL), answer("fine"))
    refused, _ = await ask(world, Question("one"))
    assert refused.state is MessageState.FAILED
    assert len(world.remote.asked) == 1
    await ask(world, Question("two", conversation=1))
    assert [message.text for message in world.remote.encoded[1].messages] == ["one", "two"]


async def test_a_call_that_nobody_runs_leaves_a_history_that_is_accepted() -> None:
    world = World()
    calling: list[ModelEvent] = [
        PartStarted(0, CALL),
        PartFinished(0, CALL),
        TurnFinished(StopReason.TOOL_USE, b'[{"type":"tool_use"}]'),
    ]
    world.remote.enqueue(calling, answer("fine"))
    stored, _ = await ask(world, Question("one"))
    assert (stored.message.calls, stored.stop) == ((CALL,), StopReason.TOOL_USE)
    await ask(world, Question("two", conversation=1))
    result, words = world.remote.encoded[1].messages[2].parts
    assert isinstance(result, ToolResultPart)
    assert (result.call_id, result.is_error, words) == ("c1", True, TextPart("two"))


async def test_a_paused_answer_is_sent_back_and_goes_on_in_the_same_row() -> None:
    world = World()
    world.remote.enqueue(answer("one", reason=StopReason.PAUSE_TURN), answer("two"))
    stored, seen = await ask(world, Question("q"))
    assert (stored.message.text, stored.state, stored.stop) == (
        "one\n\ntwo",
        MessageState.COMPLETE,
        StopReason.END_TURN,
    )
    _, sent_back = world.remote.encoded[1].messages
    assert (sent_back.role, sent_back.raw) == (Role.ASSISTANT, b'[{"type":"text","text":"one"}]')
    assert sum(isinstance(event, AnswerBegins) for event in seen) == 1
    assert asked_rows(world) == ["anthropic", "anthropic"]


async def test_an_answer_is_sent_back_ten_times_at_most() -> None:
    world = World()
    world.remote.enqueue(*[answer("x", reason=StopReason.PAUSE_TURN)] * 20)
    stored, _ = await ask(world, Question("q"))
    assert len(world.remote.asked) == 11
    assert can_continue(stored)


async def test_reasoning_that_is_refused_is_left_out_once() -> None:
    world = World()
    world.remote.enqueue(answer("one"), [ReplayRefused("Bound to another.")], answer("two"))
    await ask(world, Question("q"))
    stored, _ = await ask(world, Question("r", conversation=1))
    assert stored.state is MessageState.COMPLETE
    assert [request.messages[1].raw is None for request in world.remote.encoded[1:]] == [False, True]


async def test_reasoning_that_was_refused_once_is_never_sent_again_and_newer_one_is() -> None:
    world = World()
    world.remote.enqueue(answer("one"), [ReplayRefused("Bound to another.")], answer("two"), answer("three"))
    services = world.services()
    for text in ("q", "r", "s"):
        await services.chat.ask(Question(text, conversation=1 if text != "q" else None), lambda event: None)
    assert len(world.remote.encoded) == 4
    assert [message.raw is None for message in world.remote.encoded[3].messages[1::2]] == [True, False]


async def test_one_who_cannot_read_the_pictures_is_passed_over() -> None:
    world = falling_back("local", "openrouter", finder=FakeFinder(ollama(local_model("blind", sees=False))))
    world.reader = FakeReader(error=ReaderError("The text reader failed."))
    world.remote.enqueue([BUSY])
    world.router.enqueue(answer("A key."))
    stored, _ = await ask(world, Question("q", images=(await picture(world),)))
    assert (stored.provider, stored.message.text) == ("openrouter", "A key.")


async def test_a_reader_that_fails_in_anothers_place_does_not_hide_why_it_was_asked() -> None:
    world = falling_back("device")
    world.remote.enqueue([BUSY])
    world.device.enqueue([ReaderError("The text reader failed.")])
    stored, _ = await ask(world, Question("q", images=(await picture(world),)))
    assert (stored.state, stored.error) == (MessageState.FAILED, BUSY.sentence)


def blind_world() -> World:
    blind = ModelInfo("anthropic", "blind", "Blind 1", sees_images=False)
    return World(remote=FakeProvider(models=(blind,)), reader=FakeReader(["KeyError"]))


async def test_a_model_that_cannot_see_gets_the_text_in_the_picture_and_that_is_said() -> None:
    world = blind_world()
    world.remote.enqueue(answer("a"), answer("b"))
    stored, seen = await ask(world, Question("q", images=(await picture(world),)))
    assert notes(seen) == ["Blind 1 cannot see pictures; it gets the text this computer reads in them."]
    assert stored.error == notes(seen)[0]
    await ask(world, Question("r", conversation=1))
    first, second = world.remote.encoded
    assert first.messages[0].images == ()
    assert first.blobs == {}
    assert "Text in the picture, read on this computer:\n```text\nKeyError\n```" in first.messages[0].text
    assert first.messages[0] == second.messages[0]


async def test_a_pdf_is_not_sent_to_a_model_that_cannot_read_it_and_that_is_said() -> None:
    illiterate = ModelInfo("anthropic", "plain", "Plain 1")
    world = World(remote=FakeProvider(models=(illiterate,)))
    pdf = await world.captures.put_document(EncodedDocument(b"%PDF-1.7", "application/pdf", "bill.pdf"))
    stored, _ = await ask(world, Question("q", documents=(pdf,)))
    assert world.remote.encoded == []
    assert (stored.state, stored.error) == (
        MessageState.FAILED,
        "Plain 1 cannot read PDF documents. The PDF is damaged. Choose another model, or paste the document's text.",
    )


async def test_a_model_that_cannot_read_a_pdf_gets_the_words_in_it() -> None:
    illiterate = ModelInfo("anthropic", "plain", "Plain 1")
    world = World(remote=FakeProvider(models=(illiterate,)))
    pdf = await world.captures.put_document(EncodedDocument(b"%PDF-1.7", "application/pdf", "bill.pdf"))
    world.pdf.pages[b"%PDF-1.7"] = ("To pay: 12.50", "Thank you")
    world.remote.enqueue(answer("a"))
    _, seen = await ask(world, Question("q", documents=(pdf,)))
    request = world.remote.encoded[0]
    words = request.messages[0].documents[0]
    assert (words.media_type, words.title) == ("text/plain", "bill.pdf")
    assert request.blobs == {words.blob: b"(Page 1 of 2)\nTo pay: 12.50\n\n(Page 2 of 2)\nThank you"}
    assert notes(seen) == ["Plain 1 cannot read PDF documents; it gets the words in them."]


async def test_a_pdf_of_an_earlier_question_goes_as_words_without_a_note() -> None:
    illiterate = ModelInfo("anthropic", "plain", "Plain 1")
    world = World(remote=FakeProvider(models=(illiterate,)))
    pdf = await world.captures.put_document(EncodedDocument(b"%PDF-1.7", "application/pdf", "bill.pdf"))
    world.pdf.pages[b"%PDF-1.7"] = ("To pay: 12.50",)
    await world.conversations.create("t", Message(Role.USER, (pdf, TextPart("q"))))
    await world.conversations.append(1, 1, Message(Role.ASSISTANT, (TextPart("a"),)))
    world.remote.enqueue(answer("b"))
    _, seen = await ask(world, Question("r", conversation=1))
    assert [part.media_type for part in world.remote.encoded[0].messages[0].documents] == ["text/plain"]
    assert notes(seen) == [""]


async def test_a_pdf_of_an_earlier_question_is_only_named_to_a_model_that_cannot_read_it() -> None:
    illiterate = ModelInfo("anthropic", "plain", "Plain 1")
    world = World(remote=FakeProvider(models=(illiterate,)))
    pdf = await world.captures.put_document(EncodedDocument(b"%PDF-1.7", "application/pdf", "bill.pdf"))
    await world.conversations.create("t", Message(Role.USER, (pdf, TextPart("q"))))
    await world.conversations.append(1, 1, Message(Role.ASSISTANT, (TextPart("a"),)))
    world.remote.enqueue(answer("b"))
    await ask(world, Question("r", conversation=1))
    request = world.remote.encoded[0]
    assert request.messages[0].text == "(A PDF document, bill.pdf, which this model cannot read.)\n\nq"
    assert request.blobs == {}


async def test_documents_go_out_with_the_question_and_name_the_conversation() -> None:
    world = World()
    notes_file = await world.captures.put_document(EncodedDocument(b"some words", "text/plain", "notes.txt"))
    world.remote.enqueue(answer("a"))
    await ask(world, Question("", documents=(notes_file,)))
    request = world.remote.encoded[0]
    assert request.messages[0].parts == (notes_file,)
    assert request.blobs == {notes_file.blob: b"some words"}
    stored = await world.conversations.load(1)
    assert stored is not None
    assert stored.summary.title == "notes.txt"


async def test_a_conversation_without_pictures_is_nothing_to_remark_on() -> None:
    world = blind_world()
    world.remote.enqueue(answer("a"))
    _, seen = await ask(world, Question("q"))
    assert notes(seen) == [""]


async def test_pictures_in_results_and_on_the_web_are_told_in_words_too() -> None:
    world = blind_world()
    image = await picture(world)
    parts = (ToolResultPart("c1", (image, TextPart("x"))), LinkedImagePart("https://example.org/a.png"))
    await world.conversations.create("t", Message(Role.USER, (TextPart("q"),)))
    await world.conversations.append(1, 1, Message(Role.ASSISTANT, (CALL,)))
    await world.conversations.append(1, 2, Message(Role.USER, parts))
    world.remote.enqueue(answer("a"))
    await ask(world, Question("r", conversation=1))
    result, link = world.remote.encoded[0].messages[2].parts
    assert isinstance(result, ToolResultPart)
    assert isinstance(result.content[0], TextPart)
    assert "KeyError" in result.content[0].text
    assert isinstance(link, TextPart)
    assert "https://example.org/a.png" in link.text


async def test_a_new_conversation_keeps_the_instructions_it_began_with() -> None:
    world = World()
    services = world.services()
    await services.preferences.set("models.system", "Be kind.")
    world.remote.enqueue(answer("a"), answer("b"), answer("c"))
    await services.chat.ask(Question("q"), lambda _: None)
    await services.preferences.set("models.system", "Be brief.")
    await services.chat.ask(Question("r", conversation=1), lambda _: None)
    await services.chat.ask(Question("s", conversation=1, system="Be loud."), lambda _: None)
    assert [request.system for request in world.remote.encoded] == ["Be kind.", "Be kind.", "Be loud."]


async def test_a_conversations_setup_holds_until_it_is_changed() -> None:
    world = World(router_key=ROUTER_KEY)
    world.router.enqueue(answer("a"), answer("b"))
    world.remote.enqueue(answer("c"))
    chat = world.services().chat
    setup = ConversationSetup("openrouter", "anthropic/fake-model", "", "Be kind.")
    await chat.ask(Question("q", setup=setup), lambda _: None)
    await chat.ask(Question("r", conversation=1), lambda _: None)
    assert [request.system for request in world.router.encoded] == ["Be kind.", "Be kind."]
    await chat.configure(1, ConversationSetup("anthropic", effort="max"))
    await chat.ask(Question("s", conversation=1), lambda _: None)
    assert world.remote.encoded[0].effort is Effort.MAX


@pytest.mark.parametrize(
    ("efforts", "settings", "asked", "sent"),
    [
        ((), "high", None, None),
        ((Effort.LOW, Effort.HIGH), "max", None, Effort.HIGH),
        ((Effort.LOW, Effort.HIGH), "medium", None, Effort.LOW),
        ((Effort.HIGH,), "low", None, Effort.HIGH),
        ((Effort.LOW, Effort.HIGH), "low", Effort.HIGH, Effort.HIGH),
        ((Effort.LOW, Effort.HIGH), "", None, None),
    ],
)
async def test_a_model_is_asked_for_an_effort_that_it_knows(
    efforts: tuple[Effort, ...], settings: str, asked: Effort | None, sent: Effort | None
) -> None:
    world = World(remote=FakeProvider(models=(ModelInfo("anthropic", "m", "M", efforts=efforts),)))
    world.settings.tables["models"] = {"effort": settings}
    world.remote.enqueue(answer("a"))
    await ask(world, Question("q", effort=asked))
    assert world.remote.encoded[0].effort is sent


async def test_a_request_holds_what_is_known_and_what_was_set() -> None:
    info = ModelInfo("anthropic", "m", "M", max_output_tokens=100)
    world = World(remote=FakeProvider(models=(info,)))
    world.settings.tables["openrouter"] = {"zero_retention": True, "order": ["a", "b"], "sort": "price"}
    world.remote.enqueue(answer("a"))
    await ask(world, Question("q", max_tokens=5000, delivery=Delivery.WHOLE, thinking=Thinking.SHOWN))
    [request] = world.remote.encoded
    assert (request.info, request.max_tokens, request.thinking) == (info, 100, Thinking.SHOWN)
    assert request.routing == Routing(zero_retention=True, order=("a", "b"), sort="price")
    outgoing = world.remote.asked[0].cleared.outgoing
    assert outgoing is not None
    assert outgoing.delivery is Delivery.WHOLE


async def test_preparing_connects_without_a_key_and_stands_in_the_ledger() -> None:
    world = World()
    await world.services().chat.prepare()
    assert world.remote.connected == ["https://api.anthropic.com"]
    assert [row.purpose for row in world.ledger.rows] == ["connection"]


@pytest.mark.parametrize("failure", [ConnectionFailed("Not reached."), KirejiError("Whatever.")])
async def test_preparing_fails_silently(failure: KirejiError) -> None:
    world = World()
    world.remote.connect_error = failure
    await world.services().chat.prepare()
    assert world.remote.warmed == ["https://api.anthropic.com"]


@pytest.mark.parametrize("name", ["local", "device"])
async def test_preparing_connects_nowhere_for_who_works_here(name: str) -> None:
    world = World(finder=FakeFinder(ollama(local_model("llava", sees=True))))
    world.settings.tables["models"] = {"provider": name}
    await world.services().chat.prepare()
    assert (world.local.connected, world.device.connected) == ([], [])
    assert len(world.local.warmed) + len(world.device.warmed) == 1


async def test_a_retired_model_is_refused_under_its_own_name() -> None:
    world = falling_back("openrouter")
    world.remote.encode_error = ModelUnavailable("fake-model is retired.")
    stored, seen = await ask(world, Question("q", model="fake-model"))
    assert (stored.provider, stored.model) == ("anthropic", "fake-model")
    assert isinstance(seen[-1], AnswerEnds)
    assert stored.state is MessageState.FAILED
