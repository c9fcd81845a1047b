"""Frames and replies survive any split, and anything else is refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kireji.core.frames import FrameDecoder, FrameError, frame
from kireji.core.reading import ReadLine
from kireji.reader.protocol import Done, Failed, Line, Ready, Reply, decode, encode

texts = st.text(max_size=40)
lines = st.builds(ReadLine, texts, st.floats(0, 1), st.tuples(*[st.integers(0, 9999)] * 4))
replies = st.one_of(st.builds(Ready), st.builds(Line, lines), st.builds(Done), st.builds(Failed, texts, texts))


@given(st.lists(st.binary(max_size=60)), st.lists(st.integers(1, 30), min_size=1))
def test_payloads_are_the_same_however_the_bytes_are_split(payloads: list[bytes], sizes: list[int]) -> None:
    stream = b"".join(frame(payload) for payload in payloads)
    decoder, found, turn = FrameDecoder(limit=60), [], 0
    while stream:
        piece, stream = stream[: sizes[turn % len(sizes)]], stream[sizes[turn % len(sizes)] :]
        found += decoder.feed(piece)
        turn += 1
    assert found == payloads


def test_a_frame_is_not_given_before_it_is_whole() -> None:
    assert FrameDecoder(limit=60).feed(frame(b"abc")[:-1]) == []


@given(st.integers(61, 2**32 - 1))
def test_a_length_over_the_limit_is_refused_before_the_bytes_arrive(length: int) -> None:
    with pytest.raises(FrameError):
        FrameDecoder(limit=60).feed(length.to_bytes(4, "big"))


@given(replies)
def test_a_reply_is_read_as_it_was_written(reply: Reply) -> None:
    [payload] = FrameDecoder(limit=64 * 1024).feed(encode(reply))
    assert decode(payload) == reply


@given(st.binary(max_size=80))
def test_other_bytes_are_refused(payload: bytes) -> None:
    with pytest.raises(FrameError):
        decode(payload)


def test_a_line_without_its_box_is_refused() -> None:
    with pytest.raises(FrameError):
        decode(b'{"kind":"line","line":{"text":"a","score":1}}')
