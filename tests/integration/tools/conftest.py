"""Programs under a supervisor of the test's own."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from kireji.tools.children import SupervisedProcesses


@pytest.fixture
async def processes() -> AsyncIterator[SupervisedProcesses]:
    processes = SupervisedProcesses()
    yield processes
    await processes.aclose()
