"""What the installed plugin costs a pytest run that has nothing to do with katas."""

from __future__ import annotations

import tempfile
from pathlib import Path
from statistics import median

from benchmarks.bench import Bench
from benchmarks.commands import PYTEST, timed
from benchmarks.table import Figures, Row, Target

COST = "an ordinary pytest run is slower for our plugin"
PLAIN = "an ordinary pytest run without it"
ROWS = (Row(COST, "ms", Target(limit=20)), Row(PLAIN, "ms"))


def measure(bench: Bench) -> Figures:
    """Run pytest with and without, in turn."""
    with tempfile.TemporaryDirectory(dir=bench.folder) as place:
        project = Path(place) / "project"
        project.mkdir()
        (project / "test_one.py").write_text("def test_one():\n    assert True\n", encoding="utf-8")
        pairs = [_pair(project) for _ in range(bench.pairs)]
    return {COST: median(own - plain for own, plain in pairs), PLAIN: median(plain for _, plain in pairs)}


def _pair(project: Path) -> tuple[float, float]:
    """Return the milliseconds with our plugin and without it."""
    with_plugin = timed(PYTEST, cwd=project)
    without = timed([*PYTEST, "-p", "no:kata"], cwd=project)
    return (with_plugin.end - with_plugin.start) * 1000, (without.end - without.start) * 1000
