"""What Windows shows of a program: its name, version and maker, as PyInstaller reads them for kireji.spec.

The Task Manager shows the description, the pages of properties all of it, and installers compare the numbers.
"""

from __future__ import annotations

import re

MAKER = "Kireji"
_ENGLISH_IN_UNICODE = "040904B0"


def numbers(version: str) -> tuple[int, int, int, int]:
    """A version as Windows compares it: four numbers, and nothing about a version on its way.

    Args:
        version: As in kireji/__init__.py: `1.2.3`, or `1.3.0.dev1` on the way to 1.3.0.
    """
    final = re.match(r"\d+(?:\.\d+)*", version)
    if final is None:
        raise ValueError(f"{version!r} is no version")
    found = [int(part) for part in final[0].split(".")][:3]
    first, second, third = found + [0] * (3 - len(found))
    return first, second, third, 0


def version_resource(version: str, description: str, file: str) -> str:
    """The resource, in the form that PyInstaller reads from a file.

    Args:
        version: As in `numbers`.
        description: What the Task Manager calls the program.
        file: The program's own name.
    """
    four = numbers(version)
    unfinished = re.fullmatch(r"[\d.]+", version) is None
    said = {
        "CompanyName": MAKER,
        "FileDescription": description,
        "FileVersion": version,
        "InternalName": file.removesuffix(".exe"),
        "LegalCopyright": "MIT License",
        "OriginalFilename": file,
        "ProductName": "Kireji",
        "ProductVersion": version,
    }
    strings = ",\n".join(f"        StringStruct({name!r}, {value!r})" for name, value in said.items())
    return f"""\
VSVersionInfo(
  ffi=FixedFileInfo(
    filevers={four},
    prodvers={four},
    mask=0x3f,
    flags={0x2 if unfinished else 0x0:#x},
    OS=0x40004,
    fileType=0x1,
    subtype=0x0,
    date=(0, 0),
  ),
  kids=[
    StringFileInfo([
      StringTable({_ENGLISH_IN_UNICODE!r}, [
{strings},
      ]),
    ]),
    VarFileInfo([VarStruct('Translation', [0x0409, 0x04B0])]),
  ],
)
"""
