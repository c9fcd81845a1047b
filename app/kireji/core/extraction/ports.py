"""What writes tables out."""

from __future__ import annotations

from typing import NamedTuple, Protocol

from kireji.core.extraction.sheets import Extraction


class Workbook(NamedTuple):
    """A spreadsheet's file.

    Args:
        data: Its bytes.
        notes: What of the tables is not in it, or not as it was, in sentences.
    """

    data: bytes
    notes: tuple[str, ...] = ()


class SpreadsheetWriter(Protocol):
    """Makes XLSX files."""

    def workbook(self, extraction: Extraction) -> Workbook:
        """All tables, each as a sheet with typed cells. Pure work that may take a while: call it in a thread."""


class SheetFiles(Protocol):
    """Files that the person named."""

    def check(self, path: str, *, overwrite: bool) -> None:
        """See that a file could be written there, before anything is paid for; may block.

        Raises:
            KirejiError: It could not, or there is one already and it may not be replaced.
        """

    def write(self, path: str, data: bytes, *, overwrite: bool) -> None:
        """Write it whole or not at all; may block.

        Raises:
            KirejiError: It could not be written, or there is one already and it may not be replaced.
        """
