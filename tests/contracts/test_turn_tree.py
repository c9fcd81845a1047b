"""A conversation as a tree: whatever is asked, asked again, edited, stopped, queued and walked, in whatever order.

A simple model says which path must be shown and what must have been sent; the history is the one in memory and the one
in the database.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from kireji.core.errors import Overloaded
from kireji.core.events import PartDelta, PartStarted
from kireji.core.history import StoredMessage
from kireji.core.messages import Message, Role, TextPart
from kireji.services.application import Services
from kireji.services.turns import Question, TurnControl, TurnEvent
from kireji.storage.conversations import SqliteConversationStore
from kireji.storage.database import Database
from kireji.storage.queue import SqliteQueueStore
from tests.fakes.provider import Hold, answer
from tests.fakes.stores import Ticking
from tests.fakes.world import World

CHOICE = st.integers(0, 10_000)
"""Which of those that there are then."""


def _ignore(_event: TurnEvent) -> None:
    return


class Node:
    """A message as the model has it."""

    def __init__(self, parent: int | None, role: Role, text: str, *, counts: bool = True) -> None:
        self.parent = parent
        self.role = role
        self.text = text
        self.counts = counts
        """Whether it is sent: an answer without a word is not."""


class TurnTree(RuleBasedStateMachine):
    """Asks through the services, over a history that a subclass opens."""

    def __init__(self) -> None:
        super().__init__()
        self._runner = asyncio.Runner()
        self._stack = AsyncExitStack()
        self._world = World()
        self._services: Services = self._run(self._open)
        self._nodes: dict[int, Node] = {}
        self._head = 0
        self._count = 0
        self._last_sent: list[str] = []

    async def _open(self) -> Services:
        services = self._world.services()
        await self._stack.enter_async_context(services.queue)
        return services

    def teardown(self) -> None:
        self._run(self._stack.aclose)
        self._runner.close()

    def _run(self, work: Callable[[], Awaitable[Services | None]]) -> Services:
        async def run() -> Services | None:
            return await work()

        return self._runner.run(run())  # type: ignore[return-value]

    # The model.

    def _word(self, kind: str) -> str:
        self._count += 1
        return f"{kind} {self._count}"

    def _path(self) -> list[int]:
        path: list[int] = []
        number: int | None = self._head
        while number is not None:
            path.append(number)
            number = self._nodes[number].parent
        return path[::-1]

    def _add(self, number: int, parent: int | None, role: Role, text: str, *, counts: bool = True) -> int:
        self._nodes[number] = Node(parent, role, text, counts=counts)
        self._head = number
        return number

    def _questions(self) -> list[int]:
        return [number for number, node in self._nodes.items() if node.role is Role.USER]

    def _wanted(self, question: int) -> list[str]:
        """What must be sent when a question is asked."""
        texts: list[str] = []
        number: int | None = question
        while number is not None:
            node = self._nodes[number]
            if node.counts:
                texts.append(node.text)
            number = node.parent
        return texts[::-1]

    def _took(self, stored: StoredMessage | None, said: str) -> None:
        """An answer stands in the history now, below its question."""
        assert stored is not None
        assert stored.parent is not None
        assert self._world.remote.encoded
        sent = [message.text for message in self._world.remote.encoded[-1].messages]
        assert sent == self._wanted(stored.parent)
        self._add(stored.id, stored.parent, Role.ASSISTANT, said, counts=bool(said))

    # What people do.

    @initialize()
    def begin(self) -> None:
        self._run(self._begin)

    async def _begin(self) -> None:
        asked, said = self._word("question"), self._word("answer")
        self._world.remote.enqueue(answer(said))
        stored = await self._services.chat.ask(Question(asked), _ignore)
        assert stored.parent is not None
        self._add(stored.parent, None, Role.USER, asked)
        self._took(stored, said)

    @rule()
    def append(self) -> None:
        self._run(self._append)

    async def _append(self) -> None:
        before = self._head
        asked, said = self._word("question"), self._word("answer")
        self._world.remote.enqueue(answer(said))
        stored = await self._services.chat.ask(Question(asked, conversation=1), _ignore)
        assert stored.parent is not None
        self._add(stored.parent, before, Role.USER, asked)
        self._took(stored, said)

    @rule(choice=CHOICE)
    def again(self, choice: int) -> None:
        question = self._pick(self._questions(), choice)

        async def work() -> None:
            said = self._word("answer")
            self._world.remote.enqueue(answer(said))
            stored = await self._services.chat.ask(Question("", conversation=1, again=question), _ignore)
            assert stored.parent == question
            self._took(stored, said)

        self._run(work)

    @rule(choice=CHOICE)
    def edit(self, choice: int) -> None:
        question = self._pick(self._questions(), choice)

        async def work() -> None:
            asked, said = self._word("question"), self._word("answer")
            self._world.remote.enqueue(answer(said))
            stored = await self._services.chat.ask(Question(asked, conversation=1, edit=question), _ignore)
            assert stored.parent is not None
            self._add(stored.parent, self._nodes[question].parent, Role.USER, asked)
            self._took(stored, said)

        self._run(work)

    @rule(choice=CHOICE)
    def walk(self, choice: int) -> None:
        message = self._pick(list(self._nodes), choice)

        async def work() -> None:
            await self._services.chat.walk(1, message)
            below = {message}
            below.update(number for number in sorted(self._nodes) if self._below(number, message))
            self._head = max(below)

        self._run(work)

    def _below(self, number: int, message: int) -> bool:
        parent = self._nodes[number].parent
        return parent is not None and (parent == message or self._below(parent, message))

    @rule()
    def fail(self) -> None:
        async def work() -> None:
            before, asked = self._head, self._word("question")
            self._world.remote.enqueue([Overloaded("Busy.")])
            stored = await self._services.chat.ask(Question(asked, conversation=1, provider="anthropic"), _ignore)
            assert stored.parent is not None
            self._add(stored.parent, before, Role.USER, asked)
            self._took(stored, "")

        self._run(work)

    @rule()
    def stop(self) -> None:
        async def work() -> None:
            before, asked, said = self._head, self._word("question"), self._word("half")
            hold, control = Hold(), TurnControl()
            self._world.remote.enqueue([PartStarted(0, TextPart("")), PartDelta(0, said), hold])
            turn = asyncio.get_running_loop().create_task(
                self._services.chat.ask(Question(asked, conversation=1), _ignore, control)
            )
            await hold.reached.wait()
            control.stop()
            await asyncio.wait([turn])
            question, stored = (await self._loaded())[-2:]
            self._add(question.id, before, Role.USER, asked)
            self._took(stored, said)

        self._run(work)

    @rule(count=st.integers(1, 3), well=st.booleans())
    def queue(self, count: int, well: bool) -> None:
        """Questions are queued while an answer streams, which ends well, or is stopped; then they are asked for."""

        async def work() -> None:
            before, asked, said = self._head, self._word("question"), self._word("answer")
            queued = [(self._word("queued"), self._word("answer")) for _ in range(count)]
            hold = Hold()
            whole = answer(said)
            self._world.remote.enqueue([*whole[:3], hold, *whole[3:]])
            turn = asyncio.get_running_loop().create_task(
                self._services.chat.ask(Question(asked, conversation=1), _ignore)
            )
            await hold.reached.wait()
            for text, _ in queued:
                await self._services.queue.add(1, Message(Role.USER, (TextPart(text),)))
            self._world.remote.enqueue(*(answer(reply) for _, reply in queued))
            if well:
                hold.release()
            else:
                live = self._services.chat.live.find(1)
                assert live is not None
                live.control.stop()
            await asyncio.wait([turn])
            if not well:
                assert self._services.queue.held(1) is not None
                assert len(self._services.queue.waiting(1)) == count
                self._services.queue.ask_now(self._services.queue.waiting(1)[0])
            await self._idle()
            new = (await self._loaded())[-2 * (count + 1) :]
            for question, stored, (text, reply) in zip(new[::2], new[1::2], [(asked, said), *queued], strict=True):
                before = self._add(question.id, before, Role.USER, text)
                before = self._add(stored.id, before, Role.ASSISTANT, reply)
            assert await self._services.queue._store.queued(1) == []

        self._run(work)

    async def _idle(self) -> None:
        while self._services.queue.waiting(1) or self._services.chat.live.find(1) is not None:  # noqa: ASYNC110
            await asyncio.sleep(0)

    @precondition(lambda self: self._nodes)
    @invariant()
    def the_path_is_the_models(self) -> None:
        async def work() -> None:
            found = [(one.id, one.parent, one.message.text) for one in await self._loaded()]
            assert found == [(n, self._nodes[n].parent, self._nodes[n].text) for n in self._path()]

        self._run(work)

    @precondition(lambda self: self._nodes)
    @invariant()
    def nothing_is_ever_lost(self) -> None:
        async def work() -> None:
            found = await self._services.conversations.messages(1, tuple(self._nodes))
            assert {one.id: one.message.text for one in found} == {n: o.text for n, o in self._nodes.items()}

        self._run(work)

    @precondition(lambda self: self._nodes)
    @invariant()
    def the_outline_knows_all_branches(self) -> None:
        async def work() -> None:
            outline = await self._services.conversations.outline(1)
            assert outline is not None
            for one in outline.messages:
                beside = sorted(n for n, o in self._nodes.items() if o.parent == self._nodes[one.id].parent)
                assert list(one.alternatives) == beside

        self._run(work)

    async def _loaded(self) -> Sequence[StoredMessage]:
        loaded = await self._services.conversations.load(1)
        assert loaded is not None
        return loaded.messages

    def _pick(self, numbers: Sequence[int], choice: int) -> int:
        return numbers[choice % len(numbers)]


class InTheDatabase(TurnTree):
    """The same over the real stores."""

    async def _open(self) -> Services:
        folder = self._stack.enter_context(tempfile.TemporaryDirectory())
        database = await Database.open(Path(folder) / "kireji.db")
        self._stack.push_async_callback(database.close)
        self._world.conversations = SqliteConversationStore(database, lambda _origin: True, Ticking())  # type: ignore[assignment]
        self._world.queued = SqliteQueueStore(database, Ticking())  # type: ignore[assignment]
        return await super()._open()


TestInMemory = TurnTree.TestCase
TestInMemory.settings = settings(max_examples=30, stateful_step_count=25, deadline=None)
TestInTheDatabase = InTheDatabase.TestCase
TestInTheDatabase.settings = settings(max_examples=15, stateful_step_count=20, deadline=None)
