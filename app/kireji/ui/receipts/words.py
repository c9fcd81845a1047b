"""What receipts are called and say, in the person's language."""

from __future__ import annotations

from datetime import datetime

from kireji.core.history import Sent
from kireji.core.ledger import AnsweredFacts, Outcome
from kireji.core.receipts import Piece, PieceKind
from kireji.ui.chat.words import count, dollars, provider_name, size
from kireji.ui.translation import locale, mark, plural, tr

_PURPOSES = {
    "answer": mark("A question"),
    "key test": mark("Test of a key"),
    "model list": mark("List of models"),
    "connection": mark("Connection without content"),
    "local server": mark("Look for a local server"),
    "balance": mark("What is left on the account"),
    "sign-in": mark("Sign-in"),
    "picture": mark("A picture that you named"),
    "page": mark("A page for a tool"),
    "tool server": mark("Call of a tool server"),
    "token count": mark("Count of tokens"),
    "job": mark("Rows of a job"),
    "job state": mark("Where a job stands"),
    "job results": mark("Results of a job"),
    "webhook": mark("Your own address, told of a job"),
    "update check": mark("Look for a newer version"),
}
_ROLES = {
    "user": mark("You"),
    "assistant": mark("The model"),
    "system": mark("Instructions"),
    "developer": mark("Instructions"),
    "tool": mark("A tool"),
}
_OUTCOMES = {
    Outcome.COMPLETE: mark("complete"),
    Outcome.STOPPED: mark("stopped"),
    Outcome.FAILED: mark("failed"),
}
_PIECES = {
    PieceKind.PICTURE: mark("Picture"),
    PieceKind.DOCUMENT: mark("Document"),
    PieceKind.THINKING: mark("Reasoning"),
    PieceKind.CALL: mark("Call of a tool"),
    PieceKind.RESULT: mark("Result of a tool"),
}


def purpose(name: str) -> str:
    """Why something was sent."""
    return tr(_PURPOSES[name]) if name in _PURPOSES else name


def role(name: str) -> str:
    """Who says a turn."""
    return tr(_ROLES[name]) if name in _ROLES else name


def moment(time: datetime) -> str:
    """Day and time in the person's own zone."""
    here = time.astimezone()
    language = locale()
    if language is None:
        return f"{here:%d %b %Y, %H:%M:%S}".lstrip("0")
    from PySide6.QtCore import QDateTime

    return language.toString(QDateTime.fromSecsSinceEpoch(int(here.timestamp())), language.dateTimeFormat())


def line(sent: Sent) -> str:
    """What stands in the list: why and where to on one line, when and how much on the next."""
    here = sent.time.astimezone()
    return f"{purpose(sent.purpose)} · {sent.host}\n{here:%H:%M:%S} · {size(sent.size)}"


def rows(sent: Sent, address: str) -> list[tuple[str, str]]:
    """Name and value of everything that is known of a request besides its words."""
    facts = sent.facts
    found = [(tr("Sent to"), address or sent.host), (tr("Service"), provider_name(sent.provider))]
    if sent.model:
        found.append((tr("Model"), sent.model))
    found.append((tr("For"), purpose(sent.purpose)))
    if sent.id:
        found.append((tr("When"), moment(sent.time)))
    found.append((tr("Size"), size(sent.size)))
    if counted := _in_it(sent):
        found.append((tr("In it"), counted))
    if facts.tools:
        found.append((tr("Tools"), tr(", ").join(facts.tools)))
    if facts.hidden:
        found.append((tr("Hidden for you"), _hidden(sent)))
    if facts.tokens is not None:
        found.append((tr("Estimated"), plural(facts.tokens, "1 token", "{n} tokens", n=count(facts.tokens))))
    if facts.price is not None:
        found.append((tr("At most"), dollars(facts.price)))
    if sent.answer is not None:
        found += _answer(sent.answer)
    found.append((tr("Receipt"), str(sent.id) if sent.id else tr("not sent")))
    found.append((tr("SHA-256 of the bytes"), sent.digest))
    return found


def of_piece(piece: Piece) -> str:
    """What a piece is that is no text."""
    words = [tr(_PIECES[piece.kind])] if piece.kind in _PIECES else []
    words += [part for part in (piece.text, piece.media_type, size(len(piece.data)) if piece.data else "") if part]
    return " · ".join(words)


def _in_it(sent: Sent) -> str:
    facts, words = sent.facts, []
    if facts.rows:
        words.append(plural(facts.rows, "1 row", "{n} rows", n=count(facts.rows)))
    if facts.messages:
        words.append(plural(facts.messages, "1 message", "{n} messages", n=count(facts.messages)))
    if facts.pictures:
        words.append(plural(facts.pictures, "1 picture", "{n} pictures", n=count(facts.pictures)))
    if facts.documents:
        words.append(plural(facts.documents, "1 document", "{n} documents", n=count(facts.documents)))
    return tr(", ").join(words)


def _hidden(sent: Sent) -> str:
    return tr(", ").join(f"{count(number)} × {kind}" for kind, number in sorted(sent.facts.hidden.items()))


def _answer(answer: AnsweredFacts) -> list[tuple[str, str]]:
    words = tr(_OUTCOMES[answer.outcome])
    if answer.attempts > 1:
        words += ", " + plural(answer.attempts, "sent once", "sent {n} times", n=count(answer.attempts))
    found = [(tr("Answer"), words)]
    if (usage := answer.usage) is not None:
        read = usage.input_tokens + usage.cache_read_tokens + usage.cache_write_tokens
        said = tr("{read} read, {written} written", read=count(read), written=count(usage.output_tokens))
        found += [(tr("Tokens"), said), (tr("Price"), dollars(usage.cost))]
    return found
