"""What a built Kireji runs: gives the environment back to the person, then begins as `python -m kireji` does."""

from __future__ import annotations

import os
import sys
from typing import Any


def give_back(environ: dict[str, str] | os._Environ[str]) -> None:
    """Take out what PyInstaller's loader has put into the environment, and what would bring foreign code in.

    Whatever is started from here on (browser, file manager, tools, plugins, this program itself) gets the person's own
    library path. The loader of the system has read it before the first line of Python ran, so that what is loaded late,
    such as Qt's plugins, still comes from this program's own folder.
    """
    original = environ.pop("LD_LIBRARY_PATH_ORIG", None)
    environ.pop("LD_LIBRARY_PATH", None)
    if original:
        environ["LD_LIBRARY_PATH"] = original
    for name in [name for name in environ if name.startswith("_PYI_")]:
        del environ[name]
    # Folders with plugins, made for another build of Qt: they cannot work in here, and whoever can write into them
    # could run code in this program, which holds keys.
    for name in ("QT_PLUGIN_PATH", "QT_QPA_PLATFORM_PLUGIN_PATH"):
        environ.pop(name, None)


def give_back_search(kernel: Any, folder: str, add: Any) -> None:
    """On Windows: what is started looks for its libraries where they are, and not in this program's folder first.

    PyInstaller's loader has set that folder for this process, and every process that is started from it inherits this
    (SetDllDirectory, learn.microsoft.com). What `add` adds counts for this process alone.

    Args:
        kernel: The library kernel32.
        folder: Of this program's own libraries.
        add: As `os.add_dll_directory`.
    """
    add(folder)
    kernel.SetDllDirectoryW(None)


def hold_on_to(archive: Any, program: str = "/proc/self/exe") -> None:
    """Read modules that are loaded late from the very file that runs, also when an upgrade has replaced or moved it.

    PyInstaller opens the program by its name each time; where that leads nowhere it ends the process at once, and where
    it leads to another version it reads in the wrong places. Linux knows the file itself.

    Args:
        archive: PyInstaller's, of the modules.
        program: A name of the file that runs, whatever became of it.
    """
    if os.path.exists(program):
        archive._filename = program


if __name__ == "__main__":
    give_back(os.environ)
    if sys.platform == "linux":
        hold_on_to(sys.modules["pyimod02_importers"].pyz_archive)
    if sys.platform == "win32":
        import ctypes

        give_back_search(ctypes.WinDLL("kernel32"), sys._MEIPASS, os.add_dll_directory)
    try:
        from kireji.__main__ import main

        code = main()
    except KeyboardInterrupt:  # before the program's own code could know of it
        code = 130
    sys.exit(code)
