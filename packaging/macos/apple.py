#!/usr/bin/env python3
"""Signs Kireji.app, packs it into a disk image and has Apple notarise it. `packaging/build --dmg` calls `image`.

    packaging/macos/apple.py keychain              takes the certificate into a keychain of its own (for a workflow)
    packaging/macos/apple.py sign APP              signs; without a certificate for this computer's own use
    packaging/macos/apple.py image APP DMG         signs, notarises and packs; what cannot be done is said and left out
    packaging/macos/apple.py check APP [DMG]       asks macOS whether it would start it

From the environment:
    KIREJI_CODESIGN_IDENTITY        "Developer ID Application: NAME (TEAM)"; without it nobody else's Mac starts the app
                                    before its owner says so in System Settings
    KIREJI_NOTARY_KEY               path of the App Store Connect key (.p8), with KIREJI_NOTARY_KEY_ID and
    KIREJI_NOTARY_ISSUER            its issuer; without them nothing is notarised
    KIREJI_CERTIFICATE              path of the certificate with its key (.p12), for `keychain`, and
    KIREJI_CERTIFICATE_PASSWORD     its password

Licences are written into the app after PyInstaller has signed it, so it is signed again, from the outside; what is
inside keeps its own signatures. Untried on a Mac; the commands are those of codesign(1), notarytool(1), stapler(1),
hdiutil(1), spctl(8) and security(1).
"""

from __future__ import annotations

import argparse
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple, TypeAlias

ENTITLEMENTS = Path(__file__).resolve().parent / "entitlements.plist"
IDENTITY, NOTARY = "KIREJI_CODESIGN_IDENTITY", ("KIREJI_NOTARY_KEY", "KIREJI_NOTARY_KEY_ID", "KIREJI_NOTARY_ISSUER")
CERTIFICATE, PASSWORD = "KIREJI_CERTIFICATE", "KIREJI_CERTIFICATE_PASSWORD"
NOBODY = "-"
"""Of codesign: a signature that names nobody. Processors of the kind arm64 start nothing without one."""
_VOLUME = "Kireji"

Command: TypeAlias = list[str]
Run: TypeAlias = Callable[[Command], int]


class Refused(Exception):
    """What was asked for cannot be done; says why."""


class Notary(NamedTuple):
    """Who asks Apple to notarise.

    Args:
        key: Path of the key.
        key_id: Its name.
        issuer: Who has issued it.
    """

    key: str
    key_id: str
    issuer: str


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    actions = parser.add_subparsers(dest="action", required=True)
    actions.add_parser("keychain")
    actions.add_parser("sign").add_argument("app", type=Path)
    packing = actions.add_parser("image")
    packing.add_argument("app", type=Path)
    packing.add_argument("image", type=Path)
    checking = actions.add_parser("check")
    checking.add_argument("app", type=Path)
    checking.add_argument("image", type=Path, nargs="?")
    wanted = parser.parse_args(argv)
    try:
        _do(wanted, os.environ)
    except Refused as problem:
        sys.exit(f"kireji: {problem}")
    return 0


def _do(wanted: argparse.Namespace, environ: Mapping[str, str]) -> None:
    match wanted.action:
        case "keychain":
            make_keychain(environ)
        case "sign":
            sign_app(wanted.app, environ)
        case "image":
            make_image(wanted.app, wanted.image, environ)
        case "check":
            check(wanted.app, wanted.image)


def signing(target: Path, identity: str) -> Command:
    """What signs an app or a disk image.

    Args:
        target: A folder that ends with .app, or an image.
        identity: Whose certificate; "-" for nobody's.
    """
    command = ["codesign", "--force", "--sign", identity]
    if identity != NOBODY:
        command.append("--timestamp")
    if target.suffix == ".app":
        command += ["--options", "runtime", "--entitlements", str(ENTITLEMENTS)]
    return [*command, str(target)]


def submitting(file: Path, notary: Notary) -> Command:
    """What sends a file to Apple and waits for the answer."""
    who = ["--key", notary.key, "--key-id", notary.key_id, "--issuer", notary.issuer]
    return ["xcrun", "notarytool", "submit", str(file), *who, "--wait", "--timeout", "45m"]


def stapling(target: Path) -> Command:
    """What writes Apple's answer into an app or an image, so that it starts without a network."""
    return ["xcrun", "stapler", "staple", str(target)]


def packing(folder: Path, image: Path) -> Command:
    """What packs a folder into a disk image that can only be read."""
    form = ["-fs", "HFS+", "-format", "ULFO", "-ov"]
    return ["hdiutil", "create", "-volname", _VOLUME, "-srcfolder", str(folder), *form, str(image)]


def checks(app: Path, image: Path | None = None) -> list[Command]:
    """What asks macOS whether the signatures hold and whether it would start this."""
    asked = [
        ["codesign", "--verify", "--deep", "--strict", "--verbose=2", str(app)],
        ["spctl", "--assess", "--type", "execute", "--verbose=4", str(app)],
    ]
    if image is not None:
        opened = ["spctl", "--assess", "--type", "open", "--context", "context:primary-signature", "--verbose=4"]
        asked += [["xcrun", "stapler", "validate", str(image)], [*opened, str(image)]]
    return asked


def notary_of(environ: Mapping[str, str]) -> Notary | None:
    """Who asks Apple; None when nobody is named.

    Raises:
        Refused: Only a part is named.
    """
    found = [environ.get(name, "") for name in NOTARY]
    if not any(found):
        return None
    if missing := [name for name, value in zip(NOTARY, found, strict=True) if not value]:
        raise Refused(f"To notarise, set {', '.join(missing)} too.")
    return Notary(*found)


def sign_app(app: Path, environ: Mapping[str, str], run: Run = subprocess.call) -> str:
    """Sign the app from the outside; returns whose certificate was taken, "-" for nobody's.

    Raises:
        Refused: It failed.
    """
    identity = environ.get(IDENTITY, "") or NOBODY
    if identity == NOBODY:
        _say(f"{IDENTITY} is not set: signed by nobody, other Macs will refuse to start it.")
    _succeed(run, signing(app, identity))
    _succeed(run, checks(app)[0])
    return identity


def make_image(app: Path, image: Path, environ: Mapping[str, str], run: Run = subprocess.call) -> None:
    """Sign the app, have it notarised, pack it, and do the same with the image.

    Raises:
        Refused: Something failed, or notarising is asked for without a certificate.
    """
    notary = notary_of(environ)
    identity = sign_app(app, environ, run)
    if notary is not None and identity == NOBODY:
        raise Refused(f"Apple notarises only what is signed: set {IDENTITY}.")
    if notary is None:
        _say(f"{NOTARY[0]} is not set: not notarised, macOS will warn.")
    with tempfile.TemporaryDirectory() as place:
        if notary is not None:  # the app itself too: whoever copies it out of the image takes Apple's answer along
            archive = Path(place) / "Kireji.zip"
            _succeed(run, ["ditto", "-c", "-k", "--keepParent", str(app), str(archive)])
            _succeed(run, submitting(archive, notary))
            _succeed(run, stapling(app))
        folder = Path(place) / "image"
        folder.mkdir()
        _succeed(run, ["ditto", str(app), str(folder / app.name)])
        (folder / "Applications").symlink_to("/Applications")
        _succeed(run, packing(folder, image))
    if identity != NOBODY:
        _succeed(run, signing(image, identity))
    if notary is not None:
        _succeed(run, submitting(image, notary))
        _succeed(run, stapling(image))
        check(app, image, run)


def check(app: Path, image: Path | None = None, run: Run = subprocess.call) -> None:
    """Ask macOS.

    Raises:
        Refused: It would not start this.
    """
    for command in checks(app, image):
        _succeed(run, command)


def make_keychain(environ: Mapping[str, str], run: Run = subprocess.call) -> Path:
    """Take a certificate into a keychain that codesign may use without asking; for machines without a person.

    Returns:
        The keychain.

    Raises:
        Refused: There is no certificate, or it is refused.
    """
    certificate, password = environ.get(CERTIFICATE, ""), environ.get(PASSWORD, "")
    if not certificate or not password:
        raise Refused(f"Set {CERTIFICATE} and {PASSWORD}.")
    keychain = Path(environ.get("RUNNER_TEMP") or tempfile.gettempdir()) / "kireji.keychain-db"
    own = secrets.token_urlsafe(24)
    steps = [
        ["create-keychain", "-p", own, str(keychain)],
        ["set-keychain-settings", "-lut", "7200", str(keychain)],
        ["unlock-keychain", "-p", own, str(keychain)],
        ["import", certificate, "-P", password, "-f", "pkcs12", "-k", str(keychain), "-T", "/usr/bin/codesign"],
        ["set-key-partition-list", "-S", "apple-tool:,apple:", "-s", "-k", own, str(keychain)],
        ["list-keychains", "-d", "user", "-s", str(keychain), "login.keychain-db"],
    ]
    for step in steps:
        if run(["security", *step]):
            raise Refused(f"security {step[0]} failed.")  # not the whole command: passwords stand in it
    return keychain


def _succeed(run: Run, command: Command) -> None:
    if code := run(command):
        raise Refused(f"{' '.join(command[:3])} failed with code {code}.")


def _say(sentence: str) -> None:
    print(f"kireji: {sentence}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    if sys.platform != "darwin" or shutil.which("codesign") is None:
        sys.exit("kireji: This needs a Mac with the command line tools of Xcode.")
    sys.exit(main())
