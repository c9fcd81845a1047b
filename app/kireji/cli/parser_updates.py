"""What can be typed after `kireji updates`."""

from __future__ import annotations

from kireji.cli.arguments import Commands, as_json, command


def add_updates(commands: Commands) -> None:
    """Add this command."""
    updates = command(commands, "updates", "whether there is a newer version; asks nobody unless you say so")
    updates.description = (
        "Without ACTION, say what is known of newer versions; nothing is asked. Nothing is ever downloaded or replaced "
        "by this program itself."
    )
    as_json(updates)
    actions = updates.add_subparsers(dest="action", metavar="ACTION", title="actions")
    check = command(actions, "check", "ask now, once")
    check.description = (
        "Ask now, once, whether automatic checks are allowed or not. The exit code is 0 whether there is a newer "
        "version or not, and 1 when nothing could be found out or what came is not believed."
    )
    as_json(check)
    command(actions, "allow", "let the app ask once a day, by itself")
    command(actions, "off", "let it ask no more")
    skip = command(actions, "skip", "do not tell of one version")
    skip.add_argument("version", nargs="?", metavar="VERSION", help="which; else the one that was found")
    verify = command(actions, "verify", "hold a downloaded file to the signed list of versions")
    verify.add_argument("file", metavar="FILE", help="what was downloaded")
    verify.add_argument("--list", metavar="FILE", help="a signed list that was downloaded too; else the one last found")
    as_json(verify)
