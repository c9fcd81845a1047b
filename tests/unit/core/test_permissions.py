"""The rule of permissions, held against a table that is written from its description and not from its code."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import PurePosixPath

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from kireji.core.permissions import (
    CallFacts,
    Grant,
    Judgement,
    Pattern,
    Reason,
    Verdict,
    effects,
    judge,
)
from kireji.core.tools import Hints, Outside, Tool

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
SOURCES = ("built-in", "plugin:probe", "mcp:files")
TOOLS = ("look", "act")


def tool(
    own_name: str = "act",
    source: str = "plugin:probe",
    hints: Hints | None = None,
    *,
    asks_always: bool = False,
) -> Tool:
    return Tool(own_name, own_name, source, "", "", b"{}", b"{}", hints or Hints(), asks_always=asks_always)


def facts(
    of: Tool | None = None,
    *,
    fingerprint: str = "f1",
    trusted: bool = False,
    conversation: int | None = 1,
    paths: tuple[str, ...] = (),
    hosts: tuple[str, ...] = (),
    outside: frozenset[Outside] = frozenset(),
) -> CallFacts:
    places = {f"p{number}": path for number, path in enumerate(paths)}
    addresses = {f"h{number}": host for number, host in enumerate(hosts)}
    return CallFacts(of or tool(), fingerprint, trusted, conversation, "d1", places, addresses, outside)


def grant(
    *,
    allows: bool = True,
    of: str = "act",
    source: str = "plugin:probe",
    fingerprint: str = "f1",
    pattern: Pattern | None = None,
    conversation: int | None = None,
    until: datetime | None = None,
) -> Grant:
    return Grant(1, of, source, fingerprint, allows, pattern or Pattern(), conversation, until, NOW)


WEB = frozenset((Outside.WEB,))
PURE = Hints(read_only=True, open_world=False, pure=True)
READS = Hints(read_only=True, open_world=False)
FETCHES = Hints(read_only=True, open_world=True)
LATER, EARLIER = NOW + timedelta(seconds=1), NOW - timedelta(seconds=1)


@pytest.mark.parametrize(
    ("call", "given_before", "verdict", "reason"),
    [
        # Nothing was said: asked, even what only reads; what only computes runs.
        (facts(), [], Verdict.ASK, Reason.NEW),
        (facts(tool(hints=READS), trusted=True), [], Verdict.ASK, Reason.NEW),
        (facts(tool(hints=PURE), trusted=True), [], Verdict.ALLOW, Reason.PURE),
        (facts(tool(hints=PURE), trusted=False), [], Verdict.ASK, Reason.NEW),
        # A permission holds for its tool, its source, its fingerprint, its conversation and its time.
        (facts(), [grant()], Verdict.ALLOW, Reason.GRANTED),
        (facts(), [grant(of="look")], Verdict.ASK, Reason.NEW),
        (facts(), [grant(source="mcp:files")], Verdict.ASK, Reason.NEW),
        (facts(), [grant(fingerprint="f0")], Verdict.ASK, Reason.CHANGED),
        (facts(), [grant(conversation=1)], Verdict.ALLOW, Reason.GRANTED),
        (facts(), [grant(conversation=2)], Verdict.ASK, Reason.NEW),
        (facts(conversation=None), [grant(conversation=1)], Verdict.ASK, Reason.NEW),
        (facts(), [grant(until=LATER)], Verdict.ALLOW, Reason.GRANTED),
        (facts(), [grant(until=NOW)], Verdict.ASK, Reason.EXPIRED),
        (facts(), [grant(until=EARLIER)], Verdict.ASK, Reason.EXPIRED),
        # Nobody can allow all tools of a source at once; denying them is possible.
        (facts(), [grant(of="")], Verdict.ASK, Reason.NEW),
        (facts(), [grant(of="", allows=False)], Verdict.DENY, Reason.DENIED),
        # A denial wins over every permission, over what only computes, and over a change of the source.
        (facts(), [grant(), grant(allows=False)], Verdict.DENY, Reason.DENIED),
        (facts(), [grant(allows=False), grant()], Verdict.DENY, Reason.DENIED),
        (facts(), [grant(allows=False, fingerprint="f0"), grant()], Verdict.DENY, Reason.DENIED),
        (facts(tool(hints=PURE), trusted=True), [grant(allows=False)], Verdict.DENY, Reason.DENIED),
        (facts(tool(asks_always=True)), [grant(allows=False)], Verdict.DENY, Reason.DENIED),
        (facts(), [grant(allows=False, until=EARLIER), grant()], Verdict.ALLOW, Reason.GRANTED),
        (facts(), [grant(allows=False, conversation=2), grant()], Verdict.ALLOW, Reason.GRANTED),
        # What asks always, asks always.
        (facts(tool(asks_always=True)), [grant()], Verdict.ASK, Reason.ALWAYS_ASKS),
        (facts(tool(asks_always=True), outside=WEB), [grant()], Verdict.ASK, Reason.ALWAYS_ASKS),
        # Words from outside: what could change or send asks again, whatever was allowed; what only reads does not.
        (facts(outside=WEB), [grant()], Verdict.ASK, Reason.OUTSIDE),
        (facts(outside=WEB), [grant(conversation=1)], Verdict.ASK, Reason.OUTSIDE),
        (facts(tool(hints=FETCHES), trusted=True, outside=WEB), [grant()], Verdict.ASK, Reason.OUTSIDE),
        (facts(tool(hints=READS), trusted=True, outside=WEB), [grant()], Verdict.ALLOW, Reason.GRANTED),
        (facts(tool(hints=PURE), trusted=True, outside=WEB), [], Verdict.ALLOW, Reason.PURE),
        # Hints of a source that nobody trusts are worth nothing.
        (facts(tool(hints=READS), trusted=False, outside=WEB), [grant()], Verdict.ASK, Reason.OUTSIDE),
        (facts(tool(hints=PURE), trusted=False, outside=WEB), [grant()], Verdict.ASK, Reason.OUTSIDE),
    ],
)
def test_the_table(call: CallFacts, given_before: list[Grant], verdict: Verdict, reason: Reason) -> None:
    judged = judge(call, given_before, NOW)
    assert (judged.verdict, judged.reason) == (verdict, reason)


FOLDER = Pattern(folder="/a/b")


@pytest.mark.parametrize(
    ("paths", "fits"),
    [
        (("/a/b/c.txt",), True),
        (("/a/b/c/d.txt",), True),
        (("/a/b",), True),
        (("/a/b/",), True),
        (("/a/bc",), False),
        (("/a",), False),
        (("/",), False),
        (("/a/b/../c",), False),
        (("/a/b/../b/c",), False),
        (("/a/b/./c",), False),
        (("/a/b//c",), False),
        (("/x/a/b/c",), False),
        (("a/b/c",), False),
        (("",), False),
        ((), False),
        (("/a/b/c", "/a/b/d"), True),
        (("/a/b/c", "/etc/passwd"), False),
        (("/a/b/c", ""), False),
        (("C:\\a\\b",), False),
        (("/A/B/c",), False),
        (("/a/b\\c",), False),
        (("/a\\b/c",), False),
    ],
)
def test_a_folder_holds_for_what_lies_in_it(paths: tuple[str, ...], fits: bool) -> None:
    assert FOLDER.allows(facts(paths=paths)) is fits


@pytest.mark.parametrize(
    ("hosts", "fits"),
    [
        (("example.org",), True),
        (("example.org", "example.org"), True),
        (("example.org", "evil.example"), False),
        (("sub.example.org",), False),
        (("example.org.evil.example",), False),
        (("example.org:8443",), False),
        (("",), False),
        ((), False),
    ],
)
def test_a_host_holds_for_itself_alone(hosts: tuple[str, ...], fits: bool) -> None:
    assert Pattern(host="example.org").allows(facts(hosts=hosts)) is fits


def test_a_folder_of_windows_holds_for_what_lies_in_it() -> None:
    folder = Pattern(folder="C:\\a")
    assert folder.allows(facts(paths=("C:\\a\\b.txt",)))
    assert not folder.allows(facts(paths=("C:\\ab.txt",)))


@pytest.mark.parametrize(
    ("paths", "hosts", "denied"),
    [
        (("/x", "/a/b/c"), (), True),  # one of them is enough
        (("/A/B/c",), (), True),  # on some systems that is the same place
        (("/x", ""), (), True),  # nobody knows that it is another place
        (("/x",), (), False),
        ((), ("example.org", "evil.example"), True),
        ((), ("example.org", ""), True),
        ((), ("example.org",), False),
        ((), (), False),
    ],
)
def test_a_denial_of_a_place_holds_when_one_of_the_places_is_it(
    paths: tuple[str, ...], hosts: tuple[str, ...], denied: bool
) -> None:
    pattern = Pattern(host="evil.example") if hosts else FOLDER
    given_before = [grant(), grant(allows=False, pattern=pattern)]
    judged = judge(facts(paths=paths, hosts=hosts), given_before, NOW)
    assert (judged.verdict is Verdict.DENY) is denied


@given(st.lists(st.sampled_from(["..", ".", "", "a", "b", "c", "b.."]), max_size=7))
@example(["a", "b", "..", "c"])
def test_no_path_leads_out_of_a_folder(steps: list[str]) -> None:
    path = "/" + "/".join(steps)
    if FOLDER.allows(facts(paths=(path,))):
        resolved: list[str] = []
        for step in PurePosixPath(path).parts[1:]:
            resolved = resolved[:-1] if step == ".." else [*resolved, step]
        assert resolved[:2] == ["a", "b"]


def test_the_worst_is_reckoned_with_where_a_source_is_not_trusted() -> None:
    for hints in (PURE, READS, FETCHES):
        assert (effects(tool(hints=hints), trusted=False).changes, effects(tool(hints=hints), trusted=False).sends) == (
            True,
            True,
        )


# The same once more over everything that can come together. The table is written as it was asked for: "deny wins"; a
# permission is "bound to tool, argument pattern and the fingerprint" and "void when those change"; "read-only hints are
# believed only from trusted sources"; "anything that could send data out or change something asks again, even if
# allowed before".

PATTERNS = st.sampled_from(
    [
        Pattern(),
        Pattern(digest="d1"),
        Pattern(digest="d2"),
        Pattern(folder="/a"),
        Pattern(folder="/a/b"),
        Pattern(host="example.org"),
        Pattern(folder="/a", host="example.org"),
    ]
)
GRANTS = st.builds(
    Grant,
    id=st.just(1),
    tool=st.sampled_from(["", *TOOLS]),
    source=st.sampled_from(SOURCES),
    fingerprint=st.sampled_from(["f1", "f2"]),
    allows=st.booleans(),
    pattern=PATTERNS,
    conversation=st.sampled_from([None, 1, 2]),
    until=st.sampled_from([None, EARLIER, NOW, LATER]),
    given=st.just(NOW),
)
CALLS = st.builds(
    CallFacts,
    tool=st.builds(
        tool,
        st.sampled_from(TOOLS),
        st.sampled_from(SOURCES),
        st.builds(Hints, st.booleans(), st.booleans(), st.just(False)) | st.just(PURE),
        asks_always=st.booleans(),
    ),
    fingerprint=st.sampled_from(["f1", "f2"]),
    trusted=st.booleans(),
    conversation=st.sampled_from([None, 1, 2]),
    digest=st.sampled_from(["d1", "d2"]),
    paths=st.dictionaries(st.sampled_from("pq"), st.sampled_from(["/a/b/c", "/a/../c", "/a/b", "/x", ""]), max_size=2),
    hosts=st.dictionaries(st.sampled_from("hi"), st.sampled_from(["example.org", "evil.example", ""]), max_size=2),
    outside=st.frozensets(st.sampled_from(Outside), max_size=2),
)


def applies(given_before: Grant, call: CallFacts) -> bool:
    """Whether it was given for this call, by what was asked for."""
    inside = {"/a": {"/a/b/c", "/a/b"}, "/a/b": {"/a/b/c", "/a/b"}}
    pattern = given_before.pattern
    checks = [
        given_before.source == call.tool.source,
        given_before.tool == call.tool.own_name or (given_before.tool == "" and not given_before.allows),
        given_before.conversation in (None, call.conversation),
        given_before.until is None or given_before.until > NOW,
        pattern.digest in ("", call.digest),
    ]
    paths, hosts = set(call.paths.values()), set(call.hosts.values())
    if given_before.allows:  # for what lies there and nowhere else
        checks.append(not pattern.folder or (bool(paths) and paths <= inside[pattern.folder]))
        checks.append(not pattern.host or hosts == {pattern.host})
    else:  # as soon as something may lie there
        checks.append(not pattern.folder or bool(paths & {*inside[pattern.folder], ""}))
        checks.append(not pattern.host or bool(hosts & {pattern.host, ""}))
    return all(checks)


def expected(call: CallFacts, given_before: list[Grant]) -> Verdict:
    fitting = [one for one in given_before if applies(one, call)]
    if any(not one.allows for one in fitting):
        return Verdict.DENY
    believed = call.tool.hints if call.trusted else Hints()
    if believed.pure:
        return Verdict.ALLOW
    risky = not believed.read_only or believed.open_world
    valid = any(one.allows and one.fingerprint == call.fingerprint for one in fitting)
    lasting = valid and not call.tool.asks_always and not (call.outside and risky)
    return Verdict.ALLOW if lasting else Verdict.ASK


@settings(max_examples=500)
@given(CALLS, st.lists(GRANTS, max_size=5))
def test_every_combination_is_judged_as_it_was_asked_for(call: CallFacts, given_before: list[Grant]) -> None:
    assert judge(call, given_before, NOW).verdict is expected(call, given_before)


@given(CALLS, st.lists(GRANTS, max_size=4))
def test_the_order_in_which_permissions_were_given_is_of_no_interest(
    call: CallFacts, given_before: list[Grant]
) -> None:
    assert judge(call, given_before, NOW).verdict is judge(call, given_before[::-1], NOW).verdict


@given(CALLS, st.lists(GRANTS, max_size=4))
def test_an_allowance_names_the_permission_that_it_rests_on(call: CallFacts, given_before: list[Grant]) -> None:
    judged: Judgement = judge(call, given_before, NOW)
    if judged.verdict is Verdict.ALLOW and judged.reason is not Reason.PURE:
        assert judged.grant in given_before
        assert judged.grant is not None
        assert judged.grant.allows
