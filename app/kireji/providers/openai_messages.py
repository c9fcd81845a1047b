"""A conversation as the OpenAI shape wants it, repaired where an earlier turn was cut.

Every call of a tool is answered directly after the message that made it, results of calls that nobody made are left
out, the person speaks first and last, and turns of the same side are joined, because the templates of some models
refuse anything else. Reasoning goes back only to the service that wrote it, as part of the raw message.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator, Mapping
from typing import NoReturn, TypeAlias

import msgspec

from kireji.core.errors import RequestRejected
from kireji.core.messages import (
    DocumentPart,
    ImagePart,
    LinkedImagePart,
    Message,
    Role,
    Sha256,
    TextPart,
    ToolCallPart,
    ToolResultPart,
)
from kireji.core.requests import ModelRequest
from kireji.core.words import say
from kireji.providers.openai_dialect import Dialect

Json: TypeAlias = dict[str, object]

_NEVER_RAN = "Error: this call was not run."


class _RawCall(msgspec.Struct):
    id: str


class _RawAnswer(msgspec.Struct):
    """As much of a stored message as decides whether and how it may be sent."""

    role: str
    content: str | list[msgspec.Raw] | None = None
    tool_calls: list[_RawCall] | None = None


class _Turn(msgspec.Struct):
    """One message while it may still grow: `text` of a model, `content` of a person, or `whole`."""

    role: str
    content: list[Json] = []
    text: str = ""
    whole: Json | msgspec.Raw | None = None

    def written(self) -> Json | msgspec.Raw:
        if self.whole is not None:
            return self.whole
        if self.role == "assistant":
            return {"role": self.role, "content": self.text}
        if all(item["type"] == "text" for item in self.content):  # the form that every server and template takes
            return {"role": self.role, "content": "\n\n".join(str(item["text"]) for item in self.content)}
        return {"role": self.role, "content": self.content}


def chat_messages(request: ModelRequest, dialect: Dialect) -> list[Json | msgspec.Raw]:
    """The value of `messages`.

    Raises:
        RequestRejected: There is nothing to ask, or something that this dialect cannot carry.
    """
    transcript = _Transcript(request.blobs, dialect)
    for message in request.messages:
        if message.role is Role.USER:
            transcript.person(message)
        else:
            transcript.model(message)
    turns = transcript.finished()
    system: list[Json | msgspec.Raw] = [{"role": "system", "content": request.system}] if request.system.strip() else []
    return system + [turn.written() for turn in turns]


class _Transcript:
    def __init__(self, blobs: Mapping[Sha256, bytes], dialect: Dialect) -> None:
        self._blobs = blobs
        self._dialect = dialect
        self._turns: list[_Turn] = []
        self._calls: tuple[str, ...] = ()
        """Ids of the calls that the last message made and nobody has answered."""
        self._images = 0

    def person(self, message: Message) -> None:
        results = [part for part in message.parts if isinstance(part, ToolResultPart)]
        content = [*self._answer_calls(results), *self._question(message)]
        if not content:
            return
        if self._turns and self._turns[-1].role == "user":
            self._turns[-1].content += content
        else:
            self._turns.append(_Turn("user", content))

    def model(self, message: Message) -> None:
        if not self._turns:
            return
        self._answer_calls([])
        if self._replay(message):
            return
        if message.calls:
            self._turns.append(_Turn("assistant", whole=_with_calls(message)))
            self._calls = tuple(call.call_id for call in message.calls)
            return
        if not message.text.strip():
            return
        last = self._turns[-1]
        if last.role == "assistant" and last.whole is None:
            last.text += "\n\n" + message.text
        else:
            self._turns.append(_Turn("assistant", text=message.text))

    def finished(self) -> list[_Turn]:
        while self._turns and self._turns[-1].role == "assistant":  # a model is asked, not continued
            self._turns.pop()
        if not self._turns:
            raise RequestRejected(
                say("There is nothing to ask."),
                say("Type a question or add a picture."),
                provider=self._dialect.provider,
            )
        return self._turns

    def _replay(self, message: Message) -> bool:
        """Whether the stored message is sent as it is."""
        if message.raw is None or message.raw_from != self._dialect.provider or not self._dialect.replays:
            return False
        try:
            raw = msgspec.json.decode(message.raw, type=_RawAnswer)
        except msgspec.MsgspecError:  # blocks of the same service's other shape
            return False
        said = raw.content.strip() if isinstance(raw.content, str) else raw.content
        if raw.role != "assistant" or not (said or raw.tool_calls):
            return False
        self._turns.append(_Turn("assistant", whole=msgspec.Raw(message.raw)))
        self._calls = tuple(call.id for call in raw.tool_calls or ())
        return True

    def _answer_calls(self, results: Iterable[ToolResultPart]) -> list[Json]:
        """Write one result for each open call; returns what of them only a person's message can carry."""
        found: dict[str, ToolResultPart] = {}
        for result in results:
            found.setdefault(result.call_id, result)
        carried: list[Json] = []
        for call_id in self._calls:
            answered = found.get(call_id)
            text = self._result(answered) if answered else _NEVER_RAN
            self._turns.append(_Turn("tool", whole={"role": "tool", "tool_call_id": call_id, "content": text}))
            carried += self._carried(answered) if answered else []
        self._calls = ()
        return carried

    def _result(self, result: ToolResultPart) -> str:
        texts = [item.text for item in result.content if isinstance(item, TextPart) and item.text.strip()]
        texts += [self._plain(item) for item in result.content if _is_plain(item)]
        if any(not isinstance(item, TextPart) and not _is_plain(item) for item in result.content):
            texts.append("(What it returned besides follows in the next message.)")
        text = "\n\n".join(texts)
        return f"Error: {text or 'it failed.'}" if result.is_error else text or "(It returned nothing.)"

    def _carried(self, result: ToolResultPart) -> list[Json]:
        items = [item for item in result.content if not isinstance(item, TextPart) and not _is_plain(item)]
        if not items:
            return []
        return [_text(f"Returned by the call {result.call_id}:"), *(self._attachment(item) for item in items)]

    def _question(self, message: Message) -> Iterator[Json]:
        """Pictures, documents, words; pictures are numbered through the conversation once there are several."""
        pictures = [part for part in message.parts if isinstance(part, ImagePart | LinkedImagePart)]
        for picture in pictures:
            self._images += 1
            if self._images > 1 or len(pictures) > 1:
                yield _text(f"Image {self._images}:")
            yield self._attachment(picture)
        for part in message.parts:
            if isinstance(part, DocumentPart):
                yield _text(self._plain(part)) if _is_plain(part) else self._attachment(part)
        for part in message.parts:
            if isinstance(part, TextPart) and part.text.strip():
                yield _text(part.text)

    def _attachment(self, part: ImagePart | LinkedImagePart | DocumentPart) -> Json:
        match part:
            case ImagePart(blob, media_type):
                return _picture(_data_url(media_type, self._blobs[blob]))
            case LinkedImagePart(url):
                if not self._dialect.links:
                    self._refuse(say("cannot fetch pictures from the web"), say("Add the picture itself."))
                return _picture(url)
            case DocumentPart(blob, media_type, title):
                if not self._dialect.files:
                    self._refuse(
                        say("cannot read PDF documents"), say("Choose another model, or paste the document's text.")
                    )
                name = title or "document"
                name += "" if name.lower().endswith(".pdf") else ".pdf"
                data = _data_url(media_type, self._blobs[blob])
                return {"type": "file", "file": {"filename": name, "file_data": data}}

    def _plain(self, part: object) -> str:
        assert isinstance(part, DocumentPart)
        text = self._blobs[part.blob].decode("utf-8", "replace")
        return f"Document “{part.title}”:\n\n{text}" if part.title else f"Document:\n\n{text}"

    def _refuse(self, what: str, hint: str) -> NoReturn:
        name = self._dialect.display
        raise RequestRejected(f"{name[:1].upper()}{name[1:]} {what}.", hint, provider=self._dialect.provider)


def _is_plain(part: object) -> bool:
    return isinstance(part, DocumentPart) and part.media_type.startswith("text/")


def _text(text: str) -> Json:
    return {"type": "text", "text": text}


def _picture(url: str) -> Json:
    return {"type": "image_url", "image_url": {"url": url}}


def _data_url(media_type: str, data: bytes) -> str:
    return f"data:{media_type};base64,{base64.b64encode(data).decode()}"


def _with_calls(message: Message) -> Json:
    return {
        "role": "assistant",
        "content": message.text if message.text.strip() else None,
        "tool_calls": [_call(part) for part in message.calls],
    }


def _call(part: ToolCallPart) -> Json:
    return {
        "id": part.call_id,
        "type": "function",
        "function": {"name": part.name, "arguments": part.arguments if is_json_object(part.arguments) else "{}"},
    }


def is_json_object(text: str) -> bool:
    """Whether `text` is a whole JSON object; servers whose templates read arguments fail on anything else."""
    try:
        msgspec.json.decode(text, type=dict[str, msgspec.Raw])
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        return False
    return True
