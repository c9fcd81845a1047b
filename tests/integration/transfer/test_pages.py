"""Exports to read: Markdown and HTML, and the names of their files."""

from __future__ import annotations

import base64
import hashlib
import os
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kireji.core.messages import (
    Citation,
    DocumentPart,
    ImagePart,
    Message,
    MessageState,
    Role,
    TextPart,
    ThinkingPart,
    ToolCallPart,
    ToolResultPart,
    Usage,
)
from kireji.core.transfer import WholeConversation, WholeMessage
from kireji.storage.transfer.names import Names, safe_name
from kireji.storage.transfer.page import PageMaker
from kireji.storage.transfer.plain_markdown import as_markdown
from kireji.ui.chat.answer_page import render
from tests.support.whole import NOON, conversations, said, talk

PICTURE = ImagePart("ab" * 32, "image/png", 20, 10)
HOSTILE = """<script>alert(1)</script> <img src=x onerror=alert(1)> [a](javascript:alert(1)) ![b](file:///etc/passwd)
![c](https://example.com/c.png) [d](data:text/html,x) [e](\\\\host\\share) <https://example.com> &lt;b&gt;

$\\href{javascript:alert(1)}{x}$ $$\\frac{1}{2}$$ $\\text{<script>alert(1)</script><img src=x onerror=alert(1)>}$

```python
print("</code></pre><script>")
```

| a | b |
|---|--:|
| <i>1</i> | 2 |
"""


class Seen(HTMLParser):
    """What a browser would find."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


def seen(page: str) -> list[tuple[str, dict[str, str | None]]]:
    parser = Seen()
    parser.feed(page)
    return parser.tags


def answer(*parts: object) -> WholeMessage:
    message = Message(Role.ASSISTANT, parts)  # type: ignore[arg-type] # parts of any kind
    return WholeMessage("a", "q", message, NOON, provider="anthropic", model="m", usage=Usage(1200, 30, cost=0.01))


def page_of(conversation: WholeConversation, blobs: dict[str, bytes] | None = None) -> str:
    return PageMaker(render).page(conversation, (blobs or {}).get)


def assert_inert(page: str) -> None:
    tags = seen(page)
    assert not {"script", "iframe", "object", "embed", "link", "form", "base"} & {tag for tag, _ in tags}
    for _, attributes in tags:
        assert not [name for name in attributes if name.startswith("on") or name in ("style", "srcset")]
        for name in ("href", "src", "xlink:href"):
            value = (attributes.get(name) or "https://").lower()
            assert value.startswith(("https://", "http://", "mailto:", "data:image/png;base64,")), value


class TestHtml:
    def test_nothing_in_it_is_active_and_nothing_is_loaded(self) -> None:
        conversation = talk(said("q", None, HOSTILE), answer(TextPart(HOSTILE), ThinkingPart(HOSTILE)))
        page = page_of(conversation)
        assert_inert(page)
        assert "https://example.com/c.png" in page, "the picture that is named is told"
        assert [tag for tag, _ in seen(page)].count("img") == 0

    @settings(max_examples=60, deadline=None)
    @given(st.one_of(st.text(max_size=200), st.lists(st.sampled_from(HOSTILE.split()), max_size=12).map(" ".join)))
    def test_no_words_whatever_make_it_active(self, words: str) -> None:
        assert_inert(page_of(talk(said("q", None, words), answer(TextPart(words)))))

    @settings(max_examples=30, deadline=None)
    @given(conversations())
    def test_every_conversation_has_a_page_and_a_text(self, conversation: WholeConversation) -> None:
        assert_inert(page_of(conversation))
        assert as_markdown(conversation, {})

    @pytest.mark.parametrize(
        "words",
        [
            *(">" * depth + " here" for depth in (10, 49, 60, 500)),
            *("\n".join("  " * level + "- here" for level in range(depth)) for depth in (10, 49, 80, 300)),
            "> - " * 45 + "here",
            "*a " * 60_000 + "here",
            "[" * 100_000 + "here",
            "x" * 1_000_000 + " here",
            "|a|b|\n|-|-|\n" + "|1|2|\n" * 5_000 + "|here|",
            "$x^2$ " * 100_000 + "here",
            "```python\nf(1)\n```\n" * 10_000 + "here",
        ],
        ids=lambda words: words[:12],
    )
    @pytest.mark.timeout(60)
    def test_no_words_are_lost_however_deep_or_many_and_it_takes_no_minute(self, words: str) -> None:
        assert "here" in render(words)

    def test_its_policy_allows_its_own_style_and_pictures_in_it_only(self) -> None:
        page = page_of(talk(said("q", None, "?")))
        (policy,) = (attributes["content"] for _, attributes in seen(page) if "http-equiv" in attributes)
        style = re.search("<style>(.*)</style>", page, re.DOTALL)
        assert style is not None
        digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
        assert policy == (
            f"default-src 'none'; img-src data:; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
        )

    def test_pictures_are_in_it_and_lost_ones_are_told(self) -> None:
        question = WholeMessage("q", None, Message(Role.USER, (PICTURE,)), NOON)
        encoded = base64.b64encode(b"bytes").decode()
        assert f'src="data:image/png;base64,{encoded}"' in page_of(talk(question), {PICTURE.blob: b"bytes"})
        assert "[Picture, 20 x 10: lost]" in page_of(talk(question))

    def test_each_block_has_the_direction_of_its_own(self) -> None:
        page = page_of(talk(said("q", None, "مرحبا\n\nHello"), answer(TextPart("# שלום\n\n- مرحبا\n\n`x`\n"))))
        for tag in ('<h1 dir="rtl">', '<ul dir="rtl">', "<p><code>x", '<p class="plain" dir="auto">Hello'):
            assert tag in page

    def test_markdown_code_and_formulas_are_rendered(self) -> None:
        page = page_of(talk(said("q", None, "?"), answer(TextPart("**b**\n\n```python\ndef f(): 1\n```\n\n$x^2$"))))
        assert "<b>b</b>" in page
        assert '<span class="keyword">def</span>' in page
        assert "<math" in page

    def test_light_and_dark_are_both_there(self) -> None:
        assert "prefers-color-scheme: dark" in page_of(talk(said("q", None, "?")))


TWO_ROUNDS = (
    ToolCallPart("1", "look", '{"path": "/a"}', begun=True),
    ToolCallPart("2", "run_command", '{"command": "rm -r /"}'),
    ToolResultPart("1", (TextPart("<b>41</b> GB"), PICTURE), seconds=1.25),
    ToolResultPart("2", (TextPart("The person said no."),), is_error=True, refused=True),
    TextPart("I ask again."),
    ToolCallPart("3", "look", '{"path": "/b"}', begun=True),
    ToolResultPart("3", (TextPart("No such folder."),), is_error=True, seconds=0.5),
    ToolCallPart("4", "send", "{}", begun=True),
    ToolCallPart("5", "send", "{}"),
    ToolCallPart("6", "send", '{"to', cut=True),
)


class TestTools:
    def test_every_result_says_whose_it_is_and_how_it_went(self) -> None:
        conversation = talk(said("q", None, "?"), answer(*TWO_ROUNDS))
        text = as_markdown(conversation, {PICTURE.blob: "pictures/a.png"})
        assert "**Result of look · 1.2 s**\n\n```\n<b>41</b> GB\n```\n\n![Picture, 20 x 10](pictures/a.png)" in text
        assert "**Refused: run_command**\n\n```\nThe person said no.\n```" in text
        assert "**Error of look · 0.5 s**\n\n```\nNo such folder.\n```" in text
        page = page_of(conversation, {PICTURE.blob: b"bytes"})
        assert_inert(page)
        assert '<summary dir="auto">Result of look · 1.2 s</summary>' in page
        assert "&lt;b&gt;41&lt;/b&gt; GB" in page
        assert '<summary dir="auto">Refused: run_command</summary>' in page
        assert page.index("Refused: run_command") < page.index("I ask again.") < page.index("Error of look")

    def test_what_a_tool_gave_back_stands_below_its_call(self) -> None:
        conversation = talk(said("q", None, "?"), answer(*TWO_ROUNDS))
        for text in (as_markdown(conversation, {}), page_of(conversation, {PICTURE.blob: b"bytes"})):
            found = re.findall(r"Tool: \w+|(?:Result|Error) of \w+|Refused: \w+", text)
            first = ["Tool: look", "Result of look", "Tool: run_command", "Refused: run_command"]
            assert found[:6] == [*first, "Tool: look", "Error of look"]

    @pytest.mark.parametrize(
        "left", ["started; whether it took effect is not known", "not run", "cut before all of it had arrived"]
    )
    def test_a_call_without_a_result_says_what_is_known_of_it(self, left: str) -> None:
        conversation = talk(said("q", None, "?"), answer(*TWO_ROUNDS))
        assert as_markdown(conversation, {}).count(f"*[{left}]*") == 1
        assert page_of(conversation).count(f"[{left}]") == 1

    def test_a_result_in_a_message_of_its_own_is_found_its_call(self) -> None:
        call = answer(ToolCallPart("1", "look", "{}"))
        result = WholeMessage("r", "a", Message(Role.USER, (ToolResultPart("1", (TextPart("41 GB"),)),)), NOON)
        text = as_markdown(talk(said("q", None, "?"), call, result), {})
        assert "**Result of look**" in text
        assert "not run" not in text

    def test_a_result_of_a_call_that_is_not_there_is_a_result_too(self) -> None:
        parts = (ToolResultPart("9", (TextPart("a"),)), ToolResultPart("8", refused=True))
        text = as_markdown(talk(said("q", None, "?"), answer(*parts)), {})
        assert "**Result of the tool**\n\n```\na\n```\n\n**Refused**" in text


class TestMarkdown:
    def test_who_said_what_when(self) -> None:
        text = as_markdown(talk(said("q", None, "What?"), answer(TextPart("**That.**"))), {})
        assert text.startswith("# A talk\n\n*2026-03-01 ")
        assert "## You · 2026-03-01" in text
        assert "## Anthropic · m · 2026-03-01" in text
        assert text.endswith("**That.**\n\n*1,200 tokens read, 30 written, $0.0100*\n")

    def test_pictures_documents_tools_and_sources_are_told(self) -> None:
        parts = (
            PICTURE,
            DocumentPart("cd" * 32, "text/plain", "notes [1].txt"),
            ToolCallPart("c", "search", '{"q": 1}'),
            ToolResultPart("c", (TextPart("```found```"),)),
            TextPart("So.", (Citation("", "Tides", "https://example.com"),)),
        )
        text = as_markdown(talk(said("q", None, "?"), answer(*parts)), {PICTURE.blob: "pictures/a.png"})
        assert "![Picture, 20 x 10](pictures/a.png)" in text
        assert "*[notes (1).txt: lost]*" in text
        assert '**Tool: search**\n\n```json\n{"q": 1}\n```' in text
        assert "````\n```found```\n````" in text
        assert "- Tides <https://example.com>" in text

    def test_an_answer_that_was_cut_says_so(self) -> None:
        cut = said("a", "q", "High at", Role.ASSISTANT, MessageState.INTERRUPTED)
        assert "*interrupted*" in as_markdown(talk(said("q", None, "?"), cut), {})


class TestNames:
    @given(st.text(max_size=400))
    def test_any_title_is_a_name_that_every_system_takes(self, title: str) -> None:
        name = safe_name(title)
        assert 0 < len((name + ".html").encode()) <= 200
        assert not re.search(r'[<>:"/\\|?*\x00-\x1f\x7f]', name)
        assert name == name.strip(" .")
        assert name not in (".", "..")

    @pytest.mark.parametrize("title", ["CON", "nul.txt", "com1", "LPT9", "Aux"])
    def test_names_that_windows_keeps_for_itself_are_changed(self, title: str) -> None:
        assert safe_name(title) == f"_{title}"

    @pytest.mark.parametrize(
        ("title", "name"),
        [
            ("../../etc/passwd", "etc passwd"),
            ("a\u202egnp.exe", "agnp.exe"),
            ("", "conversation"),
            ("...", "conversation"),
            ("蓝色 🌊", "蓝色 🌊"),
        ],
    )
    def test_what_leads_elsewhere_or_hides_is_taken_out(self, title: str, name: str) -> None:
        assert safe_name(title) == name

    def test_the_same_title_gets_a_number_also_in_other_letters(self) -> None:
        names = Names()
        assert [names.take(stem, ".md") for stem in ("Tide", "tide", "TIDE", "Tides")] == [
            "Tide.md",
            "tide (2).md",
            "TIDE (3).md",
            "Tides.md",
        ]


def test_rendering_a_page_loads_no_window_system() -> None:
    program = (
        "import sys; from kireji.ui.chat.answer_page import render; "
        "render('# a\\n\\n```python\\n1\\n```\\n\\n$x$ ![p](q)');"
        "sys.exit(any(name.startswith('PySide6') for name in sys.modules))"
    )
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[3] / "app")}
    assert subprocess.run([sys.executable, "-c", program], env=environment, check=False).returncode == 0
