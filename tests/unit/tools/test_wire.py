"""What the program, the supervisor and the keepers say to each other."""

from __future__ import annotations

import os
import socket
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from kireji.tools.supervisor.wire import LineDecoder, encode, pass_descriptors, take_descriptors

MESSAGES = st.lists(st.dictionaries(st.text(), st.text() | st.integers() | st.lists(st.text())))


@given(messages=MESSAGES, cuts=st.data())
def test_messages_arrive_whatever_the_pieces(messages: list[dict[str, Any]], cuts: st.DataObject) -> None:
    data = b"".join(map(encode, messages))
    decoder, found = LineDecoder(), []
    while data:
        size = cuts.draw(st.integers(1, len(data)))
        found += decoder.feed(data[:size])
        data = data[size:]
    assert found == messages


def test_names_that_are_no_text_survive() -> None:
    name = os.fsdecode(b"\xff")
    assert LineDecoder().feed(encode({"name": name})) == [{"name": name}]


def test_descriptors_of_two_messages_are_not_mixed() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        pipes = [os.pipe() for _ in range(3)]
        numbers = [number for pipe in pipes for number in pipe]
        pass_descriptors(ours, numbers[:3])
        pass_descriptors(ours, numbers[3:])
        got = [take_descriptors(theirs), take_descriptors(theirs)]
        ours.close()
        assert take_descriptors(theirs) is None
        assert [len(each or ()) for each in got] == [3, 3]
        taken = [number for each in got for number in each or ()]
        assert [os.fstat(number).st_ino for number in taken] == [os.fstat(number).st_ino for number in numbers]
        assert not any(os.get_inheritable(number) for number in taken)
        for number in (*taken, *numbers):
            os.close(number)
