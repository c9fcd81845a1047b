#!/usr/bin/env python3
"""Makes the installer for Windows of what packaging/build has made there; `packaging/build --setup` calls it.

    packaging/windows/installer.py dist/kireji --icon build/work/kireji/kireji.ico --output dist

It needs Inno Setup 6.4 or newer. KIREJI_SIGN_COMMAND, if it is set, signs the programs and the installer: a command
line with $f for the file, such as

    signtool sign /sha1 THUMBPRINT /fd SHA256 /tr http://timestamp.digicert.com /td SHA256 $f

Without it nothing is signed, and that is said. Untried on Windows.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from version_info import numbers

HERE = Path(__file__).resolve().parent
SCRIPT = HERE / "kireji.iss"
PROGRAMS = ("kireji.exe", "kirejiw.exe")
SIGN_COMMAND = "KIREJI_SIGN_COMMAND"
_FILE = "$f"
_USUAL_PLACES = (r"Inno Setup 7\ISCC.exe", r"Inno Setup 6\ISCC.exe")


class Refused(Exception):
    """What was asked for cannot be done; says why."""


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("built", type=Path, help="the folder that packaging/build has made")
    parser.add_argument("--icon", type=Path, required=True)
    parser.add_argument("--output", type=Path, required=True)
    wanted = parser.parse_args(argv)
    try:
        made = make(wanted.built.resolve(), wanted.icon.resolve(), wanted.output.resolve(), os.environ)
    except Refused as problem:
        sys.exit(f"kireji: {problem}")
    print(made)
    return 0


def make(
    built: Path,
    icon: Path,
    output: Path,
    environ: Mapping[str, str],
    run: Callable[[str | Sequence[str]], int] = subprocess.call,
) -> Path:
    """Sign the programs if there is a certificate, and make the installer.

    Args:
        built: The folder with the programs.
        icon: The program's icon.
        output: Where the installer goes.
        environ: The process's environment.
        run: Runs a command and gives its exit code; for tests.

    Returns:
        The installer.

    Raises:
        Refused: Something is missing, or failed.
    """
    version = version_of(built)
    signs = signing(environ)
    if signs:
        for program in PROGRAMS:
            _succeed(run, signed_by(signs, built / program))
    else:
        print(f"kireji: {SIGN_COMMAND} is not set: nothing is signed, and Windows will warn.", file=sys.stderr)
    _succeed(run, compiling(compiler(environ), version, built, icon, output, signs))
    made = output / f"kireji-{version}-windows-x64.exe"
    if not made.is_file():
        raise Refused(f"Inno Setup ended without an error, but {made} is not there.")
    return made


def version_of(built: Path) -> str:
    """The version of a build, as the program itself says it.

    Raises:
        Refused: It is no whole build.
    """
    missing = [name for name in (*PROGRAMS, "_internal") if not (built / name).exists()]
    if missing:
        raise Refused(f"{built} is no build for Windows: {', '.join(missing)} is missing.")
    try:
        said = subprocess.run(
            [str(built / PROGRAMS[0]), "--version"],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=True,
        )
    except (OSError, subprocess.CalledProcessError) as problem:
        raise Refused(f"The program that was built does not start: {problem}") from problem
    return said.stdout.split()[-1]


def signing(environ: Mapping[str, str]) -> str:
    """The command line that signs a file; empty where there is no certificate.

    Raises:
        Refused: It names no file.
    """
    command = environ.get(SIGN_COMMAND, "").strip()
    if command and _FILE not in command:
        raise Refused(f"{SIGN_COMMAND} must hold {_FILE}, which stands for the file.")
    return command


def signed_by(command: str, file: Path) -> str:
    """The command line that signs this file."""
    return command.replace(_FILE, f'"{file}"')


def compiling(compiler: str, version: str, built: Path, icon: Path, output: Path, signs: str) -> list[str]:
    """The command that compiles the script.

    Args:
        compiler: Inno Setup's.
        version: Of the program.
        built: As in `make`.
        icon: As in `make`.
        output: As in `make`.
        signs: As `signing` gives it.
    """
    said = {
        "Version": version,
        "Numbers": ".".join(map(str, numbers(version))),
        "Source": built,
        "Icon": icon,
        "Output": output,
    }
    # Inno Setup quotes the file itself, and takes $q for a quotation mark.
    tool = ["/DSigned", "/Skireji=" + signs.replace('"', "$q")] if signs else []
    return [compiler, "/Qp", *(f"/D{name}={value}" for name, value in said.items()), *tool, str(SCRIPT)]


def compiler(environ: Mapping[str, str]) -> str:
    """Inno Setup's compiler: from the path, or from where it installs itself.

    Raises:
        Refused: It is not there.
    """
    if found := shutil.which("iscc", path=environ.get("PATH", "")):
        return found
    for name in ("PROGRAMFILES(X86)", "PROGRAMFILES", "LOCALAPPDATA"):
        folder = Path(environ.get(name, "")) / ("Programs" if name == "LOCALAPPDATA" else "")
        for place in _USUAL_PLACES:
            candidate = folder.joinpath(*place.split("\\"))
            if environ.get(name) and candidate.is_file():
                return str(candidate)
    raise Refused("Inno Setup was not found. Install it: https://jrsoftware.org/isinfo.php")


def _succeed(run: Callable[[str | Sequence[str]], int], command: str | Sequence[str]) -> None:
    if code := run(command):
        name = command.split()[0] if isinstance(command, str) else command[0]
        raise Refused(f"{name} failed with code {code}.")


if __name__ == "__main__":
    sys.exit(main())
