"""Classes of growing size: what one more submission costs, and what the batch itself holds."""

from __future__ import annotations

from itertools import pairwise

from benchmarks.batch.batches import run
from benchmarks.batch.broken import QUICK
from benchmarks.batch.plan import Plan
from benchmarks.table import Figures, Row, Target

TIMES = "a further submission of the largest class costs, beside one of the middle one"
MEMORY = "peak memory of `katas batch` differs by"


def rows(plan: Plan) -> tuple[Row, ...]:
    """Return the rows of the sizes that are measured."""
    each = [
        row
        for size in plan.growth
        for row in (Row(_seconds(size), "s"), Row(_each(size), "ms"), Row(_peak(size), "MB"))
    ]
    return (Row(TIMES, "times", Target(limit=1.1)), Row(MEMORY, "MB", Target(limit=20)), *each)


def measure(plan: Plan) -> Figures:
    """Grade a class of each size, the smallest first."""
    found: dict[str, float] = {}
    for size in plan.growth:
        place = plan.folder / f"growth-{size}"
        handed_in = plan.small_class(place, size, breaks=QUICK)
        ran = run(plan.small_task(handed_in, place / "out", jobs=plan.jobs))
        found |= {_seconds(size): ran.seconds, _each(size): 1000 * ran.seconds / size, _peak(size): ran.peak / 1e6}
    further = [
        (found[_seconds(large)] - found[_seconds(small)]) / (large - small) for small, large in pairwise(plan.growth)
    ]
    peaks = [found[_peak(size)] for size in plan.growth]
    return {**found, TIMES: further[-1] / further[0], MEMORY: max(peaks) - min(peaks)}


def _seconds(size: int) -> str:
    return f"a class of {size} small submissions"


def _each(size: int) -> str:
    return f"of {size}: for each submission"


def _peak(size: int) -> str:
    return f"of {size}: peak memory of `katas batch`"
