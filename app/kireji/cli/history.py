"""`kireji history`: earlier conversations."""

from __future__ import annotations

import argparse

from kireji.cli.arguments import LATEST
from kireji.cli.console import Console
from kireji.cli.values import hit_value, message_value, preview, summary_value
from kireji.cli.work import DONE, Work
from kireji.core.errors import KirejiError
from kireji.core.history import SearchHit, StoredMessage
from kireji.core.messages import MessageState, Role
from kireji.services.application import Services


def prepare(arguments: argparse.Namespace, console: Console) -> Work:
    """Nothing is read beforehand."""
    if arguments.action in ("export", "import", "backup", "restore"):
        from kireji.cli import transfer

        return transfer.prepare(arguments, console)
    if arguments.action == "list":
        return _list(arguments.limit, console, archived=arguments.archived, as_json=arguments.json)
    if arguments.action == "search":
        return _search(" ".join(arguments.words), arguments.limit, console, as_json=arguments.json)
    return _show(arguments.id, console, as_json=arguments.json)


def _list(limit: int, console: Console, *, archived: bool, as_json: bool) -> Work:
    async def work(services: Services) -> int:
        found = await services.conversations.recent(limit, archived=archived)
        if as_json:
            console.object({"conversations": [summary_value(summary) for summary in found]})
        elif found:
            rows = [
                (str(each.id), f"{each.updated.astimezone():%Y-%m-%d %H:%M}", _one_line(each.title)) for each in found
            ]
            console.table(("ID", "UPDATED", "TITLE"), rows)
        else:
            console.note("No conversation is archived." if archived else "The history is empty.")
        return DONE

    return work


def _search(words: str, limit: int, console: Console, *, as_json: bool) -> Work:
    async def work(services: Services) -> int:
        found = await services.conversations.search(words, limit)
        if as_json:
            console.object({"hits": [hit_value(hit) for hit in found]})
        elif found:
            rows = [
                (str(hit.conversation.id), f"{hit.created.astimezone():%Y-%m-%d %H:%M}", _where(hit), hit.snippet)
                for hit in found
            ]
            console.table(("ID", "WRITTEN", "IN", "WORDS"), rows)
        else:
            console.note("Nothing was found.")
        return DONE

    return work


def _where(hit: SearchHit) -> str:
    if hit.role is None:
        return "title"
    return "question" if hit.role is Role.USER else "answer"


def _show(wanted: int, console: Console, *, as_json: bool) -> Work:
    async def work(services: Services) -> int:
        number = wanted
        if number == LATEST:
            latest = await services.conversations.latest()
            if latest is None:
                raise KirejiError("The history is empty.", "Ask something first: kireji ask PROMPT")
            number = latest.id
        conversation = await services.conversations.load(number)
        if conversation is None:
            raise KirejiError(f"There is no conversation {number}.", "List them with: kireji history list")
        if as_json:
            messages = [message_value(message) for message in conversation.messages]
            console.object(summary_value(conversation.summary) | {"messages": messages})
            return DONE
        console.line(f"{conversation.summary.id}  {_one_line(conversation.summary.title)}")
        for message in conversation.messages:
            console.line(f"\n{_speaker(message)}\n{preview(message)}".rstrip())
            if message.error:
                console.line(f"[{message.error}]")
        return DONE

    return work


def _speaker(stored: StoredMessage) -> str:
    name = "You" if stored.message.role is Role.USER else " ".join(filter(None, (stored.provider, stored.model)))
    state = "" if stored.state is MessageState.COMPLETE else f", {stored.state.value}"
    return f"--- {name or 'Answer'}, {stored.created.astimezone():%Y-%m-%d %H:%M}{state}"


def _one_line(text: str) -> str:
    return " ".join(text.split())
