"""Values as JSON and as tables print them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from kireji.core.history import ConversationSummary, SearchHit, StoredMessage
from kireji.core.messages import (
    DocumentPart,
    ImagePart,
    Message,
    TextPart,
    ThinkingPart,
    ToolCallPart,
    ToolResultPart,
    Usage,
)
from kireji.core.models import Balance, Effort, ModelInfo
from kireji.core.redaction import Hidden
from kireji.core.window import LeftOut


def time_value(time: datetime) -> str:
    """ISO 8601 with its offset, to the second."""
    return time.isoformat(timespec="seconds")


def usage_value(usage: Usage) -> dict[str, object]:
    """Tokens, and US dollars when the price is known."""
    return {
        "input_tokens": usage.input_tokens,
        "output_tokens": usage.output_tokens,
        "cache_read_tokens": usage.cache_read_tokens,
        "cache_write_tokens": usage.cache_write_tokens,
        "thinking_tokens": usage.thinking_tokens,
        "cost": usage.cost,
    }


def hidden_value(hidden: Hidden) -> dict[str, object]:
    """How much of a question stayed here, by kind, and the documents that nobody could look into."""
    return {"hidden": dict(hidden.by_kind), "unchecked": list(hidden.unchecked)}


def message_value(stored: StoredMessage) -> dict[str, object]:
    """A message of the history; pictures by their hash."""
    return {
        "message": stored.id,
        "role": stored.message.role.value,
        "state": stored.state.value,
        "text": stored.message.text,
        "thinking": "\n\n".join(part.text for part in stored.message.parts if isinstance(part, ThinkingPart)),
        "images": [_image_value(image) for image in stored.message.images],
        "tools": _calls_value(stored.message),
        "provider": stored.provider,
        "model": stored.model,
        "stop": stored.stop.value if stored.stop else None,
        "usage": usage_value(stored.usage) if stored.usage else None,
        "error": stored.error,
        "created": time_value(stored.created),
    }


def left_out_value(gap: LeftOut) -> dict[str, object] | None:
    """What of a conversation does not go along; None when all does."""
    return {"messages": gap.messages, "first_question_kept": gap.opening} if gap.messages else None


def result_value(result: ToolResultPart) -> dict[str, object]:
    """What a tool gave back; pictures and documents by their hash."""
    return {
        "is_error": result.is_error,
        "refused": result.refused,
        "seconds": result.seconds,
        "text": "\n".join(part.text for part in result.content if isinstance(part, TextPart)),
        "images": [_image_value(part) for part in result.content if isinstance(part, ImagePart)],
        "documents": [_document_value(part) for part in result.content if isinstance(part, DocumentPart)],
    }


def _calls_value(message: Message) -> list[dict[str, object]]:
    """The calls of an answer in their order, each with its result; without one it never ran, or nobody knows."""
    results = {part.call_id: result_value(part) for part in message.parts if isinstance(part, ToolResultPart)}
    return [
        {
            "id": call.call_id,
            "name": call.name,
            "arguments": call.arguments,
            "begun": call.begun,
            "result": results.get(call.call_id),
        }
        for call in message.calls
    ]


def summary_value(summary: ConversationSummary) -> dict[str, object]:
    """A row of the list of conversations."""
    return {
        "id": summary.id,
        "title": summary.title,
        "created": time_value(summary.created),
        "updated": time_value(summary.updated),
        "pinned": summary.pinned,
        "archived": summary.archived,
    }


def hit_value(hit: SearchHit) -> dict[str, object]:
    """A place that a search has found; `message` and `role` are null for a title, `marks` count characters."""
    return {
        "conversation": summary_value(hit.conversation),
        "message": hit.message,
        "role": hit.role.value if hit.role else None,
        "created": time_value(hit.created),
        "snippet": hit.snippet,
        "marks": [list(mark) for mark in hit.marks],
    }


def _image_value(image: ImagePart) -> dict[str, object]:
    return {"sha256": image.blob, "media_type": image.media_type, "width": image.width, "height": image.height}


def _document_value(part: DocumentPart) -> dict[str, object]:
    return {"sha256": part.blob, "media_type": part.media_type, "title": part.title}


def preview(stored: StoredMessage) -> str:
    """A message as text in a terminal, with a line for each picture and each call of a tool."""
    parts = stored.message.parts
    names = {part.call_id: part.name for part in parts if isinstance(part, ToolCallPart)}
    answered = {part.call_id for part in parts if isinstance(part, ToolResultPart)}
    lines = [f"[picture {image.width} x {image.height}]" for image in stored.message.images]
    for part in parts:
        match part:
            case TextPart(text=text):
                lines.append(text)
            case ToolResultPart(call_id=call):
                lines.append(f"[{names.get(call, 'tool')}: {outcome_word(part)}]")
            case ToolCallPart(call_id=call, name=name) if call not in answered:
                lines.append(f"[{name}]")
    return "\n".join(lines)


def outcome_word(result: ToolResultPart) -> str:
    """How a call went, in a word or two."""
    if result.refused:
        return "not allowed"
    return "failed" if result.is_error else "done"


def model_value(model: ModelInfo) -> dict[str, object]:
    """What is known about a model; what is unknown is null."""
    return {
        "provider": model.provider,
        "id": model.id,
        "name": model.name,
        "context_tokens": model.context_tokens or None,
        "max_output_tokens": model.max_output_tokens or None,
        "sees_images": model.sees_images,
        "uses_tools": model.uses_tools,
        "reads_documents": model.reads_documents,
        "structured_output": model.structured,
        "efforts": [effort.value for effort in model.efforts],
        "free": model.free,
        "prices": [
            {
                "above_tokens": price.above_tokens,
                "input": price.input,
                "output": price.output,
                "cache_write": price.cache_write,
                "cache_read": price.cache_read,
            }
            for price in model.prices
            if price.sound
        ],
        "lifecycle": model.lifecycle.value,
        "ends": model.ends or None,
        "replacement": model.replacement or None,
        "note": model.note,
    }


def token_words(count: int) -> str:
    """A number of tokens, short; a dash when it is unknown."""
    if count <= 0:
        return "-"
    if count % 1_000_000 == 0:
        return f"{count // 1_000_000}M"
    if count >= 10_000:
        return f"{count / 1000:.0f}k"
    return f"{count / 1000:.1f}".removesuffix(".0") + "k"


def price_words(tiers: Sequence[tuple[int, float]]) -> str:
    """US dollars per million tokens, with what they are for longer prompts.

    Args:
        tiers: From how many tokens which price holds, by rising number.
    """
    if not tiers:
        return "?"
    higher = [f"{price:g} above {token_words(above)}" for above, price in tiers[1:]]
    return ", ".join((f"{tiers[0][1]:g}", *higher))


def efforts_words(efforts: Sequence[Effort]) -> str:
    """The lowest and the highest effort."""
    return "-".join(dict.fromkeys(effort.value for effort in (*efforts[:1], *efforts[-1:])))


def balance_words(balance: Balance) -> str:
    """What is left on an account. Its label is not said: services make it from the key."""
    used = f"${balance.used:,.2f} used"
    if balance.limit is None or balance.remaining is None:
        left = f"{used}, and the key has no limit of its own"
    else:
        left = f"${balance.remaining:,.2f} of ${balance.limit:,.2f} left, {used}"
    return f"{left} (no credit was ever bought)" if balance.free_tier else left
