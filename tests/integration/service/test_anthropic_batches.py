"""Batches of the test service: strict about a batch, late about its rows, and able to fail in every way."""

from __future__ import annotations

import http.client
from collections.abc import Iterator
from typing import Any

import anthropic
import msgspec
import pytest

from tests.integration.service.asking import HEADERS, question, send, text, user
from tests.service import KEY, Rule, ServiceProcess, ServiceThread, Status
from tests.service.anthropic_batches import PATH
from tests.support.x11 import wait_until

MANY = 20_000
ACCEPT = HEADERS | {"accept": "application/binary"}


@pytest.fixture
def service() -> Iterator[ServiceThread]:
    with ServiceThread() as service:
        yield service


def row(custom_id: str = "a-1", words: str = "Why?", **more: Any) -> dict[str, Any]:
    return {"custom_id": custom_id, "params": question(user(text(words)), **more)}


def create(service: ServiceThread, *rows: Any, **more: Any) -> tuple[int, Any]:
    status, _, content = send(service, "POST", PATH, {"requests": list(rows), **more})
    return status, msgspec.json.decode(content)


def get(service: ServiceThread, rest: str) -> tuple[int, Any]:
    status, _, content = send(service, "GET", f"{PATH}{rest}")
    return status, msgspec.json.decode(content)


def ended(service: ServiceThread, id: str) -> Any:
    def there() -> bool:
        batch = service.batches.find(id)
        return batch is not None and batch.ended is not None

    service.until(there)
    return get(service, f"/{id}")[1]


def results(service: ServiceThread, id: str) -> dict[str, Any]:
    status, _, content = send(service, "GET", f"{PATH}/{id}/results", headers=ACCEPT)
    assert status == 200, content
    lines = [msgspec.json.decode(line) for line in content.splitlines()]
    assert len({line["custom_id"] for line in lines}) == len(lines)
    return {line["custom_id"]: line["result"] for line in lines}


def refused(answer: tuple[int, Any], status: int = 400) -> str:
    assert answer[0] == status, answer
    return str(answer[1]["error"]["message"])


def test_a_batch_tells_nothing_of_its_rows_before_it_has_ended(service: ServiceThread) -> None:
    service.control(batches={"seconds": None})
    status, made = create(service, row("a-1"), row("a-2", "How?"))
    assert (status, made["processing_status"], made["results_url"]) == (200, "in_progress", None)
    none = {"succeeded": 0, "errored": 0, "canceled": 0, "expired": 0}
    assert made["request_counts"] == {"processing": 2, **none}
    assert "has no results yet" in refused(get(service, f"/{made['id']}/results"))
    service.control(batches={"finish": True})
    batch = ended(service, made["id"])
    assert batch["request_counts"] == none | {"processing": 0, "succeeded": 2}
    found = results(service, made["id"])
    assert set(found) == {"a-1", "a-2"}
    assert "How?" in found["a-2"]["message"]["content"][-1]["text"]


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        ([], "at least 1 item"),
        ([row("a b")], "custom_id: String should match pattern"),
        ([row("")], "custom_id: String should match pattern"),
        ([row("x" * 65)], "custom_id: String should match pattern"),
        ([row("a-1"), row("a-1")], "custom_id must be unique within a batch: a-1"),
        ([row("a-1") | {"method": "POST"}], "unknown field"),
        ([{"custom_id": "a-1"}], "missing required field"),
        ([{"custom_id": "a-1", "params": []}], "params: Input should be a valid dictionary"),
        ([{"custom_id": 1, "params": {}}], "Expected `str`"),
    ],
)
def test_a_wrong_batch_is_refused_as_a_whole(service: ServiceThread, rows: list[Any], sentence: str) -> None:
    assert sentence in refused(create(service, *rows))
    assert service.batches.all == []


def test_a_batch_has_no_other_fields_than_its_rows(service: ServiceThread) -> None:
    assert "unknown field" in refused(create(service, row(), metadata={}))


@pytest.mark.parametrize("missing", ["x-api-key", "anthropic-version", "content-type"])
def test_the_headers_are_those_of_a_question(service: ServiceThread, missing: str) -> None:
    headers = {name: value for name, value in HEADERS.items() if name != missing}
    status, _, _ = send(service, "POST", PATH, {"requests": [row()]}, headers)
    assert status in (400, 401)


def test_no_more_rows_and_bytes_are_taken_than_a_batch_may_have() -> None:
    with ServiceThread(batch_limits=(2, 1000)) as service:
        assert create(service, row("a-1"), row("a-2"))[0] == 200
        assert "at most 2 items" in refused(create(service, row("a-1"), row("a-2"), row("a-3")))
        refused(create(service, row("a-1", "x" * 1000)), 413)


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ({"stream": False}, "stream: Extra inputs are not permitted"),
        ({"max_tokens": 0}, "max_tokens: Input should be greater"),
        ({"model": "claude-none"}, "model: claude-none"),
        ({"temperature": 1}, "temperature: Extra inputs are not permitted"),
        ({"messages": []}, "at least one message is required"),
    ],
)
def test_what_is_wrong_with_a_row_shows_when_it_runs(
    service: ServiceThread, more: dict[str, Any], sentence: str
) -> None:
    _, made = create(service, row("a-1", **more), row("a-2"))
    assert ended(service, made["id"])["request_counts"]["errored"] == 1
    result = results(service, made["id"])["a-1"]
    assert (result["type"], result["error"]["type"]) == ("errored", "error")
    assert sentence in result["error"]["error"]["message"]


def test_rows_are_answered_by_the_script(service: ServiceThread) -> None:
    service.enqueue(Rule(Status(402, "billing_error", "no credit"), contains="How"))
    _, made = create(service, row("a-1"), row("a-2", "How?"), row("a-3", "How else?"))
    ended(service, made["id"])
    found = {id: result["type"] for id, result in results(service, made["id"]).items()}
    assert found == {"a-1": "succeeded", "a-2": "errored", "a-3": "succeeded"}


def test_rows_like_one_before_are_answered_as_if_asked_alone(service: ServiceThread) -> None:
    _, made = create(service, row("a-1", "Short"), row("a-2", "Rather longer than that"), row("a-3", "Short"))
    ended(service, made["id"])
    found = results(service, made["id"])
    alone = msgspec.json.decode(
        send(service, "POST", "/v1/messages", question(user(text("Rather longer than that"))))[2]
    )
    quick = found["a-2"]["message"]
    assert quick["content"] == alone["content"]
    assert set(quick) == set(alone)
    assert abs(quick["usage"]["input_tokens"] - alone["usage"]["input_tokens"]) <= 1
    assert len({result["message"]["id"] for result in found.values()}) == 3


def test_the_list_is_paged_newest_first(service: ServiceThread) -> None:
    ids = [create(service, row())[1]["id"] for _ in range(5)]
    page = get(service, "?limit=2")[1]
    assert [batch["id"] for batch in page["data"]] == [ids[4], ids[3]]
    assert (page["has_more"], page["first_id"], page["last_id"]) == (True, ids[4], ids[3])
    page = get(service, f"?limit=2&after_id={ids[1]}")[1]
    assert [batch["id"] for batch in page["data"]] == [ids[0]]
    assert page["has_more"] is False
    assert "between 1 and 1000" in refused(get(service, "?limit=1001"))


def test_a_batch_that_is_called_back_ends_later_and_keeps_what_was_answered(service: ServiceThread) -> None:
    service.control(batches={"seconds": None, "cancel_seconds": 0.2, "before_cancel": 1})
    _, made = create(service, row("a-1"), row("a-2"))
    status, _, content = send(service, "POST", f"{PATH}/{made['id']}/cancel", headers=ACCEPT)
    assert (status, msgspec.json.decode(content)["processing_status"]) == (200, "canceling")
    batch = ended(service, made["id"])
    assert (batch["request_counts"]["succeeded"], batch["request_counts"]["canceled"]) == (1, 1)
    assert {result["type"] for result in results(service, made["id"]).values()} == {"succeeded", "canceled"}
    status, _, _ = send(service, "POST", f"{PATH}/{made['id']}/cancel", headers=ACCEPT)
    assert status == 400


def test_a_batch_expires_after_a_day_and_its_results_after_29(service: ServiceThread) -> None:
    service.control(batches={"seconds": None})
    _, made = create(service, row("a-1"))
    service.control(batches={"advance": 86_400})
    assert ended(service, made["id"])["request_counts"]["expired"] == 1
    assert results(service, made["id"]) == {"a-1": {"type": "expired"}}
    service.control(batches={"advance": 28 * 86_400})
    batch = get(service, f"/{made['id']}")[1]
    assert batch["archived_at"] is not None
    assert batch["results_url"] is None
    assert "no longer available" in refused(get(service, f"/{made['id']}/results"), 404)


def test_only_what_has_ended_is_deleted(service: ServiceThread) -> None:
    service.control(batches={"seconds": None})
    _, made = create(service, row())
    assert send(service, "DELETE", f"{PATH}/{made['id']}")[0] == 400
    service.control(batches={"finish": True})
    ended(service, made["id"])
    status, _, content = send(service, "DELETE", f"{PATH}/{made['id']}")
    assert (status, msgspec.json.decode(content)["type"]) == (200, "message_batch_deleted")
    refused(get(service, f"/{made['id']}"), 404)


@pytest.mark.parametrize(("how", "made"), [("swallow", 1), ("lose", 0)])
def test_the_answer_to_a_new_batch_may_never_come(service: ServiceThread, how: str, made: int) -> None:
    service.control(batches={how: 1})
    with pytest.raises(http.client.RemoteDisconnected):
        create(service, row())
    assert service.control()["batches"]["made"] == made
    assert create(service, row("b-1"))[0] == 200


def test_new_batches_are_refused_as_told(service: ServiceThread) -> None:
    order = {
        "refuse": [{"kind": "status", "status": 429, "error": "rate_limit_error", "headers": {"retry-after": "7"}}]
    }
    service.control(batches=order)
    status, headers, _ = send(service, "POST", PATH, {"requests": [row()]})
    assert (status, headers["retry-after"]) == (429, "7")
    assert create(service, row())[0] == 200


def test_a_fresh_batch_may_not_be_found_now_and_then(service: ServiceThread) -> None:
    service.control(batches={"missing": 2, "missing_results": 1})
    _, made = create(service, row())
    assert [get(service, f"/{made['id']}")[0] for _ in range(3)] == [404, 404, 200]
    ended(service, made["id"])
    assert [send(service, "GET", f"{PATH}/{made['id']}/results")[0] for _ in range(2)] == [404, 200]


@pytest.mark.parametrize(("how", "complete"), [("close", False), ("end", True), ("between", True)])
def test_results_break_off_where_told(service: ServiceThread, how: str, complete: bool) -> None:
    service.control(batches={"cut": [1], "cut_how": how})
    _, made = create(service, row("a-1"), row("a-2"), row("a-3"))
    ended(service, made["id"])
    path = f"{PATH}/{made['id']}/results"
    if complete:
        content = send(service, "GET", path)[2]
        assert content.count(b"\n") == 1
        assert content.endswith(b"\n") is (how == "between")
    else:
        with pytest.raises(http.client.IncompleteRead):
            send(service, "GET", path)
    assert service.control()["batches"]["orphaned"] == 3
    assert len(results(service, made["id"])) == 3
    assert service.control()["batches"]["orphaned"] == 0


def test_what_was_answered_is_counted(service: ServiceThread) -> None:
    service.control(batches={"expire": 1, "fail": 1})
    for prefix in ("a", "b", "a"):
        rows = [row(f"{prefix}-{number}", f"Row {number}") for number in range(4)]
        ended(service, create(service, *rows)[1]["id"])
    report = service.control(batches={"answered": True})["batches"]
    assert (report["made"], report["twice"], report["rows"], report["paid"]) == (3, 1, 12, 6)
    assert (report["distinct"], report["most"]) == (2, 3)
    assert report["answered"] == {"Row 2": 3, "Row 3": 3}


def test_many_rows_take_no_long_while() -> None:
    with ServiceProcess() as service:
        client = anthropic.Anthropic(base_url=service.base_url, api_key=KEY, max_retries=0)
        params: Any = {"model": "claude-haiku-5-5", "max_tokens": 50}
        rows: list[Any] = [
            {"custom_id": f"a-{n}", "params": params | {"messages": [{"role": "user", "content": f"Row {n}"}]}}
            for n in range(MANY)
        ]
        made = client.messages.batches.create(requests=rows)
        wait_until(lambda: client.messages.batches.retrieve(made.id).ended_at, "the batch has ended", every=0.1)
        seen = sum(item.result.type == "succeeded" for item in client.messages.batches.results(made.id))
        client.close()
        report = service.control()["batches"]
    assert seen == report["paid"] == report["distinct"] == MANY
