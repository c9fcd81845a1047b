"""What stayed here when a question left, in sentences."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from kireji.core.redaction import Hidden
from kireji.core.secrets.kinds import Kind
from kireji.core.words import mark, say

_NAMES = {
    Kind.PRIVATE_KEY: mark("private key"),
    Kind.KEY: mark("key"),
    Kind.PASSWORD: mark("password"),
    Kind.OWN: mark("own word"),
    Kind.IBAN: mark("bank account"),
    Kind.CARD: mark("card"),
    Kind.PERSON: mark("person number"),
    Kind.MAIL: mark("mail address"),
    Kind.PHONE: mark("telephone number"),
}


def told(hidden: Hidden) -> str:
    """What was hidden and what could not be looked into, in sentences; empty when there is nothing to tell."""
    counts = Counter(hidden.texts)
    counts.update(cover.kind for boxes in hidden.pictures.values() for cover in boxes)
    sentences = []
    if counts:
        what = ", ".join(f"{say(_NAMES[kind])} ({counts[kind]})" for kind in Kind if counts[kind])
        sentences.append(say("Hidden from the service: {what}.", what=what))
    for title in dict.fromkeys(hidden.as_words):
        named = title or say("A document")
        sentences.append(say("{title} goes as its words, because something in it is hidden.", title=named))
    if hidden.words_only:
        names = _listed(hidden.words_only)
        sentences.append(say("Looked through by words only, not by pictures: {names}.", names=names))
    if hidden.unchecked:
        sentences.append(say("Sent without being looked through: {names}.", names=_listed(hidden.unchecked)))
    return " ".join(sentences)


def _listed(titles: Iterable[str]) -> str:
    return ", ".join(title or say("a document") for title in dict.fromkeys(titles))
