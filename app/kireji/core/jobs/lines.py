"""Lines of JSONL: three shapes in, one row out, or the reason why not.

    {"prompt": "...", "image": "path or address"?, "images": [...]?, "id": "..."?}
    {"custom_id": "...", "params": {...}}                        as Anthropic's batches take them
    {"custom_id": "...", "method": "POST", "url": "...", "body": {...}}    as OpenAI's take them

Nothing in a line is passed over: what has no place in its row makes the line refused, with a sentence that names it.
"""

from __future__ import annotations

import re
from typing import NamedTuple, NoReturn

import msgspec

from kireji.core.jobs.conversion import NotCarried, askable, form_of
from kireji.core.jobs.forms import why_not_about
from kireji.core.jobs.line_words import WRONG, too_deep, why_broken, wrong_kind
from kireji.core.jobs.ports import BatchLimits
from kireji.core.jobs.requests import named_images
from kireji.core.jobs.values import JobPlan, LineKind, Mode
from kireji.core.structured.forms import AnswerForm
from kireji.core.words import say

LARGEST_LINE = 32_000_000
"""Bytes: what the services take in one question."""
LONGEST_ID = 256
"""Characters of a person's own id."""
MOST_IMAGES = 100
"""Pictures of one line: what the services take in one question."""
_MISSING = re.compile(r"missing required field `(\w+)`")
_CHAT = ("/v1/chat/completions", "/chat/completions")
_MESSAGES = ("/v1/messages", "/messages")
_NOTHING = msgspec.Raw()
_NULL, _TEXT = msgspec.Raw(b"null"), msgspec.Raw(b'"text"')


class LineRefused(Exception):
    """A line that cannot become a row; `sentence` says why, `id` is the person's own where it was read."""

    def __init__(self, sentence: str, id: str = "") -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.id = id


class Line(NamedTuple):
    """What stands in a line.

    Args:
        kind: Its shape.
        content: JSON, as it was read.
        prompt: The words of a PROMPT; None takes the plan's, and for other kinds.
        id: The person's own; empty when there is none.
        model: The one it names; empty when it names none.
        images: Names of files and addresses on the web, in order.
    """

    kind: LineKind
    content: bytes
    prompt: str | None = None
    id: str = ""
    model: str = ""
    images: tuple[str, ...] = ()


class _Read(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    prompt: str | None = None
    image: str | tuple[str, ...] | None = None
    images: tuple[str, ...] | None = None
    id: str | int | None = None
    custom_id: str | int | None = None
    params: msgspec.Raw = _NOTHING
    method: str | None = None
    url: str | None = None
    body: msgspec.Raw = _NOTHING


_decode = msgspec.json.Decoder(_Read).decode


class PlainLine(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    """A line with nothing but a prompt and an id, as most are.

    Args:
        prompt: The words.
        id: The person's own.
    """

    prompt: str
    id: str = ""


class _Message(msgspec.Struct):
    role: str


class _Body(msgspec.Struct):
    """As much of a body as decides whether it can be asked."""

    model: str | None = None
    messages: list[_Message] = []
    max_tokens: int | None = None
    max_completion_tokens: int | None = None
    speed: object = None
    output_config: dict[str, msgspec.Raw] | None = None
    response_format: dict[str, msgspec.Raw] | None = None


class LineReader:
    """Reads lines for one job.

    Args:
        plan: What is to be done with every row.
        limits: Of the service's batches; None where rows go one by one.
    """

    def __init__(self, plan: JobPlan, limits: BatchLimits | None = None) -> None:
        self._plan = plan
        self._limits = limits if plan.mode is Mode.BATCH else None
        self._form = form_of(plan.provider)
        self._needs_pictures = plan.form is AnswerForm.COMPARISON
        self._decode_plain = msgspec.json.Decoder(PlainLine).decode
        self.largest = min(LARGEST_LINE, self._limits.row_bytes if self._limits is not None else LARGEST_LINE)

    def plain(self, line: bytes) -> PlainLine | None:
        """A good line with nothing but a prompt and an id; None for every other, which `read` tells about.

        Args:
            line: Without the end of line; not over the limit.
        """
        try:
            read = self._decode_plain(line)
        except (msgspec.MsgspecError, UnicodeError, RecursionError):
            return None
        id = read.id
        if (
            read.prompt.isspace()
            or not read.prompt
            or self._needs_pictures
            or len(id) > LONGEST_ID
            or not id.isprintable()
        ):
            return None
        return None if not id and b'"id"' in line else read

    def read(self, line: bytes) -> Line:
        """What a line says.

        Args:
            line: Without the end of line.

        Raises:
            LineRefused: It cannot become a row.
        """
        if len(line) > self.largest:
            raise LineRefused(too_large(self.largest))
        try:
            if not line.isascii():
                line.decode()  # what is passed on unread is not checked by the JSON reader
            read = _decode(line)
        except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
            raise LineRefused(why_broken(line, error)) from error
        id = own_id(read.id, read.custom_id)
        try:
            return self._read(line, read, id)
        except LineRefused as error:
            raise LineRefused(error.sentence, id) from error

    def _read(self, line: bytes, read: _Read, id: str) -> Line:
        if read.params is _NOTHING and read.body is _NOTHING:
            return self._prompt(line, read, id)
        both = read.params is not _NOTHING and read.body is not _NOTHING
        if both or read.prompt is not None or read.image is not None or read.images is not None:
            raise LineRefused(say("The line has more than one of prompt, params and body."))
        if self._plan.form is not AnswerForm.TEXT:
            raise LineRefused(
                say("The line brings a whole question along; this job asks its own about a prompt, pictures, or both.")
            )
        return self._raw(read, id)

    def _prompt(self, line: bytes, read: _Read, id: str) -> Line:
        if read.method is not None or read.url is not None:
            raise LineRefused(say("The line has a method or a url, but no body."))
        images = named_images(read.image, read.images)
        if len(images) > MOST_IMAGES:
            raise LineRefused(say("The line names more than {most} pictures.", most=MOST_IMAGES))
        if why := why_not_about(self._plan.form, read.prompt or "", len(images)):
            raise LineRefused(why)
        if read.prompt is None:
            if not images:
                raise LineRefused(say("The line has neither a prompt, nor params, nor a body."))
            if self._plan.form is AnswerForm.TEXT and not self._plan.prompt.strip():
                raise LineRefused(say("The line has no prompt, and the job has none for lines without."))
        elif not read.prompt or read.prompt.isspace():
            raise LineRefused(say("The prompt is empty."))
        for name in images:
            if not name.strip():
                raise LineRefused(say("The name of the picture is empty."))
        return Line(LineKind.PROMPT, line, read.prompt, id, "", images)

    def _raw(self, read: _Read, id: str) -> Line:
        if read.params is not _NOTHING:
            if read.method is not None or read.url is not None:
                raise LineRefused(say("A line with params has neither a method nor a url."))
            kind, content = LineKind.PARAMS, bytes(read.params)
        else:
            kind, content = _addressed(read), bytes(read.body)
        try:
            body = msgspec.json.decode(content, type=_Body)
        except msgspec.ValidationError as error:
            raise LineRefused(_not_askable(kind, error)) from error
        except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:  # deeper than what was passed over before
            raise LineRefused(too_deep()) from error
        if not body.messages:
            raise LineRefused(say("There are no messages in it."))
        for limit in (body.max_tokens, body.max_completion_tokens):
            if limit is not None and limit < 1:
                raise LineRefused(say("max_tokens is {limit}; an answer needs at least 1.", limit=limit))
        return Line(kind, self._askable(kind, body, content), None, id, body.model or "")

    def _askable(self, kind: LineKind, body: _Body, content: bytes) -> bytes:
        if self._limits is not None and body.speed is not None:
            raise LineRefused(say("Batches know no “{what}”.", what="speed"))
        if self._plan.schema and _has_schema(body):
            raise LineRefused(say("The line has a schema of its own, and the job has one, too."))
        if self._limits is not None and not self._limits.stored_pictures and brings_pictures(content):
            raise LineRefused(only_on_the_web())
        try:
            return askable(content, kind, self._plan)
        except NotCarried as error:
            raise LineRefused(f"{error.sentence} {error.next_step(self._form)}") from error


def own_id(*given: str | int | None) -> str:
    """The person's own id of a row; empty when none is given.

    Raises:
        LineRefused: It is no id.
    """
    named = [str(one) for one in given if one is not None]
    if not named:
        return ""
    if len(named) > 1:
        raise LineRefused(say("The line has two ids."))
    if not named[0]:
        raise LineRefused(say("The id is empty."))
    if len(named[0]) > LONGEST_ID:
        raise LineRefused(say("The id is longer than {most} characters.", most=LONGEST_ID))
    if not named[0].isprintable():
        raise LineRefused(say("The id holds characters that cannot be seen."))
    return named[0]


def model_named(line: bytes) -> str:
    """The model that a line names; empty where it names none, or cannot be asked by any service.

    Args:
        line: Without the end of line.
    """
    try:
        read = _decode(line)
        if read.params is _NOTHING and read.body is not _NOTHING:
            _addressed(read)
        content = read.body if read.params is _NOTHING else read.params
        body = msgspec.json.decode(content or b"{}", type=_Body)
    except (LineRefused, msgspec.MsgspecError, UnicodeError, RecursionError):
        return ""
    return (body.model or "") if body.messages else ""


def too_large(most: int) -> str:
    """Why a line over the limit is refused."""
    return say("The line is larger than the {most} MB that one question may have.", most=f"{most / 1_000_000:g}")


def only_on_the_web() -> str:
    """Why a line with a picture of this computer is refused."""
    return say("This service's batches take pictures from the web only.")


def brings_pictures(content: bytes) -> bool:
    """Whether pictures or documents stand in a body itself, instead of their addresses."""
    return (b"data:" in content and b";base64," in content) or b'"base64"' in content


def _addressed(read: _Read) -> LineKind:
    """The form of a body by the address that the line names."""
    if read.method is not None and read.method.upper() != "POST":
        raise LineRefused(say("The method is {method}; questions are asked with POST.", method=read.method[:20]))
    if read.url is None:
        return LineKind.BODY
    path = "/" + read.url.partition("://")[2].partition("/")[2] if "://" in read.url else read.url
    if path.endswith(_CHAT):
        return LineKind.BODY
    if path.endswith(_MESSAGES):
        return LineKind.PARAMS
    return _refuse(say("Lines for {url} are not known here, only for /v1/chat/completions.", url=read.url[:60]))


def _refuse(sentence: str) -> NoReturn:
    raise LineRefused(sentence)


def _not_askable(kind: LineKind, error: msgspec.ValidationError) -> str:
    name = "params" if kind is LineKind.PARAMS else "body"
    if missing := _MISSING.search(str(error)):
        return say("A message has no “{field}”.", field=missing[1])
    found = WRONG.search(str(error))
    if found is None or found[2] is None:
        return say("“{name}” is not a JSON object.", name=name)
    return wrong_kind(f"{name}.{found[2]}", found[1])


def _has_schema(body: _Body) -> bool:
    config, form = body.output_config or {}, body.response_format or {}
    return bytes(config.get("format", _NULL)) != b"null" or bytes(form.get("type", _TEXT)) != b'"text"'
