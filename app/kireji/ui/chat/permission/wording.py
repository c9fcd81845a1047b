"""What is said about a call that waits for the person, and about their answer."""

from __future__ import annotations

from datetime import datetime

from kireji.core.permissions import Approval, ApprovalRequest, Effects, Reason, Scope, ScopeOffer
from kireji.core.tools import BUILT_IN, Outside
from kireji.ui.chat.permission.exact import exact_line
from kireji.ui.chat.words import short_date
from kireji.ui.translation import mark, tr

_NAME = 60
_SOURCE = 40
_OUTSIDE = {
    Outside.SCREEN: mark("your screen"),
    Outside.WEB: mark("the web"),
    Outside.FILE: mark("a file"),
    Outside.CLIPBOARD: mark("the clipboard"),
    Outside.QUOTE: mark("a quotation"),
    Outside.TOOL: mark("another tool"),
}
_FOR_PLUGINS = "plugin:"


def source_words(request: ApprovalRequest) -> str:
    """Whose tool it is, and what a call of it could do; no plugin can be called as if it were none."""
    name, source = exact_line(request.source, _SOURCE), request.tool.source
    if source.startswith(_FOR_PLUGINS):
        name = tr("plugin {name}", name=name)
    elif source != BUILT_IN:
        name = tr("server {name}", name=name)
    return f"{name} · {effect_words(request.effects)}"


def effect_words(effects: Effects) -> str:
    """What a call could do."""
    if effects.changes and effects.sends:
        return tr("may change things and send data")
    if effects.changes:
        return tr("changes things")
    return tr("sends data") if effects.sends else tr("read-only")


def reason_words(request: ApprovalRequest) -> str:
    """Why it is asked."""
    match request.reason:
        case Reason.OUTSIDE:
            return tr("asked because this conversation contains text from {places}", places=_places(request.outside))
        case Reason.CHANGED if request.tool.source.startswith(_FOR_PLUGINS):
            return tr("asked because the plugin has changed")
        case Reason.CHANGED:
            return tr("asked because the server has changed")
        case Reason.EXPIRED:
            return tr("asked because your permission has ended")
        case Reason.ALWAYS_ASKS:
            return tr("asked because this tool always asks")
        case _:
            return tr("asked because you have not allowed it yet")


def _places(outside: frozenset[Outside]) -> str:
    found = [tr(words) for place, words in _OUTSIDE.items() if place in outside] or [tr("elsewhere")]
    if len(found) == 1:
        return found[0]
    return tr("{some} and {last}", some=tr(", ").join(found[:-1]), last=found[-1])


def asks_words(name: str) -> str:
    """What screen readers and notifications say of it."""
    return tr("{tool} asks for permission", tool=name)


def offer_words(offer: ScopeOffer, *, more: bool) -> str:
    """What the button for a permission that lasts says.

    Args:
        offer: The best one.
        more: Whether the button shows a choice.
    """
    match offer.scope:
        case Scope.FOLDER:
            return tr("Allow in this folder…") if more else tr("Allow in this folder")
        case Scope.HOST:
            return tr("Allow for this host…") if more else tr("Allow for this host")
        case Scope.CONVERSATION:
            return tr("Allow in this conversation…") if more else tr("Allow in this conversation")
        case _:
            return tr("Allow for a time…")


def choice_words(offer: ScopeOffer) -> str:
    """What one of the choices says, with the place in full."""
    place = exact_line(offer.place, 200)
    match offer.scope:
        case Scope.FOLDER:
            return tr("In the folder {folder}, until you take it back", folder=place)
        case Scope.HOST:
            return tr("For the host {host}, until you take it back", host=place)
        case _:
            return tr("Every call of this tool in this conversation")


def approval_words(approval: Approval | None) -> str:
    """What the person has answered.

    Args:
        approval: None when the turn was stopped first.
    """
    if approval is None:
        return tr("stopped before you answered")
    if not approval.allowed:
        if approval.scope is Scope.CONVERSATION:
            return tr("denied by you in this conversation")
        return tr("denied by you") if approval.scope is Scope.ONCE else tr("denied by you from now on")
    match approval.scope:
        case Scope.CONVERSATION:
            return tr("allowed in this conversation")
        case Scope.FOLDER:
            return tr("allowed in this folder")
        case Scope.HOST:
            return tr("allowed for this host")
        case Scope.UNTIL if approval.until is not None:
            return tr("allowed until {date}", date=short_date(approval.until.astimezone()))
        case Scope.UNTIL:
            return tr("allowed from now on")
        case _:
            return tr("allowed once")


def title_words(title: str) -> str:
    """A tool's title as it is shown: its author has chosen it."""
    return exact_line(title, _NAME)


def until_tonight(now: datetime) -> datetime:
    """The end of a day, as a time of the same zone."""
    return now.replace(hour=23, minute=59, second=59, microsecond=0)
