"""The built program: what it weighs against a bare window, and how it starts against the same program from source.

Takes dist/kireji, which packaging/build makes. The bare window is built here, once, from the same parts of Qt with the
same exclusions (floors/bare_window.spec), in the environment that packaging/build has made.
"""

from __future__ import annotations

import subprocess
from collections import Counter
from pathlib import Path

from PyInstaller.archive.readers import CArchiveReader

from tests.benchmarks.start import until_icon
from tests.benchmarks.table import Row, median
from tests.support.desktop import desktop
from tests.support.program import COMMAND, environment
from tests.support.tray_host import tray_host
from tests.support.x11 import x_client

_ROOT = Path(__file__).resolve().parents[2]
_BUILT = _ROOT / "dist" / "kireji"
_WORK = _ROOT / "build"
_SPEC = Path(__file__).parent / "floors" / "bare_window.spec"
_RUNS = 15
_READER = {
    "OpenCV": {"cv2", "opencv_python_headless"},
    "ONNX Runtime": {"onnxruntime", "flatbuffers", "google"},
    "the models and rapidocr": {"rapidocr", "omegaconf", "yaml", "_yaml", "tqdm", "colorlog", "six", "lazy_importer"},
    "NumPy": {"numpy"},
    "Shapely and pyclipper": {"shapely", "pyclipper"},
    "what rapidocr fetches with": {"requests", "urllib3", "charset_normalizer"},
}
"""Packages that only the reader needs, by what they are called in the report."""


def measure() -> list[Row]:
    """Size and start."""
    return [*_sizes(), _start()]


def _sizes() -> list[Row]:
    parts = _parts(_BUILT)
    reader = {name: sum(parts[package] for package in packages) for name, packages in _READER.items()}
    rest = sum(parts.values()) - sum(reader.values())
    bare, stripped = _bare()
    listed = ", ".join(f"{name} {size / 1e6:.0f}" for name, size in sorted(reader.items(), key=lambda each: -each[1]))
    return [
        Row("Built program without the reader", "≤ 1.25 × bare",
            f"bare PySide6 window, built from the same parts of Qt: {bare / 1e6:.0f} MB", f"{rest / 1e6:.0f} MB",
            f"{rest / bare:.2f}", rest <= 1.25 * bare),
        Row("The same, without what debuggers need in both", "–", f"the same window: {stripped / 1e6:.0f} MB",
            f"{rest / 1e6:.0f} MB", f"{rest / stripped:.2f}", True),
        Row("Reader in the built program", "listed", listed, f"{sum(reader.values()) / 1e6:.0f} MB", "–", True),
    ]  # fmt: skip


def _parts(folder: Path) -> Counter[str]:
    """Bytes by package; of the modules in the program as well, what is left of it counts as its own."""
    found: Counter[str] = Counter()
    for path in folder.rglob("*"):
        if path.is_file() and not path.is_symlink():
            inside = path.relative_to(folder).parts[1:]
            found[_package(inside[0]) if inside else path.name] += path.stat().st_size
    program = folder / folder.name
    modules = CArchiveReader(str(program)).open_embedded_archive("PYZ.pyz").toc
    for name, (_, _, size) in modules.items():
        found[name.partition(".")[0]] += size
        found[program.name] -= size
    return found


def _package(entry: str) -> str:
    """The package of something in the folder: numpy.libs and numpy-2.4.6.dist-info belong to numpy."""
    name = entry.partition("-")[0] if entry.endswith(".dist-info") else entry.removesuffix(".libs")
    return "opencv_python_headless" if name.startswith("opencv") else name


def _bare() -> tuple[int, int]:
    """What the bare window weighs as PyInstaller makes it, and without what debuggers need."""
    made = _WORK / "bare" / "bare"
    command = [_WORK / "venv" / "bin" / "python", "-P", "-m", "PyInstaller", "--noconfirm", "--log-level", "ERROR"]
    command += ["--distpath", made.parent, "--workpath", _WORK / "bare-work", _SPEC]
    subprocess.run(command, cwd=_ROOT, check=True, capture_output=True)
    whole = _weight(made)
    own = [*(made / "_internal").glob("libpython*"), *(made / "_internal").rglob("*.cpython-*.so")]
    subprocess.run(["strip", "--strip-unneeded", *own], check=True)
    return whole, _weight(made)


def _weight(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file() and not path.is_symlink())


def _start() -> Row:
    """Alternate both, so that a slow moment of the machine hits both."""
    source: list[float] = []
    built: list[float] = []
    with desktop() as place, x_client(place.display) as client:
        variables = environment(place, KIREJI_HOME=str(place.home / "kireji"))
        with tray_host(client, variables):
            for number in range(_RUNS + 1):
                one = until_icon(client, [*COMMAND, "--hidden"], variables)
                other = until_icon(client, [str(_BUILT / "kireji"), "--hidden"], variables)
                if number:
                    source.append(one)
                    built.append(other)
    floor, measured = median(source), median(built)
    return Row(
        "Built program: tray shown, chord held", "≤ 1.2 × from source", f"from source: {floor * 1000:.0f} ms",
        f"{measured * 1000:.0f} ms", f"{measured / floor:.2f}", measured <= 1.2 * floor,
    )  # fmt: skip
