from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QBrush, QGuiApplication, QImage, QTextDocument
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from kireji.core.settings import AppearanceSettings
from kireji.core.settings import Theme as ThemeChoice
from kireji.ui.chat.answer_view import AnswerView
from kireji.ui.chat.code_buttons import CodeButton
from kireji.ui.theme import Theme

pytestmark = pytest.mark.qt

SAMPLE = """# Title

Some `code` and **bold**
second line

- one
- two
  1. deep

> quoted
> - list

```python
x = 1

y = "two"
```

| a | b |
|---|---|
| 1 | 2 |

---

مرحبا `x`

end
"""


@pytest.fixture
def theme(qapp: QApplication) -> Theme:
    return Theme(qapp)


@pytest.fixture
def view(theme: Theme, qtbot: QtBot) -> AnswerView:
    view = AnswerView(theme)
    qtbot.addWidget(view)
    view.resize(600, 700)
    view.show()
    return view


def plain(value: object) -> str:
    return value.color().name() if isinstance(value, QBrush) else str(value)


def picture_of(view: AnswerView) -> list[tuple[object, ...]]:
    """Everything that decides how the pieces look, wherever they are."""
    shown: list[tuple[object, ...]] = []
    for piece in view.pieces():
        shown.append(("piece", piece.y(), piece.height()))
        shown += picture_of_document(piece.document())
    return shown


def picture_of_document(document: QTextDocument) -> list[tuple[object, ...]]:
    shown: list[tuple[object, ...]] = []
    block = document.begin()
    while block.isValid():
        block_format = block.blockFormat()
        fragments = []
        iterator = block.begin()
        while not iterator.atEnd():
            fragment = iterator.fragment()
            properties = {key: plain(value) for key, value in fragment.charFormat().properties().items() if key}
            fragments.append((fragment.text(), tuple(sorted(properties.items()))))
            iterator += 1
        marker = block.textList().format().style() if block.textList() else None
        start = block.textList().format().start() if block.textList() else None
        layout = {key: plain(value) for key, value in block_format.properties().items() if key}
        shown.append((tuple(fragments), tuple(sorted(layout.items())), marker, start))
        block = block.next()
    return shown


def stream(view: AnswerView, source: str, sizes: list[int]) -> None:
    at = 0
    for size in sizes:
        view.append_delta(source[at : at + size])
        view._flush()
        at += size
    view.append_delta(source[at:])
    view._flush()


def test_the_first_words_show_at_once(view: AnswerView) -> None:
    view.append_delta("Hello")
    assert view.plain_text() == "Hello"


def test_later_words_wait_for_the_next_flush(view: AnswerView, qtbot: QtBot) -> None:
    view.append_delta("Hello")
    view.append_delta(" **there**")
    assert view.plain_text() == "Hello"
    qtbot.waitUntil(lambda: view.plain_text() == "Hello there")


def test_the_source_is_kept_for_copying(view: AnswerView) -> None:
    view.append_delta("a **b")
    view.append_delta("**")
    assert view.markdown() == "a **b**"


@pytest.mark.parametrize("size", [1, 2, 3, 7, 50])
def test_a_streamed_answer_equals_one_rendered_whole(theme: Theme, qtbot: QtBot, size: int) -> None:
    streamed, whole = AnswerView(theme), AnswerView(theme)
    qtbot.addWidget(streamed)
    qtbot.addWidget(whole)
    stream(streamed, SAMPLE, [size] * (len(SAMPLE) // size))
    whole.set_markdown(SAMPLE)
    assert picture_of(streamed) == picture_of(whole)


LINES = st.lists(
    st.sampled_from(
        ["# a", "a `b` c", "- a", "  - b", "3. a", "> q", "```py", "x = 1", "```", "|a|b|", "|-|-|", "---", "", "",
         "**b**", "[x](https://a.b)", "مرحبا", "日本語"]
    ),
    max_size=12,
)  # fmt: skip


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(LINES, st.lists(st.integers(1, 9), max_size=20))
def test_any_streamed_answer_equals_one_rendered_whole(theme: Theme, lines: list[str], sizes: list[int]) -> None:
    source = "\n".join(lines)
    streamed, whole = AnswerView(theme), AnswerView(theme)
    stream(streamed, source, sizes)
    streamed.finish(source)
    whole.set_markdown(source)
    assert picture_of(streamed) == picture_of(whole)
    streamed.deleteLater()
    whole.deleteLater()


def test_finishing_replaces_what_streamed(view: AnswerView) -> None:
    view.append_delta("draft")
    view.finish("final **words**")
    assert view.plain_text() == "final words"
    assert not view._flushing.wanted


def test_late_link_definitions_count_when_the_answer_is_whole(view: AnswerView) -> None:
    source = "see [it][1]\n\nmore\n\n[1]: https://example.org/x\n"
    stream(view, source, [4] * 20)
    view.finish(source)
    assert view.plain_text().startswith("see it (example.org)")


def test_height_follows_the_text(view: AnswerView, qtbot: QtBot) -> None:
    heights: list[object] = []
    view.height_changed.connect(heights.append)
    view.set_markdown("one\n\ntwo\n\nthree")
    tall = view.text_height()
    assert heights[-1] == tall
    view.set_markdown("one")
    assert heights[-1] == view.text_height() < tall


def test_nothing_is_ever_loaded(view: AnswerView) -> None:
    view.set_markdown("words")
    document = view.pieces()[0].document()
    for kind in QTextDocument.ResourceType:
        loaded = document.loadResource(kind.value, QUrl("file:///etc/passwd"))
        assert isinstance(loaded, QImage)
        assert (loaded.width(), loaded.height()) == (1, 1)
    view.set_markdown('![x](file:///etc/passwd) <img src="file:///etc/passwd">')
    assert "\ufffc" not in view.plain_text()


@pytest.mark.parametrize(("address", "opens"), [("https://example.org/a", True), ("file:///etc/passwd", False)])
def test_only_web_links_open(view: AnswerView, address: str, opens: bool) -> None:
    opened: list[object] = []
    view.link_activated.disconnect()
    view.link_activated.connect(opened.append)
    view.open_link(QUrl(address))
    assert opened == ([QUrl(address)] if opens else [])


def test_right_to_left_paragraphs_are_set_from_the_right(view: AnswerView) -> None:
    view.set_markdown("مرحبا\n\nhello")
    first = view.pieces()[0].document().begin()
    assert first.textDirection() is Qt.LayoutDirection.RightToLeft
    assert first.next().textDirection() is Qt.LayoutDirection.LeftToRight


def test_code_is_always_set_from_the_left(view: AnswerView) -> None:
    view.set_markdown("```\nمرحبا = 1\n```")
    assert view.pieces()[0].document().begin().textDirection() is Qt.LayoutDirection.LeftToRight


def test_each_code_block_can_be_copied(view: AnswerView) -> None:
    view.show()
    view.set_markdown('```python\nx = 1\n\ny = 2\n```\n\nand\n\n- ```sh\n  ls & "x"\n  ```\n')
    buttons = view.viewport().findChildren(CodeButton)
    assert [button.accessibleName() for button in buttons] == ["Copy the python code", "Copy the sh code"]
    buttons[1].click()
    assert QGuiApplication.clipboard().text() == 'ls & "x"'
    assert buttons[1].text() == "Copied"


@pytest.mark.parametrize(
    ("code", "caption"),
    [
        ("x", "python · Copy"),
        ("x" * 38 + "\nx", "python · Copy"),
        ("x" * 38, "Copy"),
        ("x" * 200 + "\n" + "x" * 44, ""),
    ],
)
def test_the_copy_button_never_covers_the_code(view: AnswerView, code: str, caption: str) -> None:
    view.show()
    view.resize(394, 300)
    view.set_markdown(f"```python\n{code}\n```")
    [button] = view.viewport().findChildren(CodeButton)
    assert (button.text() if button.isVisible() else "") == caption


def test_another_theme_draws_the_answer_again(theme: Theme, view: AnswerView) -> None:
    view.set_markdown(SAMPLE)
    before = picture_of(view)
    theme.apply(AppearanceSettings(theme=ThemeChoice.DARK))
    assert picture_of(view) != before
    theme.apply(AppearanceSettings(theme=ThemeChoice.LIGHT))
    assert picture_of(view) == before


def test_a_growing_text_is_laid_out_in_pieces_of_which_only_the_last_changes(view: AnswerView) -> None:
    stream(view, "word " * 800, [500] * 8)
    settled = view.pieces()[0]
    before = settled.document().revision()
    stream(view, "more " * 400, [50] * 40)
    assert settled.document().revision() == before
    assert max(piece.length() for piece in view.pieces()) < 4000


def test_the_ground_of_code_at_the_end_lies_within_the_view(view: AnswerView) -> None:
    view.set_markdown("Do this:\n\n```sh\nmake\n```\n")
    piece = view.pieces()[-1]
    [ground] = piece.grounds().code
    assert ground.rect.bottom() < piece.height()
