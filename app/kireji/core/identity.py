"""The name by which desktops know this program."""

APP_ID = "io.github.kireji.Kireji"
"""The desktop file's name without its suffix. Portals remember permissions under it, docks find the icon by it.

Reverse DNS, because newer desktops refuse anything that is no valid application id.
"""
