"""What a model costs, reads and can do, in the words of a row."""

from __future__ import annotations

from dataclasses import dataclass

from kireji.core.models import Effort, Lifecycle, ModelInfo
from kireji.ui.translation import mark, tr

CANNOT_SEE = mark("cannot see; gets the text this computer reads")

EFFORTS = {
    "": mark("Default"),
    Effort.LOW.value: mark("Low"),
    Effort.MEDIUM.value: mark("Medium"),
    Effort.HIGH.value: mark("High"),
    Effort.XHIGH.value: mark("Very high"),
    Effort.MAX.value: mark("Max"),
}
"""How efforts are called; the empty one follows the settings."""


@dataclass(frozen=True, slots=True)
class Pick:
    """A model that somebody chose.

    Args:
        provider: Whose.
        model: Its id.
        effort: As `Effort` says it; empty follows the settings.
    """

    provider: str = ""
    model: str = ""
    effort: str = ""


@dataclass(frozen=True, slots=True)
class Ability:
    """Something a model can do.

    Args:
        icon: Name of its mark.
        words: For tool tips and screen readers.
    """

    icon: str
    words: str


_SEES = Ability("image", mark("sees pictures"))
_TOOLS = Ability("wrench", mark("can use tools"))
_DOCUMENTS = Ability("file-text", mark("reads documents"))


def abilities(info: ModelInfo) -> tuple[Ability, ...]:
    """What a model can do, always in the same order."""
    known = ((_SEES, info.sees_images), (_TOOLS, info.uses_tools), (_DOCUMENTS, info.reads_documents))
    return tuple(ability for ability, has in known if has)


def amount(dollars: float) -> str:
    """US dollars per million tokens, without needless zeros: $1, $1.25, $0.075."""
    digits = f"{dollars:.4f}" if dollars < 0.1 else f"{dollars:.2f}"
    whole, _, rest = digits.partition(".")
    rest = rest.rstrip("0")
    if len(rest) == 1:
        rest += "0"
    return f"${int(whole):,}.{rest}" if rest else f"${int(whole):,}"


def price(info: ModelInfo) -> str:
    """Per million tokens in and out; empty when it is not known."""
    if info.free:
        return tr("free")
    if not info.prices:
        return ""
    first = info.prices[0]
    if not first.input and not first.output:
        return tr("free")
    return tr("{read} in · {written} out", read=amount(first.input), written=amount(first.output))


def prices(info: ModelInfo) -> tuple[str, str]:
    """What a million tokens cost, read and written; both empty when it is not known."""
    if info.free or (info.prices and not info.prices[0].input and not info.prices[0].output):
        return tr("free"), tr("free")
    if not info.prices:
        return "", ""
    first = info.prices[0]
    return tr("{amount} per million", amount=amount(first.input)), tr(
        "{amount} per million", amount=amount(first.output)
    )


def tokens(number: int) -> str:
    """A context's size in the room of a row: 1M, 200K, 8K; empty when it is not known."""
    if number <= 0:
        return ""
    if number >= 1_000_000:
        return f"{number / 1_000_000:.3g}M"
    if number >= 1000:
        return f"{number // 1024 if number % 1024 == 0 else round(number / 1000)}K"
    return str(number)


def facts(info: ModelInfo) -> str:
    """The muted line of a row."""
    cost, context = price(info), tokens(info.context_tokens)
    parts = (
        tr("{cost} per million", cost=cost) if "$" in cost else cost,
        tr("{context} context", context=context) if context else "",
    )
    return " · ".join(part for part in parts if part)


def warning(info: ModelInfo) -> str:
    """What must be known before it is chosen; empty mostly."""
    return "" if info.sees_images else tr(CANNOT_SEE)


def badges(info: ModelInfo, default: str) -> tuple[str, ...]:
    """Short words beside its name.

    Args:
        info: The model.
        default: Id of its provider's default.
    """
    found = []
    if info.id == default:
        found.append(tr("default"))
    if info.lifecycle is Lifecycle.RETIRED:
        found.append(tr("retired"))
    elif info.ends:
        found.append(tr("ends {day}", day=info.ends))
    return tuple(found)


def spoken(info: ModelInfo, provider: str, default: str) -> str:
    """The whole row for screen readers."""
    cost = price(info)
    if info.prices and "$" in cost:
        cost = tr(
            "{read} in and {written} out per million tokens",
            read=amount(info.prices[0].input),
            written=amount(info.prices[0].output),
        )
    context = tr("{size} tokens of context", size=tokens(info.context_tokens)) if info.context_tokens else ""
    can = [tr(ability.words) for ability in abilities(info)]
    parts = [info.name, provider, cost, context, *can, warning(info), info.note, *badges(info, default)]
    return tr(", ").join(part.rstrip(".") for part in parts if part)


def matches(info: ModelInfo, provider: str, query: str) -> bool:
    """Whether every word of a query stands in its name, its id or its provider's name.

    Args:
        info: The model.
        provider: As people call it.
        query: As typed.
    """
    text = f"{info.name} {info.id} {provider} {info.provider}".casefold()
    return all(word in text for word in query.casefold().split())
