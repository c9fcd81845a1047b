"""Writes into a build what it must hold, so that `kireji --self-test` can tell when something is missing or cut off.

    packaging/contents.py FOLDER

The modules are those that the program's code imports, as far as they can be loaded in the environment that the build is
made of; the files are its own, as they are now.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def main() -> None:
    sys.path.insert(0, str(ROOT / "app"))
    from kireji.bootstrap.parts import LIST, described, restrain

    restrain()
    (resources,) = (path.parent for path in Path(sys.argv[1]).rglob("_resources/system-libraries.txt"))
    found = described(resources)
    (resources / LIST).write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8", newline="\n")
    print(f"{len(found['modules'])} modules and {len(found['files'])} files must be there")


if __name__ == "__main__":
    main()
