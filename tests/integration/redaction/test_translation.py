"""The words of a picture leave in numbered blocks without what is hidden, and come back with it in their places."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest

from kireji.core.structured.questions import Asker
from kireji.core.structured.translation import Translation
from kireji.imaging.codec import PillowCodec
from tests.fakes.reader import FakeReader
from tests.integration.redaction.scene import holding, scene_of, will_say
from tests.integration.tools.test_loop import SERVICES, model_of
from tests.support.known_secrets import private_key
from tests.support.pictures import png

MAIL, KEY, PASSWORD = "jane.doe@post.example", "sk-ant-api03-Ab3dEf6hIj9lMn2pQr5tUv8x", "Xk9mQ2vT7!wZ"
LINES = (
    "Fragen an die Leitung bitte schriftlich",
    f"Schreiben Sie an {MAIL} mit Ihrer Nummer",
    f"Passwort: {PASSWORD}",
    f"Schlüssel: {KEY}",
)


@pytest.mark.parametrize("name", SERVICES)
async def test_values_in_blocks_stay_here_and_stand_in_the_translation(name: str, tmp_path: Path) -> None:
    said = ("Questions in writing", "Write to [MAIL_1]", "Password: [PASSWORD_1]", "Key: [KEY_1]")
    blocks = [{"id": number, "text": text} for number, text in enumerate(said, 1)]
    async with model_of(name) as model, scene_of(model, tmp_path, FakeReader(LINES)) as scene:
        picture = PillowCodec().encode_file(png(600, 120))
        image = await scene.services.capture.store(picture)
        will_say(model.service, json.dumps({"source_language": "German", "blocks": blocks}), [7, 60, 95, 130, 160])
        seen: list[Translation] = []
        outcome = await scene.services.habits().translation.translate(
            image, "en", Asker(model.question.provider, model.question.model), observe=seen.append
        )
        assert holding(model.service.requests, [MAIL, KEY, PASSWORD]) == []
        assert "[MAIL_1]" in model.service.requests[-1].raw.decode()
    assert isinstance(outcome.result, Translation)
    assert [each.text for each in outcome.result.blocks] == [
        "Questions in writing",
        f"Write to {MAIL}",
        f"Password: {PASSWORD}",
        f"Key: {KEY}",
    ]
    assert all(LINES[number] == each.block.text for number, each in enumerate(outcome.result.blocks))
    assert seen[-1].blocks == outcome.result.blocks
    assert "Hidden from the service" in outcome.answer.note


async def test_a_private_key_over_many_lines_stays_here_line_by_line(tmp_path: Path) -> None:
    key = private_key(random.Random(5))
    lines = ("Der Schlüssel des Servers steht hier", *key.splitlines(), "Bitte nicht weitergeben an andere")
    blocks = [{"id": number, "text": "x"} for number in range(1, len(lines) + 1)]
    async with model_of("anthropic") as model, scene_of(model, tmp_path, FakeReader(lines)) as scene:
        image = await scene.services.capture.store(PillowCodec().encode_file(png(600, 900)))
        will_say(model.service, json.dumps({"source_language": "German", "blocks": blocks}))
        outcome = await scene.services.habits().translation.translate(image, "en", Asker())
        assert holding(model.service.requests, [key, *key.splitlines()[1:-1]]) == []
    assert isinstance(outcome.result, Translation)
    assert key.splitlines()[2] in [each.text for each in outcome.result.blocks]
