"""What can be typed after `kireji data` and `kireji about`."""

from __future__ import annotations

from kireji.cli.arguments import Commands, as_json, command


def add_data(commands: Commands) -> None:
    """Add these commands."""
    about = command(
        commands, "about", "versions for a report, and whose work is in the program; holds no key and no content"
    )
    about.add_argument("--licences", action="store_true", help="the parts and their licences")
    about.add_argument("part", nargs="*", metavar="PART", help="the licence texts of this part")
    as_json(about)
    data = command(
        commands, "data", "all that is kept about you on this computer: look at it, take it along, delete it"
    )
    actions = data.add_subparsers(dest="action", metavar="ACTION", required=True, title="actions")
    as_json(command(actions, "show", "the folders, how many files are in them, and how large they are"))
    export = command(actions, "export", "write everything into one zip file; keys are never in it")
    export.add_argument("path", metavar="PATH", help="a name that ends with .zip")
    export.add_argument("--overwrite", action="store_true", help="replace a file of that name")
    as_json(export)
    delete = command(actions, "delete", "delete everything, after it was shown and you have agreed")
    delete.description = (
        "Delete conversations, pictures, jobs, prompts, policies, plugins, backups, logs and settings, the keys in the "
        "keychain, and the entry that starts Kireji with the session. What is not Kireji's own stays, wherever it lies."
    )
    delete.add_argument("--yes", action="store_true", help="do not ask")
    delete.add_argument("--keep-settings", action="store_true", help="settings and the list of servers stay")
    delete.add_argument("--keep-keys", action="store_true", help="keys stay in the keychain")
    delete.add_argument(
        "--backups-too", action="store_true", help="also the backups in the folder that the settings name for them"
    )
    as_json(delete)
