"""A system without some of its shared libraries, for programs that are started with a prefix."""

from __future__ import annotations

import pytest

from tests.support.scarce_disk import IN_A_NAMESPACE, mounting_works

_SCRIPT = """
hidden=$1; shift
mount -t tmpfs none /mnt
for folder in /usr/lib/*-linux-gnu; do
  kept=/mnt/kept/${folder##*/} links=/mnt/links/${folder##*/}
  mkdir -p "$kept" "$links"
  mount --bind "$folder" "$kept"
  ln -s "$kept"/* "$links"/
  for name in $hidden; do rm -f "$links/$name"*; done
  mount --bind "$links" "$folder"
done
exec "$@"
"""
"""The system's folder becomes one of links to what is in it, but for these; other programs see nothing of it."""


def without_libraries(*names: str) -> list[str]:
    """A prefix: the loader finds no library of these names."""
    if not mounting_works():
        pytest.skip("this system lets nobody mount")
    return [*IN_A_NAMESPACE, "sh", "-ec", _SCRIPT, "sh", " ".join(names)]
