"""The asyncio/Qt seam: timers, tasks, and every way out."""

from __future__ import annotations

import asyncio
import inspect
import signal
import subprocess
import sys
from collections.abc import AsyncIterator

import pytest
from PySide6.QtCore import QEventLoop, QObject, QTimer, Signal
from PySide6.QtWidgets import QApplication

from kireji.ui.aio import EventLoop, TaskScope

pytestmark = pytest.mark.qt


def loop() -> EventLoop:
    running = asyncio.get_running_loop()
    assert isinstance(running, EventLoop)
    return running


# timers


@pytest.mark.parametrize("delay", [0.001, 0.02, 0.0505, 0.2])
async def test_a_timer_is_never_early(delay: float) -> None:
    before = loop().time()
    await asyncio.sleep(delay)
    assert loop().time() - before >= delay - 0.001


async def test_a_long_timer_is_never_early_although_qts_are() -> None:
    """Qt's coarse timers, used from a second on, may fire 5 % early."""
    before = loop().time()
    await asyncio.sleep(1.05)
    assert loop().time() - before >= 1.049


async def test_a_cancelled_timer_is_gone_at_once() -> None:
    before = len(loop()._timers.live)
    handles = [loop().call_later(3600, lambda: None) for _ in range(1000)]
    assert len(loop()._timers.live) == before + 1000
    for handle in handles:
        handle.cancel()
    assert len(loop()._timers.live) == before


async def test_a_cancelled_timer_does_not_fire() -> None:
    fired: list[int] = []
    loop().call_later(0.001, fired.append, 1).cancel()
    await asyncio.sleep(0.02)
    assert fired == []


async def test_time_limits_leave_no_timers_behind() -> None:
    before = len(loop()._timers.live)
    for _ in range(100):
        async with asyncio.timeout(60):
            await asyncio.sleep(0)
    assert len(loop()._timers.live) == before


async def test_a_timer_beyond_what_qt_can_count_is_taken() -> None:
    handle = loop().call_later(90 * 24 * 3600, lambda: None)
    assert handle.when() - loop().time() > 89 * 24 * 3600
    handle.cancel()


async def test_timers_fire_in_the_order_of_their_time() -> None:
    order: list[str] = []
    done = asyncio.Event()
    loop().call_later(0.06, order.append, "late")
    loop().call_later(0.02, order.append, "early")
    loop().call_later(0.1, done.set)
    await done.wait()
    assert order == ["early", "late"]


async def test_a_timer_keeps_the_context_it_was_made_in() -> None:
    import contextvars

    variable = contextvars.ContextVar("variable", default="outside")
    seen: list[str] = []
    done = asyncio.Event()
    variable.set("inside")
    loop().call_later(0.001, lambda: (seen.append(variable.get()), done.set()))
    variable.set("later")
    await done.wait()
    assert seen == ["inside"]


def test_a_timer_that_is_due_while_no_loop_runs_is_put_off_until_one_does(qapp: QApplication) -> None:
    seen: list[asyncio.AbstractEventLoop] = []
    loop = EventLoop(qapp)
    loop.call_later(0.001, lambda: seen.append(asyncio.get_running_loop()))
    let_qt_run(0.05)
    before = list(seen)
    loop.run_until_complete(asyncio.sleep(0.05))
    loop.close()
    assert (before, seen) == ([], [loop])


def test_where_no_loop_runs_nothing_is_started_and_nothing_left_behind(errors: list[BaseException]) -> None:
    coroutine = asyncio.sleep(0)
    with pytest.raises(RuntimeError, match="no running"):
        TaskScope("test", errors.append).start(coroutine, name="a")
    assert inspect.getcoroutinestate(coroutine) == inspect.CORO_CLOSED


def test_a_closed_loop_has_no_timers(qapp: QApplication) -> None:
    loop = EventLoop(qapp)
    loop.call_later(3600, lambda: None)
    loop.close()
    assert loop._timers.live == {}


def let_qt_run(seconds: float) -> None:
    """Let Qt handle events without asyncio."""
    waiting = QEventLoop()
    QTimer.singleShot(round(seconds * 1000), waiting, waiting.quit)
    waiting.exec()


async def test_signals_and_tasks_share_the_thread() -> None:
    class Sender(QObject):
        said = Signal(object)

    sender = Sender()
    heard: asyncio.Future[object] = loop().create_future()
    sender.said.connect(heard.set_result)
    loop().call_later(0.001, sender.said.emit, {"any": "value"})
    assert await heard == {"any": "value"}


# task scopes


@pytest.fixture
def errors() -> list[BaseException]:
    return []


@pytest.fixture
async def scope(errors: list[BaseException]) -> AsyncIterator[TaskScope]:
    made = TaskScope("window", errors.append)
    yield made
    await made.aclose()


async def forever(cleaned: list[str] | None = None, name: str = "") -> None:
    try:
        await asyncio.Event().wait()
    finally:
        await asyncio.sleep(0)
        if cleaned is not None:
            cleaned.append(name)


async def fails() -> None:
    raise ValueError("a fault")


async def test_a_task_has_its_scopes_name(scope: TaskScope) -> None:
    assert scope.start(forever(), name="turn").get_name() == "window:turn"
    assert scope.running("turn")


async def test_a_name_is_taken_until_its_task_has_ended(scope: TaskScope) -> None:
    task = scope.start(asyncio.sleep(0), name="turn")
    with pytest.raises(RuntimeError, match="turn runs already"):
        scope.start(asyncio.sleep(0), name="turn")
    await task
    await asyncio.sleep(0)
    assert not scope.running("turn")
    await scope.start(asyncio.sleep(0), name="turn")


async def test_what_a_task_does_not_handle_is_told_once(scope: TaskScope, errors: list[BaseException]) -> None:
    task = scope.start(fails(), name="turn")
    await asyncio.wait([task])
    await asyncio.sleep(0)
    assert [str(error) for error in errors] == ["a fault"]


async def test_a_cancelled_task_is_no_error(scope: TaskScope, errors: list[BaseException]) -> None:
    task = scope.start(forever(), name="turn")
    await asyncio.sleep(0)
    scope.cancel("turn")
    scope.cancel("nothing of that name")
    await asyncio.wait([task])
    assert task.cancelled()
    assert errors == []


async def test_a_restart_cancels_the_earlier_task_and_does_not_wait_for_it(scope: TaskScope) -> None:
    cleaned: list[str] = []
    first = scope.start(forever(cleaned, "first"), name="turn")
    await asyncio.sleep(0)
    second = scope.restart(forever(cleaned, "second"), name="turn")
    assert scope.running("turn")
    await asyncio.wait([first])
    await asyncio.sleep(0)
    assert cleaned == ["first"]
    assert scope.running("turn")
    assert not second.done()


async def test_closing_cancels_everything_and_waits_for_the_clean_up(errors: list[BaseException]) -> None:
    made = TaskScope("window", errors.append)
    cleaned: list[str] = []
    made.start(forever(cleaned, "turn"), name="turn")
    made.start(forever(cleaned, "other"), name="other")
    await asyncio.sleep(0)
    await made.aclose()
    assert sorted(cleaned) == ["other", "turn"]


@pytest.mark.parametrize("ending", ["replaced", "cancelled"])
async def test_closing_lets_a_task_that_is_ending_finish_its_clean_up(errors: list[BaseException], ending: str) -> None:
    made = TaskScope("window", errors.append)
    cleaned: list[str] = []
    made.start(forever(cleaned, "first"), name="turn")
    await asyncio.sleep(0)
    if ending == "replaced":
        made.restart(forever(), name="turn")
    else:
        made.cancel("turn")
    await asyncio.sleep(0)
    await made.aclose()
    assert cleaned == ["first"]


async def test_a_closed_scope_starts_nothing(errors: list[BaseException]) -> None:
    made = TaskScope("window", errors.append)
    await made.aclose()
    with pytest.raises(RuntimeError, match="closing"):
        made.start(forever(), name="turn")


async def test_a_task_lives_without_anyone_holding_it(scope: TaskScope) -> None:
    import gc

    done = asyncio.Event()

    async def work() -> None:
        await asyncio.sleep(0.01)
        done.set()

    scope.start(work(), name="turn")
    gc.collect()
    async with asyncio.timeout(5):
        await done.wait()


# ways out: each in a process of its own, because the loop is the application's

PROGRAM = """
import asyncio, sys
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QDialog
from kireji.ui import aio

app = aio.Application(["test"])

async def main(stop):
    try:
        print("ready", flush=True)
        {action}
        await stop.wait()
        return 7
    finally:
        await asyncio.sleep(0.02)
        print("cleaned", flush=True)

sys.exit(aio.run(main, app))
"""


def program(action: str) -> subprocess.Popen[str]:
    code = PROGRAM.format(action=action)
    return subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    )


def ended(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    out, err = process.communicate(timeout=30)
    return process.returncode, out, err


@pytest.mark.parametrize(
    "action",
    [
        "app.quit()",
        "QTimer.singleShot(0, app.quit)",
        "QTimer.singleShot(0, QApplication.closeAllWindows); QTimer.singleShot(50, app.quit)",
        "app.quit(); app.quit()",
        "stop.set()",
    ],
)
def test_quitting_lets_the_program_clean_up(action: str) -> None:
    assert ended(program(action)) == (7, "ready\ncleaned\n", "")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_lets_the_program_clean_up_while_qt_is_idle(number: signal.Signals) -> None:
    process = program("pass")
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    process.send_signal(number)
    assert ended(process) == (7, "cleaned\n", "")


def test_the_last_window_may_close_and_the_program_stays() -> None:
    closed = "window = QDialog(); window.show(); window.close(); await asyncio.sleep(0.1)"
    assert ended(program(f"{closed}; print('stays', flush=True); stop.set()")) == (7, "ready\nstays\ncleaned\n", "")


def test_an_exception_ends_the_program_and_is_not_lost() -> None:
    code, out, err = ended(program("raise ValueError('a fault')"))
    assert (code, out) == (1, "ready\ncleaned\n")
    assert "ValueError: a fault" in err
