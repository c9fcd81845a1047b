"""Calls from other threads run on the GUI thread."""

from __future__ import annotations

import asyncio
import threading

import pytest

from kireji.ui.platform.posting import Posting

pytestmark = pytest.mark.qt


async def test_calls_of_another_thread_run_here_in_their_order() -> None:
    posting, seen, done = Posting(), list[tuple[int, bool]](), asyncio.Event()
    here = threading.get_ident()

    def note(number: int) -> None:
        seen.append((number, threading.get_ident() == here))
        if number == 2:
            done.set()

    def post_all() -> None:
        for number in range(3):
            posting.post(lambda number=number: note(number))  # type: ignore[misc]

    thread = threading.Thread(target=post_all)
    thread.start()
    await asyncio.wait_for(done.wait(), 10)
    thread.join()
    assert seen == [(0, True), (1, True), (2, True)]


async def test_a_call_of_this_thread_runs_after_what_runs_now() -> None:
    posting, seen, done = Posting(), list[str](), asyncio.Event()
    posting.post(lambda: (seen.append("posted"), done.set()))  # type: ignore[arg-type, return-value]
    seen.append("poster")
    await asyncio.wait_for(done.wait(), 10)
    assert seen == ["poster", "posted"]
