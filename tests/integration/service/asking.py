"""Plain requests to the service, and what stands in them."""

from __future__ import annotations

import base64
import http.client
import io
from contextlib import closing
from typing import Any
from urllib.parse import urlsplit

import msgspec
from PIL import Image

from tests.service import KEY, ServiceThread

HEADERS = {"x-api-key": KEY, "anthropic-version": "2026-10-21", "content-type": "application/json"}
PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
)
CACHE: dict[str, Any] = {"cache_control": {"type": "ephemeral"}}


def send(
    service: ServiceThread, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None
) -> tuple[int, dict[str, str], bytes]:
    """Status, headers and body of an answer."""
    connection = http.client.HTTPConnection(urlsplit(service.base_url).netloc, timeout=30)
    raw = msgspec.json.encode(body) if body is not None else None
    with closing(connection):
        connection.request(method, path, raw, HEADERS if headers is None else headers)
        with connection.getresponse() as answer:
            content, names = answer.read(), {name.lower(): value for name, value in answer.getheaders()}
    return answer.status, names, content


def post(service: ServiceThread, body: Any, **headers: str) -> tuple[int, Any]:
    """Status and value of the answer to a question."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    status, _, content = send(service, "POST", "/v1/messages", body, {**HEADERS, **named})
    return status, msgspec.json.decode(content)


def streamed(service: ServiceThread, body: Any) -> bytes:
    """The stream that answers a question."""
    status, headers, content = send(service, "POST", "/v1/messages", {**body, "stream": True})
    assert (status, headers["content-type"]) == (200, "text/event-stream; charset=utf-8")
    return content


def user(*content: Any) -> dict[str, Any]:
    return {"role": "user", "content": list(content)}


def assistant(*content: Any) -> dict[str, Any]:
    return {"role": "assistant", "content": list(content)}


def text(words: str, **more: Any) -> dict[str, Any]:
    return {"type": "text", "text": words, **more}


def picture(width: int, height: int, kind: str = "PNG") -> str:
    """A picture of one colour in base64."""
    file = io.BytesIO()
    Image.new("RGB", (width, height), "navy").save(file, kind)
    return base64.b64encode(file.getvalue()).decode()


def image(data: str, media_type: str = "image/png", **more: Any) -> dict[str, Any]:
    return {"type": "image", "source": {"type": "base64", "media_type": media_type, "data": data}, **more}


def document(source: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"type": "document", "source": source, **more}


def pdf(data: bytes = PDF) -> dict[str, Any]:
    return {"type": "base64", "media_type": "application/pdf", "data": base64.b64encode(data).decode()}


def call(id: str = "toolu_1", **more: Any) -> dict[str, Any]:
    return {"type": "tool_use", "id": id, "name": "look", "input": {}, **more}


def result(id: str = "toolu_1", **more: Any) -> dict[str, Any]:
    return {"type": "tool_result", "tool_use_id": id, "content": "seen", **more}


def tool(name: str = "look", **more: Any) -> dict[str, Any]:
    return {"name": name, "input_schema": {"type": "object", "properties": {}}, **more}


def shaped(schema: dict[str, Any]) -> dict[str, Any]:
    """An output_config that wants a form."""
    return {"output_config": {"format": {"type": "json_schema", "schema": schema}}}


def record(**properties: Any) -> dict[str, Any]:
    """The schema of an object with these properties."""
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def question(*messages: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {
        "model": "claude-haiku-5-5",
        "max_tokens": 100,
        "messages": list(messages) or [user(text("Why?"))],
        **fields,
    }
