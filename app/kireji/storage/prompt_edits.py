"""Changes a prompt's file so that what the person wrote between the lines stays."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from kireji.core.prompt_files import FENCE, divided, head_of, parse, variable_head, written
from kireji.core.prompt_heads import PromptProblem

if TYPE_CHECKING:
    from collections.abc import MutableMapping, Sequence

    from kireji.core.prompts import Prompt

_OURS = ("title", "order", "form", "provider", "model", "tools", "schema", "policy", "shortcut", "tray")
_OURS_OF_VARIABLES = ("type", "description", "choices", "default")


def edited(source: bytes, prompt: Prompt) -> bytes:
    """The file of a prompt: comments, order and unknown keys of its head stay where that is possible.

    Args:
        source: What the file held before; may be empty, or no prompt.
        prompt: What it shall hold.

    Raises:
        PromptProblem: The prompt contradicts itself.
    """
    whole = written(prompt)
    wanted = parse(prompt.name, whole, own=prompt.own).prompt
    with_comments = _with_comments(source, prompt)
    try:
        kept = with_comments is not None and parse(prompt.name, with_comments, own=prompt.own).prompt == wanted
    except PromptProblem:
        kept = False
    return with_comments if kept and with_comments is not None else whole


def _with_comments(source: bytes, prompt: Prompt) -> bytes | None:
    import tomlkit
    from tomlkit.exceptions import TOMLKitError

    try:
        head, _ = divided(source.decode("utf-8-sig").replace("\r\n", "\n"))
        if not head.strip():
            return None
        document = tomlkit.parse(head + "\n")
        _set(document, head_of(prompt), _OURS)
        _set_variables(document, prompt)
        text = tomlkit.dumps(document).strip("\n")
    except (UnicodeDecodeError, PromptProblem, TOMLKitError, TypeError, ValueError, RecursionError):
        return None
    if re.search(rf"^{re.escape(FENCE)}\s*$", text, re.MULTILINE):
        return None
    return f"{FENCE}\n{text}\n{FENCE}\n{prompt.text}\n".encode()


def _set(table: MutableMapping[str, Any], keys: Sequence[tuple[str, str]], ours: Sequence[str]) -> None:
    import tomlkit

    wanted = dict(keys)
    for key in ours:
        if key not in wanted:
            if key in table:
                del table[key]
            continue
        item = tomlkit.value(wanted[key])
        if key not in table or _plain(table[key]) != _plain(item):
            table[key] = item


def _set_variables(document: MutableMapping[str, Any], prompt: Prompt) -> None:
    import tomlkit

    if not prompt.variables:
        document.pop("variables", None)
        return
    if "variables" not in document:
        document["variables"] = tomlkit.table(is_super_table=True)
    tables = document["variables"]
    for name in tuple(tables):
        if name not in prompt.variables:
            del tables[name]
    for name, variable in prompt.variables.items():
        if name not in tables:
            tables[name] = tomlkit.table()
        _set(tables[name], variable_head(variable), _OURS_OF_VARIABLES)


def _plain(item: Any) -> Any:
    value = item.unwrap() if hasattr(item, "unwrap") else item
    return value.strip() if isinstance(value, str) else value
