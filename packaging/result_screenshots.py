#!/usr/bin/env python3
"""Takes the README's pictures of results: `.venv/bin/python packaging/result_screenshots.py`.

The real window over the program's own storage on a virtual screen: a table, a verdict, a translation and a comparison
in every look that is compared with the mock-ups. What they show is made up, and nobody is asked for it.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "app"), str(ROOT)]

from kireji.bootstrap.services import Overrides, open_services  # noqa: E402 # the path comes first
from kireji.core.history import ConversationSetup  # noqa: E402
from kireji.core.messages import Message, Role, TextPart  # noqa: E402
from kireji.core.ports import EncodedPicture  # noqa: E402
from kireji.desktop.keystore import SessionKeyStore  # noqa: E402
from kireji.desktop.paths import Paths  # noqa: E402
from kireji.services.application import Services  # noqa: E402
from tests.support.demo_results import RESULTS, Shown  # noqa: E402
from tests.support.desktop import x_server  # noqa: E402

OUTPUT = ROOT / "packaging" / "screenshots"
HEIGHT = 778
LOOKS = (
    ("light", 'theme = "light"', 1278),
    ("dark", 'theme = "dark"', 1278),
    ("contrast", 'theme = "dark"\ncontrast = "high"', 1278),
    ("narrow", 'theme = "light"', 480),
    ("large", 'theme = "light"\ntext_scale = 2.0', 1278),
    ("arabic", 'theme = "light"\nlanguage = "ar"', 1278),
    ("japanese", 'theme = "light"\nlanguage = "ja"', 1278),
)


def main() -> None:
    """Take all of them, each look in a process of its own: a language is chosen once."""
    OUTPUT.mkdir(exist_ok=True)
    with x_server() as display, tempfile.TemporaryDirectory() as folder:
        for name, settings, width in LOOKS:
            home = Path(folder) / name
            home.mkdir(mode=0o700)
            (home / "settings.toml").write_text(f"[general]\nwelcomed = true\n[appearance]\n{settings}\n")
            variables = os.environ | {"DISPLAY": display, "QT_QPA_PLATFORM": "xcb", "KIREJI_HOME": str(home)}
            subprocess.run([sys.executable, __file__, name, str(width)], env=variables, check=True)


def look(name: str, width: int) -> None:
    """Take the pictures of one look."""
    from kireji.ui.aio import EventLoop
    from kireji.ui.language import load_language
    from kireji.ui.qt_application import create

    app = create(["kireji"])
    loop = EventLoop(app)
    asyncio.set_event_loop(loop)
    load_language(app, "ar" if name == "arabic" else "ja" if name == "japanese" else "en")
    loop.run_until_complete(_taken(name, width))
    os._exit(0)  # what Qt would take apart at the end is of no interest here


async def _taken(name: str, width: int) -> None:
    from PySide6.QtWidgets import QApplication

    from kireji.ui.main_window import MainWindow
    from kireji.ui.results.pages import ResultPages
    from kireji.ui.theme import Theme

    app = QApplication.instance()
    assert isinstance(app, QApplication)
    paths = Paths.find(os.environ)
    async with open_services(paths, {}, overrides=Overrides(keychain=SessionKeyStore())) as services:
        theme = Theme(app)
        theme.apply(services.preferences.settings.appearance)
        window = MainWindow(theme)
        window.resize(width, HEIGHT)
        window.show()
        pages = ResultPages(services, window, theme, _failed)
        for shown in RESULTS:
            pages.show(*await _kept(services, shown))
            await asyncio.sleep(2)
            if (content := pages.page.content) is not None:
                content.focus()
                window.activateWindow()
            await asyncio.sleep(0.5)
            window.grab().save(str(OUTPUT / f"{shown.name}-{name}.png"))
        await pages.aclose()


async def _kept(services: Services, shown: Shown) -> tuple[int, int]:
    """Write a question and its answer into the history; the conversation, and the answer's number."""
    images = [await services.capture.store(EncodedPicture(data, "image/png", 640, 560)) for data in shown.pictures]
    question = Message(Role.USER, (*images, TextPart(shown.question)))
    summary, asked = await services.conversations.create(shown.question, question, ConversationSetup())
    answer = Message(Role.ASSISTANT, (TextPart("See the result."),))
    stored = await services.conversations.append(summary.id, asked.id, answer)
    await services.results().keep(stored.id, shown.result)
    return summary.id, stored.id


def _failed(error: BaseException) -> None:
    raise error


if __name__ == "__main__":
    look(sys.argv[1], int(sys.argv[2])) if len(sys.argv) > 1 else main()
