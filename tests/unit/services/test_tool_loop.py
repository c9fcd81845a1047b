"""An answer goes on as long as its model asks for tools: what runs, what is sent next, and what is stored."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import msgspec
import pytest

from kireji.core.errors import Overloaded, StoreFull, ToolSourceError
from kireji.core.events import PartFinished, PartStarted, TurnFinished
from kireji.core.history import NO_TOOLS, ConversationSetup, StoredMessage
from kireji.core.messages import (
    DocumentPart,
    ImagePart,
    Message,
    MessageState,
    Role,
    StopReason,
    TextPart,
    ToolCallPart,
    ToolResultPart,
    Usage,
)
from kireji.core.models import ModelInfo
from kireji.core.permissions import Approval, Reason
from kireji.core.requests import ModelRequest, ToolUse
from kireji.core.tool_ports import CallContext
from kireji.core.tools import Arguments, FileOutput, Hints, PictureOutput, Tool, ToolOutput
from kireji.services.application import Services
from kireji.services.turns import (
    AnswerEnds,
    ApprovalAsked,
    ApprovalGiven,
    Question,
    ToolBegins,
    ToolProgressed,
    TurnControl,
    TurnEvent,
    can_continue,
    continue_question,
)
from tests.fakes.provider import USES_TOOLS, FakeProvider, Hold, Step, answer, calling
from tests.fakes.tools import FakeToolSource, FakeToolSources, make_tool, said
from tests.fakes.world import World

HARMLESS = Hints(read_only=True, open_world=False, pure=True)
LOOK = make_tool("look", "built-in", hints=HARMLESS, gives=None)
ACT = make_tool("act", "plugin:probe")


def call(number: int = 1, name: str = "look", arguments: str = "{}") -> ToolCallPart:
    return ToolCallPart(f"c{number}", name, arguments)


class Scene:
    """A model that calls, and tools that answer."""

    def __init__(
        self, *turns: list[Step], tools: tuple[Tool, ...] = (LOOK,), others: tuple[Tool, ...] = (ACT,)
    ) -> None:
        self.built_in = FakeToolSource(*tools, name="built-in", fingerprint="built-in")
        self.plugin = FakeToolSource(*others)
        self.world = World(
            remote=FakeProvider(*turns, models=(USES_TOOLS,)), tool_sources=FakeToolSources(self.built_in, self.plugin)
        )
        self.seen: list[TurnEvent] = []
        self.control = TurnControl()
        self.services: Services = self.world.services()
        self.answers: Callable[[ApprovalAsked], Approval | None] = lambda asked: Approval(True)

    async def ask(self, question: Question | None = None) -> StoredMessage:
        return await self.services.chat.ask(question or Question("q"), self.observe, self.control)

    def observe(self, event: TurnEvent) -> None:
        self.seen.append(event)
        if isinstance(event, ApprovalAsked) and (approval := self.answers(event)) is not None:
            self.services.tools.approvals.answer(event.request.id, approval)

    @property
    def requests(self) -> list[ModelRequest]:
        return self.world.remote.encoded

    async def stored(self) -> StoredMessage:
        loaded = await self.world.conversations.load(1)
        assert loaded is not None
        return loaded.messages[-1]


def results(message: Message) -> list[ToolResultPart]:
    return [part for part in message.parts if isinstance(part, ToolResultPart)]


def told(result: ToolResultPart) -> str:
    return "\n".join(item.text for item in result.content if isinstance(item, TextPart))


async def test_a_call_runs_and_its_result_goes_back() -> None:
    scene = Scene(calling(call(arguments='{"at":"x"}'), words="Let me look."), answer("It is a key."))
    stored = await scene.ask()
    assert scene.built_in.calls == [("look", {"at": "x"})]
    assert [type(part).__name__ for part in stored.message.parts] == [
        "TextPart",
        "ToolCallPart",
        "ToolResultPart",
        "TextPart",
    ]
    assert told(results(stored.message)[0]) == '{"at":"x"}'
    assert (stored.state, stored.stop, stored.error) == (MessageState.COMPLETE, StopReason.END_TURN, "")
    first, second = scene.requests
    assert [message.role for message in second.messages[len(first.messages) :]] == [Role.ASSISTANT, Role.USER]
    assert results(second.messages[-1]) == results(stored.message)


async def test_every_round_goes_back_as_the_provider_wrote_it() -> None:
    one, two = calling(call(1), words="One."), calling(call(2), words="Two.")
    scene = Scene(one, two, answer("Done."), answer("Again."))
    await scene.ask()
    await scene.ask(Question("and?", conversation=1))
    raws = [message.raw for message in scene.requests[-1].messages if message.role is Role.ASSISTANT]
    ends = [step for step in (one[-1], two[-1]) if isinstance(step, TurnFinished)]
    assert raws[:2] == [end.raw for end in ends]
    assert raws[2] == b'[{"type":"text","text":"Done."}]'


async def test_calls_of_one_round_run_side_by_side_and_their_results_stand_in_the_order_of_the_calls() -> None:
    scene = Scene(calling(*(call(number, arguments=f'{{"n":{number}}}') for number in range(12))), answer("Done."))
    together = asyncio.Barrier(12)
    done: list[int] = []

    async def meet(arguments: Arguments, context: CallContext) -> ToolOutput:
        await together.wait()
        for _ in range(12 - arguments["n"]):
            await asyncio.sleep(0)
        done.append(arguments["n"])
        return said(str(arguments["n"]))

    scene.built_in.behaviours["look"] = meet
    stored = await scene.ask()
    assert done != sorted(done)
    assert [told(result) for result in results(stored.message)] == [str(number) for number in range(12)]
    assert [result.call_id for result in results(scene.requests[1].messages[-1])] == [f"c{n}" for n in range(12)]


async def test_a_conversation_without_tools_is_asked_as_before() -> None:
    scene = Scene(answer("Words."), tools=(), others=())
    await scene.ask()
    assert (scene.requests[0].tools, scene.world.conversations.updates[-1][1]) == ((), "Words.")


async def test_a_model_that_uses_no_tools_is_offered_none() -> None:
    scene = Scene(answer("Words."))
    scene.world.remote._models = (msgspec.structs.replace(USES_TOOLS, uses_tools=False),)
    await scene.ask()
    assert scene.requests[0].tools == ()


async def test_the_list_of_tools_stays_what_it_was_at_the_first_question() -> None:
    scene = Scene(answer("One."), answer("Two."))
    await scene.ask()
    scene.plugin.tools = (ACT, make_tool("another"))
    await scene.ask(Question("more", conversation=1))
    assert [spec.name for spec in scene.requests[1].tools] == ["look", "probe__act"]
    assert scene.requests[0].tools == scene.requests[1].tools


async def test_whoever_changes_the_model_need_not_know_of_the_list() -> None:
    scene = Scene(answer("One."), answer("Two."))
    await scene.ask()
    await scene.services.chat.configure(1, ConversationSetup(effort="low"))
    scene.plugin.tools = ()
    await scene.ask(Question("more", conversation=1))
    assert scene.requests[0].tools == scene.requests[1].tools


async def test_tools_can_be_switched_on_again_in_a_conversation() -> None:
    scene = Scene(answer("One."), answer("Two."))
    await scene.ask(Question("q", tools=()))
    await scene.services.chat.configure(1, ConversationSetup())
    await scene.ask(Question("more", conversation=1))
    assert [bool(request.tools) for request in scene.requests] == [False, True]


async def test_tools_that_are_switched_off_for_a_conversation_are_not_offered() -> None:
    scene = Scene(answer("One."))
    await scene.ask(Question("q", setup=ConversationSetup(tools=NO_TOOLS)))
    assert scene.requests[0].tools == ()


async def test_a_question_can_name_its_tools() -> None:
    scene = Scene(answer("One."))
    await scene.ask(Question("q", tools=("probe",)))
    assert [spec.name for spec in scene.requests[0].tools] == ["probe__act"]


@pytest.mark.parametrize(
    ("calls", "words"),
    [
        (call(name="nobody"), "There is no tool with the name nobody."),
        (call(arguments="{"), "The arguments are no JSON"),
        (call(arguments="[1]"), "The arguments are no JSON object."),
        (call(arguments='{"a": NaN}'), "The arguments are no JSON"),
        (call(arguments='{"a": 1e999}'), "The arguments are no JSON"),
        (call(arguments='{"b": {"a": 1, "a": 2}}'), "The arguments are no JSON"),
    ],
)
async def test_what_cannot_run_is_an_error_result_and_the_answer_goes_on(calls: ToolCallPart, words: str) -> None:
    scene = Scene(calling(calls), answer("I see."))
    stored = await scene.ask()
    (result,) = results(stored.message)
    assert result.is_error
    assert words in told(result)
    assert scene.built_in.calls == []
    assert stored.state is MessageState.COMPLETE


async def test_arguments_are_held_to_the_schema_before_the_person_is_asked() -> None:
    scene = Scene(calling(call(name="probe__act")), answer("I see."))
    scene.world.validator.complaint = "at: 'x' is too short."  # type: ignore[attr-defined]
    stored = await scene.ask()
    assert "at: 'x' is too short." in told(results(stored.message)[0])
    assert not any(isinstance(event, ApprovalAsked) for event in scene.seen)


async def test_the_person_sees_the_whole_call_before_it_runs() -> None:
    scene = Scene(calling(call(name="probe__act", arguments='{"to":"x"}')), answer("Done."))
    scene.plugin.previews["act"] = "rm x"
    await scene.ask()
    asked = next(event.request for event in scene.seen if isinstance(event, ApprovalAsked))
    assert (asked.arguments, asked.change, asked.source) == ('{\n  "to": "x"\n}', "rm x", "probe")
    order = [type(event).__name__ for event in scene.seen if type(event) in (ApprovalAsked, ApprovalGiven, ToolBegins)]
    assert order == ["ApprovalAsked", "ApprovalGiven", "ToolBegins"]


async def test_a_denial_ends_one_call_and_no_other() -> None:
    scene = Scene(calling(call(1, "probe__act"), call(2), call(3, "probe__act")), answer("I see."))
    scene.answers = lambda asked: Approval(asked.request.call_id == "c3")
    stored = await scene.ask()
    assert [result.refused for result in results(stored.message)] == [True, False, False]
    assert [name for name, _ in scene.plugin.calls] == ["act"]


async def test_what_the_person_allowed_is_not_what_runs_when_the_plugin_has_changed_meanwhile() -> None:
    scene = Scene(calling(call(name="probe__act")), answer("I see."))

    def change(asked: ApprovalAsked) -> Approval:
        scene.plugin.fingerprint = "f2"
        return Approval(True)

    scene.answers = change
    stored = await scene.ask()
    assert "has changed while the call waited" in told(results(stored.message)[0])
    assert scene.plugin.calls == []


async def test_where_nobody_sits_a_call_that_needs_permission_is_refused_at_once() -> None:
    scene = Scene(calling(call(name="probe__act")), answer("I see."))
    stored = await scene.ask(Question("q", attended=False))
    assert results(stored.message)[0].refused
    assert (scene.plugin.calls, [row.by for row in scene.world.permissions.rows]) == ([], ["nobody"])


async def test_a_permission_holds_in_later_rounds_as_long_as_nobody_elses_words_are_there() -> None:
    scene = Scene(calling(call(1)), calling(call(2, "probe__act")), calling(call(3, "probe__act")), answer("Done."))
    await scene.services.tools.permissions.allow(ACT)
    await scene.ask()
    reasons = [row.reason for row in scene.world.permissions.rows]
    assert reasons == [Reason.PURE, Reason.GRANTED, Reason.OUTSIDE]


async def test_a_tool_that_fails_is_an_error_result() -> None:
    scene = Scene(calling(call(name="probe__act")), answer("I see."))
    scene.plugin.failure = ToolSourceError("It crashed.")
    stored = await scene.ask()
    assert (told(results(stored.message)[0]), results(stored.message)[0].is_error) == ("It crashed.", True)


async def test_a_tool_that_does_not_answer_is_ended() -> None:
    slow = make_tool("look", "built-in", hints=HARMLESS, seconds=0.01)
    scene = Scene(calling(call()), answer("I see."), tools=(slow,))

    async def hang(arguments: Arguments, context: CallContext) -> ToolOutput:
        await asyncio.Event().wait()
        raise AssertionError

    scene.built_in.behaviours["look"] = hang
    stored = await scene.ask()
    assert "did not answer within 0.01 seconds" in told(results(stored.message)[0])
    assert scene.built_in.ended == ["look"]


async def test_a_source_that_cancels_itself_does_not_end_the_answer() -> None:
    scene = Scene(calling(call()), answer("I see."))

    async def cancelled(arguments: Arguments, context: CallContext) -> ToolOutput:
        raise asyncio.CancelledError

    scene.built_in.behaviours["look"] = cancelled
    stored = await scene.ask()
    assert (results(stored.message)[0].is_error, stored.state) == (True, MessageState.COMPLETE)


async def test_progress_is_told() -> None:
    scene = Scene(calling(call()), answer("Done."))

    async def half(arguments: Arguments, context: CallContext) -> ToolOutput:
        context.progress("half", 0.5)
        return said("done")

    scene.built_in.behaviours["look"] = half
    await scene.ask()
    assert ToolProgressed("c1", "half", 0.5) in scene.seen


async def test_pictures_and_files_in_results_are_kept_and_sent() -> None:
    scene = Scene(calling(call()), answer("Done."))

    async def show(arguments: Arguments, context: CallContext) -> ToolOutput:
        return ToolOutput((PictureOutput(b"a picture"), FileOutput(b"%PDF-1.7", "application/pdf", "paper.pdf")))

    scene.built_in.behaviours["look"] = show
    stored = await scene.ask()
    picture, paper = results(stored.message)[0].content
    assert isinstance(picture, ImagePart)
    assert isinstance(paper, DocumentPart | TextPart)
    assert set(scene.requests[1].blobs) >= {picture.blob}


async def test_after_the_last_round_the_model_is_asked_once_more_and_may_call_nothing() -> None:
    scene = Scene(calling(call(1)), calling(call(2)), answer("That is all I found."))
    await scene.services.preferences.set("tools.rounds", 2)
    stored = await scene.ask()
    assert [request.tool_choice.use for request in scene.requests] == [ToolUse.AUTO, ToolUse.AUTO, ToolUse.NONE]
    assert stored.message.text == "That is all I found."


async def test_a_model_that_calls_even_then_is_not_answered_any_more() -> None:
    scene = Scene(calling(call(1)), calling(call(2)))
    await scene.services.preferences.set("tools.rounds", 1)
    stored = await scene.ask()
    assert len(scene.built_in.calls) == 1
    assert [result.is_error for result in results(stored.message)] == [False, True]
    assert "last round" in stored.error


async def test_what_all_rounds_used_is_added_up_and_the_window_is_the_last_ones() -> None:
    usage = Usage(input_tokens=100, output_tokens=10, cost=0.5)
    scene = Scene(
        calling(call(), usage=usage), answer("Done.", usage=Usage(input_tokens=150, output_tokens=5, cost=0.25))
    )
    stored = await scene.ask()
    assert stored.usage == Usage(input_tokens=250, output_tokens=15, cost=0.75, window_tokens=155)
    assert stored.usage.in_window == 155


async def test_results_come_as_blocks_of_their_own() -> None:
    scene = Scene(calling(call(1), call(2), words="w"), answer("Done."))
    await scene.ask()
    places = [(event.index, type(event.part).__name__) for event in scene.seen if isinstance(event, PartFinished)]
    assert sorted(places) == [
        (0, "TextPart"),
        (1, "ToolCallPart"),
        (2, "ToolCallPart"),
        (3, "ToolResultPart"),
        (4, "ToolResultPart"),
        (5, "TextPart"),
    ]
    assert [event.index for event in scene.seen if isinstance(event, PartStarted)] == [0, 1, 2, 5]


async def test_a_call_with_effects_is_written_down_before_it_runs() -> None:
    scene = Scene(calling(call(name="probe__act")), answer("Done."))
    begun: list[bool] = []

    async def look(arguments: Arguments, context: CallContext) -> ToolOutput:
        (part,) = (await scene.stored()).message.calls
        begun.append(part.begun)
        return said("done")

    scene.plugin.behaviours["act"] = look
    await scene.ask()
    assert begun == [True]


async def test_results_are_in_the_history_before_the_next_request_goes_out() -> None:
    hold = Hold()
    scene = Scene(calling(call()), [hold, *answer("Done.")])
    async with asyncio.TaskGroup() as group:
        group.create_task(scene.ask())
        await hold.reached.wait()
        stored = await scene.stored()
        hold.release()
    assert len(results(stored.message)) == 1
    assert stored.state is MessageState.STREAMING


async def test_a_call_that_cannot_be_written_down_does_not_run() -> None:
    scene = Scene(calling(call(name="probe__act")))

    def fill(asked: ApprovalAsked) -> Approval:
        scene.world.conversations.failure = StoreFull("The disk is full.")
        return Approval(True)

    scene.answers = fill
    await scene.ask()
    assert scene.plugin.calls == []


async def stop(scene: Scene, reached: asyncio.Event) -> StoredMessage:
    async with asyncio.TaskGroup() as group:
        asking = group.create_task(scene.ask())
        await reached.wait()
        scene.control.stop()
        await asyncio.wait([asking])
    assert asking.cancelled()
    return await scene.stored()


async def test_a_stop_while_the_person_is_asked() -> None:
    scene = Scene(calling(call(1, "probe__act"), call(2)))
    reached = asyncio.Event()

    def wait(asked: ApprovalAsked) -> None:
        reached.set()

    scene.answers = wait
    stored = await stop(scene, reached)
    assert stored.state is MessageState.STOPPED
    assert [result.call_id for result in results(stored.message)] == ["c1", "c2"]
    assert results(stored.message)[0].is_error
    assert ApprovalGiven("c1", None) in scene.seen
    assert [row.by for row in scene.world.permissions.rows if row.tool == "act"] == ["nobody"]
    assert scene.services.tools.approvals.pending(1) == ()


async def test_a_stop_while_a_tool_runs() -> None:
    scene = Scene(calling(call(name="probe__act")), answer("Never."))
    reached = asyncio.Event()

    async def hang(arguments: Arguments, context: CallContext) -> ToolOutput:
        reached.set()
        await asyncio.Event().wait()
        raise AssertionError

    scene.plugin.behaviours["act"] = hang
    stored = await stop(scene, reached)
    (result,) = results(stored.message)
    assert "not known" in told(result)
    assert scene.plugin.ended == ["act"]
    assert can_continue(stored)
    assert isinstance(scene.seen[-1], AnswerEnds)


async def test_a_stop_while_a_later_round_streams() -> None:
    hold = Hold()
    two = calling(call(2), words="Two.")
    scene = Scene(calling(call(1), words="One."), [*two[:-1], hold], answer("Going on."))
    stored = await stop(scene, hold.reached)
    assert [result.is_error for result in results(stored.message)] == [False, True]
    scene.control = TurnControl()
    await scene.ask(continue_question(1))
    roles = [message.role for message in scene.requests[-1].messages]
    assert roles == [Role.USER, Role.ASSISTANT, Role.USER, Role.ASSISTANT, Role.USER]
    last = scene.requests[-1].messages
    assert last[1].raw is not None
    assert last[3].raw is None


async def test_a_service_that_breaks_off_in_a_later_round_leaves_a_valid_history() -> None:
    scene = Scene(calling(call()), [Overloaded("Busy.", provider="anthropic")], answer("Again."))
    stored = await scene.ask()
    assert (stored.state, len(results(stored.message))) == (MessageState.INTERRUPTED, 1)
    await scene.ask(continue_question(1))
    assert [message.role for message in scene.requests[-1].messages] == [Role.USER, Role.ASSISTANT, Role.USER]


async def test_a_call_whose_arguments_were_cut_never_runs() -> None:
    cut = ToolCallPart("c2", "look", '{"at": "pa', cut=True)
    steps = calling(call(1), cut)
    scene = Scene([*steps[:-1], TurnFinished(StopReason.MAX_TOKENS)], answer("Again."))
    stored = await scene.ask()
    assert scene.built_in.calls == []
    assert [result.call_id for result in results(stored.message)] == ["c1"]


async def test_a_model_without_tools_is_told_in_words_what_they_gave() -> None:
    scene = Scene(calling(call()), answer("Done."), answer("More."))
    await scene.ask()
    await scene.ask(Question("and?", conversation=1, tools=()))
    last = scene.requests[-1]
    assert last.tools == ()
    assert not any(message.calls for message in last.messages)
    assert "The tool look gave back:" in last.messages[-3].text


async def test_a_model_that_cannot_see_gets_the_text_of_pictures_in_results() -> None:
    scene = Scene(calling(call()), answer("Done."))
    blind: ModelInfo = msgspec.structs.replace(USES_TOOLS, sees_images=False)
    scene.world.remote._models = (blind,)

    async def show(arguments: Arguments, context: CallContext) -> ToolOutput:
        return ToolOutput((PictureOutput(b"\x89PNG"),))

    scene.built_in.behaviours["look"] = show
    await scene.ask()
    (result,) = results(scene.requests[1].messages[-1])
    assert not any(isinstance(item, ImagePart) for item in result.content)
    assert told(result).startswith("Text in the picture")
