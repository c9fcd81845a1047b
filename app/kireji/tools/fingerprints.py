"""What tells one version of a plugin from another: a digest of all of its code."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Mapping, Sequence

LARGEST = 8 * 1024 * 1024
"""Bytes of one file; a larger one is no plugin."""


def fingerprint_of(contents: Mapping[str, bytes]) -> str:
    """The fingerprint of a plugin.

    Args:
        contents: Bytes of its files by path.

    Returns:
        SHA-256 of the one file, or of the names and digests of several, in hexadecimal digits.
    """
    return joined({path: hashlib.sha256(data).hexdigest() for path, data in contents.items()})


def joined(digests: Mapping[str, str]) -> str:
    """The fingerprint for the digests of a plugin's files by path."""
    if len(digests) == 1:
        return next(iter(digests.values()))
    root = os.path.commonpath([os.path.dirname(path) for path in digests]) if digests else ""
    whole = hashlib.sha256()
    for path in sorted(digests):
        whole.update(f"{os.path.relpath(path, root)}\0{digests[path]}\n".encode("utf-8", "surrogateescape"))
    return whole.hexdigest()


def read_code(path: str) -> bytes:
    """The bytes of a file of code.

    Raises:
        OSError: It is no file, is too large, or cannot be read.
    """
    if not stat.S_ISREG(os.stat(path).st_mode):  # opening a pipe would wait for its other end
        raise OSError(f"{path} is not a file")
    with open(path, "rb") as file:
        data = file.read(LARGEST + 1)
    if len(data) > LARGEST:
        raise OSError(f"{path} is larger than {LARGEST // 1_048_576} MB")
    return data


class Fingerprints:
    """Fingerprints of files that are looked at again and again: one is read only after it has changed."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[tuple[int, ...], str]] = {}

    def of(self, files: Sequence[str]) -> str:
        """The fingerprint of a plugin that consists of these files.

        Raises:
            OSError: One of them cannot be read.
        """
        return joined({path: self._digest(path) for path in files})

    def _digest(self, path: str) -> str:
        status = os.stat(path)
        stamp = (status.st_mtime_ns, status.st_ctime_ns, status.st_size, status.st_ino, status.st_dev)
        known = self._known.get(path)
        if known is None or known[0] != stamp:
            known = self._known[path] = (stamp, hashlib.sha256(read_code(path)).hexdigest())
        return known[1]
