"""A large class of a whole kata: how much of the machine's processors programs, services and checks are given."""

from __future__ import annotations

from benchmarks.batch.account import cores
from benchmarks.batch.batches import marks, run
from benchmarks.batch.classroom import make
from benchmarks.batch.plan import Plan
from benchmarks.table import Figures, Missing, Row, Target

RATIO = "cores times wall time ÷ processor time of programs, services and checks"
RATIO_OF_ALL = "the same with the batch's own and its supervisors' time"
WALL = "the class, from the start of the command to its end"
PROCESSOR = "processor time of programs, services, builds and checks"
ITSELF = "of `katas batch` itself"
SUPERVISORS = "of its supervisors"
MACHINE = "of the whole machine meanwhile, to compare"
GRADED = "submissions graded"
REFUSED = "submissions that cannot be graded, as it has to be"
ERRORS = "errors of ours"
PEAK = "peak memory of `katas batch`"
ROWS = (
    Row(RATIO, "times", Target(limit=1.15)),
    Row(RATIO_OF_ALL, "times"),
    Row(WALL, "s"),
    Row(PROCESSOR, "s"),
    Row(ITSELF, "s"),
    Row(SUPERVISORS, "s"),
    Row(MACHINE, "s"),
    Row(PEAK, "MB"),
    Row(GRADED, ""),
    Row(REFUSED, ""),
    Row(ERRORS, "", Target(limit=0, exactly=True)),
)


def measure(plan: Plan) -> Figures:
    """Grade the large class once."""
    handed_in = make(plan.large, plan.class_of(plan.of))
    ran = run(plan.task(handed_in, plan.large / "out", jobs=plan.jobs))
    found = marks(plan.large / "out").values()
    statuses = [mark["status"] for mark in found]
    apart = Missing("no control group counts apart here; see the whole machine's")
    theirs = ran.processor - ran.itself - ran.supervisors
    return {
        RATIO: ran.seconds * cores() / theirs,
        RATIO_OF_ALL: ran.seconds * cores() / ran.processor,
        WALL: ran.seconds,
        PROCESSOR: theirs,
        ITSELF: ran.itself,
        SUPERVISORS: ran.supervisors if ran.grouped else apart,
        MACHINE: ran.machine,
        PEAK: ran.peak / 1e6,
        GRADED: float(sum(bool(mark["score"]) for mark in found)),
        REFUSED: float(statuses.count("not graded")),
        ERRORS: float(statuses.count("error")),
    }
