"""Standard input, output and error of a command: results to one, everything else to the other."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TextIO

from kireji.cli.keyboard import Keyboard, TerminalKeyboard
from kireji.cli.terminal_text import TerminalText, cut_to, made_visible, width_of
from kireji.core.errors import KirejiError

_TURNS = re.compile("[\u202a-\u202e\u2066-\u2069]")
"""Embeddings, overrides and isolates (Unicode, UAX 9)."""
_MOST_INPUT = 10_000_000
"""Bytes of piped text; more than any model reads."""
_BETWEEN = "  "
_NARROWEST = 8
"""Columns that are left of what is cut."""
_USUAL_COLUMNS = 80


class OutputClosed(Exception):
    """Whoever read standard output has gone (`kireji ... | head`)."""


class Console:
    """The three standard streams.

    Args:
        stdin: None when the process has none.
        stdout: The same.
        stderr: The same.
        keyboard: Who can be asked; None when nobody sits at a terminal.
    """

    def __init__(
        self,
        stdin: TextIO | None,
        stdout: TextIO | None,
        stderr: TextIO | None,
        keyboard: Keyboard | None = None,
    ) -> None:
        self.keyboard = keyboard
        self._stdin = stdin
        self._stdout = stdout
        self._stderr = stderr
        self._clean = TerminalText() if stdout is not None and stdout.isatty() else None

    @classmethod
    def of_process(cls) -> Console:
        """The streams this process was started with; letters the terminal lacks become question marks."""
        for stream in (sys.stdout, sys.stderr):
            if hasattr(stream, "reconfigure"):
                stream.reconfigure(errors="replace")
        return cls(sys.stdin, sys.stdout, sys.stderr, TerminalKeyboard.of_process())

    @property
    def typed_at(self) -> bool:
        """Whether a person at a terminal is at standard input."""
        return self._stdin is not None and not self._stdin.closed and self._stdin.isatty()

    def piped_text(self) -> str:
        """All of standard input when something is piped in; empty at a terminal or when it is closed.

        Raises:
            KirejiError: It is not text, or too much.
        """
        if self._stdin is None or self._stdin.closed or self.typed_at:
            return ""
        try:
            data = self._stdin.buffer.read(_MOST_INPUT + 1)
            text = data.decode("utf-8-sig")
        except OSError:  # a folder, or a terminal that has gone: nothing was piped
            return ""
        except UnicodeDecodeError as error:
            raise KirejiError("Standard input is not UTF-8 text.", "Pass pictures with -i FILE.") from error
        if len(data) > _MOST_INPUT:
            raise KirejiError("Standard input is longer than 10 MB.", "Pipe in less.")
        return text

    def piped_line(self) -> str:
        """The first line of standard input; empty when there is none.

        Raises:
            KirejiError: It is not text.
        """
        if self._stdin is None or self._stdin.closed:
            return ""
        try:
            return self._stdin.readline().strip()
        except UnicodeDecodeError:
            # Without its cause, which holds the bytes that were read: they may be a key.
            raise KirejiError("Standard input is not text.", "Pass a text file or type it at the prompt.") from None

    async def answer(self) -> str:
        """The next line, while Ctrl+C still ends the command at once: a thread that reads is not waited for.

        Raises:
            KirejiError: It is not text.
        """
        import asyncio

        from kireji.cli.keyboard import TerminalKeyboard

        try:
            descriptor = self._stdin.fileno() if self._stdin is not None and self.typed_at else -1
        except (OSError, ValueError):
            descriptor = -1
        if descriptor < 0:
            return await asyncio.to_thread(self.piped_line)
        return (await TerminalKeyboard(descriptor).line()).strip()

    def write(self, text: str) -> None:
        """Print a piece of the result at once, without a line end. A terminal gets no control characters.

        Raises:
            OutputClosed: Nobody reads it any more.
        """
        if self._stdout is not None:
            with self._told():
                self._stdout.write(self._clean.feed(text) if self._clean else text)
                self._stdout.flush()

    def line(self, text: str = "") -> None:
        """Print one line of the result."""
        self.write(text + "\n")

    def object(self, value: Mapping[str, object]) -> None:
        """Print one JSON object on a line of its own."""
        self.line(json.dumps(value, ensure_ascii=False))

    def table(self, head: Sequence[str], rows: Sequence[Sequence[str]], *, gives_way: int | None = None) -> None:
        """Print rows with aligned columns, each on one line; the last column is not padded.

        Args:
            head: Names of the columns; empty for none.
            rows: The cells.
            gives_way: A column that is cut where a terminal is too narrow for all; None cuts none.
        """
        lines = [[_on_one_line(cell) for cell in row] for row in ((head, *rows) if head else rows)]
        if not lines:
            return
        widths = [max(width_of(row[column]) for row in lines) for column in range(len(lines[0]))]
        if gives_way is not None and self.result_is_shown:
            over = sum(widths) + len(_BETWEEN) * (len(widths) - 1) - _columns_of(self._stdout)
            widths[gives_way] -= max(0, min(over, widths[gives_way] - _NARROWEST))
        for row in lines:
            cells = [_fitted(cell, width) for cell, width in zip(row, widths, strict=True)]
            self.line(_BETWEEN.join(cells).rstrip())

    def bytes(self, data: bytes) -> None:
        """Print bytes as they are.

        Raises:
            OutputClosed: Nobody reads them.
        """
        if self._stdout is not None:
            with self._told():
                self._stdout.buffer.write(data)
                self._stdout.buffer.flush()

    @property
    def result_is_shown(self) -> bool:
        """Whether standard output is a terminal."""
        return self._clean is not None

    def note(self, text: str) -> None:
        """Say something beside the result, on standard error."""
        if self._stderr is None or not text:
            return
        try:
            self._stderr.write(_on_one_line(text) + "\n")
            self._stderr.flush()
        except OSError:  # nobody is there to be told
            self._stderr = None

    def show(self, text: str) -> None:
        """Show several lines beside the result, on standard error, with every character made visible."""
        if self._stderr is None:
            return
        try:
            self._stderr.write(made_visible(text) + "\n")
            self._stderr.flush()
        except OSError:
            self._stderr = None

    @property
    def notes_are_shown(self) -> bool:
        """Whether standard error is a terminal."""
        return self._stderr is not None and self._stderr.isatty()

    @property
    def progress_columns(self) -> int:
        """How many columns `progress` has; what is longer is cut."""
        return _columns_of(self._stderr) - 1

    def progress(self, text: str) -> None:
        """Show how far something is, on one line that is written over, and only where a person sees it.

        Args:
            text: Empty takes the line away.
        """
        if self._stderr is None or not self.notes_are_shown:
            return
        try:
            self._stderr.write("\r\x1b[K" + cut_to(_on_one_line(text), self.progress_columns))
            self._stderr.flush()
        except OSError:
            self._stderr = None

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Turns what can go wrong with standard output into what the program knows."""
        try:
            yield
        except BrokenPipeError as error:
            self._abandon_output()
            raise OutputClosed from error
        except OSError as error:
            self._abandon_output()
            raise KirejiError(f"The result could not be written: {error.strerror}.", "Free some space.") from error

    def _abandon_output(self) -> None:
        """Point standard output at nothing, so that the interpreter's last flush cannot fail."""
        stream, self._stdout = self._stdout, None
        try:
            descriptor = stream.fileno() if stream is not None else -1
        except (OSError, ValueError):
            return
        nothing = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nothing, descriptor)
        os.close(nothing)


def _on_one_line(text: str) -> str:
    """Words of others in a line of ours: none of them changes the order in which the rest is read."""
    return _TURNS.sub(lambda found: made_visible(found[0]), " ".join(TerminalText().feed(text).split()))


def _fitted(cell: str, width: int) -> str:
    cut = cut_to(cell, width)
    return cut + " " * (width - width_of(cut))


def _columns_of(stream: TextIO | None) -> int:
    """How wide a terminal is."""
    try:
        found = os.get_terminal_size(stream.fileno()).columns if stream is not None else 0
    except (OSError, ValueError):  # it is none, or has gone
        found = 0
    return found or _USUAL_COLUMNS
