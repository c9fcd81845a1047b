"""The signed list of a release: what stands in it, how it is signed, and when it is believed.

The list that is published is a DSSE envelope (version 1 of the Dead Simple Signing Envelope), one JSON object:

    {"payloadType": "application/vnd.kireji.release+json",
     "payload": "<base64 of the list>",
     "signatures": [{"keyid": "<16 hexadecimal digits>", "sig": "<base64 of 64 bytes>"}, ...]}

Each signature is Ed25519 over `DSSEv1 <length> <payloadType> <length> <payload>`: over the very bytes, so that nothing
has to be written in one way only, and over their type, so that a signature of something else is none here. There may be
several, by different keys; one by a key that is trusted is enough. So a key is replaced by signing with the old and the
new one until all know the new one. A key's id is the beginning of its SHA-256 and only says which key to try.

The list is a JSON object. Fields that are not known are passed over; a `form` that is not known is refused.

    {"form": 1,                                   of this description
     "program": "kireji",
     "channel": "stable",
     "version": "0.2.0",                          as core.versions takes it
     "date": "2026-12-01T12:00:00Z",              when it was signed; an older list never follows a newer one
     "expires": "2027-06-01T12:00:00Z",           afterwards it is not believed: somebody may keep newer ones back
     "page": "https://…",                         where a person downloads
     "notes": {"en": "…", "de": "…"},             what is new, Markdown, by language; "en" is read where one is missing
     "files": [{"name": "kireji_0.2.0_amd64.deb", "system": "linux", "machine": "x86_64", "kind": "deb",
                "url": "https://…", "size": 90000000, "sha256": "<64 hexadecimal digits>"}, ...]}

`system` is linux, windows, macos or any; `machine` is x86_64, arm64 or any; `kind` says what is done with the file:
deb, appimage, flatpak, setup, dmg, wheel, source, or whatever later versions know.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Annotated
from urllib.parse import urlsplit

import msgspec
from msgspec import Meta

from kireji.core.errors import Doubt, UpdateError
from kireji.core.versions import Version
from kireji.core.words import mark, say

FORM = 1
PROGRAM = "kireji"
TYPE = "application/vnd.kireji.release+json"
LARGEST = 256 * 1024
"""Bytes of an envelope."""
AHEAD = timedelta(days=1)
"""How far a list may be dated in the future: clocks differ."""

_THIS_COMPUTER = ("127.0.0.1", "::1", "localhost")
_KEY, _SIGNATURE = 32, 64
"""Bytes (RFC 8032)."""
_MOST_SIGNATURES = 16
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_Address = Annotated[str, Meta(max_length=500)]
_Word = Annotated[str, Meta(pattern=r"^[a-z0-9_-]{1,32}$")]
_Time = Annotated[datetime, Meta(tz=True)]

Check = Callable[[bytes, bytes, bytes], bool]
"""Whether the signature (last) of a message (second) is one by the key (first)."""


class ReleaseFile(msgspec.Struct, frozen=True):
    """One file of a release; see the head of this module."""

    name: Annotated[str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9._+~-]{0,149}$")]
    system: _Word
    machine: _Word
    kind: _Word
    url: _Address
    size: Annotated[int, Meta(gt=0, lt=1 << 40)]
    sha256: Annotated[str, Meta(pattern=r"^[0-9a-f]{64}$")]


class Release(msgspec.Struct, frozen=True):
    """What a list says; see the head of this module."""

    form: int
    program: str
    version: Annotated[str, Meta(max_length=64)]
    date: _Time
    expires: _Time
    page: _Address
    channel: _Word = "stable"
    notes: Annotated[
        dict[Annotated[str, Meta(max_length=16)], Annotated[str, Meta(max_length=30_000)]], Meta(max_length=40)
    ] = {}
    files: Annotated[tuple[ReleaseFile, ...], Meta(max_length=100)] = ()

    def notes_in(self, language: str) -> str:
        """What is new, in a language, else in English, else in whatever there is."""
        wanted = (language, language.partition("_")[0], "en")
        return next((self.notes[each] for each in wanted if each in self.notes), next(iter(self.notes.values()), ""))

    def file_for(self, system: str, machine: str, kinds: Sequence[str]) -> ReleaseFile | None:
        """The file for this installation: of the first of these kinds that there is for it."""
        fitting = [each for each in self.files if each.system in (system, "any") and each.machine in (machine, "any")]
        return next((each for kind in kinds for each in fitting if each.kind == kind), None)


class _Signature(msgspec.Struct, frozen=True):
    keyid: Annotated[str, Meta(pattern=r"^[ -~]{0,64}$")]
    sig: Annotated[str, Meta(max_length=128)]


class _Envelope(msgspec.Struct, frozen=True, rename="camel"):
    payload_type: Annotated[str, Meta(max_length=200)]
    payload: Annotated[str, Meta(max_length=LARGEST)]
    signatures: Annotated[tuple[_Signature, ...], Meta(max_length=_MOST_SIGNATURES)]


class _Form(msgspec.Struct, frozen=True):
    form: int
    program: str


def signed_bytes(payload: bytes, kind: str = TYPE) -> bytes:
    """What a signature is over (DSSE's pre-authentication encoding)."""
    name = kind.encode()
    return b"DSSEv1 %d %b %d %b" % (len(name), name, len(payload), payload)


def key_of(text: str) -> bytes:
    """A public key as it is written in settings and builds: base64 of its 32 bytes.

    Raises:
        ValueError: It is none.
    """
    key = base64.b64decode(text.strip().encode("ascii"), validate=True)
    if len(key) != _KEY:
        raise ValueError("not a key")
    return key


def id_of(key: bytes) -> str:
    """The name of a public key."""
    return hashlib.sha256(key).hexdigest()[:16]


def envelope(payload: bytes, signatures: Sequence[tuple[str, bytes]]) -> bytes:
    """A list as it is published.

    Args:
        payload: The list.
        signatures: The id of each key, and its signature.
    """
    made = _Envelope(
        TYPE,
        base64.b64encode(payload).decode(),
        tuple(_Signature(key, base64.b64encode(signature).decode()) for key, signature in signatures),
    )
    return msgspec.json.format(msgspec.json.encode(made)) + b"\n"


def opened(data: bytes) -> tuple[bytes, list[tuple[str, bytes]]]:
    """The list in an envelope with its signatures, of which none is checked yet.

    Raises:
        UpdateError: It is no envelope.
    """
    if len(data) > LARGEST:
        raise _damaged("more than it can be")
    try:
        read = msgspec.json.decode(data, type=_Envelope)
        if read.payload_type != TYPE:
            raise ValueError(f"of the type {read.payload_type}")
        payload = base64.b64decode(read.payload.encode("ascii"), validate=True)
        return payload, list(_signatures(read))
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise _damaged(str(error)) from error


def _signatures(read: _Envelope) -> Iterator[tuple[str, bytes]]:
    for each in read.signatures:
        signature = base64.b64decode(each.sig.encode("ascii"), validate=True)
        if len(signature) != _SIGNATURE:
            raise ValueError("a signature of another length")
        yield each.keyid, signature


def believed(data: bytes, keys: Sequence[bytes], check: Check) -> Release:
    """What a signed list says. Whether it is in force now says `in_force`.

    Args:
        data: The envelope.
        keys: Those that are trusted.
        check: Checks a signature.

    Raises:
        UpdateError: It is not believed, and why.
    """
    payload, signatures = opened(data)
    trusted = {id_of(key): key for key in keys}
    known = [(trusted[name], signature) for name, signature in signatures if name in trusted]
    if not known:
        raise UpdateError(
            say("The list of versions is not signed by a key that is trusted here."),
            say(_NOTHING_TAKEN),
            detail=f"signed by {', '.join(name for name, _ in signatures) or 'nobody'}",
            doubt=Doubt.FOREIGN,
        )
    message = signed_bytes(payload)
    if not any(check(key, message, signature) for key, signature in known):
        raise UpdateError(
            say("The signature of the list of versions is wrong: somebody has changed it, or it was damaged."),
            say(_NOTHING_TAKEN),
            doubt=Doubt.SIGNATURE,
        )
    return parse(payload)


def parse(payload: bytes) -> Release:
    """Read a list.

    Raises:
        UpdateError: It is none, or of a form that only later versions know.
    """
    try:
        form = msgspec.json.decode(payload, type=_Form)
        if form.form != FORM:
            raise UpdateError(
                say("The list of versions is written for a later version of Kireji."),
                say("Look at the download page."),
                detail=f"form {form.form}",
                doubt=Doubt.FORM,
            )
        release = msgspec.json.decode(payload, type=Release)
        Version(release.version)
        _check(release)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise _damaged(str(error)) from error
    return release


def _check(release: Release) -> None:
    """What types cannot say. Raises ValueError: It is not so."""
    if release.program != PROGRAM:
        raise ValueError("of another program")
    if release.expires <= release.date:
        raise ValueError("it ends before it begins")
    for address in (release.page, *(each.url for each in release.files)):
        if not is_secure(address):
            raise ValueError("an address that is not https")
    if any(_CONTROL.search(note) for note in release.notes.values()):
        raise ValueError("signs in the notes that are not to be seen")


def is_secure(address: str) -> bool:
    """Whether an address is of https, without a name or password in it."""
    return _leads_to(address)[0] == "https"


def is_local(address: str) -> bool:
    """Whether an address is of http on this very computer."""
    scheme, host = _leads_to(address)
    return scheme == "http" and host in _THIS_COMPUTER


def _leads_to(address: str) -> tuple[str, str]:
    """Scheme and host; empty where programs could read the address in different ways, or it holds a password."""
    if not address.isprintable() or not address.isascii() or any(sign in address for sign in " \\@"):
        return "", ""
    try:
        parts = urlsplit(address)
        usable = parts.hostname and parts.port != 0
    except ValueError:
        return "", ""
    return (parts.scheme, parts.hostname or "") if usable else ("", "")


def in_force(release: Release, now: datetime, newest: datetime | None) -> None:
    """Hold a list to the time.

    Args:
        release: What it says.
        now: The time.
        newest: The date of the newest list that was seen from there; None for none.

    Raises:
        UpdateError: It is not to be believed now, and why.
    """
    if release.date > now + AHEAD:
        raise UpdateError(
            say("The list of versions is dated {date}, which is in the future.", date=_day(release.date)),
            say("Check this computer's clock. If it is right, do not trust that address."),
            doubt=Doubt.FUTURE,
        )
    if newest is not None and release.date < newest:
        raise UpdateError(
            say(
                "The list of versions of {old} was offered again after the one of {new}.",
                old=_day(release.date),
                new=_day(newest),
            ),
            say("Somebody may be keeping newer versions from you. Look at the download page."),
            doubt=Doubt.REPLAY,
        )
    if release.expires < now:
        raise UpdateError(
            say("The list of versions ended on {date} and was not renewed.", date=_day(release.expires)),
            say("Somebody may be keeping newer versions from you. Look at the download page."),
            doubt=Doubt.EXPIRED,
        )


def is_newer(release: Release, running: str) -> bool:
    """Whether it offers a later version than the one that runs; one that is no release is never behind."""
    try:
        return Version(release.version) > Version(running)
    except ValueError:
        return False


def _day(time: datetime) -> str:
    return f"{time.astimezone():%Y-%m-%d}"


_NOTHING_TAKEN = mark("Nothing of it was used. Try again later; if it stays so, look at the download page.")


def _damaged(detail: str) -> UpdateError:
    return UpdateError(
        say("What came from the address of updates is no list of versions, or it is damaged."),
        say(_NOTHING_TAKEN),
        detail=detail[:300],
        doubt=Doubt.DAMAGED,
    )
