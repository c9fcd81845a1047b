"""From a row to what is sent: the neutral question of a prompt, or the whole body that a line brought along."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from kireji.core.jobs.conversion import carried, form_of
from kireji.core.jobs.forms import asked_of
from kireji.core.jobs.values import JobPlan, LineKind, RowInput
from kireji.core.messages import ImagePart, LinkedImagePart, Message, Role, Sha256, TextPart
from kireji.core.models import Effort, ModelInfo
from kireji.core.requests import ModelRequest
from kireji.core.structured.forms import AnswerForm

_STREAM = ("stream", "stream_options")


class PromptContent(msgspec.Struct, frozen=True):
    """The content of a row of kind PROMPT, as far as it counts.

    Args:
        prompt: None takes the plan's.
        image: Addresses on the web and names of files, in order; the files' bytes are the row's pictures.
        images: More of them.
    """

    prompt: str | None = None
    image: str | tuple[str, ...] | None = None
    images: tuple[str, ...] | None = None

    @property
    def shown(self) -> tuple[str, ...]:
        """All that are named, in order."""
        return named_images(self.image, self.images)


def named_images(image: str | tuple[str, ...] | None, images: tuple[str, ...] | None) -> tuple[str, ...]:
    """The pictures of a line, in order."""
    one = (image,) if isinstance(image, str) else image or ()
    return (*one, *(images or ()))


def is_link(name: str) -> bool:
    """Whether what a line names as its picture stands on the web."""
    return name[:8].lower().startswith(("http://", "https://"))


def model_request(
    plan: JobPlan, row: RowInput, pictures: Mapping[Sha256, bytes], info: ModelInfo | None = None
) -> ModelRequest:
    """The question of a row of kind PROMPT.

    Args:
        plan: What is done with every row; names the model.
        row: What this one asks.
        pictures: The bytes of its stored pictures.
        info: What is known about the model.
    """
    return ModelRequest(
        plan.model or (info.id if info is not None else ""),
        (question(plan, row),),
        {picture.blob: pictures[picture.blob] for picture in row.pictures},
        system=plan.system,
        max_tokens=plan.max_tokens,
        effort=plan.effort,
        info=info,
        output_schema=plan.schema,
        alone=True,
    )


def question(plan: JobPlan, row: RowInput) -> Message:
    """The person's turn in a row of kind PROMPT: pictures, then words."""
    assert row.kind is LineKind.PROMPT
    content = msgspec.json.decode(row.content, type=PromptContent)
    stored = iter(row.pictures)
    shown: list[ImagePart | LinkedImagePart] = []
    for name in content.shown:
        if is_link(name):
            shown.append(LinkedImagePart(name))
        elif (picture := next(stored, None)) is not None:
            shown.append(picture)
    shown += stored
    if plan.form is AnswerForm.TEXT:
        words = content.prompt if content.prompt is not None else plan.prompt
    else:
        words = asked_of(plan, content.prompt or "", len(shown))
    return Message(Role.USER, (*shown, *((TextPart(words),) if words else ())))


def row_body(plan: JobPlan, row: RowInput, info: ModelInfo | None = None) -> bytes:
    """The body of a row of kind PARAMS or BODY in the form of the plan's service, as a job or a live question takes it.

    Where it is in that form already, every value is sent byte for byte as it was written. What a line leaves open is
    taken from the plan; what both say is the line's, but for the model. Nothing in it asks for a stream.

    Args:
        plan: What is done with every row.
        row: What this one asks.
        info: What is known about the model: an effort is asked for only where it can be chosen.

    Raises:
        NotCarried: The service's form is another and cannot hold it all; rows that were imported for it never raise.
    """
    form = form_of(plan.provider)
    fields = msgspec.json.decode(carried(row.content, row.kind, form, plan.drop), type=dict[str, msgspec.Raw])
    for name in _STREAM:
        fields.pop(name, None)
    own = {name for name, value in fields.items() if bytes(value) != b"null"}
    model = plan.model or (info.id if info is not None and "model" not in own else "")
    if model:
        fields = {"model": _raw(model)} | {name: value for name, value in fields.items() if name != "model"}
    if form is LineKind.PARAMS:
        return msgspec.json.encode(fields | _missing_in_params(plan, fields, own, info))
    return msgspec.json.encode(fields | _missing_in_body(plan, fields, own, info))


def row_words(plan: JobPlan, row: RowInput) -> str:
    """The last words of the person in a row, as a person reads them; empty when there are none.

    Of a row whose answer has a form, what it is about: what is asked of it every row says alike.
    """
    if row.kind is LineKind.PROMPT:
        if plan.form is not AnswerForm.TEXT:
            return msgspec.json.decode(row.content, type=PromptContent).prompt or ""
        return question(plan, row).text
    try:
        told = msgspec.json.decode(row.content, type=_Told).messages
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        return ""
    for message in reversed(told):
        if message.role == "user" and (words := _plain(message.content)):
            return words
    return ""


class _ToldMessage(msgspec.Struct):
    role: object = None
    content: object = None


class _Told(msgspec.Struct):
    messages: list[_ToldMessage] = []


def _plain(content: object) -> str:
    if isinstance(content, str):
        return content
    blocks = content if isinstance(content, list) else []
    texts = [block.get("text") for block in blocks if isinstance(block, dict)]
    return "\n\n".join(text for text in texts if isinstance(text, str) and text.strip())


def _raw(value: object) -> msgspec.Raw:
    return msgspec.Raw(msgspec.json.encode(value))


def _missing_in_params(
    plan: JobPlan, fields: Mapping[str, msgspec.Raw], own: set[str], info: ModelInfo | None
) -> dict[str, msgspec.Raw]:
    missing: dict[str, msgspec.Raw] = {}
    if "max_tokens" not in own:
        missing["max_tokens"] = _raw(plan.max_tokens)
    if "system" not in own and plan.system.strip():
        missing["system"] = _raw(plan.system)
    config = msgspec.json.decode(fields["output_config"], type=dict[str, msgspec.Raw]) if "output_config" in own else {}
    wanted: dict[str, msgspec.Raw] = {}
    if "effort" not in config and (effort := _possible(plan.effort, info)) is not None:
        wanted["effort"] = _raw(effort.value)
    if "format" not in config and plan.schema.strip():
        wanted["format"] = _raw({"type": "json_schema", "schema": msgspec.Raw(plan.schema)})
    if wanted:
        missing["output_config"] = _raw(config | wanted)
    return missing


def _missing_in_body(
    plan: JobPlan, fields: Mapping[str, msgspec.Raw], own: set[str], info: ModelInfo | None
) -> dict[str, msgspec.Raw]:
    missing: dict[str, msgspec.Raw] = {}
    if not own & {"max_tokens", "max_completion_tokens"}:
        missing["max_tokens" if plan.provider == "local" else "max_completion_tokens"] = _raw(plan.max_tokens)
    if plan.system.strip() and "messages" in own:
        messages = msgspec.json.decode(fields["messages"], type=list[msgspec.Raw])
        if not any(_role(message) in ("system", "developer") for message in messages):
            missing["messages"] = _raw([{"role": "system", "content": plan.system}, *messages])
    effort = _possible(plan.effort, info)
    if effort is not None and not own & {"reasoning", "reasoning_effort"}:
        missing["reasoning_effort"] = _raw(effort.value)
    if "response_format" not in own and plan.schema.strip():
        named = {"name": "answer", "strict": True, "schema": msgspec.Raw(plan.schema)}
        missing["response_format"] = _raw({"type": "json_schema", "json_schema": named})
    return missing


def _role(message: msgspec.Raw) -> object:
    return msgspec.json.decode(message, type=_ToldMessage).role


def _possible(wanted: Effort | None, info: ModelInfo | None) -> Effort | None:
    """The wanted effort, or the next lower one that the model knows; None where it cannot be chosen."""
    if wanted is None or info is None or not info.efforts:
        return None
    order = list(Effort)
    possible = [each for each in info.efforts if order.index(each) <= order.index(wanted)]
    return max(possible, key=order.index) if possible else min(info.efforts, key=order.index)
