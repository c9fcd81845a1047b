"""Jobs, batches, rows and results as values."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from datetime import datetime

import msgspec

from kireji.core.history import Origin
from kireji.core.jobs.counts import Counts, Leaving
from kireji.core.jobs.limits import MAX_TOKENS, ROWS_PER_BATCH
from kireji.core.jobs.states import BatchState, JobState, RowState
from kireji.core.messages import ImagePart, Usage
from kireji.core.models import Effort
from kireji.core.structured.forms import AnswerForm


class Mode(enum.Enum):
    """Where rows run."""

    BATCH = "batch"
    """Through the service's batch interface, at its lower price, within a day."""
    LIVE = "live"
    """One by one, now, at full price."""


class SourceKind(enum.Enum):
    """What the rows come from."""

    JSONL = "jsonl"
    CSV = "csv"
    FOLDER = "folder"
    """Every picture in it, with one prompt."""
    PICTURES = "pictures"
    """Picture files by name: the last captures, or those that were chosen."""
    PAIRS = "pairs"
    """Two pictures a row, one before and one after: of two folders those of the same name, or two files."""


class JobSource(msgspec.Struct, frozen=True):
    """What is read when a job is made.

    Args:
        kind: Its form.
        paths: One file or folder; of PICTURES, every file; of PAIRS two folders or two files.
        most: Only so many good rows are taken; 0 takes all.
        label: What the person sees of it: the file's or folder's name.
    """

    kind: SourceKind
    paths: tuple[str, ...]
    most: int = 0
    label: str = ""


class SourceHead(msgspec.Struct, frozen=True):
    """What can be told of a source at a glance, before all of it is read.

    Args:
        bytes: Size of the file; 0 of a folder.
        columns: Of a table.
        first: The cells of its first row.
        model: The model that the first line names; empty when it names none.
        pictures: How many, of a folder or of files.
    """

    bytes: int = 0
    columns: tuple[str, ...] = ()
    first: tuple[str, ...] = ()
    model: str = ""
    pictures: int = 0


class JobPlan(msgspec.Struct, frozen=True):
    """What is to be done with every row; fixed once the job exists, because the fingerprints hold it.

    Args:
        name: For the person.
        provider: Who answers.
        model: Which model; empty takes the one that the lines name, else the provider's default.
        mode: Where it runs.
        system: Instructions.
        prompt: The question of pictures and of JSONL lines without one; of CSV a template with {column}. May be empty.
        max_tokens: Of one answer, where a line does not say.
        effort: None leaves it to the model.
        schema: JSON schema that every answer must fit, as JSON text; empty for none.
        rows_per_batch: How many rows go together.
        reuse: Whether results of earlier jobs are taken for the same request.
        unpriced: It may run although nobody knows what it costs.
        drop: Fields that are left out of bodies which lines bring along, where the service does not take them.
        form: What the answers are; all but TEXT have the instructions and the schema of that form, and what a row says
            is what they are about, never an order.
        policy: Of verdicts: the policy's file as it was when the job was made.
        policy_name: The policy's name.
        task: Of all forms but TEXT: what is asked of each row; what the row itself says follows it, fenced off.
        own_schema: Of tables and fields: the schema as the person gave it; `schema` is what services take of it.
        about: The same, for people: the policy's title and version, the language, the schema's name; may be empty.
    """

    name: str
    provider: str
    model: str
    mode: Mode = Mode.BATCH
    system: str = ""
    prompt: str = ""
    max_tokens: int = MAX_TOKENS
    effort: Effort | None = None
    schema: bytes = b""
    rows_per_batch: int = ROWS_PER_BATCH
    reuse: bool = False
    unpriced: bool = False
    drop: tuple[str, ...] = ()
    form: AnswerForm = AnswerForm.TEXT
    policy: bytes = b""
    policy_name: str = ""
    task: str = ""
    own_schema: bytes = b""
    about: str = ""


class Estimate(msgspec.Struct, frozen=True):
    """What a job is expected to take, before anything is sent.

    Args:
        rows: That would be sent.
        input_tokens: Of all of them, estimated.
        output_tokens: Expected of all of them.
        cost: US dollars expected; None when the price is unknown.
        most: The same at most, with the longest answers.
        share: Of the full price: 0.5 through a batch service.
        seconds: How long it takes at most; None when nobody knows.
        usual_seconds: How long it usually takes; None when nobody knows.
        over_budget: Why the budgets do not allow it, in one sentence; empty when they do.
    """

    rows: int
    input_tokens: int
    output_tokens: int
    cost: float | None
    most: float | None
    share: float = 1.0
    seconds: float | None = None
    usual_seconds: float | None = None
    over_budget: str = ""


class Job(msgspec.Struct, frozen=True):
    """A job at one moment.

    Args:
        id: Row of the job.
        plan: What is done.
        source: What it was made from, for the person.
        kind: The form of that.
        state: Where it stands.
        counts: Its rows.
        created: When it was made (UTC).
        started: When it was first started.
        ended: When its last row ended.
        sentence: Why it needs the person or was paused, with the next step; empty otherwise.
        cost: US dollars spent so far, as far as known.
        estimate: What was expected; None before it was estimated.
        waiting_since: Since when the oldest batch that has not ended is with the service.
        batches: How many were sent.
        batches_ended: How many of them have ended.
        held: Whether the person still looks it through: whoever starts all that is READY leaves it alone.
        leaving: Of the rows that are taken, those that have not left.
        undecided: Of a job that judges: whether verdicts wait for a person's decision, as far as that was looked for.
    """

    id: int
    plan: JobPlan
    source: str
    kind: SourceKind
    state: JobState
    counts: Counts
    created: datetime
    started: datetime | None = None
    ended: datetime | None = None
    sentence: str = ""
    cost: float = 0.0
    estimate: Estimate | None = None
    waiting_since: datetime | None = None
    batches: int = 0
    batches_ended: int = 0
    held: bool = False
    leaving: Leaving = Leaving()
    undecided: bool = False


class Batch(msgspec.Struct, frozen=True):
    """Rows that were sent together.

    Args:
        id: Row of the batch.
        job: Whose.
        key: Begins the custom ids of its rows: `{key}-{row number}`. Made anew for every submission.
        state: Where it stands.
        rows: How many.
        remote: The service's id; empty before it is known.
        created: When it was recorded (UTC).
        submitted: When the service had it.
        expires: When the service gives up.
        next_poll: When to look again.
        polls: How often was looked.
        owner: The process that works on it; None when nobody does.
        lease: Until when the owner's claim holds without being renewed.
        candidates: Batches of the service that may be this one, for UNCERTAIN.
        proven: Whether its custom ids were seen at the service.
        sentence: What went wrong last; empty if nothing.
    """

    id: int
    job: int
    key: str
    state: BatchState
    rows: int
    remote: str = ""
    created: datetime | None = None
    submitted: datetime | None = None
    expires: datetime | None = None
    next_poll: datetime | None = None
    polls: int = 0
    owner: Origin | None = None
    lease: datetime | None = None
    candidates: tuple[str, ...] = ()
    proven: bool = True
    sentence: str = ""


class Delivery(msgspec.Struct, frozen=True):
    """What the person's own address is told when a job has ended or needs them.

    Args:
        id: Stays the same whenever it is sent again, so that the other side can tell.
        job: Whose end.
        address: Where it goes.
        body: JSON.
        created: When that happened (UTC).
        attempts: How often it was sent.
        next_try: When to send it again.
    """

    id: str
    job: int
    address: str
    body: bytes
    created: datetime
    attempts: int = 0
    next_try: datetime | None = None


class LineKind(enum.Enum):
    """The shape of a row's content."""

    PROMPT = "prompt"
    """JSON with `prompt`, and `image` where it stands on the web; stored pictures stand apart."""
    PARAMS = "params"
    """The body of a question in Anthropic's form."""
    BODY = "body"
    """The body of a question in OpenAI's form."""


class RowInput(msgspec.Struct, frozen=True):
    """What one row asks.

    Args:
        number: Place in the job, from 1, in the order of the input.
        kind: The shape of `content`.
        content: JSON, as it was read; of CSV rows and pictures, made from the template.
        pictures: Stored ones, in `jobs/pictures`.
    """

    number: int
    kind: LineKind
    content: bytes
    pictures: tuple[ImagePart, ...] = ()


class Row(msgspec.Struct, frozen=True):
    """One row without what it asks.

    Args:
        number: Place in the job, from 1.
        line: Line of the file, or place in the folder.
        id: The person's own; empty when there is none.
        state: Where it stands.
        sentence: Why it was refused or failed; empty otherwise.
        same_as: Number of the row whose result it shares; None when it has its own.
        cached: Whether the result is an earlier job's.
        source: For people: the beginning of the prompt, or the file's name.
    """

    number: int
    line: int
    id: str
    state: RowState
    sentence: str = ""
    same_as: int | None = None
    cached: bool = False
    source: str = ""


class Outcome(enum.Enum):
    """How one request of a batch ended; the words of the output lines."""

    SUCCEEDED = "succeeded"
    ERRORED = "errored"
    EXPIRED = "expired"
    CANCELED = "canceled"

    @property
    def row_state(self) -> RowState:
        """The state of a row that ended so."""
        return RowState(self.value)


class RowResult(msgspec.Struct, frozen=True, gc=False):
    """How a row ended, as it is stored.

    Args:
        number: Of the row.
        outcome: How.
        payload: What the service sent for it, as it was: JSON that `JobFormat.decode_job` reads. Empty for none.
        usage: Tokens, and the cost where it is known.
        sentence: Why it failed; empty when it did not.
        cached: Whether it is an earlier job's.
        again: Of one that is recorded: the row is asked once more by itself when its batch has ended, unless it was.
    """

    number: int
    outcome: Outcome
    payload: bytes = b""
    usage: Usage = Usage()
    sentence: str = ""
    cached: bool = False
    again: bool = False


class JoinedRow(msgspec.Struct, frozen=True):
    """A row with its result, which may be another row's.

    Args:
        row: The row itself.
        result: None while there is none.
        values: What placeholders in the answer stand for.
        columns: Of a CSV row, its cells by column.
    """

    row: Row
    result: RowResult | None = None
    values: Mapping[str, str] = {}
    columns: Mapping[str, str] = {}


class ImportProgress(msgspec.Struct, frozen=True):
    """How far the reading of a source is.

    Args:
        lines: Read so far.
        bad: Refused so far.
        done: Bytes, or pictures, read so far.
        total: Of all of it; 0 when unknown.
        indexing: Whether all is read, and duplicates are being found.
        skipped: Files of a folder that are no pictures.
    """

    lines: int
    bad: int
    done: int
    total: int
    indexing: bool = False
    skipped: int = 0
