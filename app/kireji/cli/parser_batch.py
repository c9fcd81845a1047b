"""What can be typed after `kireji batch`."""

from __future__ import annotations

import argparse

from kireji.cli.arguments import PROVIDERS, Commands, Parser, as_json, command, field_names, filled, positive

_EFFORTS = ("low", "medium", "high", "xhigh", "max")
_WHAT = "lines of JSON (.jsonl), a table (.csv), a folder of pictures, or pictures"

_EPILOG = """\
A file of lines of JSON has one question a line, in any of these forms:
  {"prompt": "...", "image": "path or address", "id": "..."}
  {"custom_id": "...", "params": {...}}
  {"custom_id": "...", "method": "POST", "url": "...", "body": {...}}
The first is this program's own (image and id may be left out, and "images" is a
list of up to 100 pictures); the others are those of Anthropic's and OpenAI's
batches. Of a table, --prompt is a template in which {text} stands for the cell
of the column "text".

With --policy, --extract, --translate or --compare nothing is asked in the rows:
"prompt" is then the text that is judged, read or translated, in a table the
column text (or what --prompt says), and of a folder every picture is a row. A
comparison takes two pictures a row: "images", the columns before and after, or
two folders, of which pictures with the same name belong together.

From a file to the answers:
  kireji batch dry-run reviews.csv --prompt "Is this review happy? {text}"
  kireji batch run 1
  kireji batch results 1 -o answers.csv"""

_ADD_EPILOG = """\
The job's number is printed to standard output, all else to standard error. At
a terminal it is asked whether to start; elsewhere the job waits for `kireji
batch run`, or is started with --yes. Where lines are bad and nobody can be
asked, nothing is added; with --yes it goes on without them.

  kireji batch add questions.jsonl
  kireji batch add reviews.csv --prompt "Is this review happy? {text}" \\
      --schema happy.json
  kireji batch add receipts/ --prompt "What was paid, and when?"
  kireji batch add --last-captures 20 --prompt "Which program is this?"
  kireji batch add comments.csv --policy community
  kireji batch add receipts/ --extract fields
  kireji batch add screens-before/ screens-after/ --compare
  id=$(kireji batch add questions.jsonl --yes) && kireji batch run $id"""

_RUN_EPILOG = """\
It ends with 0 when all has ended, and with 1 when a job needs you, is paused or
did not start; a line says why. Ctrl+C ends the command and not the job: what is
with a service goes on there, and `kireji batch run` collects it, or the app.

  kireji batch run 3 && kireji batch results 3 -o answers.jsonl"""

_RESULTS_EPILOG = """\
Each line is an object with id, status (succeeded, errored, expired, canceled),
text, data (with a schema), error, usage, cost and cached, in the order of the
input. Rows that have not ended are left out, and how many is said.

  kireji batch results 3
  kireji batch results 3 -o answers.csv
  kireji batch results 3 --failed | head"""


_REVIEW_EPILOG = """\
Rows are listed by gravity. With "all", --accept takes those that --show lists.
A file whose name ends with .labels.jsonl is a labelled set: what you decided is
what `kireji policies check` then expects of the policy.

  kireji batch review 3
  kireji batch review 3 --accept 1,4-9
  kireji batch review 3 --overrule 2=allow --note "It is irony."
  kireji batch review 3 --overrule 5=block:harassment
  kireji batch review 3 -o decisions.csv"""

_SHOWN = ("review", "block", "allow", "refused", "failed", "decided", "disagreeing", "all")


def add_batch(commands: Commands) -> None:
    """Add the command `batch`."""
    batch = command(commands, "batch", "many questions as one job, at half price where a service has batches")
    batch.description = (
        "Many questions as one job, at half price where a service has batches. Jobs survive whatever ends the program; "
        "the app and this command work the same queue. No row is paid for twice."
    )
    _examples(batch, _EPILOG)
    actions = batch.add_subparsers(dest="action", metavar="ACTION", required=True, title="actions")
    _add_making(actions)
    _add_looking(actions)
    _add_review(actions)
    _add_working(actions)
    _add_ending(actions)


def _add_making(actions: Commands) -> None:
    add = command(actions, "add", "check a file, say what its questions will cost, and make a job of them")
    add.description = (
        f"Make a job of {_WHAT}. Everything is checked first: lines that cannot be asked are listed with the reason, "
        "and what the rest will cost is held against the budget. Nothing is sent before the job is started."
    )
    _examples(add, _ADD_EPILOG)
    _source(add)
    add.add_argument("--name", default="", metavar="NAME", help="what the job is called; else as its file")
    _plan(add)
    add.add_argument(
        "--yes", action="store_true", help="start at once, without the bad lines, and also when the price is unknown"
    )
    as_json(add)
    estimate = command(actions, "estimate", "say what a file's questions would cost and how long they would take")
    estimate.description = (
        f"Say what {_WHAT} would cost and how long the answers would take. Nothing is sent, and nothing of it is kept. "
        "With the number of a job: what the rest of it will take, with the budgets of now."
    )
    _source(estimate, job=True)
    _plan(estimate)
    as_json(estimate)
    dry = command(actions, "dry-run", "ask one row now, at full price, before all the others")
    dry.description = (
        f"Ask one row of {_WHAT}, now and at full price. The file becomes a job that waits; the answer is that row's "
        "result, so that it is not paid for again. With the number of a job: one of its rows."
    )
    _source(dry, job=True)
    dry.add_argument("--row", type=positive, metavar="N", help="which row, counted from 1; else the first that waits")
    dry.add_argument("--name", default="", metavar="NAME", help="what the job is called; else as its file")
    _plan(dry)
    dry.add_argument("--yes", action="store_true", help="ask also when the price is unknown")
    as_json(dry)


def _source(parser: Parser, *, job: bool = False) -> None:
    what = f"{_WHAT}{', or a job by its number' if job else ''}"
    parser.add_argument("files", nargs="*", metavar="FILE|FOLDER|ID" if job else "FILE|FOLDER", help=what)
    parser.add_argument(
        "--last-captures", type=positive, metavar="N", help="instead of a file: the last N pictures that were captured"
    )


def _plan(parser: Parser) -> None:
    parser.add_argument("-p", "--provider", choices=PROVIDERS, default="", help="who answers")
    parser.add_argument(
        "-m", "--model", default="", metavar="MODEL", help="which model; it wins over what the lines name"
    )
    parser.add_argument(
        "--prompt", default="", metavar="TEXT", help="the question: of pictures, of lines without one; of a table"
        " a template with {column}",
    )  # fmt: skip
    parser.add_argument("-s", "--system", default="", metavar="TEXT", help="instructions for all rows")
    parser.add_argument("--schema", type=filled, metavar="FILE", help="JSON schema that every answer follows")
    what = parser.add_mutually_exclusive_group()
    what.add_argument(
        "--policy", type=filled, metavar="NAME/FILE", help="judge every row by this policy, as kireji moderate does"
    )
    what.add_argument(
        "--extract", choices=("table", "fields"), default="", help="take a table, or fields, out of every row's"
        " pictures or text; with --schema these",
    )  # fmt: skip
    what.add_argument("--translate", type=filled, metavar="LANG", help="translate every row into this language")
    what.add_argument(
        "--compare", action="store_true", help="say what has changed from the first picture of every row to the second"
    )
    parser.add_argument("--max-tokens", type=positive, metavar="N", help="longest answer of one row (1,024)")
    parser.add_argument("--effort", choices=_EFFORTS, help="how much work the model puts in")
    parser.add_argument(
        "--drop", type=field_names, default=(), metavar="NAME[,NAME]", help="parameters that are left out of lines"
        " with params or a body where the service does not take them, as temperature",
    )  # fmt: skip
    parser.add_argument("--live", action="store_true", help="no batches: ask row by row, now, at full price")
    parser.add_argument(
        "--rows-per-batch", type=positive, metavar="N", help="how many rows go to the service together (1,000)"
    )
    parser.add_argument(
        "--reuse", action="store_true", help="take answers that an earlier job has for the very same request"
    )


def _add_looking(actions: Commands) -> None:
    as_json(command(actions, "list", "all jobs, newest first"))
    show = command(actions, "show", "one job: where it stands, what is with the service, what it costs")
    _id(show)
    as_json(show)
    bad = command(actions, "bad", "the lines of a job's file that cannot be asked, with the reason")
    _id(bad)
    as_json(bad, "print JSON, one object per line")
    results = command(actions, "results", "the answers, in the order of the input; also while the job runs")
    _examples(results, _RESULTS_EPILOG)
    _id(results)
    results.add_argument(
        "-o", "--output", default="", metavar="OUT", help="a file: .jsonl, .csv, or of tables and"
        " fields .xlsx; else JSON lines on standard output",
    )  # fmt: skip
    results.add_argument("--failed", action="store_true", help="only rows that have no answer")
    as_json(results, "print JSON: the lines themselves, or with -o one object that says what was written")


def _add_review(actions: Commands) -> None:
    review = command(actions, "review", "what the verdicts of a job say, and what you decide about them")
    review.description = (
        "List the verdicts of a job that judges, and decide about them: accept what the policy wants done, or overrule "
        "it. Every decision is stored at once; the app's page of the same job shows it."
    )
    _examples(review, _REVIEW_EPILOG)
    _id(review)
    review.add_argument("--show", choices=_SHOWN, default="review", help="which rows (review: those that wait for you)")
    review.add_argument("--accept", default="", metavar="ROWS", help="these are right: numbers, as in 3,7-9, or all")
    review.add_argument(
        "--overrule", action="append", default=[], metavar="ROW=ACTION[:CATEGORY]", help="allow, review or block it"
    )
    review.add_argument("--note", default="", metavar="TEXT", help="why, for all that this command decides")
    review.add_argument("--undo", default="", metavar="ROWS", help="take decisions back")
    review.add_argument(
        "-o", "--output", default="", metavar="OUT", help="write what was decided: .jsonl, .csv, or .labels.jsonl"
    )
    as_json(review, "print JSON: one object per row, or one that says how far it is")


def _add_working(actions: Commands) -> None:
    run = command(actions, "run", "work a job, or the whole queue, until it is done")
    run.description = (
        "Work a job, or the whole queue, until it is done: send what waits, look after what is with the services, "
        "collect the answers. Jobs that wait to be started are started. It may run beside the app and beside itself."
    )
    _examples(run, _RUN_EPILOG)
    run.add_argument("id", nargs="?", type=positive, metavar="ID", help="only this job; else all of them")
    run.add_argument("--yes", action="store_true", help="start jobs also when their price is unknown")
    as_json(run, "print JSON: one object whenever a job has come further, the last of each says how it ended")
    for name, summary in (
        ("pause", "send nothing new; what is with the service is still collected"),
        ("resume", "let a job go on that was paused or needs you"),
        ("retry", "let those rows wait again that failed, expired or were called back"),
    ):
        order = command(actions, name, summary)
        _id(order)
        as_json(order)
    decide = command(actions, "decide", "say what becomes of rows of which nobody knows whether they were asked")
    decide.description = (
        "Say what becomes of rows that were sent and that nobody knows the end of: the connection broke, and the "
        "service does not tell. They are never sent again unless you say so, for they could be paid for twice."
    )
    _id(decide)
    which = decide.add_mutually_exclusive_group(required=True)
    which.add_argument("--again", action="store_true", help="send them again, although they may be paid for twice")
    which.add_argument("--failed", action="store_true", help="they count as failed")
    as_json(decide)


def _add_ending(actions: Commands) -> None:
    cancel = command(actions, "cancel", "send nothing more, call back what is with the service, and wait until it is")
    cancel.description = (
        "Send nothing more, and call back what is with the service; what was answered by then is kept and paid for. "
        "The command waits until the service has confirmed; Ctrl+C ends the waiting, not the calling back."
    )
    _id(cancel)
    as_json(cancel)
    remove = command(actions, "remove", "delete a job with its rows and its answers")
    _id(remove)
    remove.add_argument("--yes", action="store_true", help="do not ask")
    as_json(remove)


def _id(parser: Parser) -> None:
    parser.add_argument("id", type=positive, metavar="ID", help="the job's number, as in the list")


def _examples(parser: Parser, text: str) -> None:
    parser.formatter_class = _Formatter
    parser.epilog = text


class _Formatter(argparse.HelpFormatter):
    """Fills paragraphs, and leaves texts of several lines as they are."""

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        return text if "\n" in text else super()._fill_text(text, width, indent)
