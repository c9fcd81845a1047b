from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kireji.ui.chat.markdown.links import allowed_link, readable_host
from tests.ui.chat.markdown.reading import runs, words

BLOB = "0123456789abcdef" * 4


def links(text: str) -> list[str]:
    return [run.style.link for run in runs(text) if run.style.link]


@pytest.mark.parametrize(
    "address",
    [
        "https://example.org/a?b=c#d",
        "http://example.org",
        "http://127.0.0.1:8080/x",
        "https://[::1]/",
        "mailto:a.b@c.org",
    ],
)
def test_links_to_the_web_and_to_people_may_be_opened(address: str) -> None:
    assert allowed_link(address) == address


@pytest.mark.parametrize(
    "address",
    [
        "file:///etc/passwd", "FILE:///etc/passwd", "javascript:alert(1)", "JaVaScRiPt:alert(1)", "vbscript:x",
        "data:text/html,x", "data:image/png;base64,AAAA", "smb://host/share", "//host/x", "\\\\host\\share", "ftp://h/x",
        "https:example.org", "https://", "http://[", "", "x", "/etc/passwd", "../x", "vscode://x", "ms-settings:x",
        "java\tscript:alert(1)", "java\nscript:alert(1)", " javascript:alert(1)", "\x01javascript:alert(1)",
        "https://evil.example\\@good.example/", "https://good.example\\.evil.example", "https://exa mple.org",
        "https://example.org/\u202egnp.exe", "https://exam\u200bple.org", "https://example.org:port", "https://a..b",
        "https://%65vil.example", "mailto:", "mailto:a", "mailto://host/x", "mailto:a@b.c,d@e.f", "https://-x.example",
        f"https://example.org/{'x' * 5000}",
    ],
)  # fmt: skip
def test_other_links_may_not(address: str) -> None:
    assert allowed_link(address) == ""


@pytest.mark.parametrize(
    ("address", "opened"),
    [
        ("https://google.com@evil.example/x", "https://evil.example/x"),
        ("https://user:secret@example.org:81/", "https://example.org:81/"),
        ("mailto:a@b.org?subject=x&attach=/etc/passwd&bcc=c@d.org", "mailto:a@b.org"),
        ("HTTPS://EXAMPLE.org/A", "https://example.org/A"),
        ("https://bücher.example/", "https://xn--bcher-kva.example/"),
    ],
)
def test_an_address_is_opened_without_what_only_disguises_it(address: str, opened: str) -> None:
    assert allowed_link(address) == opened


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("[the manual](https://evil.example/x)", "the manual (evil.example)"),
        ("[https://bank.example](https://evil.example/x)", "https://bank.example (evil.example)"),
        ("[bank.example](https://bank.example.evil.example/)", "bank.example (bank.example.evil.example)"),
        ("[x](https://bank.example@evil.example/)", "x (evil.example)"),
        ("[example.org](https://example.org/)", "example.org"),
        ("<https://example.org/a>", "https://example.org/a"),
        ("https://example.org/a", "https://example.org/a"),
        ("https://example.org:81/a", "https://example.org:81/a"),
        ("[write](mailto:a@b.org?bcc=x@y.org)", "write (a@b.org)"),
        ("<a@b.org>", "a@b.org"),
        ("[apple](https://аррӏе.com/)", "apple (xn--80ak6aa92e.com)"),
        ("[p](https://pаypal.com/)", "p (xn--pypal-4ve.com)"),
        ("[x](https://пример.рф/)", "x (пример.рф)"),
        ("[x](https://bücher.example/)", "x (xn--bcher-kva.example)"),
    ],
)
def test_a_link_shows_where_it_leads_unless_its_words_do(text: str, shown: str) -> None:
    assert words(text) == shown


def test_hosts_in_one_script_are_readable() -> None:
    assert readable_host("xn--e1afmkfd.xn--p1ai") == "пример.рф"
    assert readable_host("xn--wgv71a119e.xn--jp-eo0a") != ""


@pytest.mark.parametrize(
    "text",
    [
        "[x](javascript:alert(1))", "[x](JAVASCRIPT:alert(1))", "[x](&#106;avascript:alert(1))",
        "[x](&#x6A;avascript&colon;alert(1))", "[x](java&Tab;script:alert(1))", "[x](<java\tscript:x>)",
        "[x](file:///etc/passwd)", "[x](\\\\\\\\host\\share)", "[x](//host/share)", "[x](data:text/html,x)",
        "[x](vbscript:x)", "<javascript:x>", "<file:///etc/passwd>", "[x][y]\n\n[y]: javascript:x", "[x](x.html)",
        "javascript://x", "file:///etc/passwd", "www.example.org", "xhttps://example.org", "[x](#top)", "a@b.org",
        "`https://example.org`", "\\<https:x>", "https://", "https://<b>",
    ],
)  # fmt: skip
def test_hostile_and_doubtful_links_are_words(text: str) -> None:
    assert links(text) == []


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("see https://example.org/a_b_c.", "https://example.org/a_b_c"),
        ("(https://example.org/x)", "https://example.org/x"),
        ("https://example.org/x_(y)", "https://example.org/x_(y)"),
        ("**https://example.org/x**", "https://example.org/x"),
        ("在https://example.org/x。好", "https://example.org/x"),
        ("HTTP://example.org/x", "http://example.org/x"),
        ("<b>https://example.org/x</b>", "https://example.org/x"),
        ("https://google.com@evil.example/x", "https://evil.example/x"),
    ],
)
def test_bare_addresses_are_links(text: str, address: str) -> None:
    assert links(text) == [address]


@pytest.mark.parametrize(
    ("text", "shown", "found"),
    [
        ("![a cat](https://example.org/x.png)", "[picture: a cat] (example.org)", ["https://example.org/x.png"]),
        ("![](https://example.org/x.png)", "[picture] (example.org)", ["https://example.org/x.png"]),
        ("![a](x/y.png)", "[picture: a] (x/y.png)", []),
        ("![a](//host/x.png)", "[picture: a] (//host/x.png)", []),
        ("![a](data:image/png;base64,AAAA)", "[picture: a] (data:image/png;base64,AAAA)", []),
        ("![a](file:///etc/passwd)", "![a](file:///etc/passwd)", []),
        ("![a](kireji:capture/1234)", "[picture: a] (kireji:capture/1234)", []),
    ],
)
def test_a_foreign_picture_is_its_description(text: str, shown: str, found: list[str]) -> None:
    assert words(text) == shown
    assert links(text) == found
    assert not any(run.style.picture for run in runs(text))


def test_a_picture_of_our_own_store_is_named_by_what_it_holds() -> None:
    [run] = runs(f"![a cat](kireji:capture/{BLOB})")
    assert (run.text, run.style.picture) == ("a cat", BLOB)


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=40), st.sampled_from(["", "https://", "http://a", "javascript:", "mailto:", "//", "\\\\"]))
def test_whatever_is_allowed_is_plain_and_of_an_allowed_kind(rest: str, begin: str) -> None:
    address = allowed_link(begin + rest)
    assert not address or address.startswith(("http://", "https://", "mailto:"))
    assert address.isprintable()
    assert not set(address) & set("\\ \t\n")
