"""A batch that is sent and collected in a process of its own, which tells how much memory that took.

`python -m tests.support.large_transfers BASE_URL FILE`: prints JSON with the rows that came and the bytes by which the
process grew at most.
"""

from __future__ import annotations

import asyncio
import resource
import sys
from pathlib import Path

import msgspec

from kireji.core.requests import BodyFile, ClearedRequest, OutgoingRequest
from kireji.core.secret import Secret
from kireji.providers.anthropic_batches import AnthropicBatches
from kireji.providers.http import HttpClient
from tests.support.cleared import cleared

MODEL = "claude-haiku-5-5"
KEY = Secret("sk-ant-test-0123456789")


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


async def _gate(outgoing: OutgoingRequest) -> ClearedRequest:
    return cleared(outgoing)


async def _collect(batches: AnthropicBatches, base_url: str, remote: str) -> int:
    rows = 0
    async with batches.results(_gate, base_url, KEY, remote, MODEL) as results:
        async for _ in results:
            rows += 1
    return rows


async def main(base_url: str, body: BodyFile) -> None:
    """Send `body` and collect what the server calls "many"."""
    http = HttpClient()
    batches = AnthropicBatches(http)
    await _collect(batches, base_url, "few")  # loads all that is needed
    before = _peak()
    made = await batches.submit(cleared(batches.encode(base_url, MODEL, body)), KEY)
    sent = _peak()
    rows = await _collect(batches, base_url, "many")
    collected = _peak()
    await http.aclose()
    told = {"rows": rows, "made": made.id, "sending": sent - before, "collecting": collected - before}
    print(msgspec.json.encode(told).decode())


if __name__ == "__main__":
    file = Path(sys.argv[2])
    asyncio.run(main(sys.argv[1], BodyFile(str(file), file.stat().st_size, "0" * 64)))
