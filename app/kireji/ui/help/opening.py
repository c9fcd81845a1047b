"""Makes the window of the help from the files that travel with the program."""

from __future__ import annotations

import logging

from PySide6.QtGui import QImage

from kireji import resources
from kireji.core.help_pages import HelpPage, read_pages
from kireji.ui.help.window import HelpWindow
from kireji.ui.theme import Theme
from kireji.ui.translation import locale

log = logging.getLogger(__name__)

_FOLDER = "help"


def help_window(theme: Theme) -> HelpWindow:
    """A window with all pages, in the interface's language where they are translated."""

    def picture(address: str) -> QImage:
        """One of a page's pictures, as it looks in the theme that holds."""
        path = resources.resource(f"{_FOLDER}/{address}")
        dark = path.with_name(f"{path.stem}-dark{path.suffix}")
        found = QImage(str(dark if theme.dark and dark.exists() else path))
        if found.isNull():
            log.warning("the picture %s of the help cannot be read", path)
        return found

    return HelpWindow(theme, pages(), picture)


def pages() -> tuple[HelpPage, ...]:
    """All pages in order; in English where the interface's language has none."""
    own: dict[str, str] = {}
    if (place := locale()) is not None:
        language = place.name()
        own = resources.texts(f"{_FOLDER}/{language.partition('_')[0]}") | resources.texts(f"{_FOLDER}/{language}")
    return read_pages(resources.texts(_FOLDER), own)
