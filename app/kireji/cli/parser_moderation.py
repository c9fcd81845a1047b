"""What can be typed after `kireji moderate` and `policies`."""

from __future__ import annotations

import argparse

from kireji.cli.arguments import Commands, Parser, add_answering, add_images, as_json, command, filled, region
from kireji.core.moderation.usual import USUAL_POLICY

_EPILOG = """\
TEXT that is the name of a file is read from it, pictures too; one that looks like
a name and is not there is an error. --literal takes TEXT as it stands. Without
TEXT and -i what is piped in is judged; with -i, TEXT - adds what is piped in.

Scripts read the action from --json, or from the exit code with --exit-code:
0 allow, 3 review, 4 block; 1 and 2 still say that nothing was judged.

  kireji moderate "Buy now!"
  kireji moderate comment.txt --policy workplace --json
  kireji moderate -i screenshot.png --policy sharing
  some-command | kireji moderate --policy ./house.toml --exit-code"""


def add_moderation(commands: Commands) -> None:
    """Add these commands."""
    _add_moderate(commands)
    policies = command(commands, "policies", "the policies that texts and pictures are judged by")
    actions = policies.add_subparsers(dest="action", metavar="ACTION", required=True, title="actions")
    as_json(command(actions, "list", "all policies, with what is wrong with their files"))
    show = command(actions, "show", "one policy: its categories, levels and what is done")
    show.add_argument("name", metavar="NAME", help="as in the list")
    show.add_argument("--source", action="store_true", help="print its file as it stands")
    as_json(show)
    _add_check(actions)
    copy = command(actions, "copy", "make a policy of your own out of another")
    copy.add_argument("name", metavar="NAME", help="as in the list")
    copy.add_argument("new", metavar="NEW", help="what the copy is called; the same name takes the other's place")
    _replacing(copy)
    add = command(actions, "add", "add a policy of your own from a file")
    add.add_argument("file", metavar="FILE", help="a .toml file; - reads standard input and needs --name")
    add.add_argument("--name", default="", metavar="NAME", help="what it is called; else as its file")
    _replacing(add)
    remove = command(actions, "remove", "remove a policy of your own; one from Kireji of that name holds again")
    remove.add_argument("name", metavar="NAME", help="as in the list")
    as_json(remove)


def _add_moderate(commands: Commands) -> None:
    moderate = command(commands, "moderate", "judge a text or pictures by a policy")
    moderate.description = (
        "Judge a text, pictures, or both by a policy: what they fall into, with the evidence, and what the policy "
        "says is done: allow, review or block. Question and answer are kept in the history."
    )
    moderate.epilog = _EPILOG
    moderate.formatter_class = argparse.RawDescriptionHelpFormatter
    moderate.add_argument("text", nargs="?", metavar="TEXT", help="a text, a file's name, or - for standard input")
    add_images(moderate)
    moderate.add_argument(
        "--screen", type=region, metavar="X,Y,W,H", help="a region of the screen, in the desktop's pixels"
    )
    moderate.add_argument(
        "--policy",
        type=filled,
        default=USUAL_POLICY,
        metavar="NAME/FILE",
        help=f"by which policy; a file ends in .toml or has a / in it ({USUAL_POLICY})",
    )
    moderate.add_argument("--literal", action="store_true", help="TEXT is no file, whatever it is called")
    moderate.add_argument("--exit-code", action="store_true", help="end with 0 for allow, 3 for review, 4 for block")
    moderate.add_argument("--no-save", action="store_true", help="keep nothing of it in the history")
    add_answering(moderate)
    as_json(moderate, "print JSON: action, findings with evidence and its places, reason, rewrite")


def _add_check(actions: Commands) -> None:
    check = command(actions, "check", "check a policy's file, and how far its verdicts agree with a labelled set")
    check.description = (
        "Say what is wrong with a policy's file, line by line. Then judge every item of a labelled set and say how far "
        "the verdicts agree with the labels, what is confused with what, and what has changed since the last check. "
        "Nothing of it stands in the history."
    )
    check.add_argument("policy", metavar="NAME/FILE", help="a name as in the list, or a .toml file")
    check.add_argument(
        "--set",
        dest="labelled",
        type=filled,
        metavar="FILE",
        help='JSON lines {"id", "text" and/or "image", "category" or "categories", "level"?, "action"?}; else the set '
        "that came with the policy of that name",
    )
    check.add_argument("--no-set", action="store_true", help="look at the file alone; nothing leaves")
    check.add_argument(
        "--at-least", type=_percent, metavar="PERCENT", help="fail when fewer items are as their labels say"
    )
    add_answering(check)
    as_json(check)


def _replacing(parser: Parser) -> None:
    parser.add_argument("--replace", action="store_true", help="put it in the place of your policy of that name")
    as_json(parser)


def _percent(text: str) -> float:
    """Read 0 to 100."""
    try:
        value = float(text.removesuffix("%"))
    except ValueError:
        value = -1.0
    if not 0 <= value <= 100:
        raise argparse.ArgumentTypeError(f"{text!r} is no percentage")
    return value
