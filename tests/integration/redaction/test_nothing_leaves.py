"""No value that is hidden is in any byte that a service receives, and what comes back is what was meant."""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kireji.core.requests import Delivery
from tests.integration.redaction.scene import (
    DETECTION,
    Scene,
    called,
    holding,
    person,
    scene_of,
    will_call,
    will_say,
)
from tests.integration.tools.test_loop import SERVICES, Model, model_of
from tests.service import Rule, Status, TestService
from tests.support import known_secrets as made
from tests.support.hosted import Hosted, hosted


class Place(NamedTuple):
    """A program and who answers it."""

    model: Model
    scene: Scene


@pytest.fixture(scope="module", params=SERVICES)
def place(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hosted[Place]]:
    home: Path = tmp_path_factory.mktemp("home")

    @asynccontextmanager
    async def opened() -> AsyncIterator[Place]:
        async with model_of(request.param) as model, scene_of(model, home) as scene:
            yield Place(model, scene)

    with hosted(opened) as found:
        yield found


VALUES = st.builds(
    lambda maker, seed: maker(random.Random(seed)),
    st.sampled_from([*made.KEYS.values(), made.card, made.iban, made.mail, made.person, made.private_key]),
    st.integers(0, 10_000),
)
PLACES = st.lists(st.integers(0, 3000), max_size=12)


@given(
    values=st.lists(VALUES, min_size=1, max_size=3, unique=True),
    brought=VALUES,
    places=PLACES,
    chunk=st.sampled_from([0, 1, 7, 60]),
)
@settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))
def test_no_value_is_in_any_byte_and_the_answer_is_the_reference(
    place: Hosted[Place], values: list[str], brought: str, places: list[int], chunk: int
) -> None:
    """A refusal and a second attempt, a call of a tool and its result, an answer in any pieces, a second question."""

    async def work(here: Place) -> None:
        scene, service = here.scene, here.model.service
        before, ran = len(service.requests), len(scene.tools.calls)
        asked = "For Heron:\n" + "\n".join(values)
        arguments = json.dumps({"for": values[0]})
        scene.brings = f"It is\n{brought}\nfor Heron"
        vault = await scene.vault(person(asked), *called(arguments, scene.brings))
        reference = f"Heron keeps\n{values[-1]}\nand \n{brought}\n[MAIL_77] ok"

        service.enqueue(Rule(Status(429, headers={"retry-after": "0"})))
        will_call(service, vault.hide_json(arguments, DETECTION.find), places, chunk)
        will_say(service, vault.hide(reference, DETECTION.find(reference)), places, chunk)
        stored, conversation = await scene.ask(replace(here.model.question, text=asked))
        assert stored.message.text == f"I look.\n\n{reference}"
        assert scene.tools.calls[ran:] == [("find", {"for": values[0]})]

        again = f"And\n{brought}\nonce more"
        will_say(service, vault.hide(again, DETECTION.find(again)))
        question = replace(here.model.question, text=again, conversation=conversation)
        stored, _ = await scene.ask(replace(question, delivery=Delivery.WHOLE))
        assert stored.message.text == again
        if isinstance(service, TestService):
            await scene.services.counting.exact(replace(question, text=f"Count\n{brought}"))

        received = service.requests[before:]
        assert holding(received, [*values, brought, "Heron"]) == []
        sent = [
            hashlib.sha256(one.raw).hexdigest() for one in received if one.status == 200 and b'"messages"' in one.raw
        ]
        assert sent == await scene.digests(conversation)
        _same_beginnings(received)

    place.call(work)


def _same_beginnings(received: list[object]) -> None:
    """Every question begins with the messages of the one before, to the byte."""
    asked = [one.body["messages"] for one in received if one.body and "max_tokens" in one.body]  # type: ignore[attr-defined]
    told = [[_bare(message) for message in messages] for messages in asked]
    for earlier, later in pairwise(told):
        assert later[: len(earlier)] == earlier


def _bare(message: object) -> str:
    """A message without the marks that say how far the service may cache."""
    return (
        json.dumps(message, sort_keys=True)
        .replace('"cache_control": {"type": "ephemeral"}, ', "")
        .replace(', "cache_control": {"type": "ephemeral"}', "")
    )
