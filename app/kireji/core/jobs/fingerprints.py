"""What makes two rows the same question: a canonical form of all that the answer depends on, and its hash."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import TypeAlias

import msgspec

from kireji.core.jobs.values import JobPlan, LineKind
from kireji.core.messages import Sha256
from kireji.core.structured.forms import AnswerForm

SIZE = 16
"""Bytes that are kept of a SHA-256: among a million rows, two different ones meet by chance once in 10^26 jobs."""
Fingerprint: TypeAlias = bytes

_LEFT_OUT = ("model", "stream", "stream_options")


def _number(text: str) -> float | int:
    """1.0, 1e0 and 10e-1 are the number 1."""
    value = float(text)
    return int(value) if value.is_integer() else value


_DECODER = msgspec.json.Decoder(float_hook=_number)
_OBJECT = msgspec.json.Decoder(dict[str, object], float_hook=_number)


def canonical(text: bytes) -> bytes:
    """JSON in the one spelling of its value: keys sorted, no blanks, numbers and letters written one way.

    Raises:
        ValueError: It is no JSON.
    """
    try:
        return msgspec.json.encode(_DECODER.decode(text), order="deterministic")
    except (msgspec.MsgspecError, RecursionError) as error:
        raise ValueError(str(error)) from error


class Fingerprints:
    """Makes the fingerprints of one job's rows.

    Args:
        plan: Everything in it that an answer depends on is part of every fingerprint.
        model: Who answers.
    """

    def __init__(self, plan: JobPlan, model: str) -> None:
        self._max_tokens = plan.max_tokens
        try:
            schema = canonical(plan.schema) if plan.schema.strip() else b""
        except ValueError:
            schema = plan.schema
        effort = plan.effort.value if plan.effort is not None else ""
        depends: list[object] = [plan.provider, model, plan.system, plan.max_tokens, effort, schema]
        if plan.form is not AnswerForm.TEXT:
            depends += [plan.form.value, plan.task, plan.policy]
        same = msgspec.json.encode(depends)
        self._begun = {kind: hashlib.sha256(b"%b\n%b\n" % (kind.value.encode(), same)) for kind in LineKind}
        self._plain = hashlib.sha256(b"%b\n%b\n\n" % (LineKind.PROMPT.value.encode(), same))

    def of_prompt(self, prompt: bytes, pictures: Sequence[Sha256 | str] = ()) -> Fingerprint:
        """Of a prompt with its pictures.

        Args:
            prompt: UTF-8.
            pictures: In order: the hashes of stored ones, the addresses of those on the web.
        """
        if pictures:
            begun = self._begun[LineKind.PROMPT].copy()
            begun.update(msgspec.json.encode(pictures))
            begun.update(b"\n")
        else:
            begun = self._plain.copy()
        begun.update(prompt)
        return begun.digest()[:SIZE]

    def of_body(self, kind: LineKind, content: bytes) -> Fingerprint:
        """Of a whole body; which model it names and whether it asks for a stream does not count.

        Raises:
            ValueError: It is no JSON object.
        """
        try:
            body = _OBJECT.decode(content)
        except (msgspec.MsgspecError, RecursionError, UnicodeError) as error:
            raise ValueError(str(error)) from error
        for name in _LEFT_OUT:
            body.pop(name, None)
        if "max_completion_tokens" not in body:
            body.setdefault("max_tokens", self._max_tokens)
        begun = self._begun[kind].copy()
        begun.update(msgspec.json.encode(body, order="deterministic"))
        return begun.digest()[:SIZE]
