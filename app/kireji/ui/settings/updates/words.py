"""What the page about newer versions says."""

from __future__ import annotations

from datetime import datetime

from kireji.services.updates import UpdateState
from kireji.ui.translation import locale, tr


def day(time: datetime) -> str:
    """A day in the person's own zone."""
    here = time.astimezone()
    language = locale()
    if language is None:
        return f"{here:%d %b %Y}".lstrip("0")
    from PySide6.QtCore import QDate

    return language.toString(
        QDate(here.year, here.month, here.day), language.dateFormat(language.FormatType.ShortFormat)
    )


def chip(state: UpdateState) -> tuple[str, str]:
    """The state in a few words, and its kind."""
    if state.release is not None and state.newer:
        return tr("{version} is there", version=state.release.version), "idle" if state.skipped else "ok"
    if state.problem:
        return tr("not known"), "warn"
    if state.release is not None:
        return tr("the newest version"), "ok"
    return (tr("not asked yet") if state.source.address else tr("no address")), "idle"


def sentence(state: UpdateState) -> str:
    """What else is to be said about it."""
    if not state.source.address:
        return tr(
            "This copy of Kireji knows no address that it could ask for newer versions. Look where you got it, or "
            "enter an address and a key below."
        )
    if not state.source.keys:
        return tr("There is an address, but no key by which its list could be believed. Enter one below.")
    if state.asked is None:
        return tr("Nothing has been asked so far.")
    return tr("Last asked on {date}.", date=day(state.asked))


def trusted(state: UpdateState, *, own_keys: bool) -> str:
    """Whose word counts."""
    if not state.source.keys:
        return ""
    names = tr(", ").join(state.keys)
    if own_keys:
        return tr("Believed when it is signed by the key {keys}.", keys=names)
    return tr("Believed when it is signed by the key {keys}, which came with this program.", keys=names)


def found(version: str) -> str:
    """That there is a newer version."""
    return tr("Kireji {version} is there", version=version)
