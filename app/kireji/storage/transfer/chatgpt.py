"""ChatGPT's export: a conversation is a map of nodes that name their parents.

What one answer consists of (reasoning, calls of tools, their results, words) are nodes of their own there; here they
become the parts of one message, up to the next question or fork. System messages and what was hidden are left out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from kireji.core.messages import Message, MessageState, Part, Role, StopReason
from kireji.core.transfer import Found, WholeConversation, WholeMessage
from kireji.core.words import say
from kireji.storage.transfer.chatgpt_parts import Contents
from kireji.storage.transfer.exported_files import ExportedFiles
from kireji.storage.transfer.loose import items, mapping, moment, text, title

PROVIDER = "chatgpt"
_STOPS = {"stop": StopReason.END_TURN, "max_tokens": StopReason.MAX_TOKENS}
_EPOCH = datetime(2022, 11, 30, tzinfo=UTC)
"""The service began then: for conversations without any time."""


class NotOne(ValueError):
    """What was read is no conversation; the text says why."""


def conversation(value: Any, files: ExportedFiles) -> Found | None:
    """Read one element of conversations.json.

    Args:
        value: What the JSON holds.
        files: Where its pictures are.

    Returns:
        None when nothing was said in it.

    Raises:
        NotOne: It has no messages or no name.
    """
    tree = _Tree(mapping(value), files)
    key = text(tree.value.get("conversation_id")) or text(tree.value.get("id"))
    if not key or not isinstance(tree.value.get("mapping"), dict):
        raise NotOne(say("It has no identifier, or no messages."))
    tree.walk()
    if not tree.groups:
        return None
    messages = tuple(group.message() for group in tree.groups if group.parts or group.role is Role.USER)
    first = next((one.message.text for one in messages if one.message.role is Role.USER), "")
    created = moment(tree.value.get("create_time")) or messages[0].created
    return Found(
        WholeConversation(
            key=f"{PROVIDER}:{key}",
            title=title(tree.value.get("title"), first),
            created=created,
            updated=moment(tree.value.get("update_time")) or max(one.created for one in messages),
            messages=messages,
            head=tree.head(),
            pinned=tree.value.get("is_starred") is True,
            archived=tree.value.get("is_archived") is True,
            named=True,
        ),
        tuple(tree.unsupported),
    )


class _Group:
    """Nodes that make one message."""

    def __init__(self, key: str, role: Role, parent: _Group | None, created: datetime) -> None:
        self.key = key
        self.role = role
        self.parent = parent
        self.created = created
        self.parts: list[Part] = []
        self.model = ""
        self.state = MessageState.COMPLETE
        self.stop: StopReason | None = None

    def message(self) -> WholeMessage:
        answer = self.role is Role.ASSISTANT
        return WholeMessage(
            key=self.key,
            parent=self.parent.key if self.parent else None,
            message=Message(self.role, tuple(self.parts)),
            created=self.created,
            state=self.state,
            provider=PROVIDER if answer else "",
            model=self.model,
            stop=self.stop,
        )

    def take(self, message: Mapping[str, Any]) -> None:
        """What a node says about the whole answer."""
        metadata = mapping(message.get("metadata"))
        self.model = text(metadata.get("model_slug")) or self.model
        kind = text(mapping(metadata.get("finish_details")).get("type"))
        if kind == "interrupted":
            self.state = MessageState.STOPPED
        elif text(message.get("status")) == "in_progress":
            self.state = MessageState.INTERRUPTED
        else:
            self.stop = _STOPS.get(kind, self.stop)


class _Tree:
    def __init__(self, value: Mapping[str, Any], files: ExportedFiles) -> None:
        self.value = value
        self.groups: list[_Group] = []
        self.unsupported: list[str] = []
        self._nodes = mapping(value.get("mapping"))
        self._contents = Contents(files, self.unsupported)
        self._of_node: dict[str, _Group | None] = {}
        self._began = moment(value.get("create_time")) or _EPOCH

    def walk(self) -> None:
        """Visit every node after its parent; those on a circle are visited from where it is entered."""
        children = self._children()
        begun = [key for key in self._nodes if self._parent(key) is None]
        waiting = list(reversed(begun))
        others = iter(self._nodes)
        while waiting or len(self._of_node) < len(self._nodes):
            if not waiting:  # a circle that nothing leads to
                waiting.append(next(key for key in others if key not in self._of_node))
            key = waiting.pop()
            if key in self._of_node:
                continue
            parent = self._parent(key)
            alone = parent is None or len(children.get(parent, ())) == 1
            self._visit(key, self._of_node.get(parent or ""), alone=alone)
            waiting.extend(reversed(children.get(key, ())))

    def head(self) -> str | None:
        """The message in which the current path ends."""
        group = self._of_node.get(text(self.value.get("current_node")))
        while group is not None and not group.parts and group.role is Role.ASSISTANT:
            group = group.parent
        return group.key if group else None

    def _parent(self, key: str) -> str | None:
        parent = text(mapping(self._nodes[key]).get("parent"))
        return parent if parent in self._nodes and parent != key else None

    def _children(self) -> Mapping[str, Sequence[str]]:
        """By parent, in the order in which the parent lists them."""
        children: dict[str, list[str]] = {}
        for key in self._nodes:
            if (parent := self._parent(key)) is not None:
                children.setdefault(parent, []).append(key)
        for key, found in children.items():
            if len(found) > 1:
                listed = items(mapping(self._nodes[key]).get("children"))
                places = {text(child): place for place, child in enumerate(listed)}
                found.sort(key=lambda child, places=places: places.get(child, len(places)))  # type: ignore[misc]
        return children

    def _visit(self, key: str, above: _Group | None, *, alone: bool) -> None:
        """Give a node to a group: the one above when it goes on there, else a new one; hidden ones pass it on."""
        message = mapping(mapping(self._nodes[key]).get("message"))
        role = text(mapping(message.get("author")).get("role"))
        metadata = mapping(message.get("metadata"))
        group = above
        if role in ("user", "assistant", "tool") and not metadata.get("is_visually_hidden_from_conversation"):
            asked = role == "user"
            goes_on = not asked and alone and above is not None and above.role is Role.ASSISTANT
            if not goes_on:
                created = moment(message.get("create_time")) or (above.created if above else self._began)
                group = _Group(key, Role.USER if asked else Role.ASSISTANT, above, created)
            assert group is not None
            added = self._contents.of(key, message, group.parts)
            if goes_on or added:
                group.take(message)
                if not goes_on:
                    self.groups.append(group)
            else:
                group = above  # nothing in it: as if it were not there
        self._of_node[key] = group
