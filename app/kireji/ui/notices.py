"""Notifications: answers that finish while nobody looks, news of watched regions, and what else must be told."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Protocol

from kireji.core.desktop_ports import Notice
from kireji.core.messages import MessageState
from kireji.services.application import Services
from kireji.services.live import LiveTurns
from kireji.services.turns import AnswerEnds, QuestionSaved, TurnEvent
from kireji.services.watch import WatchNews
from kireji.ui.aio import TaskScope
from kireji.ui.translation import mark, tr

_WORTH_TELLING = 3.0
"""Seconds after which a person has turned to something else."""
_LENGTH = 60
_TOLD = (MessageState.COMPLETE, MessageState.FAILED)
_ABOUT_A_PICTURE = mark("Your question about a picture")


class Notices:
    """Tells of what happens in the background, by the desktop's notifications.

    What is shown is our own words and the person's, never a model's.

    Args:
        services: The use cases.
        shows: Whether the person sees a conversation at this moment.
        open_conversation: Shows one in the window, with Wayland's activation token.
        fall_back: Shows title and sentence where the desktop has no notifications.
        failed: Told of faults of our own.
    """

    def __init__(
        self,
        services: Services,
        *,
        shows: Callable[[int], bool],
        open_conversation: Callable[[int, str], None],
        fall_back: Callable[[str, str], None],
        failed: Callable[[BaseException], None],
    ) -> None:
        self._services = services
        self._live: LiveTurns = services.chat.live
        self._shows = shows
        self._open_conversation = open_conversation
        self._fall_back = fall_back
        self._scope = TaskScope("notices", failed)
        self._number = 0
        self._followed: set[int] = set()
        self._reminded: set[int] = set()
        self._told_of: set[int] = set()
        self._closed = False
        self._unsubscribe = [
            self._live.changed.subscribe(self._turns_changed),
            services.watches.news.subscribe(self._watch_news),
            services.tools.approvals.changed.subscribe(self._approvals_changed),
            services.chat.consents.changed.subscribe(self._approvals_changed),
        ]

    def tell(
        self, notice: Notice, conversation: int | None = None, *, clicked: Callable[[str], None] | None = None
    ) -> None:
        """Show one notification.

        Args:
            notice: What to say.
            conversation: Opened by a click on it.
            clicked: Called by a click on it instead, with Wayland's activation token.
        """
        if self._closed:
            return
        self._number += 1
        if conversation is not None:
            clicked = partial(self._open_conversation, conversation)
        self._scope.start(self._notify(notice, clicked), name=f"notice {self._number}")

    def remind(self, conversation: int) -> None:
        """Tell of what waits in a conversation, unless the person sees it: nothing hangs without a word.

        It is told whether answers are or not: nobody else can go on.
        """
        if self._shows(conversation):
            return
        leaving = set(self._services.chat.consents.pending(conversation))
        if leaving - self._told_of:
            self._told_of |= leaving
            sentence = tr("A question waits for your answer before it is sent.")
            self.tell(Notice(tr("Kireji waits for you"), sentence, key_of(conversation)), conversation)
        waiting = self._services.tools.approvals.pending(conversation)
        new = [request for request in waiting if request.id not in self._reminded]
        if not new:
            return
        from kireji.ui.chat.permission.wording import asks_words
        from kireji.ui.chat.tool_names import name_of

        self._reminded |= {request.id for request in new}
        sentence = tr("{sentence}.", sentence=asks_words(name_of(new[0].tool)))
        self.tell(Notice(tr("Kireji waits for you"), sentence, key_of(conversation)), conversation)

    def _approvals_changed(self, conversation: int | None) -> None:
        if conversation is not None:
            self.remind(conversation)

    async def aclose(self) -> None:
        """Tell of nothing more."""
        self._closed = True
        for end in self._unsubscribe:
            end()
        await self._scope.aclose()

    async def _notify(self, notice: Notice, clicked: Callable[[str], None] | None) -> None:
        if not await self._services.notifier.notify(notice, clicked):
            self._fall_back(notice.title, notice.body)

    def _turns_changed(self, conversation: int) -> None:
        turn = self._live.find(conversation)
        if turn is None or turn.question in self._followed:
            return
        self._followed.add(turn.question)
        seen = self._shows(conversation)
        turn.attach(_Follower(self._services.clock.monotonic, self._ended, seen=seen).observe)

    def _ended(self, begun: QuestionSaved, event: AnswerEnds, seconds: float, *, seen: bool) -> None:
        self._followed.discard(begun.message.id)
        conversation = begun.conversation.id
        # Who saw it begin and does not see its end has left it, and is told however quick it was.
        if (seconds < _WORTH_TELLING and not seen) or not self._services.preferences.settings.general.notify:
            return
        if event.message.state not in _TOLD or self._shows(conversation):
            return
        if conversation in {watch.conversation for watch in self._services.watches.running}:
            return  # the watch tells of it itself
        title = tr("Answer ready") if event.message.state is MessageState.COMPLETE else tr("There is no answer")
        question = shortened(begun.message.message.text) or tr(_ABOUT_A_PICTURE)
        self.tell(Notice(title, question, key_of(conversation)), conversation)

    def _watch_news(self, news: WatchNews) -> None:
        conversation = news.watch.conversation
        if news.answer is not None and conversation is not None and self._shows(conversation):
            return
        first = news.watch.answers <= 1
        title = (
            (tr("Watching the region") if first else tr("The region has changed"))
            if news.answer
            else tr("Watched region")
        )
        body = shortened(news.watch.title) if news.answer else news.sentence
        self.tell(Notice(title, body, key=f"watch-{news.watch.id}"), conversation)


class _Ended(Protocol):
    def __call__(self, begun: QuestionSaved, event: AnswerEnds, seconds: float, *, seen: bool) -> None: ...


class _Follower:
    """Sees one turn to its end."""

    def __init__(self, now: Callable[[], float], ended: _Ended, *, seen: bool) -> None:
        self._now = now
        self._ended = ended
        self._seen = seen
        self._since = now()
        self._begun: QuestionSaved | None = None

    def observe(self, event: TurnEvent) -> None:
        if isinstance(event, QuestionSaved):
            self._begun = event
        elif isinstance(event, AnswerEnds) and self._begun is not None:
            self._ended(self._begun, event, self._now() - self._since, seen=self._seen)


def in_one_line(title: str, sentence: str) -> str:
    """A notification for a window that has one line for it; what only says who speaks is left out there."""
    return sentence if title == "Kireji" else tr("{title}: {sentence}", title=title, sentence=sentence)


def key_of(conversation: int) -> str:
    """The key of notices about one conversation: a later one takes the place of the one before."""
    return f"conversation-{conversation}"


def shortened(text: str) -> str:
    """One line of at most 60 characters."""
    line = " ".join(text.split())
    return line if len(line) <= _LENGTH else line[: _LENGTH - 1].rstrip() + "…"
