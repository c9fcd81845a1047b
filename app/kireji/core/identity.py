"""The names by which desktops know this program."""

APP_ID = "io.github.kireji.Kireji"
"""The desktop file's name without its suffix. Portals remember permissions under it, docks find the icon by it; Windows
groups windows, entries of the start menu and notifications by it, macOS remembers permissions.

Reverse DNS, because newer desktops refuse anything that is no valid application id.
"""

CONSOLE_PROGRAM = "kireji.exe"
"""What is typed on Windows. A terminal waits for it, and it would open a console window if it were clicked."""

WINDOWED_PROGRAM = "kirejiw.exe"
"""The same program beside it without a console: what the start menu and the start with the session call."""
