"""The page "Tools": permissions that were given, and the log of decisions."""

from __future__ import annotations

from datetime import timedelta

import pytest

from kireji.core.messages import Message, Role, TextPart
from kireji.core.permissions import Decision, Grant, Pattern, Reason, Scope
from kireji.core.tools import Outside
from tests.fakes.services import FakeSurroundings
from tests.ui.settings.tools_support import git, own, page_over, weather, with_sources

pytestmark = pytest.mark.qt


def given(below: FakeSurroundings, number: int, tool: str, source: str = "mcp:git", **changes: object) -> None:
    now = below.clock.now()
    facts: dict[str, object] = {
        "id": number,
        "tool": tool,
        "source": source,
        "fingerprint": "f1",
        "allows": True,
        "pattern": Pattern(),
        "conversation": None,
        "until": None,
        "given": now - timedelta(days=1),
    }
    below.permissions.kept[number] = Grant(**(facts | changes))  # type: ignore[arg-type]


def decided(below: FakeSurroundings, number: int, **changes: object) -> None:
    facts: dict[str, object] = {
        "id": number,
        "time": below.clock.now() - timedelta(minutes=100 - number),
        "conversation": 1,
        "call_id": "c",
        "source": "built-in",
        "tool": "read_file",
        "fingerprint": "built-in",
        "arguments": '{"path": "/a.py"}',
        "allowed": True,
        "by": "person",
        "reason": Reason.NEW,
    }
    below.permissions.rows.append(Decision(**(facts | changes)))  # type: ignore[arg-type]


async def test_each_permission_says_for_what_since_when_and_until_when() -> None:
    below = with_sources(own(), git(), weather())
    now = below.clock.now()
    given(below, 1, "read_file", "built-in", fingerprint="built-in", pattern=Pattern(folder="/home/ada/src"))
    given(below, 2, "log", until=now + timedelta(minutes=5))
    given(below, 3, "commit", allows=False)
    given(below, 4, "forecast", "plugin:weather", fingerprint="before")
    given(below, 5, "log", until=now - timedelta(minutes=5))
    given(below, 6, "gone", "plugin:gone")
    async with page_over(below) as shown:
        await shown.until(shown.page.rights.rows)
        rights = [row.right for row in shown.page.rights.rows()]
        assert [(right.tool, right.word, right.what) for right in rights] == [
            ("gone · gone", "not there any more", "every call"),
            ("mcp: git · Log", "ended", "every call"),
            ("weather · Forecast", "void: it has changed since", "every call"),
            ("mcp: git · Commit", "denied", "every call"),
            ("mcp: git · Log", "allowed", "every call"),
            ("Read a file", "allowed", "files in /home/ada/src"),
        ]
        assert rights[4].lasts.startswith("since yesterday ")
        assert " · until today " in rights[4].lasts


async def test_a_permission_for_a_conversation_names_it() -> None:
    below = with_sources(git())
    summary, _ = await below.conversations.create("Fix the build", Message(Role.USER, (TextPart("?"),)))
    given(below, 1, "log", conversation=summary.id)
    given(below, 2, "log", conversation=summary.id + 99)
    async with page_over(below) as shown:
        await shown.until(shown.page.rights.rows)
        whats = [row.right.what for row in shown.page.rights.rows()]
        assert whats == ["one conversation", "the conversation “Fix the build”"]


async def test_a_permission_is_revoked() -> None:
    below = with_sources(git())
    given(below, 1, "log")
    given(below, 2, "commit")
    async with page_over(below) as shown:
        await shown.until(shown.page.rights.rows)
        shown.page.rights.rows()[0].revoke.click()
        await shown.until(lambda: len(shown.page.rights.rows()) == 1)
        assert list(below.permissions.kept) == [1]


async def test_without_permissions_it_says_how_one_is_given() -> None:
    async with page_over(with_sources(own())) as shown:
        await shown.until(shown.page.rights.sentence.text)
        assert shown.page.rights.sentence.text().startswith("None. A card in the conversation asks")


async def test_of_many_permissions_the_newest_are_shown_and_the_rest_on_demand() -> None:
    below = with_sources(git())
    for number in range(1, 31):
        given(below, number, "log")
    async with page_over(below) as shown:
        await shown.until(shown.page.rights.rows)
        assert len(shown.page.rights.rows()) == 10
        assert shown.page.rights.more.text() == "Show 20 more"
        shown.page.rights.more.click()
        assert len(shown.page.rights.rows()) == 30


async def test_the_log_says_who_decided_and_why() -> None:
    below = with_sources(own(), git())
    decided(below, 1, by="rule", reason=Reason.GRANTED)
    decided(below, 2, source="mcp:git", tool="commit", by="rule", reason=Reason.DENIED, allowed=False)
    decided(below, 3, by="nobody", allowed=False)
    decided(below, 4, scope=Scope.FOLDER)
    decided(below, 5, reason=Reason.OUTSIDE, outside=(Outside.SCREEN, Outside.WEB), arguments='{"a": [1, "ü"]}')
    async with page_over(below) as shown:
        await shown.until(shown.page.log.rows)
        rows = [(row.arguments.text(), row.chip.text(), row.who.text()) for row in shown.page.log.rows()]
        assert rows == [
            (
                'a: [1, "ü"]',
                "allowed",
                "You, once; asked because the conversation contained text from your screen and the web",
            ),
            ('path: "/a.py"', "allowed", "You, for a folder; asked because nothing was said about it yet"),
            ('path: "/a.py"', "denied", "Nobody: the answer was stopped, or nobody was there to be asked"),
            ('path: "/a.py"', "denied", "By rule: you had denied it"),
            ('path: "/a.py"', "allowed", "By rule: you had allowed it"),
        ]


async def test_the_log_folds_out_to_the_last_hundred() -> None:
    below = with_sources(own())
    for number in range(1, 131):
        decided(below, number)
    async with page_over(below) as shown:
        log = shown.page.log
        await shown.until(log.rows)
        assert len(log.rows()) == 5
        assert log.more.line.text() == "Show all 100"
        log.more.line.click()
        assert len(log.rows()) == 100
        log.more.line.click()
        assert len(log.rows()) == 5


async def test_the_log_follows_what_is_decided_meanwhile() -> None:
    below = with_sources(own())
    async with page_over(below) as shown:
        assert shown.page.log.sentence.text().startswith("Nothing yet.")
        decided(below, 1)
        shown.services.tools.approvals.changed.publish(1)
        await shown.until(shown.page.log.rows)
        assert shown.page.log.sentence.isHidden()
