"""What can be typed after `kireji translate` and `kireji compare`."""

from __future__ import annotations

import argparse

from kireji.cli.arguments import Commands, Parser, add_answering, add_images, as_json, command, filled, region

_TRANSLATE_DOES = """\
Translate the words of a picture in their places, or a text: typed, or piped to
standard input. Where the words stand is read on this computer. Question and
answer are kept in the history."""

_COMPARE_DOES = """\
Say what is different between two pictures. The regions that differ are found on
this computer; what they mean a model says, which gets both pictures. Question
and answer are kept in the history."""

_TRANSLATE = """\
  kireji translate -i menu.png --to en
  kireji translate --screen 0,0,800,600 --to "Brazilian Portuguese"
  kireji translate "Guten Tag" --to fr
  kireji translate --to de < letter.txt"""

_COMPARE = """\
  kireji compare before.png after.png
  kireji compare before.png --screen 0,0,800,600
  kireji compare --now                     the last region that was asked about
  kireji compare a.png b.png --offline     without asking anybody"""


def add_seeing(commands: Commands) -> None:
    """Add these commands."""
    _add_translate(commands)
    _add_compare(commands)


def _add_translate(commands: Commands) -> None:
    translate = command(commands, "translate", "translate the words of a picture, or a text")
    translate.description = _TRANSLATE_DOES
    translate.epilog = _TRANSLATE
    translate.formatter_class = argparse.RawDescriptionHelpFormatter
    translate.add_argument("text", nargs="*", metavar="TEXT", help="what is translated, where it is no picture")
    add_images(translate)
    _add_screen(translate, "a region of the screen, in the desktop's pixels")
    translate.add_argument(
        "--to",
        type=filled,
        metavar="LANG",
        help="into which language: its name or its code; without, into that of this terminal, or into English",
    )
    add_answering(translate)
    as_json(translate, "print JSON: the blocks with words, translation and place, one object for each picture")


def _add_compare(commands: Commands) -> None:
    compare = command(commands, "compare", "say what is different between two pictures, or then and now")
    compare.description = _COMPARE_DOES
    compare.epilog = _COMPARE
    compare.formatter_class = argparse.RawDescriptionHelpFormatter
    compare.add_argument(
        "pictures", nargs="*", metavar="FILE", help="the picture of before, and the one of after; or addresses of them"
    )
    after = compare.add_mutually_exclusive_group()
    _add_screen(after, "compare with this region of the screen, in the desktop's pixels")
    after.add_argument(
        "--now",
        action="store_true",
        help="compare with what is to be seen now where the picture was cut out; without FILE, the last that was asked "
        "about",
    )
    compare.add_argument(
        "--offline",
        "--regions-only",
        action="store_true",
        dest="offline",
        help="only the regions that differ; nothing leaves this computer, and nothing is kept",
    )
    add_answering(compare)
    as_json(compare, "print JSON: summary, changes, and the regions as left, top, right, bottom")


def _add_screen(parser: Parser | argparse._MutuallyExclusiveGroup, text: str) -> None:
    parser.add_argument("--screen", type=region, metavar="X,Y,W,H", help=text)
