"""The ids that rows have at the service: they prove whose batch it is, and join results to rows."""

from __future__ import annotations


def custom_id(key: str, number: int) -> str:
    """The id of a row in one submission; services take letters, digits, _ and -, at most 64.

    Args:
        key: Of the submission.
        number: Of the row.
    """
    return f"{key}-{number}"


def number_of(custom: str, key: str) -> int | None:
    """The number of the row that an id stands for; None when it was not made with this key."""
    begins, separator, digits = custom.partition("-")
    if begins != key or not separator or not digits.isascii() or not digits.isdigit() or digits.startswith("0"):
        return None
    return int(digits) if len(digits) <= 12 else None
