"""Receipts as lines of text and as JSON."""

from __future__ import annotations

import base64
from collections.abc import Iterator

from kireji.cli.values import time_value, usage_value
from kireji.core.history import Sent
from kireji.core.ledger import AnsweredFacts, Verification
from kireji.core.receipts import Contents, Piece, PieceKind, Receipt, SentTurn, read_body
from kireji.services import receipt_words


def receipt_lines(receipt: Receipt, *, contents: bool = True) -> Iterator[str]:
    """A receipt for a person.

    Args:
        receipt: Which.
        contents: With everything that was said in it.
    """
    sent, facts = receipt.sent, receipt.sent.facts
    yield f"Receipt {sent.id}, {sent.time.astimezone():%Y-%m-%d %H:%M:%S}" if sent.id else "What would be sent"
    yield _row("Sent to", receipt.address or f"{sent.host} ({sent.provider})")
    yield _row("For", f"{sent.purpose}, in conversation {sent.conversation}" if sent.conversation else sent.purpose)
    if sent.model:
        yield _row("Model", sent.model)
    yield _row("Size", f"{sent.size:,} bytes, SHA-256 {sent.digest}")
    if in_it := _in_it(sent):
        yield _row("In it", in_it)
    if facts.hidden:
        yield _row("Hidden", ", ".join(f"{count} {kind}" for kind, count in sorted(facts.hidden.items())))
    if facts.tokens is not None:
        price = "" if facts.price is None else f", at most {_dollars(facts.price)}"
        yield _row("Estimated", f"{facts.tokens:,} tokens{price}")
    if sent.answer is not None:
        yield _row("Answer", _answer(sent.answer))
    yield receipt_words.evidence(receipt) + (f" {receipt.note}" if receipt.note else "")
    if contents and receipt.body:
        yield from _contents(read_body(receipt.body))


def sent_row(sent: Sent) -> tuple[str, ...]:
    """A line of the list."""
    answer = sent.answer
    usage = answer.usage if answer else None
    return (
        str(sent.id),
        f"{sent.time.astimezone():%Y-%m-%d %H:%M:%S}",
        sent.purpose,
        sent.host,
        sent.model or "-",
        f"{sent.size:,}",
        str(sent.facts.pictures) if sent.facts.pictures else "-",
        f"{usage.total_tokens:,}" if usage else "-",
        _dollars(usage.cost) if usage and usage.cost is not None else "-",
        answer.outcome.value if answer else "-",
    )


SENT_HEAD = ("ID", "TIME", "FOR", "HOST", "MODEL", "BYTES", "PICTURES", "TOKENS", "COST", "ENDED")


def sent_value(sent: Sent) -> dict[str, object]:
    """A row of the ledger as JSON."""
    facts = sent.facts
    return {
        "id": sent.id,
        "time": time_value(sent.time),
        "purpose": sent.purpose,
        "provider": sent.provider,
        "host": sent.host,
        "model": sent.model,
        "conversation": sent.conversation,
        "question": facts.question,
        "method": facts.method,
        "size": sent.size,
        "sha256": sent.digest,
        "address_sha256": facts.target,
        "rows": facts.rows,
        "messages": facts.messages,
        "pictures": facts.pictures,
        "documents": facts.documents,
        "tools": list(facts.tools),
        "hidden": dict(facts.hidden),
        "estimate": {"tokens": facts.tokens, "price": facts.price},
        "answer": _answer_value(sent.answer),
    }


def receipt_value(receipt: Receipt, *, contents: bool = True) -> dict[str, object]:
    """A receipt as JSON; pictures and documents in base64."""
    value = sent_value(receipt.sent) | {
        "evidence": receipt.evidence.value,
        "exact": receipt.exact,
        "sentence": receipt_words.evidence(receipt),
        "note": receipt.note,
        "address": receipt.address or None,
    }
    if contents:
        value["contents"] = None if receipt.body is None else _contents_value(read_body(receipt.body))
    return value


def verification_value(found: Verification) -> dict[str, object]:
    """The result of a check as JSON."""
    return {
        "intact": found.intact,
        "witnessed": found.witnessed,
        "requests": found.requests,
        "sealed": found.sealed,
        "begun": time_value(found.begun) if found.begun else None,
        "mark": receipt_words.mark_of(found),
        "findings": [
            {
                "fault": one.fault.value,
                "first": one.first,
                "last": one.last,
                "sentence": receipt_words.finding(one),
            }
            for one in found.findings
        ],
        "sentence": receipt_words.outcome(found),
    }


def _row(name: str, value: str) -> str:
    return f"{name + ':':<11}{value}"


def _in_it(sent: Sent) -> str:
    facts = sent.facts
    counts = (
        (facts.rows, "row"),
        (facts.messages, "message"),
        (facts.pictures, "picture"),
        (facts.documents, "document"),
    )
    words = [f"{count} {noun}{'s' if count != 1 else ''}" for count, noun in counts if count]
    if facts.tools:
        words.append(f"{len(facts.tools)} tool{'s' if len(facts.tools) != 1 else ''} ({', '.join(facts.tools)})")
    return ", ".join(words)


def _answer(answer: AnsweredFacts) -> str:
    words = answer.outcome.value + (f" ({answer.reason})" if answer.reason else "")
    if answer.attempts > 1:
        words += f", sent {answer.attempts} times"
    if (usage := answer.usage) is not None:
        read = usage.input_tokens + usage.cache_read_tokens + usage.cache_write_tokens
        words += f"; {read:,} tokens read ({usage.cache_read_tokens:,} from the cache), {usage.output_tokens:,} written"
        words += "" if usage.cost is None else f", {_dollars(usage.cost)}"
    return words


def _dollars(amount: float) -> str:
    return f"${amount:.6f}".rstrip("0").rstrip(".")


def _contents(contents: Contents) -> Iterator[str]:
    if contents.system:
        yield from ("", "--- instructions ---", contents.system)
    for turn in contents.turns:
        yield from ("", f"--- {turn.role} ---", *map(_piece, turn.pieces))
    for name, text in contents.tools.items():
        yield from ("", f"--- tool {name} ---", text)
    if contents.rest:
        yield from ("", "--- everything else ---")
        yield from (f"{name}: {text}" if name else text for name, text in contents.rest.items())


def _piece(piece: Piece) -> str:
    if piece.kind is PieceKind.TEXT:
        return piece.text
    words = [piece.media_type, f"{len(piece.data):,} bytes" if piece.data else "", piece.text]
    return f"[{piece.kind.value}: {', '.join(filter(None, words))}]"


def _contents_value(contents: Contents) -> dict[str, object]:
    return {
        "system": contents.system,
        "turns": [_turn_value(turn) for turn in contents.turns],
        "tools": dict(contents.tools),
        "rest": dict(contents.rest),
    }


def _turn_value(turn: SentTurn) -> dict[str, object]:
    pieces = []
    for piece in turn.pieces:
        value: dict[str, object] = {"kind": piece.kind.value, "text": piece.text}
        if piece.media_type:
            value |= {"media_type": piece.media_type, "data": base64.b64encode(piece.data).decode()}
        pieces.append(value)
    return {"role": turn.role, "pieces": pieces}


def _answer_value(answer: AnsweredFacts | None) -> dict[str, object] | None:
    if answer is None:
        return None
    return {
        "outcome": answer.outcome.value,
        "reason": answer.reason,
        "attempts": answer.attempts,
        "usage": usage_value(answer.usage) if answer.usage else None,
    }
