"""What may be asked of one model: how far it may answer, how hard it works, and whether it reasons first.

What the service's own list says of a model goes before the built-in table; a model that neither knows is asked for
nothing that an older or a newer one might refuse.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from kireji.core.errors import RequestRejected
from kireji.core.messages import ImagePart, LinkedImagePart, ToolResultPart
from kireji.core.models import Effort, ModelInfo
from kireji.core.requests import ModelRequest, Thinking, ToolUse
from kireji.core.words import say
from kireji.providers.anthropic_models import (
    NEVER_FORCED,
    PROVIDER,
    QUIET_AT_ANY_EFFORT,
    find_model,
    native_id,
    plain_id,
)

_LEAST_BUDGET = 1024
_KNOWN_ELSEWHERE = ("adaptive", "enabled", "disabled")
_FORCED = (ToolUse.ANY, ToolUse.ONE)
_ORDER = tuple(Effort)
_LARGE_CONTEXT = 1_000_000
_MOST_PICTURES, _MOST_PICTURES_IN_A_LARGE_CONTEXT = 100, 600
"""In one request, those of earlier turns and of results included."""


class Reasoning(msgspec.Struct, frozen=True, omit_defaults=True):
    """`thinking` of a request."""

    type: str
    display: str = ""
    budget_tokens: int = 0


def most_tokens(request: ModelRequest) -> int:
    """How long the answer may get, its reasoning included."""
    limit = (request.info.max_output_tokens if request.info else 0) or _built_in(request).max_output_tokens
    return max(1, min(request.max_tokens, limit or request.max_tokens))


def effort(request: ModelRequest, thinking: Reasoning | None) -> Effort | None:
    """The effort to ask for: the wanted one, or the next lower one that the model knows."""
    known = (request.info or _built_in(request)).efforts
    if request.effort is None or not known:
        return None
    wanted = _ORDER.index(request.effort)
    if thinking is not None and _is_quiet(thinking) and _model_id(request) not in QUIET_AT_ANY_EFFORT:
        wanted = min(wanted, _ORDER.index(Effort.HIGH))
    possible = [level for level in known if _ORDER.index(level) <= wanted]
    return max(possible, key=_ORDER.index) if possible else min(known, key=_ORDER.index)


def reasoning(request: ModelRequest, max_tokens: int, provider: str = PROVIDER) -> Reasoning | None:
    """What to say about reasoning; None says nothing, and the model does as it does by itself.

    Args:
        request: The question.
        max_tokens: How long the answer may get.
        provider: Whose service it is: others know fewer kinds of it than Anthropic's own.
    """
    kinds = (request.info.thinking if request.info else ()) or _built_in(request).thinking
    if provider != PROVIDER:
        kinds = tuple(kind for kind in kinds if kind in _KNOWN_ELSEWHERE)
    match request.thinking:
        case Thinking.SHOWN:
            return _shown(request, kinds, max_tokens)
        case Thinking.OFF:
            if request.tools and request.output_schema:  # without reasoning, a call that is needed may be left out
                return None
            return next((Reasoning(kind) for kind in ("disabled", "between_tools") if kind in kinds), None)
    return None


def check_choice(request: ModelRequest, provider: str) -> None:
    """Refuse a choice of tools that the model does not know.

    Raises:
        RequestRejected: It cannot be made to use a tool.
    """
    if request.tools and request.tool_choice.use in _FORCED and _model_id(request) in NEVER_FORCED:
        raise RequestRejected(
            say("{model} cannot be made to use a tool.", model=request.model),
            say("Choose another model."),
            provider=provider,
        )


def check_pictures(request: ModelRequest, provider: str) -> None:
    """Refuse more pictures than the model takes in one request.

    Raises:
        RequestRejected: The conversation, or the row of a job, holds too many.
    """
    context = (request.info.context_tokens if request.info else 0) or _built_in(request).context_tokens
    small = 0 < context < _LARGE_CONTEXT
    most = _MOST_PICTURES if small else _MOST_PICTURES_IN_A_LARGE_CONTEXT
    outer = [part for message in request.messages for part in message.parts]
    inner = [item for part in outer if isinstance(part, ToolResultPart) for item in part.content]
    count = sum(isinstance(part, ImagePart | LinkedImagePart) for part in (*outer, *inner))
    if count > most and request.alone:
        raise RequestRejected(
            say(
                "The row has {count} pictures, and {model} takes {most} at most.",
                count=count,
                model=request.model,
                most=most,
            ),
            provider=provider,
        )
    if count > most:
        raise RequestRejected(
            say(
                "This conversation holds {count} pictures, and {model} takes {most} at most.",
                count=count,
                model=request.model,
                most=most,
            ),
            say("Start a new conversation, or leave some out."),
            provider=provider,
        )


def _shown(request: ModelRequest, kinds: Sequence[str], max_tokens: int) -> Reasoning | None:
    if "adaptive" in kinds:
        return Reasoning("adaptive", display="summarized")
    forced = bool(request.tools) and request.tool_choice.use in _FORCED  # refused together with a budget
    if "enabled" in kinds and max_tokens > _LEAST_BUDGET and not forced:
        return Reasoning("enabled", budget_tokens=max(_LEAST_BUDGET, max_tokens // 2))
    return None


def _is_quiet(thinking: Reasoning) -> bool:
    return thinking.type in ("disabled", "between_tools")


def _model_id(request: ModelRequest) -> str:
    return plain_id(native_id(request.model))


def _built_in(request: ModelRequest) -> ModelInfo:
    """What this version knows of the model: nothing, for those that it does not."""
    return find_model(native_id(request.model)) or ModelInfo("", request.model, request.model)
