"""What can be typed after `kireji history`."""

from __future__ import annotations

from kireji.cli.arguments import LATEST, Commands, as_json, command, positive


def add_history(commands: Commands) -> None:
    """Add this command."""
    history = command(commands, "history", "earlier conversations: read, export, import, back up")
    actions = history.add_subparsers(dest="action", metavar="ACTION", required=True, title="actions")
    listing = command(actions, "list", "the conversations, newest first")
    listing.add_argument("-n", "--limit", type=positive, default=20, metavar="N", help="how many (20)")
    listing.add_argument("--archived", action="store_true", help="those that were archived instead of the others")
    as_json(listing)
    search = command(actions, "search", "find titles, questions, answers, and text in pictures by their words")
    search.add_argument("words", nargs="+", metavar="WORDS", help="all must be there; the last may be a beginning")
    search.add_argument("-n", "--limit", type=positive, default=20, metavar="N", help="how many places (20)")
    as_json(search)
    show = command(actions, "show", "one conversation")
    show.add_argument("id", nargs="?", type=positive, default=LATEST, metavar="ID", help="its number; else the latest")
    as_json(show)
    _add_transfer(actions)


def _add_transfer(actions: Commands) -> None:
    export = command(actions, "export", "write conversations to a file or a folder, with all that is in them")
    export.add_argument("ids", nargs="*", type=positive, metavar="ID", help="their numbers; else the latest")
    export.add_argument("--all", action="store_true", help="all conversations")
    export.add_argument(
        "--format",
        choices=("md", "json", "html"),
        default="md",
        help="md to read (the default), html to read without anything else, json to import again with all branches",
    )
    export.add_argument(
        "-o",
        "--output",
        metavar="PATH",
        help="a name that ends with .zip, a folder, or one file; else a new name in this folder",
    )
    export.add_argument("--overwrite", action="store_true", help="replace a file of that name")
    as_json(export)
    bring = command(actions, "import", "add the conversations of an export of ChatGPT, Claude or Kireji")
    bring.description = (
        "Add the conversations of an export, with branches and pictures. What is there already is not added again, so "
        "a newer export of the same account adds only what is new."
    )
    bring.add_argument("path", metavar="PATH", help="the zip file, its unpacked folder, or conversations.json")
    bring.add_argument("--from", dest="kind", choices=("chatgpt", "claude", "kireji"), help="whose export it must be")
    bring.add_argument("--removed", action="store_true", help="bring back conversations that were removed since")
    bring.add_argument("--dry-run", action="store_true", help="only say what would be added")
    as_json(bring)
    backup = command(actions, "backup", "copy the whole history, with its pictures, and check the copy")
    backup.add_argument(
        "path",
        nargs="?",
        metavar="PATH",
        help="a name that ends with .zip, or a folder; else beside the automatic ones",
    )
    as_json(backup)
    restore = command(actions, "restore", "add what a backup has and the history has not; nothing is overwritten")
    restore.add_argument("path", metavar="PATH", help="the folder or zip file of a backup")
    restore.add_argument("--removed", action="store_true", help="bring back conversations that were removed since")
    sure = restore.add_mutually_exclusive_group()
    sure.add_argument("--dry-run", action="store_true", help="only say what would be added")
    sure.add_argument("--yes", action="store_true", help="do not ask")
    as_json(restore)
