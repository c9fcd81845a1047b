"""Every model, effort and kind of reasoning: what is asked for is nothing that the strict service refuses."""

from __future__ import annotations

import itertools

import pytest

from kireji.core.models import Effort, ModelInfo
from kireji.core.requests import Delivery, Thinking, ToolChoice, ToolSpec, ToolUse
from kireji.providers.anthropic_models import find_model
from kireji.providers.anthropic_request import encode_body
from kireji.providers.openrouter_models import routed_id
from tests.service.models import MODELS, Model
from tests.service.rules import check_body
from tests.unit.providers.anthropic_questions import request, user

TOOL = ToolSpec("look", "Looks.", b'{"type":"object","properties":{}}')
FORM = b'{"type":"object","properties":{"a":{"type":"string"}},"required":["a"],"additionalProperties":false}'
SERVED = [model for model in MODELS if model.lifecycle != "retired"]


@pytest.mark.parametrize("model", SERVED, ids=lambda model: model.id)
@pytest.mark.parametrize("known", [True, False], ids=["known", "not listed"])
def test_no_wish_makes_a_request_that_is_refused(model: Model, known: bool) -> None:
    info = find_model(model.id) if known else None
    wishes = itertools.product((None, *Effort), Thinking, (1000, 1024, 1025, 8192, 200_000), (b"", FORM))
    for effort, thinking, most, form in wishes:
        asked = request(
            user("Why?"),
            model=model.id,
            info=info,
            effort=effort,
            thinking=thinking,
            max_tokens=most,
            output_schema=form,
            tools=(TOOL,) if form else (),
        )
        check_body(encode_body(asked, Delivery.STREAM))


@pytest.mark.parametrize("model", [model for model in SERVED if model.forced], ids=lambda model: model.id)
@pytest.mark.parametrize("use", [ToolUse.ANY, ToolUse.ONE, ToolUse.NONE])
def test_no_choice_of_tools_makes_a_request_that_is_refused(model: Model, use: ToolUse) -> None:
    choice = ToolChoice(use, "look" if use is ToolUse.ONE else "")
    for effort, thinking in itertools.product((None, *Effort), Thinking):
        asked = request(
            user("Why?"), model=model.id, effort=effort, thinking=thinking, tools=(TOOL,), tool_choice=choice
        )
        check_body(encode_body(asked, Delivery.STREAM))


@pytest.mark.parametrize(
    "model", [model for model in SERVED if "between_tools" not in model.thinking], ids=lambda model: model.id
)
def test_by_way_of_another_service_a_model_is_asked_for_the_same(model: Model) -> None:
    routed = routed_id(model.id)
    for effort, thinking in itertools.product((None, *Effort), Thinking):
        wish = {"effort": effort, "thinking": thinking}
        there = encode_body(request(user("Why?"), model=routed, **wish), Delivery.STREAM, provider="openrouter")
        here = encode_body(request(user("Why?"), model=model.id, **wish), Delivery.STREAM)
        assert there.replace(routed.encode(), model.id.encode(), 1) == here


def test_another_service_is_not_asked_for_a_kind_of_reasoning_that_it_does_not_know() -> None:
    wish = request(user("Why?"), model="anthropic/claude-sonnet-5.5", thinking=Thinking.OFF, effort=Effort.MAX)
    sent = encode_body(wish, Delivery.STREAM, provider="openrouter")
    assert b'"thinking"' not in sent
    assert b'"effort":"max"' in sent


def test_a_model_that_nobody_knows_is_asked_for_nothing_that_could_be_refused() -> None:
    for info in (None, ModelInfo("anthropic", "claude-new-7", "New")):
        for effort, thinking in itertools.product((None, *Effort), Thinking):
            asked = request(user("Why?"), model="claude-new-7", info=info, effort=effort, thinking=thinking)
            sent = encode_body(asked, Delivery.STREAM)
            assert b"thinking" not in sent
            assert b"output_config" not in sent
