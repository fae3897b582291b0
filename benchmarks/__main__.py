"""`make bench`: measure what the engine promises and print one table; times are told, never asserted."""

from __future__ import annotations

import os
import signal
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import click

from benchmarks import cold_start, full_grade, isolation_cost, plugin_cost, services_ready
from benchmarks.bench import REFERENCES, Bench, bench
from benchmarks.setting import setting
from benchmarks.table import Figures, Missing, compare, render

MEASUREMENTS: dict[str, Callable[[Bench], Figures]] = {
    "services": services_ready.measure,
    "cold start": cold_start.measure,
    "isolation": isolation_cost.measure,
    "plugin": plugin_cost.measure,
    "full grade": full_grade.measure,
}
ROWS = (*services_ready.ROWS, *cold_start.ROWS, *isolation_cost.ROWS, *full_grade.rows(), *plugin_cost.ROWS)


@click.command()
@click.option("--runs", default=5, show_default=True, help="How often everything is measured.")
@click.option("--quick", is_flag=True, help="One run, without containers: a look, not a measurement.")
def main(runs: int, quick: bool) -> None:
    """Measure, and print the table, with the details of the full grades in a second one."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # as Ctrl-C: what runs is taken down, folders go
    runs = 1 if quick else runs
    told = setting(runs=runs)
    with tempfile.TemporaryDirectory(prefix="katas-bench-") as place:
        say("the references are built; that is not measured")
        made = bench(Path(place), runs=runs, quick=quick)
        cold_start.warm_up(made)
        found = [one_run(made, number) for number in range(1, runs + 1)]
    click.echo(f"{told}\n\n{render(ROWS, found)}\n\n{compare(full_grade.DETAILS, REFERENCES, found)}")


def one_run(made: Bench, number: int) -> Figures:
    """Measure everything once, so that what is compared was measured in the same minutes."""
    figures: dict[str, float | Missing] = {}
    for name, measure in MEASUREMENTS.items():
        say(f"run {number} of {made.runs}: {name}")
        figures |= measure(made)
    return figures


def say(what: str) -> None:
    """Tell the person who waits; the table alone goes to standard output."""
    load = os.getloadavg()[0]
    click.echo(f"{what} (load {load:.1f})", err=True)


if __name__ == "__main__":
    sys.exit(main())
