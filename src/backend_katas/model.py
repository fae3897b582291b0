"""The four values everything else passes round: a kata, a submission, a result and its checks."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from backend_katas.errors import ExitCode
from backend_katas.variants import USUAL, Choice, Variant

SCHEMA = 1
KATA_POINTS = 100


class Status(StrEnum):
    """How a check, a level or a whole submission came out; `docs/formats.md` says when each is used."""

    PASSED = "passed"
    FAILED = "failed"
    SKIPPED = "skipped"
    ERROR = "error"


class Reason(StrEnum):
    """Why a check could not be judged on its own merits."""

    BUILD = "build"
    START = "start"
    UNAVAILABLE = "unavailable"
    TIME = "time"


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """An ordered part of a kata; its checks lie in one grader module and their points add up to `points`."""

    id: str
    title: str
    points: int
    summary: str = ""

    @property
    def module(self) -> str:
        """The name of the grader module with its checks."""
        return f"test_{self.id.replace('-', '_')}.py"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pack:
    """A directory with `exercises/`, `graders/` and perhaps `solutions/`.

    `distribution` names what it was installed by, if it was. One with a `problem` offers nothing; it says why.
    """

    name: str
    version: str
    root: Path
    distribution: str = ""
    problem: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kata:
    """One project to build, as its `exercise.yaml` describes it.

    `choices` are what a variant may say differently; everything else is as `variant` has it.
    """

    id: str
    title: str
    stage: str
    kind: str
    summary: str
    pack: Pack
    levels: tuple[Level, ...]
    services: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict[str, str])
    prerequisites: tuple[str, ...] = ()
    start_timeout: float = 30.0
    stack: str = ""
    draft: bool = False
    choices: tuple[Choice, ...] = ()
    variant: Variant = USUAL

    @property
    def folder(self) -> Path:
        """Where the brief, the hints, the contract and the starters lie."""
        return self.pack.root / "exercises" / self.id

    @property
    def graders(self) -> Path:
        """Where the grader modules lie, one for each level."""
        return self.pack.root / "graders" / self.id

    @property
    def points(self) -> int:
        """The points of all levels together."""
        return sum(level.points for level in self.levels)

    @property
    def stacks(self) -> tuple[str, ...]:
        """The stacks that have a starter: first the one that is given to whoever names none, then by the alphabet."""
        starters = self.folder / "starters"
        names = [entry.name for entry in starters.iterdir() if entry.is_dir()] if starters.is_dir() else []
        return tuple(sorted(names, key=lambda name: (name != self.stack, name)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """A learner's folder and what its `kata.yaml` says, with what was missing detected; `variant` is a seed."""

    folder: Path
    kata: str
    stack: str = ""
    build: str = ""
    build_inputs: tuple[str, ...] = ()
    processes: Mapping[str, str] = field(default_factory=dict[str, str])
    cli: str = ""
    test: str = ""
    variant: int | None = None
    detected: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One request to the program and its answer, as text cut to a readable length."""

    method: str
    path: str
    request_headers: Mapping[str, str]
    request_body: str
    status: int | None
    response_headers: Mapping[str, str]
    response_body: str
    problem: str
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """One call of a command-line program and how it ended, as text cut to a readable length.

    `environment` has the variables of the kata alone; the check's scratch folder is written as `$SCRATCH` everywhere.
    """

    command: str
    arguments: tuple[str, ...]
    environment: Mapping[str, str]
    stdin: str
    exit_code: int | None
    stdout: str
    stderr: str
    problem: str
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Earlier:
    """What a check found at first, when it was run once more before that counted."""

    status: Status
    message: str
    exchanges: tuple[Exchange, ...] = ()
    commands: tuple[Command, ...] = ()
    log: str = ""
    statements: tuple[str, ...] = ()
    seconds: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeLimit:
    """The end of a run whose time was up: the limit in `seconds`, and what was waited for then, in words.

    `ours` says that it was nothing the program has a say in.
    """

    seconds: float
    waiting_for: str
    ours: bool = False

    def __str__(self) -> str:
        return f"the time limit of {self.seconds:g} s was reached while waiting for {self.waiting_for}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """What one check found: the behaviour it asks for, and what it saw.

    One that is `chancy` depends on the clock or on who comes first; `earlier` is what its first run found if there were
    two, of which the second counts.
    """

    id: str
    level: str
    title: str
    status: Status
    points: int
    earned: int
    clause: str = ""
    why: str = ""
    message: str = ""
    reason: Reason | None = None
    exchanges: tuple[Exchange, ...] = ()
    commands: tuple[Command, ...] = ()
    log: str = ""
    statements: tuple[str, ...] = ()
    seconds: float = 0.0
    chancy: bool = False
    earlier: Earlier | None = None

    @property
    def counts(self) -> bool:
        """Whether the check stays in the denominator: all do but those that cannot be judged on this machine."""
        return self.reason is not Reason.UNAVAILABLE


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One submission graded once; `score` of `max_score` points, whole numbers.

    `limits` are those in force, by name, sizes in bytes; `versions` those of what graded. `variant` is None where the
    values were the usual ones, `time_limit` unless it was reached.
    """

    kata: str
    pack: Mapping[str, str]
    submission: str
    seed: int
    services: Mapping[str, str]
    isolation: str
    started_at: str
    seconds: float
    levels: tuple[Level, ...]
    checks: tuple[Check, ...]
    limits: Mapping[str, float] = field(default_factory=dict[str, float])
    versions: Mapping[str, str] = field(default_factory=dict[str, str])
    variant: Variant | None = None
    time_limit: TimeLimit | None = None

    @property
    def score(self) -> int:
        """Points earned."""
        return sum(check.earned for check in self.checks)

    @property
    def max_score(self) -> int:
        """Points that could be earned here."""
        return sum(check.points for check in self.checks if check.counts)

    @property
    def status(self) -> Status:
        """The verdict on the whole submission."""
        return verdict(self.checks)

    @property
    def exit_code(self) -> ExitCode:
        """The exit status that says how the submission came out."""
        if self.status is Status.ERROR:
            return ExitCode.OUR_FAULT
        if self.stopped_by():
            return ExitCode.DID_NOT_START
        return ExitCode.PASSED if self.status is Status.PASSED else ExitCode.FAILED

    @property
    def whole(self) -> bool:
        """Whether no check of the kata is missing, as after `-k` or Ctrl-C."""
        return sum(check.points for check in self.checks) == KATA_POINTS

    def of_level(self, level: Level) -> tuple[Check, ...]:
        """Return the checks of one level in the order they were collected."""
        return tuple(check for check in self.checks if check.level == level.id)

    def stopped_by(self) -> Reason | None:
        """Return why the program never came up, or None if it did."""
        reasons = {check.reason for check in self.checks if check.status is Status.FAILED}
        return next((reason for reason in (Reason.BUILD, Reason.START) if reason in reasons), None)

    def to_json(self) -> str:
        """Return the result as `result.json`, schema 1."""
        return json.dumps(_result_document(self), ensure_ascii=False, indent=2) + "\n"

    @classmethod
    def from_json(cls, text: str) -> Result:
        """Read what `to_json` wrote; raises ValueError when it is not schema 1."""
        document = json.loads(text)
        if document.get("schema") != SCHEMA:
            raise ValueError(f"result schema {document.get('schema')!r} is not {SCHEMA}")
        return cls(
            levels=tuple(_level_of(entry) for entry in document["levels"]),
            checks=tuple(check_from(entry) for entry in document["checks"]),
            variant=Variant(**document["variant"]) if document.get("variant") else None,
            time_limit=TimeLimit(**document["time_limit"]) if document.get("time_limit") else None,
            **{name: document[name] for name in _PLAIN},
        )


_HOW = ("seed", "services", "isolation", "limits", "versions", "started_at", "seconds")
_PLAIN = ("kata", "pack", "submission", *_HOW)
_SELDOM = frozenset({"chancy", "earlier"})  # members of a check that most have no use for


def verdict(checks: Sequence[Check]) -> Status:
    """Return the status of several checks together: our error outweighs a failure, a failure a pass."""
    found = {check.status for check in checks}
    if not checks or found == {Status.SKIPPED}:
        return Status.SKIPPED
    order = (Status.ERROR, Status.FAILED)
    if worst := next((status for status in order if status in found), None):
        return worst
    blamed = any(check.status is Status.SKIPPED and check.counts for check in checks)
    return Status.FAILED if blamed else Status.PASSED


def check_document(check: Check) -> dict[str, Any]:
    """Return a check as plain JSON types, the form in which it crosses a process boundary."""
    document = {**asdict(check), "status": check.status.value, "reason": check.reason.value if check.reason else None}
    return {name: value for name, value in document.items() if value or name not in _SELDOM}


def check_from(document: Mapping[str, Any]) -> Check:
    """Read what `check_document` wrote."""
    fields = dict(document)
    fields["status"] = Status(fields["status"])
    fields["reason"] = Reason(fields["reason"]) if fields.get("reason") else None
    earlier = fields.pop("earlier", None)
    return Check(**fields | _seen(fields), earlier=_earlier_from(earlier) if earlier else None)


def _earlier_from(document: Mapping[str, Any]) -> Earlier:
    fields: dict[str, Any] = {**document, "status": Status(document["status"])}
    return Earlier(**fields | _seen(fields))


def _seen(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "exchanges": tuple(Exchange(**exchange) for exchange in fields["exchanges"]),
        "commands": tuple(_command_from(command) for command in fields.get("commands", ())),
        "statements": tuple(fields["statements"]),
    }


def _command_from(document: Mapping[str, Any]) -> Command:
    fields = dict(document)
    fields["arguments"] = tuple(fields["arguments"])
    return Command(**fields)


def _level_of(document: Mapping[str, Any]) -> Level:
    return Level(
        id=document["id"], title=document["title"], points=document["points"], summary=document.get("summary", "")
    )


def _result_document(result: Result) -> dict[str, Any]:
    head = {"schema": SCHEMA, "kata": result.kata, "pack": dict(result.pack), "submission": result.submission}
    verdicts = {"status": result.status, "score": result.score, "max_score": result.max_score}
    rest = {name: getattr(result, name) for name in _HOW}
    rest |= {"variant": asdict(result.variant)} if result.variant else {}
    rest |= {"time_limit": asdict(result.time_limit)} if result.time_limit else {}
    levels = [_level_document(result, level) for level in result.levels]
    return head | verdicts | rest | {"levels": levels, "checks": [check_document(check) for check in result.checks]}


def _level_document(result: Result, level: Level) -> dict[str, Any]:
    checks = result.of_level(level)
    earned = sum(check.earned for check in checks)
    return {
        "id": level.id,
        "title": level.title,
        "summary": level.summary,
        "points": level.points,
        "earned": earned,
        "status": verdict(checks),
    }
