"""The person's own address is told over a real connection, signed, and again until it has understood."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import pytest

from kireji.core.history import Origin
from kireji.core.jobs.states import JobState
from kireji.core.jobs.values import Job, JobPlan, JobSource, SourceKind
from kireji.core.jobs.webhooks import RETRIES, secret_of
from kireji.core.secret import Secret, SecretName
from kireji.providers.http import HttpClient
from kireji.providers.webhook import WebhookSender, signature
from kireji.services.credentials import Credentials
from kireji.services.jobs.news import JobNews
from kireji.services.jobs.webhook import Webhook
from kireji.services.outbox import Outbox
from kireji.storage.jobs.deliveries import SqliteDeliveryStore
from kireji.storage.jobs.store import SqliteJobStore
from kireji.storage.jobs.tables import open_jobs
from tests.fakes.desktop import FakeClock
from tests.fakes.keychain import FakeKeyStore
from tests.fakes.stores import MemoryLedger
from tests.service import KEY as SERVICE_KEY
from tests.service import Orders, ServiceThread
from tests.support.job_program import job_program

KEY = b"k" * 32
US = Origin(1, "us")


@dataclass
class Receiver:
    """What listens at the person's address.

    Attributes:
        answers: Heads and bodies, in order; the last one stays.
        heads: What came, in lower case.
        bodies: The same.
    """

    url: str = ""
    answers: list[bytes] = field(default_factory=lambda: [b"HTTP/1.1 204 No Content\r\n\r\n"])
    heads: list[dict[str, str]] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        lines = [line.partition(": ") for line in head.split("\r\n")[1:] if line]
        headers = {name.lower(): value for name, _, value in lines}
        self.heads.append({"": head.split("\r\n")[0]} | headers)
        self.bodies.append(await reader.readexactly(int(headers["content-length"])))
        writer.write(self.answers.pop(0) if len(self.answers) > 1 else self.answers[0])
        writer.close()


def answer(status: str, body: bytes = b"", header: str = "") -> bytes:
    return f"HTTP/1.1 {status}\r\ncontent-length: {len(body)}\r\n{header}\r\n".encode() + body


@dataclass
class Stage:
    receiver: Receiver
    webhook: Webhook
    clock: FakeClock
    ledger: MemoryLedger
    credentials: Credentials
    untold: list[str]
    store: SqliteJobStore
    address: list[str]

    async def finish_a_job(self) -> None:
        plan = JobPlan("Receipts", "anthropic", "claude-haiku-5-5")
        job = await self.store.create(plan, JobSource(SourceKind.JSONL, ("rows.jsonl",)), US)
        await self.store.set_state(job, JobState.READY)
        await self.store.set_state(job, JobState.RUNNING)
        known = await self.store.job(job)
        assert known is not None
        await self.store.set_state(job, JobState.FINISHED, "", self.webhook.notice(_finished(known)))

    async def pass_time(self, seconds: float) -> None:
        self.clock.advance(seconds)
        await self.webhook.deliver()


def _finished(job: Job) -> Job:
    import msgspec

    return msgspec.structs.replace(job, state=JobState.FINISHED)


@asynccontextmanager
async def _stage(folder: Path) -> AsyncIterator[Stage]:
    clock, receiver, ledger, news = FakeClock(), Receiver(), MemoryLedger(), JobNews()
    server = await asyncio.start_server(receiver.serve, "127.0.0.1", 0)
    receiver.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/hook?for=jobs"
    database, http = await open_jobs(folder / "jobs.db"), HttpClient(system_proxies=dict)
    credentials = Credentials(FakeKeyStore(), FakeKeyStore(), {}, clock)
    untold: list[str] = []
    news.untold.subscribe(untold.append)
    address = [receiver.url]
    webhook = Webhook(
        SqliteDeliveryStore(database),
        lambda: WebhookSender(http),
        credentials,
        Outbox(ledger).gate,
        lambda: address[0],
        news,
        clock,
    )
    store = SqliteJobStore(database, lambda _: True, now=clock.now)
    try:
        await credentials.save_webhook_secret(receiver.url, Secret(secret_of(KEY)))
        yield Stage(receiver, webhook, clock, ledger, credentials, untold, store, address)
    finally:
        await http.aclose()
        await database.close()
        server.close()


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with _stage(tmp_path) as opened:
        yield opened


async def test_it_is_posted_and_signed(stage: Stage) -> None:
    await stage.finish_a_job()
    await stage.webhook.deliver()
    [head], [body] = stage.receiver.heads, stage.receiver.bodies
    assert head[""] == "POST /hook?for=jobs HTTP/1.1"
    assert head["content-type"] == "application/json"
    signed = f"{head['webhook-id']}.{head['webhook-timestamp']}.".encode() + body
    expected = base64.b64encode(hmac.new(KEY, signed, hashlib.sha256).digest()).decode()
    assert head["webhook-signature"] == f"v1,{expected}"
    assert datetime.fromtimestamp(int(head["webhook-timestamp"]), tz=stage.clock.now().tzinfo) == stage.clock.now()
    assert await stage.webhook.due() is None


def test_the_signature_is_that_of_standard_webhooks() -> None:
    """The vector that the specification's own libraries are tested with."""
    secret = Secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    body = b'{"test": 2432232314}'
    expected = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    assert signature(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, body) == expected


async def test_it_stands_in_the_ledger(stage: Stage) -> None:
    await stage.finish_a_job()
    await stage.webhook.deliver()
    [row] = stage.ledger.rows
    assert (row.provider, row.purpose, row.size) == ("webhook", "webhook", len(stage.receiver.bodies[0]))


async def test_a_refused_message_is_sent_again_with_the_same_id_and_a_new_signature(stage: Stage) -> None:
    stage.receiver.answers = [answer("500 No", b'{"error":{"message":"no"}}'), answer("200 OK", b"thanks")]
    await stage.finish_a_job()
    await stage.webhook.deliver()
    assert await stage.webhook.due() == RETRIES[0]
    await stage.pass_time(RETRIES[0])
    first, second = stage.receiver.heads
    assert first["webhook-id"] == second["webhook-id"]
    assert first["webhook-signature"] != second["webhook-signature"]
    assert stage.receiver.bodies[0] == stage.receiver.bodies[1]
    assert await stage.webhook.due() is None


async def test_after_a_day_it_is_given_up_and_the_person_is_told(stage: Stage) -> None:
    stage.receiver.answers = [answer("503 No")]
    await stage.finish_a_job()
    await stage.webhook.deliver()
    for wait in RETRIES:
        await stage.pass_time(wait)
    assert len(stage.receiver.heads) == len(RETRIES) + 1
    assert await stage.webhook.due() is None
    assert len(stage.untold) == 1


async def test_nobody_there_is_tried_again(stage: Stage) -> None:
    await stage.finish_a_job()
    stage.address[0] = "http://127.0.0.1:9/nobody"
    await stage.credentials.save_webhook_secret(stage.address[0], Secret(secret_of(KEY)))
    await stage.webhook.deliver()  # the first was for another address
    await stage.finish_a_job()
    await stage.webhook.deliver()
    assert await stage.webhook.due() == RETRIES[0]


async def test_a_redirect_is_not_followed(stage: Stage) -> None:
    stage.receiver.answers = [answer("302 Found", header="location: /elsewhere\r\n")]
    await stage.finish_a_job()
    await stage.webhook.deliver()
    assert (len(stage.receiver.heads), await stage.webhook.due(), len(stage.untold)) == (1, None, 1)


async def test_an_address_that_is_gone_is_not_asked_again(stage: Stage) -> None:
    stage.receiver.answers = [answer("410 Gone")]
    await stage.finish_a_job()
    await stage.webhook.deliver()
    assert await stage.webhook.due() is None


async def test_a_long_answer_is_left_unread(stage: Stage) -> None:
    stage.receiver.answers = [answer("200 OK", b"x" * 1_000_000)]
    await stage.finish_a_job()
    await stage.webhook.deliver()
    assert await stage.webhook.due() is None


async def test_without_a_secret_nothing_is_sent_and_the_person_is_told(stage: Stage) -> None:
    await stage.credentials.delete_webhook_secret(stage.receiver.url)
    await stage.finish_a_job()
    await stage.webhook.deliver()
    assert stage.receiver.heads == []
    assert stage.untold == [
        "The webhook has no secret to sign with, so nothing is sent to it. Make one with: kireji keys new webhook"
    ]
    await stage.credentials.save_webhook_secret(stage.receiver.url, Secret(secret_of(KEY)))
    await stage.pass_time(RETRIES[0])
    assert len(stage.receiver.heads) == 1


async def test_an_address_that_was_taken_out_of_the_settings_is_told_nothing_more(stage: Stage) -> None:
    await stage.finish_a_job()
    stage.address[0] = ""
    await stage.webhook.deliver()
    assert (stage.receiver.heads, await stage.webhook.due()) == ([], None)


async def test_without_an_address_nothing_is_written_down(stage: Stage) -> None:
    stage.address[0] = ""
    await stage.finish_a_job()
    assert await stage.webhook.due() is None


async def test_an_address_with_a_password_in_it_is_not_used(stage: Stage) -> None:
    stage.address[0] = stage.receiver.url.replace("http://", "http://me:secret@")
    await stage.credentials.save_webhook_secret(stage.address[0], Secret(secret_of(KEY)))
    await stage.finish_a_job()
    await stage.webhook.deliver()
    assert stage.receiver.heads == []
    assert "secret" not in stage.untold[0]


async def test_a_job_that_ends_is_told_once_with_its_numbers(tmp_path: Path) -> None:
    receiver = Receiver()
    server = await asyncio.start_server(receiver.serve, "127.0.0.1", 0)
    address = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/hook"
    (tmp_path / "settings.toml").write_text(f'version = 1\n[jobs]\nwebhook = "{address}"\n')
    keychain = FakeKeyStore()
    keychain.secrets[SecretName("webhook", address)] = Secret(secret_of(KEY))
    with ServiceThread(batches=Orders(seconds=0.05, fail=1)) as service:
        environ = {"ANTHROPIC_BASE_URL": service.base_url, "ANTHROPIC_API_KEY": SERVICE_KEY}
        async with job_program(tmp_path, environ, keychain=keychain) as program:
            await program.add(40, 20)
            job = await program.work()
    server.close()
    [body] = receiver.bodies
    told = json.loads(body)
    assert (told["type"], told["data"]["job"], told["data"]["cost"]) == ("job.finished", 1, round(job.cost, 6))
    assert (told["data"]["rows"]["succeeded"], told["data"]["rows"]["errored"]) == (38, 2)
    assert b"row 1" not in body
