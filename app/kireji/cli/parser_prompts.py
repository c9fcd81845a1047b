"""What can be typed after `kireji prompts`."""

from __future__ import annotations

from kireji.cli.arguments import Commands, as_json, command


def add_prompts(commands: Commands) -> None:
    """Add this command."""
    prompts = command(commands, "prompts", "the quick prompts")
    actions = prompts.add_subparsers(dest="action", metavar="ACTION", required=True, title="actions")
    as_json(command(actions, "list", "all quick prompts, in the order of the menus"))
    show = command(actions, "show", "one quick prompt with its words and variables")
    show.add_argument("name", metavar="NAME", help="as in the list")
    as_json(show)
    add = command(actions, "add", "add a prompt of your own from a file, or from standard input")
    add.add_argument("file", metavar="FILE", help="a text file, with or without a head; - reads standard input")
    add.add_argument("--name", default="", metavar="NAME", help="what it is called; else as its file")
    add.add_argument("--replace", action="store_true", help="put it in the place of your prompt of that name")
    as_json(add)
    _add_transfer(actions)
    remove = command(actions, "remove", "remove a prompt of your own; one from Kireji holds again")
    remove.add_argument("name", metavar="NAME", help="as in the list")
    as_json(remove)


def _add_transfer(actions: Commands) -> None:
    export = command(actions, "export", "write one prompt, or several into an archive, to pass them on")
    export.add_argument("names", nargs="*", metavar="NAME", help="which; without a name, all of your own")
    export.add_argument("--all", action="store_true", help="those from Kireji too")
    export.add_argument("-o", "--output", metavar="FILE", help="a .md for one, a .zip for several; else prints one")
    export.add_argument("--overwrite", action="store_true", help="replace a file of that name")
    as_json(export)
    bring = command(actions, "import", "add the prompts of a .md or .zip file")
    bring.add_argument("path", metavar="FILE", help="what export has written, or a text")
    same = bring.add_mutually_exclusive_group()
    for option, value, words in (
        ("--keep-both", "both", "a prompt whose name another has gets another name"),
        ("--replace", "replace", "it takes the other one's place"),
        ("--skip", "skip", "it is left out"),
    ):
        same.add_argument(option, dest="same_name", action="store_const", const=value, help=words)
    as_json(bring)
