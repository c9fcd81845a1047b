"""Stored values as JSON prints them."""

from __future__ import annotations

from datetime import datetime

from kireji.core.history import ConversationSummary, StoredMessage
from kireji.core.messages import ImagePart, TextPart, ThinkingPart, Usage


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


def message_value(stored: StoredMessage) -> dict[str, object]:
    """A message of the history; pictures by their hash."""
    return {
        "message": stored.id,
        "role": stored.message.role.value,
        "state": stored.state.value,
        "text": stored.message.text,
        "thinking": "\n\n".join(part.text for part in stored.message.parts if isinstance(part, ThinkingPart)),
        "images": [_image_value(image) for image in stored.message.images],
        "provider": stored.provider,
        "model": stored.model,
        "stop": stored.stop.value if stored.stop else None,
        "usage": usage_value(stored.usage) if stored.usage else None,
        "error": stored.error,
        "created": time_value(stored.created),
    }


def summary_value(summary: ConversationSummary) -> dict[str, object]:
    """A row of the list of conversations."""
    return {
        "id": summary.id,
        "title": summary.title,
        "created": time_value(summary.created),
        "updated": time_value(summary.updated),
    }


def _image_value(image: ImagePart) -> dict[str, object]:
    return {"sha256": image.blob, "media_type": image.media_type, "width": image.width, "height": image.height}


def preview(stored: StoredMessage) -> str:
    """A message as text in a terminal, with a line for each picture."""
    pictures = [f"[picture {image.width} x {image.height}]" for image in stored.message.images]
    words = [part.text for part in stored.message.parts if isinstance(part, TextPart)]
    return "\n".join((*pictures, *words))
