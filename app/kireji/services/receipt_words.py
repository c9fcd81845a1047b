"""What is said of receipts and of the ledger, in sentences."""

from __future__ import annotations

from kireji.core.ledger import Fault, Finding, Verification
from kireji.core.receipts import Evidence, Receipt
from kireji.core.words import say


def evidence(receipt: Receipt) -> str:
    """How it is known what was sent."""
    match receipt.evidence:
        case Evidence.AHEAD:
            return say("Nothing has been sent. Exactly these bytes would leave if you asked now.")
        case Evidence.KEPT:
            return say("This matches what was sent: the bytes were kept, and their hash is the one in the ledger.")
        case Evidence.REBUILT:
            return say(
                "This matches what was sent: it was made again from the conversation, and its hash is the one in the"
                " ledger."
            )
        case Evidence.EMPTY:
            return say("It had no body: what left was its address.")
        case Evidence.DIFFERENT:
            return say("This is not what was sent, but what would be sent for it today.")
        case Evidence.GONE:
            return say("What was sent cannot be shown any more.")


def outcome(verification: Verification) -> str:
    """The result of a check in one sentence."""
    if verification.intact and verification.witnessed:
        return say(
            "The ledger is whole: none of its {count} requests was changed, removed or added since it was written.",
            count=verification.requests,
        )
    if verification.intact:
        return say(
            "The {count} requests in the ledger hold together, but nothing says whether some are missing at its end.",
            count=verification.requests,
        )
    return say("The ledger is not what was written.")


def finding(found: Finding) -> str:
    """What is wrong, in one sentence."""
    rows = _rows(found)
    match found.fault:
        case Fault.CHANGED:
            return say("{rows}: changed, or not written by this program.", rows=rows)
        case Fault.REPLACED:
            return say("{rows}: not what stood there when the next row was written.", rows=rows)
        case Fault.REMOVED:
            return say("{rows}: removed.", rows=rows)
        case Fault.CUT:
            return say("{rows}: missing at the end. They were cut off, or lost when the power failed.", rows=rows)
        case Fault.ADDED:
            return say(
                "{rows}: added behind the end that was last noted. The program was killed meanwhile, or somebody"
                " wrote them.",
                rows=rows,
            )
        case Fault.EXCHANGED:
            return say(
                "This is another ledger than the one whose end was noted. If you have removed or restored the data"
                " folder yourself, delete the file “ledger” in the state folder."
            )


def limits(verification: Verification) -> tuple[str, ...]:
    """What a check of this ledger cannot prove, in sentences; `mark_of` belongs behind the last.

    Of a ledger that was emptied there is nothing to keep, and so nothing to say.
    """
    if not verification.head:
        return ()
    said: list[str] = []
    if verification.sealed:
        said.append(
            say(
                "The first {count} are older than the chain; that they were not changed before it began, nobody can"
                " say.",
                count=verification.sealed,
            )
        )
    said.append(
        say(
            "Whoever can write your files could write the whole ledger anew. Keep this line elsewhere, and a later"
            " check can tell:"
        )
    )
    return tuple(said)


def mark_of(verification: Verification) -> str:
    """What is kept elsewhere for a later check; empty where the ledger has no rows."""
    return f"{verification.last}:{verification.head}" if verification.head else ""


def _rows(found: Finding) -> str:
    if found.first == found.last:
        return say("Row {number}", number=found.first)
    return say("Rows {first} to {last}", first=found.first, last=found.last)
