"""Between the reviewer's page and the services."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

import msgspec
from PySide6.QtCore import QObject, QSize, QTimer, Signal

from kireji.core.errors import JobError, KirejiError
from kireji.core.jobs.reviews import ReviewFilter, ReviewItem, ReviewOrder
from kireji.core.jobs.values import Job
from kireji.core.moderation.policies import Policy
from kireji.ui.aio import TaskScope
from kireji.ui.chat.transcript.decoding import image_of
from kireji.ui.chat.words import count
from kireji.ui.jobs.review import words
from kireji.ui.jobs.review.done import Done
from kireji.ui.jobs.review.exporting import ReviewExporter
from kireji.ui.jobs.review.listing import Listing, pieces
from kireji.ui.jobs.review.overruling import Overruling
from kireji.ui.jobs.review.pane import ReviewPane
from kireji.ui.translation import tr

if TYPE_CHECKING:
    from kireji.services.jobs.reviewing import JobReviewing, ReviewDetail
    from kireji.services.jobs.service import JobService

_LOOK_MILLISECONDS = 250
"""Changes are gathered for so long before anything is read again."""
_PICTURE = QSize(2_400, 2_400)
"""Pixels that a row's pictures have at most on the screen."""


class ReviewPresenter(QObject):
    """Shows the verdicts of one job at a time, while it runs too.

    Args:
        jobs: The use cases.
        pane: Where they are shown.
        failed: Told of faults of this program.
    """

    gone = Signal()
    """The job that is shown is no longer there, or nothing of it can be reviewed."""

    def __init__(self, jobs: JobService, pane: ReviewPane, failed: Callable[[BaseException], None]) -> None:
        super().__init__(pane)
        self._jobs = jobs
        self._pane = pane
        self._scope = TaskScope("review", failed)
        self._reviewing: JobReviewing | None = None
        self._job: Job | None = None
        self._policy: Policy | None = None
        self._filter, self._order = ReviewFilter.REVIEW, ReviewOrder.GRAVEST
        self._shown: ReviewDetail | None = None
        self._listed: Mapping[ReviewFilter, int] = {}
        self._done: list[Done] = []
        self._pages: set[int] = set()
        self._later = QTimer(self, singleShot=True, interval=_LOOK_MILLISECONDS)
        self._later.timeout.connect(self._look_again)
        self._unsubscribe = (
            jobs.changed.subscribe(self._changed),
            jobs.written.subscribe(lambda _: self._came_into_view()),
        )
        self.exporter = ReviewExporter(jobs, pane.work, pane, failed)
        pane.model.wanted.connect(self._page_wanted)
        pane.filter_chosen.connect(self._choose_filter)
        pane.order_chosen.connect(self._choose_order)
        pane.shown.connect(self._came_into_view)
        pane.list.marked.connect(self._mark)
        pane.header.export.clicked.connect(self.export)
        bar = pane.decisions
        bar.accepted.connect(self._accept)
        bar.overruled.connect(self._overrule)
        bar.undone.connect(self._undo)
        bar.stepped.connect(self._step)

    @property
    def job(self) -> Job | None:
        """The job whose verdicts are shown."""
        return self._job

    def show(self, job: Job) -> None:
        """Show the verdicts of a job that judges, those first that wait for the person."""
        self._job, self._policy, self._shown = job, None, None
        self._filter, self._order = ReviewFilter.REVIEW, ReviewOrder.GRAVEST
        self._done.clear()
        pane = self._pane
        pane.model.reset()
        pane.page.clear()
        pane.work.clear()
        pane.show_job(job.plan.name, None)
        pane.show_order(self._order)
        pane.decisions.close_form()
        pane.decisions.say("")
        self._scope.restart(self._watch(), name="watch")
        self._scope.restart(self._begin(job.id), name="read")

    def export(self) -> None:
        """Ask where the decisions shall be written."""
        if self._job is not None:
            self.exporter.ask(self._job)

    def escape(self) -> None:
        """Esc: out of what was opened last, or back to the results."""
        self._pane.leave()

    def leave(self) -> None:
        """The page goes away: nothing is watched any more."""
        self._later.stop()
        self._scope.cancel("watch")

    async def aclose(self) -> None:
        """End everything; what was decided is stored."""
        for unsubscribe in self._unsubscribe:
            unsubscribe()
        self.leave()
        self._job = None
        await self.exporter.aclose()
        await self._scope.aclose()

    # What is listed.

    async def _watch(self) -> None:
        async with self._jobs.watching():
            await asyncio.Event().wait()

    async def _begin(self, job: int) -> None:
        self._reviewing = reviewing = await self._jobs.reviewing()
        try:
            policy = await reviewing.policy(job)
        except JobError as error:
            self._pane.work.end(error.sentence, "error")
            return
        if not self._shows(job):
            return
        self._policy = policy
        assert self._job is not None
        self._pane.show_job(self._job.plan.name, policy)
        self._pane.work.begin(tr("Reading verdicts…"))
        await reviewing.read(job, self._told)
        self._pane.work.clear()
        counts = await reviewing.counts(job)
        if self._shows(job):
            self._filter = ReviewFilter.REVIEW if counts.listed[ReviewFilter.REVIEW] else ReviewFilter.ALL
            await self._fill(job)

    def _told(self, rows: int) -> None:
        total = self._job.counts.ended if self._job is not None else 0
        self._pane.work.advance(words.read_so_far(rows), rows, max(rows, total))

    async def _fill(self, job: int) -> None:
        """Show what the filter lists, from its first row on."""
        assert self._reviewing is not None
        wanted, order = self._filter, self._order
        counts = await self._reviewing.counts(job)
        numbers = await self._reviewing.numbers(job, wanted, order)
        listing = await asyncio.to_thread(Listing, numbers)
        if not self._lists(job, wanted, order):
            return
        pane = self._pane
        pane.show_counts(counts, wanted)
        self._shown, self._listed = None, counts.listed
        self._pages.clear()
        pane.model.reset(listing)
        await asyncio.sleep(0)  # the list is drawn before the first row is shown in full
        if not self._lists(job, wanted, order):
            return
        pane.show_emptiness("" if numbers else words.nothing(wanted))
        if numbers:
            pane.list.mark(0)
            if not pane.decisions.form_open:
                pane.list.setFocus()
        self._tell_steps()

    def _choose_filter(self, wanted: object) -> None:
        assert isinstance(wanted, ReviewFilter)
        self._filter = wanted
        self._refill()

    def _choose_order(self, order: object) -> None:
        assert isinstance(order, ReviewOrder)
        self._order = order
        self._refill()

    def _refill(self) -> None:
        if self._job is not None and self._reviewing is not None:
            self._scope.restart(self._fill(self._job.id), name="read")

    def _page_wanted(self, place: object) -> None:
        assert isinstance(place, int)
        if self._job is not None and place not in self._pages:
            self._pages.add(place)
            self._scope.start(self._fetch(self._job.id, place), name=f"page {place}")

    async def _fetch(self, job: int, place: int) -> None:
        assert self._reviewing is not None
        numbers = list(self._pane.model.page_at(place))
        try:
            items = await self._reviewing.items(job, numbers)
        finally:
            self._pages.discard(place)
        if self._shows(job):
            self._pane.model.fill(items)
            self._show_item()

    # What has changed.

    def _changed(self, job: int) -> None:
        if self._job is not None and job == self._job.id:
            self._came_into_view()

    def _came_into_view(self) -> None:
        if self._job is not None and self._pane.isVisible() and not self._later.isActive():
            self._later.start()

    def _look_again(self) -> None:
        if self._job is None or self._policy is None or self._scope.running("read"):
            return
        self._scope.restart(self._refresh(self._job.id), name="refresh")

    async def _refresh(self, job: int) -> None:
        """Read what has come, and again what is seen; nothing moves."""
        assert self._reviewing is not None
        try:
            await self._reviewing.read(job)
        except JobError:
            if self._shows(job):
                self._job = None
                self.gone.emit()
            return
        wanted, order = self._filter, self._order
        counts = await self._reviewing.counts(job)
        pane = self._pane
        new: Sequence[int] = ()
        if counts.listed != self._listed:  # what was only looked at again lists nothing new
            numbers = await self._reviewing.numbers(job, wanted, order)
            new = await asyncio.to_thread(pane.model.listing.without, numbers)
        if not self._lists(job, wanted, order):
            return
        self._listed = counts.listed
        pane.show_counts(counts, wanted)
        was_empty = not pane.model.rowCount()
        if was_empty and new:
            await self._fill(job)
            return
        for piece in pieces(new):
            pane.model.append(piece)
            await asyncio.sleep(0)
            if not self._lists(job, wanted, order):
                return
        for begin in pane.list.seen_pages():
            self._page_wanted(begin)
        self._tell_steps()

    def _lists(self, job: int, wanted: ReviewFilter, order: ReviewOrder) -> bool:
        """Whether these rows are what the person wants to see still."""
        return self._shows(job) and (wanted, order) == (self._filter, self._order)

    def _shows(self, job: int) -> bool:
        return self._job is not None and self._job.id == job

    # One row.

    def _mark(self, _place: object) -> None:
        self._pane.decisions.close_form()
        self._pane.decisions.say("")
        self._show_item()
        self._tell_steps()
        number = self._pane.model.number(self._pane.list.place)
        if self._job is None or number is None:
            return
        if self._shown is None or self._shown.item.number != number:
            self._scope.restart(self._load(self._job.id, number), name="item")

    async def _load(self, job: int, number: int) -> None:
        assert self._reviewing is not None
        shown = await self._reviewing.detail(job, number)
        if not self._is_at(job, number):
            return
        self._shown = shown
        pane = self._pane
        pane.model.fill([shown.item])
        pane.page.show_detail(shown, self._policy)
        pane.decisions.show_item(shown.item, self._policy)
        if not shown.detail.pictures:
            return
        there = [data for data in shown.detail.pictures if data]
        images = await asyncio.to_thread(lambda: [image_of(data, _PICTURE) for data in there])
        whole = [image for image in images if not image.isNull()]
        if self._is_at(job, number):
            pane.page.show_pictures(whole, len(shown.detail.pictures) - len(whole))
        verdict = await self._reviewing.placed(job, shown.detail)
        if verdict is not None and self._is_at(job, number):
            pane.page.show_verdict(verdict, self._policy)

    def _is_at(self, job: int, number: int) -> bool:
        return self._shows(job) and self._pane.model.number(self._pane.list.place) == number

    def _current(self) -> ReviewItem | None:
        number = self._pane.model.number(self._pane.list.place)
        return self._pane.model.known(number) if number is not None else None

    def _show_item(self) -> None:
        """What can be done about the row at hand, and what was decided about it, as is known now."""
        item = self._current()
        if item is None or self._pane.decisions.form_open:
            return
        self._pane.decisions.show_item(item, self._policy)
        if self._shown is not None and self._shown.item.number == item.number and self._shown.item != item:
            self._shown = msgspec.structs.replace(self._shown, item=item)
            self._pane.page.show_decision(self._shown, self._policy)

    def _tell_steps(self) -> None:
        place, rows = self._pane.list.place, self._pane.model.rowCount()
        self._pane.decisions.set_steps(back=place > 0, forth=0 <= place < rows - 1, undo=bool(self._done))

    def _step(self, direction: object) -> None:
        assert isinstance(direction, int)
        place = self._pane.list.place + direction
        if 0 <= place < self._pane.model.rowCount():
            self._pane.list.mark(place)

    # What is decided.

    def _accept(self) -> None:
        item = self._current()
        if item is None or self._job is None or item.judged.action is None:
            return
        self._go_on()
        assert self._reviewing is not None
        storing = self._reviewing.accept(self._job.id, item)
        self._scope.start(self._decide(self._job.id, item, storing), name=f"decide {item.number}")

    def _overrule(self, overruling: object) -> None:
        assert isinstance(overruling, Overruling)
        item = self._current()
        if item is None or self._job is None:
            return
        self._go_on()
        self._scope.start(self._overruled(self._job.id, item, overruling), name=f"decide {item.number}")

    def _go_on(self) -> None:
        """To the next row that waits; the one at hand is left as soon as it is decided, however fast the keys are."""
        if (following := self._pane.model.undecided_after(self._pane.list.place)) is not None:
            self._pane.list.mark(following)

    async def _overruled(self, job: int, item: ReviewItem, chosen: Overruling) -> None:
        assert self._reviewing is not None
        action, category, note = chosen
        await self._decide(job, item, self._reviewing.overrule(job, item, action, category, note))

    async def _decide(self, job: int, item: ReviewItem, storing: object) -> None:
        assert asyncio.iscoroutine(storing)
        try:
            review = await asyncio.shield(storing)
        except KirejiError as error:
            await self._refused(job, item.number, error)
            return
        self._done.append(Done(item.number, item.review, review))
        await self._seen_again(job, item.number)

    def _undo(self) -> None:
        if self._job is None or not self._done:
            return
        last = self._done.pop()
        self._scope.start(self._undone(self._job.id, last), name=f"undo {last.number}")

    async def _undone(self, job: int, last: Done) -> None:
        assert self._reviewing is not None
        try:
            await asyncio.shield(self._reviewing.restore(job, last.number, last.before, last.after))
        except KirejiError as error:
            await self._refused(job, last.number, error)
            return
        await self._seen_again(job, last.number)
        if (place := self._pane.model.place(last.number)) is not None:
            self._pane.list.mark(place)
        else:
            self._pane.decisions.say(
                tr("The decision about row {number} is taken back.", number=count(last.number)), "ok"
            )

    async def _refused(self, job: int, number: int, error: KirejiError) -> None:
        """Somebody else was quicker, or it cannot be stored: the row is shown as it stands."""
        await self._seen_again(job, number)
        if (place := self._pane.model.place(number)) is not None:
            self._pane.list.mark(place)
        self._pane.decisions.say(error.sentence)

    async def _seen_again(self, job: int, number: int) -> None:
        assert self._reviewing is not None
        items = await self._reviewing.items(job, [number])
        if self._shows(job):
            self._pane.model.fill(items)
            self._show_item()
            self._tell_steps()
