"""What can be typed after `kireji extract`."""

from __future__ import annotations

import argparse

from kireji.cli.arguments import Commands, Parser, add_answering, add_images, command, region

_EPILOG = """\
Without one of --csv, --tsv, --markdown and --json: Markdown on a terminal, CSV
where the result is piped on. With -o the ending decides: .csv, .tsv, .md, .json
or .xlsx, where numbers, dates and amounts are ones to reckon with.

Cells that do not stand so on the picture, and sums that do not hold, are told on
standard error; --json and .xlsx mark them, too. When a picture failed, or an
answer was cut, the rest is written all the same, and the exit code is 1.

  kireji extract -i receipt.png
  kireji extract -i invoices/ --schema invoice.json -o invoices.xlsx
  kireji extract --screen 0,0,800,600 --csv only the open items > items.csv"""


def add_extracting(commands: Commands) -> None:
    """Add this command."""
    extract = command(commands, "extract", "take tables or fields out of pictures")
    extract.description = (
        "Take tables out of pictures, or fields with their values. Every cell is looked for\n"
        "on the picture by this computer's own reader. Question and answer are kept in the\nhistory."
    )
    extract.epilog = _EPILOG
    extract.formatter_class = argparse.RawDescriptionHelpFormatter
    extract.add_argument("wish", nargs="*", metavar="WISH", help="what is wanted, in words, such as: only the drinks")
    add_images(extract)
    extract.add_argument(
        "--screen", type=region, metavar="X,Y,W,H", help="a region of the screen, in the desktop's pixels"
    )
    what = extract.add_mutually_exclusive_group()
    what.add_argument("--fields", action="store_true", help="names with their values, not tables")
    what.add_argument(
        "--schema",
        metavar="FILE",
        help="JSON schema of what is wanted: an object for fields, an array of objects for a table",
    )
    _add_forms(extract)
    extract.add_argument("-o", "--output", default="", metavar="FILE", help="write it to a file")
    extract.add_argument("--overwrite", action="store_true", help="replace a file of that name")
    add_answering(extract)


def _add_forms(extract: Parser) -> None:
    forms = extract.add_mutually_exclusive_group()
    for form, text in (
        ("csv", "print CSV (RFC 4180): numbers with a point, dates as 2026-11-29"),
        ("tsv", "print the same with tabs, to be pasted into a spreadsheet"),
        ("markdown", "print Markdown: cells as on the picture"),
    ):
        forms.add_argument(f"--{form}", action="store_const", const=form, dest="form", help=text)
    forms.add_argument(
        "--json", action="store_true", help="print JSON: columns, rows with text, value, type, place and presence, sums"
    )
    extract.set_defaults(form="")
