"""The reading column under load: streaming into long conversations, opening them, scrolling through them.

Streaming and scrolling are measured in a window of their own that holds the column of the program; a timer of one
millisecond in the same loop says how long the loop was held up, idle first. Opening goes through the whole program: a
real history on the disk, the main window and its presenters, to the first painted screen.
"""

from __future__ import annotations

import asyncio
import gc
import os
import re
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from tests.benchmarks.opening import measure_opening
from tests.benchmarks.table import Row, percentile
from tests.support.demo import ANSWER, ARABIC, JAPANESE
from tests.support.desktop import x_server

_SECONDS = 20.0
_RATE = 1000
"""Tokens per second."""
_FLUSH = 0.04
_FLUSHES = 400
_MEGABYTE = 1_000_000
_PROSE = "Words that fill a paragraph as answers do, *some* **marked**, a [link](https://example.org/a) and `code`. "
_SAMPLE = f"{ANSWER}\n\n{_PROSE * 6}\n\n{JAPANESE}\n\n> {_PROSE * 2}\n\n{ARABIC}\n\n- [x] done\n- [ ] not yet\n\n"


def measure() -> list[Row]:
    with x_server(1280, 800) as display:
        os.environ["DISPLAY"] = display
        os.environ["QT_QPA_PLATFORM"] = "xcb"
        return _in_qt(_measure)


def _in_qt(work: Callable[[], Any]) -> list[Row]:
    from kireji.ui import aio
    from kireji.ui.qt_application import create

    rows: list[Row] = []

    async def main(_stop: asyncio.Event) -> int:
        rows.extend(await work())
        return 0

    aio.run(main, create(["benchmark"]))
    return rows


async def _measure() -> list[Row]:
    from PySide6.QtWidgets import QApplication

    from kireji.ui.theme import Theme

    app = QApplication.instance()
    assert isinstance(app, QApplication)
    theme = Theme(app)
    await _Stand(theme, [_text(10_000)]).streaming(3)  # everything is loaded once
    rows: list[Row] = []
    small = await _Stand(theme, [_text(10_000)]).streaming(_SECONDS)
    one = await _Stand(theme, [_text(_MEGABYTE)]).streaming(_SECONDS)
    many = await _Stand(theme, [_text(5_000)] * (_MEGABYTE // 5_000)).streaming(_SECONDS)
    long = await _Stand(theme, [], _text(_MEGABYTE)).streaming(_SECONDS)
    for what, run in (("one answer of 1 MB", one), ("200 answers", many), ("itself 1 MB", long)):
        rows.append(_stall_row(what, run))
    for what, run in (("one answer of 1 MB", one), ("200 answers", many), ("itself 1 MB", long)):
        ratio = run.cpu_per_token / small.cpu_per_token
        rows.append(
            Row(f"CPU per token, {what}", "≤ 1.2 × at 10 KB", f"at 10 KB: {small.cpu_per_token * 1e6:.0f} µs",
                f"{run.cpu_per_token * 1e6:.0f} µs", f"{ratio:.2f}", ratio <= 1.2)
        )  # fmt: skip
    ours = await _Stand(theme, [], _text(200_000)).flushes()
    peer = await _set_markdown(_text(200_000))
    rows.append(
        Row("CPU per flush of 40 tokens at 200 KB, one after the other", "50 × less than setMarkdown",
            f"QTextBrowser.setMarkdown: {peer * 1000:.0f} ms", f"{ours * 1000:.2f} ms", f"{peer / ours:.0f} × less",
            peer >= 50 * ours)
    )  # fmt: skip
    for what, answers in (("one answer", [_text(_MEGABYTE)]), ("200 answers", [_text(5_000)] * 200)):
        rows += await _Stand(theme, answers).scrolling(what)
    return rows + await measure_opening(theme)


def _text(size: int) -> str:
    return (_SAMPLE * (size // len(_SAMPLE) + 1))[:size]


class _Run:
    """What one run of streaming showed."""

    def __init__(self, idle: Sequence[float], gaps: Sequence[float], cpu: float, tokens: int) -> None:
        self.idle, self.gaps = idle, gaps
        self.cpu_per_token = cpu / tokens


def _stall_row(what: str, run: _Run) -> Row:
    idle, busy = (percentile(gaps, 0.999) * 1000 for gaps in (run.idle, run.gaps))
    return Row(
        f"1,000 tokens/s, {what}: loop held up, 99.9th", "≤ 8 ms over idle", f"idle loop: {idle:.1f} ms",
        f"{busy:.1f} ms", f"+{busy - idle:.1f} ms", busy - idle <= 8
    )  # fmt: skip


class _Stand:
    """A window with the reading column.

    Args:
        theme: Of the program.
        answers: What stands in the conversation.
        begun: What the streaming answer has said before it is measured.
    """

    def __init__(self, theme: Any, answers: Sequence[str], begun: str = "") -> None:
        from kireji.core.history import MessageOutline, StoredMessage
        from kireji.core.messages import Message, MessageState, Role, TextPart
        from kireji.ui.chat.transcript.transcript import Transcript

        self._begun = begun
        self._stored: dict[int, Any] = {}
        outlines = []
        for index in range(2 * len(answers) + 1):
            role = Role.ASSISTANT if index % 2 else Role.USER
            text = answers[index // 2] if index % 2 else f"Question {index // 2}?"
            number, parent = index + 1, index or None
            outlines.append(MessageOutline(number, parent, role, MessageState.COMPLETE, len(text), (number,)))
            self._stored[number] = StoredMessage(
                number, parent, Message(role, (TextPart(text),)), MessageState.COMPLETE, "anthropic", "m", None, None,
                "", datetime.now(UTC),
            )  # fmt: skip
        self.view = Transcript(theme)
        self.view.messages_wanted.connect(self._provide)
        self.view.resize(900, 760)
        self.view.show()
        self.view.show_outline(outlines)

    def _provide(self, numbers: object) -> None:
        assert isinstance(numbers, tuple)
        self.view.provide([self._stored[number] for number in numbers])

    async def streaming(self, seconds: float) -> _Run:
        from kireji.core.events import PartDelta, PartStarted
        from kireji.core.messages import TextPart

        await asyncio.sleep(0.5)
        answer = self.view.begin_answer("anthropic", "m")
        answer.feed(PartStarted(0, TextPart("")))
        if self._begun:
            answer.feed(PartDelta(0, self._begun))
        await asyncio.sleep(1)
        _calm()
        words = _tokens()
        sent = 0

        def feed(elapsed: float) -> None:
            nonlocal sent
            while sent < elapsed * _RATE:
                take(PartDelta(0, next(words)))
                sent += 1

        def nobody(_event: PartDelta) -> None:
            """What loop, clock and words cost by themselves."""

        take: Callable[[PartDelta], None] = nobody

        idle_cpu = time.process_time()
        idle = await _ticks(seconds, feed)
        idle_cpu = time.process_time() - idle_cpu
        sent, take = 0, answer.feed
        cpu = time.process_time()
        gaps = await _ticks(seconds, feed)
        cpu = time.process_time() - cpu - idle_cpu
        self._end()
        return _Run(idle, gaps, cpu, sent)

    async def flushes(self) -> float:
        """CPU seconds of one flush, with everything until it is painted; no pauses, in which processors slow down."""
        from kireji.core.events import PartDelta, PartStarted
        from kireji.core.messages import TextPart

        await asyncio.sleep(0.5)
        answer = self.view.begin_answer("anthropic", "m")
        answer.feed(PartStarted(0, TextPart("")))
        answer.feed(PartDelta(0, self._begun))
        await asyncio.sleep(1)
        _calm()
        words = _tokens()
        cpu = time.process_time()
        for _ in range(_FLUSHES):
            for _ in range(round(_RATE * _FLUSH)):
                answer.feed(PartDelta(0, next(words)))
            answer.flush()
            await asyncio.sleep(0)
            while not self.view.is_complete():  # noqa: ASYNC110 - it has no event
                await asyncio.sleep(0)
            await asyncio.sleep(0)
        cpu = time.process_time() - cpu
        self._end()
        return cpu / _FLUSHES

    async def scrolling(self, what: str) -> list[Row]:
        await asyncio.sleep(0.5)
        _calm()
        bar = self.view.verticalScrollBar()
        idle = await _frames(lambda _number: self.view.viewport().update(), 300)
        wheel = await _frames(lambda _number: bar.setValue(bar.value() - 60), 600)
        drag = await _frames(lambda number: bar.setValue(bar.maximum() * (number % 600) // 600), 600)
        self._end()
        floor = percentile(idle, 0.99) * 1000
        return [
            Row(f"Scrolling 1 MB ({what}), {how}: frame, 99th", "≤ 17 ms over idle", f"idle frame: {floor:.1f} ms",
                f"{(value := percentile(frames, 0.99) * 1000):.1f} ms", f"+{value - floor:.1f} ms", value - floor <= 17)
            for how, frames in (("wheel", wheel), ("drag", drag))
        ]  # fmt: skip

    def _end(self) -> None:
        self.view.close()
        self.view.deleteLater()


def _tokens() -> Iterator[str]:
    words = re.findall(r"\S+\s*|\s+", _SAMPLE)
    while True:
        yield from words


def _calm() -> None:
    """What the program does when it has started."""
    gc.collect()
    gc.freeze()


async def _ticks(seconds: float, work: Callable[[float], None] | None = None) -> list[float]:
    """Seconds between the ticks of a timer of one millisecond; `work` is called some hundred times a second."""
    from PySide6.QtCore import QObject, Qt, QTimerEvent

    gaps: list[float] = []
    done = asyncio.Event()
    begin = time.perf_counter()

    class Ticker(QObject):
        last = begin

        def timerEvent(self, _event: QTimerEvent) -> None:
            now = time.perf_counter()
            gaps.append(now - self.last)
            self.last = now
            if now - begin > seconds:
                done.set()

    class Feeder(QObject):
        def timerEvent(self, _event: QTimerEvent) -> None:
            if work is not None:
                work(time.perf_counter() - begin)

    ticker, feeder = Ticker(), Feeder()
    ticker.startTimer(1, Qt.TimerType.PreciseTimer)
    feeder.startTimer(5, Qt.TimerType.PreciseTimer)
    await done.wait()
    ticker.deleteLater()
    feeder.deleteLater()
    return gaps[1:]


async def _frames(step: Callable[[int], None], count: int) -> list[float]:
    """Seconds from a step until what it changed is painted and the loop is free again, sixty times a second."""
    taken = []
    for number in range(count):
        begin = time.perf_counter()
        step(number)
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        taken.append(time.perf_counter() - begin)
        await asyncio.sleep(max(0.0, 1 / 60 - taken[-1]))
    return taken


async def _set_markdown(text: str) -> float:
    """CPU seconds of one flush when all of the text is set again."""
    from PySide6.QtWidgets import QTextBrowser

    view = QTextBrowser()
    view.resize(900, 760)
    view.show()
    await asyncio.sleep(0.3)
    words = _tokens()
    cpu = time.process_time()
    for _ in range(8):
        text += "".join(next(words) for _ in range(round(_RATE * _FLUSH)))
        view.setMarkdown(text)
        view.verticalScrollBar().setValue(view.verticalScrollBar().maximum())
        await asyncio.sleep(0)
        await asyncio.sleep(0)
    cpu = time.process_time() - cpu
    view.close()
    view.deleteLater()
    return cpu / 8
