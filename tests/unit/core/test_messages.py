"""What a message says about itself."""

from __future__ import annotations

from kireji.core.messages import (
    DocumentPart,
    ImagePart,
    LinkedImagePart,
    Message,
    Role,
    TextPart,
    ThinkingPart,
    ToolCallPart,
    ToolResultPart,
)

PICTURE = ImagePart("a" * 64, "image/png", 3, 2)
INNER = ImagePart("c" * 64, "image/png", 3, 2)
DOCUMENT = DocumentPart("b" * 64, "application/pdf")
RESULT = ToolResultPart("call_1", (TextPart("seen"), INNER, DOCUMENT))


def test_the_text_is_the_words_alone() -> None:
    call, thinking = ToolCallPart("call_1", "look"), ThinkingPart("hm")
    message = Message(Role.ASSISTANT, (thinking, TextPart("one"), call, TextPart("two")))
    assert message.text == "one\n\ntwo"


def test_pictures_in_results_are_not_the_messages_own() -> None:
    assert Message(Role.USER, (RESULT, PICTURE)).images == (PICTURE,)


def test_calls_stand_in_their_order() -> None:
    calls = (ToolCallPart("call_2", "look"), ToolCallPart("call_1", "look", "{}"))
    assert Message(Role.ASSISTANT, (calls[0], TextPart("and"), calls[1])).calls == calls


def test_the_bytes_it_needs_are_those_of_pictures_documents_and_results() -> None:
    message = Message(Role.USER, (RESULT, PICTURE, DOCUMENT, TextPart("what?")))
    assert set(message.blobs) == {PICTURE.blob, INNER.blob, DOCUMENT.blob}


def test_bytes_that_are_needed_twice_are_named_once() -> None:
    assert Message(Role.USER, (PICTURE, PICTURE, ToolResultPart("call_1", (PICTURE,)))).blobs == (PICTURE.blob,)


def test_a_picture_on_the_web_needs_no_bytes() -> None:
    assert Message(Role.USER, (LinkedImagePart("https://example.com/a.png"),)).blobs == ()
