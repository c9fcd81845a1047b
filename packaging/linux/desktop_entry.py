"""The desktop file: what menus, docks and portals know of the program.

Source: Desktop Entry Specification 1.5.
"""

from __future__ import annotations

from words import ACTIONS, APP_ID, NAME, SENTENCE, translations

WINDOW_CLASS = "kireji"
"""The class of its windows on X11 (WM_CLASS), by which docks know whose they are."""


def desktop_entry(command: str) -> str:
    """The file's text.

    Args:
        command: What is started; arguments follow it.
    """
    lines = ["[Desktop Entry]", "Type=Application", f"Name={NAME}"]
    lines += _in_all("Comment", SENTENCE)
    lines += [
        f"Exec={command}",
        f"Icon={APP_ID}",
        "Terminal=false",
        "Categories=Utility;Qt;",
        "Keywords=screenshot;capture;OCR;translate;AI;assistant;chat;",
        "StartupNotify=true",
        f"StartupWMClass={WINDOW_CLASS}",
        "X-GNOME-SingleWindow=true",
        f"Actions={''.join(f'{action.name};' for action in ACTIONS)}",
    ]
    for action in ACTIONS:
        lines += ["", f"[Desktop Action {action.name}]", *_in_all("Name", action.text)]
        lines.append(f"Exec={command} {action.arguments}")
    return "\n".join(lines) + "\n"


def _in_all(key: str, text: str) -> list[str]:
    return [f"{key}={text}", *(f"{key}[{language}]={words}" for language, words in translations(text).items())]
