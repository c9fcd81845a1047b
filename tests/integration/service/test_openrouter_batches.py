"""OpenRouter's batches of the test service: strict about the order of keys, late about what is in the rows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from tests.integration.service.asking import send
from tests.service.openrouter import KEY
from tests.service.openrouter_batches import PATH
from tests.service.personas import PersonaThread

HEADERS = {"authorization": f"Bearer {KEY}", "content-type": "application/json"}
MODEL = "openai/gpt-test"


@pytest.fixture
def service() -> Iterator[PersonaThread]:
    with PersonaThread("openrouter") as service:
        yield service


def row(custom_id: str = "a-1", words: str = "Why?", **more: Any) -> dict[str, Any]:
    body = {"model": MODEL, "messages": [{"role": "user", "content": words}], "max_tokens": 50, **more}
    return {"custom_id": custom_id, "body": body}


def batch(*rows: Any, **more: Any) -> dict[str, Any]:
    return {"endpoint": "/v1/chat/completions", "model": MODEL, **more, "requests": list(rows)}


def ask(service: PersonaThread, method: str, rest: str = "", body: Any = None) -> tuple[int, Any]:
    status, _, content = send(service, method, PATH + rest, body, HEADERS)
    return status, msgspec.json.decode(content)


def ended(service: PersonaThread, id: str) -> Any:
    def there() -> bool:
        found = service.batches.find(id)
        return found is not None and found.ended is not None

    service.until(there)
    return ask(service, "GET", f"/{id}")[1]


def test_a_batch_is_taken_and_answered_with_its_results_inline(service: PersonaThread) -> None:
    status, made = ask(service, "POST", "", batch(row("a-1"), row("a-2", "How?")))
    assert (status, made["status"], made["results"]) == (202, "validating", None)
    found = ended(service, made["id"])
    assert (found["status"], found["request_counts"]) == ("completed", {"total": 2, "completed": 2, "failed": 0})
    bodies = {result["custom_id"]: result["response"]["body"] for result in found["results"]}
    assert "How?" in bodies["a-2"]["choices"][0]["message"]["content"]
    assert found["usage"]["cost"] == pytest.approx(sum(body["usage"]["cost"] for body in bodies.values()))


def test_the_requests_come_last(service: PersonaThread) -> None:
    wrong = {"requests": [row()], "endpoint": "/v1/chat/completions", "model": MODEL}
    status, answer = ask(service, "POST", "", wrong)
    assert status == 400
    assert "must be the last field" in answer["error"]["message"]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (batch(), 400),
        (batch(row("a-1"), row("a-1")), 400),
        (batch(row(), endpoint="/v1/completions"), 400),
        (batch(row(), completion_window="1h"), 400),
        (batch(row(), provider={"zdr": True}), 400),
        (batch(row(), model="google/none"), 404),
        (batch(row(), model="openrouter/auto"), 404),
        ({"endpoint": "/v1/chat/completions", "requests": [row()]}, 400),
    ],
)
def test_a_wrong_batch_is_refused(service: PersonaThread, body: Any, status: int) -> None:
    assert ask(service, "POST", "", body)[0] == status


@pytest.mark.parametrize(
    "wrong",
    [
        row("a-1", model="mistral/words-only"),
        row(
            "a-1",
            messages=[
                {"role": "user", "content": [{"type": "image_url", "image_url": {"url": "data:image/png;base64,AA=="}}]}
            ],
        ),
    ],
)
def test_what_is_wrong_with_a_row_fails_the_batch_later(service: PersonaThread, wrong: Any) -> None:
    status, made = ask(service, "POST", "", batch(row("a-0"), wrong))
    assert status == 202
    found = ended(service, made["id"])
    assert (found["status"], found["results"]) == ("failed", None)
    assert "a-1" in found["error"]["message"]


def test_only_models_with_such_a_variant_have_batches(service: PersonaThread) -> None:
    listed = msgspec.json.decode(send(service, "GET", "/api/v1/models")[2])["data"]
    variants = [entry["id"] for entry in listed if entry["id"].endswith(":batch")]
    assert variants == ["openai/gpt-test:batch", "mistral/words-only:batch"]


def test_results_come_in_pages(service: PersonaThread) -> None:
    _, made = ask(service, "POST", "", batch(*(row(f"a-{n}", f"Row {n}") for n in range(5))))
    ended(service, made["id"])
    seen, cursor = [], ""
    while True:
        page = ask(service, "GET", f"/{made['id']}/results?limit=2{cursor}")[1]
        seen += [result["custom_id"] for result in page["data"]]
        if not page["has_more"]:
            break
        cursor = f"&cursor={page['next_cursor']}"
    assert sorted(seen) == [f"a-{n}" for n in range(5)]


def test_the_list_tells_no_results(service: PersonaThread) -> None:
    ids = [ask(service, "POST", "", batch(row()))[1]["id"] for _ in range(3)]
    page = ask(service, "GET", "?limit=2")[1]
    assert [entry["id"] for entry in page["data"]] == [ids[2], ids[1]]
    assert all(entry["results"] is None for entry in page["data"])
    assert page["has_more"]


def test_results_are_gone_after_their_time(service: PersonaThread) -> None:
    _, made = ask(service, "POST", "", batch(row()))
    ended(service, made["id"])
    service.control(batches={"advance": 30 * 86_400})
    assert ask(service, "GET", f"/{made['id']}")[0] == 410
    assert ask(service, "GET", f"/{made['id']}/results")[0] == 410
