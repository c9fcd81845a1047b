"""A Debian system with nothing but its base, in a folder: what a package needs beyond that, it has to bring itself.

Made once by debootstrap below build/ and kept there. What a test does to it goes into a layer of its own and is gone
afterwards. Takes root, and the mirror and proxy that this computer's apt is set up for; nothing of these is kept
outside of build/.
"""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CACHE = ROOT / "build" / "clean-root"
USER = "ada"
HOME = f"/home/{USER}"
_NUMBER = 1000
_X11 = Path("/tmp/.X11-unix")


class NotHere(Exception):
    """This computer cannot make such a system; the text says why."""


@dataclass(frozen=True)
class Entry:
    """What is seen of a file without reading it: enough to tell that it was written."""

    kind: int
    size: int
    changed: int
    target: str


@dataclass(frozen=True)
class CleanRoot:
    """A system that is mounted.

    Args:
        path: Where it lies for us.
        layers: What it is made of, the uppermost first; the first is its own.
    """

    path: Path
    layers: tuple[Path, ...]

    def command(self, command: Sequence[str], user: str = "root", **variables: str) -> list[str]:
        """What starts a program in there, with these variables and no others.

        Args:
            command: The program and its arguments.
            user: Who starts it.
            variables: Its environment, beside PATH, HOME and the like.
        """
        home = "/root" if user == "root" else HOME
        every = {
            "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
            "HOME": home,
            "USER": user,
            "LANG": "C.UTF-8",
            "DEBIAN_FRONTEND": "noninteractive",
        }
        given = [f"{name}={value}" for name, value in (every | variables).items()]
        who = [f"--userspec={user}:{user}"] if user != "root" else []
        return ["chroot", *who, str(self.path), "/usr/bin/env", "-i", f"--chdir={home}", *given, *command]

    def run(
        self, *command: str, user: str = "root", check: bool = True, **variables: str
    ) -> subprocess.CompletedProcess[str]:
        """Run a program in there to its end."""
        result = subprocess.run(
            self.command(command, user, **variables),
            capture_output=True,
            text=True,
            check=False,
            stdin=subprocess.DEVNULL,
        )
        if check and result.returncode:
            raise AssertionError(f"{' '.join(command)}: {result.returncode}\n{result.stdout}\n{result.stderr}")
        return result

    def write(self, path: str, text: str) -> None:
        """Write a file of the ordinary person's, and the folders it lies in."""
        file = self.path / path[1:]
        for folder in reversed([folder for folder in file.parents if not folder.exists()]):
            folder.mkdir(mode=0o700)
            os.chown(folder, _NUMBER, _NUMBER)
        file.write_text(text)
        os.chown(file, _NUMBER, _NUMBER)

    def entries(self) -> dict[str, Entry]:
        """Everything on its disk by path; not what is mounted."""
        found = {}
        device = self.path.stat().st_dev
        for folder, folders, files in os.walk(self.path):
            folders[:] = [name for name in folders if os.lstat(os.path.join(folder, name)).st_dev == device]
            for name in (*folders, *files):
                path = Path(folder, name)
                status = path.lstat()
                target = os.readlink(path) if path.is_symlink() else ""
                size, changed = (status.st_size, status.st_mtime_ns) if path.is_file() and not target else (0, 0)
                found["/" + str(path.relative_to(self.path))] = Entry(status.st_mode, size, changed, target)
        return found


@contextmanager
def clean_root(work: Path, *below: Path, machine: Mapping[str, str] = os.environ) -> Iterator[CleanRoot]:
    """Mount one, with a fresh layer on top.

    Args:
        work: An empty folder for the layer.
        below: Layers that other such systems have left, the uppermost first; none for the base alone.
        machine: The environment, for mirrors that only it names.

    Raises:
        NotHere: It cannot be made here.
    """
    lower = (*below, _base(machine))
    upper, inner, path = (work / name for name in ("upper", "inner", "root"))
    for folder in (upper, inner, path):
        folder.mkdir(parents=True)
    with ExitStack() as stack:
        options = f"lowerdir={':'.join(map(str, lower))},upperdir={upper},workdir={inner}"
        _mount(stack, path, "-t", "overlay", "overlay", "-o", options)
        _mount(stack, path / "proc", "-t", "proc", "proc")
        _mount(stack, path / "dev", "-t", "tmpfs", "-o", "mode=755", "dev")
        for name in ("null", "zero", "full", "random", "urandom", "tty"):
            (path / "dev" / name).touch()
            _mount(stack, path / "dev" / name, "--bind", f"/dev/{name}")
        (path / "dev/shm").mkdir(mode=0o1777)
        (path / "dev/shm").chmod(0o1777)
        for name, target in (("fd", "/proc/self/fd"), ("stdin", "fd/0"), ("stdout", "fd/1"), ("stderr", "fd/2")):
            (path / "dev" / name).symlink_to(target)
        (path / "tmp/.X11-unix").mkdir(exist_ok=True)
        _X11.mkdir(mode=0o1777, exist_ok=True)
        _mount(stack, path / "tmp/.X11-unix", "--bind", str(_X11))
        archives = CACHE / "archives"  # what was fetched once
        archives.mkdir(exist_ok=True)
        _mount(stack, path / "var/cache/apt/archives", "--bind", str(archives))
        yield CleanRoot(path, (upper, *lower[:-1]))


def _mount(stack: ExitStack, place: Path, *options: str) -> None:
    """Mount something until the stack is unwound."""
    mounted = subprocess.run(["mount", *options, str(place)], capture_output=True, text=True, check=False)
    if mounted.returncode:
        raise NotHere(f"nothing can be mounted here: {mounted.stderr.strip()}")
    stack.callback(subprocess.run, ["umount", "--lazy", str(place)], check=True)


def _base(machine: Mapping[str, str]) -> Path:
    """The system that all others lie on; made when it is not there."""
    if os.geteuid() != 0:
        raise NotHere("a clean system is made by root only")
    if shutil.which("debootstrap") is None:
        raise NotHere("debootstrap is not installed")
    base = CACHE / "base"
    if not base.exists():
        part = CACHE / "base.part"
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir(parents=True)
        _make(part, machine)
        part.rename(base)
    return base


def _make(base: Path, machine: Mapping[str, str]) -> None:
    suites = _suites()
    uri, suite, _ = suites[0]
    log = base.with_suffix(".log")
    with open(log, "wb") as output:
        made = subprocess.run(
            ["debootstrap", "--variant=minbase", suite, str(base), uri],
            stdout=output,
            stderr=output,
            env=dict(machine),
            check=False,
        )
    if made.returncode:
        raise NotHere(f"debootstrap failed; see {log}")
    sources = "".join(f"deb {uri} {suite} {' '.join(components)}\n" for uri, suite, components in suites)
    (base / "etc/apt/sources.list").write_text(sources)
    settings = subprocess.run(["apt-config", "dump"], capture_output=True, text=True, check=True).stdout.splitlines()
    wanted = [line for line in settings if line.lower().startswith(("acquire::http", "acquire::check-"))]
    (base / "etc/apt/apt.conf.d/50machine").write_text("\n".join(wanted) + "\n")
    for order in (["useradd", "--create-home", "--uid", str(_NUMBER), USER], ["apt-get", "-qq", "update"]):
        subprocess.run(["chroot", str(base), *order], check=True, env=dict(machine), stdout=subprocess.DEVNULL)


def _suites() -> list[tuple[str, str, list[str]]]:
    """Mirror, suite and components of this computer's own distribution, its main suite first."""
    release = platform.freedesktop_os_release()
    name, distribution = release.get("VERSION_CODENAME", ""), release["ID"]
    keyring = Path(f"/usr/share/keyrings/{distribution}-archive-keyring.gpg")
    if not name or not keyring.exists():
        raise NotHere("this is neither Debian nor one of its relatives")
    question = ["apt-get", "indextargets", "--format", "$(REPO_URI) $(RELEASE) $(COMPONENT)", "Created-By: Packages"]
    found: dict[tuple[str, str], list[str]] = {}
    for line in subprocess.run(question, capture_output=True, text=True, check=True).stdout.splitlines():
        uri, suite, component = line.split()
        if suite == name or suite.startswith(f"{name}-"):
            found.setdefault((uri.rstrip("/"), suite), []).append(component)
    order = sorted(found, key=lambda key: (key[1] != name, key[1]))
    if not order or order[0][1] != name:
        raise NotHere(f"apt knows no mirror of {name}")
    return [(uri, suite, found[uri, suite]) for uri, suite in order]
