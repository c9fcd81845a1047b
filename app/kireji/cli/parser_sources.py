"""What can be typed to name context, after `kireji ask` and `count`."""

from __future__ import annotations

from kireji.cli.arguments import Parser, positive


def add_sources(parser: Parser) -> None:
    """Add the options that name context."""
    parser.add_argument(
        "-f",
        "--file",
        action="append",
        default=[],
        dest="context",
        metavar="PATH",
        help="a file, or a folder with all that git does not ignore, as far as there is room; repeatable",
    )
    parser.add_argument(
        "--page", action="append", default=[], dest="pages", metavar="URL", help="a web page as text; repeatable"
    )
    parser.add_argument(
        "--conversation",
        action="append",
        type=positive,
        default=[],
        dest="earlier",
        metavar="ID",
        help="an earlier conversation as it was said; repeatable",
    )
    parser.add_argument(
        "--room",
        type=positive,
        metavar="TOKENS",
        help="context may take so many tokens (60,000, or what the settings say), if the model reads as many",
    )
