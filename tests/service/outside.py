"""The service beside a program that does not share its loop: on a thread, or as a process."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import tempfile
import threading
import urllib.request
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import msgspec

from tests.service.answers import Answer, Rule
from tests.service.base import ScriptedService
from tests.service.batches import BatchDesk, Orders
from tests.service.received import Request
from tests.service.server import KEY, TestService

ROOT = Path(__file__).parents[2]


class ServiceThread:
    """A `TestService` on a loop and thread of its own; takes the same arguments.

    Its loop is its own too, so that a client's busy loop does not slow it down, nor the reverse.
    """

    def __init__(self, *script: Answer | Rule, **options: Any) -> None:
        self._script = script
        self._options = options
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="test-service", daemon=True)
        self._service: ScriptedService | None = None

    def __enter__(self) -> Self:
        self._thread.start()
        self._service = self._run(self._start())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self._run(self._running.__aexit__(kind, error, trace))
        finally:
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join()
            self._loop.close()

    @property
    def base_url(self) -> str:
        return self._running.base_url

    @property
    def requests(self) -> list[Request]:
        """What was received so far."""
        return list(self._running.requests)

    def enqueue(self, *script: Answer | Rule) -> None:
        self._loop.call_soon_threadsafe(self._running.enqueue, *script)

    def release(self) -> None:
        self._loop.call_soon_threadsafe(self._running.release)

    def hold(self) -> None:
        self._loop.call_soon_threadsafe(self._running.hold)

    def control(self, **order: Any) -> dict[str, Any]:
        """Steer it, as `ServiceProcess.control` does; returns the state of all requests and batches."""
        return dict(self._run(self._steer(order)))

    @property
    def batches(self) -> BatchDesk:
        """The batches that were made; change nothing in it but `orders`, from this thread."""
        assert self._running.batches is not None
        return self._running.batches

    def until(self, true: Callable[[], object], timeout: float = 30.0) -> None:
        """Wait until `true` holds."""
        self._run(asyncio.wait_for(self._running.until(true), timeout))

    def make(self, *script: Answer | Rule, **options: Any) -> ScriptedService:
        """The service, not yet started; derived classes run others."""
        return TestService(*script, **options)

    async def _start(self) -> ScriptedService:
        return await self.make(*self._script, **self._options).__aenter__()

    async def _steer(self, order: dict[str, Any]) -> dict[str, Any]:
        return self._running.steer(order)

    @property
    def _running(self) -> ScriptedService:
        assert self._service is not None
        return self._service

    def _run(self, coroutine: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result()


class ServiceProcess:
    """`python -m tests.service` as a child process.

    Args:
        script: What is answered.
        key: The key that is accepted.
        batches: What goes wrong with batches from the start.
    """

    def __init__(self, *script: Answer | Rule, key: str = KEY, batches: Orders | None = None) -> None:
        self._rules = [item if isinstance(item, Rule) else Rule(item) for item in script]
        self._key = key
        self._batches = batches
        self._folder = tempfile.TemporaryDirectory(prefix="test-service-")
        self._log = Path(self._folder.name) / "requests.jsonl"
        self._process: subprocess.Popen[str] | None = None
        self.base_url = ""

    def __enter__(self) -> Self:
        script = Path(self._folder.name) / "script.json"
        script.write_bytes(msgspec.json.encode(self._rules))
        options = ["--script", str(script), "--log", str(self._log), "--key", self._key]
        if self._batches is not None:
            options += ["--batches", msgspec.json.encode(self._batches).decode()]
        self._process = subprocess.Popen(
            [sys.executable, "-m", *self.module(), *options],
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            start_new_session=True,
        )
        assert self._process.stdout is not None
        self.base_url = self._process.stdout.readline().strip()
        if not self.base_url:
            raise RuntimeError("the test service did not start")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._process is not None
        assert self._process.stdout is not None
        os.kill(self._process.pid, signal.SIGTERM)
        self._process.wait(10)
        self._process.stdout.close()
        self._folder.cleanup()

    def module(self) -> list[str]:
        """What is run; derived classes run others."""
        return ["tests.service"]

    @property
    def requests(self) -> list[dict[str, Any]]:
        """The lines of its log that are whole: a long one may be in the middle of being written."""
        lines = self._log.read_bytes().split(b"\n")[:-1] if self._log.exists() else []
        return [msgspec.json.decode(line) for line in lines]

    def control(self, **order: Any) -> dict[str, Any]:
        """Steer it: release=True, hold=True, enqueue=[rules], keys=[...], batches={orders}.

        Returns:
            The state of all requests and batches, see `ScriptedService.steer` and `BatchDesk.report`.
        """
        request = urllib.request.Request(
            f"{self.base_url}/_control", msgspec.json.encode(order), {"content-type": "application/json"}
        )
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(request, timeout=10) as answer:
            return dict(msgspec.json.decode(answer.read()))

    def release(self) -> None:
        """Let held streams go on."""
        self.control(release=True)
