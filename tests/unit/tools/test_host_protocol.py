"""What the program and the process of a plugin say to each other, and what nobody says."""

from __future__ import annotations

from contextlib import suppress

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kireji.core.frames import FrameDecoder, FrameError
from kireji.core.tools import FileOutput, PictureOutput, TextOutput
from kireji.tools.host_protocol import (
    FROM_HOST_LIMIT,
    TO_HOST_LIMIT,
    Ask,
    Broken,
    Call,
    Cancel,
    Denied,
    Describe,
    Fetched,
    Finished,
    FromHost,
    Load,
    Loaded,
    Progress,
    ToHost,
    encoded,
    of_host,
    of_program,
)

FROM_HOST: list[FromHost] = [
    Loaded(),
    Broken("It is.", "a.py", 3),
    Progress(1, "half", 0.5),
    Progress(1, "half", None),
    Ask(1, 2, "fetch", "https://a.example/"),
    Finished(1, (TextOutput("ü"), PictureOutput(b"\xff"), FileOutput(b"a", "text/csv", "a.csv")), True),
]
TO_HOST: list[ToHost] = [
    Load("a", "/a.py", "", ("/a.py",), "0"),
    Describe(),
    Call(1, "count", b"{}"),
    Cancel(1),
    Fetched(1, "https://a.example/", 200, "text/html", b"\xff", ""),
    Denied(1, "No.", True),
]


def test_messages_arrive_as_they_were_sent() -> None:
    frames = FrameDecoder(FROM_HOST_LIMIT)
    assert [of_host().decode(each) for each in frames.feed(b"".join(map(encoded, FROM_HOST)))] == FROM_HOST
    frames = FrameDecoder(TO_HOST_LIMIT)
    assert [of_program().decode(each) for each in frames.feed(b"".join(map(encoded, TO_HOST)))] == TO_HOST


@pytest.mark.parametrize("message", TO_HOST)
def test_what_one_side_says_the_other_does_not(message: ToHost) -> None:
    with pytest.raises(FrameError):
        of_host().decode(encoded(message)[4:])


ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats()
    | st.text(max_size=9)
    | st.binary(max_size=9),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9) | st.just("type"), inner, max_size=4)
    ),
    max_leaves=10,
)


@given(st.binary(max_size=200) | ANYTHING.map(msgspec.msgpack.encode))
def test_anything_else_is_no_message(payload: bytes) -> None:
    for decoder in (of_host(), of_program()):
        with suppress(FrameError):
            decoder.decode(payload)
